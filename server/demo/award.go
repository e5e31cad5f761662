package demo

import (
	"context"
	"fmt"
	"time"

	"probity/bidding"
	"probity/server/client"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/sign"
)

// winners are who is best by the rules.
var winners = map[string]string{lotComputers: "delta", lotPrinters: "bamboo"}

// award decides both lots, tells the bidders and lets the standstill pass.
func (s *story) award(ctx context.Context) error {
	s.awards = map[string]string{}
	for _, lot := range []string{lotComputers, lotPrinters} {
		if err := s.decide(ctx, lot); err != nil {
			return err
		}
	}
	s.tell.at(s.now, "The ministry cannot choose: the proposal names whoever is first by the ranking. %s proposes, %s signs the decision. "+
		"Computers: %s. Copiers and printers: %s.",
		s.who("officer").name, s.who("approver").name, s.name(winners[lotComputers]), s.name(winners[lotPrinters]))
	if err := s.told(ctx); err != nil {
		return err
	}
	if err := s.public(ctx); err != nil {
		return err
	}
	n, held, err := s.giveBack(ctx)
	if err != nil {
		return err
	}
	if err := must(held == len(winners), "only those of the winners are kept until there is a contract"); err != nil {
		return err
	}
	s.tell.say("%s gives those who lost their %d bid securities back the same day; the rules want it within five working days. Each return is on record.",
		s.who("officer").name, n)
	return s.standstill(ctx)
}

// decide proposes and approves the award of a lot.
func (s *story) decide(ctx context.Context, lot string) error {
	reasons := both("Most points by the published criteria; the sum is on the record.", "按公布的评审标准得分最高，计算过程已记录在案。")
	var a award.Award
	if err := s.who("officer").Create(ctx, lotPath(s, lot, "awards"), map[string]any{"reasons": reasons}, &a); err != nil {
		return err
	}
	if err := must(a.Decision.Winner != nil && a.Decision.Winner.Supplier.ID == s.org(winners[lot]), "the proposal names the first in rank"); err != nil {
		return err
	}
	approver := s.who("approver")
	sig, err := approver.device.Sign(sign.Approve, a.Decision.Record())
	if err != nil {
		return err
	}
	if err := approver.Post(ctx, "/api/v1/awards/"+a.ID+"/decide", map[string]any{"signature": sig}, &a); err != nil {
		return err
	}
	s.awards[lot] = a.ID
	return s.lots(ctx, tender.Standstill, lot)
}

// told lets bidders read what they were told.
func (s *story) told(ctx context.Context) error {
	for _, x := range []struct {
		who, lot string
		rank     int
	}{{"aurora", lotComputers, 2}, {"aurora", lotPrinters, 2}, {"bamboo", lotComputers, 0}, {"bamboo", lotPrinters, 1}, {"delta", lotComputers, 1}} {
		var n award.Notice
		if err := s.who(x.who).Get(ctx, "/api/v1/awards/"+s.awards[x.lot]+"/notice", &n); err != nil {
			return fmt.Errorf("notice to %s: %w", x.who, err)
		}
		if err := must(n.Rank == x.rank && n.Won == (x.rank == 1) && (x.rank > 0) == (len(n.Why) == 0), "%s is told its place", x.who); err != nil {
			return err
		}
	}
	s.tell.say("Every bidder is told at once: the result, the reasons, and its own scores criterion by criterion. %s reads that it came "+
		"second twice; %s reads why it was out for the computers.",
		s.name("aurora"), s.name("bamboo"))
	return nil
}

// public lets a citizen compute the rankings.
func (s *story) public(ctx context.Context) error {
	citizen := &client.Client{Base: s.base}
	for _, lot := range []string{lotComputers, lotPrinters} {
		var j bidding.Judgement
		if err := citizen.Get(ctx, lotPath(s, lot, "ranking"), &j); err != nil {
			return err
		}
		if err := repeat(&j); err != nil {
			return err
		}
	}
	s.tell.proved("A citizen who has not signed in reads both rankings and gets the same sums.")
	return nil
}

// standstill lets the time pass in which bidders may complain.
func (s *story) standstill(ctx context.Context) error {
	t, err := s.tender(ctx, "officer")
	if err != nil {
		return err
	}
	var ends time.Time
	for _, l := range t.Lots {
		if l.StandstillEnds.After(ends) {
			ends = l.StandstillEnds
		}
	}
	err = s.who("officer").Create(ctx, lotPath(s, lotPrinters, "contract"), s.plan(lotPrinters), nil)
	words, err := refusal(err, "contract.no_award")
	if err != nil {
		return err
	}
	s.tell.refused("A contract at once: %s", words)
	if err := s.step(ctx, ends); err != nil {
		return err
	}
	if err := s.lots(ctx, tender.Awarded, lotComputers, lotPrinters); err != nil {
		return err
	}
	s.tell.at(s.now, "The standstill is over. Whoever was not content could have gone to %s, and that would have stopped everything; nobody "+
		"has.", s.name("tribunal"))
	return nil
}
