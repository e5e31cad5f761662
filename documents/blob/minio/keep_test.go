package minio

import (
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

// TestLock: until its time nobody deletes, not by any way of S3.
func TestLock(t *testing.T) {
	s := open(t, options(t, running(t)))
	put(t, s, "paper", []byte("signed"))
	if k, err := s.Kept(t.Context(), "paper"); err != nil || !k.Until.IsZero() || k.Held {
		t.Errorf("kept at first: %+v, %v", k, err)
	}
	until := time.Now().Add(3 * time.Second)
	if err := s.Lock(t.Context(), "paper", until); err != nil {
		t.Fatal(err)
	}
	k, err := s.Kept(t.Context(), "paper")
	if err != nil || k.Until.Before(until) || k.Until.After(until.Add(time.Second)) {
		t.Fatalf("kept: %+v, %v", k, err)
	}
	coded(t, "delete", s.Delete(t.Context(), "paper"), blob.ErrLocked.Code)
	x, err := s.core.StatObject(t.Context(), s.bucket, name("paper"), s3.StatObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mode, sooner := s3.Compliance, time.Now().Add(time.Second).UTC()
	for name, err := range map[string]error{
		"delete around the program": s.core.RemoveObject(t.Context(), s.bucket, name("paper"), s3.RemoveObjectOptions{VersionID: x.VersionID, GovernanceBypass: true}),
		"shorten": s.core.PutObjectRetention(t.Context(), s.bucket, name("paper"), s3.PutObjectRetentionOptions{
			Mode: &mode, RetainUntilDate: &sooner, GovernanceBypass: true, VersionID: x.VersionID}),
		"take off": s.core.PutObjectRetention(t.Context(), s.bucket, name("paper"), s3.PutObjectRetentionOptions{GovernanceBypass: true, VersionID: x.VersionID}),
	} {
		if err == nil {
			t.Errorf("%s: allowed", name)
		}
	}
	if err := s.Lock(t.Context(), "paper", sooner); err != nil {
		t.Errorf("a shorter lock: %v", err)
	}
	if again, err := s.Kept(t.Context(), "paper"); err != nil || again != k {
		t.Errorf("after a shorter lock: %+v, %v, want %+v", again, err, k)
	}
	if got := read(t, s, "paper"); string(got) != "signed" {
		t.Errorf("the paper is %q", got)
	}
	time.Sleep(time.Until(k.Until.Add(500 * time.Millisecond)))
	if err := s.Delete(t.Context(), "paper"); err != nil {
		t.Errorf("after its time: %v", err)
	}
}

// TestHold outlives nothing but itself.
func TestHold(t *testing.T) {
	s := open(t, options(t, running(t)))
	if err := store(t, s, "disputed", true); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Hold(t.Context(), "disputed", true); err != nil {
			t.Fatal(err)
		}
	}
	if k, err := s.Kept(t.Context(), "disputed"); err != nil || !k.Held {
		t.Errorf("kept: %+v, %v", k, err)
	}
	coded(t, "delete", s.Delete(t.Context(), "disputed"), blob.ErrLocked.Code)
	if err := s.Hold(t.Context(), "disputed", false); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "disputed"); err != nil {
		t.Errorf("let go: %v", err)
	}
}

func TestLockRefuses(t *testing.T) {
	p := running(t)
	s := open(t, options(t, p))
	coded(t, "nothing there", s.Lock(t.Context(), "a", time.Now().Add(time.Hour)), blob.ErrMissing.Code)
	coded(t, "no key", s.Hold(t.Context(), "../a", true), blob.ErrKey.Code)
	o := options(t, p)
	o.Lock = false
	s = open(t, o)
	put(t, s, "a", nil)
	coded(t, "a bucket without locks", s.Lock(t.Context(), "a", time.Now().Add(time.Hour)), blob.ErrNoLock.Code)
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}
