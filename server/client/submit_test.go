package client_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

const bidsRoute = "POST /api/v1/tenders/ocds-213czf-1/bids"

type partyOf = party.Party

// body reads a request's JSON as it came, member by member.
func body(t testing.TB, r *http.Request) map[string]json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		t.Error(err)
	}
	return m
}

// takes makes the desk log what is submitted, after alter has had its way.
func (d *desk) takes(alter func(name string, data map[string]any) string) {
	d.on(bidsRoute, func(r *http.Request) (int, any) {
		data := map[string]any{}
		for k, v := range body(d.t, r) {
			data[k] = v
		}
		i := d.log.put(alter(bidding.FactSubmit, data), "ocds-213czf-1", noon.Add(-time.Hour), data)
		return 201, map[string]any{"seq": 1, "receipt": d.log.given(i)}
	})
}

func honest(name string, _ map[string]any) string { return name }

func TestSubmissionsAreReceipted(t *testing.T) {
	p, d := newPlace(t, tender.TwoEnvelopes), newDesk(t, newKeeper(t, "log.example/p"))
	d.takes(honest)
	m := p.making("org-1", nil)
	m.Parties = []partyOf{{Organisation: "org-1", Role: "lead"}, {Organisation: "org-9", Role: "subcontractor", Share: 1000}}
	m.Security = &bidding.Security{Issuer: "Bank <&>", Reference: "G-1", Amount: must(tender.ParseMoney("100.00", "EUR")), Until: noon.AddDate(0, 3, 0).Local()}
	f := must(m.Seal())
	device := must(sign.Generate())
	r, err := d.client().Submit(t.Context(), f, device)
	if err != nil || r.Index != 0 || r.Fact.Name != bidding.FactSubmit {
		t.Fatalf("%+v, %v", r, err)
	}
	var data struct{ Bid sign.Signed }
	if err := json.Unmarshal(d.log.facts[0].Data, &data); err != nil || data.Bid.Verify(device.Key(), sign.Bid) != nil {
		t.Errorf("the record in the log is not signed: %v", err)
	}
	if got, err := client.VerifyReceipt(must(f.Receipt(client.ReceiptSubmitted)), d.log.key.Public); err != nil || got.Index != 0 {
		t.Errorf("the receipt in the folder: %v", err)
	}
	// Another machine, which has the folder and no key, sends the same again.
	f = must(client.OpenFolder(f.Dir))
	if _, err := d.client().Submit(t.Context(), f, nil); err != nil {
		t.Error(err)
	}
	if string(d.log.facts[0].Data) != string(d.log.facts[1].Data) {
		t.Error("the second try sent something else")
	}
}

func TestWrongReceiptsAreRefused(t *testing.T) {
	other := must(sign.Generate())
	for name, x := range map[string]struct {
		alter func(name string, data map[string]any) string
		code  string
	}{
		"a record with another fingerprint": {func(name string, data map[string]any) string {
			s := strings.Replace(string(data["bid"].(json.RawMessage)), `"seq":1`, `"seq":2`, 1)
			data["bid"] = json.RawMessage(s)
			return name
		}, "receipt.changed"},
		"a record signed by somebody else": {func(name string, data map[string]any) string {
			var b sign.Signed
			json.Unmarshal(data["bid"].(json.RawMessage), &b)
			data["bid"] = must(sign.Record(other, sign.Bid, b.Record))
			return name
		}, "receipt.changed"},
		"one more party": {func(name string, data map[string]any) string {
			data["parties"] = []partyOf{{Organisation: "x", Role: "lead"}}
			return name
		}, "receipt.changed"},
		"another fact":          {func(string, map[string]any) string { return "bid.stored" }, "receipt.other"},
		"behind the closing":    {func(string, map[string]any) string { return bidding.FactLate }, "bid.late"},
		"an honest one at last": {honest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, d := newPlace(t, tender.OneEnvelope), newDesk(t, newKeeper(t, "log.example/p"))
			d.takes(x.alter)
			f := p.sealed("org-1")
			_, err := d.client().Submit(t.Context(), f, must(sign.Generate()))
			wantFault(t, err, x.code)
			if _, kept := f.Receipt(client.ReceiptSubmitted); (kept == nil) != (x.code == "") {
				t.Errorf("a receipt of acceptance is in the folder: %v", kept == nil)
			}
			if files, _ := filepath.Glob(filepath.Join(f.Dir, "receipts", "*")); len(files) != 1 {
				t.Errorf("kept %v", files)
			}
		})
	}
}

