package admin

import (
	"net/url"
	"time"

	"probity/server/site"
	"probity/tender/party"
)

// invited is somebody who was asked to take a place.
type invited struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Email      string       `json:"email"`
	Roles      []party.Role `json:"roles"`
	Expires    time.Time    `json:"expires"`
	State      string       `json:"state"`
	Mailed     bool         `json:"mailed"`
	Invitation string       `json:"invitation"` // once, where it does not go by mail
}

// Waits reports whether it can be sent again, or withdrawn.
func (x invited) Waits() bool { return x.State == "open" || x.State == "expired" }

type inviteForm struct {
	Name  string   `form:"person.name"`
	Email string   `form:"person.email"`
	Roles []string `form:"roles"`
}

// invitations adds those of an organisation to the page of its members.
func (view *membersView) invitations(v *site.Visit, org string) error {
	var list site.List[invited]
	if err := v.Find(&list, map[string]string{"organisation": org, "after": v.Query("invited"), "limit": "30"}, "/api/v1/invitations"); err != nil {
		return err
	}
	for _, x := range list.Items {
		switch {
		case x.Email == "": // long over
		case x.Waits():
			view.Waiting = append(view.Waiting, x)
		default:
			view.Over = append(view.Over, x)
		}
	}
	if list.Next != "" {
		view.More = v.With("invited", list.Next)
	}
	return nil
}

// membersOf is the path of the page of an organisation's members, and the
// organisation: of the platform's administrators, or of the visitor's own.
func membersOf(v *site.Visit) (org, path string) {
	if org = v.Path("id"); org != "" {
		return org, "/admin/organisations/" + url.PathEscape(org) + "/members"
	}
	v.Reason = site.OwnReason
	return v.Me.Org, "/organisation/members"
}

// invite shows the invitation in the page that answers, once.
func invite(v *site.Visit) error {
	org, path := membersOf(v)
	var in inviteForm
	if err := v.Form(&in); err != nil {
		return err
	}
	person := map[string]string{"name": in.Name, "email": in.Email, "language": v.Lang}
	var made invited
	if err := v.Post(map[string]any{"organisation": org, "roles": in.Roles, "person": person}, &made, "/api/v1/users"); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return members(v, org, path, membersView{Wrong: w, In: in})
	}
	return members(v, org, path, made.shown(v))
}

// shown is the page with an invitation that was made or sent just now.
func (x invited) shown(v *site.Visit) membersView {
	view := membersView{Made: x}
	if x.Invitation != "" {
		view.Link = v.Site().Origin + "/invitation?ticket=" + url.QueryEscape(x.Invitation)
	}
	return view
}

func resend(v *site.Visit) error {
	return again(v, "/api/v1/invitations/%s/resend", func(made invited, org, path string) error {
		return members(v, org, path, made.shown(v))
	})
}

func withdraw(v *site.Visit) error {
	return again(v, "/api/v1/invitations/%s/withdraw", func(_ invited, _, path string) error {
		return v.SeeOther("admin.done.withdrawn", path)
	})
}

// again does something with an invitation that there is.
func again(v *site.Visit, route string, then func(made invited, org, path string) error) error {
	org, path := membersOf(v)
	if err := v.Form(new(struct{})); err != nil {
		return err
	}
	var made invited
	if err := v.Post(nil, &made, route, v.Path("invitation")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return members(v, org, path, membersView{Wrong: w})
	}
	return then(made, org, path)
}
