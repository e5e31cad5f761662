package score_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"probity/bidding/score"
)

func order(r score.Ranking) string {
	var names []string
	for _, e := range r.Entries {
		names = append(names, e.Bid)
	}
	return strings.Join(names, " ")
}

func TestTiesAreBrokenByThePublishedRules(t *testing.T) {
	// b0 and b1 have 94 points each: 54 + 40 and 60 + 34.
	lot := func(ties ...score.Tie) score.Input {
		in := oneCriterion(score.Mean, []string{"9"}, []string{"10"}, []string{"1"})
		in.Bids[0].Price, in.Bids[1].Price, in.Bids[2].Price = price("85"), price("100"), price("85")
		in.Criteria.Ties = append(ties, score.Tie{By: score.TieDraw})
		return in
	}
	for want, tie := range map[string]score.Tie{
		"b0 b1 b2": {By: score.TiePrice},
		"b1 b0 b2": {By: score.TieQuality},
	} {
		r := rank(t, lot(tie))
		if order(r) != want || len(r.Ties) != 1 || len(r.Ties[0].Rules) != 1 || r.Ties[0].Rules[0].Rule != tie {
			t.Errorf("by %s: want %s, got %s with %+v", tie.By, want, order(r), r.Ties)
		}
	}
	r := rank(t, lot(score.Tie{By: score.TieCriterion, Criterion: "q"}))
	if order(r) != "b1 b0 b2" || !slices.Equal(r.Ties[0].Rules[0].Values, []string{"60", "54"}) || !slices.Equal(r.Ties[0].Bids, []string{"b1", "b0"}) {
		t.Errorf("by criterion: %s with %+v", order(r), r.Ties)
	}
}

func TestDrawDecidesWhereNothingElseDoes(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestPrice}, "5", "5", "5", "5", "4")
	in.Criteria.Ties = []score.Tie{{By: score.TiePrice}, {By: score.TieDraw}}
	r := rank(t, in)

	// The draw, made again from the words of Seed's comment alone.
	var prints []string
	for _, b := range in.Bids {
		prints = append(prints, b.Fingerprint)
	}
	slices.Sort(prints)
	seed := sha256.Sum256([]byte("sealbid/1 draw-seed\n" + `{"bids":["` + strings.Join(prints, `","`) + `"],"lot":"lot-1","root":"` + in.Root + `"}`))
	drawn := func(b score.Bid) []byte {
		f, _ := hex.DecodeString(b.Fingerprint)
		n := sha256.Sum256(slices.Concat([]byte("sealbid/1 draw\n"), seed[:], f))
		return n[:]
	}
	equal := slices.Clone(in.Bids[:4])
	slices.SortFunc(equal, func(a, b score.Bid) int { return bytes.Compare(drawn(a), drawn(b)) })
	want := "b4"
	for _, b := range equal {
		want += " " + b.ID
	}
	if order(r) != want {
		t.Errorf("want %s, got %s", want, order(r))
	}
	tie := r.Ties[0]
	if len(r.Ties) != 1 || len(tie.Rules) != 2 || tie.Rules[1].Values[0] != hex.EncodeToString(drawn(equal[0])) {
		t.Errorf("the tie is told as %+v", r.Ties)
	}
}

// Every place of the draw falls to every bid about equally often.
func TestDrawIsFair(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestPrice}, "5", "5", "5", "5")
	first := map[string]int{}
	const draws = 4000
	for i := range draws {
		in.Root = fingerprint(string(rune(i)))
		first[rank(t, in).Entries[0].Bid]++
	}
	for bid, n := range first {
		// 1000 expected; five standard deviations are 137.
		if n < 1000-137 || n > 1000+137 {
			t.Errorf("%s came first in %d of %d draws", bid, n, draws)
		}
	}
	if len(first) != 4 {
		t.Errorf("only %d bids ever came first", len(first))
	}
}

func TestWhoIsOutLeavesTheDrawAlone(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestPrice}, "5", "5", "5", "5")
	all := strings.Fields(order(rank(t, in)))
	in.Bids[0].Rejected = "The signature is missing."
	rest := strings.Fields(order(rank(t, in)))[:3]
	if want := slices.DeleteFunc(all, func(s string) bool { return s == "b0" }); !slices.Equal(rest, want) {
		t.Errorf("with b0 %v, without it %v", all, rest)
	}
}
