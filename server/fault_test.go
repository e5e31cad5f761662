package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/bidding/biddingtest"
	"probity/documents/blob/minio/miniotest"
	"probity/server/app"
	"probity/server/app/enginetest"
	"probity/server/config"
	"probity/tender/fault"
)

// TestRefusedAtStart: a server that cannot keep what is promised does not
// start, and says why in a sentence that tells no secret.
func TestRefusedAtStart(t *testing.T) {
	engines := enginetest.Fresh(t)
	keys := t.TempDir()
	open := func(e config.Engines, do func(*config.Server)) error {
		c := config.Server{Data: t.TempDir(), Keys: keys, Engines: e, Listen: "127.0.0.1:8080", URL: "http://127.0.0.1:8080", Origin: "test.example/log", Prefix: "ocds-213czf"}
		if do != nil {
			do(&c)
		}
		a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler))
		if err == nil {
			err = a.Close()
		}
		return err
	}
	if err := open(engines, nil); err != nil {
		t.Fatal(err)
	}
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bucket := func(o s3.MakeBucketOptions) string {
		name := "test-" + strings.ToLower(strings.ReplaceAll(miniotest.Port(t), ".", "-"))
		name = strings.ReplaceAll(name, ":", "-")
		if err := miniotest.Shared(t).Client(t).MakeBucket(t.Context(), name, o); err != nil {
			t.Fatal(err)
		}
		return name
	}
	kept, err := app.Existing(t.Context(), config.Server{Engines: engines})
	if err == nil {
		err = errors.Join(kept.Objects.Put(t.Context(), "papers/x", 1, sha256.Sum256([]byte("x")), strings.NewReader("x")), kept.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	nobody := "mongodb://someone:hushhush@" + miniotest.Port(t) + "/?serverSelectionTimeoutMS=300"
	other := enginetest.Fresh(t)
	for _, c := range []struct {
		name string
		do   func(*config.Server)
		code string // or words, of what has no code
	}{
		{"the database is away", func(c *config.Server) { c.MongoDB = file(nobody) }, "store.busy"},
		{"no address of a database", func(c *config.Server) { c.MongoDB = file("mongodb://hushhush@@/") }, "store.address"},
		{"a password that the database does not know", func(c *config.Server) {
			c.MongoDB = file(strings.Replace(enginetest.Address(t), "://", "://someone:hushhush@", 1))
		}, "store.credentials"},
		{"the store is away", func(c *config.Server) { c.MinIO = "http://" + miniotest.Port(t) }, "blob.store_away"},
		{"a key that the store does not know", func(c *config.Server) { c.SecretKey = file("hushhush") }, "blob.store_keys"},
		{"a bucket that is not there", func(c *config.Server) { c.Bucket = "no-such-bucket" }, "blob.bucket_missing"},
		{"a bucket without versions", func(c *config.Server) { c.Bucket = bucket(s3.MakeBucketOptions{}) }, "blob.bucket_versions"},
		{"a bucket without lock", func(c *config.Server) {
			c.Bucket = bucket(s3.MakeBucketOptions{})
			if err := miniotest.Shared(t).Client(t).EnableVersioning(t.Context(), c.Bucket); err != nil {
				t.Fatal(err)
			}
		}, "blob.bucket_lock"},
		{"other keys", func(c *config.Server) { c.Keys = t.TempDir() }, "keys.missing"},
		{"another log", func(c *config.Server) { c.Origin = "other.example/log" }, "holds the log"},
		{"a sandbox of real data", func(c *config.Server) { c.Sandbox = true }, "cannot become a sandbox"},
		{"a new log over old data", func(c *config.Server) { c.Engines.Database = other.Database; c.Keys = t.TempDir() }, "store.objects"},
	} {
		err := open(engines, c.do)
		if err == nil || !fault.Coded(err, c.code) && !strings.Contains(err.Error(), c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
		if err != nil && strings.Contains(err.Error(), "hushhush") {
			t.Errorf("%s: a secret is told: %v", c.name, err)
		}
	}
	if err := open(engines, nil); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// TestStoresAway: while the database is away nothing is accepted and nothing is
// lost; while the object store is away bids are still registered. Either comes
// back and all goes on, without a hand.
func TestStoresAway(t *testing.T) {
	t.Parallel()
	database := enginetest.NewFerret(t)
	store := miniotest.New(t, t.TempDir())
	t.Cleanup(store.Kill)
	f := newFleet(t, enginetest.On(t, database.URI, store), 1)
	w := biddingtest.New(t, f.Bidding(), biddingtest.Terms{})
	s, b := f.servers[0], w.Bidder("firm")
	token := f.At("").Token(b.Actor)
	seq := int64(0)
	next := func() *biddingtest.Sealed { seq++; return b.Seal(seq, "1") }
	bids := "/api/v1/tenders/" + w.ID + "/bids"
	submit := func(x *biddingtest.Sealed) (answered, error) {
		return s.ask(t.Context(), token, "POST", bids, map[string]any{"bid": x.Signed})
	}
	begin := func(x *biddingtest.Sealed) (answered, error) {
		p := x.Parts["bid"]
		path := fmt.Sprintf("/api/v1/tenders/%s/lots/%s/bid/%d/envelopes/bid", w.ID, w.Lot, x.Record.Seq)
		return s.ask(t.Context(), token, "POST", path, map[string]any{"header": p.HeaderBytes, "sums": p.PartHashes})
	}
	want := func(what string, a answered, err error, status int) {
		t.Helper()
		if err != nil || a.status != status || status == http.StatusServiceUnavailable && !again(a) {
			t.Errorf("%s: %d %s, %v; want %d", what, a.status, a.body, err, status)
		}
	}
	soon := func(what string, holds func() bool) {
		t.Helper()
		for until := time.Now().Add(time.Minute); !holds(); time.Sleep(100 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatalf("%s does not come about: %s", what, s.said())
			}
		}
	}
	first, second := next(), next()
	a, err := submit(first)
	want("a bid", a, err, http.StatusCreated)

	store.Kill()
	a, err = submit(second)
	want("a bid without the object store", a, err, http.StatusCreated)
	a, err = begin(second)
	want("an upload without the object store", a, err, http.StatusServiceUnavailable)
	if !s.is(http.StatusOK) {
		t.Error("a server is not ready though it takes bids")
	}
	store.Start(t)
	soon("an upload", func() bool { a, err := begin(second); return err == nil && a.status == http.StatusOK })

	third := next()
	database.Kill()
	a, err = submit(third)
	want("a bid without the database", a, err, http.StatusServiceUnavailable)
	a, err = s.ask(t.Context(), token, "GET", "/api/v1/tenders/"+w.ID, struct{}{})
	want("a reading without the database", a, err, http.StatusServiceUnavailable)
	if !s.is(http.StatusServiceUnavailable) {
		t.Error("a server is ready without the database")
	}
	database.Start(t)
	soon("a bid", func() bool { a, err := submit(third); return err == nil && a.status == http.StatusCreated })
	soon("readiness", func() bool { return s.is(http.StatusOK) })

	fourth := next() // a database that does not answer for a while
	database.Signal(t, syscall.SIGSTOP)
	time.AfterFunc(2*time.Second, func() { database.Signal(t, syscall.SIGCONT) })
	soon("a bid after a pause", func() bool {
		a, err := submit(fourth)
		if err == nil && a.status != http.StatusCreated {
			want("a bid during a pause", a, err, http.StatusServiceUnavailable)
		}
		return err == nil && a.status == http.StatusCreated
	})
	w.Settle()
	if got := w.Facts("bid.submit"); len(got) != 4 {
		t.Errorf("there are %d records of four bids", len(got))
	}
}
