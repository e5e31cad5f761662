package buy

import (
	"net/http"
	"strings"

	"probity/server/site"
	"probity/server/web"
)

// read takes in the posted form. What cannot be read is in the second result.
func (d *desk) read(v *site.Visit, s *step, view *stepView) (plan, *site.Wrong, error) {
	p := planOf(view.procedure)
	if err := form(v); err != nil {
		return p, nil, err
	}
	view.Sheet = sheet{v.R.PostForm}
	r := newReader(v, view.Sheet)
	s.read(r, &p, view.N)
	return p, r.refusal(), nil
}

func wrongOf(status int, code, text string, fields map[string]string) *site.Wrong {
	return &site.Wrong{Problem: &site.Problem{Problem: web.Problem{Status: status, Code: code, Detail: text, Errors: fields}}}
}

// saveStep saves the whole draft with what was typed in one step. A button that
// adds or drops a row only shows the form again, with everything in it.
func (d *desk) saveStep(v *site.Visit) error {
	s, view, err := d.open(v)
	if err != nil {
		return err
	}
	p, wrong, err := d.read(v, s, view)
	if err != nil {
		return err
	}
	auto := v.R.Header.Get("X-Autosave") != ""
	if reshape(view.Sheet, v) && !auto {
		return d.show(v, http.StatusOK, s, view, &p)
	}
	if wrong == nil {
		seen := view.Version()
		if v.Value("_version") == "" {
			v.R.PostForm.Set("_version", seen)
		}
		if wrong, err = v.Again(save(v, view.procedure, p)); wrong != nil {
			tidy(wrong)
		} else if err == nil {
			return d.saved(v, s, view, auto)
		} else {
			return err
		}
	}
	view.Wrong = wrong
	if auto {
		v.W.WriteHeader(wrong.Status())
		return nil
	}
	return d.show(v, wrong.Status(), s, view, &p)
}

// save stores the draft, or the amendment that is being written.
func save(v *site.Visit, was *procedure, p plan) error {
	is, err := new(procedure), error(nil)
	if was.Public() {
		err = v.Put(map[string]any{"notice": p.Notice}, is, "/api/v1/tenders/%s/amendment", was.ID)
	} else {
		err = v.Put(p, is, "/api/v1/tenders/%s", was.ID)
	}
	if err == nil {
		*was = *is
	}
	return err
}

// saved goes on: to the next step, or wherever the button says.
func (d *desk) saved(v *site.Visit, s *step, view *stepView, auto bool) error {
	if auto {
		v.W.Header().Set("ETag", `"`+view.Version()+`"`)
		v.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	if v.Value("then") == "stay" {
		return v.SeeOther("buy.done.saved", v.R.URL.EscapedPath())
	}
	tasks := tasksOf(view.procedure, &overview{})
	for i, t := range tasks {
		if t.Step == s.name && (!s.lots || t.N == view.N) && i+1 < len(tasks) {
			return v.SeeOther("buy.done.saved", tasks[i+1].Path)
		}
	}
	return v.SeeOther("buy.done.saved", view.Path())
}

// tryStep shows what the rules say about what is typed, and saves nothing.
func (d *desk) tryStep(v *site.Visit) error {
	s, view, err := d.open(v)
	if err != nil {
		return err
	}
	p, wrong, err := d.read(v, s, view)
	if err != nil {
		return err
	}
	view.Wrong = wrong
	if err := d.try(v, s, view, p); err != nil {
		if wrong, err = v.Again(err); err != nil {
			return err
		}
		view.Wrong = tidy(wrong)
	}
	view.Tasks = tasksOf(view.procedure, &overview{})
	view.Currency, view.Policy = p.Notice.Currency, view.procedure.Policy
	if view.Over == nil {
		view.Over = &overview{}
	}
	view.Found = view.Over.of(s.name, view.N)
	return stepPages[s.name].Show(v, http.StatusOK, view)
}

func (d *desk) try(v *site.Visit, s *step, view *stepView, p plan) error {
	v.R.PostForm.Del("_key") // nothing is made: the form keeps its key
	over := &overview{}
	if err := v.Post(p, over, "/api/v1/tenders/%s/overview", view.ID); err != nil {
		return err
	}
	view.Over = over
	switch s.name {
	case "dates":
		view.Chart = chartOf(v, p.Notice.Timetable, over)
	case "criteria":
		return d.work(v, view, p)
	}
	return nil
}

// reshape adds and drops rows as the buttons ask, and reports whether any did.
func reshape(s sheet, v *site.Visit) bool {
	list, row, paste := v.Value("add"), v.Value("drop"), v.Value("paste")
	switch {
	case list != "":
		s.add(list)
	case row != "":
		s.drop(row)
	case paste != "":
		pasteRows(s, paste)
	default:
		return false
	}
	return true
}

// tidy names fields as the forms do: they hold a notice, not a request.
func tidy(w *site.Wrong) *site.Wrong {
	if w == nil {
		return nil
	}
	for path, sentence := range w.Problem.Errors {
		if short, ok := strings.CutPrefix(path, "notice."); ok {
			delete(w.Problem.Errors, path)
			w.Problem.Errors[short] = sentence
		}
	}
	return w
}
