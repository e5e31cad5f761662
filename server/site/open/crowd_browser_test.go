package open_test

import (
	"fmt"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
)

// A thousand bids in one ceremony: an opener's browser checks and releases the
// shares of all, another page follows live, and stays usable.
func BenchmarkAThousandBids(t *testing.B) {
	browsertest.Need(t)
	const bids = 1000
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	a := biddingtest.Person("u-browser-1", biddingtest.Buyer, party.KindBuyer, party.RoleOpener)
	_, err := w.Tenders.ReplaceOpeners(w.Ctx(), w.ID, biddingtest.Officer, []tender.OpenerGroup{{Name: "committee", K: 1, Members: []tender.Opener{{User: a.User, Name: a.Name}}}})
	w.Ok(err)
	p := sit(t, s, a)
	path := "/open/tenders/" + w.ID
	p.MakeKey(path)
	p.Consent(path, "any 1 of 1")
	_, err = w.Tenders.Reseal(w.Ctx(), w.ID, biddingtest.Officer, "an opener with a browser")
	w.Ok(err)
	w.Settle()
	began := time.Now()
	for i := range bids {
		w.Bidder(fmt.Sprintf("salt-%04d", i)).Bid(1, fmt.Sprint(100+i))
	}
	w.Close()
	w.Shut()
	id := w.Announce("bid")
	t.Logf("%d bids made and closed in %.1f s", bids, time.Since(began).Seconds())

	p.SignIn(s.House, a)
	ceremony := "/open/openings/" + id
	p.Go(ceremony)
	p.Until(`document.querySelector('[data-release]').dataset.ready`)
	p.Type("[data-passphrase]", browsertest.Passphrase)
	watch, began := browsertest.WatchMemory(), time.Now()
	p.Click("[data-give]")
	p.Patient(5*time.Minute, `document.querySelector('[data-release]')?.dataset.done || document.querySelector('[data-error]')?.hidden === false`)
	if p.Has("[data-error]:not([hidden])") {
		t.Fatal(p.Text("[data-error-text]"))
	}
	t.Logf("shares of %d bids released in %.1f s; %s", bids, time.Since(began).Seconds(), watch.Stop())

	live := browsertest.Open(t, s.URL, browsertest.Look{})
	live.SignIn(s.House, biddingtest.Officer)
	live.Go(ceremony)
	live.Eval(`(() => { window.long = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) window.long = Math.max(window.long, e.duration) }).observe({type: 'longtask'}) })()`, nil)
	live.Eval(`(() => { window.steps = 0; new MutationObserver(() => { if (document.querySelector('[data-live-progress]')?.value > 0) window.steps++ }).observe(document.querySelector('[data-live-part=state]'), {subtree: true, childList: true, attributes: true}) })()`, nil)
	live.Eval(`(() => { window.rows = []; new MutationObserver(() => { const n = document.querySelectorAll('[data-live-part=rows] tbody tr').length; if (n) window.rows.push(n) }).observe(document.querySelector('[data-live-part=rows]'), {subtree: true, childList: true}) })()`, nil)
	watch, began = browsertest.WatchMemory(), time.Now()
	o, err := w.Openings.Combine(w.Ctx(), biddingtest.Officer, id)
	w.Ok(err)
	combined := time.Since(began)
	live.Patient(time.Minute, fmt.Sprintf(`document.querySelectorAll('[data-live-part=record] tbody tr').length === %d`, bids))
	var long, steps float64
	live.Eval(`window.long`, &long)
	live.Eval(`window.steps`, &steps)
	var rows []int
	live.Eval(`window.rows`, &rows)
	t.Logf("combined in %.1f s, on the live page %.1f s after the beginning, %.0f steps of progress and rows %v seen, longest task %.0f ms; %s", combined.Seconds(), time.Since(began).Seconds(), steps, rows, long, watch.Stop())
	if o.State != bidding.Recorded || steps == 0 || len(rows) == 0 {
		t.Errorf("the opening is %s, and %.0f steps and rows %v of it were seen", o.State, steps, rows)
	}
	if long > 1000 {
		t.Errorf("the live page stood still for %.0f ms", long)
	}
	// What was shown is not made anew by what comes after.
	live.Eval(`document.querySelector('[data-live-part=record] tbody tr').dataset.mine = 'yes'`, nil)
	time.Sleep(3 * time.Second)
	if !live.Has("[data-live-part=record] tr[data-mine]") {
		t.Error("the record was made anew")
	}
}
