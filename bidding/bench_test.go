package bidding_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/sign"
	"probity/tender/store"
)

// crowd is how many bidders hand in at the same time.
const crowd = 200

// cheap makes the seq-th record of a bid without sealing anything: what is
// measured is the way of 32 bytes into the log, not the bidder's machine.
func (c *caster) cheap(seq int64) sign.Signed {
	r := seal.Bid{Bidder: c.Org, Lot: c.w.Lot, Openers: c.openers, Seq: seq, Tender: c.w.ID}
	var f [32]byte
	binary.BigEndian.PutUint64(f[:], prints.Add(1))
	r.Envelopes = []seal.EnvelopeRef{{F: seal.Fingerprint(f).String(), Name: tender.Whole}}
	s, err := sign.Record(DeviceKey(c.User), sign.Bid, r.Bytes())
	c.w.Ok(err)
	return s
}

var prints atomic.Uint64

// caster is a bidder who has signed, and is ready to hand in.
type caster struct {
	*Bidder
	w       *World
	openers string
	signed  sign.Signed
}

// cast hands the record in and waits for the receipt.
func (c *caster) cast(h *apptest.House) error {
	_, v, err := c.w.Bids.Submit(context.Background(), c.Actor, bidding.Submission{Signed: c.signed})
	if err == nil {
		_, _, err = h.Ledger.Wait(context.Background(), v.Fact)
	}
	return err
}

// BenchmarkSubmit200 is 200 bidders who hand in at the same time: fingerprints
// registered per second, durable and with the receipt in hand. The same run
// measures the raw engine with as many writers and as many bytes: raw-put are
// durable documents with their facts; raw-logged are those whose fact the
// engine has also appended to its log, in batches, and ratio compares with
// them. among says how many bids were in the tender before.
func BenchmarkSubmit200(b *testing.B) {
	for _, among := range []int{0, 10, 10_000} {
		b.Run(fmt.Sprintf("among=%d", among), func(b *testing.B) { benchSubmit(b, among) })
	}
}

func benchSubmit(b *testing.B, among int) {
	w, h := newHouse(b, Terms{}, apptest.Options{})
	openers := w.Tender().Openers.Hash
	fill(b, w, among)
	all := make([]*caster, max(b.N, crowd))
	var made atomic.Int64
	run(crowd, func() bool {
		i := made.Add(1) - 1
		if i < int64(len(all)) {
			c := &caster{Bidder: Newcomer(w, fmt.Sprintf("c%06d", i)), w: w, openers: openers}
			c.signed = c.cheap(1)
			all[i] = c
		}
		return i < int64(len(all))
	})
	w.Settle()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var failed atomic.Value
	b.ResetTimer()
	began := time.Now()
	run(crowd, func() bool {
		n := next.Add(1) - 1
		if n >= int64(b.N) {
			return false
		}
		at := time.Now()
		if err := all[n].cast(h); err != nil {
			failed.Store(err)
			return false
		}
		took[n] = time.Since(at)
		return true
	})
	spent := time.Since(began)
	b.StopTimer()
	if err := failed.Load(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	rate := float64(b.N) / spent.Seconds()
	raw := rawAppends(b, h.Engine, max(b.N, 2000))
	logged := rawLogged(b, h, max(b.N, 2000))
	b.ReportMetric(rate, "bids/s")
	b.ReportMetric(raw, "raw-put/s")
	b.ReportMetric(logged, "raw-logged/s")
	b.ReportMetric(rate/raw, "ratio-put")
	b.ReportMetric(rate/logged, "ratio")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// run keeps n goroutines busy until do says that it is enough.
func run(n int, do func() bool) {
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for do() {
			}
		})
	}
	all.Wait()
}

// fill puts n bids into the tender, each by a bidder of its own.
func fill(b *testing.B, w *World, n int) {
	b.Helper()
	openers := w.Tender().Openers.Hash
	one := w.Bidder("filler")
	var next atomic.Int64
	run(crowd, func() bool {
		i := next.Add(1)
		if i > int64(n) {
			return false
		}
		c := &caster{Bidder: one, w: w, openers: openers}
		signed := c.cheap(1)
		id := bidding.BidID(w.ID, w.Lot, fmt.Sprintf("org-f%d", i))
		x := &bidding.Bid{Root: store.Root{ID: id}, Tender: w.ID, Lot: w.Lot, Bidder: tender.OrgName{ID: fmt.Sprintf("org-f%d", i)}, Seq: 1,
			Versions: []bidding.Version{{Seq: 1, State: bidding.Registered, Record: signed, By: one.User, At: Published}}}
		fact := event.New(bidding.FactSubmit, w.ID, one.User, Published, map[string]any{"bid": signed})
		if err := w.Bids.Bids.Put(context.Background(), x, fact); err != nil {
			b.Error(err)
			return false
		}
		return true
	})
	w.Settle()
}

// BenchmarkOpen1000 is the server's part in opening 1,000 bids: three answers
// checked, every seal written again and compared, every payload decrypted and
// its files stored, the record made.
func BenchmarkOpen1000(b *testing.B) {
	for range b.N {
		b.StopTimer()
		w := newWorld(b, Terms{Groups: []Group{{Name: "committee", K: 3, N: 5}}})
		var next atomic.Int64
		bidders := make([]*Bidder, 1000)
		for i := range bidders {
			bidders[i] = w.Bidder(fmt.Sprintf("b%04d", i))
		}
		run(8, func() bool {
			i := next.Add(1) - 1
			if i < 1000 {
				bidders[i].Bid(1, "9")
			}
			return i < 1000
		})
		w.Close()
		w.Shut()
		id := w.Announce(tender.Whole)
		var list []seal.Answer
		for _, o := range w.Openers()[:3] {
			list = append(list, w.Shares(o, id))
		}
		b.StartTimer()
		for i, o := range w.Openers()[:3] {
			at := time.Now()
			w.Ok(w.Send(o, id, list[i]))
			b.ReportMetric(time.Since(at).Seconds(), fmt.Sprintf("answer%d-s", i+1))
		}
		at := time.Now()
		done, err := w.Openings.Combine(w.Ctx(), Officer, id)
		w.Ok(err)
		b.ReportMetric(time.Since(at).Seconds(), "combine-s")
		if done.Size != 1000 {
			b.Fatalf("%d bids", done.Size)
		}
	}
}
