package score

import (
	"bytes"
	"encoding/hex"
	"slices"

	"probity/tender"
	"probity/tender/canon"
)

// Seed is the number that draws of one lot start from: H("draw-seed", d) with d
// the canonical JSON
//
//	{"bids":[fingerprints in order],"lot":id,"root":root}
//
// of all bids that were opened for the lot, in lower-case hex. Each bid draws
// H("draw", seed, fingerprint); the smallest number, read as 32 bytes, goes
// first. (H is canon.Hash.)
//
// No bidder can aim at a number: the root was unknown when the fingerprints
// were fixed, and who is disqualified later changes nothing. Whoever runs the
// log could try several roots before its witnesses have signed one; that is why
// the root is fixed by the window-closed entry, and why checkpoints should be
// witnessed.
func Seed(root, lot string, fingerprints []string) [32]byte {
	return canon.Hash("draw-seed", canon.Must(struct {
		Bids []string `json:"bids"`
		Lot  string   `json:"lot"`
		Root string   `json:"root"`
	}{slices.Sorted(slices.Values(fingerprints)), lot, root}))
}

// draw gives the number that a bid draws.
func draw(seed [32]byte, fingerprint string) []byte {
	b, err := hex.DecodeString(fingerprint)
	if err != nil {
		panic("score: an unchecked fingerprint")
	}
	n := canon.Hash("draw", seed[:], b)
	return n[:]
}

// contender is a bid with what ties are broken by.
type contender struct {
	*assessed
	drawn []byte
}

// order ranks the bids and returns how ties among them were broken.
func (w *work) order(ranked []*assessed) []TieBreak {
	prints := make([]string, len(w.bids))
	for i, b := range w.bids {
		prints[i] = b.bid.Fingerprint
	}
	seed := Seed(w.in.Root, w.in.Lot, prints)
	list := make([]contender, len(ranked))
	for i, b := range ranked {
		list[i] = contender{b, draw(seed, b.bid.Fingerprint)}
	}
	slices.SortFunc(list, func(a, b contender) int {
		if c := w.result(a, b); c != 0 {
			return c
		}
		for _, t := range w.in.Criteria.Ties {
			if c := compare(t, a, b); c != 0 {
				return c
			}
		}
		return 0
	})
	var ties []TieBreak
	for first := 0; first < len(list); {
		end := first + 1
		for end < len(list) && w.result(list[first], list[end]) == 0 {
			end++
		}
		if end-first > 1 {
			ties = append(ties, w.explain(list[first:end]))
		}
		first = end
	}
	for i, b := range list {
		b.Rank = i + 1
	}
	return ties
}

// result compares what the ranking is about: points, or the price alone.
func (w *work) result(a, b contender) int {
	if w.in.Criteria.Price.Formula == LowestPrice {
		return a.compared.Cmp(b.compared)
	}
	return b.Total.Cmp(a.Total)
}

// compare puts the better of two equal bids first.
func compare(t Tie, a, b contender) int {
	switch t.By {
	case TiePrice:
		return a.compared.Cmp(b.compared)
	case TieQuality:
		return b.QualityScore.Cmp(a.QualityScore)
	case TieCriterion:
		return b.points[t.Criterion].Cmp(a.points[t.Criterion])
	}
	return bytes.Compare(a.drawn, b.drawn)
}

// value writes what compare looks at.
func value(t Tie, c contender) string {
	var d tender.Decimal
	switch t.By {
	case TieDraw:
		return hex.EncodeToString(c.drawn)
	case TiePrice:
		d = c.compared
	case TieQuality:
		d = c.QualityScore
	case TieCriterion:
		d = c.points[t.Criterion]
	}
	return d.String()
}

// explain lists the values of every rule up to the one that decides: the first
// after which no two neighbours are equal any more.
func (w *work) explain(group []contender) TieBreak {
	var tie TieBreak
	for _, c := range group {
		tie.Bids = append(tie.Bids, c.Bid)
	}
	apart := make([]bool, len(group)-1) // whether i and i+1 differ by now
	for _, t := range w.in.Criteria.Ties {
		v := TieValues{Rule: t}
		for i, c := range group {
			v.Values = append(v.Values, value(t, c))
			if i > 0 && compare(t, group[i-1], c) != 0 {
				apart[i-1] = true
			}
		}
		tie.Rules = append(tie.Rules, v)
		if !slices.Contains(apart, false) {
			break
		}
	}
	return tie
}
