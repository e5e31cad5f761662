package bidding_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/tender"
)

func states(list ...bidding.State) []bidding.State { return list }

func want(t *testing.T, says string, b *Bidder, list ...bidding.State) {
	t.Helper()
	if got := b.States(); !slices.Equal(got, list) {
		t.Errorf("%s: %v, want %v", says, got, list)
	}
}

// A bid that was replaced or withdrawn is out of force once the log says so, and
// all that was stored of it is gone. Its record stays.
func TestReplaceAndWithdraw(t *testing.T) {
	w := newWorld(t, two)
	a := w.Bidder("alpha")
	first := a.Bid(1, "9")
	if n := len(a.Kept("0001")); n != 4 {
		t.Fatalf("%d objects are stored, want a header and a payload for each envelope", n)
	}
	a.Bid(2, "8")
	w.Settle()
	want(t, "replaced", a, bidding.Replaced, bidding.Stored)
	if k := a.Kept("0001"); len(k) != 0 {
		t.Errorf("of the replaced bid are left: %v", k)
	}
	w.Code("upload for the replaced one", a.Upload(first), "bid.not_live")
	w.Ok(a.Withdraw(3))
	w.Settle()
	want(t, "withdrawn", a, bidding.Replaced, bidding.Withdrawn)
	if k := a.Kept("0002"); len(k) != 0 {
		t.Errorf("of the withdrawn bid are left: %v", k)
	}
	w.Code("withdrawing twice", a.Withdraw(4), "bid.none")
	a.Bid(4, "7")
	w.Settle()
	want(t, "made anew", a, bidding.Replaced, bidding.Withdrawn, bidding.Stored)
	if x := a.Stored(w.Lot); len(x.Versions) != 3 || x.Versions[0].Record.Record == nil {
		t.Error("the records have not stayed")
	}
	if n := len(w.Facts(bidding.FactSubmit)) + len(w.Facts(bidding.FactWithdraw)); n != 4 {
		t.Errorf("%d records are in the log", n)
	}
}

// Until the log has the replacement, the earlier bid stays as it is, parts and
// all: if the replacement proves late, there is still a bid.
func TestNothingIsReplacedBeforeTheLog(t *testing.T) {
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	a := w.Bidder("alpha")
	a.Bid(1, "9")
	w.Settle()
	h.Stop()
	w.Ok(a.Submit(a.Seal(2, "8")))
	want(t, "before the log", a, bidding.Stored, bidding.Registered)
	if n := len(a.Kept("0001")); n != 2 {
		t.Errorf("%d objects of the first bid are left", n)
	}
	h.Start()
	w.Settle()
	want(t, "after", a, bidding.Replaced, bidding.Registered)
}

// The deadline passes while facts wait for the log: all of them were taken in
// time, so they stand before the closing entry.
func TestWaitingFactsAreDrained(t *testing.T) {
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	a, b, c := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma")
	b.Bid(1, "9")
	c.Bid(1, "9")
	w.Settle()
	h.Stop()
	w.Set(Deadline.Add(-time.Millisecond))
	w.Ok(a.Submit(a.Seal(1, "7")))
	w.Ok(b.Submit(b.Seal(2, "6")))
	w.Ok(c.Withdraw(2))
	w.Set(Deadline.Add(time.Minute))
	h.Start()
	w.Settle()
	var order []string
	for _, f := range w.Facts("") {
		if strings.HasPrefix(f.Name, "bid.") && f.Name != bidding.FactStored || f.Name == bidding.FactClose {
			order = append(order, f.Name)
		}
	}
	if got := strings.Join(order[len(order)-4:], " "); got != "bid.submit bid.submit bid.withdraw tender.close" {
		t.Errorf("the log ends with %s", got)
	}
	want(t, "first bid at the last moment", a, bidding.Registered)
	want(t, "replacement at the last moment", b, bidding.Replaced, bidding.Registered)
	want(t, "withdrawal at the last moment", c, bidding.Withdrawn)
}

// A record that a slow server stores when the closing entry is in the log
// already is late, whatever the server's clock said: the earlier bid stays.
func TestBehindTheClosingEntry(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a, b, c := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma")
	a.Bid(1, "9")
	c.Bid(1, "9")
	w.Close()
	slow := *w.Bids // a server that has looked at the clock, and then stood still
	slow.Clock = clockAt(Deadline.Add(-time.Millisecond))
	slow.Tenders = openTender(w, tender.Published)
	var facts []string
	for _, x := range []struct {
		by *Bidder
		s  *Sealed
	}{{a, a.Seal(2, "8")}, {b, b.Seal(1, "7")}} {
		_, v, err := slow.Submit(w.Ctx(), x.by.Actor, bidding.Submission{Signed: x.s.Signed})
		w.Ok(err)
		facts = append(facts, v.Fact)
	}
	fast := w.Bids
	w.House.Bids = &slow
	w.Ok(c.Withdraw(2))
	w.House.Bids = fast
	w.Settle()
	want(t, "a late replacement", a, bidding.Stored, bidding.Refused)
	want(t, "a late bid", b, bidding.Refused)
	want(t, "a late withdrawal", c, bidding.Stored)
	for _, id := range facts {
		e, err := w.Engine.EntryOf(w.Ctx(), id)
		if err != nil || e.Name != bidding.FactLate {
			t.Errorf("%s is in the log as %s, %v", id, e.Name, err)
		}
	}
	w.Code("parts of the late bid", b.Upload(b.Seal(1, "7")), "bid.not_live")
	w.Shut()
	id := w.Open(tender.Whole).ID
	for _, x := range []*Bidder{a, c} {
		if o := w.Outcome(id, x); o.State != "opened" || o.Seq != 1 {
			t.Errorf("%s: %s %d", x.Org, o.State, o.Seq)
		}
	}
	if r, err := w.Openings.Openings.Get(w.Ctx(), id); err != nil || r.Size != 2 {
		t.Errorf("%d bids were opened, %v", r.Size, err)
	}
}

// The order of the log decides in every interleaving of two bids and a
// withdrawal with the deadline: whatever is in time counts, and only that.
func TestEveryMomentAroundClosing(t *testing.T) {
	for last := range 4 { // records that are in time
		t.Run(fmt.Sprint(last), func(t *testing.T) {
			w := newWorld(t, Terms{Grace: 60})
			a := w.Bidder("alpha")
			w.Bidder("beta").Bid(1, "9") // so that there is something to close
			for n := range 3 {
				if n == last {
					w.Close()
				}
				var err error
				if n == 1 {
					err = a.Withdraw(2)
				} else {
					err = a.Submit(a.Seal(int64(n)+1, "9"))
				}
				code := ""
				if n >= last {
					code = "bid.late"
				}
				w.Code(fmt.Sprintf("record %d of %d in time", n+1, last), err, code)
			}
			w.Close()
			list := map[int][]bidding.State{0: nil, 1: states(bidding.Registered), 2: states(bidding.Withdrawn), 3: states(bidding.Withdrawn, bidding.Registered)}
			want(t, fmt.Sprint(last, " in time"), a, list[last]...)
			bounds, err := w.Openings.Bounds(w.Ctx(), w.ID)
			w.Ok(err)
			n := 0
			for _, e := range bounds.Closed.List.Entries {
				if e.Bidder == a.Org {
					n++
				}
			}
			if n != len(list[last]) {
				t.Errorf("the closing list has %d records", n)
			}
		})
	}
}
