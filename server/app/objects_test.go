package app

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"probity/documents/blob"
	"probity/documents/blob/dir"
)

// An opening that is repeated writes files that are there already: that is no
// error, however the writer's bytes and the store's answer fall together.
func TestCreateAgain(t *testing.T) {
	s, err := dir.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := &objects{store: s}
	for _, size := range []int{0, 1, 100, 200_000} {
		b := bytes.Repeat([]byte{7}, size)
		key := "opened/t/" + string(rune('a'+size%26))
		for again := range 20 {
			w, err := o.Create(t.Context(), key, int64(size), sha256.Sum256(b))
			if err != nil {
				t.Fatal(err)
			}
			for from := 0; from < size; from += 32_000 {
				if n, err := w.Write(b[from:min(size, from+32_000)]); err != nil || n != min(size, from+32_000)-from {
					t.Fatalf("%d bytes, time %d: %d, %v", size, again, n, err)
				}
			}
		}
		r, err := o.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
		r.Close()
	}
}

// Bytes that are not those that were announced are refused, and nothing stays.
func TestCreateOther(t *testing.T) {
	s, err := dir.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := &objects{store: s}
	for name, c := range map[string]struct {
		announced, sent string
		want            error
	}{
		"other bytes":         {"abc", "abd", blob.ErrSum},
		"more than announced": {"abc", "abcd", blob.ErrSize},
	} {
		w, err := o.Create(t.Context(), "opened/t/x", int64(len(c.announced)), sha256.Sum256([]byte(c.announced)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(c.sent)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := o.Open(t.Context(), "opened/t/x"); !missing(err) {
			t.Errorf("%s: something stays: %v", name, err)
		}
	}
}
