package browsertest

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"probity/server/app/apptest"
	"probity/server/site"
	"probity/tender/party"
	"probity/tender/store"
)

// walk opens the pages of the route table, on one platform after another, each
// as the first who may see it, and holds them to what all pages are held to.
type walk struct {
	*Page
	t        *testing.T
	stage    string
	enough   int
	people   []party.Actor
	reason   string              // why overseers read, as their browsers keep it
	sessions map[string]string   // what browsers keep, by user
	seen     map[string][]string // the shapes in which a route has been looked at
	pictures string              // a folder, or ""
	common   int                 // bytes that every page loads besides itself
}

// begin begins a walk in one language, which looks at each page in so many
// shapes.
func begin(t *testing.T, base, lang string, enough int) *walk {
	return &walk{Page: Open(t, base, Look{Lang: lang}), t: t, enough: enough, seen: map[string][]string{}, pictures: os.Getenv("PROBITY_PICTURES")}
}

// together has walks go through a platform side by side.
func together(t *testing.T, walks []*walk, s *apptest.Site, stage string, known facts, more ...party.Actor) {
	t.Helper()
	people := append(everybody(t, s.House), more...)
	t.Run(stage, func(t *testing.T) {
		for _, w := range walks {
			sessions := map[string]string{}
			for _, by := range people {
				if by.User != "" {
					sessions[by.User] = s.Session(by)
				}
			}
			t.Run(w.look.Lang, func(t *testing.T) {
				t.Parallel()
				w.t = t
				w.For(t)
				w.people, w.sessions = people, sessions
				w.through(s, stage, known)
			})
		}
	})
}

// through opens all pages of a platform of which there are examples, at a stage
// in its life, unless they have been looked at in the same shape.
func (w *walk) through(s *apptest.Site, stage string, known facts) {
	w.t.Helper()
	w.stage, w.base = stage, s.URL
	w.Look(w.look) // the cookie of the language, for this platform
	for _, w.reason = range []string{"", base64.RawURLEncoding.EncodeToString([]byte("A look at every page."))} {
		for _, path := range paths(s) {
			for _, address := range known.fill(path) {
				w.visit(path, address)
			}
		}
	}
}

// some are the pages to look at: those whose paths have PROBITY_PAGES in them, a
// regular expression, or all.
var some = regexp.MustCompile(os.Getenv("PROBITY_PAGES"))

// paths are those of all that can be got.
func paths(s *apptest.Site) (list []string) {
	for _, r := range s.Web.Pages.(*site.Site).Routes() {
		if path, ok := strings.CutPrefix(r.At, "GET "); ok && some.MatchString(path) {
			list = append(list, path)
		}
	}
	return list
}

// visit opens one address.
func (w *walk) visit(path, address string) {
	w.t.Helper()
	for _, who := range w.first(path) {
		if w.reason != "" && who.OrgKind != party.KindOversight {
			continue // they need none, and have been here
		}
		body, ok := w.fetch(address, who)
		if !ok {
			continue
		}
		shape := shapeOf(body)
		if !strings.Contains(body, `class="pb-foot`) { // a feed, a file, a script
			w.seen[path] = append(w.seen[path], shape)
			return
		}
		if len(w.seen[path]) >= w.most(path) || slices.Contains(w.seen[path], shape) {
			return
		}
		w.seen[path] = append(w.seen[path], shape)
		w.SignOut()
		for _, c := range w.cookies(who) {
			w.cookie(c.Name, c.Value)
		}
		w.Go(address)
		if at := w.Here(); at != address {
			w.t.Errorf("%s leads to %s in the browser alone", address, at)
			return
		}
		w.weigh(address, body)
		switch {
		case w.look.Lang == "en" && len(w.seen[path]) == 1:
			w.Check()
		case w.look.Lang == "en": // the same components elsewhere
			w.checkAt(Look{Width: 1280, Dark: true})
		default: // other words in the same places
			w.checkAt(Look{Width: 320})
			for _, words := range w.English() {
				w.t.Errorf("%s says in English: %s", address, words)
			}
		}
		if w.pictures != "" {
			w.keep(fmt.Sprintf("%s-%s-%s-%s-%d", w.look.Lang, nameOf(path), who.Role, w.stage, len(w.seen[path])))
		}
		return
	}
}

// most is in how many shapes a page is looked at. A step of a form is a page of
// its own, and so is a contract in each of its states.
func (w *walk) most(path string) int {
	switch {
	case strings.Contains(path, "{step}"):
		return 4 * w.enough
	case strings.Contains(path, "{contract}"):
		return 2 * w.enough
	}
	return w.enough
}

