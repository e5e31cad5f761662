package score_test

import (
	"fmt"
	"strings"
	"testing"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/fault"
)

// What stands exactly at a limit is good; the next is refused with the code.
func TestLimits(t *testing.T) {
	criteria := func(in *score.Input, n int) {
		in.Criteria.Quality = nil
		for i := range n {
			in.Criteria.Quality = append(in.Criteria.Quality, score.Criterion{ID: fmt.Sprint("c", i), Weight: dec("0.1"), Scale: &score.Scale{Max: dec("1")}})
		}
		in.Criteria.Price.Weight = dec("100").Sub(tender.DecimalOf(int64(n), 1))
	}
	names := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprint("n", i))
		}
		return list
	}
	for _, c := range []struct {
		name string
		at   int
		set  func(*score.Input, int)
		code string
	}{
		{"an id", 200, func(in *score.Input, n int) { in.Lot = strings.Repeat("x", n) }, "score.id"},
		{"a reason", score.MaxReason, func(in *score.Input, n int) { in.Bids[0].Scores[0].Reason = strings.Repeat("x", n) }, "score.reason"},
		{"evaluators", score.MaxEvaluators, func(in *score.Input, n int) { in.Evaluators = append([]string{"e0"}, names(n-1)...) }, "score.many"},
		{"requirements", score.MaxRequirements, func(in *score.Input, n int) { in.Requirements = names(n) }, "score.many"},
		{"items", score.MaxItems, func(in *score.Input, n int) {
			in.Criteria.Lines = score.UnitPriceHolds
			for _, s := range names(n) {
				in.Items = append(in.Items, score.Item{ID: s, Quantity: dec("1")})
			}
		}, "score.many"},
		{"bids", score.MaxBids, func(in *score.Input, n int) {
			for _, s := range names(n)[1:] {
				in.Bids = append(in.Bids, score.Bid{ID: s, Fingerprint: fingerprint(s)})
			}
		}, "score.many"},
		{"criteria", score.MaxCriteria, func(in *score.Input, n int) { criteria(in, n); in.Bids[0].Scores = nil }, "score.criteria"},
		{"levels", score.MaxLevels, func(in *score.Input, n int) {
			levels := make([]tender.Decimal, n)
			levels[0], levels[1] = dec("5"), dec("10")
			in.Criteria.Quality[0].Scale.Levels = levels
		}, "score.many"},
		{"costs", score.MaxCosts, func(in *score.Input, n int) { in.Criteria.Price.Costs = names(n) }, "score.many"},
		{"bids to trim from", score.MaxBids, func(in *score.Input, n int) {
			in.Criteria.Price = score.Price{Weight: dec("40"), Formula: score.MeanBased, Above: dec("1"), Factor: dec("1"), Trim: 1, TrimFrom: n}
		}, "score.many"},
		{"places", score.MaxPlaces, func(in *score.Input, n int) { in.Criteria.Places = n }, "score.places"},
		{"minimum of the quality", 100, func(in *score.Input, n int) { in.Criteria.MinimumQuality = tender.NewDecimal(int64(n)) }, "score.minimum"},
		{"minimum of a criterion", 10, func(in *score.Input, n int) { in.Criteria.Quality[0].Scale.Minimum = tender.NewDecimal(int64(n)) }, "score.scale"},
	} {
		for n, code := range map[int]string{c.at: "", c.at + 1: c.code} {
			in := oneCriterion(score.Mean, []string{"5"})
			c.set(&in, n)
			err := in.Check()
			if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
				t.Errorf("%s of %d: want %q, got %v", c.name, n, code, err)
			}
		}
	}
}

