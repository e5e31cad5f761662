package keeping_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"probity/bidding"
	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/server/keeping"
	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// room is a platform with nothing in it but a draft.
type room struct {
	*keeping.Service
	t      *testing.T
	engine *storetest.Faulty
	draft  *tender.Tender
}

func newRoom(t *testing.T) *room {
	t.Helper()
	kinds := append([]store.Collection{tender.Collection, keeping.Collection}, bidding.Collections...)
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	objects, err := dir.Open(filepath.Join(t.TempDir(), "objects"))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, engine: storetest.NewFaulty(e), draft: &tender.Tender{Root: store.Root{ID: "ocds-1"}, Phase: tender.Draft}}
	r.Service = &keeping.Service{Engine: r.engine, Objects: objects}
	r.ok(r.drafts().Put(t.Context(), r.draft))
	return r
}

func (r *room) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) drafts() store.Shelf[tender.Tender, *tender.Tender] {
	return store.Shelf[tender.Tender, *tender.Tender]{Engine: r.engine, Kind: tender.Kind}
}

// send stores the bytes of a document and returns its key.
func (r *room) send(text string) (key, sum string) {
	r.t.Helper()
	h := sha256.Sum256([]byte(text))
	sum = hex.EncodeToString(h[:])
	key = "notices/" + r.draft.ID + "/" + sum
	r.ok(r.Claim(r.t.Context(), key))
	err := r.Objects.Put(r.t.Context(), key, int64(len(text)), h, bytes.NewReader([]byte(text)))
	if !errors.Is(err, blob.ErrExists) {
		r.ok(err)
	}
	return key, sum
}

// name has the draft name a document, in the notice or in an amendment of it.
func (r *room) name(sum string, amending bool) {
	r.t.Helper()
	n := tender.Notice{Documents: []tender.Document{{Versions: []tender.Version{{SHA256: sum}}}}}
	if amending {
		r.draft.Amendment = &n
	} else {
		r.draft.Notice = n
	}
	r.ok(r.drafts().Put(r.t.Context(), r.draft))
}

// sweep sweeps as if it were so much later.
func (r *room) sweep(later time.Duration) keeping.Swept {
	r.t.Helper()
	done, err := r.Sweep(r.t.Context(), time.Now().Add(later))
	r.ok(err)
	return done
}

func (r *room) there(key string) bool {
	r.t.Helper()
	_, err := r.Objects.Head(r.t.Context(), key)
	if err != nil && !errors.Is(err, blob.ErrMissing) {
		r.t.Fatal(err)
	}
	return err == nil
}

const week = keeping.Unclaimed

// A document that no notice names goes, and not before it has been marked for
// an hour; one that is named stays, whoever names it when.
func TestOrphans(t *testing.T) {
	r := newRoom(t)
	named, sum := r.send("named")
	r.name(sum, false)
	amended, sum := r.send("amended")
	r.name(sum, true)
	orphan, _ := r.send("nobody's")
	if done := r.sweep(time.Hour); done.Orphans != 0 || !r.there(orphan) {
		t.Errorf("young: %+v", done)
	}
	if done := r.sweep(week + time.Minute); done.Orphans != 0 || !r.there(orphan) {
		t.Errorf("just marked: %+v", done)
	}
	if done := r.sweep(week + 30*time.Minute); done.Orphans != 0 || !r.there(orphan) {
		t.Errorf("marked for half an hour: %+v", done)
	}
	if done := r.sweep(week + 2*time.Hour); done.Orphans != 1 || r.there(orphan) {
		t.Errorf("marked for two hours: %+v", done)
	}
	if !r.there(named) || !r.there(amended) {
		t.Error("what a notice names was swept")
	}
	if again, _ := r.send("nobody's"); !r.there(again) {
		t.Error("it cannot be stored again")
	}
}

// Whoever is about to name a document keeps it, even when it was marked.
func TestSparedOrphan(t *testing.T) {
	r := newRoom(t)
	key, sum := r.send("late")
	r.sweep(week + time.Minute)
	if spared, err := r.Spare(t.Context(), key); err != nil || !spared {
		t.Fatalf("spare: %v, %v", spared, err)
	}
	if done := r.sweep(week + 90*time.Minute); done.Orphans != 0 || !r.there(key) { // marked anew
		t.Errorf("spared: %+v", done)
	}
	r.name(sum, false)
	for _, later := range []time.Duration{3 * time.Hour, 5 * time.Hour} {
		if done := r.sweep(week + later); done.Orphans != 0 || !r.there(key) {
			t.Errorf("named: %+v", done)
		}
	}
	if spared, err := r.Spare(t.Context(), key); err != nil || !spared {
		t.Errorf("a mark is left: %v, %v", spared, err)
	}
}

// A sweep that breaks off at any write is finished by a later one, and in
// between nobody can name what is going.
func TestSweepBreaksOff(t *testing.T) {
	for skip := range 3 {
		for _, after := range []bool{false, true} {
			for _, method := range []string{"Put", "Delete"} {
				r := newRoom(t)
				key, _ := r.send("nobody's")
				r.sweep(week + time.Minute)
				r.engine.Break(method, skip, after)
				_, err := r.Sweep(t.Context(), time.Now().Add(week+2*time.Hour))
				r.engine.Mend()
				spared, spareErr := r.Spare(t.Context(), key)
				if spareErr != nil || spared && !r.there(key) && method == "Put" && (skip == 0 || !after) && err != nil {
					t.Errorf("%s %d %v: spared %v while it is gone, %v", method, skip, after, spared, spareErr)
				}
				if !spared && !fault.Coded(r.Claim(t.Context(), key), "document.going") {
					t.Errorf("%s %d %v: it can be stored while it is going", method, skip, after)
				}
				r.sweep(week + 4*time.Hour)
				r.sweep(week + 6*time.Hour)
				r.sweep(week + 8*time.Hour)
				if r.there(key) {
					t.Errorf("%s %d %v: still there", method, skip, after)
				}
				if spared, err := r.Spare(t.Context(), key); err != nil || !spared {
					t.Errorf("%s %d %v: a mark is left: %v", method, skip, after, err)
				}
			}
		}
	}
}

// Many servers sweep at once: each orphan goes once, and nothing fails.
func TestManySweepers(t *testing.T) {
	r := newRoom(t)
	var keys []string
	for _, text := range []string{"a", "b", "c", "d", "e"} {
		key, _ := r.send(text)
		keys = append(keys, key)
	}
	r.sweep(week + time.Minute)
	gone := make(chan int, 8)
	for range cap(gone) {
		go func() {
			done, err := r.Sweep(context.WithoutCancel(t.Context()), time.Now().Add(week+2*time.Hour))
			if err != nil {
				t.Error(err)
			}
			gone <- done.Orphans
		}()
	}
	total := 0
	for range cap(gone) {
		total += <-gone
	}
	if total != len(keys) {
		t.Errorf("%d orphans went, %d times", len(keys), total)
	}
	for _, key := range keys {
		if r.there(key) {
			t.Errorf("%s is left", key)
		}
	}
}
