package buy

import (
	"slices"
	"strings"

	"probity/server/site"
	"probity/tender"
	"probity/tender/award"
)

// awardOf is an award as the API shows it to the visitor.
type awardOf struct {
	award.Award
	Actions []award.Action `json:"actions"`
}

// May reports whether the API offers an action.
func (a *awardOf) May(act string) bool { return slices.Contains(a.Actions, award.Action(act)) }

// awardView is one award as its approver reads it.
type awardView struct {
	*awardOf
	P     *procedure
	L     tender.Lot
	Wrong *site.Wrong
	Sheet sheet
	Words map[string]string
	v     *site.Visit
}

// LotTitle is what the lot is called.
func (a *awardView) LotTitle() string { return a.P.lotTitle(a.v, a.Decision.Lot) }

// Two is a text in both languages.
func (a *awardView) Two(name string, rows int) []site.Field {
	return (&stepView{Sheet: a.Sheet, Wrong: a.Wrong, v: a.v}).Two(name, rows)
}

func (d *desk) award(v *site.Visit) error { return d.showAward(v, newSheet(), nil) }

func (d *desk) showAward(v *site.Visit, s sheet, wrong *site.Wrong) error {
	a := new(awardOf)
	if err := v.Get(a, "/api/v1/awards/%s", v.Path("award")); err != nil {
		return err
	}
	p, err := getTender(v, a.Decision.Tender)
	if err != nil {
		return err
	}
	view := &awardView{awardOf: a, P: p, Wrong: wrong, Sheet: s, v: v,
		Words: wording(v, "kind", "award", "tender", "lot", "winner", "ranking", "reasons", "without",
			"bid", "supplier", "id", "name", "identifier", "scheme", "members", "org", "part", "price", "amount", "currency", "rank", "score")}
	if l := p.Tender.Lot(a.Decision.Lot); l != nil {
		view.L = *l
	}
	return awardPage.Show(v, wrong.Status(), view)
}

// awardSteps are what can be done with an award, by the API's verb.
var awardSteps = []string{"decide", "return", "retract", "pass-over"}

func (d *desk) settleAward(v *site.Visit) error {
	act := v.Path("act")
	if !slices.Contains(awardSteps, act) {
		return v.Missing()
	}
	if err := form(v); err != nil {
		return err
	}
	in := map[string]any{"reason": textIn(v, "reason")}
	if act == "decide" {
		signed, wrong := signature(v)
		if wrong != nil {
			return d.showAward(v, sheet{v.R.PostForm}, wrong)
		}
		in = map[string]any{"signature": signed}
	}
	var out awardOf
	wrong, err := v.Again(v.Post(in, &out, "/api/v1/awards/%s/%s", v.Path("award"), act))
	if wrong != nil {
		return d.showAward(v, sheet{v.R.PostForm}, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.award_"+strings.ReplaceAll(act, "-", "_"), "/buy/tenders/%s/lots/%s", out.Decision.Tender, out.Decision.Lot)
}
