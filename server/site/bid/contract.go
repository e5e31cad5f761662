package bid

import (
	"net/http"
	"slices"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/contract"
)

// agreement is a contract as the API shows it to the supplier.
type agreement struct {
	contract.Contract
	Actions []contract.Action `json:"actions"`
}

// May reports whether the API offers an action.
func (a *agreement) May(act string) bool { return slices.Contains(a.Actions, contract.Action(act)) }

// Price is what it is worth now.
func (a *agreement) Price() tender.Money {
	if a.Value.Currency != "" {
		return a.Value
	}
	return a.Record.Price
}

// Mine is the supplier's signature, or nil.
func (a *agreement) Mine() *contract.Signature { return a.Signed(contract.SupplierSide) }

// Paid is what was paid of an invoice.
func (a *agreement) Paid(invoice string) tender.Money {
	sum := tender.Money{Currency: a.Record.Price.Currency}
	for _, p := range a.Payments {
		if p.Invoice == invoice {
			sum.Minor += p.Amount.Minor
		}
	}
	return sum
}

type contractsView struct {
	List []*agreement
	Next string
}

// contractView is one contract, with the forms of what the supplier may do.
type contractView struct {
	*agreement
	Wrong  *site.Wrong
	Bill   invoiceForm
	Note   string
	Stones []site.Option // milestones that an invoice may be for
	Words  map[string]string
}

var (
	contractsPage = site.PageOf[contractsView](name, "contracts")
	contractPage  = site.PageOf[contractView](name, "contract")
)

func contracts(v *site.Visit) error {
	var list site.List[*agreement]
	if err := v.Find(&list, map[string]string{"after": v.Query("after")}, "/api/v1/desk/contracts"); err != nil {
		return err
	}
	return contractsPage.Show(v, http.StatusOK, contractsView{list.Items, list.Next})
}

func showContract(v *site.Visit) error { return theContract(v, contractView{}) }

func theContract(v *site.Visit, view contractView) error {
	view.agreement = new(agreement)
	if err := v.Get(view.agreement, "/api/v1/contracts/%s", v.Path("contract")); err != nil {
		return err
	}
	if view.Bill.Date == "" {
		view.Bill.Date = v.Now().Format(time.DateOnly)
	}
	view.Stones = []site.Option{{Label: v.T("bid.invoice.whole")}}
	for _, m := range view.Milestones {
		view.Stones = append(view.Stones, site.Option{Value: m.ID, Label: m.Title.In(v.Lang), Chosen: m.ID == view.Bill.Milestone})
	}
	view.Words = v.Script("bid.script.")
	return contractPage.Show(v, view.Wrong.Status(), view)
}

// then goes back to the contract after an act, or shows it with what is wrong.
func then(v *site.Visit, err error, done string, view contractView) error {
	if err == nil {
		return v.SeeOther(done, "/bid/contracts/%s", v.Path("contract"))
	}
	if view.Wrong, err = v.Again(err); err != nil {
		return err
	}
	return theContract(v, view)
}

type signForm struct {
	Signature string `form:"signature"`
}

func signContract(v *site.Visit) error {
	var in signForm
	if err := v.Form(&in); err != nil {
		return err
	}
	s, wrong := v.Signature(in.Signature)
	if wrong != nil {
		return theContract(v, contractView{Wrong: wrong})
	}
	return then(v, v.Post(map[string]any{"signature": s}, nil, "/api/v1/contracts/%s/sign", v.Path("contract")), "bid.done.signed", contractView{})
}

type noteForm struct {
	Note string `form:"note"`
}

// deliver reports that a milestone is reached.
func deliver(v *site.Visit) error {
	var in noteForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{}
	if in.Note != "" {
		body["note"] = tender.Text{v.Lang: in.Note}
	}
	return then(v, v.Post(body, nil, "/api/v1/contracts/%s/milestones/%s/deliver", v.Path("contract"), v.Path("milestone")), "bid.done.delivered", contractView{Note: in.Note})
}

type invoiceForm struct {
	Number    string `form:"number"`
	Milestone string `form:"milestone"`
	Date      string `form:"date"`
	Amount    string `form:"amount"`
	Currency  string `form:"currency"`
}

// charge sends an invoice.
func charge(v *site.Visit) error {
	var in invoiceForm
	if err := v.Form(&in); err != nil {
		return err
	}
	body := map[string]any{"number": in.Number, "milestone": in.Milestone, "date": in.Date, "amount": map[string]string{"amount": in.Amount, "currency": in.Currency}}
	return then(v, v.Post(body, nil, "/api/v1/contracts/%s/invoices", v.Path("contract")), "bid.done.charged", contractView{Bill: in})
}