// desks are beginnings of the addresses of pages that others may look at too,
// with the role that they are made for.
var desks = []struct {
	path string
	role party.Role
}{
	{"/bid", party.RoleRepresentative},
	{"/clarifications", party.RoleRepresentative},
	{"/open", party.RoleOpener},
	{"/judge", party.RoleEvaluator},
	{"/buy/tenders/{id}/approve", party.RoleApprover},
	{"/buy/plans/{plan}/approve", party.RoleApprover},
	{"/buy/awards", party.RoleApprover},
	{"/buy/contracts", party.RoleContractManager},
	{"/buy/tenders/{id}/lots/{lot}/contract", party.RoleContractManager},
	{"/buy", party.RoleOfficer},
}

// first lists everybody, beginning with those for whom a page is made.
func (w *walk) first(path string) []party.Actor {
	var role party.Role
	for _, d := range desks {
		if role == "" && strings.HasPrefix(path, d.path) {
			role = d.role
		}
	}
	list := slices.Clone(w.people)
	slices.SortStableFunc(list, func(a, b party.Actor) int {
		is := map[bool]int{true: 0, false: 1}
		return is[a.Role == role] - is[b.Role == role]
	})
	return list
}

// fetch asks for a page as somebody, outside the browser.
func (w *walk) fetch(address string, who party.Actor) (string, bool) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodGet, w.base+address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range w.cookies(who) {
		req.AddCookie(c)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return "", res.StatusCode == http.StatusOK
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b), true
}

// cookies are what somebody's browser keeps.
func (w *walk) cookies(who party.Actor) []*http.Cookie {
	w.t.Helper()
	list := []*http.Cookie{{Name: "lang", Value: w.look.Lang}}
	if who.User != "" {
		list = append(list, &http.Cookie{Name: "session", Value: w.sessions[who.User]}, &http.Cookie{Name: "place", Value: who.Org + "/" + string(who.Role)})
	}
	if who.OrgKind == party.KindOversight && w.reason != "" {
		list = append(list, &http.Cookie{Name: "why", Value: w.reason})
	}
	return list
}

var class = regexp.MustCompile(`<(\w+)[^>]* class="([^"]*)"`)

// shapeOf is of which components a page is made, below its head.
func shapeOf(body string) string {
	var list []string
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	for _, m := range class.FindAllStringSubmatch(body, -1) {
		list = append(list, m[1]+"."+m[2])
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), "\n")
}

// everybody lists who has a place on the platform, the public first.
func everybody(t *testing.T, h *apptest.House) []party.Actor {
	t.Helper()
	list := []party.Actor{{}}
	for _, kind := range []party.OrgKind{party.KindBuyer, party.KindSupplier, party.KindOversight, party.KindReview} {
		err := h.People.Orgs.All(t.Context(), store.Query{Index: "kind", Eq: []any{string(kind)}}, func(o *party.Organisation) error {
			return h.People.Users.All(t.Context(), store.Query{Index: "org", Eq: []any{o.ID}}, func(u *party.User) error {
				for _, m := range u.Memberships {
					for _, role := range m.Roles {
						a := party.Actor{User: u.ID, Name: u.Name, Org: m.Org, OrgKind: m.Kind, Role: role}
						if !slices.ContainsFunc(list, func(x party.Actor) bool { return x.Role == role && x.Org == m.Org }) {
							list = append(list, a)
						}
					}
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// keep writes pictures at three widths in the light, one in the dark and one as
// on paper.
func (w *walk) keep(name string) {
	w.t.Helper()
	was := w.look
	for _, l := range []Look{{Width: 320}, {Width: 768}, {Width: 1280}, {Width: 1280, Dark: true}, {Width: paperWidth, Paper: true}} {
		l.Lang = was.Lang
		w.Look(l)
		file := fmt.Sprintf("%s-%d.png", name, l.Width)
		switch {
		case l.Dark:
			file = fmt.Sprintf("%s-%d-dark.png", name, l.Width)
		case l.Paper:
			file = name + "-paper.png"
		}
		if err := os.WriteFile(filepath.Join(w.pictures, file), w.Picture(), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	w.Look(was)
}

// paperWidth is what a sheet of A4 has between its margins, in px.
const paperWidth = 673

func nameOf(path string) string {
	name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(path, "-"), "-")
	if name == "" {
		return "home"
	}
	return name
}
