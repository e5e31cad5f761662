package tender_test

import (
	"testing"
	"time"

	"probity/tender"
	"probity/tender/party"
)

// standstill is a procedure whose two lots stand still until ends.
func standstill(w *world, ends time.Time) *world {
	w.Helper()
	sealed(w, plan()).count(map[string]int{"salt": 2, "brine": 2})
	for _, lot := range []string{"salt", "brine"} {
		w.take(lot, tender.Ranked)
		_, err := w.MoveLot(w.Context(), w.ID, lot, tender.AwardLot, tender.Ask{By: approver}, func(l *tender.Lot) error {
			l.StandstillEnds = ends
			return nil
		})
		w.ok(err)
	}
	return w
}

// act is one thing that happens about a complaint, so many hours after the
// standstill has begun.
type act struct {
	hour      int
	complaint string
	lot       string // "" for all; "-" to resume
}

// TestSuspensions: the time for which a lot is held up is added to its
// standstill, once, however many complaints hold it up together.
func TestSuspensions(t *testing.T) {
	t.Parallel()
	start := deadline.AddDate(0, 1, 0)
	for _, c := range []struct {
		name        string
		acts        []act
		salt, brine int // hours that are added
	}{
		{"none", nil, 0, 0},
		{"one about salt", []act{{1, "a", "salt"}, {4, "a", "-"}}, 3, 0},
		{"one about all", []act{{1, "a", ""}, {4, "a", "-"}}, 3, 3},
		{"one after another", []act{{1, "a", "salt"}, {4, "a", "-"}, {5, "b", "salt"}, {6, "b", "-"}}, 4, 0},
		{"two that overlap", []act{{1, "a", "salt"}, {3, "b", "salt"}, {4, "a", "-"}, {6, "b", "-"}}, 5, 0},
		{"one within another", []act{{1, "a", "salt"}, {3, "b", "salt"}, {4, "b", "-"}, {6, "a", "-"}}, 5, 0},
		{"one about all within one about salt", []act{{1, "a", "salt"}, {3, "b", ""}, {4, "b", "-"}, {6, "a", "-"}}, 5, 1},
		{"one told twice", []act{{1, "a", "salt"}, {2, "a", "salt"}, {4, "a", "-"}, {7, "a", "-"}}, 3, 0},
		{"one told again after its end", []act{{1, "a", "salt"}, {4, "a", "-"}, {5, "a", "salt"}}, 3, 0},
		{"the end of one that there is not", []act{{1, "z", "-"}}, 0, 0},
		{"one that outlasts the standstill", []act{{1, "a", "salt"}, {100, "a", "-"}}, 99, 0},
	} {
		ends := start.Add(48 * time.Hour)
		w := standstill(newWorld(t), ends)
		for _, x := range c.acts {
			w.set(start.Add(time.Duration(x.hour) * time.Hour))
			var err error
			if x.lot == "-" {
				_, err = w.Resume(t.Context(), w.ID, x.complaint)
			} else {
				_, err = w.Suspend(t.Context(), w.ID, x.lot, x.complaint)
			}
			w.ok(err)
		}
		x := w.tender()
		for lot, hours := range map[string]int{"salt": c.salt, "brine": c.brine} {
			l := x.Lot(lot)
			if want := ends.Add(time.Duration(hours) * time.Hour); !l.StandstillEnds.Equal(want) || !l.HeldSince.IsZero() || x.Clear(lot) != nil {
				t.Errorf("%s: %s stands still until %s, want %s; held since %s", c.name, lot, l.StandstillEnds, want, l.HeldSince)
			}
		}
		if n := len(w.facts("tender.suspend")) - len(w.facts("tender.resume")); n != 0 {
			t.Errorf("%s: %d more suspensions than ends", c.name, n)
		}
	}
}

// TestWhatASuspensionHoldsUp: nothing moves the lot forward, neither people nor
// the clock; it can still end.
func TestWhatASuspensionHoldsUp(t *testing.T) {
	w := sealed(newWorld(t), plan())
	w.count(map[string]int{"salt": 2, "brine": 2})
	_, err := w.Suspend(t.Context(), w.ID, "salt", "c1")
	w.ok(err)
	for _, s := range steps {
		w.force(func(x *tender.Tender) { x.Lot("salt").Phase = from(s.to) })
		w.code("the step "+string(s.do), w.move("salt", s.do, s.by, ""), "lot.suspended")
	}
	w.take("brine", tender.Contracted)
	w.force(func(x *tender.Tender) { x.Lot("salt").Phase = tender.Waiting })
	w.ok(w.move("salt", tender.CancelLot, officer, "the complaint is right"))
	w.stand("after both have ended", tender.Complete)
}

// from is the phase before, in the life of a lot.
func from(to tender.LotPhase) tender.LotPhase {
	before := tender.Waiting
	for _, s := range steps {
		if s.to == to {
			return before
		}
		before = s.to
	}
	return ""
}

// TestTheClockWaitsForComplaints, and for the time that they have cost.
func TestTheClockWaitsForComplaints(t *testing.T) {
	ends := deadline.AddDate(0, 1, 0)
	w := standstill(newWorld(t), ends)
	w.set(ends.Add(-time.Hour))
	_, err := w.Suspend(t.Context(), w.ID, "salt", "c1")
	w.ok(err)
	w.tick("at the end, for brine", ends, 1)
	w.tick("a day later", ends.AddDate(0, 0, 1), 0)
	_, err = w.Resume(t.Context(), w.ID, "c1")
	w.ok(err)
	again := ends.AddDate(0, 0, 1).Add(time.Hour)
	w.tick("a nanosecond before the last hour is over", again.Add(-1), 0)
	w.tick("when it is", again, 1)
	if l := w.tender().Lot("salt"); l.Phase != tender.Awarded || !l.StandstillEnds.Equal(again) {
		t.Errorf("the lot is %+v", l)
	}
}

// TestTheReviewBodyBinds: an award that it sets aside is made again, and the
// time that the complaint took is given to nobody.
func TestTheReviewBodyBinds(t *testing.T) {
	reviewer := person("u-reviewer", "org-review", party.KindReview, party.RoleReviewer)
	w := standstill(newWorld(t), deadline.AddDate(0, 1, 0))
	_, err := w.Suspend(t.Context(), w.ID, "salt", "c1")
	w.ok(err)
	w.code("by an officer", w.move("salt", tender.ReviseLot, officer, "because"), "actor.role")
	w.code("without a reason", w.move("salt", tender.ReviseLot, reviewer, ""), "tender.no_reason")
	w.ok(w.move("salt", tender.ReviseLot, reviewer, "the scores do not add up"))
	w.ok(w.move("salt", tender.ReviseLot, reviewer, "the scores do not add up"))
	w.code("awarded again while it is held up", w.move("salt", tender.AwardLot, approver, ""), "lot.suspended")
	before := w.tender().Lot("salt").StandstillEnds
	w.set(deadline.AddDate(0, 2, 0))
	_, err = w.Resume(t.Context(), w.ID, "c1")
	w.ok(err)
	l := w.tender().Lot("salt")
	if l.Phase != tender.Ranked || !l.StandstillEnds.Equal(before) || !l.HeldSince.IsZero() || len(w.facts("lot.revise")) != 1 {
		t.Errorf("the lot is %+v", l)
	}
	w.ok(w.move("salt", tender.RejudgeLot, approver, "rank again"))
	if l := w.tender().Lot("salt"); l.Phase != tender.Priced {
		t.Errorf("with two envelopes the panel ranks again from %s", l.Phase)
	}
}
