package account

import (
	"net/http"
	"time"

	"probity/server/site"
)

// address is how one's own e-mail address stands.
type address struct {
	Email     string     `json:"email"`
	Confirmed *time.Time `json:"confirmed"`
	Pending   string     `json:"pending"`
	Mails     bool       `json:"mails"`
}

// addressView is the form for another address.
type addressView struct {
	Wrong *site.Wrong
	Now   address
	In    addressForm
}

type addressForm struct {
	Email string `form:"email" json:"email"`
	Code  string `form:"code" json:"code"`
}

var addressPage = site.PageOf[addressView](name, "address")

func showAddress(v *site.Visit) error { return addressWith(v, addressView{}) }

func addressWith(v *site.Visit, view addressView) error {
	if err := v.Get(&view.Now, "/api/v1/me/address"); err != nil {
		return err
	}
	view.In.Code = ""
	return addressPage.Show(v, view.Wrong.Status(), view)
}

func changeAddress(v *site.Visit) error {
	var in addressForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Code = bare(in.Code)
	var now address
	if err := v.Put(in, &now, "/api/v1/me/address"); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return addressWith(v, addressView{Wrong: w, In: in})
	}
	if now.Pending == "" {
		return v.SeeOther("account.done.address", "/account")
	}
	return v.SeeOther("account.done.letter", "/account")
}

// askLetter sends the letter again.
func askLetter(v *site.Visit) error {
	if err := v.Form(new(struct{})); err != nil {
		return err
	}
	err := v.Post(nil, nil, "/api/v1/me/address/letter")
	if err == nil {
		return v.SeeOther("account.done.letter", "/account")
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	var m me
	if err := v.Get(&m, "/api/v1/me"); err != nil {
		return err
	}
	return home(v, m, w)
}

// confirmView is the page that the link of a letter opens. Opening it changes
// nothing, since programs that look for harm in mail open links, too.
type confirmView struct {
	Wrong  *site.Wrong
	Ticket string
	Of     claimed
	Good   bool
}

// claimed is the address that a letter's ticket is for.
type claimed struct {
	Email string `json:"email"`
	Name  string `json:"name"`
	Done  bool   `json:"done"`
}

var confirmPage = site.PageOf[confirmView](name, "confirm")

func showConfirm(v *site.Visit) error { return confirmWith(v, v.Query("ticket"), nil) }

func confirmWith(v *site.Visit, ticket string, wrong *site.Wrong) error {
	view := confirmView{Wrong: wrong, Ticket: ticket}
	err := v.Post(map[string]string{"ticket": ticket}, &view.Of, "/api/v1/addresses/look")
	p, refused := site.Refused(err)
	status := wrong.Status()
	switch {
	case err == nil:
		view.Good = true
	case !refused || p.Status >= 500 || p.Status == http.StatusTooManyRequests:
		return err
	case wrong == nil:
		p.Errors = nil // the ticket is no field of the page
		p.Detail = v.T("account.confirm.unknown")
		view.Wrong, status = &site.Wrong{Problem: p}, http.StatusForbidden
	}
	return confirmPage.Show(v, status, view)
}

func confirm(v *site.Visit) error {
	var in struct {
		Ticket string `form:"ticket" json:"ticket"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	view := confirmView{Ticket: in.Ticket, Good: true}
	err := v.Post(in, &view.Of, "/api/v1/addresses/confirm")
	if err == nil {
		return confirmPage.Show(v, http.StatusOK, view)
	}
	p, ok := site.Refused(err)
	if !ok || p.Status >= 500 {
		return err
	}
	p.Errors = nil
	if p.Status == http.StatusUnauthorized {
		p.Status = http.StatusForbidden // the ticket is wrong; there is nothing to sign in for
	}
	return confirmWith(v, in.Ticket, &site.Wrong{Problem: p})
}
