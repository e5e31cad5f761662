package buy

import (
	"regexp"
	"strconv"
	"strings"

	"probity/server/site"
	"probity/tender"
	yearly "probity/tender/plan"
)

// planForm is a form of a plan: its head, or one of its entries.
type planForm struct {
	*stepView
	Plan  *yearPlan
	Entry *yearly.Entry // nil for a new one, and for the head
	Was   became        // of the entry
}

// Version is the one of the plan that the form's owner saw.
func (f planForm) Version() string { return strconv.FormatInt(f.Plan.Version, 10) }

// Published reports whether the entry stands in an edition.
func (f planForm) Published() bool { return f.Was.State != "" }

var (
	planHeadPage  = site.PageOf[planForm](name, "plan-head")
	planEntryPage = site.PageOf[planForm](name, "plan-entry")
)

// planLabel is what a member of a plan is called: "Entry 2 · Title".
func planLabel(v *site.Visit, path string) string {
	if m := entryForm.FindStringSubmatch(path); m != nil {
		return v.T("buy.plan.entry.n", "N", m[1]) + " · " + label(v, m[2])
	}
	return label(v, path)
}

var entryForm = regexp.MustCompile(`^entries\[(\d+)\]\.(.+)$`)

func (d *desk) planForm(v *site.Visit) (planForm, error) {
	p, err := getPlan(v, v.Path("plan"))
	if err != nil {
		return planForm{}, err
	}
	return planForm{stepView: &stepView{Sheet: newSheet(), v: v}, Plan: p}, nil
}

func (d *desk) showPlanHead(v *site.Visit) error {
	f, err := d.planForm(v)
	if err != nil {
		return err
	}
	c := f.Plan.Content
	f.Sheet.text("title", c.Title)
	f.Sheet.text("description", c.Description)
	f.Sheet.Set("period.from", string(c.Period.From))
	f.Sheet.Set("period.to", string(c.Period.To))
	f.Sheet.contact(c.Contact)
	return planHeadPage.Show(v, ok, f)
}

func (s sheet) contact(k yearly.Contact) {
	s.Set("contact.name", k.Name)
	s.Set("contact.email", k.Email)
	s.Set("contact.telephone", k.Phone)
}

func (r *reader) contact() yearly.Contact {
	return yearly.Contact{Name: r.line("contact.name"), Email: r.line("contact.email"), Phone: r.line("contact.telephone")}
}

func (d *desk) savePlanHead(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	f, err := d.planForm(v)
	if err != nil {
		return err
	}
	f.Sheet = sheet{v.R.PostForm}
	r := newReader(v, f.Sheet)
	c := f.Plan.Content
	in := map[string]any{"title": r.words("title", c.Title), "description": r.words("description", c.Description), "contact": r.contact(),
		"period": yearly.Period{From: yearly.Date(r.line("period.from")), To: yearly.Date(r.line("period.to"))}}
	seen(v, f.Version())
	if f.Wrong, err = v.Again(v.Put(in, nil, "/api/v1/plans/%s", f.Plan.ID)); err != nil {
		return err
	}
	if f.Wrong != nil {
		return planHeadPage.Show(v, f.Wrong.Status(), f)
	}
	return v.SeeOther("buy.done.saved", "/buy/plans/%s", f.Plan.ID)
}

// seen lets a form without a version stand for the plan as it is now.
func seen(v *site.Visit, version string) {
	if v.Value("_version") == "" {
		v.R.PostForm.Set("_version", version)
	}
}

// entryForm finds the entry of the page's address; there is none for a new one.
func (d *desk) entryForm(v *site.Visit) (planForm, error) {
	f, err := d.planForm(v)
	if err != nil {
		return f, err
	}
	if id := v.Path("entry"); id != "" {
		if f.Entry = f.Plan.Content.Entry(id); f.Entry == nil {
			return f, v.Missing()
		}
		f.Was = f.Plan.Was(id)
	}
	var sets site.List[*ruleSet]
	if err := v.Get(&sets, "/api/v1/rules"); err != nil {
		return f, err
	}
	f.Rules = sets.Items
	return f, nil
}

func (d *desk) showPlanEntry(v *site.Visit) error {
	f, err := d.entryForm(v)
	if err != nil {
		return err
	}
	if f.Entry == nil {
		f.Sheet.Set("currency", "CNY")
		f.Sheet.Set("classification.scheme", "CPV")
		return planEntryPage.Show(v, ok, f)
	}
	f.Sheet.entry(*f.Entry)
	return planEntryPage.Show(v, ok, f)
}

