package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// For makes another test the one that the page fails: a part of the test that
// opened it.
func (p *Page) For(t testing.TB) { p.t = t }

// Fill puts values into fields of a form, by their names, as somebody does who
// types and chooses. Fields come in pairs; of radios and boxes that with the
// value is ticked.
func (p *Page) Fill(form string, fields ...string) {
	p.t.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		var done bool
		p.Eval(fmt.Sprintf(fillOne, quote(form), quote(fields[i]), quote(fields[i+1])), &done)
		if !done {
			p.t.Fatalf("%s: %s takes no %q as %s: %s", p.Here(), form, fields[i+1], fields[i], p.Text("main"))
		}
	}
}

const fillOne = `((form, name, value) => {
	const all = [...(document.querySelector(form)?.elements ?? [])].filter(x => x.name === name && x.type !== 'hidden')
	const ticked = x => x.type === 'radio' || x.type === 'checkbox'
	const field = all.find(x => !ticked(x) || x.value === value)
	if (!field) return false
	if (ticked(field)) field.checked = true; else field.value = value
	for (const what of ['input', 'change']) field.dispatchEvent(new Event(what, {bubbles: true}))
	return field.value === value
})(%s, %s, %s)`

// Press is Submit with the keyboard alone.
func (p *Page) Press(selector string) {
	p.t.Helper()
	p.Eval(`window.browsertestOld = true`, nil)
	p.Tab(selector)
	p.Keys(kb.Enter)
	p.Until(`!window.browsertestOld && document.readyState === 'complete'`)
	p.sound()
}

// Value is what stands in a field.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	p.Wait(selector)
	var s string
	p.Eval(`document.querySelector(`+quote(selector)+`).value`, &s)
	return s
}

// Tab presses the tabulator until the focus is on something: what cannot be
// reached so cannot be used by everybody.
func (p *Page) Tab(selector string) {
	p.t.Helper()
	for range 80 {
		var there bool
		p.Eval(`document.activeElement.matches(`+quote(selector)+`)`, &there)
		if there {
			return
		}
		p.Keys(kb.Tab)
	}
	p.t.Fatalf("the keyboard does not reach %s", selector)
}
