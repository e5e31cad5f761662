package portal

import (
	"net/http"
	"net/url"
	"time"

	"probity/server/notify"
	"probity/server/search"
	"probity/server/site"
)

// savedView is a person's saved searches, each with how much is new.
type savedView struct {
	Items []savedSearch
	Wrong *site.Wrong
	Name  string
	Query string // of a search that is being saved; "" for none
	Quiet bool
	New   bool

	Mails bool // the platform sends mail
	Off   bool // this person wants none about saved searches at all
}

type savedSearch struct {
	search.Saved
	Fresh int
	Feed  string
}

var savedPage = site.PageOf[savedView](name, "saved")

func (d desk) saved(v *site.Visit) error { return d.showSaved(v, savedView{}) }

// newSaved asks for a name for the search behind ?query=.
func (d desk) newSaved(v *site.Visit) error {
	q, err := url.ParseQuery(v.Query("query"))
	if err != nil {
		q = url.Values{}
	}
	return d.showSaved(v, savedView{New: true, Query: withoutPage(q).Encode(), Name: q.Get("q")})
}

func (d desk) showSaved(v *site.Visit, view savedView) error {
	var list site.List[search.Saved]
	if err := v.Get(&list, "/api/v1/desk/searches"); err != nil {
		return err
	}
	if err := view.choose(v); err != nil {
		return err
	}
	for _, x := range list.Items {
		q, err := url.ParseQuery(x.Query)
		if err != nil {
			q = url.Values{}
		}
		asked := ask(v, q)
		asked["size"], asked["page"] = "1", ""
		if since := x.Seen.Add(time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z"); since > asked["publishedFrom"] {
			asked["publishedFrom"] = since
		}
		var r searchResult
		if err := v.Find(&r, asked, "/api/v1/search/tenders"); err != nil {
			if _, refused := site.Refused(err); !refused {
				return err
			}
		}
		view.Items = append(view.Items, savedSearch{x, r.Total, "/tenders.atom?" + x.Query})
	}
	return savedPage.Show(v, view.Wrong.Status(), view)
}

// choose says what comes of a search by mail at all.
func (w *savedView) choose(v *site.Visit) error {
	var c struct {
		Mails bool `json:"mails"`
		Kinds []struct {
			Kind notify.Kind `json:"kind"`
			Mail bool        `json:"mail"`
		} `json:"kinds"`
	}
	if err := v.Get(&c, "/api/v1/me/mail"); err != nil {
		return err
	}
	w.Mails = c.Mails
	for _, k := range c.Kinds {
		w.Off = w.Off || k.Kind == notify.Fitting && !k.Mail
	}
	return nil
}

func (d desk) save(v *site.Visit) error {
	var in struct {
		Name  string `form:"name"`
		Query string `form:"query"`
		Mail  string `form:"mail"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	err := v.Post(map[string]any{"name": in.Name, "query": in.Query, "quiet": in.Mail == ""}, nil, "/api/v1/desk/searches")
	if err != nil {
		wrong, err := v.Again(err)
		if err != nil {
			return err
		}
		return d.showSaved(v, savedView{New: true, Wrong: wrong, Name: in.Name, Query: in.Query, Quiet: in.Mail == ""})
	}
	return v.SeeOther("portal.done.search_saved", "/searches")
}

// look opens a saved search; what it shows is no longer new.
func (d desk) look(v *site.Visit) error {
	var list site.List[search.Saved]
	if err := v.Get(&list, "/api/v1/desk/searches"); err != nil {
		return err
	}
	for _, x := range list.Items {
		if x.ID != v.Path("search") {
			continue
		}
		if err := v.Post(nil, nil, "/api/v1/desk/searches/%s/look", x.ID); err != nil {
			return err
		}
		q, err := url.ParseQuery(x.Query)
		if err != nil {
			return v.Missing()
		}
		q.Set("order", "newest")
		http.Redirect(v.W, v.R, "/tenders?"+q.Encode(), http.StatusSeeOther)
		return nil
	}
	return v.Missing()
}

// mail turns mail about one search on or off.
func (d desk) mail(v *site.Visit) error {
	var in struct {
		Mail bool `form:"mail"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := v.Put(map[string]bool{"mail": in.Mail}, nil, "/api/v1/desk/searches/%s/mail", v.Path("search")); err != nil {
		return err
	}
	done := "portal.done.mail_off"
	if in.Mail {
		done = "portal.done.mail_on"
	}
	return v.SeeOther(done, "/searches")
}

func (d desk) forget(v *site.Visit) error {
	if err := v.Delete("/api/v1/desk/searches/%s", v.Path("search")); err != nil {
		return err
	}
	return v.SeeOther("portal.done.search_forgotten", "/searches")
}
