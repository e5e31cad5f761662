package ledger

import (
	"bytes"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	formats "github.com/transparency-dev/formats/log"
	formatnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// TestRotation: while two keys sign, whoever knows either believes; and the
// old key vouches for the new one.
func TestRotation(t *testing.T) {
	oldS, oldV, _ := keys(t, origin)
	newS, newV, newKey := keys(t, origin)
	_, other, _ := keys(t, origin)
	both := sign(Empty(origin), newS, oldS)
	for name, c := range map[string]struct {
		v    note.Verifier
		want bool
	}{"old": {oldV, true}, "new": {newV, true}, "another": {other, false}} {
		_, err := Policy{Origin: origin, Log: []note.Verifier{c.v}}.Open(both)
		if (err == nil) != c.want {
			t.Errorf("%s key: %v", name, err)
		}
	}
	h, err := Handover(origin, oldS, newKey)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenHandover(origin, oldV, h); err != nil || got != newKey {
		t.Errorf("handover: %q, %v", got, err)
	}
	if _, err := OpenHandover(origin, newV, h); err == nil {
		t.Error("the new key vouched for itself")
	}
	if _, err := OpenHandover("other.example/log", oldV, h); err == nil {
		t.Error("a handover served another log")
	}
	if _, err := (Policy{Origin: origin, Log: []note.Verifier{oldV}}).Open(h); err == nil {
		t.Error("a handover passed as a checkpoint")
	}
	if _, err := OpenHandover(origin, oldV, both); err == nil {
		t.Error("a checkpoint passed as a handover")
	}
	if _, _, foreign := keys(t, "other.example/log"); true {
		if _, err := Handover(origin, oldS, foreign); err == nil {
			t.Error("handed over to a key of another log")
		}
	}
}

// TestWitness checks cosignatures both ways against another implementation.
func TestWitness(t *testing.T) {
	s, v, _ := keys(t, origin)
	skey, _, err := note.GenerateKey(rand.Reader, "witness.example")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	ours, err := NewCosigner(skey, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := formatnote.NewSignerForCosignatureV1(skey)
	if err != nil {
		t.Fatal(err)
	}
	theirV, err := formatnote.NewVerifier(ours.Key())
	if err != nil {
		t.Fatalf("others cannot read our key: %v", err)
	}
	ourV, err := NewWitness(ours.Key())
	if err != nil {
		t.Fatal(err)
	}
	head := Checkpoint{origin, 0, Empty(origin).Root}
	text := &note.Note{Text: head.Text()}
	for name, signer := range map[string]note.Signer{"ours": ours, "theirs": theirs} {
		cosigned, err := note.Sign(text, signer)
		if err != nil {
			t.Fatal(err)
		}
		both, err := Merge(sign(head, s), cosigned)
		if err != nil {
			t.Fatal(err)
		}
		p := Policy{Origin: origin, Log: []note.Verifier{v}, Witnesses: []note.Verifier{ourV}, Quorum: 1}
		if c, err := p.Open(both); err != nil || c != head {
			t.Errorf("%s, read by us: %v", name, err)
		}
		if _, _, _, err := formats.ParseCheckpoint(both, origin, v, theirV); err != nil {
			t.Errorf("%s, read by others: %v", name, err)
		}
		again, err := Merge(both, cosigned)
		if err != nil || !bytes.Equal(again, both) {
			t.Errorf("merging twice: %v", err)
		}
		if seen, err := ourV.Seen(both); err != nil || name == "ours" && !seen.Equal(noon) {
			t.Errorf("%s: seen at %v, %v", name, seen, err)
		}
	}
	if _, err := Merge(sign(head, s), sign(Checkpoint{origin, 1, head.Root}, s)); err == nil {
		t.Error("signatures of another checkpoint were merged")
	}
	alone, err := note.Sign(text, ours)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Policy{Origin: origin, Log: []note.Verifier{v}, Witnesses: []note.Verifier{ourV}, Quorum: 1}).Open(alone); err == nil {
		t.Error("a witness's signature passed for the log's")
	}
	if _, err := ours.Sign([]byte("any text\n")); err == nil {
		t.Error("a witness signed what is no checkpoint")
	}
	for _, bad := range []string{"", "a+b+c", strings.Replace(ours.Key(), "witness", "w1tness", 1), ours.Key() + "A"} {
		if _, err := NewWitness(bad); err == nil {
			t.Errorf("key %q was read", bad)
		}
	}
}

func TestGrowthRefusals(t *testing.T) {
	l := &log{}
	for range 4 {
		l.add(t, 100)
	}
	p, err := l.tree().ProveGrowth(200)
	if err != nil {
		t.Fatal(err)
	}
	a, b := l.heads[1], l.heads[3]
	fork := b
	fork.Root[0] ^= 1
	other := a
	other.Origin = "other.example/log"
	for name, c := range map[string]struct {
		a, b Checkpoint
		p    tlog.TreeProof
	}{
		"a fork":              {a, fork, p},
		"backwards":           {b, a, p},
		"two logs":            {other, b, p},
		"another size":        {l.heads[0], b, p},
		"no proof":            {a, b, nil},
		"a proof too many":    {a, b, append(slices.Clone(p), tlog.Hash{})},
		"a false empty log":   {Checkpoint{Origin: origin}, b, nil},
		"an endless proof":    {a, b, make(tlog.TreeProof, 1000)},
		"the same size, fork": {b, fork, nil},
	} {
		if err := CheckGrowth(c.a, c.b, c.p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, n := range []int64{-1, 401} {
		if _, err := l.tree().ProveGrowth(n); err == nil {
			t.Errorf("growth from %d was proved", n)
		}
		if _, err := l.tree().Prove(n); err == nil {
			t.Errorf("entry %d was proved", n)
		}
	}
	if _, err := l.tree().Grow([][]byte{make([]byte, 31)}); err == nil {
		t.Error("a short leaf was added")
	}
}
