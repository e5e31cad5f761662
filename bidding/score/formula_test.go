package score_test

import (
	"strings"
	"testing"

	"probity/bidding/score"
	"probity/tender"
)

// The points in these tables were computed by hand.
func TestPointsForThePrice(t *testing.T) {
	twice := score.Price{Formula: score.Linear, Zero: score.ZeroAtTwice}
	highest := score.Price{Formula: score.Linear, Zero: score.ZeroAtHighest}
	ceiling := score.Price{Formula: score.Linear, Zero: score.ZeroAtCeiling, Ceiling: price("200")}
	slope := score.Price{Formula: score.Linear, Zero: score.ZeroBySlope, Above: dec("1.25")}
	mean := score.Price{Formula: score.MeanBased, Above: dec("1"), Below: dec("0.5"), Factor: dec("1")}
	lowered, trimmed := mean, mean
	lowered.Factor = dec("0.95")
	trimmed.Trim, trimmed.TrimFrom = 1, 5
	for _, c := range []struct {
		name   string
		rule   score.Price
		prices string
		want   string
	}{
		{"ratio", score.Price{Formula: score.LowestRatio}, "100 125 200 800", "100 80 50 12.5"},
		{"ratio on the half", score.Price{Formula: score.LowestRatio}, "1 32 160 20000 20000.01", "100 3.13 0.63 0.01 0"},
		{"ratio of equal prices", score.Price{Formula: score.LowestRatio}, "77.77 77.77 77.77", "100 100 100"},
		{"ratio of a single bid", score.Price{Formula: score.LowestRatio}, "0.01", "100"},
		{"ratio of thirds", score.Price{Formula: score.LowestRatio}, "1 3 6", "100 33.33 16.67"},
		{"linear to twice the lowest", twice, "100 125 150 199.99 200 300", "100 75 50 0.01 0 0"},
		{"linear on the half", twice, "200 299.99 300.01", "100 50.01 50"},
		{"linear to the highest", highest, "100 150 300", "100 75 0"},
		{"linear to the highest of equals", highest, "5 5", "100 100"},
		{"linear to the highest, alone", highest, "5", "100"},
		{"linear to the ceiling", ceiling, "100 150 200", "100 50 0"},
		{"linear at the ceiling", ceiling, "200 200", "100 100"},
		{"linear by slope", slope, "100 110 180 200", "100 87.5 0 0"},
		{"mean", mean, "90 100 110", "95 100 90"},
		{"mean of a single bid", mean, "12.34", "100"},
		{"mean in thirds", mean, "100 100 101", "99.83 99.83 99.34"},
		{"mean with a factor", lowered, "95 105", "100 89.47"},
		{"mean far away", mean, "1 1 1 997", "50.2 50.2 50.2 0"},
		{"trimmed mean", trimmed, "10 100 100 100 1000", "55 100 100 100 0"},
		{"too few to trim", trimmed, "10 100 100 190", "55 100 100 10"},
	} {
		r := rank(t, byPrice(c.rule, strings.Fields(c.prices)...))
		var got []string
		for i := range strings.Fields(c.prices) {
			got = append(got, entry(t, r, "b"+string(rune('0'+i))).Total.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\nprices %s\n  want %s\n   got %s", c.name, c.prices, c.want, s)
		}
	}
}

func TestPlacesArePublished(t *testing.T) {
	for places, want := range []string{"67", "66.7", "66.67", "66.667", "66.6667", "66.66667", "66.666667"} {
		in := byPrice(score.Price{Formula: score.LowestRatio}, "2", "3")
		in.Criteria.Places = places
		if got := entry(t, rank(t, in), "b1").Total.String(); got != want {
			t.Errorf("%d places: want %s, got %s", places, want, got)
		}
	}
}

func TestLowestPriceRanksByPriceAlone(t *testing.T) {
	r := rank(t, byPrice(score.Price{Formula: score.LowestPrice}, "100.01", "100.00", "99999999999.99"))
	for i, want := range []string{"b1", "b0", "b2"} {
		e := r.Entries[i]
		if e.Bid != want || e.Rank != i+1 || !e.Total.IsZero() {
			t.Errorf("rank %d: want %s without points, got %+v", i+1, want, e)
		}
	}
}

func TestHugePricesLoseNothing(t *testing.T) {
	rule := score.Price{Formula: score.MeanBased, Above: dec("1"), Factor: dec("1")}
	in := byPrice(rule, "92233720368547758.07", "92233720368547758.07", "92233720368547758.06")
	r := rank(t, in)
	if sum := r.Base[1].Result; sum != "276701161105643274.2" {
		t.Errorf("the sum of the prices is %s", sum)
	}
	yen := byPrice(score.Price{Formula: score.LowestRatio})
	yen.Currency = "JPY"
	most := tender.MustMoney("9223372036854775807", "JPY")
	yen.Bids = []score.Bid{{ID: "b0", Fingerprint: fingerprint("b0"), Price: &most}}
	if got := entry(t, rank(t, yen), "b0").Total.String(); got != "100" {
		t.Errorf("got %s", got)
	}
}

func TestWhoIsOutMovesNobody(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestRatio}, "10", "100", "200")
	in.Requirements = []string{"tax"}
	for i := range in.Bids {
		in.Bids[i].Answers = []score.Answer{{Requirement: "tax", Pass: i > 0, Reason: "seen"}}
	}
	r := rank(t, in)
	if r.Base[0].Result != "100" || entry(t, r, "b2").Total.String() != "50" {
		t.Errorf("the base is %v, b2 has %s points", r.Base, entry(t, r, "b2").Total)
	}
	last := r.Entries[2]
	if last.Bid != "b0" || last.Rank != 0 || last.Status != score.Disqualified || last.Reasons[0] != (score.Reason{Code: "requirement", Of: "tax", Text: "seen"}) {
		t.Errorf("the bid that is out has the entry %+v", last)
	}
}

