package buy

import (
	"net/url"
	"strconv"

	"probity/server/site"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/rules"
)

// contractForm is what is typed of a contract; prices, items and dates of
// delivery are known.
type contractForm struct {
	*stepView
	A   *agreement // nil for a new one
	L   string     // the lot
	To  string     // where the form goes
	Try string
}

var contractFormPage = site.PageOf[*contractForm](name, "contract-form")

func (d *desk) showNewContract(v *site.Visit) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	n := p.Notice.Lot(v.Path("lot"))
	if n == nil {
		return v.Missing()
	}
	s := newSheet()
	for _, lang := range texts {
		if t, there := n.Title[lang]; there {
			s.Set("title."+lang, v.T("buy.contract.title."+lang, "Title", t))
		}
	}
	s.Set("number", p.Notice.Reference)
	s.Set("date", v.Now().In(v.Site().Zone).Format("2006-01-02"))
	return d.newForm(v, p, s, nil)
}

func (d *desk) newForm(v *site.Visit, p *procedure, s sheet, wrong *site.Wrong) error {
	view := &contractForm{stepView: &stepView{procedure: p, Sheet: s, Wrong: wrong, v: v}, L: v.Path("lot"),
		To: p.Path() + "/lots/" + v.Path("lot") + "/contract"}
	return contractFormPage.Show(v, wrong.Status(), view)
}

// contractPlan is what is typed, as the API takes it.
type contractPlan struct {
	Number   string            `json:"number"`
	Title    tender.Text       `json:"title"`
	Date     rules.Date        `json:"date"`
	Clauses  []contract.Clause `json:"clauses"`
	Buyer    signatory         `json:"buyer"`
	Supplier signatory         `json:"supplier"`
}

type signatory struct {
	Name     string      `json:"name"`
	Position tender.Text `json:"position"`
}

func readContract(r *reader) contractPlan {
	c := contractPlan{Number: r.line("number"), Title: r.words("title", nil), Clauses: []contract.Clause{},
		Buyer:    signatory{r.line("buyer.name"), r.words("buyer.position", nil)},
		Supplier: signatory{r.line("supplier.name"), r.words("supplier.position", nil)}}
	c.Date = r.day("date")
	for i := range r.n("clauses") {
		path := at("clauses", i)
		c.Clauses = append(c.Clauses, contract.Clause{Title: r.words(path+".title", nil), Body: r.words(path+".body", nil)})
	}
	return c
}

// day reads a date.
func (r *reader) day(name string) rules.Date {
	var d rules.Date
	s := r.line(name)
	if s == "" {
		return d
	}
	if err := d.UnmarshalText([]byte(s)); err != nil {
		r.wrong[name] = r.v.T("buy.form.day")
	}
	return d
}

func writeContract(s sheet, a *agreement) {
	r := &a.Record
	s.Set("number", r.Number)
	s.text("title", r.Title)
	s.Set("date", r.Date.String())
	for _, p := range r.Parties {
		who := map[contract.Side]string{contract.BuyerSide: "buyer", contract.SupplierSide: "supplier"}[p.Role]
		if who != "" {
			s.Set(who+".name", p.Representative)
			s.text(who+".position", p.Position)
		}
	}
	s.count("clauses", len(r.Clauses))
	for i, c := range r.Clauses {
		s.text(at("clauses", i)+".title", c.Title)
		s.text(at("clauses", i)+".body", c.Body)
	}
}

func (d *desk) newContract(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	p, err := get(v)
	if err != nil {
		return err
	}
	s := sheet{v.R.PostForm}
	if reshape(s, v) {
		return d.newForm(v, p, s, nil)
	}
	r := newReader(v, s)
	in := readContract(r)
	if wrong := r.refusal(); wrong != nil {
		return d.newForm(v, p, s, wrong)
	}
	var made agreement
	wrong, err := v.Again(v.Post(in, &made, "/api/v1/tenders/%s/lots/%s/contract", p.ID, v.Path("lot")))
	if wrong != nil {
		return d.newForm(v, p, s, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.contract_drafted", made.Path()+"/edit")
}

func (d *desk) showContractForm(v *site.Visit) error {
	c, err := openContract(v)
	if err != nil {
		return err
	}
	s := newSheet()
	writeContract(s, c.agreement)
	return d.contractForm(v, c.agreement, c.P, s, nil)
}

func (d *desk) contractForm(v *site.Visit, a *agreement, p *procedure, s sheet, wrong *site.Wrong) error {
	view := &contractForm{stepView: &stepView{procedure: p, Sheet: s, Wrong: wrong, v: v}, A: a, L: a.Record.Lot,
		To: a.Path() + "/edit", Try: a.Path() + "/try"}
	return contractFormPage.Show(v, wrong.Status(), view)
}

// Open reports whether the contract can be written now.
func (c *contractForm) Open() bool {
	if c.A != nil {
		return c.A.May("edit")
	}
	l := c.Tender.Lot(c.L)
	return l != nil && l.Phase == tender.Awarded
}

// Back is the page of what the contract is of.
func (c *contractForm) Back() string {
	if c.A != nil {
		return c.A.Path()
	}
	return c.procedure.Path() + "/lots/" + url.PathEscape(c.L)
}

// Version is the contract's, or none for a new one.
func (c *contractForm) Version() string {
	if c.A == nil {
		return ""
	}
	return strconv.FormatInt(c.A.Version, 10)
}

func (d *desk) editContract(v *site.Visit) error { return d.saveContract(v, false) }

// tryContract saves what is typed and shows the paper that it makes.
func (d *desk) tryContract(v *site.Visit) error { return d.saveContract(v, true) }

func (d *desk) saveContract(v *site.Visit, stay bool) error {
	if err := form(v); err != nil {
		return err
	}
	c, err := openContract(v)
	if err != nil {
		return err
	}
	s := sheet{v.R.PostForm}
	if reshape(s, v) {
		return d.contractForm(v, c.agreement, c.P, s, nil)
	}
	r := newReader(v, s)
	in := readContract(r)
	if wrong := r.refusal(); wrong != nil {
		return d.contractForm(v, c.agreement, c.P, s, wrong)
	}
	is := new(agreement)
	wrong, err := v.Again(v.Put(in, is, "/api/v1/contracts/%s", c.ID))
	switch {
	case wrong != nil:
		return d.contractForm(v, c.agreement, c.P, s, wrong)
	case err != nil:
		return err
	case stay:
		return d.contractForm(v, is, c.P, s, nil)
	}
	return v.SeeOther("buy.done.saved", is.Path())
}
