package client_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
)

// TestWrongClosingsAreObjectedTo: a bidder's receipt is stronger than what the
// server says about its bid.
func TestWrongClosingsAreObjectedTo(t *testing.T) {
	r := newReal(t, biddingtest.Terms{})
	c, f := r.sent(r.Bidder("ann"), "12")
	r.sent(r.Bidder("bob"), "11")
	r.Close()
	r.Shut()
	closing := func(change func(m map[string]any)) func(string, []byte) []byte {
		return func(path string, b []byte) []byte {
			if !strings.HasSuffix(path, "/closing") {
				return b
			}
			var m map[string]any
			json.Unmarshal(b, &m)
			change(m)
			return must(json.Marshal(m))
		}
	}
	entry := func(m map[string]any, which string) map[string]any {
		return m[which].(map[string]any)["proof"].(map[string]any)["entry"].(map[string]any)
	}
	for name, x := range map[string]struct {
		lie  func(string, []byte) []byte
		code string
	}{
		"as it should be":            {nil, ""},
		"the bid is not in the list": {closing(func(m map[string]any) { delete(m, "closed"); delete(m, "window") }), "closing.objection"},
		"the bid has lapsed":         {closing(func(m map[string]any) { entry(m, "window")["state"] = "lapsed" }), "closing.objection"},
		"another head": {closing(func(m map[string]any) {
			m["closed"].(map[string]any)["head"].(map[string]any)["root"] = strings.Repeat("0", 64)
		}), "closing.objection"},
		"another place in the log": {closing(func(m map[string]any) { entry(m, "closed")["leaf"] = 1 }), "closing.objection"},
		"no receipt":               {closing(func(m map[string]any) { m["closed"].(map[string]any)["receipt"] = "" }), "receipt.form"},
	} {
		t.Run(name, func(t *testing.T) {
			r.lies(x.lie)
			defer r.lies(nil)
			_, err := c.CheckClosing(t.Context(), f)
			wantFault(t, err, x.code)
			if o := errorsAs(err); x.code == "closing.objection" && (o == nil || !strings.Contains(o.Text(), f.Record.Bidder)) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestBiddersOpenTheirOwn: when openers fail, the recovery file opens a bid.
func TestBiddersOpenTheirOwn(t *testing.T) {
	r := newReal(t, biddingtest.Terms{})
	ann := r.Bidder("ann")
	c := r.as(ann.Actor)
	f, recovery := r.bids(c, ann, "12")
	_, err := c.Submit(t.Context(), f, r.Key(ann.User))
	r.Ok(err)
	_, err = c.Upload(t.Context(), f, client.Uploading{})
	r.Ok(err)
	r.Close()
	r.Shut()
	id := r.Announce(tender.Whole)
	keys := must(seal.ParseRecovery(must(os.ReadFile(recovery)), ""))
	wantFault(t, c.Rescue(t.Context(), id, keys), "opening.no_rescue")
	wantFault(t, c.Rescue(t.Context(), id+"x", keys), "recovery.other")
	now, err := r.house.Clock.Now(t.Context())
	r.Ok(err)
	_, err = r.Openings.Rescue(t.Context(), biddingtest.Officer, id, now.Add(time.Hour), "two openers are ill")
	r.Ok(err)
	wantFault(t, c.Rescue(t.Context(), id, keys), "")
	wantFault(t, c.Rescue(t.Context(), id, keys), "")
}
