package score_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"probity/bidding/score"
	"probity/tender"
)

// anyRule draws one of the price rules with sensible settings.
func anyRule(t *rapid.T) score.Price {
	slope := func(label string) tender.Decimal {
		return tender.DecimalOf(rapid.Int64Range(1, 3000).Draw(t, label), 3)
	}
	top := tender.Money{Minor: 1 << 50, Currency: "CNY"}
	rules := []score.Price{
		{Formula: score.LowestPrice},
		{Formula: score.LowestRatio},
		{Formula: score.Linear, Zero: score.ZeroAtTwice},
		{Formula: score.Linear, Zero: score.ZeroAtHighest},
		{Formula: score.Linear, Zero: score.ZeroAtCeiling, Ceiling: &top},
		{Formula: score.Linear, Zero: score.ZeroBySlope, Above: slope("slope")},
		{Formula: score.MeanBased, Above: slope("above"), Below: slope("below"), Factor: dec("0.97"), Trim: 1, TrimFrom: 4},
	}
	return rapid.SampledFrom(rules).Draw(t, "rule")
}

// anyLot draws a lot with quality where the rule allows it, evaluators, and
// prices among which equal ones are common.
func anyLot(t *rapid.T) score.Input {
	in := byPrice(anyRule(t))
	in.Criteria.Places = rapid.IntRange(0, 6).Draw(t, "places")
	ties := []score.Tie{{By: score.TiePrice}, {By: score.TieQuality}}
	in.Criteria.Ties = append(rapid.Permutation(ties).Draw(t, "ties"), score.Tie{By: score.TieDraw})
	if in.Criteria.Price.Formula != score.LowestPrice {
		in.Criteria.Price.Weight = dec("35.5")
		in.Criteria.Consensus = rapid.SampledFrom([]score.Consensus{score.Mean, score.TrimmedMean}).Draw(t, "consensus")
		in.Criteria.MinimumQuality = tender.NewDecimal(rapid.Int64Range(0, 60).Draw(t, "minimum"))
		in.Criteria.Quality = []score.Criterion{
			{ID: "q1", Weight: dec("44.25"), Scale: &score.Scale{Max: dec("7")}},
			{ID: "q2", Weight: dec("20.25"), Scale: &score.Scale{Max: dec("100")}},
		}
		in.Evaluators = []string{"a", "b", "c"}
	}
	for i := range rapid.IntRange(1, 9).Draw(t, "bids") {
		in.Bids = append(in.Bids, anyBid(t, in, fmt.Sprintf("b%d", i)))
	}
	return in
}

func anyBid(t *rapid.T, in score.Input, name string) score.Bid {
	p := rapid.OneOf(rapid.Int64Range(1, 4), rapid.Int64Range(1, 1<<50)).Draw(t, "price")
	b := score.Bid{ID: name, Fingerprint: fingerprint(name), Price: &tender.Money{Minor: p, Currency: "CNY"}}
	if rapid.IntRange(0, 5).Draw(t, "rejected") == 0 {
		b.Rejected = "put aside"
	}
	for _, q := range in.Criteria.Quality {
		for _, e := range in.Evaluators {
			tenths := tender.DecimalOf(rapid.Int64Range(0, 10).Draw(t, "score"), 1)
			b.Scores = append(b.Scores, score.Score{Evaluator: e, Criterion: q.ID, Value: q.Scale.Max.Mul(tenths), Reason: "r"})
		}
	}
	return b
}

func mustRank(t *rapid.T, in score.Input) (score.Ranking, []byte) {
	r, err := score.Rank(in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

func TestOrderOfHandingInChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyLot(t)
		_, want := mustRank(t, in)
		in.Bids = rapid.Permutation(in.Bids).Draw(t, "bids")
		in.Evaluators = rapid.Permutation(in.Evaluators).Draw(t, "evaluators")
		for i := range in.Bids {
			in.Bids[i].Scores = rapid.Permutation(in.Bids[i].Scores).Draw(t, "scores")
		}
		if _, got := mustRank(t, in); !bytes.Equal(got, want) {
			t.Fatalf("\n one order %s\nanother one %s", want, got)
		}
	})
}

func TestEverySumAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _ := mustRank(t, anyLot(t))
		checkSteps(t, r)
		for _, e := range r.Entries {
			if e.Total.Sign() < 0 || e.Total.Cmp(dec("100")) > 0 || e.PriceScore.Sign() < 0 || !e.Total.Equal(e.QualityScore.Add(e.PriceScore)) && e.Rank > 0 {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func TestRanksAreCountedAndDescend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyLot(t)
		r, _ := mustRank(t, in)
		for i, e := range r.Entries {
			switch {
			case e.Status == score.Valid && e.Rank != i+1, e.Status != score.Valid && (e.Rank != 0 || len(e.Reasons) == 0):
				t.Fatalf("place %d: %+v", i, e)
			case i > 0 && e.Rank > 0 && r.Entries[i-1].Total.Cmp(e.Total) < 0:
				t.Fatalf("rank %d has more points than rank %d", e.Rank, e.Rank-1)
			}
		}
		if len(r.Entries) != len(in.Bids) {
			t.Fatalf("%d bids have %d entries", len(in.Bids), len(r.Entries))
		}
	})
}

func TestAFactorOnAllPricesChangesNoPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyLot(t)
		if in.Criteria.Price.Ceiling != nil {
			in.Criteria.Price.Zero, in.Criteria.Price.Ceiling = score.ZeroAtHighest, nil
		}
		before, _ := mustRank(t, in)
		factor := rapid.Int64Range(2, 1000).Draw(t, "factor")
		for i := range in.Bids {
			m := *in.Bids[i].Price
			m.Minor *= factor
			in.Bids[i].Price = &m
		}
		after, _ := mustRank(t, in)
		for i, e := range before.Entries {
			if x := after.Entries[i]; x.Bid != e.Bid || !x.Total.Equal(e.Total) {
				t.Fatalf("times %d: %s with %s became %s with %s", factor, e.Bid, e.Total, x.Bid, x.Total)
			}
		}
	})
}

// Within a lot the cheaper bid never has fewer points, unless the mean counts.
func TestCheaperIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyLot(t)
		if in.Criteria.Price.Formula == score.MeanBased {
			in.Criteria.Price = score.Price{Formula: score.LowestRatio, Weight: in.Criteria.Price.Weight}
		}
		r, _ := mustRank(t, in)
		list := slices.DeleteFunc(r.Entries, func(e score.Entry) bool { return e.Rank == 0 })
		slices.SortFunc(list, func(a, b score.Entry) int { return a.Compared.Decimal().Cmp(b.Compared.Decimal()) })
		for i := 1; i < len(list); i++ {
			if a, b := list[i-1], list[i]; a.PriceScore.Cmp(b.PriceScore) < 0 {
				t.Fatalf("%s for %s, but %s for %s", a.PriceScore, a.Price, b.PriceScore, b.Price)
			}
		}
	})
}

// A bidder who lowers the own price never loses points or a rank for it.
func TestLoweringAPriceNeverHurts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyLot(t)
		switch in.Criteria.Price.Formula {
		case score.LowestPrice, score.LowestRatio:
		default:
			in.Criteria.Price = score.Price{Formula: score.Linear, Zero: score.ZeroAtTwice, Weight: in.Criteria.Price.Weight}
		}
		in.Criteria.Ties = []score.Tie{{By: score.TiePrice}, {By: score.TieDraw}}
		before, _ := mustRank(t, in)
		i := rapid.IntRange(0, len(in.Bids)-1).Draw(t, "who")
		lower := *in.Bids[i].Price
		lower.Minor = rapid.Int64Range(1, lower.Minor).Draw(t, "lower")
		in.Bids[i].Price = &lower
		after, _ := mustRank(t, in)
		find := func(r score.Ranking) score.Entry {
			return r.Entries[slices.IndexFunc(r.Entries, func(e score.Entry) bool { return e.Bid == in.Bids[i].ID })]
		}
		if a, b := find(before), find(after); b.PriceScore.Cmp(a.PriceScore) < 0 || b.Rank > a.Rank {
			t.Fatalf("from %s to %s: %s points and rank %d became %s and %d", a.Price, b.Price, a.PriceScore, a.Rank, b.PriceScore, b.Rank)
		}
	})
}
