package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/documents/blob"
)

func takenMeanwhile(t *testing.T, s blob.Store) {
	b := data(6, 1000)
	u := create(t, s, "a", planOf(b, 1000))
	putPart(t, s, u, b, 1)
	put(t, s, "a", data(1, 10))
	_, err := s.Complete(t.Context(), u)
	is(t, "complete", err, blob.ErrExists)
	_, err = s.Create(t.Context(), "a", u.Plan)
	is(t, "create", err, blob.ErrExists)
	if !bytes.Equal(get(t, s, "a", 0, -1), data(1, 10)) {
		t.Error("the object is another")
	}
	if err := s.Abort(t.Context(), u); err != nil {
		t.Error(err)
	}
	get(t, s, "a", 0, -1)
}

func raceComplete(t *testing.T, s blob.Store) {
	var list []blob.Upload
	for i := range 6 {
		b := data(uint64(i), 1000+i)
		u := create(t, s, "a", planOf(b, 2000))
		putPart(t, s, u, b, 1)
		list = append(list, u, u) // each by two
	}
	var won atomic.Int32
	var wg sync.WaitGroup
	for i, u := range list {
		wg.Go(func() {
			info, err := s.Complete(context.WithoutCancel(t.Context()), u)
			switch {
			case err == nil && info.Sum == u.Plan.Sum():
				won.Add(1)
			case err == nil:
				t.Errorf("completion %d says %+v", i, info)
			case !slices.ContainsFunc([]error{blob.ErrExists, blob.ErrUpload}, func(e error) bool { return errors.Is(err, e) }):
				t.Errorf("completion %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	head, err := s.Head(t.Context(), "a")
	if err != nil || won.Load() != 1 {
		t.Fatalf("%d completions won, %v", won.Load(), err)
	}
	if inner := sha256.Sum256(get(t, s, "a", 0, -1)); head.Sum != sha256.Sum256(inner[:]) {
		t.Error("the bytes are not those of the winner")
	}
}

func ended(t *testing.T, s blob.Store) {
	b := data(8, 1000)
	done := create(t, s, "a", planOf(b, 1000))
	putPart(t, s, done, b, 1)
	if _, err := s.Complete(t.Context(), done); err != nil {
		t.Fatal(err)
	}
	aborted := create(t, s, "b", planOf(b, 1000))
	putPart(t, s, aborted, b, 1)
	for range 2 {
		if err := s.Abort(t.Context(), aborted); err != nil {
			t.Fatal(err)
		}
	}
	never := blob.Upload{Key: "c", ID: strings.Repeat("0", 32), Plan: done.Plan}
	trick := blob.Upload{Key: "c", ID: "../../keys", Plan: done.Plan}
	for name, u := range map[string]blob.Upload{"completed": done, "aborted": aborted, "never begun": never, "a trick": trick} {
		is(t, name+": part", s.PutPart(t.Context(), u, 1, bytes.NewReader(b)), blob.ErrUpload)
		_, err := s.Parts(t.Context(), u)
		is(t, name+": parts", err, blob.ErrUpload)
		_, err = s.Complete(t.Context(), u)
		is(t, name+": complete", err, blob.ErrUpload)
		_, err = s.Target(t.Context(), u, 1, time.Hour)
		is(t, name+": target", err, blob.ErrUpload)
		if err := s.Abort(t.Context(), u); err != nil {
			t.Errorf("%s: abort: %v", name, err)
		}
	}
	if !bytes.Equal(get(t, s, "a", 0, -1), b) {
		t.Error("the object has gone with its upload")
	}
	gone(t, s, "b")
	gone(t, s, "c")
}

func otherPlan(t *testing.T, s blob.Store) {
	b := data(9, 1000)
	u := create(t, s, "a", planOf(b, 1000))
	other := u
	other.Plan = planOf(data(10, 1000), 1000)
	if err := s.PutPart(t.Context(), other, 1, bytes.NewReader(data(10, 1000))); err == nil {
		if _, err := s.Complete(t.Context(), u); err == nil {
			t.Error("bytes of another plan were completed")
		}
	}
	gone(t, s, "a")
	elsewhere := u
	elsewhere.Key = "b"
	if _, err := s.Complete(t.Context(), elsewhere); err == nil {
		t.Error("an upload was completed under another key")
	}
	gone(t, s, "b")
}

func badPlans(t *testing.T, s blob.Store) {
	sums := make([]blob.Sum, 3)
	for name, p := range map[string]blob.Plan{
		"nothing":         {},
		"no bytes":        {Size: 0, Part: blob.MinPart, Sums: sums[:1]},
		"negative":        {Size: -1, Part: blob.MinPart, Sums: sums[:1]},
		"no part size":    {Size: 10, Sums: sums[:1]},
		"negative part":   {Size: 10, Part: -10, Sums: sums[:1]},
		"small parts":     {Size: 30, Part: 10, Sums: sums},
		"a sum too many":  {Size: 2 * blob.MinPart, Part: blob.MinPart, Sums: sums},
		"a sum too few":   {Size: 4 * blob.MinPart, Part: blob.MinPart, Sums: sums},
		"large parts":     {Size: 3 * (blob.MaxPart + 1), Part: blob.MaxPart + 1, Sums: sums},
		"too many parts":  {Size: blob.MinPart * (blob.MaxParts + 1), Part: blob.MinPart, Sums: make([]blob.Sum, blob.MaxParts+1)},
		"a size too long": {Size: 1<<63 - 1, Part: blob.MinPart, Sums: sums},
	} {
		_, err := s.Create(t.Context(), "a", p)
		is(t, name, err, blob.ErrPart)
	}
}

func sweep(t *testing.T, s blob.Store) {
	b := data(11, 1000)
	put(t, s, "put", b)
	whole(t, s, "whole", b, 1000)
	u := create(t, s, "open", planOf(b, 1000))
	putPart(t, s, u, b, 1)
	if n, err := s.Sweep(t.Context(), time.Now().Add(-time.Hour)); err != nil || n != 0 {
		t.Errorf("swept %d that were in use, %v", n, err)
	}
	if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 1 {
		t.Errorf("parts %v, %v", there, err)
	}
	if n, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("swept %d, %v, want 1", n, err)
	}
	_, err := s.Parts(t.Context(), u)
	is(t, "parts after the sweep", err, blob.ErrUpload)
	for _, key := range []string{"put", "whole"} {
		if !bytes.Equal(get(t, s, key, 0, -1), b) {
			t.Errorf("%s was swept", key)
		}
	}
}
