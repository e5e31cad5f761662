package score_test

import (
	"strings"
	"testing"

	"probity/bidding/score"
	"probity/tender/fault"
)

func TestAbnormallyLow(t *testing.T) {
	mean := score.Low{BelowMean: dec("20"), Others: 2}
	estimate := score.Low{BelowEstimate: dec("30")}
	both := score.Low{BelowMean: dec("20"), Others: 2, BelowEstimate: dec("30")}
	for _, c := range []struct {
		name, prices string
		rule         score.Low
		want         string
	}{
		{"exactly the percentage is not below it", "80 100 100", mean, ""},
		{"a cent more is", "79.99 100 100", mean, "b0:low_mean=80"},
		// The limit is 80.004, published as 80.00: what is shown decides.
		{"the limit is an amount of money", "80 100.00 100.01", mean, ""},
		// 80.008 becomes 80.01.
		{"and rounded up too", "80 100.01 100.01", mean, "b0:low_mean=80.01"},
		{"the bid itself is not in the mean", "60 100 100", mean, "b0:low_mean=80"},
		{"too few others", "1 100", mean, ""},
		{"one that is far too high questions the rest", "100 100 1000", mean, "b0:low_mean=440 b1:low_mean=440"},
		{"below the estimate", "69.99 70 100", estimate, "b0:low_estimate=70"},
		{"a single bid against the estimate", "10", estimate, "b0:low_estimate=70"},
		{"by both tests", "10 100 100", both, "b0:low_mean=80 b0:low_estimate=70"},
		{"neither test", "80 100 100", both, ""},
		{"no test", "0.01 100 100", score.Low{}, ""},
	} {
		in := byPrice(score.Price{Formula: score.LowestRatio}, strings.Fields(c.prices)...)
		in.Criteria.Low, in.Estimate = c.rule, price("100")
		list, err := score.Questions(in)
		if err != nil {
			t.Fatal(c.name, err)
		}
		var got []string
		for _, q := range list {
			for _, s := range q.Steps {
				got = append(got, q.Bid+":"+s.Code+"="+s.Result)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: want %q, got %q", c.name, c.want, s)
		}
		_, err = score.Rank(in)
		if open := fault.Coded(err, "score.question_open"); open != (c.want != "") || open && fault.From(err).Kind != fault.Conflict {
			t.Errorf("%s: ranked with %v", c.name, err)
		}
	}
}

func TestSumOfPricesIsShownWhereTheMeanAsks(t *testing.T) {
	for asks, rule := range map[bool]score.Low{
		true:  {BelowMean: dec("20"), Others: 1},
		false: {BelowMean: dec("99"), Others: 1, BelowEstimate: dec("30")},
	} {
		in := byPrice(score.Price{Formula: score.LowestRatio}, "50", "100")
		in.Criteria.Low, in.Estimate = rule, price("100")
		in.Bids[0].Low = &score.Decision{Accepted: true, Reason: "explained"}
		r := rank(t, in)
		if shown := len(r.Base) == 2 && r.Base[1].Code == score.StepLowSum && r.Base[1].Result == "150"; shown != asks {
			t.Errorf("the mean asks: %t; the base is %v", asks, r.Base)
		}
	}
}

func TestAnswersAboutALowPrice(t *testing.T) {
	lot := func() score.Input {
		in := byPrice(score.Price{Formula: score.LowestRatio}, "50", "100", "200")
		in.Criteria.Low = score.Low{BelowMean: dec("20"), Others: 1}
		in.Bids[1].Low = &score.Decision{Accepted: true, Reason: "explained"}
		return in
	}
	in := lot()
	_, err := score.Rank(in)
	if f := fault.From(err); f.Code != "score.question_open" || len(f.Field) != 1 || f.Field["bids.b0.low"] == "" {
		t.Fatalf("the open question is told as %v %v", f, f.Field)
	}

	in.Bids[0].Low = &score.Decision{Accepted: true, Reason: "The supplier proves its costs."}
	r := rank(t, in)
	if e := entry(t, r, "b0"); e.Rank != 1 || e.Questions[0].Answer.Reason != "The supplier proves its costs." {
		t.Errorf("the accepted bid has the entry %+v", e)
	}

	in = lot()
	in.Bids[0].Low = &score.Decision{Reason: "No answer came."}
	r = rank(t, in)
	if e := entry(t, r, "b0"); e.Status != score.Rejected || e.Reasons[0] != (score.Reason{Code: score.ReasonLow, Text: "No answer came."}) {
		t.Errorf("the rejected bid has the entry %+v", e)
	}
	// Now 100 is the lowest; the test itself is not made again without b0.
	if e := entry(t, r, "b2"); e.Total.String() != "50" || r.Base[0].Result != "100" || r.Base[1].Expression != "50+100+200" {
		t.Errorf("b2 has %s points over %v", e.Total, r.Base)
	}

	in = lot()
	in.Bids[0].Low = &score.Decision{Accepted: true, Reason: "explained"}
	in.Bids[2].Low = &score.Decision{Reason: "The panel asked on its own; the wages are below the law."}
	if e := entry(t, rank(t, in), "b2"); e.Status != score.Rejected || len(e.Questions) != 1 {
		t.Errorf("a question of the panel's own gives %+v", e)
	}
}

// list is a lot with one bid: unit prices 10.00 and 0.333333 for 4 and 3 pieces.
func list(rule score.LineRule, first, second, sum string) score.Input {
	in := byPrice(score.Price{Formula: score.LowestRatio}, sum)
	in.Criteria.Lines = rule
	in.Items = []score.Item{{ID: "a", Quantity: dec("4")}, {ID: "b", Quantity: dec("3")}}
	in.Bids[0].Lines = []score.Line{
		{Item: "b", UnitPrice: dec("0.333333"), Total: cny(second)},
		{Item: "a", UnitPrice: dec("10.00"), Total: cny(first)},
	}
	return in
}

func TestPriceListsThatContradictThemselves(t *testing.T) {
	for _, c := range []struct {
		name               string
		rule               score.LineRule
		first, second, sum string
		want, steps        string
	}{
		{"agrees", score.UnitPriceHolds, "40", "1.00", "41", "41.00", ""},
		{"a line is wrong, unit price holds", score.UnitPriceHolds, "44", "1.00", "45", "41.00", "line:a=40 lines:=41"},
		{"a line is wrong, line total holds", score.LineTotalHolds, "44", "1.00", "45", "45.00", "line:a=40 lines:=45"},
		{"the sum is wrong, unit price holds", score.UnitPriceHolds, "40", "1.00", "42", "41.00", "lines:=41"},
		{"the sum is wrong, line total holds", score.LineTotalHolds, "40", "1.00", "42", "41.00", "lines:=41"},
		{"both are wrong, unit price holds", score.UnitPriceHolds, "4", "1.01", "50", "41.00", "line:a=40 line:b=1 lines:=41"},
		{"both are wrong, line total holds", score.LineTotalHolds, "4", "1.01", "50", "5.01", "line:a=40 line:b=1 lines:=5.01"},
		{"the stated price holds", score.PriceHolds, "4", "1.01", "50", "50.00", "line:a=40 line:b=1 lines:=5.01"},
		{"wrong lines make up for each other", score.UnitPriceHolds, "39", "2.00", "41", "41.00", "line:a=40 line:b=1 lines:=41"},
	} {
		e := entry(t, rank(t, list(c.rule, c.first, c.second, c.sum)), "b0")
		var got []string
		for _, s := range e.Steps {
			if s.Code == score.StepLine || s.Code == score.StepLines {
				got = append(got, s.Code+":"+s.Of+"="+s.Result)
			}
		}
		if s := strings.Join(got, " "); s != c.steps || e.Price.Amount() != c.want || e.Stated.Decimal().String() != c.sum {
			t.Errorf("%s: want %s by %q, got %s by %q", c.name, c.want, c.steps, e.Price, s)
		}
	}
	e := entry(t, rank(t, list(score.Contradicted, "40", "1.01", "41.01")), "b0")
	if e.Status != score.Rejected || e.Reasons[0].Code != score.ReasonArithmetic {
		t.Errorf("a contradiction gives %+v", e)
	}
	if e := entry(t, rank(t, list(score.Contradicted, "40", "1", "41")), "b0"); e.Status != score.Valid {
		t.Errorf("a list without contradiction gives %+v", e)
	}
}

func TestBidderAnswersToACorrection(t *testing.T) {
	in := list(score.UnitPriceHolds, "40", "1.00", "42")
	in.Criteria.ConfirmCorrections = true
	questions, err := score.Questions(in)
	if err != nil || len(questions) != 1 || questions[0].Code != score.QuestionCorrection {
		t.Fatalf("questions: %+v, %v", questions, err)
	}
	if _, err := score.Rank(in); !fault.Coded(err, "score.question_open") {
		t.Errorf("an unanswered correction gave %v", err)
	}
	in.Bids[0].Correction = &score.Decision{Reason: "We meant 42."}
	if e := entry(t, rank(t, in), "b0"); e.Status != score.Rejected || e.Reasons[0] != (score.Reason{Code: score.ReasonCorrection, Text: "We meant 42."}) {
		t.Errorf("a refused correction gives %+v", e)
	}
	in.Bids[0].Correction = &score.Decision{Accepted: true, Reason: "Agreed."}
	if e := entry(t, rank(t, in), "b0"); e.Status != score.Valid || e.Price.Amount() != "41.00" {
		t.Errorf("an accepted correction gives %+v", e)
	}
	in.Bids[0].Price = price("41")
	if _, err := score.Rank(in); !fault.Coded(err, "score.correction") {
		t.Errorf("an answer to no question gave %v", err)
	}
}

func TestPriceAboveTheCeilingIsRejected(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestRatio, Ceiling: price("100")}, "100", "100.01")
	r := rank(t, in)
	if a, b := entry(t, r, "b0"), entry(t, r, "b1"); a.Status != score.Valid || b.Status != score.Rejected || b.Reasons[0].Code != score.ReasonCeiling {
		t.Errorf("got %+v and %+v", a, b)
	}
}
