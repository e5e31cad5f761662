// Package search finds notices, and what is planned, by words and by filters, in
// the memory of this process.
//
// Start with [Index.Search]. words.go cuts texts into terms: Chinese into single
// characters and pairs, so that every substring is found and one character too;
// other writing into words, folded and without the plural. postings.go keeps for
// each term the notices that have it, packed; rank.go orders what was found by
// BM25. keeper.go fills an index from the engine and keeps it up with the log.
// planned.go takes in the entries of plans, each until its notice is published.
// money.go adds up what was contracted, by buyer and by supplier.
//
// We do not ask the database to search: its engines find no single Chinese
// character, or scan. An index in memory needs neither a second truth nor a
// migration: it is made anew at every start from what is stored, and any number
// of servers have one each.
//
// An index holds what anybody may see. Nothing that is not published is put in.
package search

import (
	"sync"

	"probity/tender"
)

// Notice is a published tender, or one that is planned, as a list of results
// shows it.
type Notice struct {
	ID        string
	Reference string
	Title     tender.Text
	Buyer     tender.OrgName
	Category  tender.Category
	Procedure string
	Phase     tender.Phase
	Status    Status
	Classes   []Class // of the notice and of its items
	Published int64   // Unix milliseconds, as all times here
	Deadline  int64
	Value     *tender.Money
	Suppliers []string // ids of those who were awarded something
	Suspended bool
	Intent    *Intent // nil for a tender

	ExpectedFrom, ExpectedTo int64 // when one that is planned will be published

	Fields []Field // what it is found by; not kept
}

// Class is a code of a list.
type Class struct{ Scheme, ID string }

// Status is where a tender stands, in the words of somebody who looks for one.
type Status string

// The statuses.
const (
	Open       Status = "open"       // bids are taken
	Evaluation Status = "evaluation" // bids are being opened and judged
	Awarded    Status = "awarded"    // of some lot it is decided who gets it
	Ended      Status = "ended"      // without an award
	Planned    Status = "planned"    // no notice yet; found only where it is asked for
)

// Field is a text that a notice is found by.
type Field struct {
	Text   string
	Weight int // of a word in it, from 1
}

// Index is safe for concurrent use. Its zero value is empty.
type Index struct {
	mu      sync.RWMutex
	terms   map[string]uint32 // number of the list
	lists   []list
	notices []Notice // by slot
	length  []int32  // in words, by slot; -1 for a slot that is no longer used
	at      map[string]uint32
	words   int64 // of all slots in use
	counter map[uint32]int
}

// Len is how many notices there are.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.at)
}

// Get returns a notice.
func (x *Index) Get(id string) (Notice, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	slot, ok := x.at[id]
	if !ok {
		return Notice{}, false
	}
	return x.notices[slot], true
}

// Put adds a notice, or replaces it.
func (x *Index) Put(n Notice) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.at == nil {
		x.at, x.terms, x.counter = map[string]uint32{}, map[string]uint32{}, map[uint32]int{}
	}
	x.drop(n.ID)
	slot := uint32(len(x.notices))
	length := x.count(n.Fields)
	for term, weight := range x.counter {
		x.lists[term].add(slot, weight)
	}
	n.Fields = nil
	x.notices = append(x.notices, n)
	x.length = append(x.length, int32(length))
	x.at[n.ID] = slot
	x.words += int64(length)
	if unused := len(x.notices) - len(x.at); unused > 1000 && unused > len(x.at)/4 {
		x.pack()
	}
}

// Remove takes a notice out.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(id)
}

func (x *Index) drop(id string) {
	slot, ok := x.at[id]
	if !ok {
		return
	}
	delete(x.at, id)
	x.words -= int64(x.length[slot])
	x.length[slot] = -1
	x.notices[slot] = Notice{}
}

// count fills the counter with the weights of a notice's terms, and returns
// how many words it has.
func (x *Index) count(fields []Field) int {
	clear(x.counter)
	length := 0
	for _, f := range fields {
		cut(f.Text, func(term []byte, whole bool) {
			if whole {
				length++
			}
			n, ok := x.terms[string(term)]
			if !ok {
				n = uint32(len(x.lists))
				x.terms[string(term)] = n
				x.lists = append(x.lists, list{})
			}
			x.counter[n] += f.Weight
		})
	}
	return length
}

// pack numbers the slots anew, without those that are no longer used.
func (x *Index) pack() {
	to := make([]uint32, len(x.notices))
	var notices []Notice
	var length []int32
	for i, n := range x.length {
		if n < 0 {
			continue
		}
		to[i] = uint32(len(notices))
		x.at[x.notices[i].ID] = to[i]
		notices, length = append(notices, x.notices[i]), append(length, n)
	}
	for i := range x.lists {
		var packed list
		x.lists[i].each(func(slot uint32, weight int) {
			if x.length[slot] >= 0 {
				packed.add(to[slot], weight)
			}
		})
		x.lists[i] = packed
	}
	x.notices, x.length = notices, length
}
