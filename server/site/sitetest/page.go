package sitetest

import (
	"net/http"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Want fails the test if the page has another status.
func (p *Page) Want(status int) *Page {
	p.t.Helper()
	if p.Status != status {
		p.t.Fatalf("status %d, not %d: %s", p.Status, status, strings.Join(strings.Fields(p.Find("main").Text()), " "))
	}
	return p
}

// To fails the test if the page does not lead on to a path.
func (p *Page) To(path string) *Page {
	p.t.Helper()
	p.Want(http.StatusSeeOther)
	if p.Location != path {
		p.t.Fatalf("leads to %s, not %s", p.Location, path)
	}
	return p
}

// Has fails the test if no element fits the selector.
func (p *Page) Has(selector string) *goquery.Selection {
	p.t.Helper()
	s := p.Find(selector)
	if s.Length() == 0 {
		p.t.Fatalf("the page has no %s: %s", selector, strings.Join(strings.Fields(p.Find("main").Text()), " "))
	}
	return s
}

// Said is the text of an element, white space made plain.
func (p *Page) Said(selector string) string {
	p.t.Helper()
	return strings.Join(strings.Fields(p.Has(selector).First().Text()), " ")
}
