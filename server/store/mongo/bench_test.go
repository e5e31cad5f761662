package mongo

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"probity/tender/event"
	"probity/tender/store"
)

const span = 3 * time.Second // of one measurement

var benchKinds = []store.Collection{{Kind: "tender", Indexes: []store.Index{
	{Name: "ref", Fields: []string{"ref"}, Unique: true},
	{Name: "state", Fields: []string{"state", "deadline"}},
}}}

// body is about what a bid's document holds.
var body = fmt.Appendf(nil, `{"id":"x","pad":%q}`, bytes.Repeat([]byte("b"), 600))

func benchDoc(n int64) *store.Doc {
	id := rand.Text()
	return &store.Doc{Kind: "tender", ID: id, Keys: store.Keys{"ref": id, "state": "open", "deadline": n}, Body: body}
}

func benchFact() event.Event {
	return event.New("tender.draft", "ocds-1", "user/1", time.Now(), nil)
}

// rate runs do with so many clients at once for a while and returns how often
// it was done per second.
func rate(b *testing.B, clients int, do func(n int64) error) float64 {
	b.Helper()
	var all sync.WaitGroup
	var n, done atomic.Int64
	start := time.Now()
	for range clients {
		all.Go(func() {
			for time.Since(start) < span {
				if err := do(n.Add(1)); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}

// BenchmarkChange compares changes of documents, guarded by their version, with
// what the driver itself can update: the same guard, the same bytes, the same
// promise of durability, in turns in the same run. There are no facts: they
// would pile up, since nobody takes them here.
func BenchmarkChange(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprint("clients=", clients), func(b *testing.B) {
			for b.Loop() {
				e := fresh(b, benchKinds)
				docs := make(chan *store.Doc, clients) // each is changed by one client at a time
				for n := range clients {
					d := benchDoc(int64(n))
					if err := e.Put(b.Context(), d); err != nil {
						b.Fatal(err)
					}
					d.Version = 1
					docs <- d
				}
				next := func(change func(*store.Doc) error) float64 {
					return rate(b, clients, func(int64) error {
						d := <-docs
						defer func() { docs <- d }()
						err := change(d)
						d.Version++
						return err
					})
				}
				var bare, changes float64
				for range 2 {
					bare += next(func(d *store.Doc) error { return bareChange(b, e, d) }) / 2
					changes += next(func(d *store.Doc) error { return e.Put(b.Context(), d) }) / 2
				}
				b.ReportMetric(bare, "bare/s")
				b.ReportMetric(changes, "changes/s")
				b.ReportMetric(changes/bare, "of-bare")
			}
		})
	}
}

// bareChange is the one update that the driver must send.
func bareChange(b *testing.B, e *Engine, d *store.Doc) error {
	r, err := newRow(d, nil)
	if err != nil {
		return err
	}
	guard := append(byID(d.ID), bson.E{Key: "v", Value: d.Version})
	x, err := e.db.Collection(d.Kind).UpdateOne(b.Context(), guard, r.update())
	if err == nil && x.MatchedCount != 1 {
		err = store.ErrStale
	}
	return err
}

// BenchmarkPut compares new documents with one fact with what the driver itself
// can insert: documents of the same size, into a collection with the same
// indexes, with the same promise of durability, in turns in the same run.
func BenchmarkPut(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprint("clients=", clients), func(b *testing.B) {
			for b.Loop() {
				e := fresh(b, append(benchKinds, store.Collection{Kind: "bare", Indexes: benchKinds[0].Indexes}))
				var bare, puts float64
				for range 2 {
					bare += rate(b, clients, func(n int64) error {
						r, err := newRow(benchDoc(n), []event.Event{benchFact()})
						if err != nil {
							return err
						}
						raw, err := bson.Marshal(r)
						if err != nil {
							return err
						}
						_, err = e.db.Collection("bare").InsertOne(b.Context(), bson.Raw(raw))
						return err
					}) / 2
					puts += rate(b, clients, func(n int64) error {
						return e.Put(b.Context(), benchDoc(n), benchFact())
					}) / 2
				}
				b.ReportMetric(bare, "bare/s")
				b.ReportMetric(puts, "puts/s")
				b.ReportMetric(puts/bare, "of-bare")
			}
		})
	}
}