// Each of these is wrong in one respect that no other check would find.
func TestRefusalsOnTheirOwn(t *testing.T) {
	quality := func() score.Input { return oneCriterion(score.Mean, []string{"0"}) }
	price100 := func() score.Input { return byPrice(score.Price{Formula: score.LowestRatio}, "100") }
	lines := func() score.Input { return list(score.LineTotalHolds, "40", "1", "41") }
	costs := func() score.Input {
		in := byPrice(score.Price{Formula: score.LowestRatio, Costs: []string{"energy"}}, "100")
		in.Bids[0].Costs = []score.Cost{{ID: "energy", Amount: cny("1")}}
		return in
	}
	for _, c := range []struct {
		name  string
		lot   func() score.Input
		spoil func(*score.Input)
		code  string
	}{
		{"a scale to zero", quality, func(in *score.Input) { in.Criteria.Quality[0].Scale.Max = dec("0") }, "score.scale"},
		{"a negative step", quality, func(in *score.Input) { in.Criteria.Quality[0].Scale.Step = dec("-1") }, "score.scale"},
		{"a negative minimum", quality, func(in *score.Input) { in.Criteria.Quality[0].Scale.Minimum = dec("-1") }, "score.scale"},
		{"a minimum of no quality", price100, func(in *score.Input) { in.Criteria.MinimumQuality = dec("1") }, "score.minimum"},
		{"a consensus on no quality", price100, func(in *score.Input) { in.Criteria.Consensus = score.Mean }, "score.minimum"},
		{"evaluators of no quality", price100, func(in *score.Input) { in.Evaluators = []string{"eva"} }, "score.evaluators"},
		{"a price list without a rule", price100, func(in *score.Input) { in.Items = []score.Item{{ID: "a", Quantity: dec("1")}} }, "score.items"},
		{"an estimate of nothing", price100, func(in *score.Input) { in.Estimate = price("0") }, "score.estimate"},
		{"half a root", price100, func(in *score.Input) { in.Root = in.Root[:32] }, "score.hash"},
		{"half a fingerprint", price100, func(in *score.Input) { in.Bids[0].Fingerprint = in.Bids[0].Fingerprint[:32] }, "score.hash"},
		{"a line too many", lines, func(in *score.Input) {
			in.Bids[0].Lines = append(in.Bids[0].Lines, score.Line{Item: "c", Total: cny("1")})
		}, "score.lines"},
		{"all lines and one again", lines, func(in *score.Input) { in.Bids[0].Lines = append(in.Bids[0].Lines, in.Bids[0].Lines[0]) }, "score.lines"},
		{"a negative line total", lines, func(in *score.Input) { in.Bids[0].Lines[0].Total.Minor = -1 }, "score.lines"},
		{"lines beyond any amount", lines, func(in *score.Input) {
			in.Bids[0].Lines[0].Total.Minor, in.Bids[0].Lines[1].Total.Minor = 1<<62, 1<<62
		}, "score.lines"},
		{"a negative cost", costs, func(in *score.Input) { in.Bids[0].Costs[0].Amount.Minor = -1 }, "score.costs"},
		{"a cost in euros", costs, func(in *score.Input) { in.Bids[0].Costs[0].Amount.Currency = "EUR" }, "score.costs"},
		{"costs beyond any amount", costs, func(in *score.Input) { in.Bids[0].Costs[0].Amount.Minor = 1<<63 - 1 }, "score.costs"},
		{"a cost twice", costs, func(in *score.Input) { in.Bids[0].Costs = append(in.Bids[0].Costs, in.Bids[0].Costs[0]) }, "score.costs"},
		{"a trim whose double overflows", price100, func(in *score.Input) {
			in.Criteria.Price = score.Price{Weight: dec("100"), Formula: score.MeanBased, Above: dec("1"), Factor: dec("1"), Trim: 1 << 62, TrimFrom: 1}
		}, "score.many"},
		{"a missing cost", costs, func(in *score.Input) { in.Bids[0].Costs = nil }, "score.costs"},
	} {
		in := c.lot()
		rank(t, in)
		c.spoil(&in)
		_, err := score.Rank(in)
		if f := fault.From(err); err == nil || f.Code != c.code || f.Kind != fault.Invalid {
			t.Errorf("%s: want %s, got %v", c.name, c.code, err)
		}
	}
}
