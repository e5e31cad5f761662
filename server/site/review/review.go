// Package review is the desk of a review body: the complaints that it has to
// decide, and its decisions, which bind.
//
// Start with [Desk]; the routes there are the site map. What can be done with a
// complaint is what the API offers ("actions"); orders that a procedure cannot
// obey any more are refused by it.
package review

import (
	"embed"
	"net/http"
	"slices"

	"probity/server/site"
	"probity/tender"
	"probity/tender/complaint"
	"probity/tender/party"
)

//go:embed all:pages words
var files embed.FS

const name = "review"

// Desk is the review body's pages.
func Desk() site.Desk {
	return site.Desk{
		Name: name, Files: files,
		Nav: []site.Link{{Path: "/review", Word: "review.nav", Right: party.ComplaintDecide}},
		Routes: []site.Route{
			{At: "GET /review", Do: list},
			{At: "GET /review/complaints/{complaint}", Do: one},
			{At: "POST /review/complaints/{complaint}/{act}", Do: decide},
		},
	}
}

// listView is the complaints in one state, oldest first.
type listView struct {
	States []string
	State  string
	List   []complaint.View
	Next   string
}

// states are those under which complaints are looked for, what waits first.
var states = []string{"pending", "accepted", "satisfied", "declined", "resolved"}

var listPage = site.PageOf[listView](name, "list")

func list(v *site.Visit) error {
	state := v.Query("state")
	if !slices.Contains(states, state) {
		state = states[0]
	}
	var out site.List[complaint.View]
	if err := v.Find(&out, map[string]string{"state": state, "after": v.Query("after")}, "/api/v1/desk/complaints"); err != nil {
		return err
	}
	return listPage.Show(v, http.StatusOK, listView{states, state, out.Items, out.Next})
}

// oneView is one complaint with the forms to decide it.
type oneView struct {
	complaint.View
	Tender struct {
		Title tender.Text
		ID    string
	}
	Wrong *site.Wrong
	Act   string // the form that was refused
	v     *site.Visit
}

var onePage = site.PageOf[*oneView](name, "one")

// May reports whether the API offers an action.
func (o *oneView) May(a string) bool { return slices.Contains(o.Actions, complaint.Action(a)) }

// Reasons are the texts of a form, in both languages.
func (o *oneView) Reasons(act string) []site.Field {
	var list []site.Field
	for i, lang := range []string{"en", "zh-CN"} {
		f := site.Field{Name: "reasons." + lang, Label: o.v.T("review.reasons") + " · " + o.v.T("review.lang."+lang), Rows: 5, Optional: i > 0}
		if act == o.Act {
			f.Value, f.Error = o.v.Value(f.Name), o.Wrong.On(f.Name)
			if f.Error == "" && i == 0 {
				f.Error = o.Wrong.On("reasons")
			}
		}
		list = append(list, f)
	}
	return list
}

// Choose is a field with choices, whose words are "review.PREFIX.VALUE".
func (o *oneView) Choose(act, name string, values ...string) site.Field {
	f := site.Field{Name: name, Label: o.v.T("review." + name)}
	if act == o.Act {
		f.Value, f.Error = o.v.Value(name), o.Wrong.On(name)
	}
	f.Options = []site.Option{{Label: o.v.T("review.choose")}}
	for _, x := range values {
		f.Options = append(f.Options, site.Option{Value: x, Label: o.v.T("review." + name + "." + x), Chosen: x == f.Value})
	}
	return f
}

// Codes are why a complaint is not upheld, Orders what is ordered if it is.
func (o *oneView) Codes(act string) site.Field {
	return o.Choose(act, "code", "rej-nirreg", "rej-dl-passed", "rej-ncomp", "rej-npaid", "rej-resolv", "rej-signed", "rej-other", "other")
}

// Orders are what can be ordered.
func (o *oneView) Orders() site.Field {
	return o.Choose("uphold", "order", "correct", "set-aside", "re-evaluate", "cancel-lot", "cancel-procedure")
}

func one(v *site.Visit) error { return show(v, "", nil) }

func show(v *site.Visit, act string, wrong *site.Wrong) error {
	view := &oneView{Wrong: wrong, Act: act, v: v}
	if !v.Me.May(party.ComplaintDecide) {
		if err := v.Known(); err != nil {
			return err
		}
		return v.Missing()
	}
	if err := v.Get(&view.View, "/api/v1/complaints/%s", v.Path("complaint")); err != nil {
		return err
	}
	var t struct {
		Notice tender.Notice `json:"notice"`
	}
	if err := v.Get(&t, "/api/v1/tenders/%s", view.View.Tender); err != nil {
		return err
	}
	view.Tender.Title, view.Tender.ID = t.Notice.Title, view.View.Tender
	return onePage.Show(v, wrong.Status(), view)
}

func decide(v *site.Visit) error {
	var in struct {
		Hold  string `form:"hold"`
		Code  string `form:"code"`
		Order string `form:"order"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	reasons := tender.Text{}
	for _, lang := range []string{"en", "zh-CN"} {
		if s := v.Value("reasons." + lang); s != "" {
			reasons[lang] = s
		}
	}
	act := v.Path("act")
	var body map[string]any
	switch act {
	case "accept":
		body = map[string]any{"hold": in.Hold == "yes"}
	case "refuse", "dismiss":
		body = map[string]any{"code": in.Code, "reasons": reasons}
	case "uphold":
		body = map[string]any{"order": in.Order, "reasons": reasons}
	default:
		return v.Missing()
	}
	wrong, err := v.Again(v.Post(body, nil, "/api/v1/complaints/%s/%s", v.Path("complaint"), act))
	if wrong != nil {
		return show(v, act, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("review.done."+act, "/review/complaints/%s", v.Path("complaint"))
}
