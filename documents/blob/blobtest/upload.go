package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"probity/documents/blob"
)

var uploads = map[string]func(*testing.T, blob.Store){
	"parts make an object, in any order":           inParts,
	"one part is a composite of one":               onePart,
	"a broken upload resumes, in another process":  resume,
	"parts that are wrong are refused":             wrongParts,
	"no object of fewer parts":                     incomplete,
	"a key that was taken meanwhile stays":         takenMeanwhile,
	"one of many completions wins":                 raceComplete,
	"an upload that has ended is gone":             ended,
	"another plan is another upload":               otherPlan,
	"plans that are none":                          badPlans,
	"abandoned uploads are swept, objects are not": sweep,
}

// planOf cuts bytes into parts.
func planOf(b []byte, size int) blob.Plan {
	p := blob.Plan{Size: int64(len(b)), Part: int64(size)}
	for c := range slices.Chunk(b, size) {
		p.Sums = append(p.Sums, sha256.Sum256(c))
	}
	return p
}

func part(b []byte, p blob.Plan, n int) []byte {
	from := int64(n-1) * p.Part
	return b[from : from+p.Len(n)]
}

func create(t testing.TB, s blob.Store, key string, p blob.Plan) blob.Upload {
	t.Helper()
	u, err := s.Create(t.Context(), key, p)
	if err != nil {
		t.Fatalf("create %s: %v", key, err)
	}
	return u
}

func putPart(t testing.TB, s blob.Store, u blob.Upload, b []byte, n int) {
	t.Helper()
	if err := s.PutPart(context.WithoutCancel(t.Context()), u, n, bytes.NewReader(part(b, u.Plan, n))); err != nil {
		t.Fatalf("part %d of %s: %v", n, u.Key, err)
	}
}

// whole uploads and completes an object.
func whole(t testing.TB, s blob.Store, key string, b []byte, size int) blob.Info {
	t.Helper()
	u := create(t, s, key, planOf(b, size))
	for n := range u.Plan.Sums {
		putPart(t, s, u, b, n+1)
	}
	info, err := s.Complete(t.Context(), u)
	if err != nil {
		t.Fatalf("complete %s: %v", key, err)
	}
	return info
}

func inParts(t *testing.T, s blob.Store) {
	b := data(7, 3*blob.MinPart+12345)
	u := create(t, s, "bids/1", planOf(b, blob.MinPart))
	gone(t, s, "bids/1")
	var wg sync.WaitGroup
	for _, n := range []int{4, 2, 3, 1, 2} { // one twice, all at once
		wg.Go(func() { putPart(t, s, u, b, n) })
	}
	wg.Wait()
	gone(t, s, "bids/1")
	info, err := s.Complete(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context(), "bids/1")
	if err != nil || head != info || info.Parts != 4 || info.Size != int64(len(b)) || info.Sum != u.Plan.Sum() {
		t.Errorf("complete says %+v, head %+v, %v", info, head, err)
	}
	if got := get(t, s, "bids/1", 0, -1); !bytes.Equal(got, b) {
		t.Errorf("%d bytes came back otherwise", len(got))
	}
	for _, c := range [][2]int64{{blob.MinPart - 3, 6}, {blob.MinPart, 1}, {2*blob.MinPart - 1, blob.MinPart + 2}, {3 * blob.MinPart, 99999}, {int64(len(b)) - 1, 1}} {
		end := min(c[0]+c[1], int64(len(b)))
		if got := get(t, s, "bids/1", c[0], c[1]); !bytes.Equal(got, b[c[0]:end]) {
			t.Errorf("%d bytes from %d came back otherwise", c[1], c[0])
		}
	}
}

func onePart(t *testing.T, s blob.Store) {
	b := data(1, 10)
	info := whole(t, s, "a", b, 10)
	inner := sha256.Sum256(b)
	if info.Parts != 1 || info.Sum != sha256.Sum256(inner[:]) {
		t.Errorf("complete says %+v", info)
	}
	info = whole(t, s, "b", b, blob.MinPart) // shorter than a part
	if info.Size != 10 || !bytes.Equal(get(t, s, "b", 0, -1), b) {
		t.Errorf("complete says %+v", info)
	}
}

func resume(t *testing.T, s blob.Store) {
	b := data(3, 2*blob.MinPart+1)
	u := create(t, s, "a", planOf(b, blob.MinPart))
	putPart(t, s, u, b, 3)
	putPart(t, s, u, b, 1)
	is(t, "the line breaks", s.PutPart(t.Context(), u, 2, broken(part(b, u.Plan, 2)[:1<<20])), errOnPurpose)

	stored, err := json.Marshal(u) // what the caller keeps is plain data
	if err != nil {
		t.Fatal(err)
	}
	var again blob.Upload
	if err := json.Unmarshal(stored, &again); err != nil {
		t.Fatal(err)
	}
	there, err := s.Parts(t.Context(), again)
	if want := []blob.Present{{N: 1, Size: blob.MinPart}, {N: 3, Size: 1}}; err != nil || !slices.Equal(there, want) {
		t.Fatalf("parts %v, %v, want %v", there, err, want)
	}
	putPart(t, s, again, b, 2)
	if _, err := s.Complete(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(get(t, s, "a", 0, -1), b) {
		t.Error("other bytes came back")
	}
}

func wrongParts(t *testing.T, s blob.Store) {
	b := data(4, blob.MinPart+1000)
	u := create(t, s, "a", planOf(b, blob.MinPart))
	put := func(n int, b []byte) error { return s.PutPart(t.Context(), u, n, bytes.NewReader(b)) }
	putPart(t, s, u, b, 2)
	last := part(b, u.Plan, 2)
	for _, n := range []int{0, -1, 3, 1 << 40} {
		is(t, fmt.Sprint("part ", n), put(n, last), blob.ErrPart)
	}
	changed := bytes.Clone(last)
	changed[0] ^= 1
	is(t, "another byte over a good part", put(2, changed), blob.ErrSum)
	is(t, "one too few", put(2, last[1:]), blob.ErrSize)
	is(t, "one too many", put(2, append(bytes.Clone(last), 0)), blob.ErrSize)
	is(t, "another part's bytes", put(1, last), blob.ErrSize)
	if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 1 {
		t.Errorf("parts %v, %v", there, err)
	}
	putPart(t, s, u, b, 1)
	if _, err := s.Complete(t.Context(), u); err != nil || !bytes.Equal(get(t, s, "a", 0, -1), b) {
		t.Errorf("after refusals: %v", err)
	}
}

func incomplete(t *testing.T, s blob.Store) {
	b := data(5, blob.MinPart+1000)
	u := create(t, s, "a", planOf(b, blob.MinPart))
	for n := range 3 {
		if n > 0 {
			putPart(t, s, u, b, n)
		}
		if n < 2 {
			_, err := s.Complete(t.Context(), u)
			is(t, fmt.Sprint("with ", n), err, blob.ErrIncomplete)
			gone(t, s, "a")
		}
	}
	if _, err := s.Complete(t.Context(), u); err != nil {
		t.Error(err)
	}
}
