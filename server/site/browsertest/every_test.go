package browsertest

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/server/app/apptest"
	"probity/server/classify"
	"probity/server/config"
	"probity/server/demo"
	"probity/server/outside"
	"probity/tender"
	"probity/tender/party"
)

// TestEveryPage opens every page of the route table in both languages: on a
// platform that has lived through the demo's whole purchase, and on one where a
// procedure is on its way, at four stages. Each page is opened as somebody who
// may see it, once in each shape that it takes, and held to what all pages are
// held to. With PROBITY_PICTURES it leaves a picture of each at three widths in
// that folder.
func TestEveryPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	chromium(t)
	h := lived(t)
	past := h.Serve(t)
	known := examples(t, past)
	people := everybody(t, h)
	known["ticket"] = []string{stopping(t, h, people, known["id"][0])}
	maps.Copy(known, asked(t, h, people))
	h.People.Outside = &outside.Provider{Settings: outside.Settings{Issuer: "https://login.example.org", Name: tender.Text{"en": "Example Login", "zh": "示例统一登录"}}}
	walks := []*walk{begin(t, past.URL, "en", 4), begin(t, past.URL, "zh", 2)}
	together(t, walks, past, "past", known)
	underway(t, func(s *apptest.Site, stage string, known facts, more ...party.Actor) {
		together(t, walks, s, stage, known, more...)
	})
	for _, w := range walks {
		w.t = t
		w.complete(past)
	}
}

// complete fails for pages that nobody has seen.
func (w *walk) complete(s *apptest.Site) {
	w.t.Helper()
	for _, path := range paths(s) {
		if len(w.seen[path]) == 0 && !slices.Contains(leads, path) {
			w.t.Errorf("%s: nobody has seen it in %q", path, w.look.Lang)
		}
	}
}

// leads are addresses that only lead to others.
var leads = []string{"/desk", "/sign-in/outside", "/sign-in/outside/back"}

// lived is a house that has lived through the demo.
func lived(t *testing.T) *apptest.House {
	t.Helper()
	dir := t.TempDir()
	if err := demo.Run(t.Context(), demo.Options{Exit: true, Data: dir, Stdout: io.Discard, Log: io.Discard}); err != nil {
		t.Fatal(err)
	}
	h := apptest.Open(t, apptest.Options{Dir: dir, Now: time.Now(), Config: func(c *config.Server) {
		c.Sandbox, c.Origin, c.Name, c.Zone = true, "demo.invalid/probity", "Probity demonstration", "Asia/Shanghai"
	}})
	h.Settle()
	admin := party.Actor{User: "of-the-test", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	_, err := h.Web.Classes.Add(t.Context(), admin, classify.Load{Scheme: "CPV", Title: tender.Text{"en": "A short list", "zh-CN": "简表"}, Source: "of the test",
		CSV: []byte("code,en,zh-CN\n30000000-9,Machines and supplies,机器和用品\n30200000-1,Computer equipment,计算机设备\n30213300-8,Desktop computer,台式计算机\n")})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// most is what a first load of any page may weigh on the line, without what only
// sealing and opening need.
const most = 40_000

// weigh adds up a page with its style sheet and the scripts of every page.
func (w *walk) weigh(address, body string) {
	w.t.Helper()
	if w.common == 0 {
		for _, part := range []string{"/assets/app.css", "/assets/site.js", "/assets/mark.svg"} {
			w.common += onTheLine(w.t, w.base+part)
		}
	}
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	if _, err := io.WriteString(g, body); err != nil || g.Close() != nil {
		w.t.Fatal(err)
	}
	if total := w.common + z.Len(); total > most {
		w.t.Errorf("%s: a first load is %d bytes, more than %d", address, total, most)
	}
}

// onTheLine is how many bytes an answer takes.
func onTheLine(t *testing.T, address string) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", address, res.StatusCode, err)
	}
	return int(n)
}

// facts are examples of what stands in addresses: by the name of the parameter,
// or by the beginning of the path and the name where a name means several
// things.
type facts map[string][]string

// examples asks the public lists of the platform.
func examples(t *testing.T, s *apptest.Site) facts {
	t.Helper()
	ids := func(path string, members ...string) []string {
		var l struct{ Items []map[string]any }
		s.Ask(party.PublicActor, "GET", path, nil).Read(t, &l)
		var out []string
		for _, x := range l.Items {
			for _, m := range members {
				if id, ok := x[m].(string); ok {
					out = append(out, id)
				}
			}
		}
		return out
	}
	id := ids("/api/v1/tenders", "id")[0]
	f := facts{
		"id": {id}, "tender": {id}, "lot": {"printers"},
		"/buyers {org}": ids("/api/v1/organisations?kind=buyer", "id"), "/suppliers {org}": ids("/api/v1/organisations?kind=supplier", "id"),
		"opening": ids("/api/v1/tenders/"+id+"/openings", "id")[:1], "award": ids("/api/v1/tenders/"+id+"/lots/printers/awards", "id"),
		"contract": ids("/api/v1/tenders/"+id+"/contracts", "id")[:1], "enquiry": ids("/api/v1/tenders/"+id+"/enquiries", "id"),
	}
	f["plan"], f["entry"] = ids("/api/v1/plans", "id"), []string{"2"}
	f["bidder"] = f["/suppliers {org}"][:1]
	f["scheme"], f["code"] = []string{"CPV"}, []string{"30200000-1"}
	f["envelope"], f["number"] = []string{"technical"}, []string{"1"}
	f["index"], f["kind"] = []string{"0"}, []string{"facts"}
	notice, err := s.Tenders.Tenders.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	f["hash"] = []string{notice.Notice.Documents[0].Versions[0].SHA256}
	return f
}

var param = regexp.MustCompile(`\{(\w+)\}`)

// fill puts the examples into an address. One of which there is no example is
// left out.
func (f facts) fill(path string) []string {
	path = strings.TrimSuffix(path, "{$}")
	list := []string{path}
	for _, m := range param.FindAllString(path, -1) {
		var next []string
		for _, value := range f.of(path, m) {
			for _, p := range list {
				next = append(next, strings.Replace(p, m, value, 1))
			}
		}
		list = next
	}
	var all []string
	for _, address := range list {
		all = append(all, f.behind(path, address)...)
	}
	return all
}

// behind are what may stand behind an address of a path: queries.
func (f facts) behind(path, address string) []string {
	if len(f[path]) == 0 {
		return []string{address}
	}
	var list []string
	for _, query := range f[path] {
		list = append(list, address+query)
	}
	return list
}

// of are the examples of a parameter of a path.
func (f facts) of(path, name string) []string {
	for key, list := range f {
		if begin, ok := strings.CutSuffix(key, " "+name); ok && strings.HasPrefix(path, begin) {
			return list
		}
	}
	return f[strings.Trim(name, "{}")]
}
