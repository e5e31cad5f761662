package buy

import (
	"net/url"
	"slices"

	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// procedure is a tender as the API shows it to the visitor.
type procedure struct {
	tender.Tender
	Actions    []tender.Action            `json:"actions"`
	LotActions map[string][]tender.Action `json:"lotActions"`
	Waits      []tender.Wait              `json:"waits"`
}

// May reports whether the API offers the visitor an action.
func (p *procedure) May(a string) bool { return slices.Contains(p.Actions, tender.Action(a)) }

// MayLot is May for an action on a lot.
func (p *procedure) MayLot(lot, a string) bool {
	return slices.Contains(p.LotActions[lot], tender.Action(a))
}

// Title of a draft may be missing still.
func (p *procedure) Titled() bool { return len(p.Notice.Title) > 0 }

// WaitOf is what a lot waits for, or nil.
func (p *procedure) WaitOf(lot string) *tender.Wait {
	for i := range p.Waits {
		if p.Waits[i].Lot == lot {
			return &p.Waits[i]
		}
	}
	return nil
}

// LotNotice is what the notice says about a lot.
func (p *procedure) LotNotice(id string) *tender.LotNotice { return p.Notice.Lot(id) }

// lotTitle is what people call a lot; "" for the whole.
func (p *procedure) lotTitle(v *site.Visit, id string) string {
	if l := p.Notice.Lot(id); l != nil {
		return titleOr(v, l.Title, l.ID)
	}
	return id
}

// Path is the procedure's page.
func (p *procedure) Path() string { return "/buy/tenders/" + url.PathEscape(p.ID) }

// Writing is the notice that is being written: the draft, or an amendment of
// what is published.
func (p *procedure) Writing() tender.Notice {
	if p.Amendment != nil {
		return *p.Amendment
	}
	return p.Notice
}

// get asks for the procedure of the page's address.
func get(v *site.Visit) (*procedure, error) { return getTender(v, v.Path("id")) }

func getTender(v *site.Visit, id string) (*procedure, error) {
	p := new(procedure)
	if !v.SignedIn() {
		return p, v.Get(nil, "/api/v1/me") // which says so
	}
	if !v.Me.May(party.TenderRead) {
		return p, v.Missing()
	}
	return p, v.Get(p, "/api/v1/tenders/%s", id)
}

// none is a form whose values are read one by one.
type none struct{}

// form reads a posted form.
func form(v *site.Visit) error {
	var in none
	return v.Form(&in)
}

// texts are the languages of forms: those that the pages speak.
var texts = []string{"en", "zh-CN"}

// textIn reads a text in several languages from the posted form; languages
// that the form does not have stay as they were.
func textIn(v *site.Visit, name string) tender.Text {
	t := tender.Text{}
	for _, lang := range texts {
		if s := v.Value(name + "." + lang); s != "" {
			t[lang] = s
		}
	}
	return t
}

// wording is what scripts say on a page that signs.
func wording(v *site.Visit, members ...string) map[string]string {
	words := map[string]string{}
	for _, key := range []string{"sign.passkey", "sign.waiting", "sign.done", "sign.no_key", "sign.other", "sign.nothing", "error.other", "client.unreachable"} {
		words[key] = v.T("buy.script." + key)
	}
	words["record.colon"] = v.T("site.colon")
	for _, value := range []string{"kind.approve", "kind.approve-plan", "kind.award", "kind.contract", "kind.contract-change", "side.buyer"} {
		words["record."+value] = v.T("buy.record." + value)
	}
	for _, m := range members {
		words["record."+m] = v.T("buy.record." + m)
	}
	return words
}
