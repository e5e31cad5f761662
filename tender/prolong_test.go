package tender_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
)

// record is an uptime record as the test wants it.
type record struct {
	list []rules.Outage
	err  error
}

func (r *record) Outages(_ context.Context, since time.Time) ([]rules.Outage, error) {
	var list []rules.Outage
	for _, o := range r.list {
		if o.To.IsZero() || o.To.After(since) {
			list = append(list, o)
		}
	}
	return list, r.err
}

// away was from so many minutes before the deadline to so many before it.
func away(beat int64, from, to int) rules.Outage {
	at := func(m int) time.Time { return deadline.Add(-time.Duration(m) * time.Minute) }
	return rules.Outage{From: at(from), To: at(to), Beat: beat}
}

// lasts has not ended.
func lasts(from int) rules.Outage {
	o := away(0, from, 0)
	o.To = time.Time{}
	return o
}

// TestOutages: under the rule set, half an hour in the day before the deadline
// moves it to a day after the outage's end. The clock asks at the deadline, or
// when it comes back after it.
func TestOutages(t *testing.T) {
	for _, c := range []struct {
		name  string
		list  []rules.Outage
		at    time.Duration // when the clock looks, from the deadline
		phase tender.Phase
		moved time.Duration // the deadline, from where it was
	}{
		{"none", nil, 0, tender.Closed, 0},
		{"just before the deadline", []rules.Outage{away(7, 31, 1)}, 0, tender.Published, 24*time.Hour - time.Minute},
		{"a minute too short", []rules.Outage{away(7, 30, 1)}, 0, tender.Closed, 0},
		{"across the deadline", []rules.Outage{away(7, 30, -60)}, time.Hour, tender.Published, 25 * time.Hour},
		{"across it, and too short before it", []rules.Outage{away(7, 29, -600)}, 10 * time.Hour, tender.Closed, 0},
		{"for days", []rules.Outage{away(7, 60, -60*72)}, 72 * time.Hour, tender.Published, 96 * time.Hour},
		{"several in a row", []rules.Outage{away(7, 100, 90), away(8, 80, 70), away(9, 60, 50)}, 0, tender.Published, 24*time.Hour - 50*time.Minute},
		{"the day before", []rules.Outage{away(7, 60*30, 60*24)}, 0, tender.Closed, 0},
		{"after it", []rules.Outage{away(7, -1, -60)}, time.Hour, tender.Closed, 0},
		{"it lasts", []rules.Outage{lasts(60)}, time.Hour, tender.Published, 0},
		{"one has ended, and one lasts", []rules.Outage{away(7, 90, 45), lasts(5)}, time.Hour, tender.Published, 24*time.Hour - 45*time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := published(newWorld(t), plan())
			w.Uptime = &record{list: c.list}
			was := w.tender()
			at := deadline.Add(c.at)
			w.set(at)
			_, err := w.Tick(t.Context(), at)
			w.ok(err)
			x := w.stand(c.name, c.phase)
			if d := x.Notice.Timetable.Deadline.Sub(deadline); d != c.moved {
				t.Errorf("the deadline moves by %s, want %s", d, c.moved)
			}
			if d := x.Notice.Timetable.Opens.Sub(was.Notice.Timetable.Opens); d != c.moved {
				t.Errorf("the opening moves by %s, want %s", d, c.moved)
			}
			if got, want := len(w.facts("tender.prolong")), len(x.Openers.Extensions); got != want || (c.moved > 0) != (got == 1) {
				t.Errorf("%d facts and %d records tell of it", got, want)
			}
		})
	}
}

// TestWhatTheFactOfAnOutageSays is enough to reckon again.
func TestWhatTheFactOfAnOutageSays(t *testing.T) {
	w := published(newWorld(t), plan())
	w.Uptime = &record{list: []rules.Outage{away(9, 60, 45), away(7, 60*30, 60*24-15), away(8, 60*28, 60*25)}}
	w.tick("at the deadline", deadline, 2)
	f := w.facts("tender.prolong")
	want := `{"before":"2026-04-01T12:00:00.000Z","deadline":"2026-04-02T11:15:00.000Z","outages":[` +
		`{"beat":7,"from":"2026-03-31T06:00:00.000Z","to":"2026-03-31T12:15:00.000Z"},` +
		`{"beat":9,"from":"2026-04-01T11:00:00.000Z","to":"2026-04-01T11:15:00.000Z"}]}`
	if len(f) != 1 || f[0].By != party.ClockActor.User || string(f[0].Data) != want {
		t.Errorf("%s", f)
	}
	x := w.tender()
	var d struct{ Extension json.RawMessage }
	w.ok(json.Unmarshal(w.facts("openers.extend")[0].Data, &d))
	e, err := seal.ParseExtension(d.Extension)
	if err != nil || !e.Deadline.Equal(x.Notice.Timetable.Deadline) || !e.Opens.Equal(x.Notice.Timetable.Opens) || x.Revision != 2 {
		t.Errorf("the record beside the manifest says %v, %v", e, err)
	}
	if x.Openers.ExtensionFacts[0] != w.facts("openers.extend")[0].ID {
		t.Error("the tender names another fact as the one of its record")
	}
}

