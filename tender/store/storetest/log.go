package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

var facts = map[string]func(*testing.T, store.Engine){
	"facts come whole, under their names":            factsWhole,
	"the facts of a document come in order":          factsInOrder,
	"the outbox is drained exactly once":             drained,
	"a taken fact does not come back, others stay":   takenFacts,
	"racing sequencers take every fact exactly once": racingSequencers,
}

var theLog = map[string]func(*testing.T, store.Engine){
	"an empty log":                                    emptyLog,
	"what is appended comes back":                     appended,
	"an append for another head changes nothing":      staleAppend,
	"an append that does not fit changes nothing":     unfitAppend,
	"of racing appends one wins":                      racingAppends,
	"entries of a topic":                              topics,
	"a batch without entries replaces the checkpoint": cosigned,
	"entries and tiles are there before a checkpoint": readOrder,
}

// batchFor makes a batch of the facts with these IDs for the present head. Its
// leaves and tiles are not those of a tree: an engine does not look into them.
func batchFor(t testing.TB, e store.Engine, ids ...string) store.Batch {
	t.Helper()
	b, err := makeBatch(context.WithoutCancel(t.Context()), e, ids)
	if err != nil {
		t.Fatalf("make a batch: %v", err)
	}
	return b
}

func makeBatch(ctx context.Context, e store.Engine, ids []string) (b store.Batch, err error) {
	if b.After, err = e.Head(ctx); err != nil {
		return b, err
	}
	for i, id := range ids {
		b.Entries = append(b.Entries, entryFor(b.After.Size+int64(i), id))
	}
	size := b.After.Size + int64(len(ids))
	note := fmt.Appendf(nil, "checkpoint of %d by %d\n", size, rand.Uint64())
	b.Head = store.Head{Size: size, Checkpoint: note}
	b.Tiles = map[string][]byte{
		fmt.Sprintf("tile/0/%03d", size/256): note,
		"tile/whole":                         bytes.Repeat([]byte{byte(size)}, int(size)+1),
	}
	return b, nil
}

func entryFor(index int64, id string) store.Entry {
	leaf := sha256.Sum256([]byte(id))
	return store.Entry{
		Index: index, ID: id, Name: "tender.test", Topic: "ocds-1", Leaf: leaf[:],
		Record: []byte(`{"id":` + quote(id) + `}`), Salt: []byte("0123456789abcdef"),
	}
}

// take appends the facts with these IDs.
func take(t testing.TB, e store.Engine, ids ...string) store.Batch {
	t.Helper()
	b := batchFor(t, e, ids...)
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatalf("append %v: %v", ids, err)
	}
	return b
}

// entries returns the whole log and checks that it has no gap and no repeat.
func entries(t testing.TB, e store.Engine) (all []store.Entry) {
	t.Helper()
	seen := map[string]bool{}
	for {
		list, err := e.Entries(context.WithoutCancel(t.Context()), int64(len(all)), 7)
		if err != nil {
			t.Fatalf("entries from %d: %v", len(all), err)
		}
		if len(list) == 0 {
			return all
		}
		for _, x := range list {
			if x.Index != int64(len(all)) {
				t.Fatalf("entry %d stands at %d", x.Index, len(all))
			}
			if seen[x.ID] {
				t.Fatalf("fact %s is in the log twice", x.ID)
			}
			seen[x.ID] = true
			all = append(all, x)
		}
	}
}

func factsWhole(t *testing.T, e store.Engine) {
	var want []event.Event
	for i, id := range oddIDs {
		f := event.Event{
			Name: "tender.draft", Topic: id, By: "user/" + id, At: noon.Add(time.Duration(i) * time.Millisecond),
			Data: json.RawMessage(fmt.Sprintf(`{"id":%s}`, canonical(id))), Salt: bytes.Repeat([]byte{byte(i)}, 16),
		}
		g := f
		g.Name, g.Topic, g.Data = "tender.more", "", json.RawMessage(`{}`)
		put(t, e, doc("tender", id, nil), f, g)
		f.ID, g.ID = event.ID("tender/"+id, 1, 0), event.ID("tender/"+id, 1, 1)
		want = append(want, f, g)
	}
	list, err := e.Pending(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]event.Event{}
	for _, f := range list {
		got[f.ID] = f
	}
	for _, f := range want {
		g := got[f.ID]
		if !reflect.DeepEqual(g, f) || !bytes.Equal(g.Record(), f.Record()) {
			t.Errorf("fact %q:\n got %+v\nwant %+v", f.ID, g, f)
		}
	}
	if len(list) != len(want) {
		t.Errorf("%d facts, want %d", len(list), len(want))
	}
}

