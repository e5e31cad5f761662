package audit_test

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"probity/bidding"
	"probity/server/audit"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// crowd is a procedure with a thousand bids in one lot, sealed with hybrid keys
// for three openers, opened, ranked and awarded. It is made once.
var crowd = sync.OnceValue(func() *world {
	w := newWorld(&standIn{folder: folder})
	w.publish(func(n *tender.Notice) {
		n.Lots, n.Requirements, n.Envelopes = n.Lots[:1], nil, tender.OneEnvelope
		n.Lots[0].Criteria = tender.Criteria{Price: tender.Price{Weight: dec("100"), Formula: tender.LowestPrice}, Places: 2,
			MinimumQuality: dec("0"), Lines: tender.UnitPriceHolds, Ties: []tender.Tie{{By: tender.TieDraw}}}
	})
	const bids = 1000
	people := make([]party.Actor, bids)
	for i := range people {
		people[i] = w.supplier(fmt.Sprintf("org-%04d", i))
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range 8 * runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < bids; i = int(next.Add(1)) - 1 {
				by := people[i]
				o := w.offers(by.Org, lot, fmt.Sprint(10+i%7, ".", 100+i))
				s := w.seal(by, lot, 1, o...)
				record := s.record.Bytes()
				must(first(w.Bids.Submit(ctx(), by, bidding.Submission{Signed: sign.Signed{Record: record, Signature: w.sign(by, sign.Bid, record)}})))(w)
				w.upload(s)
			}
		})
	}
	all.Wait()
	w.settled()
	w.close()
	w.endWindow()
	w.open(lot, tender.Whole, committee[0], committee[1])
	for _, p := range evaluators {
		r := bidding.DeclarationRecord{Statement: "No interest.", Tender: w.id, User: p.User}
		must(w.Judging.Declare(ctx(), p, w.id, r, w.sign(p, sign.Declare, r.Bytes())))(w)
	}
	w.award(lot)
	w.settled()
	return w
})

func first[A, B any](a A, _ B, err error) (A, error) { return a, err }

func BenchmarkBuild1000(b *testing.B) {
	w := crowd()
	size := 0
	for b.Loop() {
		var n count
		if _, err := audit.Build(ctx(), &n, w.sources(), w.id, audit.Full); err != nil {
			b.Fatal(err)
		}
		size = int(n)
	}
	b.SetBytes(int64(size))
	b.ReportMetric(float64(size)/(1<<20), "MiB")
}

type count int

func (c *count) Write(p []byte) (int, error) { *c += count(len(p)); return len(p), nil }

func BenchmarkVerify1000(b *testing.B) {
	w := crowd()
	raw := w.archive(audit.Full)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := audit.Verify(ctx(), bytes.NewReader(raw), int64(len(raw)), audit.Trust{Log: []string{w.LogKey.Public}})
		if err != nil || !r.OK() {
			b.Fatal(err, r.Wrong())
		}
	}
}

func BenchmarkFsck1000(b *testing.B) {
	w := crowd()
	for b.Loop() {
		if found := w.fsck(true); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
