package open_test

import (
	"net/http"
	"testing"

	"probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/site/sitetest"
	"probity/tender"
)

// Technical envelopes hold no price, and so their table has no column for it:
// neither while they open, nor in the record.
func TestPricesHaveAColumnWhereThereAreAny(t *testing.T) {
	for _, c := range []struct {
		envelopes tender.Envelopes
		opened    string
		columns   int
	}{{tender.OneEnvelope, tender.Whole, 3}, {tender.TwoEnvelopes, tender.Technical, 2}} {
		t.Run(c.opened, func(t *testing.T) {
			g := new(gate)
			g.upTo.Store(new(string))
			h := sitetest.OpenAs(t, apptest.Options{Wrap: func(e app.Engines) app.Engines {
				g.Engine, e.Metadata = e.Metadata, g
				return e
			}})
			w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{Envelopes: c.envelopes})
			w.Bidder("alpha").Bid(1, "9")
			w.Bidder("beta").Bid(1, "8")
			w.Close()
			w.Shut()
			id := w.Announce(c.opened)
			for _, o := range w.Openers() {
				w.Ok(w.Send(o, id, w.Shares(o, id)))
			}
			o, err := w.Openings.Openings.Get(w.Ctx(), id)
			w.Ok(err)
			batch, err := seal.ParseBatch([]byte(o.Batch))
			w.Ok(err)
			g.upTo.Store(&batch.Fingerprints[0])
			if _, err := w.Openings.Combine(w.Ctx(), biddingtest.Officer, id); err == nil {
				t.Fatal("all bids are open")
			}
			w.Settle()
			v := h.Visitor("en")
			look := func(part string) {
				t.Helper()
				table := v.Get("/open/openings/" + id).Want(http.StatusOK).Has("[data-live-part=" + part + "] table")
				if head, row := table.Find("thead th").Length(), table.Find("tbody tr").First().Children().Length(); head != c.columns || row != c.columns {
					t.Errorf("%s: %d columns are named, and a row has %d", part, head, row)
				}
			}
			look("rows")
			g.upTo.Store(&batch.Fingerprints[1])
			_, err = w.Openings.Combine(w.Ctx(), biddingtest.Officer, id)
			w.Ok(err)
			look("record")
		})
	}
}
