package bidding

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
)

// Order brings the facts of a batch into the order in which they enter the
// log: what bidders have handed in is drained before the entry that closes its
// tender. The order of facts of one document stays.
func Order(facts []event.Event) []event.Event {
	out := make([]event.Event, 0, len(facts))
	done := make([]bool, len(facts))
	for i, f := range facts {
		if done[i] {
			continue
		}
		if f.Name == FactClose || f.Name == FactCloseWindow {
			for j := i + 1; j < len(facts); j++ {
				if !done[j] && facts[j].Topic == f.Topic && strings.HasPrefix(facts[j].ID, Kind+"/") {
					out, done[j] = append(out, facts[j]), true
				}
			}
		}
		out = append(out, f)
	}
	return out
}

// Refuse turns a fact that came behind the closing entry of its tender into
// the fact that it was late. It keeps its place, so its receipt proves when.
func Refuse(f event.Event) event.Event {
	f.Data = canon.Must(Late{Name: f.Name, Data: f.Data})
	f.Name = FactLate
	return f
}

// Bind completes a closing fact with the head of its list, computed from all
// facts of the tender that stand before it.
func Bind(f event.Event, t *tender.Tender, before []Placed) (event.Event, error) {
	var b Bound
	if err := json.Unmarshal(f.Data, &b); err != nil {
		return f, fmt.Errorf("bidding: fact %s: %w", f.ID, err)
	}
	b.Openers = t.Openers.Hash
	list, err := listFor(f, b.Openers, before)
	if err != nil {
		return f, err
	}
	b.Head = list.Head()
	f.Data = canon.Must(b)
	return f, nil
}

func listFor(f event.Event, openers string, before []Placed) (seal.Closing, error) {
	if f.Name == FactClose {
		return ClosedList(f.Topic, openers, before, f.Salt)
	}
	closed, _, err := Lists(before)
	if err != nil {
		return seal.Closing{}, err
	}
	if closed == nil {
		return seal.Closing{}, errors.New("bidding: a window closes before its tender")
	}
	return WindowList(*closed, before, f.Salt)
}

// Bounded reports which closing fact bounds a fact: "" for none.
func Bounded(name string, t *tender.Tender) (closer string) {
	switch name {
	case FactSubmit, FactWithdraw:
		return t.CloseFact
	case FactStored:
		return t.SealFact
	}
	return ""
}
