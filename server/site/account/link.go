package account

import (
	"net/http"
	"time"

	"probity/server/site"
)

// link is an outside account that one signs in by.
type link struct {
	ID     string    `json:"id"`
	Issuer string    `json:"issuer"`
	Email  string    `json:"email"`
	Linked time.Time `json:"linked"`
}

// linksView is the outside accounts of a person, with the form to link one.
type linksView struct {
	Wrong   *site.Wrong
	Service site.Service
	Links   []link
	Go      string // address of the service, once a code was given
}

var linksPage = site.PageOf[linksView](name, "links")

func showLinks(v *site.Visit) error { return links(v, linksView{}) }

func links(v *site.Visit, view linksView) error {
	var list site.List[link]
	if err := v.Get(&list, "/api/v1/me/links"); err != nil {
		return err
	}
	view.Links = list.Items
	var err error
	if view.Service, err = v.Outside(); err != nil {
		return err
	}
	return linksPage.Show(v, view.Wrong.Status(), view)
}

// goLink answers with the way to the service, as a link: browsers let no form
// lead to another site.
func goLink(v *site.Visit) error {
	var in codeForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Code = bare(in.Code)
	var out struct {
		URL string `json:"url"`
	}
	if err := v.Post(in, &out, "/api/v1/me/links"); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return links(v, linksView{Wrong: w})
	}
	return links(v, linksView{Go: out.URL})
}

func unlink(v *site.Visit) error {
	err := v.Delete("/api/v1/me/links/%s", v.Path("id"))
	if p, ok := site.Refused(err); err != nil && (!ok || p.Status != http.StatusNotFound) {
		return err
	}
	return v.SeeOther("account.done.unlinked", "/account/links")
}