func TestReceiptsFromElsewhereAreRefused(t *testing.T) {
	p, k := newPlace(t, tender.OneEnvelope), newKeeper(t, "log.example/p")
	for range 5 {
		k.put("x", "t", noon, nil)
	}
	d := newDesk(t, k)
	c := d.client()
	if _, err := c.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer := func(in *keeper) func(*http.Request) (int, any) {
		return func(r *http.Request) (int, any) {
			data := body(t, r)
			i := in.put(bidding.FactSubmit, "ocds-213czf-1", noon, data)
			return 201, map[string]any{"receipt": in.given(i)}
		}
	}
	fork := k.fork()
	fork.facts, fork.size, fork.tiles = nil, 0, map[string][]byte{}
	for range 5 {
		fork.put("y", "t", noon, nil)
	}
	for name, x := range map[string]struct {
		in   *keeper
		code string
	}{"another key": {newKeeper(t, "log.example/p"), "log.signature"}, "another log": {newKeeper(t, "evil.example/p"), "log.signature"}, "a fork": {fork, "log.fork"}} {
		d := newDesk(t, x.in)
		d.on(bidsRoute, answer(x.in))
		c.Base = d.URL
		f := p.sealed("org-1")
		_, err := c.Submit(t.Context(), f, must(sign.Generate()))
		wantFault(t, err, x.code)
		if _, err := f.Receipt(client.ReceiptSubmitted); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	none := &client.Client{Base: d.URL}
	_, err := none.Submit(t.Context(), p.sealed("org-1"), must(sign.Generate()))
	wantFault(t, err, "client.no_log")
}

func TestRefusalsLeaveAReceipt(t *testing.T) {
	p, d := newPlace(t, tender.OneEnvelope), newDesk(t, newKeeper(t, "log.example/p"))
	var hash string
	var fact int64
	d.on(bidsRoute, func(r *http.Request) (int, any) {
		hash = seal.OfferedHash(must(canon.Rewrite(body(t, r)["bid"])))
		x := seal.Refusal{At: "2031-03-03T12:00:01Z", Code: "bid.late", Offered: hash, Tender: "ocds-213czf-1"}
		e := event.New(bidding.FactRefuse, "ocds-213czf-1", "u", noon, map[string]any{"refusal": json.RawMessage(x.Bytes()), "bidder": "org-1"})
		e.ID = "refusal/r1#1"
		fact = d.log.append(e)
		return 409, fault.New(fault.Conflict, "bid.late", "The deadline was noon.")
	})
	d.on("GET /api/v1/tenders/ocds-213czf-1/refusals", func(*http.Request) (int, any) {
		return 200, map[string]any{"items": []any{map[string]any{"id": "other", "hash": "00"}, map[string]any{"id": "r1", "hash": hash}}}
	})
	d.on("GET /api/v1/desk/receipts", func(r *http.Request) (int, any) {
		if r.URL.Query().Get("fact") != "refusal/r1#1" {
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
		return 200, d.log.given(fact)
	})
	f := p.sealed("org-1")
	_, err := d.client().Submit(t.Context(), f, must(sign.Generate()))
	wantFault(t, err, "bid.late")
	if fault.From(err).Text != "The deadline was noon." {
		t.Errorf("%v", err)
	}
	if _, err := f.Receipt(client.ReceiptRefused); err != nil {
		t.Errorf("no receipt of the refusal: %v", err)
	}
}

func TestWithdrawalsAreReceipted(t *testing.T) {
	d := newDesk(t, newKeeper(t, "log.example/p"))
	device := must(sign.Generate())
	own := &bidding.Bid{Seq: 3}
	d.on("GET /api/v1/tenders/ocds-213czf-1/lots/1/bid", func(*http.Request) (int, any) {
		if own == nil {
			return 404, fault.New(fault.Missing, "bid.missing", "None.")
		}
		return 200, own
	})
	alter := func(s string) string { return s }
	d.on("POST /api/v1/tenders/ocds-213czf-1/withdrawals", func(r *http.Request) (int, any) {
		w := json.RawMessage(alter(string(body(t, r)["withdrawal"])))
		return 201, d.log.given(d.log.put(bidding.FactWithdraw, "ocds-213czf-1", noon, map[string]any{"withdrawal": w}))
	})
	w := client.Withdrawing{Tender: "ocds-213czf-1", Lot: "1", Bidder: "org-1"}
	if _, err := d.client().Withdraw(t.Context(), w, device); err != nil {
		t.Fatal(err)
	}
	var data struct{ Withdrawal sign.Signed }
	if err := json.Unmarshal(d.log.facts[0].Data, &data); err != nil || data.Withdrawal.Verify(device.Key(), sign.Withdraw) != nil {
		t.Errorf("not signed: %v", err)
	}
	if x := must(seal.ParseWithdrawal(data.Withdrawal.Record)); x.Seq != 4 || x.Bidder != "org-1" {
		t.Errorf("%+v", x)
	}
	alter = func(s string) string { return strings.Replace(s, `"seq":4`, `"seq":5`, 1) }
	_, err := d.client().Withdraw(t.Context(), w, device)
	wantFault(t, err, "receipt.changed")
	own = nil
	_, err = d.client().Withdraw(t.Context(), w, device)
	wantFault(t, err, "bid.none")
}

// TestSignatureIsKeptBeforeItIsSent: a crash after the submission must not lead
// to a second signature over the same record.
func TestSignatureIsKeptBeforeItIsSent(t *testing.T) {
	p, d := newPlace(t, tender.OneEnvelope), newDesk(t, newKeeper(t, "log.example/p"))
	f := p.sealed("org-1")
	d.on(bidsRoute, func(*http.Request) (int, any) {
		if _, err := os.Stat(filepath.Join(f.Dir, "signed.json")); err != nil {
			t.Error("sent before it was kept")
		}
		panic(http.ErrAbortHandler)
	})
	c := d.client()
	c.Patience = -1
	_, err := c.Submit(t.Context(), f, must(sign.Generate()))
	wantFault(t, err, "client.unreachable")
}
