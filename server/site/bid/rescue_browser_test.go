package bid_test

import (
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/site/browsertest"
	"probity/tender"
)

// Too many openers fail. The officer puts it on record and calls on bidders; the
// bidder publishes the key that its browser kept, and its bid is opened with it.
// Another bidder, who does nothing, stays sealed.
func TestABidderRescuesItsBid(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	d.fill("9")
	file := d.write("bid-key.age", d.Download("[data-seal]"))
	d.Received()
	idle := d.w.Bidder("idle")
	idle.Bid(1, "7")
	d.w.Close()
	d.w.Shut()
	d.SignIn(d.s.House, d.by.Actor)
	d.Go(d.url + "/rescue")
	if !d.Has("main .pb-empty") {
		t.Error("keys are asked for before anybody has failed")
	}
	id := d.w.Announce(tender.Whole)

	officer := browsertest.Open(t, d.s.URL, browsertest.Look{})
	officer.SignIn(d.s.House, biddingtest.Officer)
	officer.Go("/open/openings/" + id)
	for _, seat := range []string{"0-1", "0-2", "0-3"} {
		officer.Click(`details:has([action$="/failures"]) summary`)
		officer.Choose("#f-seat", seat)
		officer.Type("#f-reason", "The key is lost.")
		officer.Submit(`[action$="/failures"] button`)
	}
	officer.Click(`details:has([action$="/rescue"]) summary`)
	officer.Choose("#f-hours", "24")
	officer.Submit(`[action$="/rescue"] button`)
	if !officer.Has(".govuk-error-summary") || officer.Status() != 422 {
		t.Errorf("without a reason: %d, %s", officer.Status(), officer.Text("main"))
	}
	officer.Click(`details:has([action$="/rescue"]) summary`)
	officer.Type("#f-why", "Two keys are lost.")
	officer.Submit(`[action$="/rescue"] button`)
	if said := officer.Text("[data-live-part=state]"); !strings.Contains(said, "Bidders may publish their own keys") || officer.Has(`[action$="/combine"]`) {
		t.Errorf("the ceremony says %s", said)
	}
	officer.Check()
	d.s.Settle()

	d.Go(d.url + "/receipt")
	d.Submit(`.govuk-inset-text a[href$="/rescue"]`)
	d.Until(`document.querySelector('[data-rescue]').dataset.ready`)
	d.Check()
	publish := func(pass string) {
		d.Type("[data-passphrase]", pass)
		d.Click("[data-publish]")
	}
	said := func(what string) {
		t.Helper()
		d.Until(`document.querySelector('[data-error]')?.hidden === false`)
		if got := d.Text("[data-error-text]"); !strings.Contains(got, what) {
			t.Errorf("the page says %q, not %q", got, what)
		}
	}
	publish(browsertest.Passphrase)
	said("Confirm")
	d.Click("[data-sure] + label")
	publish("wrong horse")
	said("passphrase")
	d.Upload("[data-key-file]", d.write("other.age", otherKey(t, d)))
	publish(browsertest.Passphrase)
	said("no key to this envelope")
	d.Upload("[data-key-file]", file)
	d.Eval(`window.before = true`, nil)
	publish(browsertest.Passphrase)
	d.Until(`!window.before && document.querySelector('.govuk-tag--green')`)
	if !strings.Contains(d.Text("main"), "Your key is in the log") {
		t.Errorf("after publishing: %s", d.Text("main"))
	}
	d.s.Settle()
	if n := len(d.w.Facts("opening.reveal")); n != 1 {
		t.Errorf("%d keys are in the log", n)
	}

	d.w.Set(d.w.Tender().Notice.Timetable.Opens.Add(25 * time.Hour))
	officer.SignIn(d.s.House, biddingtest.Officer)
	officer.Go("/open/openings/" + id)
	officer.Submit(`[action$="/combine"] button`)
	if out := d.w.Outcome(id, d.by); out.State != seal.Opened || out.Offer.Total.Minor != 90000 {
		t.Errorf("the rescued bid: %+v", out)
	}
	if out := d.w.Outcome(id, idle); out.State == seal.Opened {
		t.Error("the bid of who did nothing is open")
	}
	o, err := d.w.Openings.Get(d.w.Ctx(), biddingtest.Officer, id)
	d.w.Ok(err)
	if o.State != bidding.Recorded {
		t.Errorf("the opening is %s", o.State)
	}
	d.SignIn(d.s.House, d.by.Actor)
	d.Go(d.url + "/rescue")
	d.Check()
}

// otherKey is the key file of somebody else's bid, under the same passphrase.
func otherKey(t *testing.T, d *desk) []byte {
	t.Helper()
	e := d.w.Bidder("stranger").Seal(1, "5").Parts[tender.Whole]
	b, err := seal.NewRecovery(e.Envelope).File(browsertest.Passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
