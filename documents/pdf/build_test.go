package pdf

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"probity/tender/fault"
)

func TestEqualPapersHaveEqualBytes(t *testing.T) {
	info := testInfo()
	info.Mark, info.MarkNote = "SANDBOX 演练", "No legal effect."
	want := draw(t, info)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			d := sample(t, info)
			if got, err := d.Bytes(); err != nil || !bytes.Equal(got, want) {
				t.Errorf("another paper, %v", err)
			}
		})
	}
	group.Wait()
	info.Number += "x"
	if bytes.Equal(draw(t, info), want) {
		t.Error("different papers have equal bytes")
	}
}

func TestMarkOfTheSandboxIsOnEveryPage(t *testing.T) {
	info := testInfo()
	info.Mark, info.MarkNote = "SANDBOX 演练", "No legal effect."
	for i, p := range drawn(t, draw(t, info)) {
		if strings.Count(p, "SANDBOX") != 2 {
			t.Errorf("page %d: %q", i+1, p)
		}
	}
	for i, p := range drawn(t, draw(t, testInfo())) {
		if strings.Contains(p, "SANDBOX") {
			t.Errorf("page %d of a real paper is marked", i+1)
		}
	}
}

func TestBookmarksPointAtTheirHeadings(t *testing.T) {
	file := draw(t, testInfo())
	pages := drawn(t, file)
	r, err := readFile(file)
	if err != nil {
		t.Fatal(err)
	}
	number := map[ref]int{}
	found := 0
	for n := 1; n < len(r.offsets); n++ {
		o, _, err := r.object(ref(n))
		if err != nil {
			t.Fatal(err)
		}
		d, _ := o.(dict)
		if d["Type"] == name("Page") {
			number[ref(n)] = len(number)
		}
		if dest, ok := d["Dest"].([]any); ok {
			found++
			words := strings.Fields(text(d["Title"]))
			if page := pages[number[dest[0].(ref)]]; !strings.Contains(bare(page), bare(strings.Join(words, ""))) {
				t.Errorf("%q does not stand where its bookmark points", text(d["Title"]))
			}
		}
	}
	if found != 5 {
		t.Errorf("%d bookmarks", found)
	}
}

func TestEveryMarkBelongsToTheTree(t *testing.T) {
	d := sample(t, testInfo())
	if _, err := d.Bytes(); err != nil {
		t.Fatal(err)
	}
	owned := 0
	var walk func(e *elem)
	walk = func(e *elem) {
		owned += len(e.marks)
		for _, k := range e.kids {
			walk(k)
		}
	}
	walk(d.root)
	marks := 0
	for _, p := range d.pages {
		marks += p.marks
	}
	if owned != marks || marks < 300 {
		t.Errorf("%d marks on the pages, %d in the tree", marks, owned)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	for what, names := range map[string][]string{
		"no name": {""}, "a path": {"../a.json"}, "a backslash": {`a\b`}, "a bracket": {"a(b"}, "a space": {"a b"}, "not ASCII": {"数据.json"}, "twice": {"a", "a"},
	} {
		d, err := New(testInfo())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			d.Attach(File{Name: n, Type: "text/plain", Relation: "Data"})
		}
		if _, err := d.Bytes(); !fault.Coded(err, "pdf.file_name") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPaperNeedsADateAndASmallCode(t *testing.T) {
	if _, err := New(Info{Number: "1"}); !fault.Coded(err, "pdf.date_missing") {
		t.Error(err)
	}
	d, err := New(testInfo())
	if err != nil {
		t.Fatal(err)
	}
	d.Masthead(Masthead{Title: "a", QR: strings.Repeat("x", 5000)})
	if _, err := d.Bytes(); !fault.Coded(err, "pdf.qr_too_long") {
		t.Error(err)
	}
}

func BenchmarkSealed(b *testing.B) {
	s := testSealer()
	b.ReportAllocs()
	for b.Loop() {
		p, err := sample(b, testInfo()).Prepare(claim)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Seal(s); err != nil {
			b.Fatal(err)
		}
	}
}
