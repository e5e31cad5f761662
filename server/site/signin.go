package site

import (
	"embed"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"probity/server/web"
)

// ground is the desk that all others stand on: the way in, and what is sorry.
const ground = "site"

//go:embed all:pages words
var groundFiles embed.FS

func (s *Site) ground() Desk {
	return Desk{Name: ground, Files: groundFiles, Routes: []Route{
		{At: "GET /sign-in", Do: s.showSignIn},
		{At: "POST /sign-in", Do: s.signIn},
		{At: "POST /sign-in/passkey", Do: s.signInByPasskey},
		{At: "GET /sign-in/outside", Do: s.goOutside},
		{At: "GET /sign-in/outside/back", Do: s.comeHome},
		{At: "POST /sign-in/outside/code", Do: s.outsideCode},
		{At: "POST /sign-out", Do: s.signOut},
		{At: "GET /place", Do: s.showPlaces},
		{At: "POST /place", Do: s.choosePlace},
		{At: "GET /desk", Do: s.desk},
		{At: "GET /clock", Do: s.clock},
		{At: "GET /style", Do: s.style, Public: true},
	}}
}

// signInView is the form to sign in, with what the visitor was doing.
type signInView struct {
	Wrong *Wrong
	Email string
	Next  string // where to go afterwards
	Kept  *kept  // a form that waits for them
	Ended bool   // they were signed in before

	Service  Service // outside
	Offer    string  // the address that it has given: it is linked by signing in
	Stranger bool    // nobody here is linked to it
}

// kept is a form that came when its session had ended. Nothing of it is lost:
// it travels through the sign-in page and is sent again afterwards.
type kept struct {
	To     string
	Fields []keptField
}

type keptField struct{ Name, Value string }

const (
	keptPrefix = "_keep."
	keptTo     = "_then"
)

var (
	signInPage = PageOf[signInView](ground, "sign-in")
	resumePage = PageOf[kept](ground, "resume")
	placesPage = PageOf[placesView](ground, "places")
	stylePage  = PageOf[struct{}](ground, "style")
)

func (s *Site) style(v *Visit) error { return stylePage.Show(v, http.StatusOK, struct{}{}) }

// clock tells scripts the legal time, as a bare RFC 3339 text.
func (s *Site) clock(v *Visit) error {
	v.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := v.W.Write([]byte(v.Now().Format(time.RFC3339Nano)))
	return err
}

func (s *Site) showSignIn(v *Visit) error {
	if v.SignedIn() {
		return v.SeeOther("", next(v.Query("next")))
	}
	return s.askToSignIn(v, http.StatusOK, signInView{Next: next(v.Query("next"))})
}

// askSignIn stands in for a page that only somebody known may see.
func (s *Site) askSignIn(v *Visit) error {
	view := signInView{Next: "/desk", Ended: v.hasSession()}
	switch v.R.Method {
	case http.MethodGet:
		view.Next = v.R.URL.RequestURI()
	case http.MethodPost:
		view.Kept = keep(v.R.URL.EscapedPath(), v.R.PostForm)
	}
	return s.askToSignIn(v, http.StatusUnauthorized, view)
}

// keep takes a form over, except what must not stand in a page.
func keep(to string, form url.Values) *kept {
	k := &kept{To: to}
	for name, list := range form {
		low := strings.ToLower(name)
		if strings.Contains(low, "password") || strings.Contains(low, "secret") || name == "code" {
			continue
		}
		for _, x := range list {
			k.Fields = append(k.Fields, keptField{name, x})
		}
	}
	return k
}

// keepWhole takes over a form that can be sent twice and of which nothing must
// be left out, or none.
func keepWhole(to string, form url.Values) *kept {
	if !form.Has(keyField) {
		return nil
	}
	k, fields := keep(to, form), 0
	for _, list := range form {
		fields += len(list)
	}
	if fields > len(k.Fields) {
		return nil
	}
	return k
}

