package papers

import (
	"bytes"
	"encoding/json"
	"testing"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/documents/paper"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

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

// FuzzReceipt gives foreign bytes as receipts. What is taken is a fact that
// was written canonically, and draws.
func FuzzReceipt(f *testing.F) {
	record := seal.Bid{Bidder: "org-a", Lot: lot2, Openers: hash("m"), Seq: 1, Tender: ocid, Envelopes: []seal.EnvelopeRef{{Name: "bid", F: hash("x")}}}
	checkpoint := ledger.Empty(origin)
	checkpoint.Size = 1
	for name, data := range map[string]any{
		bidding.FactSubmit:   map[string]any{"bid": map[string]any{"record": rawOf(record.Bytes())}},
		bidding.FactStored:   map[string]any{"bidder": "org-a", "lot": lot2, "seq": 1},
		bidding.FactRefuse:   map[string]any{"bidder": "org-a", "refusal": rawOf(seal.Refusal{At: "2026-10-12T08:00:00Z", Code: "bid.late", Offered: hash("o"), Tender: ocid}.Bytes())},
		bidding.FactWithdraw: map[string]any{"withdrawal": map[string]any{"record": rawOf([]byte("{}"))}},
		bidding.FactLate:     bidding.Late{Name: bidding.FactLate, Data: rawOf([]byte("{}"))},
	} {
		e := event.New(name, ocid, "user/u", began, data)
		e.ID = "bid/b#1"
		f.Add(ledger.Receipt{Salt: e.Salt, Record: e.Record(), Checkpoint: []byte(checkpoint.Text() + "\n")}.Marshal())
	}
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n"))
	x := school()
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReceiptOf(Slip{Tender: x, Receipt: b, Bidder: organisations["org-a"]}, Imprint{URL: "https://e.org", Platform: "P"})
		if err != nil {
			return
		}
		r, fact, err := factIn(b)
		if err != nil || !bytes.Equal(r.Marshal(), b) || !bytes.Equal(fact.Record(), r.Record) || !json.Valid(fact.Data) {
			t.Errorf("taken, but not canonical: %v", err)
		}
		if _, err := paper.Draw(p); err != nil && fault.From(err).Kind != fault.Invalid {
			t.Errorf("taken, but not drawn: %v", err)
		}
	})
}
