package bidding

import (
	"context"
	"slices"
	"time"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

const clarificationKind = "clarification"

// Clarification is what the panel asks one bidder about its price, and what the
// bidder answers. Nobody is out for a low or a corrected price who was not asked
// in writing and given time; see [Judging.Find].
type Clarification struct {
	store.Root // ID is tender~lot~bidder~about~number

	Tender   string         `json:"tender"`
	Lot      string         `json:"lot"`
	Bidder   tender.OrgName `json:"bidder"`
	About    string         `json:"about"` // score.QuestionLow or score.QuestionCorrection
	Question string         `json:"question"`
	AskedBy  tender.Member  `json:"askedBy"`
	Asked    time.Time      `json:"asked"`
	Due      time.Time      `json:"due"` // answers are taken strictly before it

	Answer     string        `json:"answer,omitempty"`
	Accepted   *bool         `json:"accepted,omitempty"` // the corrected price, where that was asked
	AnsweredBy tender.Member `json:"answeredBy,omitzero"`
	Answered   time.Time     `json:"answered,omitzero"`
}

// Keys make clarifications searchable by lot, and by who is asked.
func (c *Clarification) Keys() store.Keys {
	return store.Keys{"tender": c.Tender, "lot": c.Lot, "bidder": c.Bidder.ID, "asked": c.Asked.UnixMilli()}
}

// Settled reports whether the bidder has had its say by now, or its time.
func (c *Clarification) Settled(now time.Time) bool {
	return !c.Answered.IsZero() || !now.Before(c.Due)
}

// Asking is a question to a bidder.
type Asking struct {
	Bidder, About, Question string
	Due                     time.Time
}

// maxAsked bounds the questions about one bid's price; maxWait the time to answer.
const (
	maxAsked = 20
	maxWait  = 60 * 24 * time.Hour
)

// Clarify asks a bidder, on the record.
func (s *Judging) Clarify(ctx context.Context, by party.Actor, id, lot string, q Asking) (*Clarification, error) {
	t, now, err := s.mayLot(ctx, by, id, lot, party.EvaluationClarify)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	bid, err := s.priced(ctx, t, lot, q.Bidder)
	if err != nil {
		return nil, err
	}
	if err := s.checkAsking(ctx, t, lot, &q, now); err != nil {
		return nil, err
	}
	n := 0
	err = s.clarifications(ctx, id, lot, func(c *Clarification) error {
		if c.Bidder.ID != q.Bidder || c.About != q.About {
			return nil
		}
		n++
		if !c.Settled(now) || n == maxAsked {
			return fault.New(fault.Conflict, "clarification.open", "This bidder was asked already. Wait for the answer.")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := &Clarification{Root: store.Root{ID: id + "~" + lot + "~" + q.Bidder + "~" + q.About + "~" + itoa(n+1)}, Tender: id, Lot: lot, Bidder: bid.Bidder,
		About: q.About, Question: q.Question, AskedBy: tender.Member{User: by.User, Name: by.Name}, Asked: now, Due: q.Due}
	fact := event.New("evaluation.clarify", id, by.ID(), now, map[string]any{
		"lot": lot, "bidder": q.Bidder, "about": q.About, "question": q.Question, "due": event.Time(q.Due)})
	return c, s.Clarifications.Put(ctx, c, fact)
}

// priced returns the bid whose price was opened.
func (s *Judging) priced(ctx context.Context, t *tender.Tender, lot, bidder string) (*Outcome, error) {
	if p := t.Lot(lot).Phase; p != tender.Opened && p != tender.Priced {
		return nil, fault.New(fault.Conflict, "evaluation.lot", "Nothing is asked about a lot that is %s.", p)
	}
	names := t.Notice.Envelopes.Names()
	bids, err := s.opened(ctx, t, lot, names[len(names)-1])
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(bids, func(o *Outcome) bool { return o.Bidder.ID == bidder })
	if i < 0 {
		return nil, fault.Field("evaluation.bid", "bidder", "No price of %q was opened.", bidder)
	}
	return bids[i], nil
}

// checkAsking refuses a question that says nothing, gives no time, or is about
// a correction that nobody has made.
func (s *Judging) checkAsking(ctx context.Context, t *tender.Tender, lot string, q *Asking, now time.Time) error {
	words, err := text.CleanLines("question", q.Question, score.MaxReason/4)
	if err != nil {
		return err
	}
	q.Question, q.Due = words, q.Due.UTC().Truncate(time.Millisecond)
	switch {
	case words == "":
		return fault.Field("clarification.question", "question", "Say what the bidder is to explain.")
	case !q.Due.After(now) || q.Due.After(now.Add(maxWait)):
		return fault.Field("clarification.due", "due", "Give the bidder time until a moment within the next 60 days.")
	case q.About == score.QuestionLow:
		return nil // the panel may ask about any price
	case q.About != score.QuestionCorrection:
		return fault.Field("clarification.about", "about", "There is no such question about a price.")
	}
	list, err := s.questions(ctx, t, lot)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(x score.Question) bool { return x.Bid == q.Bidder && x.Code == q.About }) {
		return fault.Field("clarification.about", "about", "Nothing in this price was corrected that needs an answer.")
	}
	return nil
}

// Explanation is a bidder's answer.
type Explanation struct {
	Answer   string
	Accepted *bool // the corrected price; only where that was asked
}

// Explain takes a bidder's answer. It is given once, before its time is over.
func (s *Judging) Explain(ctx context.Context, by party.Actor, id string, e Explanation) (*Clarification, error) {
	c, err := s.Clarification(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(by, party.EvaluationExplain, c.Bidder.ID); err != nil {
		return nil, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	words, err := text.CleanLines("answer", e.Answer, score.MaxReason/4)
	switch {
	case err != nil:
		return nil, err
	case !c.Answered.IsZero():
		return nil, fault.New(fault.Conflict, "clarification.answered", "This was answered already; an answer does not change.")
	case !now.Before(c.Due):
		return nil, fault.New(fault.Conflict, "clarification.late", "The time to answer is over.")
	case words == "":
		return nil, fault.Field("clarification.answer", "answer", "Write what explains the price.")
	case (c.About == score.QuestionCorrection) != (e.Accepted != nil):
		return nil, fault.Field("clarification.accepted", "accepted", "Say whether you accept the corrected price, where that is asked, and nowhere else.")
	}
	c.Answer, c.Accepted, c.Answered, c.AnsweredBy = words, e.Accepted, now, tender.Member{User: by.User, Name: by.Name}
	data := map[string]any{"lot": c.Lot, "bidder": c.Bidder.ID, "about": c.About, "answer": words}
	if e.Accepted != nil {
		data["accepted"] = *e.Accepted
	}
	return c, s.Clarifications.Put(ctx, c, event.New("evaluation.explain", c.Tender, by.ID(), now, data))
}

// Clarification returns a question to a bidder: to that bidder, and to those who
// judge or oversee. To all others there is none.
func (s *Judging) Clarification(ctx context.Context, by party.Actor, id string) (*Clarification, error) {
	c, err := s.Clarifications.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if party.Allowed(by, party.EvaluationExplain, c.Bidder.ID) == nil {
		return c, nil
	}
	t, err := s.Tenders.Get(ctx, c.Tender, by)
	if err != nil {
		return nil, err
	}
	if party.Allowed(by, party.EvaluationRead, t.Buyer.ID) != nil {
		return nil, fault.New(fault.Missing, "clarification.missing", "There is no such clarification.")
	}
	return c, s.Cleared(ctx, by, t)
}

// Asked lists what was asked about the bids for a lot, with the answers.
func (s *Judging) Asked(ctx context.Context, t *tender.Tender, lot string) (list []*Clarification, err error) {
	err = s.clarifications(ctx, t.ID, lot, func(c *Clarification) error {
		list = append(list, c)
		return nil
	})
	return list, err
}

func (s *Judging) clarifications(ctx context.Context, id, lot string, f func(*Clarification) error) error {
	return s.Clarifications.All(ctx, store.Query{Index: "lot", Eq: []any{id, lot}}, f)
}

// AskedOf lists what one bidder was asked, latest first.
func (s *Judging) AskedOf(ctx context.Context, by party.Actor, after string, limit int) ([]*Clarification, string, error) {
	if err := party.Allowed(by, party.EvaluationExplain, by.Org); err != nil {
		return nil, "", err
	}
	return s.Clarifications.Find(ctx, store.Query{Index: "bidder", Eq: []any{by.Org}, Desc: true, After: after, Limit: limit})
}

// heard refuses a decision about a price whose bidder was not asked, or still
// has time to answer, and one that puts another answer into its mouth. What was
// decided before and stays is not asked again.
func (s *Judging) heard(ctx context.Context, t *tender.Tender, lot string, was, is Finding, now time.Time) error {
	decided := map[string]*score.Decision{}
	if is.Low != nil && (was.Low == nil || *was.Low != *is.Low) {
		decided[score.QuestionLow] = is.Low
	}
	if is.Correction != nil && (was.Correction == nil || *was.Correction != *is.Correction) {
		decided[score.QuestionCorrection] = is.Correction
	}
	if len(decided) == 0 {
		return nil
	}
	last := map[string]*Clarification{}
	err := s.clarifications(ctx, t.ID, lot, func(c *Clarification) error {
		if c.Bidder.ID == is.Bidder {
			last[c.About] = c
		}
		return nil
	})
	if err != nil {
		return err
	}
	for about, d := range decided {
		switch c := last[about]; {
		case c == nil:
			return fault.New(fault.Conflict, "evaluation.unheard", "Ask the bidder in writing first.")
		case !c.Settled(now):
			return fault.New(fault.Conflict, "evaluation.waiting", "The bidder still has time to answer.")
		case about == score.QuestionCorrection && d.Accepted != (c.Accepted != nil && *c.Accepted):
			return fault.New(fault.Conflict, "evaluation.answer", "Whether a corrected price is accepted is for the bidder to say, and it has said otherwise or nothing.")
		}
	}
	return nil
}
