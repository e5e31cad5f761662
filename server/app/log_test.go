package app_test

import (
	"encoding/json"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/app/apptest"
	sequencer "probity/server/ledger"
	"probity/tender/canon"
	"probity/tender/store/storetest"
)

// The engine breaks at appends, before they took effect and after. The log
// stops, looks, and goes on; it has every record once and one root for each
// size (amendment 9).
func TestLogSurvivesItsEngine(t *testing.T) {
	var engine *storetest.Faulty
	h := apptest.Open(t, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		engine = storetest.NewFaulty(e.Metadata)
		e.Metadata = engine
		return e
	}})
	w := New(t, h.Bidding(), Terms{})
	for n := range 12 {
		b := w.Bidder(string(rune('a' + n)))
		s := b.Seal(1, "9")
		engine.Break([]string{"Append", "Head", "Pending"}[n%3], n%2, n%4 < 2)
		w.Ok(b.Submit(s))
		w.Settle()
	}
	w.Close()
	w.Shut()
	if n := len(w.Facts(bidding.FactSubmit)); n != 12 {
		t.Errorf("%d submissions are in the log", n)
	}
	wrong, err := sequencer.CheckLog(w.Ctx(), h.Engine, ledger.Policy{Origin: h.Config.Origin}, nil)
	if err != nil || len(wrong) != 0 {
		t.Errorf("%v, %v", wrong, err)
	}
}

// Each bidder checks its own place in the closing entries, and learns of nobody
// else (amendment 4).
func TestClosingProofs(t *testing.T) {
	w, s := site(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9")
	w.Ok(b.Submit(b.Seal(1, "8")))
	path := "/api/v1/tenders/" + w.ID + "/lots/" + w.Lot + "/bid/closing"
	type proof struct {
		Head    json.RawMessage
		Proof   json.RawMessage
		Receipt string
	}
	var out struct{ Closed, Window *proof }
	s.Ask(a.Actor, "GET", path, nil).Read(t, &out)
	if out.Closed != nil {
		t.Error("there is a proof before the deadline")
	}
	w.Close()
	w.Shut()
	for _, c := range []struct {
		by     *Bidder
		closed string
		window string
	}{{a, seal.Live, seal.Stored}, {b, seal.Live, seal.Lapsed}} {
		s.Ask(c.by.Actor, "GET", path, nil).Read(t, &out)
		for state, p := range map[string]*proof{c.closed: out.Closed, c.window: out.Window} {
			head, err := seal.ParseClosingHead(canonical(t, p.Head))
			w.Ok(err)
			e, err := seal.ParseEntryProof(canonical(t, p.Proof))
			w.Ok(err)
			w.Ok(e.Verify(head))
			if e.Entry.State != state || e.Entry.Bidder != c.by.Org {
				t.Errorf("%s: %s of %s", c.by.Org, e.Entry.State, e.Entry.Bidder)
			}
			var bound bidding.Bound
			w.Ok(json.Unmarshal(check(t, s.House, p.Receipt).Data, &bound))
			if bound.Head.Hash() != head.Hash() {
				t.Error("the head is not the one in the log")
			}
		}
	}
	if x := s.Ask(w.Bidder("gamma").Actor, "GET", path, nil); x.Status != 404 {
		t.Errorf("who has not bid: %d", x.Status)
	}
}

// canonical writes JSON that has been through HTTP as it was signed or hashed.
func canonical(t *testing.T, b []byte) []byte {
	t.Helper()
	c, err := canon.Rewrite(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
