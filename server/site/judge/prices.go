package judge

import (
	"time"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
)

// pricesView shows every price list line by line, added up again.
type pricesView struct {
	*scene
	Bids  []pricedBid
	Wrong *site.Wrong
	On    string // the bidder that Wrong is about
	Form  askForm
	Why   string // code, while questions cannot be reckoned
}

// pricedBid is one bid's price list and what was asked about it.
type pricedBid struct {
	*bidding.Outcome
	Lines     []line
	Sum       tender.Money // of the stated line totals
	SumHolds  bool         // it is the stated price
	Wrong     int          // lines that contradict themselves
	Questions []asked
	Seen      string // tag of what was found
	Free      bool   // the panel may ask although no test does
}

// line is one item of a price list. Total is what the bid states, Product is
// unit price times quantity.
type line struct {
	tender.Item
	Price          tender.Decimal
	Total, Product tender.Money
	Holds          bool
}

// asked is a question about a price: what raises it, what was asked, what was
// answered, and what was decided.
type asked struct {
	score.Question
	Asked []*bidding.Clarification
	Open  *bidding.Clarification // the bidder has time still
	Ready bool                   // it can be decided
	Done  *score.Decision
}

// Last is the latest clarification.
func (a asked) Last() *bidding.Clarification {
	if len(a.Asked) == 0 {
		return nil
	}
	return a.Asked[len(a.Asked)-1]
}

var pricesPage = site.PageOf[pricesView](name, "prices")

func prices(v *site.Visit) error { return pricesAgain(v, pricesView{}) }

func pricesAgain(v *site.Visit, view pricesView) error {
	s, err := stage(v, "prices")
	if err != nil {
		return err
	}
	view.scene = s
	if s.May("sheets") {
		if err := view.gather(v); err != nil {
			return err
		}
	}
	return pricesPage.Show(v, view.Wrong.Status(), view)
}

func (p *pricesView) gather(v *site.Visit) error {
	names := p.Tender.Notice.Envelopes.Names()
	all, err := p.bids(v, names[len(names)-1])
	if err != nil {
		return err
	}
	j, err := p.judgement(v)
	if err != nil {
		return err
	}
	var list site.List[score.Question]
	if err := v.Get(&list, p.API()+"/questions"); err != nil {
		refused, ok := site.Refused(err)
		if !ok || refused.Status >= 500 {
			return err
		}
		p.Why = refused.Code
	}
	var said site.List[*bidding.Clarification]
	if err := v.Get(&said, p.API()+"/clarifications"); err != nil {
		return err
	}
	for _, o := range readable(all) {
		b := p.priced(o)
		b.Seen = j.FindingOn(o.Bidder.ID).Tag()
		b.questions(list.Items, said.Items, j.FindingOn(o.Bidder.ID), v.Now())
		b.Free = p.May("clarify") && len(b.Questions) == 0
		p.Bids = append(p.Bids, b)
	}
	return nil
}

// priced adds a price list up.
func (s *scene) priced(o *bidding.Outcome) pricedBid {
	b := pricedBid{Outcome: o, Sum: tender.Money{Currency: s.Tender.Notice.Currency}}
	if o.Offer == nil {
		return b
	}
	for _, item := range s.Lot.Items {
		for _, k := range o.Offer.Prices {
			if k.Item != item.ID {
				continue
			}
			l := line{Item: item, Price: k.UnitPrice, Total: k.Total}
			var err error
			l.Product, err = tender.LineTotal(k.UnitPrice, item.Quantity, s.Tender.Notice.Currency)
			l.Holds = err == nil && l.Product == k.Total
			if !l.Holds {
				b.Wrong++
			}
			if sum, err := b.Sum.Add(k.Total); err == nil {
				b.Sum = sum
			}
			b.Lines = append(b.Lines, l)
		}
	}
	b.SumHolds = o.Offer.Total != nil && *o.Offer.Total == b.Sum
	return b
}

// questions puts together what was raised, asked, answered and decided.
func (b *pricedBid) questions(raised []score.Question, said []*bidding.Clarification, f bidding.Finding, now time.Time) {
	for _, about := range []string{score.QuestionLow, score.QuestionCorrection} {
		a, is := asked{Question: score.Question{Bid: b.Bidder.ID, Code: about}}, false
		for _, q := range raised {
			if q.Bid == b.Bidder.ID && q.Code == about {
				a.Question, is = q, true
			}
		}
		for _, c := range said {
			if c.Bidder.ID == b.Bidder.ID && c.About == about {
				a.Asked, is = append(a.Asked, c), true
			}
		}
		a.Done = f.Low
		if about == score.QuestionCorrection {
			a.Done = f.Correction
		}
		if last := a.Last(); last != nil {
			if a.Ready = last.Settled(now); !a.Ready {
				a.Open = last
			}
		}
		if is {
			b.Questions = append(b.Questions, a)
		}
	}
}

type askForm struct {
	About    string `form:"about"`
	Question string `form:"question"`
	Days     int    `form:"days"`
	Accepted string `form:"accepted"`
	Reason   string `form:"reason"`
	Seen     string `form:"seen"`
}

// ask questions a bidder in writing.
func ask(v *site.Visit) error {
	var in askForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{"bidder": v.Path("bidder"), "about": in.About, "question": in.Question, "due": v.Now().AddDate(0, 0, in.Days)}
	err := v.Post(body, nil, "/api/v1/tenders/%s/lots/%s/clarifications", v.Path("id"), v.Path("lot"))
	return in.after(v, err, "judge.done.asked")
}

// decide records what follows from the answer. Everything else that the panel
// has found about the bid stays.
func decide(v *site.Visit) error {
	var in askForm
	if err := v.Form(&in); err != nil {
		return err
	}
	var j bidding.Judgement
	if err := v.Get(&j, "/api/v1/tenders/%s/lots/%s/judgement", v.Path("id"), v.Path("lot")); err != nil {
		return err
	}
	f := j.FindingOn(v.Path("bidder"))
	d := &score.Decision{Accepted: in.Accepted == "yes", Reason: in.Reason}
	if in.About == score.QuestionCorrection {
		f.Correction = d
	} else {
		f.Low = d
	}
	if in.Accepted == "" {
		return in.after(v, wrong(v, "accepted", "judge.prices.choose").Problem, "")
	}
	err := v.Put(map[string]any{"finding": f, "seen": in.Seen}, nil, "/api/v1/tenders/%s/lots/%s/findings", v.Path("id"), v.Path("lot"))
	if p, ok := site.Refused(err); ok {
		for _, part := range []string{"low", "correction"} {
			if words, here := p.Errors["bids."+f.Bidder+"."+part]; here {
				p.Errors = map[string]string{"reason": words}
			}
		}
	}
	return in.after(v, err, "judge.done.decided")
}

func (in askForm) after(v *site.Visit, err error, done string) error {
	if err == nil {
		return v.SeeOther(done, "/judge/%s/%s/prices", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return pricesAgain(v, pricesView{Wrong: w, On: v.Path("bidder"), Form: in})
}
