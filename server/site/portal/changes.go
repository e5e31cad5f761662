package portal

import (
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"probity/server/site"
	"probity/tender"
)

// amended is one amendment: when, why, and what it changed.
type amended struct {
	At       time.Time
	Revision int
	Reason   string
	Changes  []change
}

// change is one member of the notice that has become another.
type change struct {
	Where  string // in words where we have them
	Pieces []piece
}

// piece is a part of a text: taken out ("del"), put in ("ins"), or as it was.
type piece struct{ Op, Text string }

// changesView is all amendments, the newest first.
type changesView struct {
	head
	Amendments []amended
}

var changesPage = site.PageOf[changesView](name, "changes")

func (d desk) changes(v *site.Visit) error {
	p, err := load(v)
	if err != nil {
		return err
	}
	view := changesView{head: p.head("changes")}
	var last *tender.Notice
	for _, f := range p.facts {
		switch {
		case f.Name == "tender.publish":
			last = f.Data.Notice
		case f.Name == "tender.amend" && f.Data.Notice != nil && last != nil:
			view.add(v, f, *last, *f.Data.Notice)
			last = f.Data.Notice
		case f.later() && last != nil:
			next := *last
			next.Timetable.Deadline = f.Data.Deadline
			view.add(v, f, *last, next)
			last = &next
		}
	}
	return changesPage.Show(v, http.StatusOK, view)
}

func (view *changesView) add(v *site.Visit, f fact, before, after tender.Notice) {
	a := amended{At: f.At, Revision: f.Data.Revision, Reason: f.Data.reason(v.Lang)}
	for _, x := range tender.Compare(before, after) {
		if hash(x.Path) {
			continue // says nothing to people, and goes with the file's name
		}
		a.Changes = append(a.Changes, change{where(v, &after, x.Path), differ(readable(v, x.Before), readable(v, x.After))})
	}
	view.Amendments = append([]amended{a}, view.Amendments...)
}

func hash(path string) bool {
	return strings.HasSuffix(path, ".sha256") || strings.HasSuffix(path, ".size") || strings.HasSuffix(path, ".media") || strings.HasSuffix(path, ".number")
}

// readable writes instants as people read them.
func readable(v *site.Visit, s string) string {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return v.Moment(t)
	}
	return s
}

// where names the place of a change: "Lots: Personal computers, Items: 1.1,
// Quantity". Members without a word of ours stand as the record names them.
func where(v *site.Visit, n *tender.Notice, path string) string {
	var words []string
	for _, part := range strings.Split(path, ".") {
		member, id, _ := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		word := member
		if key := "portal.member." + member; v.Says(key) {
			word = v.T(key)
		}
		if id != "" {
			word += v.T("site.colon") + called(v, n, member, id)
		}
		words = append(words, word)
	}
	return strings.Join(words, v.T("site.comma"))
}

// called is the name of a thing in a list of the notice.
func called(v *site.Visit, n *tender.Notice, list, id string) string {
	switch list {
	case "lots":
		if l := n.Lot(id); l != nil && l.Title.In(v.Lang) != "" {
			return l.Title.In(v.Lang)
		}
	case "documents":
		for _, d := range n.Documents {
			if d.ID == id {
				return d.Title.In(v.Lang)
			}
		}
	case "requirements":
		for _, r := range n.Requirements {
			if r.ID == id {
				return r.Title.In(v.Lang)
			}
		}
	case "versions":
		return ordinal(id)
	}
	return id
}

// ordinal counts versions from 1, as people do.
func ordinal(index string) string {
	for i := range 100 {
		if index == itoa(i) {
			return itoa(i + 1)
		}
	}
	return index
}

// mostTokens bounds the work of one comparison.
const mostTokens = 1500

// differ shows what was taken out of a text and what was put in, by words, and
// by characters where there are no words.
func differ(before, after string) []piece {
	a, b := tokens(before), tokens(after)
	if len(a) > mostTokens || len(b) > mostTokens {
		return compact([]piece{{"del", before}, {"ins", after}})
	}
	return compact(walk(a, b, common(a, b)))
}

// common is the table of the longest common subsequence, from the ends.
func common(a, b []string) [][]uint16 {
	table := make([][]uint16, len(a)+1)
	for i := range table {
		table[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

func walk(a, b []string, table [][]uint16) []piece {
	var list []piece
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			list = append(list, piece{"", a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || table[i+1][j] >= table[i][j+1]):
			list = append(list, piece{"del", a[i]})
			i++
		default:
			list = append(list, piece{"ins", b[j]})
			j++
		}
	}
	return list
}

// compact joins neighbours of one kind. Between two changes, a lone space is
// part of them: a changed phrase is one change and not five.
func compact(list []piece) []piece {
	var out []piece
	var del, ins strings.Builder
	flush := func() {
		if del.Len() > 0 {
			out = append(out, piece{"del", del.String()})
		}
		if ins.Len() > 0 {
			out = append(out, piece{"ins", ins.String()})
		}
		del.Reset()
		ins.Reset()
	}
	for i, p := range list {
		switch {
		case p.Op == "del":
			del.WriteString(p.Text)
		case p.Op == "ins":
			ins.WriteString(p.Text)
		case p.Text == " " && del.Len()+ins.Len() > 0 && i+1 < len(list) && list[i+1].Op != "":
			del.WriteString(" ")
			ins.WriteString(" ")
		default:
			flush()
			if n := len(out); n > 0 && out[n-1].Op == "" {
				out[n-1].Text += p.Text
			} else {
				out = append(out, p)
			}
		}
	}
	flush()
	return out
}

// tokens cuts a text into words, spaces, and single characters of everything
// else.
func tokens(s string) []string {
	var list []string
	for len(s) > 0 {
		n := 0
		for i, r := range s {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.Is(unicode.Han, r) {
				break
			}
			n = i + utf8.RuneLen(r)
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
		}
		list, s = append(list, s[:n]), s[n:]
	}
	return list
}
