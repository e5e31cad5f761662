// Package pdf draws papers that last: tagged PDF files with Chinese and Latin
// text, tables, bookmarks, embedded data and one seal over the whole file. It
// is the product's own layer over gofpdf. Start with [Doc] here; what a page
// looks like is in style.go, the finishing of the file in finish.go, the seal
// in seal.go and cms.go, and what a reader may rely on in verify.go.
//
// gofpdf is trusted with page contents and font programs only. We never call
// its MultiCell or SplitText (they delete a Chinese character at a line break),
// its Bookmark, SetAttachments or AliasNbPages (wrong object numbers, no
// characters beyond U+FFFF), nor give it more of a font than the paper uses.
// A paper is first laid out, in whole hundredths of a point so that every
// machine gets the same numbers, and drawn when the last page is known.
//
// Frozen: equal input makes equal bytes, for one version of this package and
// of Go's compress/zlib. Papers are compared by hash, so a change in how they
// look is a new version of the paper that asks for it (package paper), and a
// golden hash there tells when it happens by accident.
//
// Not here: right-to-left and complex scripts are drawn letter by letter, and
// no conformance with PDF/A or PDF/UA is claimed, for no validator has said so.
package pdf

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/font/sfnt"

	"probity/tender/fault"
)

// Info is what a paper says about itself, in its properties and on each page.
type Info struct {
	Title    string
	Subject  string
	Author   string
	Language string    // main language, "en" or "zh-CN"
	At       time.Time // the date of the paper: a field, never the time of drawing
	Head     string    // top left of every page
	Number   string    // top right of every page
	Foot     string    // bottom left of every page
	Mark     string    // across every page, for papers of a sandbox; "" for real ones
	MarkNote string    // sentence that explains the mark

	// Page is the text at the bottom right: page n of "of" in a part.
	Page func(part string, n, of int) string
}

// length is a distance in hundredths of a point, measured from the top left
// corner of the page.
type length int

const (
	pageWidth  length = 59528 // A4
	pageHeight length = 84189
)

// Doc is a paper in the making. Blocks are added from top to bottom; pages
// break by themselves. The first error sticks and comes out of Bytes.
// A Doc is not safe for concurrent use; any number of them are.
type Doc struct {
	info  Info
	faces [2]*face // regular, bold
	used  [2][1 << 16]bool
	buf   sfnt.Buffer

	pages  []*page
	y      length // where the next block starts
	root   *elem
	parent *elem // where the next block hangs in the structure
	marks  []bookmark
	files  []File
	widget *widget
	err    error
}

// page is a list of drawing steps, carried out when all pages are known.
type page struct {
	steps []step
	marks int    // marked-content sequences so far
	part  string // counted on its own: the paper, its certificate
}

// File is a document embedded in the paper.
type File struct {
	Name     string // ASCII without path, "contract.json"
	Type     string // media type
	About    string
	Relation string // AFRelationship of PDF 2.0: "Data", "Source", "Supplement"
	Data     []byte
}

type bookmark struct {
	level int
	text  string
	page  int
	y     length
}

// New starts a paper.
func New(info Info) (*Doc, error) {
	f, err := faces()
	if err != nil {
		return nil, err
	}
	if info.At.IsZero() {
		return nil, fault.Field("pdf.date_missing", "at", "A paper needs a date.")
	}
	if info.Language == "" {
		info.Language = english
	}
	root := &elem{tag: "Document", lang: info.Language}
	d := &Doc{info: info, faces: f, root: root, parent: root}
	for _, s := range []string{info.Title, info.Subject, info.Author, info.Head, info.Number, info.Foot, info.Mark, info.MarkNote} {
		d.check(s)
	}
	d.newPage("")
	return d, d.err
}

// Attach embeds a file. Names are unique within a paper.
func (d *Doc) Attach(f File) {
	plain := strings.IndexFunc(f.Name, func(r rune) bool {
		return r >= 0x7f || r <= 0x20 || strings.ContainsRune(`()<>[]{}/\%#`, r)
	}) < 0
	if f.Name == "" || !plain {
		d.fail(fault.Field("pdf.file_name", "name", "%q cannot be the name of an embedded file.", f.Name))
	}
	if slices.ContainsFunc(d.files, func(o File) bool { return o.Name == f.Name }) {
		d.fail(fault.Field("pdf.file_name", "name", "Two embedded files are named %q.", f.Name))
	}
	d.check(f.About)
	d.files = append(d.files, f)
}

func (d *Doc) fail(err error) {
	if d.err == nil {
		d.err = fmt.Errorf("pdf: draw %q: %w", d.info.Number, err)
	}
}

// check refuses text that must not be drawn, see checkText.
func (d *Doc) check(s string) {
	if err := checkText(s); err != nil {
		d.fail(err)
	}
}

func (d *Doc) page() *page { return d.pages[len(d.pages)-1] }

func (d *Doc) newPage(part string) {
	d.pages = append(d.pages, &page{part: part})
	d.y = marginTop
	if d.info.Mark != "" {
		d.sandbox()
	}
}

// Break starts a new page, unless the current one is empty.
func (d *Doc) Break() {
	if d.y > marginTop {
		d.newPage(d.page().part)
	}
}

// Part starts a new page and a new count of pages: "page 1 of 2" of the part.
func (d *Doc) Part(name string) {
	d.check(name)
	d.newPage(name)
}

// need breaks the page unless h fits on it.
func (d *Doc) need(h length) {
	if d.y+h > bottom && d.y > marginTop {
		d.newPage(d.page().part)
	}
}

// Keep starts a new page unless n lines of text fit on this one, for blocks
// that belong together.
func (d *Doc) Keep(n int) { d.need(length(n) * body.lead) }

// Space leaves a gap of n tenths of a line, but none at the top of a page.
func (d *Doc) Space(n int) {
	if d.y > marginTop {
		d.y += length(n) * body.lead / 10
	}
}
