package account

import (
	"net/http"
	"time"

	"probity/server/site"
	"probity/tender/text"
)

// invitation is what one is invited to.
type invitation struct {
	Org     text.Text `json:"organisation"`
	Roles   []string  `json:"roles"`
	Email   string    `json:"email"`
	Expires time.Time `json:"expires"`
	New     bool      `json:"new"`
	Yours   bool      `json:"yours"`
}

// invitationView asks a new person for a password, and whoever has an account to
// sign in and take the place with it.
type invitationView struct {
	Wrong  *site.Wrong
	Ticket string
	To     invitation
	Good   bool // the invitation is known

	Service site.Service // outside
	Link    bool         // the browser carries an identity of it, to be linked
}

var invitationPage = site.PageOf[invitationView](name, "invitation")

func look(v *site.Visit, ticket string, wrong *site.Wrong, status int) error {
	view := invitationView{Wrong: wrong, Ticket: ticket, Link: v.Query("link") != "" || v.R.PostForm.Get("link") != ""}
	var err error
	if view.Service, err = v.Outside(); err != nil {
		return err
	}
	if ticket == "" {
		return invitationPage.Show(v, status, view)
	}
	err = v.Post(map[string]string{"invitation": ticket}, &view.To, "/api/v1/invitations/look")
	p, refused := site.Refused(err)
	switch {
	case err == nil:
		view.Good = true
	case !refused || p.Status >= 500 || p.Status == http.StatusTooManyRequests:
		return err
	case wrong == nil:
		p.Errors = map[string]string{"invitation": p.Detail}
		view.Wrong, status = &site.Wrong{Problem: p}, http.StatusForbidden
	}
	return invitationPage.Show(v, status, view)
}

func showInvitation(v *site.Visit) error { return look(v, v.Query("ticket"), nil, http.StatusOK) }

type acceptForm struct {
	Invitation string `form:"invitation" json:"invitation"`
	Password   string `form:"password" json:"password"`
	Link       bool   `form:"link" json:"link,omitempty"`
	Cookie     bool   `form:"-" json:"cookie"`
}

// accept takes an invitation with a password, or only looks at the ticket that
// somebody has typed.
func accept(v *site.Visit) error {
	in := acceptForm{Cookie: true}
	if err := v.Form(&in); err != nil {
		return err
	}
	if !v.R.PostForm.Has("password") {
		return look(v, in.Invitation, nil, http.StatusOK)
	}
	err := v.Post(in, nil, "/api/v1/invitations/accept")
	if err == nil {
		return v.SeeOther("account.done.accepted", "/account/factor")
	}
	p, ok := site.Refused(err)
	if !ok || p.Status >= 500 {
		return err
	}
	if p.Status == http.StatusUnauthorized {
		p.Status = http.StatusForbidden // the ticket is wrong; there is nothing to sign in for
		p.Errors = map[string]string{"invitation": p.Detail}
	}
	return look(v, in.Invitation, &site.Wrong{Problem: p}, p.Status)
}

func join(v *site.Visit) error {
	var in acceptForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := v.Known(); err != nil {
		return err
	}
	err := v.Post(map[string]string{"invitation": in.Invitation}, nil, "/api/v1/me/places")
	if err == nil {
		return v.SeeOther("account.done.joined", "/place")
	}
	p, ok := site.Refused(err)
	if !ok || p.Status >= 500 {
		return err
	}
	if p.Status == http.StatusUnauthorized {
		p.Status = http.StatusForbidden
	}
	return look(v, in.Invitation, &site.Wrong{Problem: p}, p.Status)
}
