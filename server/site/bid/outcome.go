package bid

import (
	"encoding/json"
	"net/http"
	"time"

	"probity/bidding/score"
	"probity/bidding/security"
	"probity/server/site"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/rules"
)

// outcomeView is what became of one's own bid: the notice that one's
// organisation has had, with the reasons and one's own scores.
type outcomeView struct {
	lotLine
	Notices []*award.Notice
	Debrief *debrief
	Appeal  []rules.Remedy    // ways to complain
	Secured *security.Holding // what becomes of one's security; nil if there is none, or it is not told yet
}

// Called is the title of a criterion or item of the lot.
func (v outcomeView) Called(id string) tender.Text { return v.Lot.Called(id) }

// debrief is how the points of this bid were computed.
type debrief struct {
	Entry score.Entry `json:"entry"`
}

var (
	outcomePage   = site.PageOf[outcomeView](name, "outcome")
	complaintPage = site.PageOf[complaintView](name, "complaint")
)

func outcome(v *site.Visit) error {
	l, err := submitted(v)
	if err != nil {
		return err
	}
	view := outcomeView{lotLine: l}
	if view.Notices, err = told(v, l.Tender.ID, l.Lot.ID); err != nil {
		return err
	}
	if len(view.Notices) > 0 {
		var d debrief
		if raw := view.Notices[0].Debrief; len(raw) > 0 && json.Unmarshal(raw, &d) == nil {
			view.Debrief = &d
		}
	}
	if l.Tender.Policy != nil {
		view.Appeal = l.Tender.Policy.Complaints
	}
	if view.Secured, err = ownSecurity(v, l.Tender.ID, l.Lot.ID); err != nil {
		return err
	}
	return outcomePage.Show(v, http.StatusOK, view)
}

// told are the notices that one's organisation has had about a lot, last first.
func told(v *site.Visit, id, lot string) ([]*award.Notice, error) {
	var list site.List[*award.Notice]
	err := v.Get(&list, "/api/v1/tenders/%s/lots/%s/notices", id, lot)
	return list.Items, err
}

// ownSecurity is what became of one's own security, or nil.
func ownSecurity(v *site.Visit, id, lot string) (*security.Holding, error) {
	s := new(security.Holding)
	err := v.Get(s, "/api/v1/tenders/%s/lots/%s/bid/security", id, lot)
	if p, refused := site.Refused(err); refused && (p.Code == "security.missing" || p.Code == "security.early") {
		return nil, nil //nolint:nilnil // no security is an answer
	}
	return s, err
}

// complaintView is the form of a complaint, as it was filled in.
type complaintView struct {
	lotLine
	Wrong    *site.Wrong
	Form     complaintForm
	Remedies []site.Option
	Matters  []site.Option
}

type complaintForm struct {
	Remedy  string `form:"remedy"`
	About   string `form:"about"`
	Known   string `form:"known"`
	Grounds string `form:"grounds"`
}

func showComplaint(v *site.Visit) error {
	return complaining(v, complaintForm{Known: v.Now().Format(time.DateOnly)}, nil)
}

func complaining(v *site.Visit, in complaintForm, wrong *site.Wrong) error {
	t, err := getTender(v, v.Path("id"))
	if err != nil {
		return err
	}
	l, err := line(v, t, v.Path("lot"))
	if err != nil {
		return err
	}
	view := complaintView{lotLine: l, Wrong: wrong, Form: in}
	matters := map[rules.Matter]bool{}
	if t.Policy != nil {
		for _, r := range t.Policy.Complaints {
			view.Remedies = append(view.Remedies, site.Option{Value: r.ID, Label: r.Title.In(v.Lang), Chosen: r.ID == in.Remedy})
			for _, m := range r.About {
				if !matters[m] {
					matters[m] = true
					view.Matters = append(view.Matters, site.Option{Value: string(m), Label: v.T("bid.matter." + string(m)), Chosen: string(m) == in.About})
				}
			}
		}
	}
	return complaintPage.Show(v, wrong.Status(), view)
}

// known is the instant from which the time to complain runs: the beginning of
// the day, but not before the tender was published, nor after now.
func (f complaintForm) known(published, now time.Time) time.Time {
	day, err := time.Parse(time.DateOnly, f.Known)
	switch {
	case err != nil || f.Known == now.Format(time.DateOnly):
		return now
	case f.Known == published.Format(time.DateOnly):
		return published
	}
	return day
}

// complain files a complaint and goes to where it is shown.
func complain(v *site.Visit) error {
	var in complaintForm
	if err := v.Form(&in); err != nil {
		return err
	}
	t, err := getTender(v, v.Path("id"))
	if err != nil {
		return err
	}
	body := map[string]any{"remedy": in.Remedy, "lot": v.Path("lot"), "about": in.About, "known": in.known(t.Published, v.Now()), "grounds": tender.Text{v.Lang: in.Grounds}}
	if at := t.Lot(v.Path("lot")); at != nil && at.Award != "" && in.About == "award" {
		body["award"] = at.Award
	}
	if err := v.Post(body, nil, "/api/v1/tenders/%s/complaints", t.ID); err != nil {
		if p, ok := site.Refused(err); ok && p.Code == "award.missing" {
			p.Status = http.StatusUnprocessableEntity // the visitor chose the wrong matter
		}
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return complaining(v, in, w)
	}
	return v.SeeOther("bid.done.complained", "/bid/tenders/%s/lots/%s/outcome", t.ID, v.Path("lot"))
}