func factsInOrder(t *testing.T, e store.Engine) {
	docs := []*store.Doc{doc("tender", "a", nil), doc("tender", "b", nil), doc("bid", "a", nil)}
	for range 12 { // past 9: the order of strings must not show
		for _, d := range docs {
			put(t, e, d, fact("one"), fact("two"), fact("three"))
		}
	}
	bySubject := map[string][]string{}
	for _, id := range pending(t, e) {
		subject, _, _ := bytes.Cut([]byte(id), []byte("#"))
		bySubject[string(subject)] = append(bySubject[string(subject)], id)
	}
	for _, d := range docs {
		subject := store.Subject(d.Kind, d.ID)
		var want []string
		for v := range int64(12) {
			for n := range 3 {
				want = append(want, event.ID(subject, v+1, n))
			}
		}
		if got := bySubject[subject]; !slices.Equal(got, want) {
			t.Errorf("facts of %s: %v", subject, got)
		}
	}
	some, err := e.Pending(t.Context(), 5)
	if err != nil || len(some) != 5 {
		t.Errorf("five of them: %d, %v", len(some), err)
	}
}

func drained(t *testing.T, e store.Engine) {
	for i := range 10 {
		put(t, e, doc("tender", fmt.Sprint(i), nil), fact("one"), fact("two"))
	}
	for taken := 0; taken < 20; {
		list, err := e.Pending(t.Context(), 3)
		if err != nil || len(list) == 0 {
			t.Fatalf("after %d: %d facts, %v", taken, len(list), err)
		}
		var ids []string
		for _, f := range list {
			ids = append(ids, f.ID)
		}
		take(t, e, ids...)
		taken += len(ids)
	}
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if got := entries(t, e); len(got) != 20 {
		t.Errorf("%d entries, want 20", len(got))
	}
}

func takenFacts(t *testing.T, e store.Engine) {
	d := doc("tender", "T-1", nil)
	put(t, e, d, fact("one"), fact("two"), fact("three"))
	take(t, e, "tender/T-1#1", "tender/T-1#1.1")
	put(t, e, d, fact("four"))
	want := []string{"tender/T-1#1.2", "tender/T-1#2"}
	if got := pending(t, e); !slices.Equal(got, want) {
		t.Fatalf("pending %v, want %v", got, want)
	}
	take(t, e, "tender/T-1#2", "tender/T-1#1.2") // the sequencer decides the order
	put(t, e, d)
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("pending %v", got)
	}
}

// racingSequencers lets three take what four put. The head lets one win each
// time; a fact that two want is never in the log twice, nor lost.
func racingSequencers(t *testing.T, e store.Engine) {
	ctx := context.WithoutCancel(t.Context())
	stop := make(chan struct{})
	end := time.Now().Add(time.Minute)
	var writers, sequencers sync.WaitGroup
	for range 3 {
		sequencers.Go(func() {
			for last := false; ; {
				if time.Now().After(end) {
					t.Error("the outbox is not drained after a minute")
					return
				}
				select {
				case <-stop:
					last = true
				default:
				}
				n, err := sequence(ctx, e)
				if err != nil && !fault.Coded(err, store.ErrStale.Code) && !fault.Coded(err, store.ErrTaken.Code) {
					t.Errorf("sequencer: %v", err)
					return
				}
				if err == nil && n == 0 && last {
					return
				}
			}
		})
	}
	for w := range 4 {
		writers.Go(func() {
			d := doc("tender", fmt.Sprint("w", w), nil)
			for range 10 {
				if err := e.Put(ctx, d, fact("one"), fact("two")); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				d.Version++
			}
		})
	}
	writers.Wait()
	close(stop)
	sequencers.Wait()
	checkOrder(t, entries(t, e), 80)
}

// checkOrder demands that the log has n facts, those of a document in order.
func checkOrder(t testing.TB, all []store.Entry, n int) {
	t.Helper()
	at := map[string]int64{}
	for _, x := range all {
		at[x.ID] = x.Index
	}
	for w := range 4 {
		last := int64(-1)
		for v := range int64(10) {
			for k := range 2 {
				id := event.ID(fmt.Sprint("tender/w", w), v+1, k)
				i, ok := at[id]
				if !ok || i < last {
					t.Errorf("%s stands at %d (%v), behind %d", id, i, ok, last)
				}
				last = i
			}
		}
	}
	if len(all) != n {
		t.Errorf("%d entries, want %d", len(all), n)
	}
}

// sequence appends what waits, at most ten facts.
func sequence(ctx context.Context, e store.Engine) (int, error) {
	head, err := e.Head(ctx) // before Pending: what another takes meanwhile makes this head stale
	if err != nil {
		return 0, err
	}
	list, err := e.Pending(ctx, 10)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	b, err := makeBatch(ctx, e, ids)
	if err != nil {
		return 0, err
	}
	if b.After.Size != head.Size || !bytes.Equal(b.After.Checkpoint, head.Checkpoint) {
		return 0, store.ErrStale
	}
	return len(ids), e.Append(ctx, b)
}

func canonical(s string) []byte { return canon.Must(s) }
