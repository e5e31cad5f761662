package minio

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob/minio/miniotest"
	"probity/tender/fault"
)

// TestKill kills MinIO (kill -9) at random moments under load: what was
// acknowledged is there whole, or gone if deleted; errors are Busy faults.
func TestKill(t *testing.T) {
	p := miniotest.New(t, t.TempDir())
	t.Cleanup(func() { p.Kill() })
	o := options(t, p)
	o.Patience = 3 * time.Second
	acked := map[string]string{}
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		s := open(t, o)
		o.Make = false
		killUnderLoad(t, p, s, fmt.Sprint("r", round), acked)
		p.Start(t)
		checkKilled(t, open(t, o), acked)
	}
	t.Logf("%d rounds, %d objects acknowledged", rounds, len(acked))
	if len(acked) < rounds {
		t.Error("too little was written to show anything")
	}
}

func killUnderLoad(t *testing.T, p *miniotest.Server, s *Store, run string, acked map[string]string) {
	t.Helper()
	var mu sync.Mutex
	say := func(verb, key string) {
		mu.Lock()
		defer mu.Unlock()
		acked[key] = verb
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("%s/w%d/%d", run, w, n)
				err := store(t, s, key, n%2 == 1)
				if err == nil {
					say("put", key)
				}
				if err == nil && n%3 == 0 {
					say("deleting", key)
					if err = s.Delete(t.Context(), key); err == nil {
						say("deleted", key)
					}
				}
				if err != nil {
					if fault.From(err).Kind != fault.Busy {
						t.Errorf("%s: %v, want a Busy fault", key, err)
					}
					return
				}
			}
		})
	}
	time.Sleep(time.Duration(300+rand.IntN(700)) * time.Millisecond)
	p.Kill()
	wg.Wait()
}

func store(t *testing.T, s *Store, key string, inParts bool) error {
	b := filler(key, 20_000+len(key)*997)
	if !inParts {
		return s.Put(t.Context(), key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b))
	}
	u, err := s.Create(t.Context(), key, planOf(b, len(b)))
	if err != nil {
		return err
	}
	if err := s.PutPart(t.Context(), u, 1, bytes.NewReader(b)); err != nil {
		return err
	}
	_, err = s.Complete(t.Context(), u)
	return err
}

func checkKilled(t *testing.T, s *Store, acked map[string]string) {
	t.Helper()
	if _, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Errorf("sweep: %v", err)
	}
	there := map[string]bool{}
	for after := ""; ; {
		items, err := s.List(t.Context(), "", after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range items {
			after = x.Key
			if acked[x.Key] == "deleting" { // what half a deletion leaves need not be readable: it is ended
				if err := s.Delete(t.Context(), x.Key); err != nil {
					t.Errorf("delete %s again: %v", x.Key, err)
				}
				acked[x.Key] = "deleted"
				continue
			}
			there[x.Key] = true
			rested(t, s, x.Key)
			if !bytes.Equal(read(t, s, x.Key), filler(x.Key, 20_000+len(x.Key)*997)) {
				t.Errorf("%s is there and not whole", x.Key)
			}
		}
		if len(items) < 1000 {
			break
		}
	}
	for key, verb := range acked {
		if verb != "deleting" && there[key] != (verb == "put") {
			t.Errorf("%s: %s was acknowledged; it is there: %v", key, verb, there[key])
		}
	}
	for x := range s.core.ListObjectsIter(t.Context(), s.bucket, s3.ListObjectsOptions{Prefix: notes, Recursive: true}) {
		t.Errorf("a note is left: %+v", x)
	}
}

// rested waits until a server that has just begun again serves an object: it
// may say first that it is busy.
func rested(t *testing.T, s *Store, key string) {
	t.Helper()
	for until := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		r, err := s.Get(t.Context(), key, 0, -1)
		if err == nil {
			r.Close()
			return
		}
		if fault.From(err).Kind != fault.Busy || time.Now().After(until) {
			t.Fatalf("get %s: %v", key, err)
		}
	}
}