// TestAnOutageIsToldAtItsEnd, and not only when the deadline has come; the same
// outage moves a deadline once, and another one moves it again.
func TestAnOutageIsToldAtItsEnd(t *testing.T) {
	w := published(newWorld(t), plan())
	r := &record{list: []rules.Outage{away(7, 600, 540)}}
	w.Uptime = r
	after := func(what string, at time.Time, facts int, moved time.Duration) {
		t.Helper()
		w.set(at)
		n, err := w.AfterOutage(t.Context())
		if d := w.tender().Notice.Timetable.Deadline.Sub(deadline); err != nil || n != facts || d != moved {
			t.Errorf("%s: %d facts, moved by %s, %v", what, n, d, err)
		}
	}
	first := 24*time.Hour - 540*time.Minute
	after("when it has ended", deadline.Add(-540*time.Minute), 2, first)
	after("told again", deadline.Add(-530*time.Minute), 0, first)
	w.tick("at the deadline that was", deadline, 0)
	r.list = append(r.list, lasts(-60))
	after("while another lasts", deadline.Add(2*time.Hour), 0, first)
	r.list[1] = away(8, -60, -180)
	after("when it has ended", deadline.Add(3*time.Hour), 2, 27*time.Hour)
	w.tick("at the new deadline", deadline.Add(27*time.Hour), 1)
	w.stand("at the new deadline", tender.Closed)
	after("when it is closed", deadline.Add(28*time.Hour), 0, 27*time.Hour)
}

// TestOnlyTheClockKnowsOutages.
func TestOnlyTheClockKnowsOutages(t *testing.T) {
	x := &tender.Tender{Phase: tender.Published, Buyer: tender.OrgName{ID: buyer}}
	for _, by := range []party.Actor{officer, approver, auditor, bidder, party.PublicActor} {
		for _, a := range x.Actions(tender.Ask{By: by}) {
			if a == tender.Prolong {
				t.Errorf("%s may tell of outages", by.Role)
			}
		}
	}
}

// TestWithoutARuleOutagesMoveNothing.
func TestWithoutARuleOutagesMoveNothing(t *testing.T) {
	w := published(newWorld(t), plan())
	w.force(func(x *tender.Tender) { x.Policy.Outage = nil })
	w.Uptime = &record{list: []rules.Outage{lasts(600), away(7, 600, 60)}}
	n, err := w.AfterOutage(t.Context())
	if n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	w.tick("at the deadline", deadline, 1)
	w.stand("at the deadline", tender.Closed)
}

// TestUptimeThatCannotBeReadClosesNothing: what the log does not say is not
// guessed.
func TestUptimeThatCannotBeReadClosesNothing(t *testing.T) {
	w := published(newWorld(t), plan())
	r := &record{err: errors.New("the engine does not answer")}
	w.Uptime = r
	w.set(deadline)
	if n, err := w.Tick(t.Context(), deadline); n != 0 || !errors.Is(err, r.err) {
		t.Errorf("%d, %v", n, err)
	}
	w.stand("meanwhile", tender.Published)
	r.err = nil
	w.tick("later", deadline, 1)
}

// TestServersTellOfAnOutageAtOnce, and it moves the deadline once.
func TestServersTellOfAnOutageAtOnce(t *testing.T) {
	w := published(newWorld(t), plan())
	w.Uptime = &record{list: []rules.Outage{away(7, 90, 30)}}
	w.set(deadline.Add(-time.Minute))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := w.AfterOutage(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(w.facts("tender.prolong")); n != 1 {
		t.Errorf("%d facts tell of one outage", n)
	}
}
