package buy

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
	yearly "probity/tender/plan"
)

// yearPlan is a plan as the API shows it to the body's own people.
type yearPlan struct {
	yearly.View
	Became map[string]became `json:"became"`
	Now    time.Time         `json:"now"`
}

// became is what has become of a published entry.
type became struct {
	State   yearly.LineState `json:"state"`
	Tenders []string         `json:"tenders"`
}

// May reports whether the API offers the visitor an action.
func (p *yearPlan) May(a string) bool { return slices.Contains(p.Actions, yearly.Action(a)) }

// Path is the plan's page.
func (p *yearPlan) Path() string { return "/buy/plans/" + url.PathEscape(p.ID) }

// Edition is the number of the last edition; 0 for none.
func (p *yearPlan) Edition() int { return len(p.Editions) }

// Titled reports whether the plan has a title.
func (p *yearPlan) Titled() bool { return len(p.Content.Title) > 0 }

// Revising reports whether a revision of a published plan is being written.
func (p *yearPlan) Revising() bool { return p.Edition() > 0 && p.State != yearly.Published }

// Publishes reports whether the visitor may publish it now.
func (p *yearPlan) Publishes() bool { return p.May("publish") || p.May("revise") }

// Was is what has become of an entry; the zero value if it was never published.
func (p *yearPlan) Was(entry string) became { return p.Became[entry] }

// Ready reports whether a tender may be made from an entry.
func (p *yearPlan) Ready(e yearly.Entry) bool {
	_, published := p.Became[e.ID]
	return published && len(e.Withdrawn) == 0
}

func getPlan(v *site.Visit, id string) (*yearPlan, error) {
	p := new(yearPlan)
	if !v.SignedIn() {
		return p, v.Get(nil, "/api/v1/me") // which says so
	}
	if !v.Me.May(party.TenderRead) {
		return p, v.Missing()
	}
	if err := v.Get(p, "/api/v1/plans/%s", id); err != nil {
		return nil, err
	}
	if p.Created.IsZero() { // another body's: it is on the portal
		return nil, v.Missing()
	}
	return p, nil
}

// plansView is the plans of the organisation, and the form that begins one.
type plansView struct {
	Plans  []*yearPlan
	Next   string
	Create bool
	*stepView
}

// Version: nothing is there yet that could have been seen.
func (plansView) Version() string { return "" }

var plansPage = site.PageOf[plansView](name, "plans")

func (d *desk) plans(v *site.Visit) error {
	s := newSheet()
	s.Set("year", strconv.Itoa(v.Now().Year()+1))
	return d.showPlans(v, s, nil)
}

func (d *desk) showPlans(v *site.Visit, s sheet, wrong *site.Wrong) error {
	var list site.List[*yearPlan]
	if err := v.Find(&list, map[string]string{"after": v.Query("after"), "limit": "50"}, "/api/v1/desk/plans"); err != nil {
		return err
	}
	view := plansView{Plans: list.Items, Next: list.Next, Create: v.Me.May(party.PlanEdit), stepView: &stepView{Sheet: s, Wrong: wrong, v: v}}
	return plansPage.Show(v, wrong.Status(), view)
}

func (d *desk) newPlan(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	s := sheet{v.R.PostForm}
	r := newReader(v, s)
	in := map[string]any{"year": r.whole("year"), "title": textIn(v, "title")}
	var made yearPlan
	wrong, err := v.Again(v.Post(in, &made, "/api/v1/plans"))
	if wrong != nil {
		return d.showPlans(v, s, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.started", "/buy/plans/%s/head", made.ID)
}

// planView is the page of one plan.
type planView struct {
	*yearPlan
	Wrong *site.Wrong
}

// Version is the one that the visitor saw.
func (p planView) Version() int64 { return p.yearPlan.Version }

var planPage = site.PageOf[planView](name, "plan")

func (d *desk) plan(v *site.Visit) error { return d.showPlan(v, nil) }

func (d *desk) showPlan(v *site.Visit, wrong *site.Wrong) error {
	p, err := getPlan(v, v.Path("plan"))
	if err != nil {
		return err
	}
	return planPage.Show(v, wrong.Status(), planView{p, wrong})
}

// planSteps are the steps of a plan that only need a button, with what is said
// when they are done.
var planSteps = map[string]string{"submit": "buy.done.submitted", "publish": "buy.done.published", "drop": "buy.done.plan_dropped"}

func (d *desk) stepPlan(v *site.Visit) error {
	done, ok := planSteps[v.Path("act")]
	if !ok {
		return v.Missing()
	}
	if err := form(v); err != nil {
		return err
	}
	wrong, err := v.Again(v.Post(nil, nil, "/api/v1/plans/%s/"+v.Path("act"), v.Path("plan")))
	if wrong != nil {
		return d.showPlan(v, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther(done, "/buy/plans/%s", v.Path("plan"))
}

// planApprovalView is a plan as an approver reads it.
type planApprovalView struct {
	*yearPlan
	Wrong  *site.Wrong
	Reason string
	Diffs  []changed
	Rules  []*ruleSet
	Words  map[string]string
	v      *site.Visit
}

// Version is the one that the visitor saw.
func (p planApprovalView) Version() int64 { return p.yearPlan.Version }

// Under names the rules and the procedure of an entry.
func (p planApprovalView) Under(e yearly.Entry) string {
	return procedureName(p.v, p.Rules, e.RuleSet, e.Procedure)
}

var planApprovalPage = site.PageOf[planApprovalView](name, "plan-approve")

func (d *desk) showPlanApproval(v *site.Visit) error { return d.planApproval(v, nil) }

func (d *desk) planApproval(v *site.Visit, wrong *site.Wrong) error {
	p, err := getPlan(v, v.Path("plan"))
	if err != nil {
		return err
	}
	view := planApprovalView{yearPlan: p, v: v, Wrong: wrong, Words: wording(v, "kind", "plan", "edition", "content")}
	if wrong != nil {
		view.Reason = v.Value("reason")
	}
	if p.Edition() > 0 {
		if view.Diffs, err = planDifferences(v, p.ID, strconv.Itoa(p.Edition())); err != nil {
			return err
		}
	}
	var sets site.List[*ruleSet]
	if err := v.Get(&sets, "/api/v1/rules"); err != nil {
		return err
	}
	view.Rules = sets.Items
	return planApprovalPage.Show(v, wrong.Status(), view)
}

// planDifferences asks how what is written differs from an edition.
func planDifferences(v *site.Visit, id, from string) (list []changed, err error) {
	var out site.List[tender.Difference]
	if err := v.Find(&out, map[string]string{"from": from, "to": "0"}, "/api/v1/plans/%s/differences", id); err != nil {
		return nil, err
	}
	for _, x := range out.Items {
		list = append(list, changed{planLabel(v, x.Path), x.Path, x.Before, x.After})
	}
	return list, nil
}

func (d *desk) approvePlan(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	signed, wrong := signature(v)
	if wrong == nil {
		var err error
		wrong, err = v.Again(v.Post(map[string]any{"signature": signed}, nil, "/api/v1/plans/%s/approve", v.Path("plan")))
		if err != nil {
			return err
		}
	}
	if wrong != nil {
		return d.planApproval(v, wrong)
	}
	return v.SeeOther("buy.done.approved", "/buy/plans/%s", v.Path("plan"))
}

func (d *desk) returnPlan(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	wrong, err := v.Again(v.Post(map[string]string{"reason": v.Value("reason")}, nil, "/api/v1/plans/%s/return", v.Path("plan")))
	if wrong != nil {
		return d.planApproval(v, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.returned", "/buy/plans/%s", v.Path("plan"))
}
