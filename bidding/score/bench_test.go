package score_test

import (
	"fmt"
	"testing"

	"probity/bidding/score"
	"probity/tender"
)

// thousand is a lot with n bids, ten criteria and five evaluators.
func thousand(n int) score.Input {
	in := byPrice(score.Price{Formula: score.MeanBased, Above: dec("1"), Below: dec("0.5"), Factor: dec("1"), Trim: 1, TrimFrom: 5})
	in.Criteria.Price.Weight, in.Criteria.Consensus, in.Criteria.MinimumQuality = dec("40"), score.TrimmedMean, dec("10")
	in.Evaluators = []string{"e0", "e1", "e2", "e3", "e4"}
	for c := range 10 {
		in.Criteria.Quality = append(in.Criteria.Quality, score.Criterion{ID: fmt.Sprintf("q%d", c), Weight: dec("6"), Scale: &score.Scale{Max: dec("10")}})
	}
	for i := range n {
		name := fmt.Sprintf("b%d", i)
		b := score.Bid{ID: name, Fingerprint: fingerprint(name), Price: &tender.Money{Minor: int64(100000 + i*7919%5000), Currency: "CNY"}}
		for c, q := range in.Criteria.Quality {
			for j, e := range in.Evaluators {
				b.Scores = append(b.Scores, score.Score{Evaluator: e, Criterion: q.ID, Value: tender.NewDecimal(int64((i*7 + c*3 + j) % 11)), Reason: "As described in chapter 3 of the bid."})
			}
		}
		in.Bids = append(in.Bids, b)
	}
	return in
}

func BenchmarkRank1000(b *testing.B) {
	in := thousand(1000)
	for b.Loop() {
		if _, err := score.Rank(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify1000(b *testing.B) {
	in := thousand(1000)
	input, err := in.Canonical()
	if err != nil {
		b.Fatal(err)
	}
	r, err := score.Rank(in)
	if err != nil {
		b.Fatal(err)
	}
	result, err := r.Canonical()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(input)))
	for b.Loop() {
		if _, err := score.Verify(input, result); err != nil {
			b.Fatal(err)
		}
	}
}
