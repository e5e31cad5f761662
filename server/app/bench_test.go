package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"probity/server/app/enginetest"
	"probity/server/config"
	"probity/server/store/bolt"
	"probity/server/store/mongo"
	"probity/tender"
	"probity/tender/store"
)

// BenchmarkListing lists tenders that are published, 20 at a time, newest
// deadline first, out of 100,000. FerretDB 1 reads a whole collection for every
// list, and gets as many as it can bear.
func BenchmarkListing(b *testing.B) {
	b.Run("embedded", func(b *testing.B) {
		e, err := bolt.Open(filepath.Join(b.TempDir(), "db"), Collections(), bolt.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer e.Close()
		benchListing(b, e, 100_000)
	})
	b.Run("mongodb", func(b *testing.B) {
		settings := enginetest.Fresh(b)
		e, err := openMetadata(b.Context(), config.Server{Engines: settings}, false)
		if err != nil {
			b.Fatal(err)
		}
		defer e.Close()
		server, n := e.(*mongo.Engine).Server(), 100_000
		if strings.HasPrefix(server, "FerretDB 1 ") {
			n = 2_000
		}
		b.Logf("on %s", server)
		benchListing(b, e, n)
	})
}

func benchListing(b *testing.B, e store.Engine, n int) {
	ix, eq := listIndex(b)
	began := time.Now()
	group, ctx := errgroup.WithContext(context.WithoutCancel(b.Context()))
	group.SetLimit(64)
	for i := range n {
		group.Go(func() error { return e.Put(ctx, published(b, ix, eq, i)) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	rate := float64(n) / time.Since(began).Seconds()
	after := ""
	for b.Loop() {
		page, err := e.Find(b.Context(), store.Query{Kind: tender.Kind, Index: ix.Name, Eq: eq, Desc: true, Limit: 20, After: after})
		if err != nil || len(page.Docs) != 20 {
			b.Fatal(len(page.Docs), err)
		}
		after = page.Next // at the end it begins again
	}
	b.ReportMetric(rate, "puts/s")
	b.ReportMetric(float64(n), "tenders")
}

// listIndex is the index of the public list, and what is asked of it.
func listIndex(b *testing.B) (store.Index, []any) {
	for _, ix := range tender.Collection.Indexes {
		if ix.Name == "phase" {
			return ix, []any{"yes", string(tender.Published)}
		}
	}
	b.Fatal("tenders have no list by phase")
	return store.Index{}, nil
}

// published is a tender of about the size that real ones have.
func published(b *testing.B, ix store.Index, eq []any, i int) *store.Doc {
	keys := store.Keys{}
	for j, field := range ix.Fields {
		if j < len(eq) {
			keys[field] = eq[j]
		} else {
			keys[field] = int64(1_700_000_000_000 + i*60_000)
		}
	}
	body, err := json.Marshal(map[string]any{"id": fmt.Sprint(i), "title": map[string]string{"en": "Road salt"}, "pad": string(make([]byte, 500))})
	if err != nil {
		b.Fatal(err)
	}
	return &store.Doc{Kind: tender.Kind, ID: fmt.Sprintf("ocds-%d", i), Keys: keys, Body: body}
}
