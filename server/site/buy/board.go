package buy

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/complaint"
	"probity/tender/enquiry"
	"probity/tender/party"
)

// boardView is all procedures of the organisation, with what each waits for.
type boardView struct {
	Rows   []row
	All    int // before the filters
	Filter filter
	Next   string
	Counts []count
	Create bool
}

// filter is how the board is narrowed down.
type filter struct {
	Stage, Text string
	Mine        bool // only what waits for the visitor
}

// row is a procedure on the board.
type row struct {
	*procedure
	Stage string
	Due   []due
	Mine  bool
}

// due is something that somebody is to do.
type due struct {
	Word  string // of the catalogue: "buy.wait.publish"
	Lot   string
	Roles []party.Role
	At    time.Time
	Yet   string
	Count int
	Path  string
	Late  bool
}

// count is a stage with how many procedures are in it.
type count struct {
	Stage string
	N     int
}

var boardPage = site.PageOf[boardView](name, "board")

// stages are the columns of a procedure's life, as people speak of them.
var stages = []string{"prepare", "bidding", "opening", "award", "ended"}

func stageOf(p *procedure) string {
	switch p.Phase {
	case tender.Draft, tender.Submitted, tender.Approved:
		return "prepare"
	case tender.Published, tender.Closed:
		return "bidding"
	case tender.Sealed:
		if slices.ContainsFunc(p.Lots, func(l tender.Lot) bool {
			return l.Phase == tender.Waiting || l.Phase == tender.Opened || l.Phase == tender.Qualified || l.Phase == tender.Priced
		}) {
			return "opening"
		}
		return "award"
	}
	return "ended"
}

func (d *desk) board(v *site.Visit) error {
	var list site.List[*procedure]
	q := map[string]string{"after": v.Query("after"), "limit": "100"}
	if err := v.Find(&list, q, "/api/v1/desk/tenders"); err != nil {
		return err
	}
	view := boardView{Filter: filter{Stage: v.Query("stage"), Text: v.Query("q"), Mine: v.Query("mine") == "yes"}, Next: list.Next,
		All: len(list.Items), Create: v.Me.May(party.TenderCreate)}
	counts := map[string]int{}
	for _, p := range list.Items {
		r := row{procedure: p, Stage: stageOf(p)}
		counts[r.Stage]++
		var err error
		if r.Due, err = dues(v, p); err != nil {
			return err
		}
		r.Mine = slices.ContainsFunc(r.Due, func(x due) bool { return slices.Contains(x.Roles, v.Me.Role) })
		if view.Filter.takes(v, r) {
			view.Rows = append(view.Rows, r)
		}
	}
	for _, s := range stages {
		view.Counts = append(view.Counts, count{s, counts[s]})
	}
	return boardPage.Show(v, http.StatusOK, view)
}

// takes reports whether the filters let a row through.
func (f filter) takes(v *site.Visit, r row) bool {
	if f.Stage != "" && f.Stage != r.Stage || f.Mine && !r.Mine {
		return false
	}
	if f.Text == "" {
		return true
	}
	all := r.ID + " " + r.Notice.Reference
	for _, s := range r.Notice.Title {
		all += " " + s
	}
	return strings.Contains(strings.ToLower(all), strings.ToLower(f.Text))
}

// dues lists what a procedure waits for: the next steps of its life, and what
// others have asked of the buyer. Only the visitor's own steps are links.
func dues(v *site.Visit, p *procedure) ([]due, error) {
	list, err := allDues(v, p)
	for i := range list {
		if !slices.Contains(list[i].Roles, v.Me.Role) {
			list[i].Path = ""
		}
	}
	return list, err
}

func allDues(v *site.Visit, p *procedure) ([]due, error) {
	var list []due
	for _, w := range p.Waits {
		list = append(list, due{Word: "buy.wait." + string(w.Do), Lot: p.lotTitle(v, w.Lot), Roles: w.Roles, At: w.At, Yet: w.Yet, Path: p.wayTo(w)})
	}
	if !p.Public() || !p.Ended.IsZero() {
		return list, nil
	}
	asked, err := unanswered(v, p)
	if err != nil {
		return nil, err
	}
	list = append(list, asked...)
	open, err := undecided(v, p)
	return append(list, open...), err
}

// wayTo is the page on which a step is taken.
func (p *procedure) wayTo(w tender.Wait) string {
	switch w.Do {
	case tender.Submit:
		return p.Path() + "/check"
	case tender.Approve:
		return p.Path() + "/approve"
	case tender.AwardLot, tender.ConfirmLot, tender.SignLot, tender.OpenLot:
		return p.Path() + "/lots/" + w.Lot
	}
	return p.Path()
}

func unanswered(v *site.Visit, p *procedure) ([]due, error) {
	if p.Phase != tender.Published {
		return nil, nil
	}
	var list site.List[enquiry.View]
	if err := v.Find(&list, map[string]string{"state": string(enquiry.Asked), "limit": "200"}, "/api/v1/tenders/%s/enquiries", p.ID); err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, nil
	}
	x := due{Word: "buy.wait.enquiries", Roles: []party.Role{party.RoleOfficer}, Count: len(list.Items), Path: p.Path() + "/enquiries"}
	for _, e := range list.Items {
		if !e.Due.IsZero() && (x.At.IsZero() || e.Due.Before(x.At)) {
			x.At = e.Due
		}
	}
	x.Late = !x.At.IsZero() && x.At.Before(v.Now())
	return []due{x}, nil
}

func undecided(v *site.Visit, p *procedure) ([]due, error) {
	var list site.List[complaint.View]
	if err := v.Find(&list, map[string]string{"limit": "200"}, "/api/v1/tenders/%s/complaints", p.ID); err != nil {
		return nil, err
	}
	var out []due
	for _, c := range list.Items {
		for _, a := range []complaint.Action{complaint.Reply, complaint.Explain} {
			if slices.Contains(c.Actions, a) && (a != complaint.Explain || c.Statement == nil) {
				out = append(out, due{Word: "buy.wait.complaint." + string(a), Lot: c.Lot, Roles: []party.Role{party.RoleOfficer}, At: c.Due,
					Path: "/buy/complaints/" + c.ID, Late: !c.Due.IsZero() && c.Due.Before(v.Now())})
				break
			}
		}
	}
	return out, nil
}
