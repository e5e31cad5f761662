package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

func canonical(s string) []byte { return canon.Must(s) }
