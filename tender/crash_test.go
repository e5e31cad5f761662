package tender_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store/storetest"
)

// story is a procedure from its approval to its end, act by act, in which
// everything happens that the service can do. again is what the same act
// answers once it has taken effect: "" where nothing happens, a refusal where the
// person must look again, "-" where it is done once more.
var story = []struct {
	name, again string
	act         func(*world) error
}{
	{"edit", "tender.stale", func(w *world) error { _, err := w.Edit(w.Context(), w.ID, 1, officer, plan()); return err }},
	{"submit", "tender.phase", func(w *world) error { _, err := w.Submit(w.Context(), w.ID, officer); return err }},
	{"return", "tender.phase", func(w *world) error {
		_, err := w.Return(w.Context(), w.ID, approver, "more salt")
		return err
	}},
	{"submit again", "tender.phase", func(w *world) error { _, err := w.Submit(w.Context(), w.ID, officer); return err }},
	{"approve", "tender.phase", func(w *world) error {
		_, err := w.Approve(w.Context(), w.ID, approver, w.sign(approver, sign.Approve, w.approval()))
		return err
	}},
	{"first key", "-", keyOf(0)}, {"second key", "-", keyOf(1)}, {"third key", "-", keyOf(2)}, {"guardian's key", "-", keyOf(3)},
	{"first signature", "-", signatureOf(0)}, {"second signature", "-", signatureOf(1)},
	{"third signature", "-", signatureOf(2)}, {"guardian's signature", "-", signatureOf(3)},
	{"publish", "tender.phase", func(w *world) error { _, err := w.Publish(w.Context(), w.ID, officer); return err }},
	{"amend", "tender.stale", func(w *world) error {
		n := notice()
		later(&n, 24*time.Hour)
		_, err := w.Amend(w.Context(), w.ID, 15, officer, n, "more time")
		return err
	}},
	{"extend", "tender.deadline_back", func(w *world) error {
		_, err := w.Extend(w.Context(), w.ID, officer, deadline.AddDate(0, 0, 2), "and more")
		return err
	}},
	{"close", "", tickAt(deadline.AddDate(0, 0, 2))},
	{"end the window", "", tickAt(deadline.AddDate(0, 0, 2).Add(2 * time.Hour))},
	{"count", "", func(w *world) error {
		_, err := w.Count(w.Context(), w.ID, map[string]int{"salt": 2})
		return err
	}},
	{"suspend", "", func(w *world) error { _, err := w.Suspend(w.Context(), w.ID, "", "c1"); return err }},
	{"resume", "", func(w *world) error { _, err := w.Resume(w.Context(), w.ID, "c1"); return err }},
	{"open", "", moving(tender.OpenLot, officer)}, {"qualify", "", moving(tender.QualifyLot, judge)},
	{"open prices", "", moving(tender.PriceLot, officer)}, {"rank", "", moving(tender.RankLot, judge)},
	{"award", "", func(w *world) error {
		_, err := w.MoveLot(w.Context(), w.ID, "salt", tender.AwardLot, tender.Ask{By: approver}, func(l *tender.Lot) error {
			l.StandstillEnds = deadline.AddDate(0, 0, 3)
			return nil
		})
		return err
	}},
	{"confirm", "", tickAt(deadline.AddDate(0, 0, 3))},
	{"sign", "", moving(tender.SignLot, approver)},
	{"destroy a key", "", func(w *world) error {
		_, err := w.DestroyKey(w.Context(), w.ID, openers[0], w.secret(openers[0].User).Public())
		return err
	}},
}

func keyOf(i int) func(*world) error {
	return func(w *world) error {
		a := everyOpener()[i]
		_, err := w.GiveKey(w.Context(), w.ID, a, w.secret(a.User).Public())
		return err
	}
}

func signatureOf(i int) func(*world) error {
	return func(w *world) error {
		a := everyOpener()[i]
		record, err := w.ConsentRecord(w.Context(), w.ID, a)
		w.ok(err)
		_, err = w.SignManifest(w.Context(), w.ID, a, w.sign(a, sign.Manifest, record))
		return err
	}
}