// unkeep finds the form that a sign-in page has carried.
func unkeep(form url.Values) *kept {
	to := form.Get(keptTo)
	if to == "" || !local(to) {
		return nil
	}
	k := &kept{To: to}
	for name, list := range form {
		if name, ok := strings.CutPrefix(name, keptPrefix); ok {
			for _, x := range list {
				k.Fields = append(k.Fields, keptField{name, x})
			}
		}
	}
	return k
}

// next is a path of this site to go on to.
func next(path string) string {
	if path == "" || !local(path) || strings.HasPrefix(path, "/sign-") {
		return "/desk"
	}
	return path
}

type signInForm struct {
	Email    string `form:"email" json:"email"`
	Password string `form:"password" json:"password"`
	Code     string `form:"code" json:"code,omitempty"`
	Next     string `form:"next" json:"-"`
	Link     bool   `form:"link" json:"link,omitempty"`
	Offer    string `form:"offer" json:"-"` // as the page has shown it
	Cookie   bool   `form:"-" json:"cookie"`
}

func (s *Site) signIn(v *Visit) error {
	var in signInForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Cookie = true
	in.Code = strings.ReplaceAll(in.Code, " ", "")
	waiting := unkeep(v.R.PostForm)
	var out signedIn
	if err := v.Post(in, &out, "/api/v1/session"); err != nil {
		p, ok := Refused(err)
		if !ok || p.Status >= 500 {
			return err
		}
		return s.askToSignIn(v, p.Status, signInView{Wrong: &Wrong{p}, Email: in.Email, Next: next(in.Next), Kept: waiting, Offer: in.Offer})
	}
	return out.goOn(v, waiting, in.Next, in.Link)
}

// signedIn is what the API says of a fresh session.
type signedIn struct {
	Half   bool `json:"half"`
	Linked bool `json:"linked"`
}

// goOn leads somebody who has signed in to where they were going, and says
// whether the outside account was linked, if that was to be.
func (x signedIn) goOn(v *Visit, waiting *kept, to string, link bool) error {
	v.forget(web.PlaceCookie)
	switch {
	case x.Half:
		return v.SeeOther("", "/account/factor")
	case waiting != nil:
		return resumePage.Show(v, http.StatusOK, *waiting)
	case x.Linked:
		return v.SeeOther("site.done.linked", next(to))
	case link:
		return v.SeeOther("site.done.not_linked", next(to))
	}
	return v.SeeOther("", next(to))
}

type passkeyForm struct {
	User      string `form:"user"`
	Record    string `form:"record"`
	Signature string `form:"signature"`
	Next      string `form:"next"`
	Link      bool   `form:"link"`
	Offer     string `form:"offer"`
}

// signInByPasskey takes what the page's script has had signed.
func (s *Site) signInByPasskey(v *Visit) error {
	var in passkeyForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if !json.Valid([]byte(in.Signature)) {
		in.Signature = "{}"
	}
	waiting := unkeep(v.R.PostForm)
	var out signedIn
	body := map[string]any{"user": in.User, "record": in.Record, "signature": json.RawMessage(in.Signature), "cookie": true, "link": in.Link}
	if err := v.Post(body, &out, "/api/v1/session/passkey"); err != nil {
		p, ok := Refused(err)
		if !ok || p.Status >= 500 {
			return err
		}
		p.Errors = nil // its fields are not the person's
		return s.askToSignIn(v, p.Status, signInView{Wrong: &Wrong{p}, Next: next(in.Next), Kept: waiting, Offer: in.Offer})
	}
	return out.goOn(v, waiting, in.Next, in.Link)
}

func (s *Site) signOut(v *Visit) error {
	if err := v.Delete("/api/v1/session"); err != nil {
		if p, ok := Refused(err); !ok || p.Status != http.StatusUnauthorized {
			return err
		}
	}
	v.forget(web.PlaceCookie)
	return v.SeeOther("site.done.signed_out", "/")
}
