package papers

import (
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/paper"
	"probity/tender/store"
)

func TestOpeningRecordSaysEverything(t *testing.T) {
	w := newWorld(t)
	r := opened()
	o := &bidding.Opening{Root: store.Root{ID: bidding.OpeningID(ocid, lot2, r.Envelope)}, Tender: ocid, Lot: lot2, Envelope: r.Envelope}
	put(w, "opening", o, "opening.announce", ocid, map[string]any{"lot": lot2})
	put(w, "opening", o, "opening.record", ocid, map[string]any{"record": r.Hash()})
	file, err := w.papers.OpeningRecord(t.Context(), school(), r)
	if err != nil {
		t.Fatal(err)
	}
	w.show("opening", file)
	x, s, err := paper.Check[paper.Opening](file, w.papers.Roots())
	if err != nil || !s.At.Equal(x.At.Truncate(time.Second)) || x.Number == "" || !strings.HasSuffix(x.VerifyURL, "/verify/log/"+strings.TrimPrefix(x.Number, "O-")) {
		t.Errorf("check: %q, %v", x.Number, err)
	}
	want := []string{ocid, "Desks and chairs", "课桌椅", "2026-10-12 08:00:00 UTC", "2026-10-19 08:00:00 UTC", "2026-10-19 08:21:42.125 UTC",
		"3 of 5", "Gao Lei 高磊", "Court of Auditors, Ms Ek", "seal.reseal", "重新封装得到不同的封装头", "another header", "seal.share_commitment",
		"Example Movers", "subcontractor", "812.123456", "1,118,937.50", r.Hash()}
	for _, b := range r.Bids {
		want = append(want, b.Bidder.Name["en"], b.Bidder.Name["zh-CN"], b.Bidder.Identifier.ID, b.Fingerprint)
	}
	w.has(file, want...)
	states := map[string]int{}
	for _, y := range x.Openers {
		states[y.State]++
	}
	if states["released"] != 4 || states["absent"] != 1 || states["wrong_share"] != 1 {
		t.Errorf("openers: %v", states)
	}
	again, err := w.papers.OpeningRecord(t.Context(), school(), r)
	if err != nil || string(again) != string(file) {
		t.Errorf("asked again, the record is another file: %v", err)
	}
}

func TestOpeningRecordOfAnotherHashIsNotPrinted(t *testing.T) {
	w := newWorld(t)
	r := opened()
	o := &bidding.Opening{Root: store.Root{ID: bidding.OpeningID(ocid, lot2, r.Envelope)}, Tender: ocid, Lot: lot2}
	put(w, "opening", o, "opening.record", ocid, map[string]any{"record": r.Hash()})
	r.Bids = r.Bids[1:]
	w.papers.patience = 300 * time.Millisecond
	_, err := w.papers.OpeningRecord(t.Context(), school(), r)
	w.code(err, "paper.not_logged")
}

func TestManyPricesAreShownAsTotals(t *testing.T) {
	r := opened()
	for range mostPrices {
		r.Bids[0].Prices = append(r.Bids[0].Prices, r.Bids[0].Prices[0])
	}
	x, err := OpeningOf(school(), r, names(), Imprint{})
	if err != nil || len(x.Bids[0].Prices) != 1 || !strings.Contains(x.Remarks["en"], "Only totals") {
		t.Errorf("%d prices, %q, %v", len(x.Bids[0].Prices), x.Remarks["en"], err)
	}
}

func TestUnreadableOfferIsSaid(t *testing.T) {
	r := opened()
	r.Bids[1].OfferFault, r.Bids[1].Price, r.Bids[1].Prices = "offer.form", nil, nil
	x, err := OpeningOf(school(), r, names(), Imprint{})
	if b := x.Bids[1]; err != nil || b.Cause != "offer.form" || b.Because["zh"] == "" || b.Blame != "bidder" {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestEveryCauseHasChinese(t *testing.T) {
	for _, c := range []string{seal.CauseHeaderMissing, seal.CauseHeaderAltered, seal.CauseHeaderForm, seal.CauseContext, seal.CauseOpeners, seal.CauseHeaderSeats,
		seal.CausePayloadForm, seal.CausePayloadParts, seal.CauseReseal, seal.CauseUnproven, seal.CauseUnusable, seal.CauseSharesMissing, seal.CausePayloadMissing,
		seal.CausePayloadAltered, seal.CausePayloadAge, seal.CauseContainer, seal.CauseDecrypt, seal.CauseRecord, seal.CauseCommitment} {
		if causes[c] == "" {
			t.Errorf("no Chinese for %s", c)
		}
	}
}
