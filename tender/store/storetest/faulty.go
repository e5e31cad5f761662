package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"probity/tender/event"
	"probity/tender/store"
)

// ErrBroken is what a Faulty engine answers when it breaks.
var ErrBroken = errors.New("storetest: broken on purpose")

// Faulty is an engine that breaks when it is told to, in the two ways that
// there are: before the write took effect, and after.
type Faulty struct {
	store.Engine
	mu    sync.Mutex
	plans map[string][]plan
	calls map[string]int
}

type plan struct {
	skip  int  // calls to let pass first
	after bool // let the write take effect, then fail
}

// NewFaulty wraps an engine. It works until Break is called.
func NewFaulty(e store.Engine) *Faulty {
	return &Faulty{Engine: e, plans: map[string][]plan{}, calls: map[string]int{}}
}

// Break makes one call of a method ("Get", "Find", "Put", "Append", "Delete", "Pending",
// "Head", "Time", "Tile", "EntryOf") fail with ErrBroken, after skip more
// calls of it; a write fails before or after it took effect.
func (f *Faulty) Break(method string, skip int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plans[method] = append(f.plans[method], plan{skip, after})
}

// Mend forgets all that was to break.
func (f *Faulty) Mend() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.plans)
}

// Calls returns how often a method was called.
func (f *Faulty) Calls(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

// step counts a call and says whether it breaks, and how.
func (f *Faulty) step(method string) (breaks, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[method]++
	plans := f.plans[method]
	if len(plans) == 0 {
		return false, false
	}
	if plans[0].skip > 0 {
		plans[0].skip--
		return false, false
	}
	f.plans[method] = plans[1:]
	return true, plans[0].after
}

func (f *Faulty) do(method string, write func() error) error {
	breaks, after := f.step(method)
	if breaks && !after {
		return ErrBroken
	}
	if err := write(); err != nil || !breaks {
		return err
	}
	return ErrBroken
}

// Get breaks as planned.
func (f *Faulty) Get(ctx context.Context, kind, id string) (d *store.Doc, err error) {
	err = f.do("Get", func() error { d, err = f.Engine.Get(ctx, kind, id); return err })
	return d, err
}

// Find breaks as planned.
func (f *Faulty) Find(ctx context.Context, q store.Query) (p store.Page, err error) {
	err = f.do("Find", func() error { p, err = f.Engine.Find(ctx, q); return err })
	return p, err
}

// Put breaks as planned.
func (f *Faulty) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	return f.do("Put", func() error { return f.Engine.Put(ctx, d, facts...) })
}

// Delete breaks as planned.
func (f *Faulty) Delete(ctx context.Context, kind, id string, version int64) error {
	return f.do("Delete", func() error { return f.Engine.Delete(ctx, kind, id, version) })
}

// Append breaks as planned.
func (f *Faulty) Append(ctx context.Context, b store.Batch) error {
	return f.do("Append", func() error { return f.Engine.Append(ctx, b) })
}

// Pending breaks as planned.
func (f *Faulty) Pending(ctx context.Context, limit int) (list []event.Event, err error) {
	err = f.do("Pending", func() error { list, err = f.Engine.Pending(ctx, limit); return err })
	return list, err
}

// Time breaks as planned.
func (f *Faulty) Time(ctx context.Context) (now time.Time, err error) {
	err = f.do("Time", func() error { now, err = f.Engine.Time(ctx); return err })
	return now, err
}

// Head breaks as planned.
func (f *Faulty) Head(ctx context.Context) (h store.Head, err error) {
	err = f.do("Head", func() error { h, err = f.Engine.Head(ctx); return err })
	return h, err
}

// Tile breaks as planned.
func (f *Faulty) Tile(ctx context.Context, path string) (b []byte, err error) {
	err = f.do("Tile", func() error { b, err = f.Engine.Tile(ctx, path); return err })
	return b, err
}

// EntryOf breaks as planned.
func (f *Faulty) EntryOf(ctx context.Context, id string) (x store.Entry, err error) {
	err = f.do("EntryOf", func() error { x, err = f.Engine.EntryOf(ctx, id); return err })
	return x, err
}