func tickAt(at time.Time) func(*world) error {
	return func(w *world) error {
		w.set(at)
		_, err := w.Tick(w.Context(), at)
		return err
	}
}

func moving(a tender.Action, by party.Actor) func(*world) error {
	return func(w *world) error {
		_, err := w.MoveLot(w.Context(), w.ID, "salt", a, tender.Ask{By: by}, nil)
		return err
	}
}

// tell runs the story. Before each act the engine breaks as broken says.
func tell(t *testing.T, broken func(w *world, name, again string, act func(*world) error)) string {
	w := newWorld(t).draft(plan())
	for _, s := range story {
		broken(w, s.name, s.again, s.act)
	}
	x := w.stand("at the end of the story", tender.Complete)
	return fmt.Sprintf("%d %d %v %v %s", x.Version, x.Revision, x.Lots, x.Duties, strings.Join(names(w), " "))
}

// names lists the facts of the procedure in order.
func names(w *world) []string {
	all, err := w.Engine.Engine.Pending(w.Context(), 1000)
	w.ok(err)
	var list []string
	for _, f := range all {
		list = append(list, f.ID+" "+f.Name)
	}
	return list
}

// TestEveryWriteFails, once before it takes effect and once after. Nothing half
// done is ever stored, and who tries again comes to where they wanted to be,
// with each fact there once.
func TestEveryWriteFails(t *testing.T) {
	t.Parallel()
	whole := tell(t, func(w *world, name, _ string, act func(*world) error) {
		if err := act(w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	})
	for _, after := range []bool{false, true} {
		got := tell(t, func(w *world, name, again string, act func(*world) error) {
			before := w.tender().Version
			w.Engine.Break("Put", 0, after)
			if err := act(w); !errors.Is(err, storetest.ErrBroken) {
				t.Fatalf("%s on a broken engine: %v", name, err)
			}
			now := w.tender().Version
			if !after {
				if again = ""; now != before {
					t.Fatalf("%s: a write that failed is there", name)
				}
			} else if now != before+1 {
				t.Fatalf("%s: a write that took effect is not there", name)
			}
			if again == "-" {
				return
			}
			w.code(name+", again", act(w), again)
		})
		if got != whole {
			t.Errorf("failing (after: %v) the story ends as\n%s\nand not as\n%s", after, got, whole)
		}
	}
}

// TestCreatingOnABrokenEngine: without an answer there may be a draft that
// nobody knows of, but never two of one id, nor half a one.
func TestCreatingOnABrokenEngine(t *testing.T) {
	for _, after := range []bool{false, true} {
		w := newWorld(t)
		w.Engine.Break("Put", 0, after)
		x, err := w.Create(t.Context(), officer, plan())
		if !errors.Is(err, storetest.ErrBroken) || x != nil {
			t.Fatalf("on a broken engine there is %v: %v", x, err)
		}
		first := len(names(w))
		w.draft(plan())
		if n := len(names(w)); n != first+1 || (first == 1) != after || w.tender().Version != 1 {
			t.Errorf("after: %v: %d facts, then %d", after, first, n)
		}
	}
}

// TestTheClockBreaks: who cannot tell the time does nothing.
func TestTheClockBreaks(t *testing.T) {
	w := published(newWorld(t), plan())
	before := w.tender().Version
	w.Clock = broken{}
	for name, err := range map[string]error{
		"create": func() error { _, err := w.Create(t.Context(), officer, plan()); return err }(),
		"cancel": func() error { _, err := w.Cancel(t.Context(), w.ID, officer, "because"); return err }(),
		"extend": func() error {
			_, err := w.Extend(t.Context(), w.ID, officer, deadline.Add(time.Hour), "because")
			return err
		}(),
	} {
		if !errors.Is(err, storetest.ErrBroken) || w.tender().Version != before {
			t.Errorf("%s without a clock: %v", name, err)
		}
	}
}
