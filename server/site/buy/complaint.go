package buy

import (
	"slices"

	"probity/server/site"
	"probity/tender/complaint"
)

// complaintsView lists the complaints about a procedure.
type complaintsView struct {
	*procedure
	List []complaint.View
}

// complaintView is one complaint with the buyer's forms.
type complaintView struct {
	complaint.View
	P     *procedure
	Wrong *site.Wrong
	Sheet sheet
	v     *site.Visit
}

var (
	complaintsPage = site.PageOf[complaintsView](name, "complaints")
	complaintPage  = site.PageOf[*complaintView](name, "complaint")
)

// May reports whether the API offers an action.
func (c *complaintView) May(a string) bool {
	return slices.Contains(c.Actions, complaint.Action(a))
}

// Two is a text in both languages.
func (c *complaintView) Two(name string, rows int) []site.Field {
	return (&stepView{Sheet: c.Sheet, Wrong: c.Wrong, v: c.v}).Two(name, rows)
}

// LotTitle is the lot that it is about, "" for the whole procedure.
func (c *complaintView) LotTitle() string { return c.P.lotTitle(c.v, c.Lot) }

// Codes are how a challenge can be answered.
func (c *complaintView) Codes() site.Field {
	return (&stepView{Sheet: c.Sheet, Wrong: c.Wrong, v: c.v}).Pick("code", "review",
		"accepted rej-nirreg rej-dl-passed rej-ncomp rej-npaid rej-resolv rej-signed rej-other other")
}

func (d *desk) complaints(v *site.Visit) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	var list site.List[complaint.View]
	if err := v.Find(&list, map[string]string{"limit": "200"}, "/api/v1/tenders/%s/complaints", p.ID); err != nil {
		return err
	}
	return complaintsPage.Show(v, ok, complaintsView{p, list.Items})
}

func (d *desk) complaint(v *site.Visit) error { return d.showComplaint(v, newSheet(), nil) }

func (d *desk) showComplaint(v *site.Visit, s sheet, wrong *site.Wrong) error {
	view := &complaintView{Wrong: wrong, Sheet: s, v: v}
	if err := v.Get(&view.View, "/api/v1/complaints/%s", v.Path("complaint")); err != nil {
		return err
	}
	var err error
	if view.P, err = getTender(v, view.Tender); err != nil {
		return err
	}
	if view.Statement != nil && wrong == nil {
		view.Sheet.text("statement", view.Statement.Text)
	}
	return complaintPage.Show(v, wrong.Status(), view)
}

func (d *desk) answerComplaint(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	var in map[string]any
	switch v.Path("act") {
	case "reply":
		in = map[string]any{"code": v.Value("code"), "reasons": textIn(v, "reasons")}
	case "statement":
		in = map[string]any{"statement": textIn(v, "statement")}
	default:
		return v.Missing()
	}
	wrong, err := v.Again(v.Post(in, nil, "/api/v1/complaints/%s/%s", v.Path("complaint"), v.Path("act")))
	if wrong != nil {
		return d.showComplaint(v, sheet{v.R.PostForm}, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done."+v.Path("act"), "/buy/complaints/%s", v.Path("complaint"))
}
