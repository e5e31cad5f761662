// Package site is the pages: what people with a browser see.
//
// A page is a client of the API. It asks the same routes as everybody, in this
// process ([Visit.Get], [Visit.Post]), with the visitor's own session; so no
// rule, no right and no hiding lives in a page, and what a page can do, a
// program can. Pages are made on the server, whole, in English and Chinese, and
// work without script, except where a key must stay on a person's device.
//
// The pages are in desks, one package below this one for each kind of visitor
// (portal, bid, buy, open, judge, audit, account). A [Desk] is its routes, its
// templates and its words; [New] puts the desks together. To read one, start at
// its Desk function: the route table there is the site map.
//
//	{At: "GET /tenders/{id}", Do: d.notice},
//
// A handler is four paragraphs, and an error goes out by return:
//
//	func (d *desk) notice(v *site.Visit) error {
//		var t tenderView
//		if err := v.Get(&t, "/api/v1/tenders/%s", v.Path("id")); err != nil {
//			return err
//		}
//		return noticePage.Show(v, http.StatusOK, noticeView{Tender: t})
//	}
//
// The template noticePage is pages/notice.html of the desk. It defines "title"
// and "main", sees a [Frame] with the view in .View, and says everything by
// {{t "key"}} from words/en.json and words/zh.json of the desk.
//
// Forms post to pages, never to the API. Their fields are named as the API
// names them ("notice.title"), so its complaints fall on the right field; the
// partial "form" adds a key, so that a form that is sent twice does one thing,
// and the version that was seen, so that a stale one changes nothing. A form
// that is refused comes back filled in, with [Visit.Again]; one whose session
// has ended is kept until the person has signed in (signin.go).
package site

import (
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"
	_ "time/tzdata" // zones are shown on machines without them too

	"probity/server/site/assets"
	"probity/tender/party"
)

// Desk is the pages for one kind of visitor.
type Desk struct {
	// Name is the desk's folder, and the first part of its words' keys.
	Name string

	// Files holds pages/*.html and words/en.json, words/zh.json.
	Files fs.FS

	Routes []Route

	// Nav are the desk's links in the header, for those who may follow them.
	Nav []Link
}

// Link is a way to a page.
type Link struct {
	Path, Word string

	// Right is what one must be able to do somewhere to be shown it; empty for
	// everybody.
	Right party.Action
}

// Route is a page, or a form's target.
type Route struct {
	At string // method and path, as net/http has them: "GET /tenders/{id}"
	Do func(*Visit) error

	// Public pages may be kept by the visitor's browser for a moment.
	Public bool
}

// Clock is the legal clock.
type Clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// Config is what a site is made from. All fields but those marked are needed.
type Config struct {
	API     http.Handler // web.Server.Inside
	Clock   Clock
	Log     *slog.Logger
	Name    string         // of the platform
	Origin  string         // "https://tenders.example"
	Zone    *time.Location // in which times are shown
	Sandbox bool
	Connect []string // other origins that scripts may send sealed bids to; may be empty
	Desks   []Desk
}

// Site is all pages. It is an http.Handler.
type Site struct {
	Config
	mux    *http.ServeMux
	words  *words
	pages  pages
	routes []Route
	faults map[string]string // code of a refusal to its words
}

// New puts the desks together. It refuses words that one language has and another
// lacks, and two routes for one address. Templates that cannot be read are found
// by [Site.Parse].
func New(c Config) (_ *Site, err error) {
	s := &Site{Config: c, mux: http.NewServeMux(), pages: pages{shown: map[string]*template.Template{}, bases: map[string]*template.Template{}}}
	s.Desks = append([]Desk{s.ground()}, c.Desks...)
	if s.words, err = readWords(s.Desks); err != nil {
		return nil, err
	}
	s.faults = faultWords(s.words.keys)
	defer func() { // net/http panics for patterns that it cannot have
		if p := recover(); p != nil {
			err = fmt.Errorf("site: %v", p)
		}
	}()
	s.mux.Handle("GET /assets/", assets.Handler())
	for _, d := range s.Desks {
		for _, r := range d.Routes {
			s.mux.Handle(r.At, s.serve(r))
			s.routes = append(s.routes, r)
		}
	}
	return s, nil
}

// Routes lists all pages, in the order of the desks.
func (s *Site) Routes() []Route { return s.routes }

// ServeHTTP serves a page. Whoever calls it has guarded the request: against
// other sites, floods and crooked paths.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.headers(w.Header())
	if h, pattern := s.mux.Handler(r); pattern == "" {
		s.serve(Route{Do: s.nothingHere(h)}).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// headers let a page load what is ours, and nothing else.
func (s *Site) headers(h http.Header) {
	connect := strings.Join(append([]string{"'self'"}, s.Connect...), " ")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src "+connect+"; frame-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Vary", "Cookie, Accept-Language, Accept-Encoding")
}

// serve makes net/http's handler of a route: who visits, do it, and an error
// becomes a page.
func (s *Site) serve(r Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		v := s.visit(w, req)
		if v.switchLanguage() {
			return
		}
		if r.Public && !v.SignedIn() {
			w.Header().Set("Cache-Control", "private, no-cache")
		}
		if err := r.Do(v); err != nil {
			s.fail(v, err)
		}
	})
}
