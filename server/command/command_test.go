package command_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"probity/bidding/biddingtest"
	"probity/documents/ledger"
	"probity/server/client"
	"probity/server/command"
	"probity/tender"
	"probity/tender/fault"
)

func TestKeysAreMadeAndNeverOverwritten(t *testing.T) {
	d := newDesk(t)
	d.write("phrase", "correct horse battery\n")
	out := d.does("keygen", "opener", "-o", "@opener", "--passphrase-file=@phrase", "--json")
	var made struct{ File, Kind, Public, Fingerprint string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || !strings.HasPrefix(made.Public, "age1pq1") || len(made.Fingerprint) != 24 {
		t.Errorf("%s, %v", out, err)
	}
	if info := must(os.Stat(d.path("opener"))); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	before := must(os.ReadFile(d.path("opener")))
	d.fails("file.exists", "keygen", "opener", "-o", "@opener", "--no-passphrase")
	d.fails("file.exists", "keygen", "device", "-o", "@opener", "--no-passphrase")
	if !bytes.Equal(before, must(os.ReadFile(d.path("opener")))) {
		t.Fatal("a key was overwritten")
	}
	if text := d.does("keygen", "device", "-o", "@device", "--no-passphrase"); !strings.Contains(text, "fingerprint ") {
		t.Errorf("%q", text)
	}
	d.fails("command.passphrase", "keygen", "device", "-o", "@new") // nobody at a terminal
	d.ask = []string{"short"}
	d.fails("command.passphrase", "keygen", "device", "-o", "@new")
	d.ask = []string{"correct horse", "correct house"}
	d.fails("command.passphrase", "keygen", "device", "-o", "@new")
	d.fails("command.passphrase", "keygen", "device", "-o", "@new", "--no-passphrase", "--passphrase-file=@phrase")
	d.fails("command.keygen", "keygen", "device", "-o", "@new", "--no-passphrase", "--tender=x")
	d.fails("command.keygen", "keygen", "device", "-o", "@new", "--no-passphrase", "--register=x")
	if _, err := os.Stat(d.path("new")); err == nil {
		t.Error("a refused command has left a file")
	}
	if _, err := d.run("keygen", "toothbrush", "-o", "@new"); err == nil {
		t.Error("made a toothbrush")
	}
}

// TestABidByTheCommandLine is the life of a bid and of its opening, typed.
func TestABidByTheCommandLine(t *testing.T) {
	x := newTown(t, biddingtest.Terms{Envelopes: tender.TwoEnvelopes, Grace: 30}, biddingtest.New)
	ann := x.Bidder("ann")
	d := newDesk(t)
	x.token(d, ann.Actor)
	offer := map[string]any{"prices": map[string]string{}, "responses": []any{}, "statement": "We deliver."}
	n := x.Tender().Notice
	for _, item := range n.Lot(x.Lot).Items {
		offer["prices"].(map[string]string)[item.ID] = "12.50"
	}
	for _, q := range n.RequirementsOf(x.Lot) {
		offer["responses"] = append(offer["responses"].([]any), map[string]any{"requirement": q.ID, "met": true})
	}
	d.write("offer.json", string(must(json.Marshal(offer))))
	d.write("method.txt", "We salt the roads.")
	remote := []string{"--server=" + x.url, "--token-file=@token"}
	out := d.does(append([]string{"seal", x.ID, "--lot=" + x.Lot, "--offer=@offer.json", "--technical=@method.txt", "-o", "@bid", "--no-passphrase", "--strict", "--json"}, remote...)...)
	var sealed struct {
		Bidder, Recovery string
		Seq              int64
		Unchecked        []string
	}
	if err := json.Unmarshal([]byte(out), &sealed); err != nil || sealed.Bidder != ann.Org || sealed.Seq != 1 || len(sealed.Unchecked) != 0 {
		t.Fatalf("%s, %v", out, err)
	}
	if !strings.Contains(d.err.String(), "Trusting the log") {
		t.Errorf("did not say which log it trusts: %q", d.err.String())
	}
	submit := func(more ...string) []string {
		return append(append([]string{"submit", "@bid", "--device=@device"}, remote...), more...)
	}
	d.fails("closing.no_receipt", submit("--check")...)
	if out := d.does(submit("--register-only")...); !strings.Contains(out, "registered: lot "+x.Lot+", bid 1") {
		t.Errorf("%q", out)
	}
	if out := d.does(submit()...); !strings.Contains(out, "stored: ") {
		t.Errorf("%q", out)
	}
	d.does(submit()...) // once more does no harm
	if r, err := command.VerifyReceipt(d.path("bid/receipts/stored.tlog-proof"), x.house.LogKey.Public); err != nil || r.Fact.Topic != x.ID {
		t.Errorf("%+v, %v", r, err)
	}
	d.fails("closing.not_yet", submit("--check")...)
	x.Close()
	x.Shut()
	if out := d.does(submit("--check")...); !strings.Contains(out, "stored: ") {
		t.Errorf("%q", out)
	}
	d.fails("bid.late", submit("--withdraw")...)
	d.fails("opening.no_rescue", submit("--rescue="+sealed.Recovery)...)
	x.opens(t)
}

// opens has two openers release their shares of the technical envelopes.
func (x *town) opens(t *testing.T) {
	t.Helper()
	desks := []*desk{}
	for _, o := range x.Openers()[:2] {
		d := newDesk(t)
		x.token(d, o.Actor)
		d.write("phrase", "correct horse battery")
		d.write("key", string(must(o.Secret.File("correct horse battery"))))
		desks = append(desks, d)
	}
	open := []string{"open", x.ID, "--key=@key", "--device=@device", "--server=" + x.url, "--token-file=@token", "--log-key=" + x.house.LogKey.Public, "--passphrase-file=@phrase"}
	line := func(more ...string) []string { return append(append([]string{}, open...), more...) }
	desks[0].fails("opening.none", line()...)
	x.Announce(tender.Technical)
	desks[0].fails("opening.none", line("--envelope=financial")...)
	for _, d := range desks {
		var list []struct {
			State string
			Bids  int
		}
		if out := d.does(line("--json")...); json.Unmarshal([]byte(out), &list) != nil || len(list) != 1 || list[0].State != "released" || list[0].Bids != 1 {
			t.Errorf("%s", out)
		}
	}
	desks[0].write("phrase", "wrong horse battery")
	desks[0].fails("sign.passphrase", line()...)
}

func TestABidIsTakenBackByTheCommandLine(t *testing.T) {
	x := newTown(t, biddingtest.Terms{}, biddingtest.New)
	bob := x.Bidder("bob")
	d := newDesk(t)
	x.token(d, bob.Actor)
	// Sealed where there is no line, from a file that anybody can fetch.
	var raw []byte
	x.Ok((&client.Client{Base: x.url}).Get(t.Context(), "/api/v1/tenders/"+x.ID, &raw))
	d.write("tender.json", string(raw))
	d.write("offer.json", `{"prices":{},"responses":[]}`)
	seal := []string{"seal", "@tender.json", "--bidder=" + bob.Org, "--lot=" + x.Lot, "--offer=@offer.json", "-o", "@bid", "--no-passphrase"}
	d.fails("offer.responses", seal...)
	offer := map[string]any{"prices": map[string]string{}, "responses": []any{}}
	for _, item := range x.Tender().Notice.Lot(x.Lot).Items {
		offer["prices"].(map[string]string)[item.ID] = "11"
	}
	for _, q := range x.Tender().Notice.RequirementsOf(x.Lot) {
		offer["responses"] = append(offer["responses"].([]any), map[string]any{"requirement": q.ID, "met": true})
	}
	d.write("offer.json", string(must(json.Marshal(offer))))
	d.fails("seal.unchecked", append(seal, "--strict")...)
	d.does(seal...)
	if !strings.Contains(d.err.String(), "Note: Whether the opener manifest is in the log was not checked") {
		t.Errorf("%q", d.err.String())
	}
	remote := []string{"--server=" + x.url, "--token-file=@token", "--device=@device"}
	d.does(append([]string{"submit", "@bid"}, remote...)...)
	if out := d.does(append([]string{"submit", "@bid", "--withdraw", "--json"}, remote...)...); !strings.Contains(out, `"state":"withdrawn"`) {
		t.Errorf("%s", out)
	}
	x.Settle()
	d.fails("bid.none", append([]string{"submit", "@bid", "--withdraw"}, remote...)...)
	d.fails("command.token", "submit", "@bid", "--server="+x.url)
	d.fails("command.server", "submit", "@bid", "--token-file=@token")
	d.fails("folder.missing", append([]string{"submit", "@token"}, remote...)...)
	other := must(ledger.ReadKey(must(ledger.NewKey(x.house.Config.Origin)))).Public
	d.fails("log.other_key", append([]string{"submit", "@bid", "--log-key=" + other}, remote...)...)
}

func TestAnOpenerConsentsByTheCommandLine(t *testing.T) {
	x := newTown(t, biddingtest.Terms{}, biddingtest.Draft)
	o := x.Openers()[2]
	d := newDesk(t)
	x.token(d, o.Actor)
	remote := []string{"--server=" + x.url, "--token-file=@token"}
	d.does(append([]string{"keygen", "opener", "-o", "@key", "--no-passphrase", "--tender=" + x.ID}, remote...)...)
	out := d.does(append([]string{"open", x.ID, "--key=@key", "--device=@device", "--consent"}, remote...)...)
	if !strings.Contains(out, "signed the opener manifest") || !strings.Contains(d.err.String(), "any 2 of ") {
		t.Errorf("%q %q", out, d.err.String())
	}
	if x.Tender().Openers.Groups[0].Members[2].Signature == nil {
		t.Error("not signed")
	}
	d.does("keygen", "opener", "-o", "@other", "--no-passphrase")
	d.fails("openers.key_swapped", append([]string{"open", x.ID, "--key=@other", "--device=@device", "--consent"}, remote...)...)
}

func TestErrorsAreSentences(t *testing.T) {
	f := fault.Field("offer.price_missing", "prices.desk", "Item %q has no price.", "desk")
	f.Field["lot"] = "Say which."
	if s := command.Explain(f); s != "Item \"desk\" has no price. (offer.price_missing)\n  lot: Say which." {
		t.Errorf("%q", s)
	}
	if s := command.Explain(errors.New("disk full")); s != "disk full" {
		t.Errorf("%q", s)
	}
}
