package bid_test

import (
	"bytes"
	"strings"
	"testing"

	"probity/bidding/biddingtest"
	"probity/server/site/browsertest"
)

// Receipts of a withdrawal and of a refusal are checked in the page, from the
// account and out of a file; a receipt that was changed, or is another's, is
// told apart.
func TestReceiptsOfOtherActs(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.by.Bid(1, "9")
	d.w.Ok(d.by.Withdraw(2))
	d.by.Bid(3, "8")
	late := d.by.Seal(4, "7")
	d.s.Settle()
	d.w.Close()
	d.w.Code("after the deadline", d.by.Submit(late), "bid.late")
	d.s.Settle()

	d.SignIn(d.s.House, d.by.Actor)
	d.Go(d.url + "/receipt")
	d.Until(`document.querySelectorAll('[data-act][data-state]').length === 2`)
	for _, act := range []string{"withdraw", "refuse"} {
		if !d.Has(`[data-act=` + act + `][data-state=good]`) {
			t.Errorf("the receipt of the act %s: %s", act, d.Text("[data-act="+act+"]"))
		}
	}
	d.Check()
	withdrawal := d.Download("[data-act=withdraw] [data-act-save]")
	refusal := d.Download("[data-act=refuse] [data-act-save]")
	file := func(b []byte, state, says string) {
		t.Helper()
		d.Eval(`delete document.querySelector('[data-check-file]').dataset.state`, nil)
		d.Upload("#receipt-file", d.write("receipt.txt", b))
		d.Until(`document.querySelector('[data-check-file]').dataset.state`)
		if said := d.Text("[data-check-file]"); !d.Has("[data-check-file][data-state="+state+"]") || !strings.Contains(said, says) {
			t.Errorf("want %s, %q: %s", state, says, said)
		}
	}
	file(withdrawal, "good", "The log has this withdrawal")
	file(refusal, "good", "bid.late")
	file(bytes.Replace(withdrawal, []byte("\nindex "), []byte("\nindex 1"), 1), "bad", "does not prove")
	file([]byte("nothing of the kind"), "bad", "not a receipt")
	file([]byte{0xff, 0, 1}, "bad", "not a receipt")
	d.Eval(`(() => { const x = document.querySelector('[data-check-file]'); delete x.dataset.state; const t = new DataTransfer(); t.items.add(new File([`+quoted(refusal)+`], 'r.txt')); x.dispatchEvent(new DragEvent('drop', {dataTransfer: t, bubbles: true, cancelable: true})) })()`, nil)
	d.Until(`document.querySelector('[data-check-file]').dataset.state === 'good'`)

	other := browsertest.Open(t, d.s.URL, browsertest.Look{}) // another bidder is told whose it is
	stranger := d.w.Bidder("stranger")
	other.SignIn(d.s.House, stranger.Actor)
	other.Go("/bid/tenders/" + d.w.ID)
	other.Upload("#receipt-file", d.write("receipt.txt", withdrawal))
	other.Until(`document.querySelector('[data-check-file]').dataset.state === 'good'`)
	if said := other.Text("[data-check-file]"); !strings.Contains(said, "another bidder: "+d.by.Org) {
		t.Errorf("somebody else's receipt: %s", said)
	}
	other.Check()
}

func quoted(b []byte) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`", "$", "\\$").Replace(string(b)) + "`"
}

// A server that gives one act's receipt for another is found out.
func TestAnotherReceipt(t *testing.T) {
	d := openDesk(t, biddingtest.Terms{})
	d.by.Bid(1, "9")
	d.w.Ok(d.by.Withdraw(2))
	d.s.Settle()
	x := d.by.Stored(d.w.Lot)
	x.Withdrawals[0].Fact = x.Versions[0].Fact
	d.w.Ok(d.s.Bidding().Bids.Bids.Put(d.w.Ctx(), x))
	d.Go(d.url + "/receipt")
	d.Until(`document.querySelector('[data-act=withdraw]').dataset.state`)
	if !d.Has("[data-act=withdraw][data-state=bad]") {
		t.Errorf("a bid's receipt passes for a withdrawal's: %s", d.Text("[data-act=withdraw]"))
	}
}
