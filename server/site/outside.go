package site

import (
	"net/http"
	"net/url"

	"probity/server/web"
	"probity/tender/text"
)

// Service is the outside service that people may sign in by.
type Service struct {
	There bool      `json:"there"`
	Name  text.Text `json:"name"`
}

// Outside asks which outside service there is.
func (v *Visit) Outside() (s Service, err error) {
	return s, v.Get(&s, "/api/v1/session/outside")
}

// askToSignIn shows the form to sign in, with the other ways in beside it.
func (s *Site) askToSignIn(v *Visit, status int, view signInView) error {
	var err error
	if view.Service, err = v.Outside(); err != nil {
		return err
	}
	return signInPage.Show(v, status, view)
}

// goOutside sends the visitor to the outside service. It changes nothing but
// what the browser carries, and so may be a link: browsers let no form lead to
// another site.
func (s *Site) goOutside(v *Visit) error {
	to := next(v.Query("next"))
	ticket := v.Query("invitation")
	if ticket != "" {
		to = "/invitation?ticket=" + url.QueryEscape(ticket)
	}
	if v.SignedIn() {
		return v.SeeOther("", to)
	}
	var out struct {
		URL string `json:"url"`
	}
	if err := v.Post(map[string]string{"next": to, "invitation": ticket}, &out, "/api/v1/session/outside/go"); err != nil {
		return s.notOutside(v, err)
	}
	http.Redirect(v.W, v.R, out.URL, http.StatusSeeOther)
	return nil
}

// notOutside shows the form to sign in with what the outside service has not
// done.
func (s *Site) notOutside(v *Visit, err error) error {
	p, ok := Refused(err)
	if !ok || p.Status >= 500 || p.Status == http.StatusNotFound || v.SignedIn() {
		return err
	}
	p.Errors = nil // its fields are not the person's
	return s.askToSignIn(v, p.Status, signInView{Wrong: &Wrong{p}, Next: "/desk"})
}

// homecoming is what came of the way there and back.
type homecoming struct {
	Outcome    string `json:"outcome"`
	Half       bool   `json:"half"`
	Next       string `json:"next"`
	Invitation string `json:"invitation"`
	Email      string `json:"email"`
}

// comeHome takes the visitor back from the outside service.
func (s *Site) comeHome(v *Visit) error {
	in := map[string]string{}
	for _, name := range []string{"state", "code", "iss", "error"} {
		if x := v.Query(name); x != "" {
			in[name] = x
		}
	}
	var h homecoming
	if err := v.Post(in, &h, "/api/v1/session/outside/back"); err != nil {
		return s.notOutside(v, err)
	}
	switch h.Outcome {
	case "signed":
		v.forget(web.PlaceCookie)
		return s.goOn(v, h.Half, h.Next)
	case "code":
		return s.askCode(v, http.StatusOK, nil)
	case "linked":
		return v.SeeOther("site.done.linked", "/account/links")
	case "offer":
		if h.Invitation != "" {
			return v.SeeOther("", "/invitation?link=yes&ticket="+url.QueryEscape(h.Invitation))
		}
		return s.askToSignIn(v, http.StatusOK, signInView{Email: h.Email, Next: next(h.Next), Offer: h.Email})
	}
	return s.askToSignIn(v, http.StatusForbidden, signInView{Next: next(h.Next), Stranger: true, Offer: h.Email})
}

// goOn leads somebody who has signed in to where they were going.
func (s *Site) goOn(v *Visit, half bool, to string) error {
	if half {
		return v.SeeOther("", "/account/factor")
	}
	return v.SeeOther("", next(to))
}

// outsideCodeView asks for the second factor, when the outside service has
// stood in for the first.
type outsideCodeView struct {
	Wrong   *Wrong
	Service Service
}

var outsideCodePage = PageOf[outsideCodeView](ground, "outside-code")

func (s *Site) askCode(v *Visit, status int, wrong *Wrong) error {
	service, err := v.Outside()
	if err != nil {
		return err
	}
	return outsideCodePage.Show(v, status, outsideCodeView{wrong, service})
}

func (s *Site) outsideCode(v *Visit) error {
	var in struct {
		Code string `form:"code" json:"code"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	var out struct {
		Half bool   `json:"half"`
		Next string `json:"next"`
	}
	err := v.Post(in, &out, "/api/v1/session/outside/code")
	if err == nil {
		v.forget(web.PlaceCookie)
		return s.goOn(v, out.Half, out.Next)
	}
	if p, ok := Refused(err); ok && p.Status == http.StatusUnauthorized {
		return s.notOutside(v, err)
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return s.askCode(v, w.Status(), w)
}
