package buy

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/fault"
)

// sheet is the values of a form by name. Names are paths of the notice, as the
// API names them in what it refuses: "lots[0].items[2].quantity".
type sheet struct{ url.Values }

func newSheet() sheet { return sheet{url.Values{}} }

// rows is where a form says how many rows a list has.
func rows(list string) string { return "rows:" + list }

func (s sheet) text(name string, t tender.Text) {
	for _, lang := range texts {
		s.Set(name+"."+lang, t[lang])
	}
}

func (s sheet) amount(name string, m *tender.Money) {
	if m != nil && m.Currency != "" {
		s.Set(name, m.Amount())
	}
}

func (s sheet) decimal(name string, d tender.Decimal) {
	if !d.IsZero() {
		s.Set(name, d.String())
	}
}

func (s sheet) count(list string, n int) { s.Set(rows(list), strconv.Itoa(n)) }

func (s sheet) flag(name string, on bool) {
	if on {
		s.Set(name, "yes")
	}
}

func (s sheet) moment(name string, t time.Time, zone *time.Location) {
	if !t.IsZero() {
		s.Set(name+".date", t.In(zone).Format("2006-01-02"))
		s.Set(name+".time", t.In(zone).Format("15:04"))
	}
}

// maxRows bounds what a form can ask for.
const maxRows = 1000

// n is how many rows a list has.
func (s sheet) n(list string) int {
	n, err := strconv.Atoi(s.Get(rows(list)))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, maxRows)
}

// prefixes begin the ids of new rows, by the end of their list's name.
var prefixes = map[string]string{"lots": "lot-", "items": "n", "requirements": "r", "quality": "q", "milestones": "m", "lines": "n"}

// add gives a list one more row, with an id of its own, so that what is saved
// twice is the same thing.
func (s sheet) add(list string) {
	n := s.n(list)
	if n >= maxRows {
		return
	}
	if prefix, named := prefixes[list[strings.LastIndexByte(list, '.')+1:]]; named && s.Get(at(list, n)+".id") == "" {
		s.Set(at(list, n)+".id", fresh(prefix, func(id string) bool {
			for i := range n {
				if s.Get(at(list, i)+".id") == id {
					return true
				}
			}
			return false
		}))
	}
	s.count(list, n+1)
}

var rowForm = regexp.MustCompile(`^(.+)\[(\d{1,4})\]$`)

// drop takes the row "lots[2]" out; those behind it move up.
func (s sheet) drop(row string) {
	m := rowForm.FindStringSubmatch(row)
	if m == nil {
		return
	}
	list, n := m[1], s.n(m[1])
	at, _ := strconv.Atoi(m[2])
	if at >= n {
		return
	}
	moved := url.Values{}
	for name, values := range s.Values {
		rest, ok := strings.CutPrefix(name, list+"[")
		number, after, closed := strings.Cut(rest, "]")
		i, err := strconv.Atoi(number)
		inner := strings.HasPrefix(name, rows(list)+"[")
		switch {
		case inner:
			continue // rows of rows that move do not occur in our forms
		case !ok || !closed || err != nil || i < at:
			moved[name] = values
		case i > at:
			moved[list+"["+strconv.Itoa(i-1)+"]"+after] = values
		}
	}
	clear(s.Values)
	for name, values := range moved {
		s.Values[name] = values
	}
	s.count(list, n-1)
}

// reader reads a sheet into a notice, and notes what cannot be read.
type reader struct {
	sheet
	v     *site.Visit
	wrong map[string]string
}

func newReader(v *site.Visit, s sheet) *reader { return &reader{s, v, map[string]string{}} }

// refusal says what could not be read; nil if all could.
func (r *reader) refusal() *site.Wrong {
	if len(r.wrong) == 0 {
		return nil
	}
	return wrongOf(unprocessable, "request.fields", r.v.T("buy.form.wrong"), r.wrong)
}

func (r *reader) line(name string) string { return strings.TrimSpace(r.Get(name)) }

// text reads the languages that forms have; others of was stay.
func (r *reader) text(name string, was tender.Text) tender.Text {
	t := tender.Text{}
	for lang, s := range was {
		if !slices.Contains(texts, lang) {
			t[lang] = s
		}
	}
	for _, lang := range texts {
		if s := r.line(name + "." + lang); s != "" {
			t[lang] = s
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

// words is text where the API takes an empty text, and no null.
func (r *reader) words(name string, was tender.Text) tender.Text {
	if t := r.text(name, was); t != nil {
		return t
	}
	return tender.Text{}
}

func (r *reader) fail(name string, err error) {
	f := fault.From(err)
	if f.Kind == fault.Invalid {
		r.wrong[name] = f.Text
		return
	}
	r.wrong[name] = r.v.T("buy.form.unreadable")
}

// plainNumber takes the commas out that people put between thousands.
func plainNumber(s string) string {
	return strings.NewReplacer(",", "", "，", "", " ", "", "\u00a0", "", "%", "").Replace(s)
}

func (r *reader) decimal(name string) tender.Decimal {
	s := plainNumber(r.line(name))
	if s == "" {
		return tender.Decimal{}
	}
	d, err := tender.ParseDecimal(s)
	if err != nil {
		r.fail(name, err)
	}
	return d
}

func (r *reader) amount(name string, c tender.Currency) *tender.Money {
	s := plainNumber(r.line(name))
	if s == "" {
		return nil
	}
	m, err := tender.ParseMoney(s, c)
	if err != nil {
		r.fail(name, err)
		return nil
	}
	return &m
}

func (r *reader) whole(name string) int {
	s := plainNumber(r.line(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.wrong[name] = r.v.T("buy.form.whole")
	}
	return n
}

// moment reads a date and a time of the zone in which pages show times.
func (r *reader) moment(name string) time.Time {
	day, hour := r.line(name+".date"), r.line(name+".time")
	if day == "" && hour == "" {
		return time.Time{}
	}
	if hour == "" {
		hour = "00:00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, r.v.Site().Zone)
	if err != nil {
		r.wrong[name] = r.v.T("buy.form.moment")
		return time.Time{}
	}
	return t.UTC()
}

func (r *reader) yes(name string) bool { return r.Get(name) == "yes" }

// fresh is an id that is not used yet: the prefix and a number.
func fresh(prefix string, used func(string) bool) string {
	for n := 1; ; n++ {
		if id := prefix + strconv.Itoa(n); !used(id) {
			return id
		}
	}
}

func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
