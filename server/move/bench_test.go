package move_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/documents/blob/minio/miniotest"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/app/enginetest"
	"probity/server/config"
	sequencer "probity/server/ledger"
	"probity/server/move"
	"probity/server/store/bolt"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/store"
)

// What the benchmarks move: documents with a fact each, and large objects.
const (
	benchDocuments = 5_000
	benchObjects   = 8
	benchSize      = 32 << 20
)

// full makes a platform of some size in a folder.
func full(b *testing.B) (*bolt.Engine, blob.Store) {
	b.Helper()
	folder := b.TempDir()
	e, err := bolt.Open(filepath.Join(folder, "probity.db"), app.Collections(), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Close() })
	secret, err := ledger.NewKey(origin)
	if err != nil {
		b.Fatal(err)
	}
	key, err := ledger.ReadKey(secret)
	if err != nil {
		b.Fatal(err)
	}
	s, err := sequencer.Start(b.Context(), sequencer.Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}})
	if err != nil {
		b.Fatal(err)
	}
	var page []store.Stored
	for n := range benchDocuments {
		d := store.Stored{Doc: store.Doc{Kind: party.Users.Kind, ID: fmt.Sprint("u-", n), Version: 1,
			Body: fmt.Appendf(nil, `{"id":"u-%d","name":"%0200d"}`, n, n)}}
		f := event.New("user.change", "", "u", time.Now(), map[string]any{"n": n})
		f.ID = event.ID(store.Subject(d.Kind, d.ID), 1, 0)
		d.Waiting = []event.Event{f}
		page = append(page, d)
		if len(page) == 500 {
			if err := e.Import(b.Context(), page); err != nil {
				b.Fatal(err)
			}
			page = nil
		}
	}
	ctx, stop := context.WithCancel(b.Context())
	var run sync.WaitGroup
	run.Go(func() { s.Run(ctx) })
	for waiting := 1; waiting > 0; time.Sleep(10 * time.Millisecond) {
		left, err := e.Pending(b.Context(), 1)
		if err != nil {
			b.Fatal(err)
		}
		waiting = len(left)
	}
	stop()
	run.Wait()
	return e, objects(b, filepath.Join(folder, "objects"))
}

func objects(b *testing.B, folder string) blob.Store {
	b.Helper()
	o, err := dir.Open(folder)
	if err != nil {
		b.Fatal(err)
	}
	bytesOf := make([]byte, benchSize)
	r := rand.NewChaCha8([32]byte{1})
	for n := range benchObjects {
		r.Read(bytesOf)
		if err := o.Put(b.Context(), fmt.Sprint("papers/", n), benchSize, sha256.Sum256(bytesOf), bytes.NewReader(bytesOf)); err != nil {
			b.Fatal(err)
		}
	}
	return o
}

// BenchmarkBackup and BenchmarkRestore: 5,000 documents with as many facts, and
// 256 MiB of objects; every byte is hashed twice on the way out and once in.
func BenchmarkBackup(b *testing.B) {
	e, o := full(b)
	b.SetBytes(benchObjects * benchSize)
	for b.Loop() {
		backup(b, e, o)
	}
}

func backup(b *testing.B, e *bolt.Engine, o blob.Store) string {
	b.Helper()
	folder := filepath.Join(b.TempDir(), "backup")
	_, _, err := move.Backup(b.Context(), move.Source{Snapshot: move.Snapshot(e), Objects: o, Kinds: app.Collections(), Origin: origin}, folder)
	if err != nil {
		b.Fatal(err)
	}
	return folder
}

func BenchmarkRestore(b *testing.B) {
	e, o := full(b)
	folder := backup(b, e, o)
	for name, engines := range map[string]func(*testing.B) config.Engines{
		"folder": func(*testing.B) config.Engines { return config.Engines{} },
		"MinIO": func(b *testing.B) config.Engines {
			e := enginetest.On(b, "mongodb://nowhere", miniotest.Shared(b))
			e.Metadata, e.MongoDB, e.Database = config.Embedded, "", ""
			return e
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(benchObjects * benchSize)
			for b.Loop() {
				c := config.Server{Data: b.TempDir(), URL: "http://127.0.0.1:8080", Origin: origin, Engines: engines(b)}
				to, err := app.Configured(b.Context(), c)
				if err != nil {
					b.Fatal(err)
				}
				_, err = move.Restore(b.Context(), folder, move.Target{Metadata: to.Metadata.(store.Movable), Objects: to.Objects, Kinds: app.Collections(),
					Check: func(*move.Note) error { return nil }, Leave: app.LeaveBehind, Scratch: c.Data})
				if err != nil {
					b.Fatal(err)
				}
				to.Close()
			}
		})
	}
}
