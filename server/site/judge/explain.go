package judge

import (
	"net/http"
	"time"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// questionsView is what one's own organisation was asked about its prices.
type questionsView struct {
	Open, Over []*bidding.Clarification
	Next       string
	of         map[string]*tender.Tender
}

// Title is what the procedure of a question buys.
func (q questionsView) Title(c *bidding.Clarification) tender.Text {
	return q.of[c.Tender].Notice.Title
}

// Lot is what the lot of a question buys.
func (q questionsView) Lot(c *bidding.Clarification) tender.Text {
	return q.of[c.Tender].Notice.LotTitle(c.Lot)
}

var questionsPage = site.PageOf[questionsView](name, "questions")

func questions(v *site.Visit) error {
	var l site.List[*bidding.Clarification]
	if err := v.Find(&l, map[string]string{"after": v.Query("after")}, "/api/v1/desk/clarifications"); err != nil {
		return err
	}
	view := questionsView{Next: l.Next, of: map[string]*tender.Tender{}}
	for _, c := range l.Items {
		if view.of[c.Tender] == nil {
			view.of[c.Tender] = &tender.Tender{}
			if err := v.Get(view.of[c.Tender], "/api/v1/tenders/%s", c.Tender); err != nil {
				return err
			}
		}
		if c.Settled(v.Now()) {
			view.Over = append(view.Over, c)
		} else {
			view.Open = append(view.Open, c)
		}
	}
	return questionsPage.Show(v, http.StatusOK, view)
}

// questionView is one question, with the form of its answer for whom it was
// asked. Those who judge or oversee may read it.
type questionView struct {
	*bidding.Clarification
	Own      bool
	Of       tender.Tender
	LotTitle tender.Text
	Wrong    *site.Wrong
	Form     explainForm
	Now      time.Time
}

// Open reports whether an answer is still taken.
func (q questionView) Open() bool { return !q.Settled(q.Now) }

// Heading is the word for what was asked.
func (q questionView) Heading() string {
	if q.Own {
		return "judge.explain.about." + q.About
	}
	return "judge.question." + q.About
}

// Correction reports whether a corrected price is to be accepted or not.
func (q questionView) Correction() bool { return q.About == score.QuestionCorrection }

var questionPage = site.PageOf[questionView](name, "question")

func showQuestion(v *site.Visit) error { return questionAgain(v, nil, explainForm{}) }

func questionAgain(v *site.Visit, w *site.Wrong, in explainForm) error {
	view := questionView{Clarification: &bidding.Clarification{}, Wrong: w, Form: in, Now: v.Now()}
	if err := v.Get(view.Clarification, "/api/v1/clarifications/%s", v.Path("clarification")); err != nil {
		return err
	}
	view.Own = v.Me.May(party.EvaluationExplain) && v.Me.Org == view.Bidder.ID
	if err := v.Get(&view.Of, "/api/v1/tenders/%s", view.Tender); err != nil {
		return err
	}
	view.LotTitle = view.Of.Notice.LotTitle(view.Lot)
	return questionPage.Show(v, w.Status(), view)
}

type explainForm struct {
	Answer   string `form:"answer" json:"answer"`
	Accepted string `form:"accepted" json:"-"`
}

func explain(v *site.Visit) error {
	var in explainForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{"answer": in.Answer}
	if in.Accepted != "" {
		body["accepted"] = in.Accepted == "yes"
	}
	err := v.Post(body, nil, "/api/v1/clarifications/%s/answer", v.Path("clarification"))
	if err == nil {
		return v.SeeOther("judge.done.explained", "/clarifications/%s", v.Path("clarification"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return questionAgain(v, w, in)
}
