package app

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"probity/server/store/bolt"
)

// TestTurns: one server has its turn, until it gives it up or is gone for as
// long as a turn lasts; in doubt everybody has.
func TestTurns(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "db"), Collections(), bolt.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	a, b, c := newTurn(engine), newTurn(engine), newTurn(engine)
	look := func(x *turn) bool {
		x.again = time.Time{}
		return x.has(t.Context())
	}
	if !look(a) || look(b) || look(c) || !look(a) {
		t.Error("it is not the first one's turn alone")
	}
	if err := a.giveUp(t.Context()); err != nil || !look(b) || look(a) || look(c) {
		t.Errorf("a turn given up is not the next one's: %v", err)
	}
	if err := a.giveUp(t.Context()); err != nil || !look(b) {
		t.Errorf("one gives up the turn of another: %v", err)
	}
	ahead.Store(int64(turnLife - 100*time.Millisecond))
	if look(c) {
		t.Error("a turn ends early")
	}
	ahead.Store(int64(2 * turnLife))
	if !look(c) || look(b) {
		t.Error("the turn of one that is gone does not end")
	}
	engine.Close()
	if !look(a) || !look(c) {
		t.Error("in doubt nobody keeps the log")
	}
	if none := (*turn)(nil); !none.has(t.Context()) || none.giveUp(t.Context()) != nil {
		t.Error("the only server does not have its turn")
	}
}
