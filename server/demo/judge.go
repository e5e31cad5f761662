package demo

import (
	"context"
	"fmt"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/client"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/sign"
)

// mark is what one evaluator gives a bid for a criterion, in the order of the
// panel, and what they say about it.
type mark struct {
	lot, who, criterion string
	values              [3]string
	why                 string
	agreed              string // under a consensus that is agreed on
}

var marks = []mark{
	{lotComputers, "aurora", "performance", [3]string{"8", "8.5", "8"}, "Fast enough for every program we run; label A.", "8"},
	{lotComputers, "aurora", "service", [3]string{"8", "8", "7.5"}, "Next working day, by own staff.", "8"},
	{lotComputers, "aurora", "delivery", [3]string{"6", "6", "6"}, "Thirty days, as asked.", "6"},
	{lotComputers, "bamboo", "performance", [3]string{"9.5", "9", "9.5"}, "Twice the memory that was asked for.", "9.5"},
	{lotComputers, "bamboo", "service", [3]string{"4", "5", "4"}, "One year only.", "4"},
	{lotComputers, "bamboo", "delivery", [3]string{"8", "8", "8"}, "Twenty days.", "8"},
	{lotComputers, "delta", "performance", [3]string{"8", "8", "8.5"}, "Fast enough for every program we run; label A.", "8"},
	{lotComputers, "delta", "service", [3]string{"9.5", "9", "9"}, "Three years, the same working day.", "9"},
	{lotComputers, "delta", "delivery", [3]string{"9", "9", "9"}, "Fifteen days.", "9"},

	{lotPrinters, "aurora", "cost-of-page", [3]string{"7", "7.5", "7"}, "Toner for 25,000 pages.", ""},
	{lotPrinters, "aurora", "service", [3]string{"8", "8", "8"}, "Next working day, by own staff.", ""},
	{lotPrinters, "bamboo", "cost-of-page", [3]string{"9", "8.5", "9"}, "Toner for 40,000 pages.", ""},
	{lotPrinters, "bamboo", "service", [3]string{"7", "7", "7.5"}, "Two working days, by a partner.", ""},
}

// fails is what a bid does not meet.
var fails = map[string]string{
	"computers/bamboo/" + reqWarranty: "The technical offer grants one year on site; two are required.",
}

func inLot(lot string) (list []mark) {
	for _, m := range marks {
		if m.lot == lot {
			list = append(list, m)
		}
	}
	return list
}

func lotPath(s *story, lot, more string) string { return s.path("/lots/" + lot + "/" + more) }

// judge goes from the declarations of interests to the technical decision.
func (s *story) judge(ctx context.Context) error {
	if err := s.step(ctx, workday(s.now.AddDate(0, 0, 1), 10)); err != nil {
		return err
	}
	if err := s.declare(ctx); err != nil {
		return err
	}
	for _, lot := range []string{lotComputers, lotPrinters} {
		if err := s.scores(ctx, lot); err != nil {
			return err
		}
	}
	s.tell.at(s.now, "Each evaluator scores every bid alone, with a reason for each score, and signs the sheet. Only when all three have, "+
		"they see each other's.")
	if err := s.step(ctx, workday(s.now.AddDate(0, 0, 1), 10)); err != nil {
		return err
	}
	for _, lot := range []string{lotComputers, lotPrinters} {
		if err := s.find(ctx, lot); err != nil {
			return err
		}
		var j bidding.Judgement
		if err := s.who("evaluator1").Post(ctx, lotPath(s, lot, "qualify"), nil, &j); err != nil {
			return err
		}
		for _, e := range j.Decision.Entries {
			out := lot == lotComputers && e.Bid == s.org("bamboo")
			if err := must((e.Status != score.Valid) == out, "the technical decision follows from the findings"); err != nil {
				return err
			}
		}
	}
	s.tell.at(s.now, "For the computers they agree on a score for each criterion, with a reason; for the printers the mean counts, as the "+
		"notice said. The decision, made while all prices are sealed:")
	s.tell.say("Computers: %s and %s go on. %s is out: %s Its price envelope will never be opened.", s.name("aurora"), s.name("delta"), s.name("bamboo"), fails["computers/bamboo/"+reqWarranty])
	s.tell.say("Copiers and printers: %s and %s go on.", s.name("aurora"), s.name("bamboo"))
	return nil
}

