package bidding_test

import (
	"encoding/json"
	"errors"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
)

// What the two closing entries say is computed from the log alone, agrees with
// what bidders see, and can be computed again.
func TestClosingLists(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	stored, replaced, withdrawn, lapsed := w.Bidder("stored"), w.Bidder("replaced"), w.Bidder("withdrawn"), w.Bidder("lapsed")
	stored.Bid(1, "9")
	replaced.Bid(1, "9")
	replaced.Bid(2, "9")
	withdrawn.Bid(1, "9")
	w.Ok(withdrawn.Withdraw(2))
	w.Ok(lapsed.Submit(lapsed.Seal(1, "9")))
	w.Close()
	w.Shut()
	bounds, err := w.Openings.Bounds(w.Ctx(), w.ID)
	w.Ok(err)
	for says, c := range map[string]struct {
		list seal.Closing
		want map[string][]string
	}{
		"closed": {bounds.Closed.List, map[string][]string{stored.Org: {seal.Live}, replaced.Org: {seal.Replaced, seal.Live}, withdrawn.Org: {seal.Withdrawn}, lapsed.Org: {seal.Live}}},
		"window": {bounds.Window.List, map[string][]string{stored.Org: {seal.Stored}, replaced.Org: {seal.Replaced, seal.Stored}, withdrawn.Org: {seal.Withdrawn}, lapsed.Org: {seal.Lapsed}}},
	} {
		got := map[string][]string{}
		for _, e := range c.list.Entries {
			got[e.Bidder] = append(got[e.Bidder], e.State)
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(c.want)
		if string(a) != string(b) {
			t.Errorf("%s: %s, want %s", says, a, b)
		}
	}
	if bounds.Window.List.Previous != bounds.Closed.List.Head().Hash() {
		t.Error("the second list does not follow the first")
	}
	want(t, "lapsed", lapsed, bidding.Lapsed)
	if n := w.Tender().Lot(w.Lot).Stored; n != 2 {
		t.Errorf("the lot has %d bids", n)
	}
}

// A list that is not what the facts before it give is refused: with an entry
// left out, with one put in, with two in the wrong order.
func TestListsAreChecked(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9")
	b.Bid(1, "9")
	a.Bid(2, "8")
	w.Close()
	w.Shut()
	good := w.Facts("")
	if _, _, err := bidding.Lists(good); err != nil {
		t.Fatal(err)
	}
	var submits []int
	for i, f := range good {
		if f.Name == bidding.FactSubmit {
			submits = append(submits, i)
		}
	}
	without := append(append([]bidding.Placed{}, good[:submits[0]]...), good[submits[0]+1:]...)
	swapped := append([]bidding.Placed{}, good...)
	i, j := submits[0], submits[2]
	swapped[i].Event, swapped[j].Event = swapped[j].Event, swapped[i].Event
	twice := append(append([]bidding.Placed{}, good[:submits[1]+1]...), good[submits[1]:]...)
	unsalted := append([]bidding.Placed{}, good...)
	for n := range unsalted {
		unsalted[n].Salt = make([]byte, 16)
	}
	for says, facts := range map[string][]bidding.Placed{"a bid left out": without, "two bids swapped": swapped, "a bid twice": twice, "other salts": unsalted} {
		if _, _, err := bidding.Lists(facts); err == nil {
			t.Errorf("%s: not found", says)
		}
	}
}

// Fewer stored bids than the rules want: unsuccessful, and sealed for ever.
func TestTooFewBids(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60, Lots: []string{"lot-1", "lot-2"}})
	a := w.Bidder("alpha")
	s := a.SealFor("lot-2", 1, "9")
	w.Ok(a.Submit(s))
	w.Ok(a.Upload(s))
	w.Ok(a.Submit(a.Seal(1, "9"))) // for the first lot, and never uploaded
	w.Close()
	w.Shut()
	if p := w.Tender().Lot("lot-1").Phase; p != tender.LotUnsuccessful {
		t.Errorf("a lot whose one bid lapsed is %s", p)
	}
	if p := w.Tender().Lot("lot-2").Phase; p != tender.Waiting {
		t.Errorf("a lot with a bid is %s", p)
	}
	_, err := w.Openings.Announce(w.Ctx(), Officer, w.ID, "lot-1", tender.Whole)
	w.Code("opening the first", err, "opening.lot")
}

