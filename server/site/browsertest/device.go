package browsertest

import (
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// Passphrase guards the keys that browsers keep in tests.
const Passphrase = "correct horse"

// Enrol makes a device key of whoever has signed in, kept by this browser.
func (p *Page) Enrol() {
	p.t.Helper()
	p.Go("/account/devices")
	p.Until(`!document.querySelector('[data-enrol-stored]').hidden`)
	p.Type("#f-label", "Office computer")
	p.Eval(`document.querySelector('#kind-stored').click()`, nil)
	p.Submit("form[data-enrol] button")
}

// Sign sends a form that the device signs.
func (p *Page) Sign(form string) {
	p.t.Helper()
	p.Until(`document.querySelector(` + quote(form) + `).dataset.signState === 'ready'`)
	p.Submit(form + " button")
}

// MakeKey has an opener make the key for a tender, with the keyboard alone.
func (p *Page) MakeKey(path string) {
	p.t.Helper()
	p.Go(path)
	p.Until(`document.querySelector('[data-opener]').dataset.ready`)
	p.Tab("[data-passphrase]")
	p.Keys(Passphrase)
	p.Tab("[data-make-passphrase]")
	p.Keys(kb.Enter)
	p.Until(`document.querySelector('[data-sheet]').hidden === false || document.querySelector('[data-error]').hidden === false`)
	p.noError()
	if secret := strings.ReplaceAll(p.Text("[data-sheet-secret]"), " ", ""); !strings.Contains(secret, "AGE-SECRET-KEY-PQ-1") {
		p.t.Error("the backup sheet does not hold the key")
	}
}

// Consent has an opener confirm the list of openers, which says a thing, with the
// keyboard.
func (p *Page) Consent(path, says string) {
	p.t.Helper()
	p.Go(path)
	p.Until(`document.querySelector('[data-consent]').dataset.ready || document.querySelector('[data-consent] [data-error]').hidden === false`)
	if said := p.Text("[data-manifest-groups]"); !strings.Contains(said, says) {
		p.t.Errorf("the page does not say who opens: %s", said)
	}
	p.Press("[data-consent] button")
}

// Release has an opener release the shares of an opening, with the keyboard.
func (p *Page) Release(ceremony string) {
	p.t.Helper()
	p.Go(ceremony)
	p.Until(`document.querySelector('[data-release]').dataset.ready`)
	p.Tab("[data-passphrase]")
	p.Keys(Passphrase)
	p.Tab("[data-give]")
	p.Keys(kb.Enter)
	p.Until(`document.querySelector('[data-release]')?.dataset.done || document.querySelector('[data-error]')?.hidden === false`)
	p.noError()
}

func (p *Page) noError() {
	p.t.Helper()
	if p.Has("[data-error]:not([hidden])") {
		p.t.Fatal(p.Text("[data-error-text]"))
	}
}

// Wizard opens the wizard of a bid and waits until it has read the draft.
func (p *Page) Wizard(path string) {
	p.t.Helper()
	p.Go(path)
	p.Until(`document.querySelector('[data-bid]').dataset.ready`)
}

// Received waits for the receipt and for what the browser finds of it.
func (p *Page) Received() {
	p.t.Helper()
	p.Until(`location.pathname.endsWith('/receipt') && document.querySelector('[data-safe]')?.dataset.verdict || document.querySelector('[data-bid]')?.dataset.stage === 'stopped' || document.querySelector('[data-error]')?.hidden === false`)
	if p.Has("[data-bid]") {
		p.t.Fatalf("the bid stopped: %s", p.Text("[data-error-text]"))
	}
	var verdict string
	p.Eval(`document.querySelector('[data-safe]').dataset.verdict`, &verdict)
	if verdict != "safe" {
		p.t.Errorf("the browser says %s: %s", verdict, p.Text("[data-checks]"))
	}
}
