package client_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	"probity/documents/ledger"
	"probity/tender/event"
)

// keeper is a real log in memory, which tests can make lie.
type keeper struct {
	t     testing.TB
	key   ledger.Key
	mu    sync.Mutex
	size  int64
	tiles map[string][]byte
	facts []event.Event
}

func newKeeper(t testing.TB, origin string) *keeper {
	t.Helper()
	skey, err := ledger.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ReadKey(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &keeper{t: t, key: key, tiles: map[string][]byte{}}
}

// fork is another log by the same key that has begun alike.
func (k *keeper) fork() *keeper {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := &keeper{t: k.t, key: k.key, size: k.size, tiles: map[string][]byte{}, facts: append([]event.Event(nil), k.facts...)}
	for path, b := range k.tiles {
		f.tiles[path] = append([]byte(nil), b...)
	}
	return f
}

func (k *keeper) tree() *ledger.Tree {
	return ledger.NewTree(k.size, func(base string) ([]byte, error) {
		if b, ok := k.tiles[base]; ok {
			return b, nil
		}
		return nil, fmt.Errorf("no tile %s", base)
	})
}

// put appends a fact and returns its index.
func (k *keeper) put(name, topic string, at time.Time, data any) int64 {
	k.t.Helper()
	f := event.New(name, topic, "somebody", at, data)
	f.ID = fmt.Sprintf("%s/%s#%d", name, topic, len(k.facts))
	return k.append(f)
}

func (k *keeper) append(f event.Event) int64 {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	g, err := k.tree().Grow([][]byte{ledger.Leaf(f.Salt, f.Record())})
	if err != nil {
		k.t.Fatal(err)
	}
	for path, b := range g.Tiles {
		k.tiles[path] = b
	}
	k.facts, k.size = append(k.facts, f), g.Size
	return g.Size - 1
}

func (k *keeper) checkpoint() []byte {
	k.t.Helper()
	root, err := k.tree().RootHash()
	if err != nil {
		k.t.Fatal(err)
	}
	b, err := ledger.Checkpoint{Origin: k.key.Name(), Size: k.size, Root: root}.Sign(k.key)
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *keeper) receipt(index int64) string {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	p, err := k.tree().Prove(index)
	if err != nil {
		k.t.Fatal(err)
	}
	f := k.facts[index]
	return string(ledger.Receipt{Index: index, Salt: f.Salt, Record: f.Record(), Proof: p, Checkpoint: k.checkpoint()}.Marshal())
}

// given is what the API says about an entry.
func (k *keeper) given(index int64) map[string]any {
	f := k.facts[index]
	return map[string]any{"fact": f.ID, "accepted": f.Name != bidding.FactLate, "index": index, "receipt": k.receipt(index)}
}
