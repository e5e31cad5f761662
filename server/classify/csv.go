package classify

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/text"
)

// Code is one line of a list.
type Code struct {
	ID     string    `json:"id"`
	Parent string    `json:"parent,omitempty"`
	Title  text.Text `json:"title"`
}

// readCSV reads a table whose first row names its columns: code, perhaps
// parent, and one column for each language, by its tag. Where there is no
// column for the parent, it follows from the codes (see stem).
func readCSV(scheme string, b []byte) ([]Code, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.ReuseRecord, r.TrimLeadingSpace = true, true
	head, err := r.Read()
	if err != nil {
		return nil, bad("This is not a table of comma-separated values.")
	}
	columns, err := columnsOf(head)
	if err != nil {
		return nil, err
	}
	var list []Code
	seen := map[string]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bad("Row %d cannot be read: it must have %d columns.", len(list)+2, len(columns))
		}
		c, err := codeOf(row, columns, len(list)+2)
		switch {
		case err != nil:
			return nil, err
		case seen[c.ID]:
			return nil, bad("Row %d: the code %s is there twice.", len(list)+2, c.ID)
		case len(list) >= maxCodes:
			return nil, bad("A list has up to %d codes.", maxCodes)
		}
		seen[c.ID] = true
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, bad("There are no codes in it.")
	}
	if !slices.Contains(columns, "parent") {
		derive(scheme, list)
	}
	slices.SortFunc(list, func(a, b Code) int { return strings.Compare(a.ID, b.ID) })
	return list, checkParents(list, seen)
}

func bad(format string, args ...any) error {
	return fault.Field("classification.csv", "csv", format, args...)
}

func columnsOf(head []string) ([]string, error) {
	columns := slices.Clone(head)
	languages := 0
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
		switch name := columns[i]; {
		case slices.Contains(columns[:i], name):
			return nil, bad("The column %.40q is there twice.", name)
		case name == "code" || name == "parent":
		case text.CheckTag("csv", name) != nil:
			return nil, bad("The first row names the columns: code, parent (may be left out), and language tags such as en or zh; not %.40q.", name)
		default:
			languages++
		}
	}
	if !slices.Contains(columns, "code") || languages == 0 || languages > text.MaxLanguages {
		return nil, bad("The first row names the columns: code, and one to %d language tags such as en or zh.", text.MaxLanguages)
	}
	return columns, nil
}

func codeOf(row, columns []string, line int) (Code, error) {
	c := Code{Title: text.Text{}}
	for i, name := range columns {
		cell := strings.TrimSpace(row[i])
		switch name {
		case "code":
			c.ID = strings.Clone(cell)
		case "parent":
			c.Parent = strings.Clone(cell)
		default:
			if cell != "" {
				c.Title[name] = strings.Clone(cell)
			}
		}
	}
	if !schemeForm.MatchString(c.ID) || c.Parent != "" && !schemeForm.MatchString(c.Parent) {
		return c, bad("Row %d: a code has up to 40 letters, digits, dots, dashes or underscores.", line)
	}
	title, err := c.Title.Clean("title", 1000)
	if err != nil {
		return c, bad("Row %d: %s", line, fault.From(err).Text)
	}
	c.Title = title
	return c, nil
}

// stem is the part of a code that its descendants begin with. CPV codes have
// eight digits, of which zeros at the end say nothing, and a check digit; a
// division has two. Other lists fill codes up with pairs of zeros, if at all.
func stem(scheme, code string) string {
	if scheme == "CPV" {
		digits, _, _ := strings.Cut(code, "-")
		s := strings.TrimRight(digits, "0")
		return digits[:min(len(digits), max(2, len(s)))]
	}
	for strings.HasSuffix(code, "00") && len(code) > 2 {
		code = code[:len(code)-2]
	}
	return code
}

// derive gives each code the parent whose stem is the longest that its own
// begins with.
func derive(scheme string, list []Code) {
	by := map[string]string{}
	for _, c := range list {
		by[stem(scheme, c.ID)] = c.ID
	}
	for i := range list {
		own := stem(scheme, list[i].ID)
		for n := len(own) - 1; n > 0 && list[i].Parent == ""; n-- {
			list[i].Parent = by[own[:n]]
		}
	}
}

// checkParents refuses parents that are not there, and circles.
func checkParents(list []Code, there map[string]bool) error {
	parent := map[string]string{}
	for _, c := range list {
		if c.Parent != "" && !there[c.Parent] {
			return bad("The code %s lies below %s, which is not in the list.", c.ID, c.Parent)
		}
		parent[c.ID] = c.Parent
	}
	for _, c := range list {
		at, depth := c.ID, 0
		for ; at != ""; at = parent[at] {
			if depth++; depth > 20 {
				return bad("The code %s lies below itself, or too deep.", c.ID)
			}
		}
	}
	return nil
}

// write is the form in which codes are kept; equal lists make equal bytes.
func write(list []Code) []byte { return canon.Must(map[string]any{"codes": list, "v": form}) }

const form = "probity-classification/1"

func read(b []byte) ([]Code, error) {
	var in struct {
		Codes []Code `json:"codes"`
		V     string `json:"v"`
	}
	if err := canon.Parse(b, &in); err != nil || in.V != form {
		return nil, fmt.Errorf("classify: not codes of form %s: %w", form, err)
	}
	return in.Codes, nil
}
