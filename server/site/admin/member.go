package admin

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"probity/server/site"
	"probity/tender/party"
)

// person is a user as their administrators see them.
type person struct {
	ID       string       `json:"id"`
	Version  int64        `json:"version"`
	Name     string       `json:"name"`
	Email    string       `json:"email"`
	Places   []site.Place `json:"places"`
	Disabled bool         `json:"disabled"`
	Created  time.Time    `json:"created"`
}

// membersView is who has a place in an organisation, with the form to invite.
type membersView struct {
	Wrong  *site.Wrong
	Org    org
	Base   string // path of these pages
	Why    string
	People []memberView
	Next   string
	In     inviteForm
	Roles  []site.Option
	May    bool

	Waiting []invited // who have not answered
	Over    []invited // who have, and those that were withdrawn
	More    string    // more of them
	Made    invited   // just now
	Link    string    // to hand over, where it does not go by mail
}

type memberView struct {
	person
	Roles []party.Role // in this organisation
}

var membersPage = site.PageOf[membersView](name, "members")

func showMembers(v *site.Visit) error {
	if v.Me.Choose {
		return v.SeeOther("", "/place?next=/organisation/members")
	}
	v.Reason = site.OwnReason
	return members(v, v.Me.Org, "/organisation/members", membersView{})
}

func showOrgMembers(v *site.Visit) error {
	return members(v, v.Path("id"), "/admin/organisations/"+url.PathEscape(v.Path("id"))+"/members", membersView{Why: v.Reason})
}

func members(v *site.Visit, id, path string, view membersView) error {
	view.Base, view.May = path, v.Me.May(party.UserInvite)
	if err := v.Get(&view.Org, "/api/v1/organisations/%s", id); err != nil {
		return err
	}
	var list site.List[person]
	if err := v.Find(&list, map[string]string{"organisation": id, "after": v.Query("after")}, "/api/v1/users"); err != nil {
		return err
	}
	for _, p := range list.Items {
		view.People = append(view.People, memberView{p, rolesAt(p, id)})
	}
	view.Next = next(v, list.Next)
	if err := view.invitations(v, id); err != nil {
		return err
	}
	view.Roles = roleOptions(v, view.Org.Kind, view.In.Roles)
	return membersPage.Show(v, view.Wrong.Status(), view)
}

func rolesAt(p person, org string) []party.Role {
	for _, x := range p.Places {
		if x.Org == org {
			return x.Roles
		}
	}
	return nil
}

func roleOptions(v *site.Visit, kind party.OrgKind, chosen []string) []site.Option {
	var list []site.Option
	for _, r := range party.RolesIn(kind) {
		list = append(list, site.Option{Value: string(r), Label: v.T("site.role." + string(r)), Hint: v.T("admin.role." + string(r)), Chosen: slices.Contains(chosen, string(r))})
	}
	return list
}

// personView is one person: their places, and what an administrator can do.
type personView struct {
	Wrong  *site.Wrong
	Person person
	Places []placeView
	Base   string
	Back   string
	Self   bool
	Ticket string // of a settled recovery, once
	Asked  bool   // a recovery waits for the second administrator
}

type placeView struct {
	Org   org
	Roles []site.Option
	Mine  bool
}

var personPage = site.PageOf[personView](name, "person")

func showMember(v *site.Visit) error {
	v.Reason = site.OwnReason
	return personWith(v, personView{Base: "/organisation/members/", Back: "/organisation/members"})
}

func showPerson(v *site.Visit) error {
	return personWith(v, personView{Base: "/admin/people/", Back: "/admin/people"})
}

