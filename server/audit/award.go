package audit

import (
	"bytes"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/sign"
)

// decided is one decision about a lot, as the facts tell it.
type decided struct {
	award.Decision
	proposer  string
	proposal  []byte
	fact      *bidding.Placed // by which it was decided
	notified  *bidding.Placed
	confirmed *bidding.Placed // its standstill was over
	over      award.State     // PassedOver or SetAside
}

// awardSteps are the checks of decisions.
type awardSteps struct {
	*verifier
	signature, winner, standstill, notice *step
	all                                   []*decided
}

// awarded checks every decision: signed by a second person, for the first of
// the ranking who had not been passed over, at the evaluated price, and kept
// from effect until the standstill was over.
func (v *verifier) awarded() error {
	s := &awardSteps{verifier: v,
		signature:  v.step("award.signature", "Every award is signed by a second person, as it was proposed"),
		winner:     v.step("award.winner", "Every award goes to the first of the ranking who was not passed over, at the price of the ranking"),
		standstill: v.step("award.standstill", "No award took effect before its standstill was over"),
		notice:     v.step("award.notice", "What each bidder was told is what the log has"),
	}
	for _, f := range v.facts {
		if kind, _, _ := cutSubject(f.ID); kind == award.Kind {
			s.follow(f)
		}
	}
	s.standstills()
	s.notices()
	for _, x := range []*step{s.signature, s.winner, s.standstill, s.notice} {
		x.end()
	}
	v.awards = s.all
	return nil
}

// notices wants every bidder of the ranking to have been told, and holds what
// they were told to the hashes in the log.
func (s *awardSteps) notices() {
	told := map[string]bool{}
	for _, f := range s.named("award.notice") {
		_, id, _ := cutSubject(f.ID)
		told[id] = true
		d, ok := data[struct{ Notice string }](s.verifier, f)
		if s.Scope != Full {
			continue
		}
		raw, err := s.in.Read(noticePath(s.OCID, id), 64<<20)
		s.notice.expect(ok && err == nil && hexOf(canon.Hash(award.NoticeKind, raw)) == d.Notice, noticePath(s.OCID, id), "What the bidder was told is not there as it was.")
	}
	for _, a := range s.all {
		if a.notified == nil || a.Winner == nil || s.withheld["award.notice"] > 0 {
			continue
		}
		if r := s.rankingAt(a.Lot, a.notified.Index); r != nil {
			for _, e := range r.entries {
				s.notice.expect(told[award.NoticeID(a.ID, e.Bid)], a.ID, "The log does not say that %s was told of the award.", e.Bid)
			}
		}
	}
}

// cutSubject takes KIND/ID#... apart.
func cutSubject(fact string) (kind, id string, ok bool) {
	t, ok := turnOf(fact, "")
	if !ok || len(t.subject) <= len(t.kind) {
		return t.kind, "", false
	}
	return t.kind, t.subject[len(t.kind)+1:], ok
}

func (s *awardSteps) find(id string) *decided {
	for _, a := range s.all {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// follow takes in one fact of an award.
func (s *awardSteps) follow(f bidding.Placed) {
	_, id, _ := cutSubject(f.ID)
	a := s.find(id)
	if a == nil {
		a = &decided{}
		a.ID = id
		s.all = append(s.all, a)
	}
	switch f.Name {
	case "award.propose":
		a.proposer, a.proposal = f.By, rawMember(f, "decision")
	case "award.decide":
		s.decide(a, f)
	case "award.notify":
		a.notified = &f
		d, ok := data[struct{ StandstillEnds string }](s.verifier, f)
		if ok && d.StandstillEnds != "" && s.p.policy != nil {
			want := event.Time(s.p.policy.StandstillEnds(f.At))
			s.standstill.expect(d.StandstillEnds == want, f.ID, "The standstill was to end on %s; by the policy it is %s.", d.StandstillEnds, want)
		}
	case "award.pass-over":
		a.over = award.PassedOver
	case "award.set-aside":
		a.over = award.SetAside
	}
}

func (s *awardSteps) decide(a *decided, f bidding.Placed) {
	raw := rawMember(f, "decision")
	d, ok := data[struct {
		Decision  award.Decision
		Signature sign.Signature
	}](s.verifier, f)
	if !ok || !s.signature.expect(a.fact == nil && d.Decision.ID == a.ID && d.Decision.Tender == s.OCID, f.ID, "The decision is about another award, or was made twice.") {
		return
	}
	a.Decision, a.fact = d.Decision, &f
	s.signed(s.signature, f, sign.Approve, raw, d.Signature)
	if a.proposal != nil {
		s.signature.expect(bytes.Equal(a.proposal, raw), f.ID, "What was decided is not what was proposed.")
		s.signature.expect(a.proposer != f.By, f.ID, "%s has decided what they proposed themselves.", f.By)
	}
	if a.Winner != nil {
		s.best(a, f)
	}
}

// best holds the winner to the ranking in force.
func (s *awardSteps) best(a *decided, f bidding.Placed) {
	r := s.rankingAt(a.Lot, f.Index)
	if !s.winner.expect(r != nil && r.hash == a.Ranking, f.ID, "The award rests on another ranking than the one in force.") {
		return
	}
	var first *score.Entry
	for i := range r.entries {
		e := &r.entries[i]
		if e.Rank > 0 && !s.out(a.Lot, bidding.BidID(s.OCID, a.Lot, e.Bid), r.hash) {
			first = e
			break
		}
	}
	if !s.winner.expect(first != nil, f.ID, "Nobody was left in the ranking to be awarded.") {
		return
	}
	w := a.Winner
	s.winner.expect(w.Supplier.ID == first.Bid && w.Bid == bidding.BidID(s.OCID, a.Lot, first.Bid), f.ID, "The award goes to %s; the first of the ranking is %s.", w.Supplier.ID, first.Bid)
	s.winner.expect(first.Price != nil && w.Price == *first.Price && w.Rank == first.Rank && w.Score.Equal(first.Total), f.ID,
		"The award names another price, rank or score than the ranking.")
}

// out reports whether a bid had been passed over, or set aside under the same
// ranking.
func (s *awardSteps) out(lot, bid, ranking string) bool {
	return slices.ContainsFunc(s.all, func(a *decided) bool {
		return a.Winner != nil && a.Lot == lot && a.Winner.Bid == bid &&
			(a.over == award.PassedOver || a.over == award.SetAside && a.Ranking == ranking)
	})
}

// rankingAt returns the ranking of a lot that stood at an entry.
func (v *verifier) rankingAt(lot string, before int64) *ranking {
	var last *ranking
	for _, r := range v.rankings[lot] {
		if r.fact.Index < before {
			last = r
		}
	}
	return last
}