func TestAllOutIsAResult(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestRatio}, "10", "20")
	for i := range in.Bids {
		in.Bids[i].Rejected = "The bid is conditional."
	}
	r := rank(t, in)
	if len(r.Base) != 0 || len(r.Entries) != 2 || r.Entries[0].Rank != 0 || r.Entries[0].Status != score.Rejected {
		t.Errorf("got %+v", r)
	}
}

func TestCostsOverTheLifeCycleCount(t *testing.T) {
	in := byPrice(score.Price{Formula: score.LowestRatio, Costs: []string{"energy", "disposal"}}, "100", "150")
	in.Criteria.Low = score.Low{BelowMean: dec("33"), Others: 1}
	in.Bids[0].Costs = []score.Cost{{ID: "disposal", Amount: cny("20")}, {ID: "energy", Amount: cny("80")}}
	in.Bids[1].Costs = []score.Cost{{ID: "energy", Amount: cny("0")}, {ID: "disposal", Amount: cny("10")}}
	in.Bids[0].Low = &score.Decision{Accepted: true, Reason: "explained"}
	r := rank(t, in)
	a, b := entry(t, r, "b0"), entry(t, r, "b1")
	if a.Compared.Amount() != "200.00" || b.Rank != 1 || a.Total.String() != "80" {
		t.Errorf("b0 is compared at %s with %s points, b1 has rank %d", a.Compared, a.Total, b.Rank)
	}
	if a.Steps[0].Expression != "100+80+20" || a.Price.Amount() != "100.00" {
		t.Errorf("the sum is shown as %v, the price is %s", a.Steps[0], a.Price)
	}
	// What is asked about is the price alone, 33 % below 150.
	if q := a.Questions; len(q) != 1 || q[0].Steps[0].Result != "100.5" {
		t.Errorf("questions: %+v", q)
	}
}
