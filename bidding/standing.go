package bidding

import (
	"context"
	"maps"
	"slices"
	"time"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Act is something that somebody can do in the evaluation of a lot.
type Act string

// The acts, in the order in which they come.
const (
	ActDeclare Act = "declare" // one's interests; nothing of a bid is shown before
	ActRead    Act = "read"    // the opened bids
	ActScore   Act = "score"   // save one's own sheet
	ActHandIn  Act = "hand-in"
	ActSheets  Act = "sheets"  // see all scores
	ActFind    Act = "find"    // record what the panel has found in a bid
	ActDissent Act = "dissent" // put one's disagreement on the record
	ActQualify Act = "qualify" // the technical decision
	ActClarify Act = "clarify" // question a price
	ActSettle  Act = "settle"  // decide about a price that was questioned
	ActRank    Act = "rank"
	ActReport  Act = "report" // print the result
)

// Judge is one of the panel: who judges, and how far they are. What they have scored is
// not told.
type Judge struct {
	tender.Member
	Declared bool `json:"declared"`
	Out      bool `json:"out,omitempty"` // has declared a conflict
	HandedIn bool `json:"handedIn"`
}

// Standing is where the evaluation of a lot stands for one person.
type Standing struct {
	Tender  string          `json:"tender"`
	Lot     string          `json:"lot"`
	Title   tender.Text     `json:"title,omitempty"`
	Phase   tender.LotPhase `json:"phase"`
	Panel   []Judge         `json:"panel"`
	Actions []Act           `json:"actions"`

	// Wants are the places (of a score.Input) where something is still missing
	// for the next decision, with a sentence each; Why is the refusal's code.
	Wants map[string]string `json:"wants,omitempty"`
	Why   string            `json:"why,omitempty"`
}

// May reports whether the act is possible now.
func (s *Standing) May(a Act) bool { return slices.Contains(s.Actions, a) }

// Standing tells what by can do in the evaluation of a lot at this moment, by
// the same conditions as the acts themselves. It is for those who may read the
// evaluation, and for evaluators who have not declared yet.
func (s *Judging) Standing(ctx context.Context, by party.Actor, id, lot string) (*Standing, error) {
	t, _, err := s.mayLot(ctx, by, id, lot, party.EvaluationRead)
	if err != nil {
		return nil, err
	}
	out, err := s.glance(ctx, by, t, lot)
	if err != nil || !out.May(ActSheets) {
		return out, err
	}
	return out, s.decidable(ctx, t, out, party.Allowed(by, party.EvaluationDecide, t.Buyer.ID) == nil)
}

// Mine lists the procedures that an evaluator is named for, latest first, with
// how each of their lots stands. It leaves out what only a try of the next
// decision would show.
func (s *Judging) Mine(ctx context.Context, by party.Actor, after string, limit int) ([]Assignment, string, error) {
	found, next, err := s.Tenders.Tenders.Find(ctx, store.Query{Index: "judge", Eq: []any{by.User}, Desc: true, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	list := []Assignment{}
	for _, t := range found {
		if party.Allowed(by, party.EvaluationScore, t.Buyer.ID) != nil || !t.Public() {
			continue
		}
		a := Assignment{Tender: t.ID, Title: t.Notice.Title, Buyer: t.Buyer, Phase: t.Phase, Opens: t.Opens()}
		for _, l := range t.Lots {
			x, err := s.glance(ctx, by, t, l.ID)
			if err != nil {
				return nil, "", err
			}
			a.Lots = append(a.Lots, *x)
		}
		list = append(list, a)
	}
	return list, next, nil
}

// Assignment is a procedure that somebody is to judge.
type Assignment struct {
	Tender string         `json:"tender"`
	Title  tender.Text    `json:"title"`
	Buyer  tender.OrgName `json:"buyer"`
	Phase  tender.Phase   `json:"phase"`
	Opens  time.Time      `json:"opens"`
	Lots   []Standing     `json:"lots"`
}

func (s *Judging) glance(ctx context.Context, by party.Actor, t *tender.Tender, lot string) (*Standing, error) {
	out := &Standing{Tender: t.ID, Lot: lot, Phase: t.Lot(lot).Phase, Actions: []Act{}}
	if l := t.Notice.Lot(lot); l != nil {
		out.Title = l.Title
	}
	if err := s.seats(ctx, t, out); err != nil {
		return nil, err
	}
	switch err := s.Cleared(ctx, by, t); {
	case fault.Coded(err, "evaluation.undeclared"):
		out.Why = "evaluation.undeclared"
		out.add(ActDeclare, true)
		return out, nil
	case err != nil:
		out.Why = fault.From(err).Code
		return out, nil
	}
	return out, s.open(ctx, t, out, by)
}

// seats says how far each member of the panel is.
func (s *Judging) seats(ctx context.Context, t *tender.Tender, out *Standing) error {
	p, err := s.panel(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, m := range t.Panel {
		x := Judge{Member: m}
		if d := p.of(m.User); d != nil {
			x.Declared, x.Out = true, len(d.Conflicts) > 0
		}
		sheet, err := s.Sheets.Get(ctx, sheetID(t.ID, out.Lot, m.User))
		if err != nil && !fault.Coded(err, "sheet.missing") {
			return err
		}
		x.HandedIn = err == nil && !sheet.HandedIn.IsZero()
		out.Panel = append(out.Panel, x)
	}
	return nil
}

// open adds what somebody can do who may see the bids.
func (s *Judging) open(ctx context.Context, t *tender.Tender, out *Standing, by party.Actor) error {
	may := func(right party.Action) bool { return party.Allowed(by, right, t.Buyer.ID) == nil }
	names := t.Notice.Envelopes.Names()
	o, err := s.Openings.Get(ctx, OpeningID(t.ID, out.Lot, names[0]))
	if err != nil && !fault.Coded(err, "opening.missing") {
		return err
	}
	if err != nil || o.State != Recorded {
		out.Why = "evaluation.sealed"
		return nil
	}
	judged := out.Phase == tender.Opened || out.Phase == tender.Priced
	mine := slices.ContainsFunc(out.Panel, func(x Judge) bool { return x.User == by.User && !x.HandedIn })
	out.add(ActRead, true)
	out.add(ActScore, judged && mine && may(party.EvaluationScore))
	out.add(ActHandIn, judged && mine && may(party.EvaluationScore))
	if slices.ContainsFunc(out.Panel, func(x Judge) bool { return !x.Declared || !x.Out && !x.HandedIn }) {
		out.Why = "evaluation.not_all"
		return nil
	}
	out.add(ActSheets, true)
	out.add(ActFind, out.Phase == tender.Opened && may(party.EvaluationConsensus))
	out.add(ActDissent, may(party.EvaluationScore))
	priced := judged && (len(names) == 1 || out.Phase == tender.Priced)
	out.add(ActClarify, priced && may(party.EvaluationClarify))
	out.add(ActSettle, priced && may(party.EvaluationConsensus))
	return nil
}

func (s *Standing) add(a Act, can bool) {
	if can {
		s.Actions = append(s.Actions, a)
	}
}

// decidable tries the next decision, without making it, and says what it lacks.
func (s *Judging) decidable(ctx context.Context, t *tender.Tender, out *Standing, may bool) error {
	j, err := s.Judgement(ctx, t, out.Lot)
	if err != nil {
		return err
	}
	out.add(ActReport, j.Ranking != nil || j.Decision != nil)
	act, try := ActRank, func(in score.Input) error { _, err := score.Rank(in); return err }
	switch two := t.Notice.Envelopes == tender.TwoEnvelopes; {
	case two && out.Phase == tender.Opened:
		act, try = ActQualify, func(in score.Input) error { _, err := score.Qualify(in); return err }
	case out.Phase == tender.Opened || out.Phase == tender.Priced:
	default:
		return nil
	}
	in, err := s.input(ctx, t, j)
	if err == nil {
		err = try(in)
	}
	if f := fault.From(err); err != nil {
		if f.Kind == fault.Internal {
			return err
		}
		out.Why, out.Wants = f.Code, maps.Clone(f.Field)
		return nil
	}
	out.add(act, may && t.Clear(out.Lot) == nil)
	return nil
}
