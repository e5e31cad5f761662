package bolt

import (
	"bytes"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"probity/tender/store"
	"probity/tender/store/storetest"
)

const (
	clients = 200
	span1   = 2 * time.Second // of one measurement
)

// body is about what a bid's document holds.
var body = fmt.Appendf(nil, `{"id":"x","pad":%q}`, bytes.Repeat([]byte("b"), 600))

// rate runs do with so many clients at once for a while and returns how often
// it was done per second.
func rate(b *testing.B, do func(client, n int) error) float64 {
	b.Helper()
	var wg sync.WaitGroup
	var done atomic.Int64
	start := time.Now()
	for c := range clients {
		wg.Go(func() {
			for n := 0; time.Since(start) < span1; n++ {
				if err := do(c, n); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}

// rawAppends is what the file itself can do: bbolt's own batches of durable
// appends of a record of the same size, by as many clients.
func rawAppends(b *testing.B) float64 {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, &bbolt.Options{InitialMmapSize: 64 << 30, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.MaxBatchSize, db.MaxBatchDelay = clients, time.Millisecond
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("raw")); return err }); err != nil {
		b.Fatal(err)
	}
	return rate(b, func(int, int) error {
		return db.Batch(func(tx *bbolt.Tx) error {
			raw := tx.Bucket([]byte("raw"))
			n, err := raw.NextSequence()
			if err != nil {
				return err
			}
			return raw.Put(number(n), body)
		})
	})
}

// BenchmarkPut: new documents with three index keys and one fact, by 200
// clients, against raw appends in the same run.
func BenchmarkPut(b *testing.B) {
	for b.Loop() {
		raw := rawAppends(b)
		e := openAt(b, filepath.Join(b.TempDir(), "probity.db"), storetest.Kinds)
		puts := rate(b, func(client, n int) error {
			id := fmt.Sprintf("%x-%d", time.Now().UnixNano(), client)
			keys := store.Keys{"ref": id, "state": "open", "deadline": int64(n), "name": id}
			return e.Put(b.Context(), &store.Doc{Kind: "tender", ID: id, Keys: keys, Body: body}, aFact())
		})
		b.ReportMetric(raw, "raw/s")
		b.ReportMetric(puts, "puts/s")
		b.ReportMetric(puts/raw, "of-raw")
	}
}

// filled returns an engine with n documents.
func filled(b *testing.B, n int) *Engine {
	e := openAt(b, filepath.Join(b.TempDir(), "probity.db"), storetest.Kinds)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := c; i < n; i += clients {
				keys := store.Keys{"ref": fmt.Sprint(i), "state": fmt.Sprint("s", i%10), "deadline": int64(i)}
				if err := e.Put(b.Context(), &store.Doc{Kind: "tender", ID: fmt.Sprint(i), Keys: keys, Body: body}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return e
}

func BenchmarkGet(b *testing.B) {
	e := filled(b, 20_000)
	for i := 0; b.Loop(); i++ {
		if _, err := e.Get(b.Context(), "tender", fmt.Sprint(i*7919%20_000)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFind: one page of 20 somewhere in a list of 2,000.
func BenchmarkFind(b *testing.B) {
	e := filled(b, 20_000)
	for i := 0; b.Loop(); i++ {
		q := store.Query{Kind: "tender", Index: "state", Eq: []any{fmt.Sprint("s", i%10)}, From: int64(i * 31 % 15_000), Desc: i%2 == 0, Limit: 20}
		if page, err := e.Find(b.Context(), q); err != nil || len(page.Docs) != 20 {
			b.Fatal(len(page.Docs), err)
		}
	}
}
