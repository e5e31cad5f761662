package judge

import (
	"fmt"
	"net/http"
	"strings"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
)

// findingView is the form of what the panel finds about one bid.
type findingView struct {
	*scene
	Bid     consensusBid
	Files   fileList
	Answers []answerView
	Wrong   *site.Wrong
	Out     string // why the bid is put aside
	Seen    string // tag of the finding that the form replaces
	Theirs  string // why somebody else puts the bid aside, while this form was open
}

type answerView struct {
	tender.Requirement
	Says   *bidding.Response // what the bid says itself
	Pass   string            // "yes", "no" or ""
	Reason string
	At     int
	Theirs *score.Answer // recorded by somebody else while this form was open
}

var findingPage = site.PageOf[findingView](name, "finding")

func showFinding(v *site.Visit) error {
	view, err := lookAtFinding(v)
	if err != nil {
		return err
	}
	return findingPage.Show(v, http.StatusOK, *view)
}

func lookAtFinding(v *site.Visit) (*findingView, error) {
	s, err := stage(v, "consensus")
	if err != nil {
		return nil, err
	}
	if !s.May("sheets") {
		return nil, v.Missing()
	}
	one, err := s.bid(v)
	if err != nil {
		return nil, err
	}
	sheets, err := s.sheets(v)
	if err != nil {
		return nil, err
	}
	j, err := s.judgement(v)
	if err != nil {
		return nil, err
	}
	f := j.FindingOn(one.Bid.Bidder.ID)
	view := &findingView{scene: s, Bid: s.consensusOn(one.Bid, sheets, f), Files: one.Files, Out: f.Rejected, Seen: f.Tag()}
	for i, r := range s.Requirements() {
		a := answerView{Requirement: r, At: i}
		if one.Bid.Offer != nil {
			for k := range one.Bid.Offer.Responses {
				if x := &one.Bid.Offer.Responses[k]; x.Requirement == r.ID {
					a.Says = x
				}
			}
		}
		for _, x := range f.Answers {
			if x.Requirement == r.ID {
				a.Pass, a.Reason = yes(x.Pass), x.Reason
			}
		}
		view.Answers = append(view.Answers, a)
	}
	return view, nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

type findingForm struct {
	Answers []struct {
		Requirement string `form:"requirement"`
		Pass        string `form:"pass"`
		Reason      string `form:"reason"`
	} `form:"answers"`
	Consensus []struct {
		Criterion string `form:"criterion"`
		Value     string `form:"value"`
		Reason    string `form:"reason"`
	} `form:"consensus"`
	Out  string `form:"out"`
	Seen string `form:"seen"`
}

// find records the panel's finding about one bid. What is left open stays open.
func find(v *site.Visit) error {
	var in findingForm
	if err := v.Form(&in); err != nil {
		return err
	}
	err := in.record(v)
	if err == nil {
		return v.SeeOther("judge.done.found", "/judge/%s/%s/consensus", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	view, err := lookAtFinding(v)
	if err != nil {
		return err
	}
	in.keep(view, w)
	return findingPage.Show(v, w.Status(), *view)
}

// keep puts what was typed back into the form. What somebody else has recorded
// meanwhile is shown beside it, and the next attempt replaces that.
func (in findingForm) keep(view *findingView, w *site.Wrong) {
	if in.Out != view.Out && w.Stale() {
		view.Theirs = view.Out
	}
	if !w.Stale() {
		view.Seen = in.Seen
	}
	view.Wrong, view.Out = w, in.Out
	for i := range view.Answers {
		a := &view.Answers[i]
		for _, x := range in.Answers {
			if x.Requirement != a.ID {
				continue
			}
			if w.Stale() && a.Pass != "" && (a.Pass != x.Pass || a.Reason != x.Reason) {
				a.Theirs = &score.Answer{Pass: a.Pass == "yes", Reason: a.Reason}
			}
			a.Pass, a.Reason = x.Pass, x.Reason
		}
	}
	for i := range view.Bid.Spreads {
		s := &view.Bid.Spreads[i]
		for _, x := range in.Consensus {
			if x.Criterion != s.ID {
				continue
			}
			if w.Stale() && s.Agreed != "" && (s.Agreed != x.Value || s.AgreedReason != x.Reason) {
				value, _ := tender.ParseDecimal(s.Agreed) // as it was written from one
				s.Theirs = &score.Agreement{Value: value, Reason: s.AgreedReason}
			}
			s.Agreed, s.AgreedReason = x.Value, x.Reason
		}
	}
}

func (in findingForm) record(v *site.Visit) error {
	s, err := stage(v, "consensus")
	if err != nil {
		return err
	}
	j, err := s.judgement(v)
	if err != nil {
		return err
	}
	f := j.FindingOn(v.Path("bidder")) // what was decided about the price stays
	f.Answers, f.Consensus, f.Rejected = nil, nil, in.Out
	at := map[string]string{} // places in the API, and those in the form
	place := "bids." + f.Bidder + "."
	for i, a := range in.Answers {
		if a.Pass != "" {
			f.Answers = append(f.Answers, score.Answer{Requirement: a.Requirement, Pass: a.Pass == "yes", Reason: a.Reason})
			at[place+"answers."+a.Requirement] = fmt.Sprintf("answers[%d].reason", i)
		}
	}
	for i, c := range in.Consensus {
		if c.Value == "" && c.Reason == "" {
			continue
		}
		d, err := tender.ParseDecimal(strings.ReplaceAll(c.Value, ",", "."))
		if err != nil {
			return wrong(v, fmt.Sprintf("consensus[%d].value", i), "judge.score.number").Problem
		}
		f.Consensus = append(f.Consensus, score.Agreement{Criterion: c.Criterion, Value: d, Reason: c.Reason})
		at[place+"consensus."+c.Criterion] = fmt.Sprintf("consensus[%d].reason", i)
	}
	at[place+"rejected"] = "out"
	err = v.Put(map[string]any{"finding": f, "seen": in.Seen}, nil, s.API()+"/findings")
	if p, ok := site.Refused(err); ok {
		for was, is := range at {
			if words, here := p.Errors[was]; here {
				delete(p.Errors, was)
				p.Errors[is] = words
			}
		}
	}
	return err
}
