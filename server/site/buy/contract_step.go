package buy

import (
	"probity/server/site"
	"probity/tender"
	"probity/tender/contract"
)

// contractSteps are what can be done with a contract by a button or a small
// form, by the API's verb.
var contractSteps = map[string]func(*reader) map[string]any{
	"draw":            func(*reader) map[string]any { return nil },
	"redraft":         withReason,
	"cancel":          withReason,
	"terminate":       withReason,
	"close":           withReason,
	"security-return": func(*reader) map[string]any { return nil },
	"security": func(r *reader) map[string]any {
		return map[string]any{"issuer": r.line("issuer"), "reference": r.line("reference"), "amount": r.needs("amount"), "until": r.day("until")}
	},
	"payments": func(r *reader) map[string]any {
		return map[string]any{"invoice": r.line("invoice"), "date": r.day("date"), "amount": r.needs("amount"), "reference": r.line("reference")}
	},
	"reject": withReason,
	"sign":   signed, "agree": signed,
}

func withReason(r *reader) map[string]any { return map[string]any{"reason": r.words("reason", nil)} }

func signed(r *reader) map[string]any {
	s, wrong := signature(r.v)
	if wrong != nil {
		r.wrong["signature"] = wrong.Problem.Detail
	}
	return map[string]any{"signature": s}
}

// needs reads an amount in the form's currency that must be there.
func (r *reader) needs(name string) *tender.Money {
	m := r.amount(name, tender.Currency(r.line("currency")))
	if m == nil && r.wrong[name] == "" {
		r.wrong[name] = r.v.T("buy.form.amount")
	}
	return m
}

func (d *desk) stepContract(v *site.Visit) error {
	act := v.Path("act")
	read, known := contractSteps[act]
	if !known {
		return v.Missing()
	}
	if err := form(v); err != nil {
		return err
	}
	r := newReader(v, sheet{v.R.PostForm})
	in := read(r)
	if wrong := r.refusal(); wrong != nil {
		return d.showContract(v, act, wrong)
	}
	path, args := "/api/v1/contracts/%s/"+map[string]string{"security-return": "security/return"}[act], []any{v.Path("contract")}
	switch act {
	case "security-return":
	case "agree", "reject":
		path, args = "/api/v1/contracts/%s/changes/%s/"+act, append(args, v.Value("change"))
	default:
		path += act
	}
	var body any
	if in != nil {
		body = in
	}
	wrong, err := v.Again(v.Post(body, nil, path, args...))
	if wrong != nil {
		return d.showContract(v, act, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.contract_"+act, "/buy/contracts/%s", v.Path("contract"))
}

// judge says whether a milestone is met.
func (d *desk) judge(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	in := map[string]any{"status": v.Value("status"), "note": textIn(v, "note")}
	wrong, err := v.Again(v.Post(in, nil, "/api/v1/contracts/%s/milestones/%s/judge", v.Path("contract"), v.Path("milestone")))
	if wrong != nil {
		return d.showContract(v, "milestone-"+v.Path("milestone"), wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.judged", "/buy/contracts/%s", v.Path("contract"))
}

// Signed reports whether the buyer has signed the paper.
func (c *contractView) Signed() bool { return c.Contract.Signed(contract.BuyerSide) != nil }
