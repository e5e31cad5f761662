package buy

import (
	"net/url"
	"slices"
	"strconv"

	"probity/server/site"
	"probity/tender"
	"probity/tender/contract"
)

// agreement is a contract as the API shows it to the visitor.
type agreement struct {
	contract.Contract
	Actions []contract.Action `json:"actions"`
	Room    *contract.Room    `json:"room"`
	Change  *contract.Change  `json:"openChange"`
}

// May reports whether the API offers an action.
func (a *agreement) May(act string) bool { return slices.Contains(a.Actions, contract.Action(act)) }

// Path is the contract's page.
func (a *agreement) Path() string { return "/buy/contracts/" + url.PathEscape(a.ID) }

// Price is what it is worth now.
func (a *agreement) Price() tender.Money {
	if a.Value.Currency != "" {
		return a.Value
	}
	return a.Record.Price
}

// Other is the supplier as the paper names it.
func (a *agreement) Other() tender.Text {
	for _, p := range a.Record.Parties {
		if p.Role == contract.SupplierSide {
			return p.Org.Name
		}
	}
	return nil
}

// Share is what part of the price a sum is, in whole percent, at most 100.
func (a *agreement) Share(m tender.Money) int {
	price := a.Price().Minor
	if price <= 0 {
		return 0
	}
	n, err := m.Decimal().Mul(tender.NewDecimal(100)).Div(a.Price().Decimal(), 0)
	if err != nil {
		return 0
	}
	whole, err := strconv.Atoi(n.String())
	if err != nil {
		return 0
	}
	return min(100, whole)
}

// Rest of an invoice is what is not paid of it.
func (a *agreement) Rest(invoice string) tender.Money {
	var rest tender.Money
	for _, x := range a.Invoices {
		if x.ID == invoice {
			rest = x.Amount
		}
	}
	for _, p := range a.Payments {
		if p.Invoice == invoice {
			rest.Minor -= p.Amount.Minor
		}
	}
	return rest
}

type contractsView struct {
	List []*agreement
	Next string
}

var contractsPage = site.PageOf[contractsView](name, "contracts")

func (d *desk) contracts(v *site.Visit) error {
	var list site.List[*agreement]
	if err := v.Find(&list, map[string]string{"after": v.Query("after")}, "/api/v1/desk/contracts"); err != nil {
		return err
	}
	return contractsPage.Show(v, ok, contractsView{list.Items, list.Next})
}

// contractView is one contract, from its signature to its end.
type contractView struct {
	*agreement
	P     *procedure
	Wrong *site.Wrong
	Sheet sheet
	Act   string // the form that was refused
	Words map[string]string
	v     *site.Visit
}

// Version is the one that the visitor saw.
func (c *contractView) Version() int64 { return c.agreement.Version }

func (c *contractView) form(act string) *stepView {
	s := &stepView{Sheet: newSheet(), v: c.v, Currency: c.Record.Price.Currency}
	if act == c.Act {
		s.Sheet, s.Wrong = c.Sheet, c.Wrong
	}
	return s
}

// Two is a text in both languages, in the form of an action.
func (c *contractView) Two(act, name string, rows int) []site.Field {
	return c.form(act).Two(name, rows)
}

// F is a field in the form of an action.
func (c *contractView) F(act, name string) site.Field { return c.form(act).F(name) }

// Day is a date.
func (c *contractView) Day(act, name string) site.Field {
	f := c.form(act).F(name)
	f.Type, f.Width = "date", "medium"
	return f
}

// Amount is an amount in the contract's currency.
func (c *contractView) Amount(act, name string) site.Field { return c.form(act).Amount(name, false) }

// Bills are the invoices that are not paid in full, as choices.
func (c *contractView) Bills() site.Field {
	f := c.form("payments").F("invoice")
	for _, x := range c.Invoices {
		if rest := c.Rest(x.ID); rest.Minor > 0 {
			f.Options = append(f.Options, site.Option{Value: x.ID, Label: x.Number + " · " + c.v.Money(rest), Chosen: f.Value == x.ID})
		}
	}
	return f
}

// Verdicts are how a milestone can be judged.
func (c *contractView) Verdicts(milestone string) site.Field {
	return c.form("milestone-"+milestone).Choose("status", "milestone", "met partiallyMet notMet")
}

var contractPage = site.PageOf[*contractView](name, "contract")

func (d *desk) contract(v *site.Visit) error { return d.showContract(v, "", nil) }

func (d *desk) showContract(v *site.Visit, act string, wrong *site.Wrong) error {
	view, err := openContract(v)
	if err != nil {
		return err
	}
	view.Act, view.Wrong = act, wrong
	if wrong != nil {
		view.Sheet = sheet{v.R.PostForm}
	}
	return contractPage.Show(v, wrong.Status(), view)
}

func openContract(v *site.Visit) (*contractView, error) {
	a := new(agreement)
	if err := v.Get(a, "/api/v1/contracts/%s", v.Path("contract")); err != nil {
		return nil, err
	}
	p, err := getTender(v, a.Record.Tender)
	if err != nil {
		return nil, err
	}
	return &contractView{agreement: a, P: p, Sheet: newSheet(), v: v,
		Words: wording(v, "kind", "contract", "body", "side", "change", "hash")}, nil
}

// preview gives the paper to be shown inside the page of the contract, and
// nowhere else.
func (d *desk) preview(v *site.Visit) error {
	var b []byte
	if err := v.Get(&b, "/api/v1/contracts/%s/preview", v.Path("contract")); err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Security-Policy", "script-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", "inline")
	h.Set("Cache-Control", "no-store")
	_, err := v.W.Write(b)
	return err
}
