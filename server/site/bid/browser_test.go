package bid_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site/browsertest"
)

// desk is a bidder before a browser, with a key to sign with.
type desk struct {
	*browsertest.Page
	t   testing.TB
	s   *apptest.Site
	w   *biddingtest.World
	by  *biddingtest.Bidder
	url string // of the wizard
}

func openDesk(t testing.TB, terms biddingtest.Terms) *desk {
	t.Helper()
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), terms)
	return sit(t, s, w, w.Bidder("salt"))
}

// sit puts a bidder before a fresh browser. The key is made in it, as people do.
func sit(t testing.TB, s *apptest.Site, w *biddingtest.World, by *biddingtest.Bidder) *desk {
	t.Helper()
	d := &desk{browsertest.Open(t, s.URL, browsertest.Look{}), t, s, w, by, "/bid/tenders/" + w.ID + "/lots/" + w.Lot}
	d.SignIn(s.House, by.Actor)
	d.Enrol()
	return d
}

// fill makes a whole bid.
func (d *desk) fill(price string) {
	d.t.Helper()
	d.Type("[data-price]", price)
	d.Click("#met-0-yes + label")
	d.Type("[data-passphrase]", "correct horse")
}

// opened ends the bidding and opens all bids with Go; it returns the files of
// the bidder's envelope by name.
func (d *desk) opened(envelope string) (*bidding.Outcome, map[string][]byte) {
	d.t.Helper()
	d.w.Close()
	d.w.Shut()
	d.w.Open(envelope)
	id := bidding.OpeningID(d.w.ID, d.w.Lot, envelope)
	out := d.w.Outcome(id, d.by)
	o, err := d.w.Openings.Get(d.w.Ctx(), biddingtest.Officer, id)
	d.w.Ok(err)
	files := map[string][]byte{}
	for i, f := range out.Files {
		_, body, err := d.w.Openings.File(d.w.Ctx(), o, d.by.Org, i+1)
		d.w.Ok(err)
		b, err := io.ReadAll(body)
		d.w.Ok(err)
		files[f.Name] = b
	}
	return out, files
}

// The whole bid with the keyboard alone: what cannot be pressed with it cannot
// be pressed by everybody.
func TestABidByKeyboardAlone(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	d.Tab("[data-price]")
	d.Keys("12.345")
	d.Tab("#met-0-yes")
	d.Keys(" ")
	d.Tab("[data-answer]")
	d.Keys("We owe nothing.")
	d.Tab("[data-passphrase]")
	d.Keys("correct horse")
	d.Tab("[data-seal]")
	d.Keys(kb.Enter)
	d.Received()
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Stored {
		t.Fatalf("the bid is %v", states)
	}
	_, files := d.opened("bid")
	o, err := bidding.ParseOffer(files[bidding.OfferFile])
	if err != nil {
		t.Fatal(err)
	}
	tender := d.w.Tender()
	if err := o.Check(&tender.Notice, d.w.ID, d.by.Org); err != nil {
		t.Fatal(err)
	}
	if o.Total.Minor != 123450 || o.Responses[0].Text != "We owe nothing." || !o.Responses[0].Met {
		t.Errorf("offer %s", files[bidding.OfferFile])
	}
}

// Documents of more than one part, two envelopes, a line that breaks and a tab
// that is closed: Go finds in the opened bid what was put in.
func TestDocumentsSurviveABrokenLineAndAClosedTab(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{Envelopes: "two", Grace: 60})
	plan := bytes.Repeat([]byte("0123456789abcdef"), 18<<16) // 18 MiB: three parts
	file := filepath.Join(t.TempDir(), "施工 plan.pdf")
	if err := os.WriteFile(file, plan, 0o600); err != nil {
		t.Fatal(err)
	}
	d.Wizard(d.url)
	d.Upload("#files-technical", file)
	d.Until(`document.querySelector('[data-file-list="technical"] [data-name]')`)
	d.fill("100")
	d.Until(`document.querySelector('[data-saved]').textContent`)
	d.Go(d.url) // everything typed is there again
	d.Until(`document.querySelector('[data-bid]').dataset.ready`)
	if d.Text("[data-file-list=technical] [data-name]") != "施工 plan.pdf" {
		t.Error("the document is not in the draft")
	}
	var price string
	d.Eval(`document.querySelector('[data-price]').value`, &price)
	if price != "100" {
		t.Errorf("the price is %q after a reload", price)
	}

	d.Type("[data-passphrase]", "correct horse")
	d.Cut("/upload/*")
	d.Click("[data-seal]")
	d.Until(`document.querySelector('[data-bid]').dataset.step === 'waiting'`)
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Registered {
		t.Fatalf("with a broken line the bid is %v", states)
	}
	d.Go("/bid") // the tab goes away in the middle
	d.Until(`document.querySelectorAll('[data-pending] li').length === 1`)
	d.Cut()
	d.Go(d.url)
	d.Received()
	if states := d.by.States(); states[0] != bidding.Stored {
		t.Fatalf("the bid is %v", states)
	}
	_, files := d.opened("technical")
	if !bytes.Equal(files["施工 plan.pdf"], plan) {
		t.Error("the document came out different")
	}
	for name := range files {
		if strings.Contains(string(files[name]), "unitPrice") {
			t.Errorf("%s of the technical envelope tells a price", name)
		}
	}
}

