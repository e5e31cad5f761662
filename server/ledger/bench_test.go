package ledger

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"

	boltengine "probity/server/store/bolt"
)

const (
	bidders  = 200
	interval = 1500 * time.Millisecond
)

// during runs do with all bidders at once for a while; it returns the rate and
// the sorted times that each call took.
func during(b *testing.B, do func(bidder, n int) error) (perSecond float64, took []time.Duration) {
	b.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var done atomic.Int64
	start := time.Now()
	for c := range bidders {
		wg.Go(func() {
			var mine []time.Duration
			for n := 0; time.Since(start) < interval; n++ {
				began := time.Now()
				if err := do(c, n); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, time.Since(began))
				done.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
		})
	}
	wg.Wait()
	slices.Sort(took)
	return float64(done.Load()) / time.Since(start).Seconds(), took
}

// raw is the file's own batched durable append of a record of the size of a
// bid's fact, by as many clients.
func raw(b *testing.B) float64 {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, &bbolt.Options{InitialMmapSize: 64 << 30, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.MaxBatchSize, db.MaxBatchDelay = bidders, time.Millisecond
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("raw")); return err }); err != nil {
		b.Fatal(err)
	}
	record := bytes.Repeat([]byte("r"), 400)
	perSecond, _ := during(b, func(int, int) error {
		return db.Batch(func(tx *bbolt.Tx) error {
			rows := tx.Bucket([]byte("raw"))
			n, err := rows.NextSequence()
			if err != nil {
				return err
			}
			return rows.Put(fmt.Appendf(nil, "%016x", n), record)
		})
	})
	return perSecond
}

// BenchmarkSubmit: 200 bidders, each again and again puts a bid's fingerprint
// and waits for its receipt. of-raw compares with the file's own appends, just
// before and after.
func BenchmarkSubmit(b *testing.B) {
	for b.Loop() {
		before := raw(b)
		e, err := boltengine.Open(filepath.Join(b.TempDir(), "probity.db"), storetest.Kinds, boltengine.Options{})
		if err != nil {
			b.Fatal(err)
		}
		skey, err := ledger.NewKey(origin)
		if err != nil {
			b.Fatal(err)
		}
		key, err := ledger.ReadKey(skey)
		if err != nil {
			b.Fatal(err)
		}
		s := start(b, Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}})
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); s.Run(ctx) }()
		data := map[string]string{"record": string(bytes.Repeat([]byte("a"), 300))}
		perSecond, took := during(b, func(bidder, n int) error {
			id := fmt.Sprintf("%x-%d", time.Now().UnixNano(), bidder)
			d := &store.Doc{Kind: "bid", ID: id, Keys: store.Keys{"ref": "T-1/" + id}, Body: fmt.Appendf(nil, `{"id":%q,"fingerprint":"%064x"}`, id, n)}
			if err := e.Put(ctx, d, event.New("bid.submit", "ocds-1", "user/1", time.Now(), data)); err != nil {
				return err
			}
			_, _, err := s.Wait(ctx, event.ID("bid/"+id, 1, 0))
			return err
		})
		cancel()
		<-ended
		after := raw(b)
		b.ReportMetric(perSecond, "submissions/s")
		b.ReportMetric((before+after)/2, "raw/s")
		b.ReportMetric(2*perSecond/(before+after), "of-raw")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
