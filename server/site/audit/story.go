package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"probity/server/redflag"
	"probity/server/site"
	"probity/tender"
	"probity/tender/event"
)

// head is what every page about a procedure begins with.
type head struct {
	Tender tender.Tender
	Page   string // which tab
	Reason string
}

// Path is the address of the procedure's pages.
func (h head) Path() string { return "/audit/tenders/" + h.Tender.ID }

func headOf(v *site.Visit, page string) (head, error) {
	h := head{Page: page, Reason: v.Reason}
	return h, v.Get(&h.Tender, "/api/v1/tenders/%s", v.Path("id"))
}

// Who is what somebody who did something is called: in the procedure, where it
// names them.
func (h head) Who(f fact) string {
	id := f.By
	if a := h.Tender.Approval; a != nil && a.By == id {
		return a.Name
	}
	for _, m := range h.Tender.Panel {
		if m.User == id {
			return m.Name
		}
	}
	for _, g := range h.Tender.Openers.Groups {
		for _, m := range g.Members {
			if m.User == id {
				return m.Name
			}
		}
	}
	return f.Actor()
}

// Part is what a person does in the procedure: the first duty that they have.
func (h head) Part(id string) string {
	for _, d := range h.Tender.Duties {
		if d.User == id {
			return string(d.Duty)
		}
	}
	return ""
}

// fact is one entry of the log.
type fact struct {
	Index  int64           `json:"index"`
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Record json.RawMessage `json:"record"`
	Salt   []byte          `json:"salt"`
	Leaf   []byte          `json:"leaf"`
	ByName string          `json:"byName"`

	event.Event `json:"-"`
}

// shownRecord is how much of a record the time line shows; the rest has a page.
const shownRecord = 1200

// Actor is who did it, by name where the record has one.
func (f fact) Actor() string { return cmp.Or(f.ByName, f.By) }

// Short is the record of the fact as people read it, shortened.
func (f fact) Short() string { return cut(pretty(f.Event.Data), shownRecord) }

// Whole is all of it.
func (f fact) Whole() string { return pretty(f.Record) }

func pretty(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + " …"
	}
	return s
}

func (f *fact) read() error {
	e, err := event.Parse(f.Record)
	f.Event = e
	return err
}

// storyPageSize is how many facts are on a page: each brings its record along.
const storyPageSize = 40

type storyView struct {
	head
	told
}

// day is the facts of one day, in the order of the log.
type day struct {
	At    time.Time
	Facts []fact
}

var storyPage = site.PageOf[storyView](name, "story")

func story(v *site.Visit) error {
	h, err := headOf(v, "story")
	if err != nil {
		return err
	}
	view := storyView{head: h}
	if view.told, err = tell(v, "/api/v1/tenders/%s/facts", h.Tender.ID); err != nil {
		return err
	}
	return storyPage.Show(v, http.StatusOK, view)
}

// told is one page of facts, by the days on which they came.
type told struct {
	Days []day
	From int64
	Next string
}

// tell reads the page of facts that the address asks for.
func tell(v *site.Visit, path, id string) (t told, err error) {
	t.From, _ = strconv.ParseInt(v.Query("from"), 10, 64)
	var l site.List[fact]
	q := map[string]string{"from": strconv.FormatInt(max(0, t.From), 10), "limit": strconv.Itoa(storyPageSize)}
	if err := v.Find(&l, q, path, id); err != nil {
		return t, err
	}
	t.Next = l.Next
	for _, f := range l.Items {
		if err := f.read(); err != nil {
			return t, err
		}
		if n := len(t.Days); n == 0 || t.Days[n-1].At.Format(time.DateOnly) != f.At.Format(time.DateOnly) {
			t.Days = append(t.Days, day{At: f.At})
		}
		last := &t.Days[len(t.Days)-1]
		last.Facts = append(last.Facts, f)
	}
	return t, nil
}

type entryView struct {
	head
	Fact fact
}

var entryPage = site.PageOf[entryView](name, "entry")

// entry shows one fact whole, with what finds it in the log.
func entry(v *site.Visit) error {
	h, err := headOf(v, "story")
	if err != nil {
		return err
	}
	var l site.List[fact]
	q := map[string]string{"from": v.Path("index"), "limit": "1"}
	if err := v.Find(&l, q, "/api/v1/tenders/%s/facts", h.Tender.ID); err != nil {
		return err
	}
	if len(l.Items) == 0 || strconv.FormatInt(l.Items[0].Index, 10) != v.Path("index") {
		return v.Missing()
	}
	if err := l.Items[0].read(); err != nil {
		return err
	}
	return entryPage.Show(v, http.StatusOK, entryView{h, l.Items[0]})
}

type flagsView struct {
	head
	Flags []redflag.Flag
	Codes []string
	Names map[string]tender.Text
}

// Name is what a bidder is called.
func (f flagsView) Name(id string) tender.Text {
	if n := f.Names[id]; len(n) > 0 {
		return n
	}
	return tender.Text{"en": id}
}

// LotTitle is what a lot is called.
func (f flagsView) LotTitle(id string) tender.Text {
	return f.Tender.Notice.LotTitle(id)
}

var flagsPage = site.PageOf[flagsView](name, "flags")

func flags(v *site.Visit) error {
	h, err := headOf(v, "flags")
	if err != nil {
		return err
	}
	var l site.List[redflag.Flag]
	if err := v.Get(&l, "/api/v1/tenders/%s/flags", h.Tender.ID); err != nil {
		return err
	}
	view := flagsView{head: h, Flags: l.Items, Codes: redflag.Codes, Names: map[string]tender.Text{}}
	for _, f := range l.Items {
		for _, id := range f.Bidders {
			var org struct {
				Name tender.Text `json:"name"`
			}
			if view.Names[id] == nil && v.Get(&org, "/api/v1/organisations/%s", id) == nil {
				view.Names[id] = org.Name
			}
		}
	}
	return flagsPage.Show(v, http.StatusOK, view)
}
