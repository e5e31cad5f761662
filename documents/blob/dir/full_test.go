package dir

import (
	"bytes"
	"crypto/sha256"
	"os/signal"
	"syscall"
	"testing"

	"probity/documents/blob"
	"probity/tender/fault"
)

// room bounds the size of the files that this process may write, in bytes: what
// is larger does not fit on the disk. 0 takes the bound away.
func room(t *testing.T, size uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur = size; size == 0 {
		limit.Cur = limit.Max
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}

// TestFull: a disk without room is said so, by every way in; nothing half is
// left, and when there is room again all goes on. It runs alone: the bound is
// that of the process.
func TestFull(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole := bytes.Repeat([]byte("x"), blob.MinPart)
	sum := sha256.Sum256(whole)
	u, err := s.Create(t.Context(), "in-parts", blob.Plan{Size: blob.MinPart, Part: blob.MinPart, Sums: []blob.Sum{sum}})
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]func() error{
		"whole":  func() error { return s.Put(t.Context(), "whole", blob.MinPart, sum, bytes.NewReader(whole)) },
		"a part": func() error { return s.PutPart(t.Context(), u, 1, bytes.NewReader(whole)) },
	}
	room(t, blob.MinPart/2)
	defer room(t, 0)
	for what, do := range ways {
		if err := do(); !fault.Coded(err, blob.ErrFull.Code) || fault.From(err).Kind != fault.Busy {
			t.Errorf("%s: %v", what, err)
		}
	}
	if left, err := s.List(t.Context(), "", "", 10); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 0 {
		t.Errorf("parts left: %v, %v", there, err)
	}
	room(t, 0)
	for what, do := range ways {
		if err := do(); err != nil {
			t.Errorf("%s, with room: %v", what, err)
		}
	}
	if _, err := s.Complete(t.Context(), u); err != nil {
		t.Errorf("after all: %v", err)
	}
}
