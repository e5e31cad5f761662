package account

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"probity/server/site"
	"probity/tender/party"
)

// registerForm is a business, or a public body, with its first person.
type registerForm struct {
	Kind   string `form:"kind"`
	Name   string `form:"name"` // in the visitor's language
	Scheme string `form:"identifier.scheme"`
	Other  string `form:"other"` // a scheme that is not offered
	ID     string `form:"identifier.id"`
	Legal  string `form:"identifier.legalName"`

	Person   string `form:"person.name"`
	Email    string `form:"person.email"`
	Password string `form:"password"`
	Ticket   string `form:"ticket"` // of the set-up
}

// registerView is the form to come in: who registers, sets up, or adds another.
type registerView struct {
	Wrong   *site.Wrong
	In      registerForm
	Kinds   []site.Option
	Schemes []site.Option
}

var (
	registerPage = site.PageOf[registerView](name, "register")
	setupPage    = site.PageOf[registerView](name, "setup")
	anotherPage  = site.PageOf[registerView](name, "another")
)

// schemes are the registers that are offered by name; the last stands for all
// others.
var schemes = []string{party.SchemeUSCC, party.SchemeLEI, "GB-COH", "other"}

func viewOf(v *site.Visit, in registerForm, wrong *site.Wrong) registerView {
	in.Password = ""
	view := registerView{Wrong: wrong, In: in}
	for _, k := range []party.OrgKind{party.KindSupplier, party.KindBuyer, party.KindReview} {
		word := name + ".kind." + string(k)
		view.Kinds = append(view.Kinds, site.Option{Value: string(k), Label: v.T(word), Hint: v.T(word + ".hint"), Chosen: in.Kind == string(k)})
	}
	for _, x := range schemes {
		view.Schemes = append(view.Schemes, site.Option{Value: x, Label: v.T(name + ".scheme." + x), Chosen: in.Scheme == x})
	}
	return view
}

// fresh is the form before anything is typed: what most people choose.
func fresh(v *site.Visit) registerForm {
	in := registerForm{Kind: string(party.KindSupplier), Scheme: party.SchemeLEI, Ticket: v.Query("ticket")}
	if v.Lang == "zh" {
		in.Scheme = party.SchemeUSCC
	}
	return in
}

// orgIn is an organisation as the API takes it in.
type orgIn struct {
	Kind       string            `json:"kind,omitempty"`
	Name       map[string]string `json:"name"`
	Identifier identifierIn      `json:"identifier"`
}

type identifierIn struct {
	Scheme    string `json:"scheme"`
	ID        string `json:"id"`
	LegalName string `json:"legalName"`
}

type personIn struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Language string `json:"language"`
}

func (in registerForm) org(lang string) orgIn {
	scheme := in.Scheme
	if scheme == "other" {
		scheme = in.Other
	}
	return orgIn{in.Kind, map[string]string{lang: in.Name}, identifierIn{scheme, in.ID, cmp.Or(in.Legal, in.Name)}}
}

// registerIn is the whole registration, or set-up.
type registerIn struct {
	orgIn
	Ticket   string   `json:"ticket,omitempty"`
	Person   personIn `json:"person"`
	Password string   `json:"password"`
	Cookie   bool     `json:"cookie"`
}

func (in registerForm) all(lang string) registerIn {
	return registerIn{in.org(lang), in.Ticket, personIn{in.Person, in.Email, lang}, in.Password, true}
}

// again is Visit.Again for forms in which one field stands for several of the
// API's: its complaints move to where the person typed.
func again(v *site.Visit, err error, in registerForm) (*site.Wrong, error) {
	w, err := v.Again(err)
	if err != nil {
		return nil, err
	}
	moved := map[string]string{"name." + v.Lang: "name", "name": "name"}
	if in.Scheme == "other" {
		moved["identifier.scheme"] = "other"
	}
	if in.Legal == "" {
		moved["identifier.legalName"] = "name"
	}
	for _, from := range slices.Sorted(maps.Keys(w.Problem.Errors)) {
		if to, ok := moved[from]; ok && to != from {
			w.Problem.Errors[to] = w.Problem.Errors[from]
			delete(w.Problem.Errors, from)
		}
	}
	return w, nil
}

func showRegister(v *site.Visit) error {
	if v.SignedIn() {
		return v.SeeOther("", "/account/organisations/new")
	}
	return registerPage.Show(v, http.StatusOK, viewOf(v, fresh(v), nil))
}

func register(v *site.Visit) error {
	var in registerForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := v.Post(in.all(v.Lang), nil, "/api/v1/organisations"); err != nil {
		w, err := again(v, err, in)
		if err != nil {
			return err
		}
		return registerPage.Show(v, w.Status(), viewOf(v, in, w))
	}
	return v.SeeOther("account.done.registered", "/account/factor")
}

func showSetup(v *site.Visit) error {
	return setupPage.Show(v, http.StatusOK, viewOf(v, fresh(v), nil))
}

// setup makes the first administrator. A ticket that is not good comes back as
// a complaint about the ticket, not as a request to sign in.
func setup(v *site.Visit) error {
	var in registerForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Kind = ""
	err := v.Post(in.all(v.Lang), nil, "/api/v1/setup")
	if err == nil {
		return v.SeeOther("account.done.set_up", "/account/factor")
	}
	if p, ok := site.Refused(err); ok && p.Code == "setup.unknown" {
		p.Errors = map[string]string{"ticket": p.Detail}
		return setupPage.Show(v, http.StatusForbidden, viewOf(v, in, &site.Wrong{Problem: p}))
	}
	w, err := again(v, err, in)
	if err != nil {
		return err
	}
	return setupPage.Show(v, w.Status(), viewOf(v, in, w))
}

func showAnother(v *site.Visit) error {
	return anotherPage.Show(v, http.StatusOK, viewOf(v, fresh(v), nil))
}

func registerAnother(v *site.Visit) error {
	var in registerForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := v.Post(in.org(v.Lang), nil, "/api/v1/me/organisations"); err != nil {
		w, err := again(v, err, in)
		if err != nil {
			return err
		}
		return anotherPage.Show(v, w.Status(), viewOf(v, in, w))
	}
	return v.SeeOther("account.done.another", "/account")
}
