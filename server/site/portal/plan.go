package portal

import (
	"net/http"
	"regexp"
	"strconv"

	"probity/server/site"
	"probity/tender"
	"probity/tender/plan"
)

// yearPlan is a published plan as the API shows it to anybody.
type yearPlan struct {
	plan.View
	Became map[string]became `json:"became"`
}

// became is what has become of an entry.
type became struct {
	State   plan.LineState `json:"state"`
	Tenders []string       `json:"tenders"`
}

// planView is a page of a plan, in one of its editions.
type planView struct {
	yearPlan
	Edition  plan.Edition // that is shown
	Says     plan.Content
	Category string // the filters
	Quarter  string
	Rows     []plan.Entry
}

// Last reports whether the edition is the one in force.
func (p planView) Last() bool { return p.Edition.Number == len(p.Editions) }

// Was is what has become of an entry.
func (p planView) Was(entry string) became { return p.Became[entry] }

// Before is the number of the edition before; 0 for none.
func (p planView) Before() int { return p.Edition.Number - 1 }

var planPage = site.PageOf[planView](name, "plan")

// loadPlan reads a published plan, and the edition that the address asks for.
func loadPlan(v *site.Visit) (planView, error) {
	p := planView{Category: v.Query("category"), Quarter: v.Query("quarter")}
	if err := v.Get(&p.yearPlan, "/api/v1/plans/%s", v.Path("plan")); err != nil {
		return p, err
	}
	n := len(p.Editions)
	if n == 0 {
		return p, v.Missing() // a draft has its own desk
	}
	if asked, err := strconv.Atoi(v.Query("edition")); err == nil {
		n = asked
	}
	return p, p.read(v, n)
}

// read asks for an edition: what the visitor's own people are writing is none.
func (p *planView) read(v *site.Visit, n int) error {
	var said struct {
		plan.Edition
		Says plan.Content `json:"says"`
	}
	if err := v.Get(&said, "/api/v1/plans/%s/editions/%s", p.ID, strconv.Itoa(n)); err != nil {
		return err
	}
	p.Edition, p.Says = said.Edition, said.Says
	return nil
}

func (d desk) plan(v *site.Visit) error {
	p, err := loadPlan(v)
	if err != nil {
		return err
	}
	for _, e := range p.Says.Entries {
		if (p.Category == "" || p.Category == string(e.Category)) && (p.Quarter == "" || p.Quarter == quarter(e)) {
			p.Rows = append(p.Rows, e)
		}
	}
	return planPage.Show(v, http.StatusOK, p)
}

// quarter is the quarter of the year in which an entry is expected to be
// published: "2027-2".
func quarter(e plan.Entry) string {
	t, ok := e.Dates.Publication.Start()
	if !ok {
		return ""
	}
	return strconv.Itoa(t.Year()) + "-" + strconv.Itoa((int(t.Month())+2)/3)
}

// Quarters lists the quarters of the plan's entries, in the order of time.
func (p planView) Quarters() (list []string) {
	from, _ := p.Says.Period.From.Start()
	for t := from; len(list) < 5 && t.Before(p.Says.Period.To.End()); t = t.AddDate(0, 3, 0) {
		list = append(list, strconv.Itoa(t.Year())+"-"+strconv.Itoa((int(t.Month())+2)/3))
	}
	return list
}

// planDiff is one difference with what the member is called.
type planDiff struct{ Label, Before, After string }

// planDiffView is what an edition has changed.
type planDiffView struct {
	planView
	From  int
	Diffs []planDiff
}

var planDiffPage = site.PageOf[planDiffView](name, "plan-differences")

func (d desk) planDifferences(v *site.Visit) error {
	p, err := loadPlan(v)
	if err != nil {
		return err
	}
	view := planDiffView{planView: p, From: max(1, p.Before())}
	var out site.List[tender.Difference]
	q := map[string]string{"from": strconv.Itoa(view.From), "to": strconv.Itoa(p.Edition.Number)}
	if err := v.Find(&out, q, "/api/v1/plans/%s/differences", p.ID); err != nil {
		return err
	}
	for _, x := range out.Items {
		view.Diffs = append(view.Diffs, planDiff{planLabel(v, x.Path), x.Before, x.After})
	}
	return planDiffPage.Show(v, http.StatusOK, view)
}

var memberForm = regexp.MustCompile(`^(?:entries\[(\d+)\]\.)?([A-Za-z]+)((?:\.[A-Za-z]+)?)`)

// planLabel is what a member of a plan is called: "Entry 2 · Title".
func planLabel(v *site.Visit, path string) string {
	m := memberForm.FindStringSubmatch(path)
	if m == nil {
		return path
	}
	label := m[2]
	for _, key := range []string{"portal.planned.f." + m[2] + m[3], "portal.planned.f." + m[2]} {
		if v.Says(key) {
			label = v.T(key)
			break
		}
	}
	if m[1] == "" {
		return label
	}
	return v.T("portal.planned.entry", "N", m[1]) + " · " + label
}
