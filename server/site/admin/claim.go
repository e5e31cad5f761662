package admin

import (
	"net/http"

	"probity/server/site"
	"probity/tender/party"
)

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

// listView is a list of organisations, searched or waiting.
type listView struct {
	Query string
	Kind  string
	Kinds []site.Option
	Items []org
	Next  string // path of the next page
}

func showClaims(v *site.Visit) error {
	var list site.List[org]
	if err := v.Find(&list, map[string]string{"waiting": "true", "after": v.Query("after")}, "/api/v1/organisations"); err != nil {
		return err
	}
	return claimsPage.Show(v, http.StatusOK, listView{Items: list.Items, Next: next(v, list.Next)})
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
