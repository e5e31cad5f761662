package open_test

import (
	"fmt"
	"strings"
	"testing"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/config"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
)

// sit puts somebody before a fresh browser, with a key to sign with.
func sit(t testing.TB, s *apptest.Site, by party.Actor) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.SignIn(s.House, by)
	p.Enrol()
	return p
}

// Three openers make their keys, confirm the list and release their shares in
// three browsers; the officer begins and ends the ceremony in a fourth. What
// opens was sealed by Go for the keys that the browsers made.
func TestAnOpeningInBrowsers(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	var openers []party.Actor
	group := tender.OpenerGroup{Name: "committee", K: 2}
	for i := range 3 {
		a := biddingtest.Person(fmt.Sprintf("u-browser-%d", i+1), biddingtest.Buyer, party.KindBuyer, party.RoleOpener)
		openers = append(openers, a)
		group.Members = append(group.Members, tender.Opener{User: a.User, Name: a.Name})
	}
	_, err := w.Tenders.ReplaceOpeners(w.Ctx(), w.ID, biddingtest.Officer, []tender.OpenerGroup{group})
	w.Ok(err)

	path := "/open/tenders/" + w.ID
	var pages []*browsertest.Page
	for _, a := range openers {
		p := sit(t, s, a)
		p.MakeKey(path)
		p.Check()
		pages = append(pages, p)
	}
	for _, p := range pages {
		p.Consent(path, "any 2 of 3")
	}
	_, err = w.Tenders.Reseal(w.Ctx(), w.ID, biddingtest.Officer, "openers with browsers")
	w.Ok(err)
	w.Settle()
	for i, price := range []string{"120", "99.5", "105"} {
		w.Bidder(fmt.Sprintf("salt-%d", i)).Bid(1, price)
	}
	w.Close()
	w.Shut()

	officer := browsertest.Open(t, s.URL, browsertest.Look{})
	officer.SignIn(s.House, biddingtest.Officer)
	officer.Go(path)
	officer.Submit("form[action$=announce] button")
	ceremony := officer.Here()
	for i, p := range pages[:2] {
		p.SignIn(s.House, openers[i]) // the session of before the deadline is over
		p.Release(ceremony)
		// The officer's page hears of it by itself.
		officer.Until(fmt.Sprintf(`document.querySelectorAll('[data-live-part=state] li .govuk-tag--green').length === %d`, i+1))
	}
	officer.Submit("form[action$=combine] button")
	officer.Until(`document.querySelectorAll('[data-live-part=record] tbody tr').length === 3`)
	for _, price := range []string{"12,000.00", "9,950.00", "10,500.00"} {
		if !strings.Contains(officer.Text("[data-live-part=record]"), price) {
			t.Errorf("the record shows no %s: %s", price, officer.Text("[data-live-part=record]"))
		}
	}
	pages[2].SignIn(s.House, openers[2]) // who did not come sees it too
	pages[2].Go(ceremony)
	if pages[2].Has("[data-release]") || pages[2].Has(".govuk-tag--red") {
		t.Error("after the opening there is something to release, or something is wrong")
	}
	id := bidding.OpeningID(w.ID, w.Lot, "bid")
	o, err := w.Openings.Get(w.Ctx(), biddingtest.Officer, id)
	w.Ok(err)
	if o.State != bidding.Recorded || len(o.Given) != 2 || o.Given[0].False+o.Given[1].False != 0 {
		t.Errorf("opening %+v", o)
	}
	for _, lang := range []string{"en", "zh"} {
		for _, p := range []string{"/open", path, ceremony} {
			officer.Look(browsertest.Look{Lang: lang})
			officer.Go(p)
			officer.Check()
		}
	}
}

// An opener does not release anything for a list of bids that the server has
// changed, and does not sign a list without the own key.
func TestAnOpenersBrowserRefuses(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	_, err := w.Tenders.ReplaceOpeners(w.Ctx(), w.ID, biddingtest.Officer, []tender.OpenerGroup{{Name: "committee", K: 1, Members: []tender.Opener{{User: "u-committee-1", Name: "Name of u-committee-1"}}}})
	w.Ok(err)
	a := w.Openers()[0].Actor
	p := sit(t, s, a)
	path := "/open/tenders/" + w.ID
	p.MakeKey(path)
	// Another key is registered behind the opener's back.
	_, err = w.Tenders.GiveKey(w.Ctx(), w.ID, a, w.Unlock[a.User].Secret.Public())
	w.Ok(err)
	p.Go(path)
	p.Until(`document.querySelector('[data-kept-is=other]').hidden === false`)
	p.Until(`document.querySelector('[data-consent] [data-error]')?.hidden === false`)
	if said := p.Text("[data-consent] [data-error-text]"); !strings.Contains(said, "does not hold your key") {
		t.Errorf("the browser says %q", said)
	}
	if p.Has("[data-manifest]:not([hidden])") {
		t.Error("the opener can sign")
	}
	// A browser without the key says what it needs, and takes no fright.
	bare := sit(t, s, a)
	bare.Go(path)
	bare.Until(`document.querySelector('[data-manifest-away]')?.hidden === false`)
	if bare.Has("[data-manifest]:not([hidden])") || bare.Has("[data-consent] [data-error]:not([hidden])") {
		t.Errorf("without the key: %s", bare.Text("[data-consent]"))
	}
}

