package blobtest

import (
	"errors"
	"testing"
	"time"

	"probity/documents/blob"
)

var keeping = map[string]func(*testing.T, blob.Store){
	"what is locked stays until its time":       locked,
	"a lock can be made longer, never shorter":  longer,
	"what is held stays until it is let go":     held,
	"only what is there can be kept":            keepMissing,
	"a lock is of one object, not of its place": lockedAgain,
}

func kept(t *testing.T, s blob.Store, key string) blob.Kept {
	t.Helper()
	k, err := s.Kept(t.Context(), key)
	if err != nil {
		t.Fatalf("kept %s: %v", key, err)
	}
	return k
}

func locked(t *testing.T, s blob.Store) {
	for key, store := range map[string]func(){
		"whole":    func() { put(t, s, "whole", data(1, 100)) },
		"in-parts": func() { whole(t, s, "in-parts", data(2, 100), 100) },
	} {
		store()
		if k := kept(t, s, key); k != (blob.Kept{}) {
			t.Errorf("%s: kept at first: %+v", key, k)
		}
		until := time.Now().Add(2 * time.Second)
		if err := s.Lock(t.Context(), key, until); err != nil {
			t.Fatal(err)
		}
		k := kept(t, s, key)
		if k.Until.Before(until) || !k.Until.Before(until.Add(time.Second)) || k.Until.Location() != time.UTC {
			t.Errorf("%s: locked until %v, want the second of %v", key, k.Until, until)
		}
		if err := s.Delete(t.Context(), key); !errors.Is(err, blob.ErrLocked) {
			t.Errorf("%s: delete = %v, want ErrLocked", key, err)
		}
		if got := get(t, s, key, 0, -1); len(got) != 100 {
			t.Errorf("%s: %d bytes are left", key, len(got))
		}
		time.Sleep(time.Until(k.Until.Add(300 * time.Millisecond)))
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("%s: delete after its time: %v", key, err)
		}
	}
}

func longer(t *testing.T, s blob.Store) {
	put(t, s, "a", data(1, 10))
	hour := time.Now().Add(time.Hour)
	for _, until := range []time.Time{hour, time.Now(), hour.Add(-time.Minute), {}} {
		if err := s.Lock(t.Context(), "a", until); err != nil {
			t.Fatalf("lock until %v: %v", until, err)
		}
		if k := kept(t, s, "a"); !k.Until.Equal(blob.Second(hour)) {
			t.Errorf("after a lock until %v: kept until %v", until, k.Until)
		}
	}
	if err := s.Lock(t.Context(), "a", hour.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if k := kept(t, s, "a"); !k.Until.Equal(blob.Second(hour.Add(time.Hour))) {
		t.Errorf("made longer: kept until %v", k.Until)
	}
}

func held(t *testing.T, s blob.Store) {
	put(t, s, "a", data(1, 10))
	for range 2 {
		if err := s.Hold(t.Context(), "a", true); err != nil {
			t.Fatal(err)
		}
	}
	if k := kept(t, s, "a"); !k.Held || !k.Until.IsZero() {
		t.Errorf("kept: %+v", k)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, blob.ErrLocked) {
		t.Errorf("delete = %v, want ErrLocked", err)
	}
	for range 2 {
		if err := s.Hold(t.Context(), "a", false); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("let go: %v", err)
	}
}

func keepMissing(t *testing.T, s blob.Store) {
	for what, err := range map[string]error{
		"lock": s.Lock(t.Context(), "a", time.Now().Add(time.Hour)), "hold": s.Hold(t.Context(), "a", true),
		"kept": func() error { _, err := s.Kept(t.Context(), "a"); return err }(),
	} {
		if !errors.Is(err, blob.ErrMissing) {
			t.Errorf("%s = %v, want ErrMissing", what, err)
		}
	}
	if err := s.Lock(t.Context(), "../a", time.Now()); !errors.Is(err, blob.ErrKey) {
		t.Errorf("lock of no key = %v", err)
	}
}

func lockedAgain(t *testing.T, s blob.Store) {
	put(t, s, "a", data(1, 10))
	for _, on := range []bool{true, false} {
		if err := errors.Join(s.Lock(t.Context(), "a", time.Now().Add(-time.Hour)), s.Hold(t.Context(), "a", on)); err != nil {
			t.Fatalf("a time that is over: %v", err)
		}
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", data(2, 10))
	if k := kept(t, s, "a"); k != (blob.Kept{}) {
		t.Errorf("a new object is kept: %+v", k)
	}
}
