package bid_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/site/browsertest"
)

// Two tabs have the same draft before them: nothing that is typed in either is
// lost, and while one sends the bid the other says so.
func TestTwoTabsOfOneDraft(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	second := &desk{d.Second(), t, d.s, d.w, d.by, d.url}
	second.Wizard(d.url)
	d.Type("[data-price]", "9.5")
	d.saved()
	second.Until(`document.querySelector('[data-price]').value === '9.5'`)
	second.Type("[data-answer]", "We owe nothing.")
	second.saved()
	d.Until(`document.querySelector('[data-answer]').value === 'We owe nothing.'`)
	second.Upload("#files-bid", d.write("plan.txt", []byte("plan")))
	d.Until(`document.querySelector('[data-file-list="bid"] [data-name]')?.textContent === 'plan.txt'`)
	d.Click("#met-0-yes + label")
	second.Until(`document.querySelector('#met-0-yes').checked`)
	d.Until(`document.querySelector('[data-missing-some]').hidden`)

	second.Type("[data-passphrase]", browsertest.Passphrase)
	d.Type("[data-passphrase]", browsertest.Passphrase)
	d.Cut("/upload/*")
	d.Click("[data-seal]")
	d.Until(`document.querySelector('[data-bid]').dataset.step === 'waiting'`)
	second.Until(`document.querySelector('[data-bid]').dataset.stage === 'elsewhere'`)
	third := &desk{d.Second(), t, d.s, d.w, d.by, d.url} // opened while the first is sending
	third.Wizard(d.url)
	third.Until(`document.querySelector('[data-bid]').dataset.stage === 'elsewhere'`)
	third.Check()
	d.Cut()
	d.Received()
	second.Until(`document.querySelector('[data-bid]').dataset.stage === 'submitted'`)
	second.Check()
	second.Submit(`[data-stage-is=submitted] a`)
	second.Received()
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Stored {
		t.Errorf("the bid is %v", states)
	}
	_, files := d.opened("bid")
	if string(files["plan.txt"]) != "plan" || !strings.Contains(string(files[bidding.OfferFile]), "We owe nothing.") || !strings.Contains(string(files[bidding.OfferFile]), `"9.5"`) {
		t.Errorf("sealed: %s", files[bidding.OfferFile])
	}
}

// A double click, or two tabs that seal at the same moment, make one bid.
func TestADoubleClickIsOneBid(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	d.fill("9")
	d.saved()
	second := &desk{d.Second(), t, d.s, d.w, d.by, d.url}
	second.Wizard(d.url)
	second.Type("[data-passphrase]", browsertest.Passphrase)
	d.Do(chromedp.DoubleClick(chromedp.CSS("[data-seal]")))
	second.Eval(`document.querySelector('[data-seal]').click()`, nil)
	d.Received()
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Stored {
		t.Errorf("the bid is %v", states)
	}
	if x := d.by.Stored(d.w.Lot); x.Seq != 1 {
		t.Errorf("%d records were made", x.Seq)
	}
}

// Back from the receipt: the wizard tells that there is a bid, and nothing is
// sent again. Back from the page after a form that was sent: no second effect.
func TestBackAfterSubmitting(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Go("/bid")
	d.Wizard(d.url)
	d.fill("9")
	d.Click("[data-seal]")
	d.Received()
	d.Back()
	d.Until(`document.querySelector('[data-bid]')?.dataset.ready && document.querySelector('[data-bid]').dataset.stage === 'draft'`)
	if said := d.Text("main"); !strings.Contains(said, "will replace it") {
		t.Errorf("the wizard does not say that there is a bid: %s", said)
	}
	if x := d.by.Stored(d.w.Lot); x.Seq != 1 {
		t.Errorf("going back made record %d", x.Seq)
	}

	d.Go(d.url + "/withdraw")
	d.Sign("form[data-sign]")
	d.s.Settle()
	d.Back()
	d.Until(`document.querySelector('main h1')`)
	if x := d.by.Stored(d.w.Lot); x.Seq != 2 {
		t.Errorf("going back made record %d", x.Seq)
	}
	if d.Has("form[data-sign]") {
		d.Until(`document.querySelector('form[data-sign]').dataset.signState === 'ready'`)
		d.Submit("form[data-sign] button") // an old form, sent again
		d.s.Settle()
	}
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Withdrawn || d.by.Stored(d.w.Lot).Seq != 2 {
		t.Errorf("after a second withdrawal the bid is %v, record %d", states, d.by.Stored(d.w.Lot).Seq)
	}
	if !strings.Contains(d.Text("main"), "no bid to withdraw") {
		t.Errorf("the page says %s", d.Text("main"))
	}
}

// A tab that was left open until the session was over: what was typed is there,
// sealing says that one must sign in, and goes on when one has.
func TestATabOutlivesTheSession(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.Wizard(d.url)
	d.fill("9")
	d.saved()
	d.SignOut()
	d.Click("[data-seal]")
	d.Until(`document.querySelector('[data-error]').hidden === false`)
	if said := d.Text("[data-error-text]"); !strings.Contains(said, "Your session has ended") {
		t.Errorf("the page says %q", said)
	}
	if d.Has(`[data-stage-is="draft"][hidden]`) {
		t.Error("the draft is out of sight")
	}
	d.SignIn(d.s.House, d.by.Actor)
	d.Click("[data-seal]")
	d.Received()
	if states := d.by.States(); len(states) != 1 || states[0] != bidding.Stored {
		t.Errorf("the bid is %v", states)
	}
	d.SignOut() // and a tab that is restored afterwards asks to sign in
	d.Go(d.url)
	if d.Has("[data-bid]") || !d.Has("form[action^='/sign-in']") {
		t.Errorf("without a session the wizard shows %s", d.Text("main"))
	}
}
