package score_test

import (
	"strings"
	"testing"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/fault"
)

// Every line spoils a good evaluation in one way and names the code of the
// refusal. All are Invalid, except those that are only not finished yet.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*score.Input)
		code  string
	}{
		{"weights above 100", func(in *score.Input) { in.Criteria.Price.Weight = dec("40.000001") }, "score.weights"},
		{"weights below 100", func(in *score.Input) { in.Criteria.Price.Weight = dec("39.999999") }, "score.weights"},
		{"parts that do not sum to the whole", func(in *score.Input) { in.Criteria.Quality[1].Parts[0].Weight = dec("14") }, "score.weights"},
		{"a negative weight", func(in *score.Input) { in.Criteria.Quality[0].Weight = dec("-25") }, "score.weight"},
		{"a weight of nothing", func(in *score.Input) { in.Criteria.Quality[0].Weight = dec("0") }, "score.weight"},
		{"a price weight above 100", func(in *score.Input) { in.Criteria.Price.Weight = dec("101") }, "score.weight"},
		{"one id for two criteria", func(in *score.Input) { in.Criteria.Quality[1].Parts[0].ID = "plan" }, "score.criteria"},
		{"parts of parts", func(in *score.Input) {
			in.Criteria.Quality[1].Parts[0].Parts = []score.Criterion{{ID: "x", Weight: dec("15"), Scale: &score.Scale{Max: dec("1")}}}
		}, "score.criteria"},
		{"a scale on what has parts", func(in *score.Input) { in.Criteria.Quality[1].Scale = &score.Scale{Max: dec("5")} }, "score.criteria"},
		{"no scale", func(in *score.Input) { in.Criteria.Quality[0].Scale = nil }, "score.scale"},
		{"a scale to zero", func(in *score.Input) { in.Criteria.Quality[0].Scale.Max = dec("0") }, "score.scale"},
		{"a highest score off its own steps", func(in *score.Input) { in.Criteria.Quality[0].Scale.Step = dec("0.3") }, "score.scale"},
		{"a minimum above the highest score", func(in *score.Input) { in.Criteria.Quality[0].Scale.Minimum = dec("6") }, "score.scale"},
		{"a level beyond the scale", func(in *score.Input) { in.Criteria.Quality[1].Parts[1].Scale.Levels[0] = dec("12") }, "score.scale"},
		{"seven places", func(in *score.Input) { in.Criteria.Places = 7 }, "score.places"},
		{"negative places", func(in *score.Input) { in.Criteria.Places = -1 }, "score.places"},
		{"a minimum above 100 percent", func(in *score.Input) { in.Criteria.MinimumQuality = dec("101") }, "score.minimum"},
		{"an unknown consensus", func(in *score.Input) { in.Criteria.Consensus = "loudest" }, "score.consensus"},
		{"an unknown rule for lines", func(in *score.Input) { in.Criteria.Lines = "best" }, "score.lines"},
		{"a confirmation of nothing", func(in *score.Input) { in.Criteria.Lines = score.PriceHolds }, "score.lines"},
		{"a low test above 100 percent", func(in *score.Input) { in.Criteria.Low.BelowMean = dec("100.5") }, "score.low"},
		{"a mean of how many others", func(in *score.Input) { in.Criteria.Low.Others = 0 }, "score.low"},
		{"no estimate for its test", func(in *score.Input) { in.Estimate = nil }, "score.estimate"},
		{"an estimate in euros", func(in *score.Input) { in.Estimate.Currency = "EUR" }, "score.estimate"},
		{"no draw at the end", func(in *score.Input) { in.Criteria.Ties = in.Criteria.Ties[:2] }, "score.ties"},
		{"no rule for ties", func(in *score.Input) { in.Criteria.Ties = nil }, "score.ties"},
		{"a tie by an unknown criterion", func(in *score.Input) { in.Criteria.Ties[1].Criterion = "colour" }, "score.ties"},
		{"a tie rule twice", func(in *score.Input) { in.Criteria.Ties[1] = in.Criteria.Ties[0] }, "score.ties"},
		{"the draw twice", func(in *score.Input) { in.Criteria.Ties[0] = score.Tie{By: score.TieDraw} }, "score.ties"},
		{"first come first served", func(in *score.Input) { in.Criteria.Ties[0].By = "time" }, "score.ties"},

		{"an unknown version", func(in *score.Input) { in.Version = "probity-score/2" }, "score.version"},
		{"no lot", func(in *score.Input) { in.Lot = "" }, "score.id"},
		{"an unknown currency", func(in *score.Input) { in.Currency = "GLD" }, "money.currency"},
		{"a root that is not hex", func(in *score.Input) { in.Root = "latest" }, "score.hash"},
		{"a root in capitals", func(in *score.Input) { in.Root = strings.ToUpper(in.Root) }, "score.hash"},
		{"no bids", func(in *score.Input) { in.Bids = nil }, "score.many"},
		{"too many bids", func(in *score.Input) { in.Bids = make([]score.Bid, score.MaxBids+1) }, "score.many"},
		{"too many evaluators", func(in *score.Input) { in.Evaluators = make([]string, score.MaxEvaluators+1) }, "score.many"},
		{"one bid twice", func(in *score.Input) { in.Bids[1].ID = "ahorn" }, "score.id"},
		{"one fingerprint twice", func(in *score.Input) { in.Bids[1].Fingerprint = in.Bids[0].Fingerprint }, "score.id"},
		{"a bid without a name", func(in *score.Input) { in.Bids[1].ID = "" }, "score.id"},
		{"one evaluator twice", func(in *score.Input) { in.Evaluators[1] = "eva" }, "score.id"},
		{"quality without evaluators", func(in *score.Input) { in.Evaluators = nil }, "score.evaluators"},
		{"a trimmed mean of two", func(in *score.Input) { in.Criteria.Consensus = score.TrimmedMean }, "score.evaluators"},
		{"an item of no quantity", func(in *score.Input) { in.Items[0].Quantity = dec("0") }, "score.items"},
		{"a rule for lines without a price list", func(in *score.Input) { in.Items = nil }, "score.items"},

		{"a score for an unknown criterion", func(in *score.Input) { in.Bids[0].Scores[0].Criterion = "colour" }, "score.criterion"},
		{"a score for the sum of parts", func(in *score.Input) { in.Bids[0].Scores[0].Criterion = "team" }, "score.criterion"},
		{"a score by a stranger", func(in *score.Input) { in.Bids[0].Scores[0].Evaluator = "tom" }, "score.evaluator"},
		{"a score without a reason", func(in *score.Input) { in.Bids[0].Scores[0].Reason = "" }, "score.reason"},
		{"a score with a blank reason", func(in *score.Input) { in.Bids[0].Scores[0].Reason = " \n\u3000" }, "score.reason"},
		{"a reason without end", func(in *score.Input) { in.Bids[0].Scores[0].Reason = strings.Repeat("x", score.MaxReason+1) }, "score.reason"},
		{"a reason that is not text", func(in *score.Input) { in.Bids[0].Scores[0].Reason = "\xff" }, "score.reason"},
		{"a score twice", func(in *score.Input) { in.Bids[0].Scores = append(in.Bids[0].Scores, in.Bids[0].Scores[0]) }, "score.twice"},
		{"a score beyond the scale", func(in *score.Input) { in.Bids[0].Scores[0].Value = dec("10") }, "score.scale"},
		{"a negative score", func(in *score.Input) { in.Bids[0].Scores[0].Value = dec("-1") }, "score.scale"},
		{"a consensus without a reason", func(in *score.Input) { in.Bids[0].Consensus[0].Reason = "" }, "score.reason"},
		{"a consensus twice", func(in *score.Input) { in.Bids[0].Consensus[1] = in.Bids[0].Consensus[0] }, "score.twice"},
		{"a consensus on an unknown criterion", func(in *score.Input) { in.Bids[0].Consensus[0].Criterion = "colour" }, "score.criterion"},
		{"a consensus set by hand where it is computed", func(in *score.Input) { in.Criteria.Consensus = score.Mean }, "score.consensus"},
		{"a failure without a reason", func(in *score.Input) { in.Bids[3].Answers[1].Reason = "" }, "score.reason"},
		{"an answer to an unknown requirement", func(in *score.Input) { in.Bids[0].Answers[0].Requirement = "colour" }, "score.requirement"},
		{"an answer twice", func(in *score.Input) { in.Bids[0].Answers[1] = in.Bids[0].Answers[0] }, "score.requirement"},
		{"a decision without a reason", func(in *score.Input) { in.Bids[1].Low.Reason = "" }, "score.reason"},
		{"a blank rejection", func(in *score.Input) { in.Bids[0].Rejected = " " }, "score.reason"},
		{"a price of zero", func(in *score.Input) { in.Bids[0].Price = price("0") }, "score.price"},
		{"a negative price", func(in *score.Input) { in.Bids[0].Price.Minor = -1 }, "score.price"},
		{"a list that comes to zero", func(in *score.Input) {
			for i := range in.Bids[0].Lines {
				in.Bids[0].Lines[i].UnitPrice, in.Bids[0].Lines[i].Total = dec("0"), cny("0")
			}
		}, "score.price"},
		{"a price in euros", func(in *score.Input) { in.Bids[0].Price.Currency = "EUR" }, "score.currency"},
		{"a line in euros", func(in *score.Input) { in.Bids[0].Lines[0].Total.Currency = "EUR" }, "score.lines"},
		{"a negative unit price", func(in *score.Input) { in.Bids[0].Lines[0].UnitPrice = dec("-1") }, "score.lines"},
		{"a line total beyond any amount", func(in *score.Input) { in.Bids[0].Lines[0].UnitPrice = dec("999999999999999999") }, "score.lines"},
		{"a missing line", func(in *score.Input) { in.Bids[0].Lines = in.Bids[0].Lines[:1] }, "score.lines"},
		{"a line twice", func(in *score.Input) { in.Bids[0].Lines[1] = in.Bids[0].Lines[0] }, "score.lines"},
		{"a line for an unknown item", func(in *score.Input) { in.Bids[0].Lines[1].Item = "sofa" }, "score.lines"},
		{"a cost that nobody asked for", func(in *score.Input) { in.Bids[0].Costs = []score.Cost{{ID: "energy", Amount: cny("1")}} }, "score.costs"},
		{"a missing cost", func(in *score.Input) { in.Criteria.Price.Costs = []string{"energy"} }, "score.costs"},

		{"an evaluator who has not scored", func(in *score.Input) { in.Bids[0].Scores = in.Bids[0].Scores[1:] }, "score.incomplete"},
		{"an evaluator who has not begun", func(in *score.Input) { in.Evaluators = append(in.Evaluators, "zoe") }, "score.incomplete"},
		{"no consensus yet", func(in *score.Input) { in.Bids[0].Consensus = in.Bids[0].Consensus[1:] }, "score.incomplete"},
		{"a requirement not looked at", func(in *score.Input) { in.Bids[0].Answers = in.Bids[0].Answers[1:] }, "score.incomplete"},
		{"no price of a valid bid", func(in *score.Input) { in.Bids[0].Price = nil }, "score.incomplete"},
		{"an open question", func(in *score.Input) { in.Bids[1].Low = nil }, "score.question_open"},
		{"an open correction", func(in *score.Input) { in.Bids[2].Correction = nil }, "score.question_open"},
	} {
		in := school()
		c.spoil(&in)
		_, err := score.Rank(in)
		f := fault.From(err)
		want := fault.Invalid
		if c.code == "score.incomplete" || c.code == "score.question_open" {
			want = fault.Conflict
		}
		if err == nil || f.Code != c.code || f.Kind != want {
			t.Errorf("%s: want %s, got %v", c.name, c.code, err)
		}
	}
}

