package tender_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store/storetest"
)

// broken is a clock that cannot be read.
type broken struct{}

func (broken) Now(context.Context) (time.Time, error) { return time.Time{}, storetest.ErrBroken }

// together runs f for 0 to n-1 at once.
func together(n int, f func(int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

// TestEightOfficersEdit what they saw: of those who saw one version one wins,
// and the others are told to look again.
func TestEightOfficersEdit(t *testing.T) {
	w := newWorld(t).draft(plan())
	shared := plan() // whose parts they all read
	for version := int64(1); version <= 5; version++ {
		var mu sync.Mutex
		var won []string
		together(8, func(i int) {
			p := shared
			p.Notice.Title = en(fmt.Sprintf("Salt of officer %d", i))
			by := person(fmt.Sprintf("u-officer-%d", i), buyer, party.KindBuyer, party.RoleOfficer)
			_, err := w.Edit(t.Context(), w.ID, version, by, p)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, p.Notice.Title["en"])
			} else if f := fault.From(err); f.Code != "tender.stale" || f.Kind != fault.Stale {
				t.Errorf("officer %d: %v", i, err)
			}
		})
		x := w.tender()
		if len(won) != 1 || x.Version != version+1 || x.Notice.Title["en"] != won[0] {
			t.Fatalf("version %d was edited by %v; stored is %d, %q", version, won, x.Version, x.Notice.Title["en"])
		}
	}
	if n := len(w.facts("tender.edit")); n != 5 {
		t.Errorf("%d facts of 5 edits", n)
	}
}

// TestOpenersAtOnce: those who give keys, and then sign, all at once, all
// succeed, and the manifest has every key.
func TestOpenersAtOnce(t *testing.T) {
	w := newWorld(t).draft(plan()).submit().approve()
	all := everyOpener()
	together(len(all), func(i int) {
		if _, err := w.GiveKey(t.Context(), w.ID, all[i], w.secret(all[i].User).Public()); err != nil {
			t.Error(err)
		}
	})
	if w.tender().Openers.Manifest == "" {
		t.Fatal("there is no manifest")
	}
	together(len(all), func(i int) { w.agree(all[i]) })
	if _, err := w.Publish(t.Context(), w.ID, officer); err != nil {
		t.Error(err)
	}
}

// TestTwoPeopleDecide at once about what is submitted: one is heard, and the
// other told why not.
func TestTwoPeopleDecide(t *testing.T) {
	for range 5 {
		w := newWorld(t).draft(plan()).submit()
		record := w.approval()
		errs := make([]error, 3)
		together(3, func(i int) {
			switch i {
			case 0:
				_, errs[0] = w.Return(t.Context(), w.ID, approver, "wrong")
			case 1:
				_, errs[1] = w.Approve(t.Context(), w.ID, outside, w.sign(outside, "approve", record))
			case 2:
				_, errs[2] = w.Cancel(t.Context(), w.ID, officer, "no money")
			}
		})
		x := w.tender()
		for i, p := range []tender.Phase{tender.Draft, tender.Approved, tender.Cancelled} {
			if errs[i] != nil && codeOf(errs[i]) != "tender.phase" {
				t.Errorf("it is %s; %d: %v", x.Phase, i, errs[i])
			}
			if x.Phase == p && errs[i] != nil {
				t.Errorf("it is %s, but who did that was told %v", p, errs[i])
			}
		}
		if errs[2] == nil && x.Phase != tender.Cancelled {
			t.Errorf("cancelled, and yet %s", x.Phase)
		}
	}
}

// TestLotsMoveAtOnce: different lots, by different people, do not get into each
// other's way; the same step by many is taken once.
func TestLotsMoveAtOnce(t *testing.T) {
	w := sealed(newWorld(t), plan())
	w.count(map[string]int{"salt": 2, "brine": 2})
	together(8, func(i int) {
		if err := w.move([]string{"salt", "brine"}[i%2], tender.OpenLot, officer, ""); err != nil {
			t.Error(err)
		}
	})
	if n := len(w.facts("lot.open")); n != 2 {
		t.Errorf("two lots were opened %d times", n)
	}
	together(6, func(i int) {
		complaint := fmt.Sprint("c", i/2)
		if _, err := w.Suspend(t.Context(), w.ID, "salt", complaint); err != nil {
			t.Error(err)
		}
		if _, err := w.Look(t.Context(), w.ID, party.PublicActor); err != nil {
			t.Error(err)
		}
	})
	if x := w.tender(); len(x.Suspended) != 3 || x.Clear("salt") == nil {
		t.Errorf("suspended are %+v", x.Suspended)
	}
}