func personWith(v *site.Visit, view personView) error {
	id := v.Path("id")
	if err := v.Get(&view.Person, "/api/v1/users/%s", id); err != nil {
		return err
	}
	view.Self = id == v.Me.User
	for _, p := range view.Person.Places {
		x := placeView{Org: org{ID: p.Org, Kind: p.Kind}, Mine: v.Me.May(party.UserRoles) && (p.Org == v.Me.Org || v.Me.May(party.OrgConfirm))}
		err := v.Get(&x.Org, "/api/v1/organisations/%s", p.Org)
		if r, ok := site.Refused(err); err != nil && (!ok || r.Status != http.StatusNotFound) {
			return err
		}
		var have []string
		for _, r := range p.Roles {
			have = append(have, string(r))
		}
		x.Roles = roleOptions(v, p.Kind, have)
		view.Places = append(view.Places, x)
	}
	return personPage.Show(v, view.Wrong.Status(), view)
}

type rolesForm struct {
	Org   string   `form:"organisation" json:"organisation"`
	Roles []string `form:"roles" json:"roles,omitempty"`
	Back  string   `form:"back" json:"-"`
}

// ground is where a form came from: the pages of one's own organisation, or the
// platform's.
func ground(back string) (base, list string) {
	if back == "/organisation/members" {
		return "/organisation/members/", back
	}
	return "/admin/people/", "/admin/people"
}

func setRoles(v *site.Visit) error {
	var in rolesForm
	if err := v.Form(&in); err != nil {
		return err
	}
	base, list := ground(in.Back)
	if err := v.Put(in, nil, "/api/v1/users/%s/roles", v.Path("id")); err != nil {
		return refusedPerson(v, err, in.Back)
	}
	if len(in.Roles) == 0 {
		return v.SeeOther("admin.done.removed", list)
	}
	return v.SeeOther("admin.done.roles", base+"%s", v.Path("id"))
}

// refusedPerson shows the person again, with what was refused.
func refusedPerson(v *site.Visit, err error, back string) error {
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	if v.Reason = v.Said(); v.Reason == "" || back == "/organisation/members" {
		v.Reason = site.OwnReason
	}
	base, list := ground(back)
	return personWith(v, personView{Wrong: w, Base: base, Back: list})
}

type stepForm struct {
	Disabled string `form:"disabled"`
	Back     string `form:"back"`
}

func disable(v *site.Visit) error {
	var in stepForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := v.Put(map[string]bool{"disabled": in.Disabled == "yes"}, nil, "/api/v1/users/%s/disabled", v.Path("id")); err != nil {
		return refusedPerson(v, err, in.Back)
	}
	base, _ := ground(in.Back)
	return v.SeeOther("admin.done.disabled", base+"%s", v.Path("id"))
}

// recoverFactor is one administrator's word that a person has lost their second
// factor; the second one's gets the ticket, which is shown once.
func recoverFactor(v *site.Visit) error {
	var in stepForm
	if err := v.Form(&in); err != nil {
		return err
	}
	var out struct {
		Settled bool   `json:"settled"`
		Ticket  string `json:"ticket"`
	}
	if err := v.Post(nil, &out, "/api/v1/users/%s/recovery", v.Path("id")); err != nil {
		return refusedPerson(v, err, in.Back)
	}
	if v.Reason = v.Said(); v.Reason == "" || in.Back == "/organisation/members" {
		v.Reason = site.OwnReason
	}
	base, list := ground(in.Back)
	return personWith(v, personView{Base: base, Back: list, Ticket: out.Ticket, Asked: !out.Settled})
}

type findView struct {
	Email string
	Why   string
	None  bool
}

var findPage = site.PageOf[findView](name, "people")

func findPerson(v *site.Visit) error {
	view := findView{Email: v.Query("email"), Why: v.Reason}
	if view.Email == "" {
		return findPage.Show(v, http.StatusOK, view)
	}
	var list site.List[person]
	err := v.Find(&list, map[string]string{"email": view.Email}, "/api/v1/users")
	if p, ok := site.Refused(err); ok && p.Status == http.StatusNotFound {
		view.None = true
		return findPage.Show(v, http.StatusOK, view)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("", "/admin/people/%s", list.Items[0].ID)
}
