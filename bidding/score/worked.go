package score

import (
	"encoding/hex"
	"strconv"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
)

// Offered is an imagined bid: a price, and for each scored criterion the share
// of its highest score, in percent, that the bid would get.
type Offered struct {
	Price   tender.Money   `json:"price"`
	Quality tender.Decimal `json:"quality"`
}

// maxOffered bounds how many bids are imagined at once.
const maxOffered = 20

// Worked is what criteria make of imagined bids, computed as those of real ones
// will be. The bids are named "1", "2" and so on in the order given, every
// question about a price is answered, and no price list is looked at. It is for
// people who choose criteria, and its ranking is never stored.
func Worked(c Criteria, currency tender.Currency, estimate *tender.Money, offers []Offered) (Ranking, error) {
	if len(offers) == 0 || len(offers) > maxOffered {
		return Ranking{}, fault.Field("score.many", "offers", "Imagine 1 to %d bids.", maxOffered)
	}
	c.Lines, c.ConfirmCorrections = "", false
	if estimate == nil {
		c.Low.BelowEstimate = tender.Decimal{}
	}
	in := Input{Version: Version, Lot: "example", Currency: currency, Criteria: c, Estimate: estimate, Root: number(0)}
	if len(c.Quality) > 0 {
		in.Evaluators = []string{"a", "b", "c"}
	}
	for i, o := range offers {
		b, err := in.imagine(i+1, o)
		if err != nil {
			return Ranking{}, err
		}
		in.Bids = append(in.Bids, b)
	}
	if err := in.answer(); err != nil {
		return Ranking{}, err
	}
	return Rank(in)
}

// number is 32 bytes made of n, in hex.
func number(n int) string {
	h := canon.Hash("worked example", []byte(strconv.Itoa(n)))
	return hex.EncodeToString(h[:])
}

func (in *Input) imagine(n int, o Offered) (Bid, error) {
	if o.Quality.Sign() < 0 || o.Quality.Cmp(tender.NewDecimal(100)) > 0 {
		return Bid{}, fault.Field("score.example", "offers["+strconv.Itoa(n-1)+"].quality", "The quality is from 0 to 100 percent.")
	}
	b := Bid{ID: strconv.Itoa(n), Fingerprint: number(n), Price: &o.Price}
	for _, id := range in.Criteria.Price.Costs {
		b.Costs = append(b.Costs, Cost{id, tender.Money{Currency: in.Currency}})
	}
	for _, q := range in.Criteria.Scored() {
		if q.Scale == nil { // Check will say so
			continue
		}
		value := onScale(q.Scale, o.Quality)
		for _, e := range in.Evaluators {
			b.Scores = append(b.Scores, Score{e, q.ID, value, "example"})
		}
		if in.Criteria.Consensus == Agreed {
			b.Consensus = append(b.Consensus, Agreement{q.ID, value, "example"})
		}
	}
	return b, nil
}

// answer accepts every price that would be questioned.
func (in *Input) answer() error {
	list, err := Questions(*in)
	if err != nil {
		return err
	}
	for _, q := range list {
		n, err := strconv.Atoi(q.Bid)
		if err == nil && q.Code == QuestionLow {
			in.Bids[n-1].Low = &Decision{true, "example"}
		}
	}
	return nil
}

// onScale is the highest score that is not above a share of the scale.
func onScale(s *Scale, percent tender.Decimal) tender.Decimal {
	value := s.Max.Mul(percent).Mul(tender.DecimalOf(1, 2))
	if len(s.Levels) > 0 {
		var best tender.Decimal
		for _, l := range s.Levels {
			if l.Cmp(value) <= 0 && l.Cmp(best) > 0 {
				best = l
			}
		}
		return best
	}
	if s.Step.Sign() <= 0 {
		return value
	}
	n, err := value.Div(s.Step, 0)
	if err != nil {
		return tender.Decimal{}
	}
	if x := n.Mul(s.Step); x.Cmp(value) <= 0 {
		return x
	}
	return n.Sub(tender.NewDecimal(1)).Mul(s.Step)
}
