package judge

import (
	"encoding/json"
	"net/http"
	"slices"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
	"probity/tender/sign"
)

// procedureView is one procedure to be judged, and the panel's declarations.
type procedureView struct {
	Tender  tender.Tender
	Lots    []bidding.Standing
	Bidders []tender.OrgName // from the public opening records
	Declare bool
	Out     bool // one has declared a conflict
	Wrong   *site.Wrong

	Statement string
	Conflicts []string

	Record string // what is to be signed, once it was written
}

// Conflicted reports whether a bidder is ticked.
func (p procedureView) Conflicted(id string) bool { return slices.Contains(p.Conflicts, id) }

// Panel is the same for every lot but for who has handed in.
func (p procedureView) Panel() []bidding.Judge {
	if len(p.Lots) == 0 {
		return nil
	}
	return p.Lots[0].Panel
}

var procedurePage = site.PageOf[procedureView](name, "procedure")

func procedure(v *site.Visit) error {
	view, err := lookAt(v)
	if err != nil {
		return err
	}
	return procedurePage.Show(v, http.StatusOK, *view)
}

func lookAt(v *site.Visit) (*procedureView, error) {
	var p procedureView
	if err := v.Get(&p.Tender, "/api/v1/tenders/%s", v.Path("id")); err != nil {
		return nil, err
	}
	for _, l := range p.Tender.Lots {
		var x bidding.Standing
		if err := v.Get(&x, "/api/v1/tenders/%s/lots/%s/standing", p.Tender.ID, l.ID); err != nil {
			return nil, err
		}
		p.Lots = append(p.Lots, x)
		p.Declare = p.Declare || x.May(bidding.ActDeclare)
		p.Out = p.Out || x.Why == "evaluation.conflict"
	}
	return &p, p.whoBids(v)
}

// whoBids reads the bidders' names from what the openings have made public: an
// evaluator must know them to declare, and knows no more.
func (p *procedureView) whoBids(v *site.Visit) error {
	for _, l := range p.Tender.Lots {
		var r bidding.Record
		err := v.Get(&r, "/api/v1/openings/%s/record", bidding.OpeningID(p.Tender.ID, l.ID, p.Tender.Notice.Envelopes.Names()[0]))
		if refused, ok := site.Refused(err); ok && refused.Status == http.StatusNotFound {
			continue
		}
		if err != nil {
			return err
		}
		for _, b := range r.Bids {
			if !slices.ContainsFunc(p.Bidders, func(o tender.OrgName) bool { return o.ID == b.Bidder.ID }) {
				p.Bidders = append(p.Bidders, b.Bidder)
			}
		}
	}
	return nil
}

type interestsForm struct {
	Conflicts []string `form:"conflicts"`
	Statement string   `form:"statement"`
	Has       string   `form:"has"`
}

// weigh shows what will be signed before it is.
func weigh(v *site.Visit) error {
	var in interestsForm
	if err := v.Form(&in); err != nil {
		return err
	}
	view, err := lookAt(v)
	if err != nil {
		return err
	}
	view.Statement, view.Conflicts = in.Statement, in.Conflicts
	switch {
	case in.Statement == "":
		view.Wrong = wrong(v, "statement", "judge.interests.no_statement")
	case in.Has == "yes" && len(in.Conflicts) == 0:
		view.Wrong = wrong(v, "conflicts", "judge.interests.which")
	default:
		r := bidding.DeclarationRecord{Conflicts: in.Conflicts, Statement: in.Statement, Tender: view.Tender.ID, User: v.Me.User}
		view.Record = string(r.Bytes())
	}
	return procedurePage.Show(v, view.Wrong.Status(), *view)
}

// wrong is a complaint of a page itself, about a field that it has asked for.
func wrong(v *site.Visit, field, key string) *site.Wrong {
	p := &site.Problem{}
	p.Status, p.Code, p.Detail = http.StatusUnprocessableEntity, "request.fields", v.T(key)
	p.Errors = map[string]string{field: v.T(key)}
	return &site.Wrong{Problem: p}
}

type declareForm struct {
	interestsForm
	Signature string `form:"signature"`
}

func declare(v *site.Visit) error {
	var in declareForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{"conflicts": append([]string{}, in.Conflicts...), "statement": in.Statement, "signature": signature(in.Signature)}
	err := v.Post(body, nil, "/api/v1/tenders/%s/declarations", v.Path("id"))
	if err == nil {
		return v.SeeOther("judge.done.declared", "/judge/%s", v.Path("id"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	view, err := lookAt(v)
	if err != nil {
		return err
	}
	view.Wrong, view.Statement, view.Conflicts = w, in.Statement, in.Conflicts
	return procedurePage.Show(v, w.Status(), *view)
}

// signature reads what the person's device has put into the form; what cannot be
// read is no signature, and the API says so.
func signature(s string) (out sign.Signature) {
	_ = json.Unmarshal([]byte(s), &out)
	return out
}