// declare takes the evaluators' word about their interests, before which they
// are shown nothing.
func (s *story) declare(ctx context.Context) error {
	first := s.who("evaluator1")
	err := first.Get(ctx, lotPath(s, lotComputers, "sheet"), nil)
	words, err := refusal(err, "evaluation.undeclared")
	if err != nil {
		return err
	}
	s.tell.at(s.now, "The panel meets: %s, %s and %s.", first.name, s.who("evaluator2").name, s.who("evaluator3").name)
	s.tell.refused("%s wants to look at a bid first: %s", first.name, words)
	for _, k := range evaluators {
		p := s.who(k)
		r := bidding.DeclarationRecord{Statement: "I have no interest in any of the bidders, and neither has anybody close to me.", Tender: s.id, User: p.user}
		sig, err := p.device.Sign(sign.Declare, r.Bytes())
		if err != nil {
			return err
		}
		in := map[string]any{"conflicts": []string{}, "statement": r.Statement, "signature": sig}
		if err := p.Post(ctx, s.path("/declarations"), in, nil); err != nil {
			return err
		}
	}
	s.tell.say("All three declare, signed, that they have no interest in any bidder. Only now the bids are shown to them.")
	return nil
}

// sheet is an evaluator's own scores, as the server shows them.
type sheet = bidding.Sheet

// scores lets every evaluator read the bids, score them and hand in.
func (s *story) scores(ctx context.Context, lot string) error {
	opening := bidding.OpeningID(s.id, lot, tender.Technical)
	for i, k := range evaluators {
		p := s.who(k)
		read, err := client.All[*bidding.Outcome](ctx, p.Client, "/api/v1/openings/"+opening+"/bids")
		if err != nil {
			return err
		}
		if err := must(len(read) == s.openings[lot+"/"+tender.Technical], "the panel sees every bid that was opened"); err != nil {
			return err
		}
		var list []bidding.SheetScore
		for _, m := range inLot(lot) {
			list = append(list, bidding.SheetScore{Bidder: s.org(m.who), Criterion: m.criterion, Value: dec(m.values[i]), Reason: m.why})
		}
		var x sheet
		if err := p.Put(ctx, lotPath(s, lot, "sheet"), 0, map[string]any{"scores": list}, &x); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
		mine := bidding.Sheet{Tender: s.id, Lot: lot, User: p.user, Scores: list} // sign what was written, not what came back
		sig, err := p.device.Sign(sign.Score, mine.Record().Bytes())
		if err != nil {
			return err
		}
		if i == 0 {
			if err := s.early(ctx, lot); err != nil {
				return err
			}
		}
		if err := p.Post(ctx, lotPath(s, lot, "sheet/hand-in"), map[string]any{"signature": sig}, nil); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	return nil
}

// early checks that nobody sees the others' sheets while one is missing.
func (s *story) early(ctx context.Context, lot string) error {
	err := s.who("evaluator2").Get(ctx, lotPath(s, lot, "sheets"), nil)
	return must(err != nil && fault.From(err).Kind == fault.Conflict, "the sheets are closed until all are handed in: %v", err)
}

// find records what the panel has found about each bid.
func (s *story) find(ctx context.Context, lot string) error {
	for _, f := range s.findings(lot) {
		if err := s.who("evaluator1").Put(ctx, lotPath(s, lot, "findings"), 0, map[string]any{"finding": f}, nil); err != nil {
			return err
		}
	}
	return nil
}

// findings is what the panel has to say about the technical envelopes of a lot.
func (s *story) findings(lot string) (list []bidding.Finding) {
	n := s.draftOf.Notice
	for _, who := range bidders {
		f := bidding.Finding{Bidder: s.org(who)}
		for _, m := range inLot(lot) {
			if m.who == who && m.agreed != "" {
				f.Consensus = append(f.Consensus, score.Agreement{Criterion: m.criterion, Value: dec(m.agreed), Reason: m.why})
			}
		}
		if _, bids := s.bids[bidKey(who, lot, 1)]; !bids || who == "cobalt" {
			continue
		}
		for _, r := range n.RequirementsOf(lot) {
			why := fails[lot+"/"+who+"/"+r.ID]
			f.Answers = append(f.Answers, score.Answer{Requirement: r.ID, Pass: why == "", Reason: why})
		}
		list = append(list, f)
	}
	return list
}
