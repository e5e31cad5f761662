package score_test

import (
	"testing"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/fault"
)

func worked() score.Criteria {
	return score.Criteria{
		Price: score.Price{Weight: dec("60"), Formula: score.LowestRatio},
		Quality: []score.Criterion{
			{ID: "method", Weight: dec("25"), Scale: &score.Scale{Max: dec("10"), Step: dec("0.5")}},
			{ID: "service", Weight: dec("15"), Scale: &score.Scale{Max: dec("4"), Levels: []tender.Decimal{dec("0"), dec("2"), dec("4")}}},
		},
		Consensus: score.Agreed, Places: 2, Lines: score.UnitPriceHolds, ConfirmCorrections: true,
		Low:  score.Low{BelowMean: dec("20"), Others: 1},
		Ties: []score.Tie{{By: score.TieDraw}},
	}
}

// What a drafter is shown is what the ranking of real bids would be.
func TestWorkedExample(t *testing.T) {
	for _, way := range []score.Consensus{score.Agreed, score.Mean, score.TrimmedMean} {
		c := worked()
		c.Consensus = way
		r, err := score.Worked(c, "EUR", nil, []score.Offered{
			{Price: tender.MustMoney("100", "EUR"), Quality: dec("100")},
			{Price: tender.MustMoney("50", "EUR"), Quality: dec("64")},
		})
		if err != nil {
			t.Fatal(way, err)
		}
		// 1: 30 for price and 40 for quality. 2: 60, and 6.0/10*25 + 2/4*15 = 22.5.
		one, two := entry(t, r, "1"), entry(t, r, "2")
		if one.Total.String() != "70" || two.Total.String() != "82.5" || two.Rank != 1 || len(two.Questions) != 1 {
			t.Errorf("%s: %s and %s, questions %v", way, one.Total, two.Total, two.Questions)
		}
	}
}

func TestWorkedExampleRefusals(t *testing.T) {
	price := tender.MustMoney("100", "EUR")
	wrong := worked()
	wrong.Price.Weight = dec("50")
	bare := worked()
	bare.Quality[0].Scale = nil
	for _, c := range []struct {
		name     string
		criteria score.Criteria
		offers   []score.Offered
		code     string
	}{
		{"no bids", worked(), nil, "score.many"},
		{"too many bids", worked(), make([]score.Offered, 21), "score.many"},
		{"more than all quality", worked(), []score.Offered{{Price: price, Quality: dec("101")}}, "score.example"},
		{"weights that do not sum", wrong, []score.Offered{{Price: price}}, "score.weights"},
		{"a criterion without scale", bare, []score.Offered{{Price: price}}, "score.scale"},
		{"a price of nothing", worked(), []score.Offered{{Price: tender.Money{Currency: "EUR"}}}, "score.price"},
	} {
		if _, err := score.Worked(c.criteria, "EUR", nil, c.offers); fault.From(err).Code != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	low := worked()
	low.Low = score.Low{BelowEstimate: dec("10")}
	if _, err := score.Worked(low, "EUR", nil, []score.Offered{{Price: price}}); err != nil {
		t.Errorf("without an estimate: %v", err)
	}
}
