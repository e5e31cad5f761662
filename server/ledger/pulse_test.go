package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"probity/documents/ledger"
	"probity/documents/uptime"
	"probity/server/store/bolt"
	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// heart is a sequencer that is stepped by hand, on a clock that the test sets.
type heart struct {
	*testing.T
	s      *Sequencer
	key    ledger.Key
	engine *storetest.Faulty
	now    atomic.Int64 // seconds after noon
	open   bool
	fit    error
	ahead  time.Duration
	heads  map[int64]bool // sizes that anybody could have seen
	ticked []time.Time    // what the log said was the last beat when time was looked at
}

var noon = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

func beating(t *testing.T) *heart {
	h := &heart{T: t, key: newKey(t, origin), open: true, heads: map[int64]bool{}}
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), storetest.Kinds,
		bolt.Options{Now: func() time.Time { return noon.Add(time.Duration(h.now.Load()) * time.Second) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	h.engine = storetest.NewFaulty(e)
	h.s = h.another()
	return h
}

// another is one more process on the same log, or the same one started anew.
func (h *heart) another() *Sequencer {
	return start(h, Config{Engine: h.engine, Origin: origin, Keys: []ledger.Key{h.key}, Cover: 4,
		Tick: func(ctx context.Context, _ time.Time) error {
			last, err := (&Beats{Engine: h.engine}).Last(ctx)
			h.ticked = append(h.ticked, last.At)
			return err
		},
		Uptime: &Uptime{
			Open:  func(context.Context) (bool, error) { return h.open, nil },
			Fit:   func(context.Context) error { return h.fit },
			Ahead: func(context.Context) (time.Duration, error) { return h.ahead, nil },
		}})
}

// at sets the clock and lets the sequencer work until there is nothing to do.
func (h *heart) at(second int64, s *Sequencer) {
	h.Helper()
	h.now.Store(second)
	for {
		n, err := s.step(h.Context(), true)
		head, headErr := h.engine.Engine.Head(h.Context())
		if headErr != nil {
			h.Fatal(headErr)
		}
		h.heads[head.Size] = true
		if errors.Is(err, store.ErrStale) || errors.Is(err, storetest.ErrBroken) {
			continue
		}
		if err != nil {
			h.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// said lists all beats of the log as "second/outages", with r for a rest, and
// checks that they follow each other.
func (h *heart) said() string {
	h.Helper()
	b := &Beats{Engine: h.engine}
	last, err := b.Last(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	text, before := "", uptime.Beat{}
	for n := int64(1); n <= last.N; n++ {
		x, e, err := b.Get(h.Context(), n)
		if err != nil || x.Follows(before) != nil {
			h.Errorf("beat %d: %v, %v", n, err, x.Follows(before))
		}
		if e.Index > 1 && !h.heads[e.Index] {
			h.Errorf("beat %d has the index %d, which tells how many facts came before it", n, e.Index)
		}
		before = x
		text += fmt.Sprintf("%d/%d", int(x.At.Sub(noon).Seconds()), x.Outages)
		if x.Rest {
			text += "r"
		}
		text += " "
	}
	sound(h, h.engine)
	return text
}

func (h *heart) says(want string) {
	h.Helper()
	if got := h.said(); got != want {
		h.Errorf("the record says %q, want %q", got, want)
	}
}

func TestBeats(t *testing.T) {
	h := beating(t)
	for _, s := range []int64{0, 1, 59, 60, 61, 130, 300, 310, 311, 370} {
		h.at(s, h.s)
	}
	h.says("0/0 60/0 130/0 300/0 370/0 ") // 170 seconds are none
}

// What the log says first after it was away is that it was: no time is looked
// at before.
func TestTheLogWasAway(t *testing.T) {
	h := beating(t)
	h.at(0, h.s)
	put(t, h.engine, "late", "ocds-1", 3) // it waits while the log is away
	h.ticked = nil
	h.at(1000, h.another())
	h.says("0/0 1000/1 ")
	for _, at := range h.ticked {
		if !at.Equal(noon.Add(1000 * time.Second)) {
			t.Errorf("time was looked at while the last beat was of %s", at)
		}
	}
	if len(h.ticked) == 0 {
		t.Error("time was never looked at")
	}
	h.at(1060, h.s)
	h.at(2000, h.s)
	h.says("0/0 1000/1 1060/1 2000/2 ")
}

// As long as any server keeps the log, there is no outage.
func TestOneServerIsEnough(t *testing.T) {
	h := beating(t)
	other := h.another()
	h.at(0, h.s)
	for s := int64(60); s < 600; s += 60 {
		h.at(s, other) // the first is away
	}
	h.at(599, h.s)
	h.at(630, h.s)
	h.says("0/0 60/0 120/0 180/0 240/0 300/0 360/0 420/0 480/0 540/0 630/0 ")
}

// A beat costs one entry, and facts beside it are padded as without it.
func TestWhatBeatsCost(t *testing.T) {
	h := beating(t)
	size := func() int64 {
		t.Helper()
		head, err := h.engine.Engine.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return head.Size
	}
	h.at(0, h.s)
	before := size()
	for s := int64(60); s <= 600; s += 60 {
		h.at(s, h.s)
	}
	if n := size() - before; n != 10 {
		t.Errorf("ten beats are %d entries", n)
	}
	before = size()
	put(t, h.engine, "a", "ocds-1", 2)
	h.at(660, h.s)
	if n := size() - before; n != 4 {
		t.Errorf("a beat and two facts are %d entries", n)
	}
}

func TestARecordRests(t *testing.T) {
	h := beating(t)
	h.open = false
	h.at(0, h.s)
	put(t, h.engine, "a", "", 1)
	h.at(100, h.s)
	h.says("")
	h.open = true
	put(t, h.engine, "b", "ocds-1", 1) // which opens it
	h.at(200, h.s)
	h.at(260, h.s)
	h.open = false
	h.at(320, h.s)
	h.at(5000, h.s)
	h.says("200/0 260/0 320/0r ")
	h.open = true
	put(t, h.engine, "c", "ocds-2", 1)
	h.at(6000, h.s)
	h.says("200/0 260/0 320/0r 6000/0 ")
	h.at(7000, h.another()) // an hour after it began anew
	h.says("200/0 260/0 320/0r 6000/0 7000/1 ")
}

// A procedure was opened, and the process ended before the log said so.
func TestAStartLooksForOpenProcedures(t *testing.T) {
	h := beating(t)
	h.at(50, h.another())
	h.says("50/0 ")
}

// While bids cannot be taken there is no beat, though the log goes on.
func TestUnfitIsAway(t *testing.T) {
	h := beating(t)
	h.at(0, h.s)
	h.fit = errors.New("the documents do not answer")
	put(t, h.engine, "a", "", 1)
	h.at(60, h.s)
	h.at(1000, h.s)
	if _, err := h.engine.EntryOf(t.Context(), event.ID("tender/a", 1, 0)); err != nil {
		t.Errorf("the log stood still: %v", err)
	}
	h.says("0/0 ")
	h.fit = nil
	h.at(1006, h.s)
	h.says("0/0 1006/1 ")
}

func TestASandboxStepsWithoutOutage(t *testing.T) {
	h := beating(t)
	h.at(0, h.s)
	h.ahead = 240 * time.Hour
	put(t, h.engine, "step", "", 1)
	h.at(10, h.s) // at once, so that what the step brings about stands behind it
	h.says("0/0 10/0 ")
	h.at(60, h.s)
	h.at(70, h.s)
	h.says("0/0 10/0 70/0 ")
	h.at(1000, h.s)
	ended, err := h.s.pulse.beats.Ended(t.Context(), h.s.pulse.last)
	if err != nil || len(ended) != 1 {
		t.Fatalf("%v, %v", ended, err)
	}
	if o, _ := ended[0].Outage(); !o.From.Equal(noon.Add(240*time.Hour+70*time.Second)) || !o.To.Equal(noon.Add(240*time.Hour+1000*time.Second)) {
		t.Errorf("by the legal clock it was %v", o)
	}
}

// A beat whose append breaks, before it took effect or after, is there once.
func TestABeatSurvivesItsEngine(t *testing.T) {
	for name, after := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			h := beating(t)
			h.at(0, h.s)
			for s := int64(1000); s < 4000; s += 1000 {
				h.engine.Break("Append", 0, after)
				h.at(s, h.s)
			}
			h.says("0/0 1000/1 2000/2 3000/3 ")
		})
	}
}

func TestOutagesAreFoundAgain(t *testing.T) {
	h := beating(t)
	for _, s := range []int64{0, 60, 120, 1000, 1060, 1120, 1180, 5000, 9000, 9060} {
		h.at(s, h.s)
	}
	for range 2 {
		b := &Beats{Engine: h.engine}
		last, err := b.Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // from the engine, then from memory
			ended, err := b.Ended(t.Context(), last)
			var at []int64
			for _, x := range ended {
				at = append(at, x.N)
			}
			if err != nil || fmt.Sprint(at) != "[4 8 9]" {
				t.Errorf("%v, %v", at, err)
			}
		}
	}
	n, err := (&Beats{Engine: h.engine}).First(t.Context(), 10, func(b uptime.Beat, _ int64) bool { return b.At.After(noon.Add(time.Hour)) })
	if err != nil || n != 8 {
		t.Errorf("the first after an hour is %d, %v", n, err)
	}
}
