package papers

import (
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/paper"
	"probity/tender/fault"
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

func TestReceiptsSayWhatHappened(t *testing.T) {
	w := newWorld(t)
	x := school()
	record := func(seq int64, manifest string) seal.Bid {
		return seal.Bid{Bidder: "org-a", Lot: lot2, Openers: hash(manifest), Seq: seq, Tender: ocid,
			Envelopes: []seal.EnvelopeRef{{Name: "technical", F: hash("t" + manifest + string(rune(seq)))}, {Name: "financial", F: hash("f" + manifest + string(rune(seq)))}}}
	}
	b := &bidding.Bid{Root: store.Root{ID: bidding.BidID(ocid, lot2, "org-a")}, Tender: ocid, Lot: lot2, Bidder: organisations["org-a"]}
	submit := func(r seal.Bid) string {
		return put(w, "bid", b, bidding.FactSubmit, ocid, map[string]any{"bid": map[string]any{"record": rawOf(r.Bytes()), "signature": map[string]any{}}})
	}
	first := submit(record(1, "m1"))
	stored := put(w, "bid", b, bidding.FactStored, ocid, map[string]any{"bidder": "org-a", "lot": lot2, "seq": 1, "envelopes": []any{}})
	second := submit(record(2, "m1"))
	renewed := submit(record(3, "m2"))
	gone := put(w, "bid", b, bidding.FactWithdraw, ocid, map[string]any{"withdrawal": map[string]any{
		"record": rawOf(seal.Withdrawal{Bidder: "org-a", Lot: lot2, Seq: 4, Tender: ocid}.Bytes())}})
	after := submit(record(5, "m2"))

	for _, c := range []struct {
		fact, event string
		of          seal.Bid
		seq         uint64
	}{
		{first, "submitted", record(1, "m1"), 1}, {stored, "stored", record(1, "m1"), 1}, {second, "replaced", record(2, "m1"), 2},
		{renewed, "submitted", record(3, "m2"), 3}, {gone, "withdrawn", record(3, "m2"), 4}, {after, "submitted", record(5, "m2"), 5},
	} {
		receipt := w.receipt(c.fact)
		file, err := w.papers.Receipt(t.Context(), x, receipt)
		if err != nil {
			t.Fatalf("%s: %v", c.fact, err)
		}
		w.show("receipt-"+c.event, file)
		r, _, err := paper.Check[paper.Receipt](file, w.papers.Roots())
		if err != nil || r.Event != c.event || r.Seq != c.seq || r.Openers != c.of.Openers || len(r.Envelopes) != 2 || r.Envelopes[1].Fingerprint != c.of.Envelopes[1].F {
			t.Errorf("%s: %s %d %s %v, %v", c.fact, r.Event, r.Seq, r.Openers, r.Envelopes, err)
		}
		if r.Proof != string(receipt) {
			t.Errorf("%s: the paper does not hold the proof", c.fact)
		}
		w.has(file, "Yoshida Furniture (Shanghai) Co., Ltd.", "91310000MA1FL0001Q", c.of.Envelopes[0].F, c.of.Openers, r.Log.Root, "2026-10-12 08:00:00 UTC")
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	w := newWorld(t)
	r := seal.Refusal{At: "2026-10-12T08:00:00Z", Code: "bid.late", Offered: hash("offered"), Tender: ocid}
	refused := put(w, "refusal", &bidding.Refusal{Root: store.Root{ID: "r1"}}, bidding.FactRefuse, ocid, map[string]any{"refusal": rawOf(r.Bytes()), "bidder": "org-d"})
	late := put(w, "bid", &bidding.Bid{Root: store.Root{ID: "b1"}}, bidding.FactLate, ocid, bidding.Late{Name: bidding.FactSubmit, Data: rawOf([]byte(
		`{"bid":{"record":` + string(seal.Bid{Bidder: "org-d", Lot: lot1, Openers: hash("m"), Seq: 1, Tender: ocid, Envelopes: []seal.EnvelopeRef{{Name: "bid", F: hash("x")}}}.Bytes()) + `,"signature":{}}}`))})
	for _, fact := range []string{refused, late} {
		file, err := w.papers.Receipt(t.Context(), school(), w.receipt(fact))
		if err != nil {
			t.Fatalf("%s: %v", fact, err)
		}
		w.show("refusal", file)
		x, _, err := paper.Check[paper.Refusal](file, w.papers.Roots())
		if err != nil || x.Code != "bid.late" || len(x.Offered) != 64 || x.BidderID.ID != organisations["org-d"].Identifier.ID {
			t.Errorf("%s: %+v, %v", fact, x, err)
		}
		w.has(file, "Cheap Chairs Trading", "bid.late", "Bids are taken strictly before it.", "投标须在截止时间之前送达。")
	}
}

func TestForeignBytesAreNoReceipt(t *testing.T) {
	w := newWorld(t)
	other := w.receipt(put(w, "bid", &bidding.Bid{Root: store.Root{ID: "b1"}}, "bid.other", ocid, nil))
	for _, c := range []struct{ bytes, code string }{{"", "paper.receipt_form"}, {"c2sp.org/tlog-proof@v1\n", "paper.receipt_form"}, {string(other), "paper.receipt"}} {
		_, err := w.papers.Receipt(t.Context(), school(), []byte(c.bytes))
		w.code(err, c.code)
		if k := fault.From(err).Kind; k != fault.Invalid {
			t.Errorf("%s: kind %v", c.code, k)
		}
	}
}
