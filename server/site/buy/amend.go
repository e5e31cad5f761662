package buy

import (
	"probity/server/people"
	"probity/server/site"
)

// amendView is an amendment before it is published: what it changes, and why.
type amendView struct {
	*procedure
	Wrong  *site.Wrong
	Reason string
	Diffs  []changed
	Over   *overview
	Tasks  []task
}

// Version is the one that the visitor saw.
func (a *amendView) Version() int64 { return a.procedure.Version }

var amendPage = site.PageOf[*amendView](name, "amend")

func (d *desk) showAmendment(v *site.Visit) error { return d.amendment(v, nil) }

func (d *desk) amendment(v *site.Visit, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &amendView{procedure: p, Wrong: wrong}
	if wrong != nil {
		view.Reason = v.Value("reason")
	}
	if _, view.Diffs, err = differences(v, p.ID); err != nil {
		return err
	}
	if view.Over, err = overviewOf(v, p.ID); err != nil {
		return err
	}
	view.Tasks = tasksOf(p, view.Over)
	return amendPage.Show(v, wrong.Status(), view)
}

// amend publishes the amendment that is being written, as the visitor saw it.
func (d *desk) amend(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	p, err := get(v)
	if err != nil {
		return err
	}
	if p.Amendment == nil {
		return d.amendment(v, wrongOf(409, "amend.nothing", v.T("buy.amend.nothing"), nil))
	}
	wrong, err := v.Again(v.Put(map[string]any{"notice": p.Amendment, "reason": v.Value("reason")}, nil, "/api/v1/tenders/%s/notice", p.ID))
	if wrong != nil {
		return d.amendment(v, tidy(wrong))
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.amended", p.Path())
}

func (d *desk) dropAmendment(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	wrong, err := v.Again(v.Delete("/api/v1/tenders/%s/amendment", v.Path("id")))
	if wrong != nil {
		return d.amendment(v, tidy(wrong))
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.dropped", "/buy/tenders/%s", v.Path("id"))
}

// posted is the procedure with the form that was sent for it, and what reads it.
func posted(v *site.Visit) (*stepView, *reader, error) {
	if err := form(v); err != nil {
		return nil, nil, err
	}
	p, err := get(v)
	if err != nil {
		return nil, nil, err
	}
	s := sheet{v.R.PostForm}
	return &stepView{procedure: p, Sheet: s, v: v}, newReader(v, s), nil
}

var extendPage = site.PageOf[*stepView](name, "extend")

func (d *desk) showExtension(v *site.Visit) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &stepView{procedure: p, Sheet: newSheet(), v: v}
	view.Sheet.moment("deadline", p.Notice.Timetable.Deadline, v.Site().Zone)
	return extendPage.Show(v, ok, view)
}

func (d *desk) extend(v *site.Visit) error {
	view, r, err := posted(v)
	if err != nil {
		return err
	}
	in := map[string]any{"deadline": r.moment("deadline"), "reason": r.line("reason")}
	if view.Wrong = r.refusal(); view.Wrong != nil {
		return extendPage.Show(v, unprocessable, view)
	}
	if view.Wrong, err = v.Again(v.Post(in, nil, "/api/v1/tenders/%s/extend", view.ID)); err != nil {
		return err
	}
	if view.Wrong != nil {
		for path, sentence := range view.Wrong.Problem.Errors { // dates of the notice are this form's
			if path == "timetable.deadline" || path == "timetable.opens" {
				view.Wrong.Problem.Errors["deadline"] = sentence
				delete(view.Wrong.Problem.Errors, path)
			}
		}
		return extendPage.Show(v, view.Wrong.Status(), view)
	}
	return v.SeeOther("buy.done.extended", view.Path())
}

// openersPage shows whose keys bids are sealed for, and replaces them.
var openersPage = site.PageOf[*stepView](name, "openers")

func (d *desk) openers(v *site.Visit) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := &stepView{procedure: p, Sheet: newSheet(), v: v}
	writeGroups(view.Sheet, p.Openers.Groups, nil)
	return d.showOpeners(v, ok, view)
}

func (d *desk) showOpeners(v *site.Visit, status int, view *stepView) error {
	if view.May("openers") {
		var list site.List[people.Colleague]
		if err := v.Get(&list, "/api/v1/desk/people"); err != nil {
			return err
		}
		view.People = list.Items
	}
	return openersPage.Show(v, status, view)
}

func (d *desk) replaceOpeners(v *site.Visit) error {
	view, r, err := posted(v)
	if err != nil {
		return err
	}
	in := map[string]any{"groups": readGroups(r)}
	if view.Wrong = r.refusal(); view.Wrong != nil {
		return d.showOpeners(v, unprocessable, view)
	}
	if view.Wrong, err = v.Again(v.Put(in, nil, "/api/v1/tenders/%s/openers", view.ID)); err != nil {
		return err
	}
	if view.Wrong != nil {
		return d.showOpeners(v, view.Wrong.Status(), view)
	}
	return v.SeeOther("buy.done.openers", view.Path()+"/openers")
}

func (d *desk) enforceOpeners(v *site.Visit) error {
	return d.act(v, "openers/enforce", "buy.done.enforced", func(v *site.Visit, wrong *site.Wrong) error {
		p, err := get(v)
		if err != nil {
			return err
		}
		view := &stepView{procedure: p, Sheet: sheet{v.R.PostForm}, Wrong: wrong, v: v}
		writeGroups(view.Sheet, p.Openers.Groups, nil)
		return d.showOpeners(v, wrong.Status(), view)
	})
}
