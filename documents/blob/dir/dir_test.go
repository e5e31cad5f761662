package dir

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/documents/blob"
	"probity/documents/blob/blobtest"
	"probity/tender/fault"
)

func open(t testing.TB, root string) *Store {
	t.Helper()
	s, err := Open(root)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

func TestStore(t *testing.T) {
	blobtest.TestStore(t, func(t testing.TB) blob.Store { return open(t, t.TempDir()) })
}

func TestCrash(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	blobtest.TestCrash(t, rounds, func(t testing.TB, dir string) blob.Store { return open(t, dir) })
}

func TestForeignFoldersAreRefused(t *testing.T) {
	full, newer := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{filepath.Join(full, "thesis.doc"): "x", filepath.Join(newer, "format"): "probity-blob/9\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, root := range []string{full, newer} {
		if _, err := Open(root); fault.From(err).Code != "blob.foreign" {
			t.Errorf("open %s: %v", root, err)
		}
	}
}

// files counts what lies below a folder, but for the folders that stay.
func files(t *testing.T, root string) (n int) {
	t.Helper()
	err := filepath.WalkDir(root, func(_ string, x os.DirEntry, err error) error {
		if err == nil && (!x.IsDir() || len(x.Name()) == 32) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNothingIsLeftBehind: neither refusals nor deletions keep bytes.
func TestNothingIsLeftBehind(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	b := []byte("bytes")
	sum := sha256.Sum256(b)
	before := files(t, root)
	for _, size := range []int64{4, 6} {
		if err := s.Put(t.Context(), "a", size, sum, bytes.NewReader(b)); err == nil {
			t.Error("a wrong size was stored")
		}
	}
	if err := s.Put(t.Context(), "a", 5, blob.Sum{}, bytes.NewReader(b)); err == nil {
		t.Error("a wrong sum was stored")
	}
	if n := files(t, root); n != before {
		t.Errorf("refusals left %d files", n-before)
	}
	if err := s.Put(t.Context(), "a", 5, sum, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if n := files(t, root); n != before {
		t.Errorf("a deletion left %d files", n-before)
	}
}

// TestCrashAtEachStep makes by hand what a crash can leave, and looks.
func TestCrashAtEachStep(t *testing.T) {
	b := bytes.Repeat([]byte("x"), 100)
	plan := blob.Plan{Size: 100, Part: 100, Sums: []blob.Sum{sha256.Sum256(b)}}
	begin := func(t *testing.T) (*Store, blob.Upload) {
		s := open(t, t.TempDir())
		u, err := s.Create(t.Context(), "a/b", plan)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutPart(t.Context(), u, 1, bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		return s, u
	}
	later := time.Now().Add(time.Hour)

	t.Run("named, and the upload not ended", func(t *testing.T) {
		s, u := begin(t)
		if err := s.publish(rowOf(u)); err != nil {
			t.Fatal(err)
		}
		if err := s.Abort(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Get(t.Context(), "a/b", 0, -1); err != nil {
			t.Errorf("the object has gone: %v", err)
		} else {
			r.Close()
		}
		s, u = begin(t)
		if err := s.publish(rowOf(u)); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Sweep(t.Context(), later); n != 0 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if err := s.PutPart(t.Context(), u, 1, bytes.NewReader(b)); fault.From(err).Code != blob.ErrUpload.Code {
			t.Errorf("the upload goes on: %v", err)
		}
	})
	t.Run("half a part, and an object without a name", func(t *testing.T) {
		s, u := begin(t)
		folder := s.path(dataDir(u.ID))
		if err := os.WriteFile(filepath.Join(folder, "00001.half"), b[:50], 0o600); err != nil {
			t.Fatal(err)
		}
		if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 1 {
			t.Errorf("parts %v, %v", there, err)
		}
		if err := os.Remove(filepath.Join(folder, "upload")); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Sweep(t.Context(), later); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
	})
	t.Run("the name gone, and the bytes not", func(t *testing.T) {
		s, u := begin(t)
		if _, err := s.Complete(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(s.keyPath("a/b")); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), "a/b", 100, plan.Sums[0], bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Sweep(t.Context(), later); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if _, err := s.Get(t.Context(), "a/b", 0, -1); err != nil {
			t.Errorf("the second object was swept for the first: %v", err)
		}
	})
}

// BenchmarkPut: 64 KB by 16 at once.
func BenchmarkPut(b *testing.B) {
	s := open(b, b.TempDir())
	body := bytes.Repeat([]byte("x"), 64<<10)
	sum := sha256.Sum256(body)
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range 16 {
		wg.Go(func() {
			for n := w; n < b.N; n += 16 {
				if err := s.Put(b.Context(), fmt.Sprintf("w%d/%d", w, n), int64(len(body)), sum, bytes.NewReader(body)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
}

// BenchmarkUpload: 96 MB in parts of 8 MB, one after the other.
func BenchmarkUpload(b *testing.B) {
	s := open(b, b.TempDir())
	body := bytes.Repeat([]byte("x"), 8<<20)
	plan := blob.Plan{Size: 96 << 20, Part: 8 << 20}
	for range 12 {
		plan.Sums = append(plan.Sums, sha256.Sum256(body))
	}
	b.SetBytes(plan.Size)
	for n := 0; b.Loop(); n++ {
		u, err := s.Create(b.Context(), fmt.Sprint(n), plan)
		if err != nil {
			b.Fatal(err)
		}
		for i := range plan.Sums {
			if err := s.PutPart(b.Context(), u, i+1, bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := s.Complete(b.Context(), u); err != nil {
			b.Fatal(err)
		}
		if err := s.Delete(b.Context(), u.Key); err != nil {
			b.Fatal(err)
		}
	}
}
