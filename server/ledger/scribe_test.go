package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/store"
)

// bids is a Scribe as the product's wiring has one: bids go before the closing
// trigger of their topic, the trigger lists them by leaf index, and a bid
// behind a closing entry becomes a refusal.
type bids struct{}

func (bids) Arrange(ctx context.Context, d *Draft) error {
	slices.SortStableFunc(d.Facts, func(a, b event.Event) int { return rank(a) - rank(b) })
	for i, f := range d.Facts {
		closed, list := false, []int64{}
		for x, err := range d.On(ctx, f.Topic) {
			if err != nil {
				return err
			}
			if x.Name == "bid.submit" {
				list = append(list, x.Index)
			}
			closed = closed || x.Name == "lot.closed" && x.Index < d.First+int64(i)
		}
		switch {
		case f.Name == "lot.closed":
			d.Facts[i].Data = canon.Must(map[string]any{"bids": list})
		case closed:
			d.Facts[i].Name = "bid.refused"
			d.Facts[i].Data = canon.Must(map[string]any{"reason": "late"})
		}
	}
	return nil
}

func rank(f event.Event) int {
	if f.Name == "lot.closed" {
		return 1
	}
	return 0
}

// TestClosing races bids against the closing of their tender: whatever the
// order, the closing entry lists exactly the bids before it, and every bid
// behind it is a refusal with a receipt.
func TestClosing(t *testing.T) {
	e := engine(t)
	var once sync.Once
	deadline := time.Now().Add(150 * time.Millisecond)
	s := start(t, Config{
		Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}, Scribe: bids{}, Cover: 4,
		Tick: func(ctx context.Context, now time.Time) (err error) {
			if now.Before(deadline) {
				return nil
			}
			once.Do(func() {
				f := event.New("lot.closed", "ocds-1", "clock", now, nil)
				err = e.Put(ctx, &store.Doc{Kind: "tender", ID: "closing", Body: []byte("{}")}, f)
			})
			return err
		},
	})
	run(t, s)
	var wg sync.WaitGroup
	var mu sync.Mutex
	entries := map[string][]int64{}
	for c := range 20 {
		wg.Go(func() {
			for n, end := 0, deadline.Add(20*time.Second); time.Now().Before(end); n++ {
				_, x := receipt(t, s, put(t, e, fmt.Sprintf("%d-%d", c, n), "ocds-1", 1))
				mu.Lock()
				entries[x.Name] = append(entries[x.Name], x.Index)
				mu.Unlock()
				if x.Name == "bid.refused" {
					return
				}
			}
		})
	}
	wg.Wait()
	r, x := receipt(t, s, "tender/closing#1")
	var data struct{ Bids []int64 }
	f, err := event.Parse(r.Record)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(f.Data, &data); err != nil {
		t.Fatal(err)
	}
	slices.Sort(entries["bid.submit"])
	if !slices.Equal(data.Bids, entries["bid.submit"]) || len(data.Bids) == 0 {
		t.Fatalf("the closing entry lists %d bids, the log has %d", len(data.Bids), len(entries["bid.submit"]))
	}
	if last := data.Bids[len(data.Bids)-1]; last > x.Index {
		t.Errorf("bid %d is listed by closing entry %d", last, x.Index)
	}
	if len(entries["bid.refused"]) != 20 || slices.Min(entries["bid.refused"]) < x.Index {
		t.Errorf("refusals %v around closing entry %d", entries["bid.refused"], x.Index)
	}
	sound(t, e)
}

type scribeFunc func(d *Draft) error

func (f scribeFunc) Arrange(_ context.Context, d *Draft) error { return f(d) }

// TestScribeIsHeldToTheRules: an arrangement that would lose, invent or spoil
// facts stops the log, with the facts still in the outbox.
func TestScribeIsHeldToTheRules(t *testing.T) {
	for name, spoil := range map[string]func(d *Draft) error{
		"drops a fact":      func(d *Draft) error { d.Facts = d.Facts[1:]; return nil },
		"adds a fact":       func(d *Draft) error { d.Facts = append(d.Facts, coverFact(d.Time)); return nil },
		"doubles a fact":    func(d *Draft) error { d.Facts[0] = d.Facts[1]; return nil },
		"renames a fact":    func(d *Draft) error { d.Facts[0].ID = "tender/x#9"; return nil },
		"moves to a topic":  func(d *Draft) error { d.Facts[0].Topic = "ocds-2"; return nil },
		"turns a document":  func(d *Draft) error { slices.Reverse(d.Facts); return nil },
		"takes the salt":    func(d *Draft) error { d.Facts[0].Salt = nil; return nil },
		"takes the name":    func(d *Draft) error { d.Facts[0].Name = ""; return nil },
		"takes the author":  func(d *Draft) error { d.Facts[0].By = ""; return nil },
		"writes loose data": func(d *Draft) error { d.Facts[0].Data = []byte(`{"a": 1}`); return nil },
		"writes no data":    func(d *Draft) error { d.Facts[0].Data = nil; return nil },
		"fails":             func(*Draft) error { return errors.New("on purpose") },
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t)
			s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}, Scribe: scribeFunc(spoil)})
			put(t, e, "a", "ocds-1", 2)
			if n, err := s.step(t.Context(), true); err == nil || n != 0 {
				t.Errorf("took %d facts, %v", n, err)
			}
			if list, err := e.Pending(t.Context(), 9); err != nil || len(list) != 2 {
				t.Errorf("%d facts wait, %v", len(list), err)
			}
			s.Scribe = nil
			if n, err := s.step(t.Context(), true); err != nil || n != 2 {
				t.Errorf("afterwards took %d facts, %v", n, err)
			}
			sound(t, e)
		})
	}
}

// TestTickFails: while nobody can say what time has closed, nothing enters.
func TestTickFails(t *testing.T) {
	e := engine(t)
	broken := true
	s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}, Tick: func(context.Context, time.Time) error {
		if broken {
			return errors.New("on purpose")
		}
		return nil
	}})
	put(t, e, "a", "ocds-1", 1)
	if n, err := s.step(t.Context(), true); err == nil || n != 0 {
		t.Errorf("took %d facts, %v", n, err)
	}
	broken = false
	if n, err := s.step(t.Context(), true); err != nil || n != 1 {
		t.Errorf("took %d facts, %v", n, err)
	}
}

func TestCover(t *testing.T) {
	e := engine(t)
	now := time.Now()
	s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}, Cover: 8, CoverEvery: 20 * time.Millisecond})
	for i := range 5 {
		id := put(t, e, fmt.Sprint(i), "ocds-1", i+1)
		if n, err := s.step(t.Context(), true); err != nil || n != 8 {
			t.Errorf("a batch of %d, %v, want 8", n, err)
		}
		receipt(t, s, id)
	}
	if n, err := s.step(t.Context(), true); err != nil || n != 0 && time.Since(now) < 20*time.Millisecond {
		t.Errorf("an idle log grew by %d, %v", n, err)
	}
	time.Sleep(25 * time.Millisecond)
	if n, err := s.step(t.Context(), true); err != nil || n != 8 {
		t.Errorf("a quiet log grew by %d, %v, want 8", n, err)
	}
	list, err := e.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, x := range list {
		if seen[string(x.Leaf)] || strings.HasPrefix(x.ID, "log/cover-") != (x.Name == "log.cover") {
			t.Errorf("entry %d: %s %s", x.Index, x.ID, x.Name)
		}
		seen[string(x.Leaf)] = true
	}
	sound(t, e)
}
