package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"probity/tender"
)

// The story is set on 80 columns: a label of 12, a gap of 2, and the words.
const (
	width  = 80
	margin = 14
)

// teller sets the story. It keeps the first error of the writer, so that those
// who tell need not look after each sentence.
type teller struct {
	out     io.Writer
	chapter int
	err     error
}

func (t *teller) print(s string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.out, s)
	}
}

// title begins the story.
func (t *teller) title(head, below string) {
	t.print("\n" + strings.Repeat("=", width) + "\n" + head + "\n" + strings.Repeat("=", width) + "\n\n")
	for _, l := range wrap(below, width) {
		t.print(l + "\n")
	}
}

// open begins a chapter on a day of the legal clock.
func (t *teller) open(head string, now time.Time) {
	t.chapter++
	head = fmt.Sprintf("%d. %s", t.chapter, head)
	day := now.Format("2 January 2006")
	gap := max(2, width-columns(head)-columns(day))
	t.print("\n" + head + strings.Repeat(" ", gap) + day + "\n" + strings.Repeat("-", width) + "\n")
}

// line sets words beside a label.
func (t *teller) line(label, words string) {
	for i, l := range wrap(words, width-margin) {
		if i > 0 {
			label = ""
		}
		t.print(fmt.Sprintf("%*s  %s\n", margin-2, label, l))
	}
}

// at tells what happened at a time of the legal clock.
func (t *teller) at(now time.Time, format string, args ...any) {
	t.line(now.Format("02 Jan 15:04"), fmt.Sprintf(format, args...))
}

// say tells more about it.
func (t *teller) say(format string, args ...any) { t.line("", fmt.Sprintf(format, args...)) }

// proved tells what has just been checked, and would have stopped the story.
func (t *teller) proved(format string, args ...any) { t.line("checked", fmt.Sprintf(format, args...)) }

// refused tells what was tried and not let through.
func (t *teller) refused(format string, args ...any) { t.line("refused", fmt.Sprintf(format, args...)) }

// rows sets a small table below the words: a head and at least one row. Columns
// that have a digit first in the row below the head are set to the right.
func (t *teller) rows(rows ...[]string) {
	wide := make([]int, len(rows[0]))
	right := make([]bool, len(rows[0]))
	for i := range wide {
		for _, r := range rows {
			wide[i] = max(wide[i], columns(r[i]))
		}
		right[i] = rows[1][i] >= "0" && rows[1][i] < ":"
	}
	for _, r := range rows {
		line := strings.Repeat(" ", margin)
		for i, cell := range r {
			gap := strings.Repeat(" ", wide[i]-columns(cell))
			if right[i] {
				line += gap + cell + "  "
			} else {
				line += cell + gap + "  "
			}
		}
		t.print(strings.TrimRight(line, " ") + "\n")
	}
}

// sum writes an amount as people read it, in groups of three digits.
func sum(m tender.Money) string { return grouped(m.Amount()) + " " + string(m.Currency) }

func grouped(amount string) string {
	whole, rest, _ := strings.Cut(amount, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return whole
}

// wrap cuts words into lines of at most so many columns. A word that is longer
// has a line of its own; Chinese may be cut anywhere.
func wrap(words string, limit int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range split(words) {
		n := columns(word)
		if used > 0 && used+columns(strings.TrimRight(word, " ")) > limit {
			lines = append(lines, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		line, used = line+word, used+n
	}
	return append(lines, strings.TrimRight(line, " "))
}

// split cuts a text behind its spaces and around Chinese characters.
func split(s string) []string {
	var words []string
	from := 0
	for i, r := range s {
		if (wideRune(r) || i > 0 && s[i-1] == ' ') && r != ' ' && i > from {
			words, from = append(words, s[from:i]), i
		}
	}
	return append(words, s[from:])
}

// columns is how much room a text takes on a terminal.
func columns(s string) (n int) {
	for _, r := range s {
		n++
		if wideRune(r) {
			n++
		}
	}
	return n
}

func wideRune(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x30ff || r >= 0xff01 && r <= 0xff60
}
