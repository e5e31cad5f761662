package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"probity/tender/fault"
)

// drawn reads the text of each page back from the drawing, without ActualText.
func drawn(t testing.TB, file []byte) (pages []string) {
	t.Helper()
	r, err := readFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(r.offsets); n++ {
		o, _, err := r.object(ref(n))
		if err != nil {
			t.Fatalf("object %d: %v", n, err)
		}
		if d, ok := o.(dict); ok && d["Type"] == name("Page") {
			_, packed, err := r.object(d["Contents"].(ref))
			if err != nil {
				t.Fatal(err)
			}
			content, err := inflate(packed, 1<<26)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, shown(t, content))
		}
	}
	return pages
}

// shown is the text of one content stream.
func shown(t testing.TB, content []byte) string {
	var b strings.Builder
	for {
		i := bytes.Index(content, []byte(" Td ("))
		if i < 0 {
			return b.String()
		}
		p := &parser{src: content, at: i + 5}
		v, err := p.literal()
		if err != nil {
			t.Fatal(err)
		}
		s := string(v.(str))
		var u []uint16
		for k := 0; k+1 < len(s); k += 2 {
			u = append(u, uint16(s[k])<<8|uint16(s[k+1]))
		}
		b.WriteString(string(utf16.Decode(u)) + "\n")
		content = content[p.at:]
	}
}

func TestNoCharacterIsLostOnPaper(t *testing.T) {
	d, err := New(testInfo())
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(clause, "𠮷", "吉") // outlines are not text; see TestEveryRune
	d.Paragraph(strings.Repeat(text, 40))
	d.Beside(strings.Repeat(text, 10), text)
	d.Table(Table{Columns: []Column{{"", 1, false}, {"", 2, true}}, Rows: []Row{{Cells: []string{strings.Repeat(text, 20), "1"}}}})
	file, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	all := bare(strings.Join(drawn(t, file), ""))
	for _, r := range bare(text) {
		if got, want := strings.Count(all, string(r)), 71*strings.Count(text, string(r)); got < want {
			t.Errorf("%q is drawn %d times, not %d", r, got, want)
		}
	}
}

func TestTableHeadStandsOnEveryPage(t *testing.T) {
	d, err := New(testInfo())
	if err != nil {
		t.Fatal(err)
	}
	table := Table{Columns: []Column{{"Number 序号", 1, true}, {"Naming 名称", 4, false}}}
	for i := range 200 {
		table.Rows = append(table.Rows, Row{Cells: []string{fmt.Sprintf("row%03d", i), "A desk 课桌"}})
	}
	d.Table(table)
	file, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	pages := drawn(t, file)
	for i, p := range pages {
		if strings.Count(p, "Naming") != 1 {
			t.Errorf("page %d has no head", i+1)
		}
		if want := fmt.Sprintf("%d / %d", i+1, len(pages)); !strings.Contains(p, want) {
			t.Errorf("page %d is not numbered %q", i+1, want)
		}
	}
	all := strings.Join(pages, "")
	for i := range 200 {
		if strings.Count(all, fmt.Sprintf("row%03d\n", i)) != 1 {
			t.Errorf("row %d is not there once", i)
		}
	}
	if len(pages) < 4 {
		t.Errorf("200 rows on %d pages", len(pages))
	}
}

func TestEveryRuneIsDrawnOrRefused(t *testing.T) {
	step := rune(17) // every one takes a minute
	if testing.Short() {
		step = 101
	}
	d, err := New(testInfo())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for r := rune(0); r < 0x30000; r += step {
		if r == 0xd800 {
			r = 0xe000
		}
		if forbidden(r) {
			if checkText(string(r)) == nil {
				t.Errorf("%U is not refused", r)
			}
			continue
		}
		b.WriteRune(r)
	}
	d.Paragraph(b.String())
	for _, r := range []rune{0xe0100, 0xe01ef, 0xf0000, 0x10fffd} {
		d.Paragraph("葛" + string(r) + "x")
	}
	if _, err := d.Bytes(); err != nil {
		t.Fatal(err)
	}
}

func TestBadTextIsRefused(t *testing.T) {
	for what, s := range map[string]string{
		"a NUL": "a\x00b", "a bell": "a\ab", "a tab": "a\tb", "a carriage return": "a\rb", "delete": "a\x7fb", "next line": "a\u0085b",
		"broken UTF-8": "a\xff", "a right-to-left override": "a\u202eb", "an isolate": "a\u2066b", "a line separator": "a\u2028b",
		"a noncharacter": "a\uffffb", "a noncharacter of plane 16": "a\U0010ffffb",
	} {
		for where, put := range map[string]func(*Doc){
			"paragraph": func(d *Doc) { d.Paragraph(s) },
			"heading":   func(d *Doc) { d.Heading(1, s) },
			"table":     func(d *Doc) { d.Table(Table{Columns: []Column{{s, 1, false}}}) },
			"cell":      func(d *Doc) { d.Table(Table{Columns: []Column{{"a", 1, false}}, Rows: []Row{{Cells: []string{s}}}}) },
			"fact":      func(d *Doc) { d.Facts(Fact{Name: "a", Value: s}) },
			"code":      func(d *Doc) { d.Masthead(Masthead{Title: "a", QR: "x", QRAlt: s}) },
			"file":      func(d *Doc) { d.Attach(File{Name: "a.json", About: s}) },
			"file name": func(d *Doc) { d.Attach(File{Name: s}) },
		} {
			d, err := New(testInfo())
			if err != nil {
				t.Fatal(err)
			}
			put(d)
			if _, err := d.Bytes(); fault.From(err).Kind != fault.Invalid {
				t.Errorf("%s in a %s: %v", what, where, err)
			}
		}
		info := testInfo()
		info.Title = s
		if _, err := New(info); fault.From(err).Kind != fault.Invalid {
			t.Errorf("%s in the title: %v", what, err)
		}
	}
}
