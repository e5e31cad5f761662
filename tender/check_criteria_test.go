package tender_test

import (
	"testing"

	"probity/tender"
)

// of spoils the criteria of the first lot.
func of(f func(*tender.Criteria)) func(*tender.Notice) {
	return func(n *tender.Notice) { f(&n.Lots[0].Criteria) }
}

// priceOnly leaves out all that people score.
func priceOnly(c *tender.Criteria) {
	c.Price.Weight, c.Price.Formula = dec("100"), tender.LowestPrice
	c.Quality, c.Consensus, c.MinimumQuality = nil, "", dec("0")
	c.Ties = []tender.Tie{{By: tender.TieDraw}}
}

func TestWeightsThatAreRefused(t *testing.T) {
	const at, quality = "lots[0].criteria.", "lots[0].criteria.quality."
	checkAll(t, []refusal{
		{"weights that sum to 99.999999", at + "price.weight", "score.weights", of(func(c *tender.Criteria) { c.Price.Weight = dec("59.999999") })},
		{"weights that sum to 100.000001", at + "price.weight", "score.weights", of(func(c *tender.Criteria) { c.Price.Weight = dec("60.000001") })},
		{"weights that sum to 100 with one below 0", quality + "q1", "score.weight", of(func(c *tender.Criteria) { c.Quality[0].Weight, c.Price.Weight = dec("-5"), dec("90") })},
		{"a weight of nothing", quality + "q1", "score.weight", of(func(c *tender.Criteria) { c.Quality[0].Weight, c.Price.Weight = dec("0"), dec("85") })},
		{"a price that weighs more than all", at + "price.weight", "score.weight", of(func(c *tender.Criteria) { c.Price.Weight = dec("100.5") })},
		{"a price that weighs less than nothing", at + "price.weight", "score.weight", of(func(c *tender.Criteria) { c.Price.Weight = dec("-60") })},
		{"parts that do not sum to the whole", quality + "q2", "score.weights", of(func(c *tender.Criteria) { c.Quality[1].Parts[0].Weight = dec("10.4") })},
		{"price alone", "", "", of(priceOnly)},
		{"price alone at 60", at + "price.weight", "score.weights", of(func(c *tender.Criteria) { priceOnly(c); c.Price.Weight = dec("60") })},
		{"lowest price beside quality", at + "price.formula", "score.formula", of(func(c *tender.Criteria) { c.Price.Formula = tender.LowestPrice })},
		{"no criteria at all", at + "price.formula", "score.formula", func(n *tender.Notice) { n.Lots[0].Criteria = tender.Criteria{} }},
		{"the second lot", "lots[1].criteria.price.weight", "score.weights", func(n *tender.Notice) { n.Lots[1].Criteria.Price.Weight = dec("50") }},
	})
}

func TestCriteriaThatAreRefused(t *testing.T) {
	const at, quality = "lots[0].criteria.", "lots[0].criteria.quality."
	checkAll(t, []refusal{
		{"a criterion without an id", quality, "score.criteria", of(func(c *tender.Criteria) { c.Quality[0].ID = "" })},
		{"a criterion twice", quality + "q1", "score.criteria", of(func(c *tender.Criteria) { c.Quality[1].Parts[0].ID = "q1" })},
		{"a criterion without a title", quality + "q1.title", "text.missing", of(func(c *tender.Criteria) { c.Quality[0].Title = nil })},
		{"a part without a title", quality + "q2a.title", "text.missing", of(func(c *tender.Criteria) { c.Quality[1].Parts[0].Title = nil })},
		{"a criterion with a bell", quality + "q1.title.en", "text.control", of(func(c *tender.Criteria) { c.Quality[0].Title = en("a\x07") })},
		{"a part described in controls", quality + "q2b.description.en", "text.control", of(func(c *tender.Criteria) { c.Quality[1].Parts[1].Description = en("a\x07b") })},
		{"parts of parts", quality + "q2a", "score.criteria", of(func(c *tender.Criteria) { c.Quality[1].Parts[0].Parts = c.Quality[:1] })},
		{"parts and a scale", quality + "q2", "score.criteria", of(func(c *tender.Criteria) { c.Quality[1].Scale = scale() })},
		{"no scale", quality + "q1", "score.scale", of(func(c *tender.Criteria) { c.Quality[0].Scale = nil })},
		{"a scale to nothing", quality + "q1", "score.scale", of(func(c *tender.Criteria) { c.Quality[0].Scale.Max = dec("0") })},
		{"a scale whose steps miss its top", quality + "q1", "score.scale", of(func(c *tender.Criteria) { c.Quality[0].Scale.Step = dec("3") })},
		{"a scale with a minimum above its top", quality + "q1", "score.scale", of(func(c *tender.Criteria) { c.Quality[0].Scale.Minimum = dec("10.5") })},
		{"a scale with a level above its top", quality + "q1", "score.scale", of(func(c *tender.Criteria) { c.Quality[0].Scale.Levels = []tender.Decimal{dec("10"), dec("11")} })},
		{"a consensus by lot", at + "consensus", "score.consensus", of(func(c *tender.Criteria) { c.Consensus = "lottery" })},
		{"a minimum above all", at + "minimumQuality", "score.minimum", of(func(c *tender.Criteria) { c.MinimumQuality = dec("101") })},
		{"a minimum of no quality", at + "minimumQuality", "score.minimum", of(func(c *tender.Criteria) { priceOnly(c); c.MinimumQuality = dec("50") })},
		{"negative decimals", at + "places", "score.places", of(func(c *tender.Criteria) { c.Places = -1 })},
		{"seven decimals", at + "places", "score.places", of(func(c *tender.Criteria) { c.Places = 7 })},
		{"an unknown rule for lines", at + "lines", "score.lines", of(func(c *tender.Criteria) { c.Lines = "guess" })},
		{"corrections that nothing corrects", at + "confirmCorrections", "score.lines", of(func(c *tender.Criteria) { c.ConfirmCorrections, c.Lines = true, tender.PriceHolds })},
		{"a threshold above all", at + "low", "score.low", of(func(c *tender.Criteria) { c.Low.BelowMean = dec("100.1") })},
		{"a negative threshold", at + "low", "score.low", of(func(c *tender.Criteria) { c.Low.BelowEstimate = dec("-1") })},
		{"a mean of nobody", at + "low.others", "score.low", of(func(c *tender.Criteria) { c.Low.Others = 0 })},
		{"a mean of negative people", at + "low.others", "score.low", of(func(c *tender.Criteria) { c.Low.Others = -1 })},
		{"no way to break a tie", at + "ties", "score.ties", of(func(c *tender.Criteria) { c.Ties = nil })},
		{"ties that may stay", at + "ties", "score.ties", of(func(c *tender.Criteria) { c.Ties = []tender.Tie{{By: tender.TieQuality}} })},
		{"a tie broken twice", at + "ties", "score.ties", of(func(c *tender.Criteria) { c.Ties = []tender.Tie{{By: tender.TieDraw}, {By: tender.TieDraw}} })},
		{"a tie broken by no criterion", at + "ties", "score.ties", of(func(c *tender.Criteria) { c.Ties[0] = tender.Tie{By: tender.TieCriterion, Criterion: "q9"} })},
		{"a tie broken by a part", "", "", of(func(c *tender.Criteria) { c.Ties[0] = tender.Tie{By: tender.TieCriterion, Criterion: "q2b"} })},
	})
}

