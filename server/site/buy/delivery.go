package buy

import (
	"slices"
	"strings"

	"probity/server/site"
	"probity/tender"
	"probity/tender/contract"
)

// changeView is a change of a contract while it is written, with what it comes
// to.
type changeView struct {
	*stepView
	A     *agreement
	Trial *contract.Trial
	Note  string // why nothing can be computed yet
}

// Version is the contract's.
func (c *changeView) Version() int64 { return c.A.Version }

// Codes are the grounds on which a contract may be changed.
func (c *changeView) Codes() site.Field {
	return c.Pick("code", "modification", "add-wss mod-cir mod-minv mod-nons mod-repl mod-rev")
}

var changePage = site.PageOf[*changeView](name, "change")

func (d *desk) showChange(v *site.Visit) error {
	c, err := openContract(v)
	if err != nil {
		return err
	}
	s := newSheet()
	lines := c.Lines()
	s.count("lines", len(lines))
	for i, l := range lines {
		path := at("lines", i)
		s.Set(path+".id", l.ID)
		s.text(path+".description", l.Description)
		s.decimal(path+".quantity", l.Quantity)
		s.Set(path+".unit.code", l.Unit.Code)
		s.decimal(path+".unitPrice", l.UnitPrice)
	}
	s.count("milestones", len(c.Milestones))
	for i, m := range c.Milestones {
		path := at("milestones", i)
		s.Set(path+".id", m.ID)
		s.text(path+".title", m.Title)
		s.Set(path+".due", m.Due.String())
		s.amount(path+".amount", &m.Amount)
	}
	view := change(v, c, s, nil)
	if err := view.try(v, view.read(v)); err != nil {
		return err
	}
	return changePage.Show(v, ok, view)
}

func change(v *site.Visit, c *contractView, s sheet, wrong *site.Wrong) *changeView {
	return &changeView{stepView: &stepView{procedure: c.P, Sheet: s, Wrong: wrong, v: v, Currency: c.Record.Price.Currency}, A: c.agreement}
}

// proposal is a change as the API takes it.
type proposal struct {
	Code       string               `json:"code"`
	Reason     tender.Text          `json:"reason"`
	Lines      []contract.Line      `json:"lines"`
	Removed    []string             `json:"removed"`
	Milestones []contract.Milestone `json:"milestones"`
}

// read takes in the form: lines that are new or different, those that are gone,
// and the milestones as they are to be.
func (c *changeView) read(v *site.Visit) proposal {
	r := newReader(v, c.Sheet)
	p := proposal{Code: r.line("code"), Reason: r.words("reason", nil), Lines: []contract.Line{}, Removed: []string{}, Milestones: []contract.Milestone{}}
	var kept []string
	for i := range r.n("lines") {
		l, same := c.line(r, at("lines", i))
		kept = append(kept, l.ID)
		if !same {
			p.Lines = append(p.Lines, l)
		}
	}
	for _, l := range c.A.Lines() {
		if !slices.Contains(kept, l.ID) {
			p.Removed = append(p.Removed, l.ID)
		}
	}
	for i := range r.n("milestones") {
		p.Milestones = append(p.Milestones, c.milestone(r, at("milestones", i)))
	}
	if wrong := r.refusal(); wrong != nil {
		c.Wrong = wrong
	}
	return p
}

// line reads a line, and tells whether it is as it was.
func (c *changeView) line(r *reader, path string) (contract.Line, bool) {
	zero := tender.Money{Currency: c.Currency}
	l := contract.Line{ID: r.line(path + ".id"), Total: zero}
	was := slices.IndexFunc(c.A.Lines(), func(x contract.Line) bool { return x.ID == l.ID })
	if was >= 0 {
		l = c.A.Lines()[was]
	}
	old := l
	l.Description = r.words(path+".description", l.Description)
	l.Quantity, l.UnitPrice = r.decimal(path+".quantity"), r.decimal(path+".unitPrice")
	l.Unit.Code = strings.ToUpper(r.line(path + ".unit.code"))
	if l.ID == "" {
		l.ID = fresh("n", func(id string) bool {
			return slices.ContainsFunc(c.A.Lines(), func(x contract.Line) bool { return x.ID == id }) || slices.Contains(c.ids("lines"), id)
		})
		r.Set(path+".id", l.ID)
	}
	same := was >= 0 && l.Quantity.Equal(old.Quantity) && l.UnitPrice.Equal(old.UnitPrice) && l.Unit.Code == old.Unit.Code && sameText(l.Description, old.Description)
	return l, same
}

func sameText(a, b tender.Text) bool {
	for _, lang := range texts {
		if a[lang] != b[lang] {
			return false
		}
	}
	return true
}

// ids are those that the rows of a list have.
func (c *changeView) ids(list string) (all []string) {
	for i := range c.Sheet.n(list) {
		all = append(all, c.value(at(list, i)+".id"))
	}
	return all
}

func (c *changeView) milestone(r *reader, path string) contract.Milestone {
	m := contract.Milestone{ID: r.line(path + ".id")}
	for _, x := range c.A.Milestones {
		if x.ID == m.ID && m.ID != "" {
			m = x
		}
	}
	m.Title, m.Due = r.words(path+".title", m.Title), r.day(path+".due")
	m.Amount = tender.Money{Currency: c.Currency}
	if x := r.amount(path+".amount", c.Currency); x != nil {
		m.Amount = *x
	}
	if m.ID == "" {
		m.ID = fresh("m", func(id string) bool {
			return slices.ContainsFunc(c.A.Milestones, func(x contract.Milestone) bool { return x.ID == id }) || slices.Contains(c.ids("milestones"), id)
		})
		r.Set(path+".id", m.ID)
	}
	return m
}

// try has the API compute what the change comes to.
func (c *changeView) try(v *site.Visit, p proposal) error {
	if c.Wrong != nil {
		c.Note = c.Wrong.Problem.Detail
		return nil
	}
	if p.Code == "" {
		p.Code = "mod-cir" // the sum does not depend on the ground
	}
	if len(p.Reason) == 0 {
		p.Reason = tender.Text{"en": "-"}
	}
	t := new(contract.Trial)
	err := v.Post(p, t, "/api/v1/contracts/%s/changes/try", c.A.ID)
	if refused, is := site.Refused(err); is && refused.Status < 500 {
		c.Note = refused.Detail
		return nil
	}
	c.Trial = t
	return err
}

func (d *desk) tryChange(v *site.Visit) error { return d.onChange(v, false) }

func (d *desk) proposeChange(v *site.Visit) error { return d.onChange(v, true) }

func (d *desk) onChange(v *site.Visit, propose bool) error {
	if err := form(v); err != nil {
		return err
	}
	c, err := openContract(v)
	if err != nil {
		return err
	}
	view := change(v, c, sheet{v.R.PostForm}, nil)
	if reshape(view.Sheet, v) {
		propose = false
	}
	p := view.read(v)
	if propose && view.Wrong == nil {
		if view.Wrong, err = v.Again(v.Post(p, nil, "/api/v1/contracts/%s/changes", c.ID)); err != nil {
			return err
		}
		if view.Wrong == nil {
			return v.SeeOther("buy.done.change_proposed", c.Path())
		}
	}
	wrong := view.Wrong
	v.R.PostForm.Del("_key")
	if err := view.try(v, p); err != nil {
		return err
	}
	status := ok
	if propose {
		status = wrong.Status()
	}
	return changePage.Show(v, status, view)
}