func TestReplaceAndWithdraw(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	d.fill("90")
	d.Click("[data-seal]")
	d.Received()
	d.Wizard(d.url)
	d.fill("80.5")
	d.Click("[data-seal]")
	d.Until(`location.pathname.endsWith('/receipt')`)
	d.Received()
	if s := d.by.States(); len(s) != 2 || s[0] != bidding.Replaced || s[1] != bidding.Stored {
		t.Fatalf("after replacing: %v", s)
	}
	d.Go(d.url + "/withdraw")
	d.Until(`document.querySelector('form[data-sign]').dataset.signState === 'ready'`)
	if !strings.Contains(d.Text("[data-sign-shows]"), d.w.ID) {
		t.Error("what is signed is not shown")
	}
	d.Submit("form[data-sign] button")
	d.w.Settle()
	if s := d.by.States(); s[1] != bidding.Withdrawn {
		t.Fatalf("after withdrawing: %v", s)
	}
}

// The receipt page after the deadline checks the closing entry; one that the
// server shows wrongly is noticed.
func TestIsMyBidSafe(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	d.fill("90")
	d.Click("[data-seal]")
	d.Received()
	d.w.Close()
	d.w.Shut()
	d.SignIn(d.s.House, d.by.Actor) // the session of before the deadline is over
	d.Go(d.url + "/receipt")
	d.Received()
	if n := strings.Count(d.Text("[data-checks]"), "Right"); n != 4 {
		t.Errorf("checked: %s", d.Text("[data-checks]"))
	}
	// Another record than the one that was signed here.
	d.Eval(`new Promise((done, fail) => { const r = indexedDB.open('probity'); r.onerror = fail; r.onsuccess = () => {
		const s = r.result.transaction('receipts', 'readwrite').objectStore('receipts')
		const all = s.getAll(); all.onsuccess = () => { const x = all.result[0]; x.record = x.record.replace(/"f":"[0-9a-f]{4}/, '"f":"0000')
		s.put(x, x.id + '~' + x.seq).onsuccess = () => done(1) } } })`, nil)
	d.Go(d.url + "/receipt")
	d.Until(`document.querySelector('[data-safe]').dataset.verdict === 'unsafe'`)
}

func TestThePagesOfBidders(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{Lots: []string{"lot-1", "lot-2"}, Envelopes: "two"})
	d.by.Bid(1, "120")
	for _, lang := range []string{"en", "zh"} {
		d.Look(browsertest.Look{Lang: lang})
		for _, path := range []string{"/bid", "/bid/profile", "/bid/contracts", "/bid/tenders/" + d.w.ID, d.url, d.url + "/receipt", d.url + "/withdraw", d.url + "/outcome", d.url + "/complaint"} {
			if status := d.Go(path); status != 200 {
				t.Errorf("%s: %d", path, status)
			}
			time.Sleep(300 * time.Millisecond) // for what the scripts fill in
			d.Check()
		}
	}
}

// A complaint that the rules do not admit comes back filled in, with the reason.
func TestAComplaint(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.by.Bid(1, "120")
	d.Go(d.url + "/complaint")
	d.Click("#f-grounds")
	d.Keys("The salt is described by the brand of one maker.")
	d.Choose("#f-about", "documents")
	d.Submit("form[action$=complaint] button")
	if !strings.HasSuffix(d.Here(), "/outcome") {
		t.Fatalf("the complaint about the documents was refused: %s", d.Text("main"))
	}
	d.Go(d.url + "/complaint")
	d.Click("#f-grounds")
	d.Keys("We should have won.")
	d.Choose("#f-about", "award")
	d.Submit("form[action$=complaint] button")
	var typed string
	d.Eval(`document.querySelector('#f-grounds')?.value ?? document.querySelector('main').textContent`, &typed)
	if !d.Has(".govuk-error-summary") || typed != "We should have won." {
		t.Errorf("a complaint about an award that there is not: %q, %s", typed, d.Text("main"))
	}
}
