package demo

import (
	"context"
	"fmt"
	"strconv"

	"probity/bidding"
	"probity/bidding/score"
	"probity/tender"
	"probity/tender/canon"
)

// openPrices opens the second envelopes and ranks the bids.
func (s *story) openPrices(ctx context.Context) error {
	if err := s.step(ctx, workday(s.now.AddDate(0, 0, 1), 14)); err != nil {
		return err
	}
	o, err := s.announce(ctx, lotComputers, tender.Financial)
	if err != nil {
		return err
	}
	if err := s.release(ctx, o.ID, "opener1", "opener2", "opener4", "guard1"); err != nil {
		return err
	}
	if err := s.combine(ctx, o, "aurora", "delta"); err != nil {
		return err
	}
	s.tell.at(s.now, "Again three openers and a guardian. For the computers two envelopes are opened; that of %s is not in the list, and "+
		"stays shut.", s.name("bamboo"))
	if o, err = s.announce(ctx, lotPrinters, tender.Financial); err != nil {
		return err
	}
	if err := s.release(ctx, o.ID, "opener3", "opener4", "opener5", "guard2"); err != nil {
		return err
	}
	if err := s.combine(ctx, o, "aurora", "bamboo"); err != nil {
		return err
	}
	if err := s.low(ctx); err != nil {
		return err
	}
	for _, lot := range []string{lotComputers, lotPrinters} {
		if err := s.rank(ctx, lot); err != nil {
			return err
		}
	}
	return nil
}

// explained is what the bidder of an abnormally low price has written, and what
// the panel makes of it.
const explained = "The bidder's letter explains the price: last stock of a model that is replaced, bought in spring; the supplier's invoice is enclosed. We accept it."

// low asks about the price that is far below the estimate.
func (s *story) low(ctx context.Context) error {
	chair := s.who("evaluator1")
	var list struct{ Items []score.Question }
	if err := chair.Get(ctx, lotPath(s, lotPrinters, "questions"), &list); err != nil {
		return err
	}
	if err := must(len(list.Items) == 1 && list.Items[0].Code == score.QuestionLow && list.Items[0].Bid == s.org("bamboo"),
		"the low price of %s is asked about", s.name("bamboo")); err != nil {
		return err
	}
	err := chair.Post(ctx, lotPath(s, lotPrinters, "rank"), nil, nil)
	words, err := refusal(err, "score.question_open")
	if err != nil {
		return err
	}
	s.tell.at(s.now, "The price of %s for copiers and printers is more than 30 percent below the estimate.", s.name("bamboo"))
	s.tell.refused("The panel wants to rank all the same: %s", words)
	if err := s.clarify(ctx); err != nil {
		return err
	}
	for _, f := range s.findings(lotPrinters) {
		if f.Bidder == s.org("bamboo") {
			f.Low = &score.Decision{Accepted: true, Reason: explained}
			if err := chair.Put(ctx, lotPath(s, lotPrinters, "findings"), 0, map[string]any{"finding": f}, nil); err != nil {
				return err
			}
		}
	}
	s.tell.say("%s explains it in writing, and the panel puts its answer on the record.", s.name("bamboo"))
	return nil
}

// clarify lets the panel ask the bidder in writing, which it must before it decides,
// and the bidder answer.
func (s *story) clarify(ctx context.Context) error {
	var c bidding.Clarification
	in := map[string]any{"bidder": s.org("bamboo"), "about": score.QuestionLow, "due": s.now.AddDate(0, 0, 5),
		"question": "Your price is more than 30 percent below our estimate. Please explain how you can perform the contract at this price."}
	if err := s.who("evaluator1").Create(ctx, lotPath(s, lotPrinters, "clarifications"), in, &c); err != nil {
		return err
	}
	answer := map[string]any{"answer": "These are the last of a model that is being replaced; we bought them in spring. Our supplier's invoice can be inspected at any time."}
	return s.who("bamboo").Post(ctx, "/api/v1/clarifications/"+c.ID+"/answer", answer, &c)
}

// rank computes the ranking of a lot, and computes it again here.
func (s *story) rank(ctx context.Context, lot string) error {
	var j bidding.Judgement
	if err := s.who("evaluator1").Post(ctx, lotPath(s, lot, "rank"), nil, &j); err != nil {
		return err
	}
	if err := repeat(&j); err != nil {
		return err
	}
	s.table(lot, j.Ranking)
	s.tell.proved("Computed a second time here, from the record alone: the same ranking, to the last digit.")
	s.rankings(lot, &j)
	return nil
}

// table shows a ranking, and one line of its sum.
func (s *story) table(lot string, r *score.Ranking) {
	s.tell.at(s.now, "%s, ranked by the published rules; in the end points for price and for quality, and their sum:", s.draftOf.Notice.Lot(lot).Title.In("en"))
	rows := [][]string{{"rank", "bidder", string(guarani), "price", "quality", "points"}}
	for _, e := range r.Entries {
		row := []string{"-", s.called(e.Bid), "sealed", "-", "-", "out"}
		if e.Rank > 0 {
			row = []string{strconv.Itoa(e.Rank), s.called(e.Bid), grouped(e.Price.Amount()), e.PriceScore.Fixed(2), e.QualityScore.Fixed(2), e.Total.Fixed(2)}
		}
		rows = append(rows, row)
	}
	s.tell.rows(rows...)
	for _, e := range r.Entries {
		for _, x := range e.Steps {
			if e.Rank == 2 && x.Code == score.StepPrice {
				s.tell.say("Points for price are 60 times the lowest price by one's own. For %s: %s = %s", s.called(e.Bid), x.Expression, x.Result)
			}
		}
	}
}

// repeat computes a ranking again from the input that is on the record with it.
func repeat(j *bidding.Judgement) error {
	if j.Input == nil || j.Ranking == nil {
		return fmt.Errorf("the judgement has no ranking")
	}
	r, err := score.Rank(*j.Input)
	if err != nil {
		return err
	}
	return must(string(canon.Must(r)) == string(canon.Must(j.Ranking)), "computed again, the ranking is the same")
}
