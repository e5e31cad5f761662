package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
)

// witness is one in this process, as strict as https://c2sp.org/tlog-witness.
type witness struct {
	*ledger.Cosigner
	policy ledger.Policy
	mu     sync.Mutex
	last   ledger.Checkpoint
	asked  int
	refuse int
}

func (w *witness) Verifier() note.Verifier {
	v, err := ledger.NewWitness(w.Key())
	if err != nil {
		panic(err)
	}
	return v
}

func (w *witness) Cosign(_ context.Context, old int64, proof tlog.TreeProof, checkpoint []byte) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked++; w.refuse > 0 {
		w.refuse--
		return nil, errors.New("on purpose")
	}
	c, err := w.policy.Open(checkpoint)
	if err != nil {
		return nil, err
	}
	if old != w.last.Size {
		return nil, &SizeError{w.last.Size}
	}
	if err := ledger.CheckGrowth(w.last, c, proof); err != nil {
		return nil, err
	}
	w.last = c
	n, err := note.Open(checkpoint, note.VerifierList(w.policy.Log...))
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: n.Text}, w)
}

func TestWitnesses(t *testing.T) {
	e := engine(t)
	key := newKey(t, origin)
	var list []Witness
	p := policy(t, key)
	for i := range 3 {
		skey, _, err := note.GenerateKey(rand.Reader, fmt.Sprintf("witness%d.example", i))
		if err != nil {
			t.Fatal(err)
		}
		c, err := ledger.NewCosigner(skey, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		w := &witness{Cosigner: c, policy: policy(t, key), last: ledger.Empty(origin), refuse: i}
		p.Witnesses = append(p.Witnesses, w.Verifier())
		list = append(list, w)
	}
	p.Quorum = 3
	config := Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}, Witnesses: list, CosignEvery: 10 * time.Millisecond}
	s := start(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.Run(ctx) }()
	for i := range 30 {
		receipt(t, s, put(t, e, fmt.Sprint(i), "ocds-1", 2))
	}
	attached(t, s, p, 61)
	cancel()
	<-ended

	s = start(t, config) // knows nothing of what the witnesses have seen
	run(t, s)
	put(t, e, "later", "ocds-1", 1)
	attached(t, s, p, 62)
	if _, err := p.Open(s.Cosigned()); err != nil {
		t.Errorf("the newest cosigned checkpoint: %v", err)
	}
	sound(t, e)
}

// liar answers with what it should not.
type liar struct {
	*witness
	answer func(checkpoint []byte) []byte
}

func (l liar) Cosign(_ context.Context, _ int64, _ tlog.TreeProof, checkpoint []byte) ([]byte, error) {
	return l.answer(checkpoint), nil
}

// TestLyingWitness: what is not this witness's signature over this checkpoint
// never gets onto it.
func TestLyingWitness(t *testing.T) {
	s, _ := filled(t, 3)
	head, err := s.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	skey, _, err := note.GenerateKey(rand.Reader, "witness.example")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.NewCosigner(skey, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ledger.Empty(origin).Sign(s.Keys[0])
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := note.Sign(&note.Note{Text: ledger.Empty(origin).Text()}, c)
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string][]byte{
		"nothing": nil, "the checkpoint back": head, "another checkpoint": other, "a cosignature of another": elsewhere, "noise": []byte("noise\n\n— a b\n"),
	} {
		var seen int64
		w := liar{&witness{Cosigner: c}, func([]byte) []byte { return answer }}
		if err := s.offerOnce(t.Context(), w, &seen); err == nil || seen != 0 || len(s.cosigns) > 0 || s.Cosigned() != nil {
			t.Errorf("%s: was taken for a cosignature", name)
		}
	}
}

// attached waits until the head has all cosignatures.
func attached(t *testing.T, s *Sequencer, p ledger.Policy, size int64) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		signed, err := s.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.Open(signed)
		if err == nil && c.Size == size {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the head of %d is not cosigned: %v\n%s", size, err, signed)
		}
	}
}
