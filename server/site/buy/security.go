package buy

import (
	"slices"
	"time"

	"probity/bidding/security"
	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// securitiesView is the bid securities of a lot: who is to get one back.
type securitiesView struct {
	*procedure
	L      tender.Lot
	N      *tender.LotNotice
	List   []securityLine
	Next   string
	Wrong  *site.Wrong
	Bidder string // whose form was refused
}

// securityLine is one of them, with its forms.
type securityLine struct {
	security.Holding
	form *stepView
}

var securitiesPage = site.PageOf[*securitiesView](name, "securities")

// May reports whether the API offers an action.
func (l securityLine) May(a string) bool { return slices.Contains(l.Actions, security.Action(a)) }

// When is the field for the day on which it was returned.
func (l securityLine) When() site.Field {
	f := l.form.F("day")
	f.Name, f.Type, f.Width = own("day", l.Bidder.ID), "date", "medium"
	return f
}

// Grounds are the fields for why it is kept, in both languages.
func (l securityLine) Grounds() []site.Field {
	list := l.form.Two("reason", 3)
	for i := range list {
		list[i].Name = own(list[i].Name, l.Bidder.ID)
	}
	return list
}

// own is the name of a field in the form of one bidder: the page has many.
func own(name, bidder string) string { return bidder + "-" + name }

// Held reports whether the buyer still holds it.
func (l securityLine) Held() bool { return l.State == security.Held }

func (d *desk) securities(v *site.Visit) error { return d.showSecurities(v, "", newSheet(), nil) }

func (d *desk) showSecurities(v *site.Visit, bidder string, s sheet, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	l := p.Tender.Lot(v.Path("lot"))
	if l == nil {
		return v.Missing()
	}
	view := &securitiesView{procedure: p, L: *l, N: p.Notice.Lot(l.ID), Wrong: ownWrong(wrong, bidder), Bidder: bidder}
	var list site.List[security.Holding]
	if err := v.Find(&list, map[string]string{"after": v.Query("after")}, "/api/v1/tenders/%s/lots/%s/securities", p.ID, l.ID); err != nil {
		return err
	}
	view.Next = list.Next
	for _, x := range list.Items {
		f := &stepView{Sheet: newSheet(), v: v}
		f.Sheet.Set("day", v.Now().Format(time.DateOnly))
		if x.Bidder.ID == bidder {
			f.Sheet, f.Wrong = s, wrong
		}
		view.List = append(view.List, securityLine{x, f})
	}
	return securitiesPage.Show(v, wrong.Status(), view)
}

// ownWrong names the fields of a complaint as the bidder's form does.
func ownWrong(w *site.Wrong, bidder string) *site.Wrong {
	if w == nil {
		return nil
	}
	p := *w.Problem
	p.Errors = map[string]string{}
	for name, text := range w.Problem.Errors {
		p.Errors[own(name, bidder)] = text
	}
	return &site.Wrong{Problem: &p}
}

// settleSecurity returns or keeps one, or corrects what is recorded of it.
func (d *desk) settleSecurity(v *site.Visit) error {
	act, bidder := v.Path("act"), v.Path("bidder")
	if !slices.Contains([]security.Action{security.Return, security.Keep, security.Correct}, security.Action(act)) {
		return v.Missing()
	}
	if err := form(v); err != nil {
		return err
	}
	r := newReader(v, newSheet())
	for _, name := range []string{"day", "reason.en", "reason.zh"} {
		r.Set(name, v.Value(own(name, bidder)))
	}
	in := map[string]any{}
	if act == string(security.Return) {
		in["day"] = r.day("day")
	} else {
		in["reason"] = r.words("reason", nil)
	}
	if wrong := r.refusal(); wrong != nil {
		return d.showSecurities(v, bidder, r.sheet, wrong)
	}
	wrong, err := v.Again(v.Post(in, nil, "/api/v1/tenders/%s/lots/%s/securities/%s/"+act, v.Path("id"), v.Path("lot"), bidder))
	if wrong != nil {
		return d.showSecurities(v, bidder, r.sheet, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.security_"+act, "/buy/tenders/%s/lots/%s/securities", v.Path("id"), v.Path("lot"))
}

// Secured reports whether securities were given that may be told of by now.
func (p *procedure) Secured() bool {
	return p.Notice.Security != nil && (!p.Sealed.IsZero() || p.Phase == tender.Cancelled)
}

// unreturned lists, by lot, the securities that are still to be returned.
func unreturned(v *site.Visit, p *procedure) ([]due, error) {
	if !p.Secured() || !v.Me.May(party.SecurityRead) {
		return nil, nil
	}
	var out []due
	for _, l := range p.Lots {
		var list site.List[security.Holding]
		if err := allowed(v.Find(&list, map[string]string{"limit": "200"}, "/api/v1/tenders/%s/lots/%s/securities", p.ID, l.ID)); err != nil {
			return nil, err
		}
		x := due{Word: "buy.wait.securities", Lot: l.ID, Roles: []party.Role{party.RoleOfficer}, Path: p.Path() + "/lots/" + l.ID + "/securities"}
		for _, s := range list.Items {
			if s.State != security.Held || s.Why == "" {
				continue
			}
			x.Count++
			x.Late = x.Late || s.Late
			if !s.Due.IsZero() && (x.At.IsZero() || s.Due.Before(x.At)) {
				x.At = s.Due
			}
		}
		if x.Count > 0 {
			out = append(out, x)
		}
	}
	return out, nil
}
