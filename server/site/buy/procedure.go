package buy

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender"
)

// procedureView is the page of one procedure: where it stands, what is to be
// done, and the ways to everything else.
type procedureView struct {
	*procedure
	Wrong *site.Wrong
	Due   []due
	Over  *overview // of what is being written; nil if nothing is
	Tasks []task
	Made  []tender.Difference // by the amendment that is being written
}

// Version is the one that the visitor saw.
func (p *procedureView) Version() int64 { return p.procedure.Version }

// passage is a stage of a procedure's life, as it stands to where the procedure
// is.
type passage struct {
	Name      string
	Done, Now bool
}

// Stages are those of a procedure's life, in their order.
func (p *procedureView) Stages() (list []passage) {
	now := slices.Index(stages, stageOf(p.procedure))
	for i, s := range stages {
		list = append(list, passage{s, i < now, i == now})
	}
	return list
}

var (
	procedurePage = site.PageOf[*procedureView](name, "procedure")
	checkPage     = site.PageOf[*procedureView](name, "check")
)

func (d *desk) procedure(v *site.Visit) error { return d.showProcedure(v, nil) }

func (d *desk) showProcedure(v *site.Visit, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &procedureView{procedure: p, Wrong: wrong}
	if view.Due, err = dues(v, p); err != nil {
		return err
	}
	owed, err := unreturned(v, p)
	if err != nil {
		return err
	}
	view.Due = append(view.Due, owed...)
	if p.May("edit") || p.Amendment != nil && p.May("amend") {
		if view.Over, err = overviewOf(v, p.ID); err != nil {
			return err
		}
		view.Tasks = tasksOf(p, view.Over)
	}
	return procedurePage.Show(v, wrong.Status(), view)
}

// check shows everything that stops a draft, and the button to hand it on.
func (d *desk) check(v *site.Visit) error { return d.showCheck(v, nil) }

func (d *desk) showCheck(v *site.Visit, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &procedureView{procedure: p, Wrong: wrong}
	if view.Over, err = overviewOf(v, p.ID); err != nil {
		return err
	}
	view.Tasks = tasksOf(p, view.Over)
	return checkPage.Show(v, wrong.Status(), view)
}

// Where is the page on which a finding is mended.
func (p *procedureView) Where(f tender.Finding) string {
	s, n := stepOf(f.Path)
	for _, t := range p.Tasks {
		if t.Step == s && t.N == n {
			return t.Path + "#" + site.Field{Name: f.Path}.ID()
		}
	}
	return p.Path()
}

// Part is the step in which a finding is mended.
func (p *procedureView) Part(f tender.Finding) string {
	s, _ := stepOf(f.Path)
	return s
}

// act is a step that only needs a button.
func (d *desk) act(v *site.Visit, verb, done string, again func(*site.Visit, *site.Wrong) error) error {
	if err := form(v); err != nil {
		return err
	}
	var in any
	if reason := v.Value("reason"); reason != "" || v.R.PostForm.Has("reason") {
		in = map[string]string{"reason": reason}
	}
	wrong, err := v.Again(v.Post(in, nil, "/api/v1/tenders/%s/"+verb, v.Path("id")))
	if wrong != nil {
		return again(v, tidy(wrong))
	}
	if err != nil {
		return err
	}
	return v.SeeOther(done, "/buy/tenders/%s", v.Path("id"))
}

func (d *desk) submit(v *site.Visit) error {
	return d.act(v, "submit", "buy.done.submitted", d.showCheck)
}

func (d *desk) publish(v *site.Visit) error {
	return d.act(v, "publish", "buy.done.published", d.showProcedure)
}

// approvalView is the notice as an approver reads it.
type approvalView struct {
	*procedure
	Wrong  *site.Wrong
	Reason string
	Since  string // what the differences are to; "" if there is nothing
	Diffs  []changed
	Over   *overview
	Words  map[string]string
}

// changed is a difference with what the member is called.
type changed struct {
	Label, Path   string
	Before, After string
}

var approvalPage = site.PageOf[*approvalView](name, "approve")

func (d *desk) showApproval(v *site.Visit) error { return d.approval(v, nil) }

func (d *desk) approval(v *site.Visit, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &approvalView{procedure: p, Wrong: wrong, Words: wording(v, "kind", "notice", "tender")}
	if wrong != nil {
		view.Reason = v.Value("reason")
	}
	if view.Since, view.Diffs, err = differences(v, p.ID); err != nil {
		return err
	}
	if view.Over, err = overviewOf(v, p.ID); err != nil {
		return err
	}
	return approvalPage.Show(v, wrong.Status(), view)
}

// differences asks what has changed since the notice was published, or given
// back.
func differences(v *site.Visit, id string) (since string, list []changed, err error) {
	var out struct {
		Since string              `json:"since"`
		Items []tender.Difference `json:"items"`
	}
	if err := v.Get(&out, "/api/v1/tenders/%s/differences", id); err != nil {
		return "", nil, err
	}
	for _, x := range out.Items {
		list = append(list, changed{label(v, x.Path), x.Path, readable(v, x.Before), readable(v, x.After)})
	}
	return out.Since, list, nil
}

// readable writes a moment as the visitor reads it; everything else stands as
// it is.
func readable(v *site.Visit, s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !strings.HasSuffix(s, "Z") {
		return s
	}
	return v.Moment(t)
}

func (d *desk) giveBack(v *site.Visit) error {
	return d.act(v, "return", "buy.done.returned", d.approval)
}

func (d *desk) approve(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	signed, wrong := signature(v)
	if wrong == nil {
		var err error
		wrong, err = v.Again(v.Post(map[string]any{"signature": signed}, nil, "/api/v1/tenders/%s/approve", v.Path("id")))
		if err != nil {
			return err
		}
	}
	if wrong != nil {
		return d.approval(v, wrong)
	}
	return v.SeeOther("buy.done.approved", "/buy/tenders/%s", v.Path("id"))
}

// cancelView asks before a procedure ends for good.
type cancelView struct {
	*procedure
	Wrong  *site.Wrong
	Reason string
}

var cancelPage = site.PageOf[*cancelView](name, "cancel")

func (d *desk) showCancel(v *site.Visit) error { return d.askCancel(v, nil) }

func (d *desk) askCancel(v *site.Visit, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &cancelView{procedure: p, Wrong: wrong}
	if wrong != nil {
		view.Reason = v.Value("reason")
	}
	return cancelPage.Show(v, wrong.Status(), view)
}

func (d *desk) cancel(v *site.Visit) error {
	return d.act(v, "cancel", "buy.done.cancelled", d.askCancel)
}

const unprocessable = http.StatusUnprocessableEntity
