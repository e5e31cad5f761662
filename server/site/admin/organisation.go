package admin

import (
	"net/http"
	"strconv"
	"time"

	"probity/server/site"
	"probity/tender/party"
	"probity/tender/text"
)

// org is an organisation as the API shows it.
type org struct {
	ID         string            `json:"id"`
	Version    int64             `json:"version"`
	Kind       party.OrgKind     `json:"kind"`
	Name       text.Text         `json:"name"`
	Claims     []claim           `json:"claims"`
	Address    party.Address     `json:"address"`
	Contact    party.Contact     `json:"contact"`
	Owners     []party.Owner     `json:"owners"`
	Debarments []party.Debarment `json:"debarments"`
	Created    time.Time         `json:"created"`
}

type claim struct {
	Key        string           `json:"key"`
	Identifier party.Identifier `json:"identifier"`
	State      party.ClaimState `json:"state"`
}

// Checked reports whether the identifier has a check digit, which was right.
func (c claim) Checked() bool {
	return c.Identifier.Scheme == party.SchemeUSCC || c.Identifier.Scheme == party.SchemeLEI
}

// Doubt is what an administrator should look at twice before confirming.
func (c claim) Doubt() bool {
	return c.Identifier.Scheme == party.SchemeUSCC && !party.InnerUSCC(c.Identifier.ID)
}

type startView struct {
	Waiting []org
	More    bool
	State   state
}

var startPage = site.PageOf[startView](name, "start")

func showStart(v *site.Visit) error {
	var view startView
	if err := v.Get(&view.State, "/api/v1/platform"); err != nil {
		return err
	}
	var list site.List[org]
	if err := v.Find(&list, map[string]string{"waiting": "true", "limit": "5"}, "/api/v1/organisations"); err != nil {
		return err
	}
	view.Waiting, view.More = list.Items, list.Next != ""
	return startPage.Show(v, http.StatusOK, view)
}

// listView is a list of organisations, searched or waiting.
type listView struct {
	Query string
	Kind  string
	Kinds []site.Option
	Items []org
	Next  string // path of the next page
}

var (
	claimsPage = site.PageOf[listView](name, "claims")
	orgsPage   = site.PageOf[listView](name, "organisations")
)

func showClaims(v *site.Visit) error {
	var list site.List[org]
	if err := v.Find(&list, map[string]string{"waiting": "true", "after": v.Query("after")}, "/api/v1/organisations"); err != nil {
		return err
	}
	return claimsPage.Show(v, http.StatusOK, listView{Items: list.Items, Next: next(v, list.Next)})
}

func next(v *site.Visit, cursor string) string {
	if cursor == "" {
		return ""
	}
	return v.With("after", cursor)
}

func findOrgs(v *site.Visit) error {
	view := listView{Query: v.Query("q"), Kind: v.Query("kind")}
	if view.Kind == "" {
		view.Kind = string(party.KindSupplier)
	}
	for _, k := range party.Kinds() {
		view.Kinds = append(view.Kinds, site.Option{Value: string(k), Label: v.T("admin.kind." + string(k)), Chosen: view.Kind == string(k)})
	}
	var list site.List[org]
	if err := v.Find(&list, map[string]string{"kind": view.Kind, "q": view.Query, "after": v.Query("after")}, "/api/v1/organisations"); err != nil {
		return err
	}
	view.Items, view.Next = list.Items, next(v, list.Next)
	return orgsPage.Show(v, http.StatusOK, view)
}

// orgView is one organisation for those who oversee it.
type orgView struct {
	Wrong  *site.Wrong
	Org    org
	In     settleForm
	Debar  debarForm
	Debars []debarment
	May    bool // settle claims and debar
}

type debarment struct {
	party.Debarment
	N     int
	Force bool // now
}

var orgPage = site.PageOf[orgView](name, "organisation")

func showOrg(v *site.Visit) error { return orgWith(v, orgView{}) }