func TestPricesThatAreRefused(t *testing.T) {
	const at = "lots[0].criteria.price."
	price := func(f func(*tender.Price)) func(*tender.Notice) { return of(func(c *tender.Criteria) { f(&c.Price) }) }
	linear := func(z tender.Zero, f func(*tender.Price)) func(*tender.Notice) {
		return price(func(p *tender.Price) { p.Formula, p.Zero = tender.Linear, z; f(p) })
	}
	mean := func(f func(*tender.Price)) func(*tender.Notice) {
		return price(func(p *tender.Price) {
			p.Formula, p.Above, p.Below, p.Factor = tender.MeanBased, dec("1"), dec("0.5"), dec("0.95")
			f(p)
		})
	}
	none := func(*tender.Price) {}
	checkAll(t, []refusal{
		{"a formula of our own", at + "formula", "score.formula", price(func(p *tender.Price) { p.Formula = "random" })},
		{"a line to twice the lowest", "", "", linear(tender.ZeroAtTwice, none)},
		{"a line to nowhere", at + "zero", "score.formula", linear("", none)},
		{"a ratio with a zero", at + "zero", "score.formula", price(func(p *tender.Price) { p.Zero = tender.ZeroAtTwice })},
		{"a slope", "", "", linear(tender.ZeroBySlope, func(p *tender.Price) { p.Above = dec("0.5") })},
		{"a slope that does not fall", at + "above", "score.formula", linear(tender.ZeroBySlope, none)},
		{"a slope that rises", at + "above", "score.formula", linear(tender.ZeroBySlope, func(p *tender.Price) { p.Above = dec("-0.5") })},
		{"a line with a slope", at + "above", "score.formula", linear(tender.ZeroAtTwice, func(p *tender.Price) { p.Above = dec("1") })},
		{"a line to a ceiling", "", "", linear(tender.ZeroAtCeiling, func(p *tender.Price) { p.Ceiling = eur("1.00") })},
		{"a line to no ceiling", at + "ceiling", "score.formula", linear(tender.ZeroAtCeiling, none)},
		{"a line to a ceiling of something else", at + "ceiling", "score.formula", linear(tender.ZeroAtCeiling, func(p *tender.Price) { p.Ceiling, p.Costs = eur("1.00"), []string{"energy"} })},
		{"a ceiling of nothing", at + "ceiling", "score.formula", price(func(p *tender.Price) { p.Ceiling = eur("0.00") })},
		{"a mean", "", "", mean(none)},
		{"a mean without a factor", at + "factor", "score.formula", mean(func(p *tender.Price) { p.Factor = dec("0") })},
		{"a ratio with a factor", at + "factor", "score.formula", price(func(p *tender.Price) { p.Factor = dec("1") })},
		{"a ratio that loses below", at + "below", "score.formula", price(func(p *tender.Price) { p.Below = dec("1") })},
		{"a mean that gains below", at + "below", "score.formula", mean(func(p *tender.Price) { p.Below = dec("-1") })},
		{"a mean without its ends", "", "", mean(func(p *tender.Price) { p.Trim, p.TrimFrom = 1, 5 })},
		{"a mean of nothing but ends", at + "trim", "score.formula", mean(func(p *tender.Price) { p.Trim, p.TrimFrom = 2, 4 })},
		{"a ratio without its ends", at + "trim", "score.formula", price(func(p *tender.Price) { p.Trim, p.TrimFrom = 1, 5 })},
		{"a negative end", at + "trim", "score.formula", mean(func(p *tender.Price) { p.Trim = -1 })},
		{"from a negative number on", at + "trim", "score.formula", mean(func(p *tender.Price) { p.TrimFrom = -1 })},
		{"a cost twice", at + "costs", "score.id", price(func(p *tender.Price) { p.Costs = []string{"energy", "energy"} })},
		{"a cost with a space", at + "costs", "score.id", price(func(p *tender.Price) { p.Costs = []string{"en ergy"} })},
	})
}