func (s sheet) entry(e yearly.Entry) {
	s.text("title", e.Title)
	s.text("description", e.Description)
	s.text("rationale", e.Rationale)
	s.text("budget.source", e.Budget.Source)
	s.Set("budget.line", e.Budget.Line)
	s.Set("category", string(e.Category))
	s.Set("classification.scheme", e.Classification.Scheme)
	s.Set("classification.id", e.Classification.ID)
	s.text("classification.description", e.Classification.Description)
	s.Set("currency", "CNY")
	if e.Value != nil {
		s.Set("currency", string(e.Value.Currency))
		s.amount("value", e.Value)
	}
	s.flag("valueWithheld", e.Withheld)
	s.Set("procedure", e.RuleSet+"/"+e.Procedure)
	for _, x := range e.Dates.List() {
		s.Set("dates."+x.Name, string(x.Date))
	}
	if e.Contact != nil {
		s.contact(*e.Contact)
	}
}

// entryIn reads an entry from the form, as the API takes it.
func (r *reader) entryIn(was yearly.Entry) map[string]any {
	set, procedure, _ := strings.Cut(r.line("procedure"), "/")
	in := map[string]any{
		"title": r.words("title", was.Title), "description": r.words("description", was.Description), "rationale": r.words("rationale", was.Rationale),
		"category": r.line("category"), "valueWithheld": r.line("valueWithheld") == "yes", "ruleSet": set, "procedure": procedure,
		"classification": r.classification(was.Classification),
		"budget":         yearly.Budget{Line: r.line("budget.line"), Source: r.text("budget.source", was.Budget.Source)},
		"dates": yearly.Dates{Publication: yearly.Date(r.line("dates.publication")), BidsDue: yearly.Date(r.line("dates.bidsDue")), Award: yearly.Date(r.line("dates.award")),
			Start: yearly.Date(r.line("dates.contractStart")), End: yearly.Date(r.line("dates.contractEnd"))},
	}
	if m := r.amount("value", tender.Currency(strings.ToUpper(r.line("currency")))); m != nil {
		in["value"] = m
	}
	if k := r.contact(); k != (yearly.Contact{}) {
		in["contact"] = k
	}
	return in
}

// classification reads a code; a list without a code is none.
func (r *reader) classification(was tender.Classification) tender.Classification {
	if r.line("classification.id") == "" {
		return tender.Classification{}
	}
	return tender.Classification{Scheme: r.line("classification.scheme"), ID: r.line("classification.id"),
		Description: r.text("classification.description", was.Description)}
}

func (d *desk) savePlanEntry(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	f, err := d.entryForm(v)
	if err != nil {
		return err
	}
	f.Sheet = sheet{v.R.PostForm}
	r := newReader(v, f.Sheet)
	var was yearly.Entry
	if f.Entry != nil {
		was = *f.Entry
	}
	in := r.entryIn(was)
	if f.Wrong = r.refusal(); f.Wrong != nil {
		return planEntryPage.Show(v, f.Wrong.Status(), f)
	}
	if f.Entry == nil {
		f.Wrong, err = v.Again(v.Post(in, nil, "/api/v1/plans/%s/entries", f.Plan.ID))
	} else {
		seen(v, f.Version())
		f.Wrong, err = v.Again(v.Put(in, nil, "/api/v1/plans/%s/entries/%s", f.Plan.ID, f.Entry.ID))
	}
	if err != nil {
		return err
	}
	if f.Wrong != nil {
		return planEntryPage.Show(v, f.Wrong.Status(), f)
	}
	return v.SeeOther("buy.done.saved", "/buy/plans/%s", f.Plan.ID)
}

// settlePlanEntry withdraws, restores or removes an entry.
func (d *desk) settlePlanEntry(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	f, err := d.entryForm(v)
	if err != nil {
		return err
	}
	switch act := v.Path("act"); act {
	case "remove":
		err = v.Delete("/api/v1/plans/%s/entries/%s", f.Plan.ID, f.Entry.ID)
	case "withdraw":
		err = v.Post(map[string]any{"reason": textIn(v, "reason")}, nil, "/api/v1/plans/%s/entries/%s/withdraw", f.Plan.ID, f.Entry.ID)
	case "restore":
		err = v.Post(nil, nil, "/api/v1/plans/%s/entries/%s/restore", f.Plan.ID, f.Entry.ID)
	default:
		return v.Missing()
	}
	if f.Wrong, err = v.Again(err); err != nil {
		return err
	}
	if f.Wrong != nil {
		f.Sheet.entry(*f.Entry)
		f.Sheet.text("reason", textIn(v, "reason"))
		return planEntryPage.Show(v, f.Wrong.Status(), f)
	}
	return v.SeeOther("buy.done.saved", "/buy/plans/%s", f.Plan.ID)
}