func orgWith(v *site.Visit, view orgView) error {
	if err := v.Get(&view.Org, "/api/v1/organisations/%s", v.Path("id")); err != nil {
		return err
	}
	for i, d := range view.Org.Debarments {
		view.Debars = append(view.Debars, debarment{d, i, d.At(v.Now())})
	}
	view.May = v.Me.May(party.OrgConfirm)
	return orgPage.Show(v, view.Wrong.Status(), view)
}

type settleForm struct {
	Claim    string `form:"claim"`
	Step     string `form:"step"`
	Kind     string `form:"kind"` // of the evidence
	Evidence string `form:"evidence"`
	Reason   string `form:"reason"`
}

// settle takes one step on a claim: the form says which.
func settle(v *site.Visit) error {
	var in settleForm
	if err := v.Form(&in); err != nil {
		return err
	}
	switch in.Step {
	case "confirm", "refuse", "revoke":
	default:
		return v.Missing()
	}
	body := map[string]any{"claim": in.Claim}
	if in.Evidence != "" {
		body["evidence"] = []party.Evidence{{Kind: in.Kind, Text: in.Evidence}}
	}
	if in.Reason != "" {
		body["reason"] = in.Reason
	}
	if err := v.Post(body, nil, "/api/v1/organisations/%s/"+in.Step, v.Path("id")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		for from, to := range map[string]string{"evidence[0].text": "evidence", "evidence[0].kind": "evidence"} {
			if s := w.On(from); s != "" {
				w.Problem.Errors[to] = s
				delete(w.Problem.Errors, from)
			}
		}
		return orgWith(v, orgView{Wrong: w, In: in})
	}
	return v.SeeOther("admin.done."+in.Step, "/admin/organisations/%s", v.Path("id"))
}

type evidenceView struct {
	Org    org
	Why    string
	Claims []party.Claim
}

var evidencePage = site.PageOf[evidenceView](name, "evidence")

func showEvidence(v *site.Visit) error {
	view := evidenceView{Why: v.Reason}
	if err := v.Get(&view.Org, "/api/v1/organisations/%s", v.Path("id")); err != nil {
		return err
	}
	if err := v.Get(&view, "/api/v1/organisations/%s/evidence", v.Path("id")); err != nil {
		return err
	}
	return evidencePage.Show(v, http.StatusOK, view)
}

type debarForm struct {
	By     string `form:"by"`
	Reason string `form:"debar"`
	From   string `form:"from"`
	Until  string `form:"until"`
}

// debar puts a debarment on record. Days begin in the zone of the pages; the
// last day is counted in.
func debar(v *site.Visit) error {
	var in debarForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{"by": in.By, "reason": in.Reason}
	wrong := map[string]string{}
	for field, day := range map[string]string{"from": in.From, "until": in.Until} {
		if day == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, day, v.Site().Zone)
		if err != nil {
			wrong[field] = v.T("admin.day")
			continue
		}
		if field == "until" {
			t = t.AddDate(0, 0, 1)
		}
		body[field] = t.UTC()
	}
	if len(wrong) > 0 {
		p := &site.Problem{}
		p.Status, p.Code, p.Detail, p.Errors = http.StatusUnprocessableEntity, "request.fields", v.T("site.form.wrong"), wrong
		return orgWith(v, orgView{Wrong: &site.Wrong{Problem: p}, Debar: in})
	}
	if err := v.Post(body, nil, "/api/v1/organisations/%s/debarments", v.Path("id")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		if s := w.On("reason"); s != "" {
			w.Problem.Errors["debar"] = s
			delete(w.Problem.Errors, "reason")
		}
		return orgWith(v, orgView{Wrong: w, Debar: in})
	}
	return v.SeeOther("admin.done.debar", "/admin/organisations/%s", v.Path("id"))
}

func lift(v *site.Visit) error {
	var in struct {
		Reason string `form:"lift"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	n, err := strconv.Atoi(v.Path("n"))
	if err != nil {
		return v.Missing()
	}
	if err := v.Post(map[string]string{"reason": in.Reason}, nil, "/api/v1/organisations/%s/debarments/%s/lift", v.Path("id"), n); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return orgWith(v, orgView{Wrong: w})
	}
	return v.SeeOther("admin.done.lift", "/admin/organisations/%s", v.Path("id"))
}
