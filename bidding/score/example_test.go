package score_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/fault"
)

var dec = tender.MustDecimal

func cny(amount string) tender.Money { return tender.MustMoney(amount, "CNY") }

func price(amount string) *tender.Money {
	m := cny(amount)
	return &m
}

func fingerprint(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

var drawLast = []score.Tie{{By: score.TieDraw}}

// byPrice is a lot in which only prices count. Bids are named b0, b1 and so on.
func byPrice(rule score.Price, prices ...string) score.Input {
	rule.Weight = dec("100")
	in := score.Input{
		Version: score.Version, Lot: "lot-1", Currency: "CNY", Root: fingerprint("log"),
		Criteria: score.Criteria{Price: rule, Places: 2, Ties: drawLast},
	}
	for i, p := range prices {
		name := fmt.Sprintf("b%d", i)
		in.Bids = append(in.Bids, score.Bid{ID: name, Fingerprint: fingerprint(name), Price: price(p)})
	}
	return in
}

// oneCriterion is a lot in which the criterion q, scored from 0 to 10, counts
// for 60 points. Every list holds the scores of the evaluators for one bid.
func oneCriterion(way score.Consensus, scores ...[]string) score.Input {
	in := byPrice(score.Price{Formula: score.LowestRatio})
	in.Criteria.Price.Weight, in.Criteria.Consensus = dec("40"), way
	in.Criteria.Quality = []score.Criterion{{ID: "q", Weight: dec("60"), Scale: &score.Scale{Max: dec("10")}}}
	for i := range scores[0] {
		in.Evaluators = append(in.Evaluators, fmt.Sprintf("e%d", i))
	}
	for i, list := range scores {
		name := fmt.Sprintf("b%d", i)
		b := score.Bid{ID: name, Fingerprint: fingerprint(name), Price: price("100")}
		for j, s := range list {
			b.Scores = append(b.Scores, score.Score{Evaluator: in.Evaluators[j], Criterion: "q", Value: dec(s), Reason: "because"})
		}
		in.Bids = append(in.Bids, b)
	}
	return in
}

// school is a whole evaluation with every mechanism in it: parts of criteria,
// a requirement that is failed, a corrected price, an abnormally low one.
func school() score.Input {
	in := score.Input{
		Version: score.Version, Lot: "lot-2", Currency: "CNY", Root: fingerprint("log"), Estimate: price("1000.00"),
		Criteria: score.Criteria{
			Price:              score.Price{Weight: dec("40"), Formula: score.LowestRatio},
			Consensus:          score.Agreed,
			MinimumQuality:     dec("50"),
			Places:             2,
			Lines:              score.UnitPriceHolds,
			ConfirmCorrections: true,
			Low:                score.Low{BelowMean: dec("30"), Others: 2, BelowEstimate: dec("40")},
			Ties:               []score.Tie{{By: score.TiePrice}, {By: score.TieCriterion, Criterion: "plan"}, {By: score.TieDraw}},
			Quality: []score.Criterion{
				{ID: "plan", Weight: dec("25"), Scale: &score.Scale{Max: dec("5"), Step: dec("0.5"), Minimum: dec("1")}},
				{ID: "team", Weight: dec("35"), Parts: []score.Criterion{
					{ID: "head", Weight: dec("15"), Scale: &score.Scale{Max: dec("5"), Step: dec("0.5")}},
					{ID: "staff", Weight: dec("20"), Scale: &score.Scale{Max: dec("9"), Levels: []tender.Decimal{dec("0"), dec("3"), dec("6"), dec("9")}}},
				}},
			},
		},
		Requirements: []string{"tax", "licence"},
		Items:        []score.Item{{ID: "desk", Quantity: dec("10")}, {ID: "chair", Quantity: dec("20.5")}},
		Evaluators:   []string{"eva", "ian"},
	}
	in.Bids = []score.Bid{
		schoolBid("ahorn", "60.00", "10.00", "805.00", "4", "3.5", "6"),
		schoolBid("birke", "40.00", "9.333333", "591.33", "3", "4", "3"),
		schoolBid("eiche", "70.00", "15.00", "1007.50", "5", "5", "9"),
		schoolBid("fichte", "1.00", "1.00", "30.50", "5", "5", "9"),
	}
	in.Bids[1].Low = &score.Decision{Accepted: true, Reason: "Desks from stock; the supplier's offer is enclosed."}
	in.Bids[2].Lines[1].Total = cny("300.00") // should be 307.50
	in.Bids[2].Price = price("1000.00")
	in.Bids[2].Correction = &score.Decision{Accepted: true, Reason: "Letter of 3 March."}
	in.Bids[3].Answers[1] = score.Answer{Requirement: "licence", Reason: "The licence expired in January."}
	return in
}

func schoolBid(name, desk, chair, sum, plan, head, staff string) score.Bid {
	b := score.Bid{
		ID: name, Fingerprint: fingerprint(name), Price: price(sum),
		Answers: []score.Answer{{Requirement: "tax", Pass: true}, {Requirement: "licence", Pass: true, Reason: "Number checked."}},
		Lines:   []score.Line{{Item: "desk", UnitPrice: dec(desk)}, {Item: "chair", UnitPrice: dec(chair)}},
	}
	for i, quantity := range []string{"10", "20.5"} {
		b.Lines[i].Total, _ = tender.LineTotal(b.Lines[i].UnitPrice, dec(quantity), "CNY")
	}
	for criterion, value := range map[string]string{"plan": plan, "head": head, "staff": staff} {
		b.Consensus = append(b.Consensus, score.Agreement{Criterion: criterion, Value: dec(value), Reason: "See the minutes."})
		for _, e := range []string{"eva", "ian"} {
			b.Scores = append(b.Scores, score.Score{Evaluator: e, Criterion: criterion, Value: dec(value), Reason: "As described in the bid."})
		}
	}
	return b
}

func rank(t *testing.T, in score.Input) score.Ranking {
	t.Helper()
	r, err := score.Rank(in)
	if err != nil {
		t.Fatalf("%v %v", err, fault.From(err).Field)
	}
	checkSteps(t, r)
	return r
}

func entry(t *testing.T, r score.Ranking, bid string) score.Entry {
	t.Helper()
	for _, e := range r.Entries {
		if e.Bid == bid {
			return e
		}
	}
	t.Fatalf("no entry for %s", bid)
	return score.Entry{}
}
