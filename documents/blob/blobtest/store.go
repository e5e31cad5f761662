// Package blobtest says, as tests, what a blob.Store must do. Start with
// [TestStore], whose table is the contract in sentences; [TestCrash] kills a
// process that writes.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/documents/blob"
)

// Open returns an empty store and arranges for its end.
type Open func(t testing.TB) blob.Store

// TestStore runs the contract; each sentence gets an empty store.
func TestStore(t *testing.T, open Open) {
	parts := map[string]func(*testing.T, blob.Store){}
	maps.Copy(parts, objects)
	maps.Copy(parts, uploads)
	maps.Copy(parts, keeping)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		t.Run(name, func(t *testing.T) { parts[name](t, open(t)) })
	}
}

var objects = map[string]func(*testing.T, blob.Store){
	"what is put comes back":                    roundTrip,
	"ranges":                                    ranges,
	"nothing is overwritten":                    noOverwrite,
	"one of many puts wins, whole":              race,
	"other bytes than announced are not stored": wrongBytes,
	"a reader that breaks stores nothing":       brokenReader,
	"keys that are none":                        badKeys,
	"what is missing is a fault":                missing,
	"what is deleted is gone, and free again":   deleted,
	"a list is in the order of keys":            listing,
	"a dead context does nothing":               dead,
}

// data returns bytes that are the same for the same seed.
func data(seed uint64, size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	r.Read(b)
	return b
}

func put(t testing.TB, s blob.Store, key string, b []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b)); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

func get(t testing.TB, s blob.Store, key string, offset, length int64) []byte {
	t.Helper()
	r, err := s.Get(context.WithoutCancel(t.Context()), key, offset, length)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return b
}

// is checks an answer by its code.
func is(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: err = %v, want %v", what, err, want)
	}
}

// gone checks that there is no object, by every way of asking.
func gone(t testing.TB, s blob.Store, key string) {
	t.Helper()
	_, err := s.Head(t.Context(), key)
	is(t, "head "+key, err, blob.ErrMissing)
	_, err = s.Get(t.Context(), key, 0, -1)
	is(t, "get "+key, err, blob.ErrMissing)
	if items, err := s.List(t.Context(), key, "", 10); err != nil || slices.ContainsFunc(items, func(x blob.Item) bool { return x.Key == key }) {
		t.Errorf("list %s: %v, %v", key, items, err)
	}
}

var goodKeys = []string{
	"a", "A1", "a/b", "a/b/c", "a-b", "a.b", "a_b", "-", "bids/ocds-x-1/0001.sealed", strings.Repeat("k", 128),
	strings.Repeat("s/", 255) + "s", "0", "a/b.c/d", "-/-", "con", "data", "keys", "object",
}

func roundTrip(t *testing.T, s blob.Store) {
	for i, key := range goodKeys {
		put(t, s, key, data(uint64(i), []int{0, 1, 1000, 70_000}[i%4]))
	}
	put(t, s, "large", data(99, 9<<20))
	for i, key := range goodKeys {
		want := data(uint64(i), []int{0, 1, 1000, 70_000}[i%4])
		if got := get(t, s, key, 0, -1); !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes came back, want %d", key, len(got), len(want))
		}
		info, err := s.Head(t.Context(), key)
		if err != nil || info.Key != key || info.Size != int64(len(want)) || info.Sum != sha256.Sum256(want) || info.Parts != 0 {
			t.Errorf("head %s: %+v, %v", key, info, err)
		}
		if d := time.Since(info.Stored).Abs(); d > time.Minute || info.Stored.Location() != time.UTC {
			t.Errorf("head %s: stored at %v", key, info.Stored)
		}
	}
	if got := get(t, s, "large", 0, -1); !bytes.Equal(got, data(99, 9<<20)) {
		t.Error("9 MB came back otherwise")
	}
}

