package score_test

import (
	"testing"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/fault"
)

func TestConsensus(t *testing.T) {
	for _, c := range []struct {
		name   string
		way    score.Consensus
		scores []string
		want   string
	}{
		{"mean", score.Mean, []string{"8", "7", "9"}, "48"},
		{"mean in thirds", score.Mean, []string{"8", "8", "9"}, "50"},
		{"mean in sevenths", score.Mean, []string{"1", "1", "1", "1", "1", "1", "4"}, "8.57"},
		{"mean of one", score.Mean, []string{"7.5"}, "45"},
		{"mean of nothing but zeros", score.Mean, []string{"0", "0"}, "0"},
		{"mean on the half", score.Mean, []string{"0.035", "0"}, "0.11"},      // 0.105
		{"mean under the half", score.Mean, []string{"0.034999", "0"}, "0.1"}, // 0.104997
		{"trimmed mean", score.TrimmedMean, []string{"0", "7", "8", "10"}, "45"},
		{"trimmed mean of three", score.TrimmedMean, []string{"10", "0", "4"}, "24"},
		{"trimmed mean of equals", score.TrimmedMean, []string{"5", "5", "5"}, "30"},
	} {
		e := entry(t, rank(t, oneCriterion(c.way, c.scores)), "b0")
		if e.QualityScore.String() != c.want {
			t.Errorf("%s of %v: want %s, got %s by %s", c.name, c.scores, c.want, e.QualityScore, e.Steps[0].Expression)
		}
	}
}

func TestAgreedScoreCounts(t *testing.T) {
	in := oneCriterion(score.Agreed, []string{"2", "4"})
	in.Bids[0].Consensus = []score.Agreement{{Criterion: "q", Value: dec("9"), Reason: "After discussion: the annex had been overlooked."}}
	if e := entry(t, rank(t, in), "b0"); e.QualityScore.String() != "54" || e.Total.String() != "94" {
		t.Errorf("got %s and %s", e.QualityScore, e.Total)
	}
}

func TestSchoolByHand(t *testing.T) {
	r := rank(t, school())
	for _, want := range []struct {
		bid                   string
		rank                  int
		status                score.Status
		quality, price, total string
	}{
		// 25*5/5 + 15*5/5 + 20*9/9 = 60; the lowest price is 591.33: 40*591.33/1007.50 = 23.477...
		{"eiche", 1, score.Valid, "60", "23.48", "83.48"},
		// 25*3/5 + 15*4/5 + 20*3/9 = 15 + 12 + 6.67; the price is the lowest
		{"birke", 2, score.Valid, "33.67", "40", "73.67"},
		// 25*4/5 + 15*3.5/5 + 20*6/9 = 20 + 10.5 + 13.33; 40*591.33/805 = 29.382...
		{"ahorn", 3, score.Valid, "43.83", "29.38", "73.21"},
		{"fichte", 0, score.Disqualified, "0", "0", "0"},
	} {
		e := entry(t, r, want.bid)
		if e.Rank != want.rank || e.Status != want.status || e.QualityScore.String() != want.quality ||
			e.PriceScore.String() != want.price || e.Total.String() != want.total {
			t.Errorf("%s: want %+v, got %d %s %s %s %s", want.bid, want, e.Rank, e.Status, e.QualityScore, e.PriceScore, e.Total)
		}
	}
}

func TestQualifyLooksAtNoPrice(t *testing.T) {
	in := school()
	for i := range in.Bids {
		b := &in.Bids[i]
		b.Price, b.Lines, b.Correction, b.Low = nil, nil, nil, nil
	}
	list, err := score.Qualify(in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]score.Status{}
	for _, e := range list {
		got[e.Bid] = e.Status
	}
	if len(list) != 4 || got["ahorn"] != score.Valid || got["fichte"] != score.Disqualified || list[0].QualityScore.String() != "43.83" {
		t.Errorf("got %+v", list)
	}
	if _, err := score.Rank(in); !fault.Coded(err, "score.incomplete") {
		t.Errorf("a lot without prices was ranked: %v", err)
	}
	// The price of the bid that is out stays sealed, and the lot is ranked.
	in = school()
	in.Bids[3].Price, in.Bids[3].Lines = nil, nil
	rank(t, in)
}

func TestMinimumsOfQuality(t *testing.T) {
	for _, c := range []struct {
		name, percent, least string
		scores               []string
		reason               string
	}{
		{"at the minimum of all", "70", "0", []string{"7", "7", "7"}, ""},
		{"a hair below it", "70", "0", []string{"7", "7", "6.99"}, score.ReasonMinimumQuality},
		{"at the minimum of the criterion", "0", "7", []string{"7", "7", "7"}, ""},
		{"a hair below that", "0", "7", []string{"7", "7", "6.999999"}, score.ReasonMinimum},
		{"the mean is not rounded first", "0", "6.666667", []string{"6", "7", "7"}, score.ReasonMinimum},
		{"and not down either", "0", "6.666666", []string{"6", "7", "7"}, ""},
		{"all points asked", "100", "0", []string{"10", "10", "10"}, ""},
	} {
		in := oneCriterion(score.Mean, c.scores)
		in.Criteria.MinimumQuality, in.Criteria.Quality[0].Scale.Minimum = dec(c.percent), dec(c.least)
		e := entry(t, rank(t, in), "b0")
		switch {
		case c.reason == "" && e.Status != score.Valid:
			t.Errorf("%s: out for %v", c.name, e.Reasons)
		case c.reason != "" && (e.Status != score.Disqualified || e.Reasons[0].Code != c.reason || e.Rank != 0):
			t.Errorf("%s: want %s, got %s %v", c.name, c.reason, e.Status, e.Reasons)
		}
	}
}

func TestBidBelowTheMinimumMovesNoPrice(t *testing.T) {
	in := oneCriterion(score.Mean, []string{"2"}, []string{"8"})
	in.Criteria.MinimumQuality = dec("50")
	in.Bids[0].Price, in.Bids[1].Price = price("1"), price("100")
	if e := entry(t, rank(t, in), "b1"); e.PriceScore.String() != "40" {
		t.Errorf("the bid that is out has cost the other %s points", dec("40").Sub(e.PriceScore))
	}
}

func TestScales(t *testing.T) {
	for _, c := range []struct {
		scale score.Scale
		value string
		ok    bool
	}{
		{score.Scale{Max: dec("10")}, "9.999999", true},
		{score.Scale{Max: dec("10")}, "10", true},
		{score.Scale{Max: dec("10")}, "10.000001", false},
		{score.Scale{Max: dec("10")}, "-1", false},
		{score.Scale{Max: dec("10"), Step: dec("0.25")}, "7.75", true},
		{score.Scale{Max: dec("10"), Step: dec("0.25")}, "7.7", false},
		{score.Scale{Max: dec("10"), Step: dec("1")}, "0", true},
		{score.Scale{Max: dec("10"), Levels: []tender.Decimal{dec("0"), dec("5"), dec("10")}}, "5", true},
		{score.Scale{Max: dec("10"), Levels: []tender.Decimal{dec("0"), dec("5"), dec("10")}}, "6", false},
	} {
		in := oneCriterion(score.Mean, []string{c.value})
		in.Criteria.Quality[0].Scale = &c.scale
		_, err := score.Rank(in)
		if c.ok && err != nil || !c.ok && !fault.Coded(err, "score.scale") {
			t.Errorf("%s on %+v: %v", c.value, c.scale, err)
		}
	}
}
