package search

import (
	"cmp"
	"math"
	"slices"

	"probity/tender"
)

// Found is what a search came to.
type Found struct {
	Notices []Notice
	Total   int

	// How many there would be with each value of a filter, the other filters
	// standing.
	Status, Category, Procedure map[string]int

	// Buyers are those with the most of what was found.
	Buyers []Count
}

// Count is how much of what was found is of one organisation.
type Count struct {
	Org   tender.OrgName `json:"organisation"`
	Count int            `json:"count"`
}

// hit is a notice that was found.
type hit struct {
	slot  uint32
	score float32
}

// Search finds what fits all words and filters, and orders it.
func (x *Index) Search(q Query) Found {
	x.mu.RLock()
	defer x.mu.RUnlock()
	hits, ranked := x.having(q.Words)
	f := Found{Status: map[string]int{}, Category: map[string]int{}, Procedure: map[string]int{}}
	kept := hits[:0]
	buyers := map[string]*Count{}
	for _, h := range hits {
		n := &x.notices[h.slot]
		if x.tally(&q, n, &f) {
			kept = append(kept, h)
			c := buyers[n.Buyer.ID]
			if c == nil {
				c = &Count{Org: n.Buyer}
				buyers[n.Buyer.ID] = c
			}
			c.Count++
		}
	}
	f.Total = len(kept)
	f.Buyers = largest(buyers)
	for _, h := range top(kept, q.Skip+q.Limit, x.order(q, ranked)) {
		f.Notices = append(f.Notices, x.notices[h.slot])
	}
	f.Notices = f.Notices[min(q.Skip, len(f.Notices)):]
	return f
}

// Fits reports whether Search finds anything.
func (x *Index) Fits(q Query) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	hits, _ := x.having(q.Words)
	return slices.ContainsFunc(hits, func(h hit) bool { return q.fits(&x.notices[h.slot], "") })
}

// having returns the notices that have all words, and whether there are scores:
// without words all notices are alike. Signs that make no word find nothing.
func (x *Index) having(words string) (hits []hit, ranked bool) {
	terms := asked(words)
	switch {
	case len(terms) > 0:
		return x.match(terms), true
	case words == "":
		return x.all(), false
	}
	return nil, false
}

// manyBuyers is how many buyers are named.
const manyBuyers = 15

func largest(m map[string]*Count) []Count {
	var list []Count
	for _, c := range m {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Org.ID, b.Org.ID)) })
	return list[:min(manyBuyers, len(list))]
}

// tally counts a notice under the values of each filter that it would be found
// with, and reports whether it is found.
func (x *Index) tally(q *Query, n *Notice, f *Found) bool {
	if q.fits(n, "") {
		f.Status[string(n.Status)]++
		f.Category[string(n.Category)]++
		f.Procedure[n.Procedure]++
		return true
	}
	if q.fits(n, "status") {
		f.Status[string(n.Status)]++
	}
	if len(q.Category) > 0 && q.fits(n, "category") {
		f.Category[string(n.Category)]++
	}
	if len(q.Procedure) > 0 && q.fits(n, "procedure") {
		f.Procedure[n.Procedure]++
	}
	return false
}

func (x *Index) all() []hit {
	hits := make([]hit, 0, len(x.at))
	for slot, n := range x.length {
		if n >= 0 {
			hits = append(hits, hit{slot: uint32(slot)})
		}
	}
	return hits
}

// match returns the notices that have all terms, with their scores.
func (x *Index) match(terms []string) []hit {
	var lists []*list
	for _, t := range terms {
		n, ok := x.terms[t]
		if !ok {
			return nil
		}
		lists = append(lists, &x.lists[n])
	}
	slices.SortFunc(lists, func(a, b *list) int { return cmp.Compare(a.n, b.n) })
	average := float64(x.words) / float64(max(1, len(x.at)))
	hits := make([]hit, 0, lists[0].n)
	rare := x.rarity(lists[0])
	lists[0].each(func(slot uint32, weight int) {
		if x.length[slot] >= 0 {
			hits = append(hits, hit{slot, x.score(rare, weight, slot, average)})
		}
	})
	for _, l := range lists[1:] {
		hits = x.both(hits, l, average)
	}
	return hits
}

// both keeps the hits that are in the list too, and adds to their scores.
func (x *Index) both(hits []hit, l *list, average float64) []hit {
	rare := x.rarity(l)
	kept := hits[:0]
	c := l.read()
	more := c.next()
	for _, h := range hits {
		for more && c.slot < h.slot {
			more = c.next()
		}
		if more && c.slot == h.slot {
			h.score += x.score(rare, c.weight, h.slot, average)
			kept = append(kept, h)
		}
	}
	return kept
}

// The usual constants of BM25: how fast a repeated word stops to matter, and
// how much a long text is held against a notice.
const (
	saturation = 1.2
	lengthy    = 0.6
)

func (x *Index) rarity(l *list) float64 {
	n := float64(len(x.at))
	return math.Log(1 + (n-float64(l.n)+0.5)/(float64(l.n)+0.5) + 1)
}

func (x *Index) score(rarity float64, weight int, slot uint32, average float64) float32 {
	w := float64(weight)
	return float32(rarity * w * (saturation + 1) / (w + saturation*(1-lengthy+lengthy*float64(x.length[slot])/average)))
}

// order compares two hits, the better one first. Equal ones are told apart by
// their ids, so that pages of results never overlap.
func (x *Index) order(q Query, words bool) func(a, b hit) int {
	by := func(less func(a, b *Notice) int) func(a, b hit) int {
		return func(a, b hit) int {
			n, m := &x.notices[a.slot], &x.notices[b.slot]
			return cmp.Or(less(n, m), cmp.Compare(m.Published, n.Published), cmp.Compare(n.ID, m.ID))
		}
	}
	switch {
	case q.Order == ByDeadline:
		return by(func(n, m *Notice) int {
			urgent := cmp.Compare(urgency(m.Status), urgency(n.Status))
			switch n.Status {
			case Open:
				return cmp.Or(urgent, cmp.Compare(n.Deadline, m.Deadline))
			case Planned:
				return cmp.Or(urgent, cmp.Compare(n.ExpectedFrom, m.ExpectedFrom))
			}
			return cmp.Or(urgent, cmp.Compare(m.Deadline, n.Deadline))
		})
	case q.Order == ByValue:
		return by(func(n, m *Notice) int { return cmp.Compare(worth(m), worth(n)) })
	case q.Order == ByNewest || !words:
		return by(func(n, m *Notice) int { return 0 })
	}
	later := by(func(n, m *Notice) int { return 0 })
	return func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), later(a, b)) }
}

func worth(n *Notice) int64 {
	if n.Value == nil {
		return -1
	}
	return n.Value.Minor
}

// urgency orders by what can still be done about a tender.
func urgency(s Status) int {
	switch s {
	case Open:
		return 2
	case Planned:
		return 1
	}
	return 0
}

// top returns the k best hits in order. It sorts few of many: k is a page or
// two, hits are as many as there are notices.
func top(hits []hit, k int, order func(a, b hit) int) []hit {
	if k >= len(hits) {
		slices.SortFunc(hits, order)
		return hits
	}
	best := make([]hit, 0, k+1)
	for _, h := range hits {
		if len(best) == k && (k == 0 || order(h, best[k-1]) >= 0) {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, h, order)
		best = slices.Insert(best, i, h)
		best = best[:min(len(best), k)]
	}
	return best
}