func ranges(t *testing.T, s blob.Store) {
	b := data(1, 1000)
	put(t, s, "a", b)
	put(t, s, "empty", nil)
	for _, c := range []struct {
		offset, length int64
		want           []byte
	}{{0, -1, b}, {0, 1000, b}, {0, 5000, b}, {0, 0, nil}, {0, 1, b[:1]}, {999, -1, b[999:]}, {300, 400, b[300:700]}, {500, 501, b[500:]}} {
		if got := get(t, s, "a", c.offset, c.length); !bytes.Equal(got, c.want) {
			t.Errorf("%d from %d: %d bytes", c.length, c.offset, len(got))
		}
	}
	for _, offset := range []int64{-1, 1000, 1001} {
		_, err := s.Get(t.Context(), "a", offset, 1)
		is(t, fmt.Sprint("from ", offset), err, blob.ErrRange)
	}
	if got := get(t, s, "empty", 0, -1); len(got) != 0 {
		t.Errorf("an empty object has %d bytes", len(got))
	}
}

func noOverwrite(t *testing.T, s blob.Store) {
	first, second := data(1, 100), data(2, 100)
	put(t, s, "a", first)
	for _, b := range [][]byte{second, first} { // the same bytes as well
		is(t, "again", s.Put(t.Context(), "a", 100, sha256.Sum256(b), bytes.NewReader(b)), blob.ErrExists)
	}
	if got := get(t, s, "a", 0, -1); !bytes.Equal(got, first) {
		t.Error("the first bytes are gone")
	}
	put(t, s, "a/b", second) // a key is no folder
	put(t, s, "A", second)
}

func race(t *testing.T, s blob.Store) {
	var won atomic.Int32
	won.Store(-1)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			b := data(uint64(i), 50_000)
			err := s.Put(context.WithoutCancel(t.Context()), "the/one", int64(len(b)), sha256.Sum256(b), bytes.NewReader(b))
			if err != nil {
				is(t, fmt.Sprint("writer ", i), err, blob.ErrExists)
			} else if !won.CompareAndSwap(-1, int32(i)) {
				t.Errorf("writers %d and %d both won", i, won.Load())
			}
		})
	}
	wg.Wait()
	if won.Load() < 0 || !bytes.Equal(get(t, s, "the/one", 0, -1), data(uint64(won.Load()), 50_000)) {
		t.Errorf("writer %d won, and other bytes are there", won.Load())
	}
}

func deleted(t *testing.T, s blob.Store) {
	put(t, s, "a", data(1, 10))
	put(t, s, "a/b", data(2, 10))
	for range 2 {
		if err := s.Delete(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	gone(t, s, "a")
	get(t, s, "a/b", 0, -1)
	put(t, s, "a", data(3, 10))
	if !bytes.Equal(get(t, s, "a", 0, -1), data(3, 10)) {
		t.Error("the deleted bytes came back")
	}
}

func listing(t *testing.T, s blob.Store) {
	keys := []string{"a", "a-b", "a.b", "a/b", "a/b-c", "a/b/c", "a/b0", "a0", "aa/a", "b", "B", "a/c/d/e", "a_/x", "-"}
	for i, key := range keys {
		put(t, s, key, data(uint64(i), i))
	}
	sizes := map[string]int64{}
	for i, key := range keys {
		sizes[key] = int64(i)
	}
	slices.Sort(keys)
	for _, prefix := range []string{"", "a", "a/", "a/b", "a/b/", "aa", "z", "a/c/d/e", "a-"} {
		var want []string
		for _, key := range keys {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		for _, limit := range []int{1, 2, 3, 1000} {
			var got []string
			for after := ""; ; after = got[len(got)-1] {
				items, err := s.List(t.Context(), prefix, after, limit)
				if err != nil || len(items) > limit {
					t.Fatalf("list %q after %q: %d items, %v", prefix, after, len(items), err)
				}
				for _, x := range items {
					got = append(got, x.Key)
					if x.Size != sizes[x.Key] || time.Since(x.Stored).Abs() > time.Minute {
						t.Errorf("list %q: %+v, want %d bytes", prefix, x, sizes[x.Key])
					}
				}
				if len(items) < limit {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("list %q by %d:\n got %q\nwant %q", prefix, limit, got, want)
			}
		}
	}
	for _, limit := range []int{0, -1, 1001} {
		if _, err := s.List(t.Context(), "", "", limit); err == nil {
			t.Errorf("a list of %d was given", limit)
		}
	}
}
