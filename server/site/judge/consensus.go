package judge

import (
	"fmt"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
)

// consensusView shows, bid by bid and criterion by criterion, what each
// evaluator gave and why, and how far apart they are.
type consensusView struct {
	*scene
	Bids      []consensusBid
	Judgement *bidding.Judgement
	Wrong     *site.Wrong
	Own       *bidding.Dissent // the visitor's, if there is one
	Text      string           // of the visitor's dissent
}

// Hint is the word for what becomes of the visitor's dissent.
func (c consensusView) Hint() string {
	if c.Own != nil {
		return "judge.dissent.hint.again"
	}
	return "judge.dissent.hint"
}

type consensusBid struct {
	*bidding.Outcome
	Spreads []spread
	Failed  int // requirements not met
	Open    int // requirements not decided
	Agree   int // criteria still to agree on
	Finding bidding.Finding
}

// spread is the scores of all evaluators for one criterion of one bid.
type spread struct {
	tender.Criterion
	Marks        []mark
	Mean         tender.Decimal
	Low, High    tender.Decimal
	Apart        tender.Decimal
	Wide         bool // they are further apart than a quarter of the scale
	Agreed       string
	AgreedReason string
	Theirs       *score.Agreement // recorded by somebody else while this form was open
	At           int              // its place in a form
}

// mark is what one evaluator gave.
type mark struct {
	Name          string
	Value, Reason string
	X             int // its place on the scale, in thousandths
}

// MeanX is the mean's place on the scale, in thousandths.
func (s spread) MeanX() int { return place(s.Mean, s.Scale.Max) }

func place(d, of tender.Decimal) int {
	x, err := d.Mul(tender.NewDecimal(1000)).Div(of, 0)
	if err != nil {
		return 0
	}
	var n int
	fmt.Sscan(x.String(), &n)
	return n
}

var consensusPage = site.PageOf[consensusView](name, "consensus")

func consensus(v *site.Visit) error { return consensusAgain(v, nil, "") }

func consensusAgain(v *site.Visit, w *site.Wrong, text string) error {
	s, err := stage(v, "consensus")
	if err != nil {
		return err
	}
	view := consensusView{scene: s, Wrong: w, Text: text}
	if s.May("sheets") {
		if err := view.gather(v); err != nil {
			return err
		}
		if view.Own = view.Judgement.DissentOf(v.Me.User); view.Own != nil && w == nil {
			view.Text = view.Own.Text
		}
	}
	return consensusPage.Show(v, w.Status(), view)
}

func (c *consensusView) gather(v *site.Visit) error {
	all, err := c.first(v)
	if err != nil {
		return err
	}
	if c.Judgement, err = c.judgement(v); err != nil {
		return err
	}
	sheets, err := c.sheets(v)
	if err != nil {
		return err
	}
	for _, o := range readable(all) {
		c.Bids = append(c.Bids, c.consensusOn(o, sheets, c.Judgement.FindingOn(o.Bidder.ID)))
	}
	return nil
}

func (s *scene) sheets(v *site.Visit) ([]*bidding.Sheet, error) {
	var l site.List[*bidding.Sheet]
	err := v.Get(&l, s.API()+"/sheets")
	return l.Items, err
}

func (s *scene) consensusOn(o *bidding.Outcome, sheets []*bidding.Sheet, f bidding.Finding) consensusBid {
	b := consensusBid{Outcome: o, Finding: f}
	for i, c := range s.Scored() {
		x := spreadOf(c, o.Bidder.ID, sheets)
		x.At = i
		for _, a := range f.Consensus {
			if a.Criterion == c.ID {
				x.Agreed, x.AgreedReason = a.Value.String(), a.Reason
			}
		}
		if x.Agreed == "" {
			b.Agree++
		}
		b.Spreads = append(b.Spreads, x)
	}
	for _, r := range s.Requirements() {
		i := slices.IndexFunc(f.Answers, func(a score.Answer) bool { return a.Requirement == r.ID })
		switch {
		case i < 0:
			b.Open++
		case !f.Answers[i].Pass:
			b.Failed++
		}
	}
	if s.Lot.Criteria.Consensus != tender.Agreed {
		b.Agree = 0
	}
	return b
}

func spreadOf(c tender.Criterion, bidder string, sheets []*bidding.Sheet) spread {
	x := spread{Criterion: c}
	var sum tender.Decimal
	for _, sheet := range sheets {
		for _, k := range sheet.Scores {
			if k.Bidder != bidder || k.Criterion != c.ID {
				continue
			}
			if len(x.Marks) == 0 || k.Value.Cmp(x.Low) < 0 {
				x.Low = k.Value
			}
			if len(x.Marks) == 0 || k.Value.Cmp(x.High) > 0 {
				x.High = k.Value
			}
			sum = sum.Add(k.Value)
			x.Marks = append(x.Marks, mark{sheet.Name, k.Value.String(), k.Reason, place(k.Value, c.Scale.Max)})
		}
	}
	if n := len(x.Marks); n > 0 {
		x.Mean, _ = sum.Div(tender.NewDecimal(int64(n)), 2)
		x.Apart = x.High.Sub(x.Low)
		x.Wide = x.Apart.Mul(tender.NewDecimal(4)).Cmp(c.Scale.Max) > 0
	}
	return x
}

func dissent(v *site.Visit) error {
	var in struct {
		Text string `form:"text"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	err := v.Post(map[string]any{"text": in.Text}, nil, "/api/v1/tenders/%s/lots/%s/dissent", v.Path("id"), v.Path("lot"))
	if err == nil {
		return v.SeeOther("judge.done.dissent", "/judge/%s/%s/consensus", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return consensusAgain(v, w, in.Text)
}

// qualify makes the technical decision.
func qualify(v *site.Visit) error {
	if err := v.Form(&struct{}{}); err != nil {
		return err
	}
	err := v.Post(nil, nil, "/api/v1/tenders/%s/lots/%s/qualify", v.Path("id"), v.Path("lot"))
	if err == nil {
		return v.SeeOther("judge.done.qualified", "/judge/%s/%s/ranking", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return consensusAgain(v, w, "")
}