// What a stranger wrote into a bid can always be put aside by the panel.
func TestPanelCanPutAsideWhatCannotBeRead(t *testing.T) {
	for name, spoil := range map[string]func(*score.Bid){
		"no price":        func(b *score.Bid) { b.Price = nil },
		"price of zero":   func(b *score.Bid) { b.Price = price("0") },
		"price in euros":  func(b *score.Bid) { m := tender.MustMoney("1", "EUR"); b.Price = &m },
		"missing line":    func(b *score.Bid) { b.Lines = nil },
		"unknown item":    func(b *score.Bid) { b.Lines[0].Item = "sofa" },
		"a line twice":    func(b *score.Bid) { b.Lines[1] = b.Lines[0] },
		"unasked cost":    func(b *score.Bid) { b.Costs = []score.Cost{{ID: "energy", Amount: cny("1")}} },
		"nothing at all":  func(b *score.Bid) { *b = score.Bid{ID: b.ID, Fingerprint: b.Fingerprint} },
		"an endless line": func(b *score.Bid) { b.Lines[0].UnitPrice = dec("999999999999999999") },
	} {
		in := school()
		spoil(&in.Bids[0])
		in.Bids[0].Rejected = "The price list cannot be read."
		e := entry(t, rank(t, in), "ahorn")
		if e.Status != score.Rejected || e.Reasons[0].Text != "The price list cannot be read." {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

func TestPriceRulesThatSayNothingAreRefused(t *testing.T) {
	good := score.Price{Formula: score.MeanBased, Above: dec("1"), Factor: dec("1")}
	for name, spoil := range map[string]func(*score.Price){
		"an unknown formula":                func(p *score.Price) { p.Formula = "cheapest" },
		"no slope for the mean":             func(p *score.Price) { p.Above = dec("0") },
		"a negative slope":                  func(p *score.Price) { p.Above = dec("-1") },
		"a negative slope below":            func(p *score.Price) { p.Below = dec("-1") },
		"no factor":                         func(p *score.Price) { p.Factor = dec("0") },
		"a negative factor":                 func(p *score.Price) { p.Factor = dec("-1") },
		"all prices trimmed":                func(p *score.Price) { p.Trim, p.TrimFrom = 2, 4 },
		"a negative trim":                   func(p *score.Price) { p.Trim = -1 },
		"a trim from, without a trim":       func(p *score.Price) { p.TrimFrom = 5 },
		"a point of zero for the mean":      func(p *score.Price) { p.Zero = score.ZeroAtTwice },
		"linear without a point of zero":    func(p *score.Price) { *p = score.Price{Formula: score.Linear} },
		"slope without a slope":             func(p *score.Price) { *p = score.Price{Formula: score.Linear, Zero: score.ZeroBySlope} },
		"ratio with a slope":                func(p *score.Price) { *p = score.Price{Formula: score.LowestRatio, Above: dec("1")} },
		"ratio with a slope below":          func(p *score.Price) { *p = score.Price{Formula: score.LowestRatio, Below: dec("1")} },
		"ratio with a factor":               func(p *score.Price) { *p = score.Price{Formula: score.LowestRatio, Factor: dec("1")} },
		"zero at a ceiling that is missing": func(p *score.Price) { *p = score.Price{Formula: score.Linear, Zero: score.ZeroAtCeiling} },
		"a ceiling in euros": func(p *score.Price) {
			m := tender.MustMoney("5", "EUR")
			p.Ceiling = &m
		},
		"a ceiling of nothing": func(p *score.Price) { p.Ceiling = price("0") },
		"a ceiling for the price where costs are compared": func(p *score.Price) {
			*p = score.Price{Formula: score.Linear, Zero: score.ZeroAtCeiling, Ceiling: price("5"), Costs: []string{"energy"}}
		},
	} {
		p := good
		spoil(&p)
		in := byPrice(p, "5", "6")
		if _, err := score.Rank(in); !fault.Coded(err, "score.formula") {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := byPrice(score.Price{Formula: score.LowestPrice}, "5")
	in.Criteria.Price.Weight = dec("90")
	in.Criteria.Quality = []score.Criterion{{ID: "q", Weight: dec("10"), Scale: &score.Scale{Max: dec("1")}}}
	if _, err := score.Rank(in); !fault.Coded(err, "score.formula") {
		t.Errorf("lowest price with quality criteria: %v", err)
	}
	in = byPrice(score.Price{Formula: score.LowestRatio, Costs: []string{"energy", "energy"}}, "5")
	if _, err := score.Rank(in); !fault.Coded(err, "score.id") {
		t.Errorf("one cost twice: %v", err)
	}
}
