package portal

import (
	"net/http"

	"probity/server/site"
	"probity/tender"
	"probity/tender/enquiry"
	"probity/tender/plan"
)

// noticeView is the notice itself.
type noticeView struct {
	head
	Story     []event
	Winners   []winner        // of the lots that are awarded
	Announced *plan.Announced // what it was planned as; nil if it comes from no plan
	CanFollow bool            // who has signed in
	Follows   bool
	Wrong     *site.Wrong
}

var noticePage = site.PageOf[noticeView](name, "notice")

func (d desk) notice(v *site.Visit) error { return d.showNotice(v, nil) }

func (d desk) showNotice(v *site.Visit, wrong *site.Wrong) error {
	p, err := load(v)
	if err != nil {
		return err
	}
	view := noticeView{head: p.head("notice"), Story: p.story(v), Winners: p.winners(v.Lang), Wrong: wrong}
	if view.Announced, err = p.announced(v); err != nil {
		return err
	}
	if v.SignedIn() && !v.Me.Half {
		var w struct {
			Follows bool `json:"follows"`
		}
		err := v.Get(&w, "/api/v1/me/watches/%s", p.ID)
		if _, refused := site.Refused(err); err != nil && !refused {
			return err
		}
		view.CanFollow, view.Follows = err == nil, w.Follows
	}
	return noticePage.Show(v, wrong.Status(), view)
}

// announced asks what the tender was planned as. That a plan cannot be read this
// moment keeps nobody from the notice.
func (p *procedure) announced(v *site.Visit) (*plan.Announced, error) {
	if p.Notice.Planned == nil {
		return nil, nil
	}
	a := new(plan.Announced)
	err := v.Get(a, "/api/v1/tenders/%s/planned", p.ID)
	if _, refused := site.Refused(err); refused {
		return nil, nil
	}
	return a, err
}

// follow and unfollow say whether the visitor is told what happens to a tender.
// Each says what is to be, so that a second click changes nothing.
func (d desk) follow(v *site.Visit) error {
	if err := v.Put(nil, nil, "/api/v1/me/watches/%s", v.Path("id")); err != nil {
		return d.notFollowed(v, err)
	}
	return v.SeeOther("portal.done.follows", "/tenders/%s", v.Path("id"))
}

func (d desk) unfollow(v *site.Visit) error {
	if err := v.Delete("/api/v1/me/watches/%s", v.Path("id")); err != nil {
		return d.notFollowed(v, err)
	}
	return v.SeeOther("portal.done.unfollows", "/tenders/%s", v.Path("id"))
}

func (d desk) notFollowed(v *site.Visit, err error) error {
	wrong, err := v.Again(err)
	if err != nil {
		return err
	}
	return d.showNotice(v, wrong)
}

var documentsPage = site.PageOf[head](name, "documents")

func (d desk) documents(v *site.Visit) error {
	p, err := load(v)
	if err != nil {
		return err
	}
	return documentsPage.Show(v, http.StatusOK, p.head("documents"))
}

// enquiriesView is questions, answers, and the form to ask one.
type enquiriesView struct {
	head
	Items    []enquiry.View
	Open     int // asked and not answered yet
	Lots     []site.Option
	Question string
	Lot      string
	Wrong    *site.Wrong
}

var enquiriesPage = site.PageOf[enquiriesView](name, "enquiries")

func (d desk) enquiries(v *site.Visit) error { return d.showEnquiries(v, enquiriesView{}) }

func (d desk) showEnquiries(v *site.Visit, view enquiriesView) error {
	p, err := load(v)
	if err != nil {
		return err
	}
	view.head = p.head("enquiries")
	for after := ""; ; {
		var l site.List[enquiry.View]
		if err := v.Find(&l, map[string]string{"after": after}, "/api/v1/tenders/%s/enquiries", p.ID); err != nil {
			return err
		}
		for _, e := range l.Items {
			switch {
			case e.State == enquiry.Answered, e.Mine:
				view.Items = append(view.Items, e)
			case e.State == enquiry.Asked:
				view.Open++
			}
		}
		if after = l.Next; after == "" {
			break
		}
	}
	view.Lots = []site.Option{{Label: v.T("portal.enquiries.whole"), Chosen: view.Lot == ""}}
	for _, l := range p.Notice.Lots {
		view.Lots = append(view.Lots, site.Option{Value: l.ID, Label: lotTitle(&p.Tender, l.ID, v.Lang), Chosen: view.Lot == l.ID})
	}
	return enquiriesPage.Show(v, view.Wrong.Status(), view)
}

// ask sends a question. Who asks is not shown to anybody.
func (d desk) ask(v *site.Visit) error {
	var in struct {
		Lot      string `form:"lot"`
		Question string `form:"question"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	tag := v.Lang
	if tag == "zh" {
		tag = "zh-CN"
	}
	question := map[string]any{"lot": in.Lot, "question": tender.Text{tag: in.Question}}
	err := v.Post(question, nil, "/api/v1/tenders/%s/enquiries", v.Path("id"))
	if err != nil {
		wrong, err := v.Again(err)
		if err != nil {
			return err
		}
		if text := wrong.Problem.Errors["question."+tag]; text != "" { // the form has one language, and one field for it
			wrong.Problem.Errors = map[string]string{"question": text}
		}
		return d.showEnquiries(v, enquiriesView{Question: in.Question, Lot: in.Lot, Wrong: wrong})
	}
	return v.SeeOther("portal.done.asked", "/tenders/%s/enquiries", v.Path("id"))
}
