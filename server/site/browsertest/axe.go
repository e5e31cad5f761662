package browsertest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// axe-core 4.14.1 as its package has it (dist of axe-core, compressed), under
// the MPL-2.0; see testdata/LICENSE.axe-core.
//
//go:embed testdata/axe.min.js.gz
var axePacked []byte

var axe = sync.OnceValue(func() string {
	r, err := gzip.NewReader(bytes.NewReader(axePacked))
	if err == nil {
		var b []byte
		if b, err = io.ReadAll(r); err == nil {
			return string(b)
		}
	}
	panic(err) // the file is part of the program
})

// Violation is one rule of accessibility that a page breaks.
type Violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

// the rules: WCAG 2.2 A and AA, and what axe calls good practice.
const axeRun = `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r => r.violations.map(v => ({
	id: v.id, help: v.help, nodes: v.nodes.map(n => n.target.join(' ') + ': ' + n.html.slice(0, 200) + ' | ' + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''))})))`

// Axe returns what axe-core finds on the page as it stands.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	var list []Violation
	if there, err := ask(p, chromedp.Evaluate[bool](`typeof axe === "object"`)); err != nil {
		p.t.Fatal(err)
	} else if !there {
		if _, err := ask(p, chromedp.Evaluate[bool](axe()+"; true")); err != nil {
			p.t.Fatal(err)
		}
	}
	p.Eval(axeRun, &list)
	return list
}

// Check looks at the page that is shown at 320 and 1280 px, light and dark: axe
// finds nothing, and nothing sticks out at the side. It leaves the look as it was.
func (p *Page) Check() {
	p.t.Helper()
	p.checkAt(Look{Width: 320}, Look{Width: 320, Dark: true}, Look{Width: 1280}, Look{Width: 1280, Dark: true})
}

// checkAt is Check in some widths and colours.
func (p *Page) checkAt(looks ...Look) {
	p.t.Helper()
	was := p.look
	for _, l := range looks {
		l.Lang = was.Lang // and scripts are on: axe is one, those of a page that has come without stay off
		p.Look(l)
		p.checkOnce(fmt.Sprintf("%s at %d px, dark %v", p.Here(), l.Width, l.Dark))
	}
	p.Look(was)
	p.sound()
}

func (p *Page) checkOnce(where string) {
	p.t.Helper()
	for _, v := range p.Axe() {
		p.t.Errorf("%s: %s (%s)\n\t%s", where, v.Help, v.ID, strings.Join(v.Nodes, "\n\t"))
	}
	var wide string
	p.Eval(sticksOut, &wide)
	if wide != "" {
		p.t.Errorf("%s: sticks out at the side: %s", where, wide)
	}
}

// sticksOut names the first element that makes the page scroll sideways.
const sticksOut = `(() => {
	const most = document.documentElement.clientWidth
	if (document.documentElement.scrollWidth <= most) return ''
	for (const e of document.querySelectorAll('body *')) {
		if (e.getBoundingClientRect().right > most + 1 && !e.closest('.govuk-visually-hidden')) return e.outerHTML.slice(0, 200)
	}
	return 'the page, by ' + (document.documentElement.scrollWidth - most) + ' px'
})()`

// Picture is the whole page as PNG.
func (p *Page) Picture() []byte {
	p.t.Helper()
	var height int
	p.Eval(`document.documentElement.scrollHeight`, &height)
	p.size(p.look.Width, max(height, 600))
	png, err := ask(p, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	p.size(p.look.Width, 900)
	return png
}
