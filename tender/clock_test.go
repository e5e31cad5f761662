package tender_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/store"
)

// tick lets the clock act at an instant and demands that it moves so many.
func (w *world) tick(what string, at time.Time, moved int) {
	w.Helper()
	w.set(at)
	n, err := w.Tick(w.Context(), at)
	if err != nil || n != moved {
		w.Errorf("%s: the clock moves %d, want %d: %v", what, n, moved, err)
	}
}

// stand demands the phase.
func (w *world) stand(what string, p tender.Phase) *tender.Tender {
	w.Helper()
	x := w.tender()
	if x.Phase != p {
		w.Errorf("%s: it is %s, want %s", what, x.Phase, p)
	}
	return x
}

// TestTheClock closes at the deadline itself, ends the window at its end, each
// once, and not a nanosecond before.
func TestTheClock(t *testing.T) {
	w := published(newWorld(t), plan())
	window := deadline.Add(2 * time.Hour)
	w.tick("a nanosecond before the deadline", deadline.Add(-1), 0)
	w.tick("a millisecond before the deadline", deadline.Add(-time.Millisecond), 0)
	w.stand("before the deadline", tender.Published)
	w.tick("at the deadline", deadline, 1)
	x := w.stand("at the deadline", tender.Closed)
	f := w.facts("tender.close")
	if len(f) != 1 || x.CloseFact != f[0].ID || !x.Closed.Equal(deadline) || f[0].By != party.ClockActor.User || string(f[0].Data) != `{"until":"2026-04-01T12:00:00.000Z"}` {
		t.Errorf("closed at %s by %v", x.Closed, f)
	}
	w.tick("at the deadline again", deadline, 0)
	w.tick("a nanosecond before the window ends", window.Add(-1), 0)
	w.tick("long after the window", window.Add(90*time.Minute), 1)
	x = w.stand("after the window", tender.Sealed)
	f = w.facts("tender.window-close")
	if len(f) != 1 || x.SealFact != f[0].ID || !x.Sealed.Equal(window.Add(90*time.Minute)) || string(f[0].Data) != `{"until":"2026-04-01T14:00:00.000Z"}` {
		t.Errorf("sealed at %s by %v", x.Sealed, f)
	}
	w.tick("for ever after", window.AddDate(1, 0, 0), 0)
}

// TestTheClockComesLate: what is long due is done in its order, and the window
// is not skipped.
func TestTheClockComesLate(t *testing.T) {
	w := published(newWorld(t), plan())
	late := deadline.AddDate(0, 1, 0)
	w.tick("a month late", late, 1)
	w.stand("once", tender.Closed)
	w.tick("again", late, 1)
	w.stand("twice", tender.Sealed)
}

// TestNobodyElseIsTheClock.
func TestNobodyElseIsTheClock(t *testing.T) {
	w := published(newWorld(t), plan())
	w.set(deadline)
	_, err := w.MoveLot(t.Context(), w.ID, "salt", tender.SealLot, tender.Ask{By: officer}, nil)
	w.code("an officer who seals a lot", err, "actor.role")
	_, err = w.Count(t.Context(), w.ID, map[string]int{"salt": 1})
	w.ok(err)
	if l := w.tender().Lot("salt"); l.Phase != tender.Competing {
		t.Errorf("a count before the window has ended makes the lot %s", l.Phase)
	}
}

// TestTheClockFollowsAnExtension.
func TestTheClockFollowsAnExtension(t *testing.T) {
	w := published(newWorld(t), plan())
	_, err := w.Extend(t.Context(), w.ID, officer, deadline.Add(time.Hour), "because")
	w.ok(err)
	w.tick("at the old deadline", deadline, 0)
	w.tick("at the new one", deadline.Add(time.Hour), 1)
}

// TestManyClocks: any number of servers may tick at once; every step is taken
// once.
func TestManyClocks(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for range 5 {
		ids = append(ids, published(w, plan()).ID)
	}
	for _, c := range []struct {
		at   time.Time
		fact string
	}{{deadline, "tender.close"}, {deadline.Add(2 * time.Hour), "tender.window-close"}} {
		var moved atomic.Int64
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				n, err := w.Tick(t.Context(), c.at)
				if err != nil {
					t.Error(err)
				}
				moved.Add(int64(n))
			})
		}
		group.Wait()
		if moved.Load() != 5 {
			t.Errorf("eight clocks moved %d", moved.Load())
		}
		for _, w.ID = range ids {
			if n := len(w.facts(c.fact)); n != 1 {
				t.Errorf("%s: %d times %s", w.ID, n, c.fact)
			}
		}
	}
}

// TestTheClockAndAnOfficer race at the deadline: the notice is either extended
// and open, or closed as it was.
func TestTheClockAndAnOfficer(t *testing.T) {
	w := published(newWorld(t), plan())
	w.set(deadline.Add(-1)) // what the officer's server believes
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := w.Tick(t.Context(), deadline); err != nil {
			t.Error(err)
		}
	})
	_, err := w.Extend(t.Context(), w.ID, officer, deadline.Add(time.Hour), "because")
	group.Wait()
	x := w.tender()
	extended := err == nil
	if extended != (x.Phase == tender.Published) || extended == (len(w.facts("tender.close")) == 1) {
		t.Errorf("extended: %v, and it is %s", err, x.Phase)
	}
}

// TestOneTenderDoesNotHoldUpOthers: what cannot be closed is told, and the rest
// is closed.
func TestOneTenderDoesNotHoldUpOthers(t *testing.T) {
	w := newWorld(t)
	first := published(w, plan()).ID
	published(w, plan())
	w.Engine.Break("Put", 0, false)
	n, err := w.Tick(t.Context(), deadline)
	if n != 1 || err == nil {
		t.Errorf("the clock moves %d: %v", n, err)
	}
	w.tick("again", deadline, 1)
	for _, w.ID = range []string{first, w.ID} {
		w.stand(w.ID, tender.Closed)
	}
}

// TestWhatTheClockLooksFor: only what has something due is in its index.
func TestWhatTheClockLooksFor(t *testing.T) {
	w := newWorld(t).draft(plan())
	due := func() int {
		t.Helper()
		list, _, err := w.Tenders.Find(t.Context(), store.Query{Index: "due", Limit: 10})
		w.ok(err)
		return len(list)
	}
	if n := due(); n != 0 {
		t.Errorf("a draft has %d due", n)
	}
	published(w, plan())
	if n := due(); n != 1 {
		t.Errorf("what is published has %d due", n)
	}
	_, err := w.Cancel(t.Context(), w.ID, officer, "because")
	w.ok(err)
	if n := due(); n != 0 {
		t.Errorf("what was cancelled has %d due", n)
	}
}