// With a passkey alone: one signs, another wraps the opener's key, and the key
// opens again to release a share.
func TestAnOpenerWithPasskeys(t *testing.T) {
	s := apptest.Open(t, apptest.Options{Config: func(c *config.Server) { c.URL = "http://localhost:8080" }}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	a := biddingtest.Person("u-passkey", biddingtest.Buyer, party.KindBuyer, party.RoleOpener)
	_, err := w.Tenders.ReplaceOpeners(w.Ctx(), w.ID, biddingtest.Officer, []tender.OpenerGroup{{Name: "committee", K: 1, Members: []tender.Opener{{User: a.User, Name: a.Name}}}})
	w.Ok(err)
	p := browsertest.Open(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), browsertest.Look{})
	p.Passkeys()
	p.SignIn(s.House, a)
	p.Go("/account/devices")
	p.Until(`!document.querySelector('[data-enrol-passkey]').hidden`)
	p.Type("#f-label", "My phone")
	p.Eval(`document.querySelector('#kind-passkey').click()`, nil)
	p.Submit("form[data-enrol] button")

	path := "/open/tenders/" + w.ID
	p.Go(path)
	p.Until(`document.querySelector('[data-opener]').dataset.ready`)
	p.Click("[data-make-passkey]")
	p.Until(`document.querySelector('[data-sheet]').hidden === false || document.querySelector('[data-error]').hidden === false`)
	if p.Has("[data-error]:not([hidden])") {
		t.Fatal(p.Text("[data-error-text]"))
	}
	p.Go(path)
	p.Until(`document.querySelector('[data-consent]').dataset.ready`)
	p.Submit("[data-consent] button")
	_, err = w.Tenders.Reseal(w.Ctx(), w.ID, biddingtest.Officer, "an opener with a passkey")
	w.Ok(err)
	w.Settle()
	w.Bidder("salt").Bid(1, "120")
	w.Close()
	w.Shut()
	id := w.Announce("bid")
	p.SignIn(s.House, a)
	p.Go("/open/openings/" + id)
	p.Until(`document.querySelector('[data-release]').dataset.ready`)
	p.Click("[data-give]")
	p.Until(`document.querySelector('[data-release]').dataset.done || document.querySelector('[data-error]').hidden === false`)
	if p.Has("[data-error]:not([hidden])") {
		t.Fatal(p.Text("[data-error-text]"))
	}
	o, err := w.Openings.Combine(w.Ctx(), biddingtest.Officer, id)
	w.Ok(err)
	if o.State != bidding.Recorded {
		t.Errorf("the opening is %s", o.State)
	}
}

// An opener destroys the key on the device: it asks twice while the key is
// needed, and afterwards nothing here can open a share. That it is destroyed
// comes on record as soon as there is a line.
func TestAnOpenerDestroysTheKey(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	a := biddingtest.Person("u-browser-1", biddingtest.Buyer, party.KindBuyer, party.RoleOpener)
	_, err := w.Tenders.ReplaceOpeners(w.Ctx(), w.ID, biddingtest.Officer, []tender.OpenerGroup{{Name: "committee", K: 1, Members: []tender.Opener{{User: a.User, Name: a.Name}}}})
	w.Ok(err)
	p := sit(t, s, a)
	path := "/open/tenders/" + w.ID
	p.MakeKey(path)
	p.Go(path)
	p.Until(`document.querySelector('[data-opener]').dataset.kept === 'yes'`)
	p.Click("details:has([data-destroy]) summary")
	if said := p.Text("details:has([data-destroy])"); !strings.Contains(said, "still needed") {
		t.Errorf("while the key is needed the page says %q", said)
	}
	p.Click("[data-destroy]")
	p.Until(`document.querySelector('[data-opener] [data-error]').hidden === false`)
	p.Click("[data-destroy-sure] + label")
	p.Eval(`void (window.fetch = () => new Promise(() => {}))`, nil) // the line is down
	p.Click("[data-destroy]")
	p.Until(`document.querySelector('[data-opener]').dataset.kept === 'destroyed'`)
	p.Check()
	onRecord := func() bool { return !w.Tender().Next.Groups[0].Members[0].Destroyed.IsZero() }
	if onRecord() {
		t.Error("the word of it came through a line that is down")
	}
	p.Go(path)
	p.Until(`document.querySelector('[data-opener]').dataset.kept === 'destroyed' && document.querySelector('[data-opener]').dataset.gone === 'yes'`)
	if !onRecord() {
		t.Error("that the key is destroyed is not on record")
	}
	p.Go("/open")
	p.Check()
	var left string
	p.Eval(`new Promise(done => { indexedDB.open('probity').onsuccess = e => { e.target.result.transaction('openers').objectStore('openers').getAll().onsuccess = r => done(JSON.stringify(r.target.result)) } })`, &left)
	if strings.Contains(left, `"file"`) || !strings.Contains(left, "destroyed") {
		t.Errorf("of the key is left: %s", left)
	}
}