// China's law wants three. Two stored bids stay sealed.
func TestTooFewBidsByLaw(t *testing.T) {
	w := newWorld(t, Terms{RuleSet: "cn-gpl", Panel: 5, Change: func(n *tender.Notice) { n.Currency = "CNY" }})
	for _, name := range []string{"alpha", "beta"} {
		w.Bidder(name).Bid(1, "9")
	}
	w.Close()
	w.Shut()
	if p := w.Tender().Phase; p != tender.Failed {
		t.Errorf("the tender is %s", p)
	}
	_, err := w.Openings.Announce(w.Ctx(), Officer, w.ID, w.Lot, tender.Whole)
	w.Code("opening", err, "opening.too_early")
	if k := w.Bidder("alpha").Kept("0001"); len(k) != 2 {
		t.Errorf("of the sealed bid are left: %v", k)
	}
}

// All bids of a cancelled tender are deleted, whatever their state, and none is
// ever opened.
func TestCancelDeletesAll(t *testing.T) {
	for says, when := range map[string]func(*World){
		"while bids come in": func(w *World) {},
		"in the window":      func(w *World) { w.Close() },
		"before the opening": func(w *World) { w.Close(); w.Shut() },
	} {
		w := newWorld(t, two)
		a, b := w.Bidder("alpha"), w.Bidder("beta")
		a.Bid(1, "9")
		s := b.Seal(1, "8")
		w.Ok(b.Submit(s))
		w.Ok(b.UploadOne(s, tender.Technical))
		when(w)
		_, err := w.Tenders.Cancel(w.Ctx(), w.ID, Officer, "the budget was withdrawn")
		w.Ok(err)
		w.Settle()
		if k := w.Objects("bids/"); len(k) != 0 {
			t.Errorf("%s: %v is left", says, k)
		}
		want(t, says, a, bidding.Dropped)
		_, err = w.Openings.Announce(w.Ctx(), Officer, w.ID, w.Lot, tender.Technical)
		w.Code(says, err, "opening.too_early")
		w.Code("a bid "+says, a.Submit(a.Seal(2, "9")), "bid.cancelled")
		if err := b.Upload(s); !errors.Is(err, &fault.Error{Code: "bid.not_live"}) && !errors.Is(err, &fault.Error{Code: "bid.window_over"}) {
			t.Errorf("%s: uploads go on: %v", says, err)
		}
	}
}

// Between the technical and the price stage a cancellation deletes the prices
// and keeps what was opened.
func TestCancelBetweenStages(t *testing.T) {
	w := newWorld(t, two)
	a := w.Bidder("alpha")
	a.Bid(1, "9")
	w.Close()
	w.Shut()
	w.Open(tender.Technical)
	_, err := w.Tenders.Cancel(w.Ctx(), w.ID, Officer, "the budget was withdrawn")
	w.Ok(err)
	w.Settle()
	for _, key := range a.Kept("0001") {
		if key[len(key)-len("financial/payload"):] == "financial/payload" {
			t.Errorf("%s is left", key)
		}
	}
	if n := len(w.Objects("opened/")); n == 0 {
		t.Error("what was opened is gone")
	}
}

// New openers put the bids for the old ones out of force: they are deleted, do
// not count, and are made anew under the next number.
func TestNewOpeners(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9")
	b.Bid(1, "9")
	old := a.Seal(2, "9")
	w.Reseal([]Group{{Name: "new", K: 2, N: 2}})
	want(t, "the old bid", a, bidding.Superseded)
	if k := a.Kept("0001"); len(k) != 0 {
		t.Errorf("of the old bid are left: %v", k)
	}
	w.Code("a bid for the old openers", a.Submit(old), "bid.openers")
	a.Bid(2, "8")
	w.Close()
	w.Shut()
	id := w.Open(tender.Whole).ID
	if o, err := w.Openings.Openings.Get(w.Ctx(), id); err != nil || o.Size != 1 {
		t.Errorf("%d bids are opened, want the one that was made anew; %v", o.Size, err)
	}
	if x := w.Outcome(id, a); x.State != seal.Opened || x.Seq != 2 {
		t.Errorf("%s %d", x.State, x.Seq)
	}
	want(t, "who did not bid anew", b, bidding.Superseded)
}

// A later deadline leaves bids in force, and moves everything with it.
func TestLaterDeadline(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9")
	later := Deadline.AddDate(0, 0, 3)
	_, err := w.Tenders.Extend(w.Ctx(), w.ID, Officer, later, "a storm")
	w.Ok(err)
	_, err = w.Tenders.Extend(w.Ctx(), w.ID, Officer, Deadline, "a mistake")
	w.Code("back", err, "tender.deadline_back")
	w.Set(Deadline)
	w.Settle()
	b.Bid(1, "8") // at the old deadline
	w.Close()
	w.Shut()
	if w.Tender().Notice.Timetable.Opens.Before(later) {
		t.Error("the opening did not move")
	}
	id := w.Open(tender.Whole).ID
	if x := w.Outcome(id, a); x.State != seal.Opened {
		t.Errorf("%s %s", x.State, x.Cause)
	}
}
