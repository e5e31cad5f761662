package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/config"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
)

// check holds a receipt to the log's key, and returns the fact in it.
func check(t *testing.T, s *apptest.House, raw string) event.Event {
	t.Helper()
	r, err := ledger.ParseReceipt([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(s.LogKey.Public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Verify(ledger.Policy{Origin: "test.example/log", Log: []note.Verifier{v}}); err != nil {
		t.Fatal(err)
	}
	f, err := event.Parse(r.Record)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

type receipt struct {
	Fact     string
	Accepted bool
	Receipt  string
}

// A bid that is late is refused with a code, and with a signed record of when
// and why that its maker can show.
func TestLateBidGetsAReceipt(t *testing.T) {
	w, s := site(t, Terms{})
	a := w.Bidder("alpha")
	late := a.Seal(1, "9")
	w.Close()
	x := s.Ask(a.Actor, "POST", "/api/v1/tenders/"+w.ID+"/bids", object{"bid": late.Signed})
	if x.Status != 409 || x.Code != "bid.late" {
		t.Fatalf("%d %s", x.Status, x.Code)
	}
	w.Settle()
	var list struct{ Items []*bidding.Refusal }
	s.Ask(a.Actor, "GET", "/api/v1/tenders/"+w.ID+"/refusals", nil).Read(t, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%d refusals", len(list.Items))
	}
	var r receipt
	s.Ask(a.Actor, "GET", "/api/v1/desk/receipts?fact=refusal/"+list.Items[0].ID+"%231", nil).Read(t, &r)
	f := check(t, s.House, r.Receipt)
	var d struct {
		Refusal json.RawMessage
		Bidder  string
	}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		t.Fatal(err)
	}
	record, err := seal.ParseRefusal(d.Refusal)
	if err != nil || f.Name != bidding.FactRefuse || record.Code != "bid.late" || d.Bidder != a.Org ||
		record.Offered != seal.OfferedHash(canon.Must(late.Signed)) || record.At != Deadline.Format(time.RFC3339) {
		t.Errorf("the receipt says %s %+v, %v", f.Name, record, err)
	}
	if y := s.Ask(w.Bidder("beta").Actor, "GET", "/api/v1/desk/receipts?fact=refusal/"+list.Items[0].ID+"%231", nil); y.Status != 404 {
		t.Errorf("a rival gets it: %d", y.Status)
	}
}

// The same creation under the same key is done once; another under it is
// refused.
func TestIdempotency(t *testing.T) {
	w, s := site(t, Terms{})
	a := w.Bidder("alpha")
	key := "0123456789abcdef-key"
	bids := "/api/v1/tenders/" + w.ID + "/bids"
	one := object{"bid": a.Seal(1, "9").Signed}
	first := s.Ask(a.Actor, "POST", bids, one, "Idempotency-Key", key)
	again := s.Ask(a.Actor, "POST", bids, one, "Idempotency-Key", key)
	if first.Status != 201 || again.Status != 201 || !bytes.Equal(first.Body, again.Body) {
		t.Errorf("%d, then %d; equal: %v", first.Status, again.Status, bytes.Equal(first.Body, again.Body))
	}
	other := s.Ask(a.Actor, "POST", bids, object{"bid": a.Seal(2, "8").Signed}, "Idempotency-Key", key)
	if other.Status != 409 || other.Code != "idempotency.reused" {
		t.Errorf("another under the key: %d %s", other.Status, other.Code)
	}
	theirs := s.Ask(w.Bidder("beta").Actor, "POST", bids, object{"bid": w.Bidder("beta").Seal(1, "8").Signed}, "Idempotency-Key", key)
	if theirs.Status != 201 {
		t.Errorf("somebody else's same key: %d %s", theirs.Status, theirs.Code)
	}
	w.Settle()
	if n := len(w.Facts(bidding.FactSubmit)); n != 2 {
		t.Errorf("%d submissions", n)
	}
	x := s.Ask(Officer, "POST", "/api/v1/tenders", plan(w), "Idempotency-Key", key)
	y := s.Ask(Officer, "POST", "/api/v1/tenders", plan(w), "Idempotency-Key", key)
	if x.Status != 201 || !bytes.Equal(x.Body, y.Body) {
		t.Errorf("a tender: %d, then %d", x.Status, y.Status)
	}
}

// The platform is ended and opened again after every step of a procedure:
// nothing is lost, and every receipt stays good.
func TestRestartInTheMiddle(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	w := New(t, h.Bidding(), Terms{Envelopes: tender.TwoEnvelopes, Grace: 60})
	again := func() { h.Reopen(); w.House = h.Bidding() }
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	again()
	sa, sb := a.Seal(1, "9"), b.Seal(1, "8")
	w.Ok(a.Submit(sa))
	fact := a.Stored(w.Lot).Versions[0].Fact
	before, _, err := h.Ledger.Wait(w.Ctx(), fact)
	w.Ok(err)
	w.Ok(b.Submit(sb)) // and nobody waits for the log
	again()
	w.Settle()
	after, _, err := h.Ledger.Wait(w.Ctx(), fact)
	if err != nil || after.Index != before.Index || string(after.Record) != string(before.Record) {
		t.Errorf("the receipted record was at %d and is at %d; %v", before.Index, after.Index, err)
	}
	w.Ok(a.UploadOne(sa, tender.Technical))
	w.Ok(a.Send(sa, tender.Financial)) // parts, and then the line breaks
	again()
	w.Ok(a.UploadOne(sa, tender.Financial))
	w.Ok(b.Upload(sb))
	again()
	w.Close()
	again()
	w.Shut()
	again()
	w.Settle()
	for _, envelope := range []string{tender.Technical, tender.Financial} {
		id := w.Announce(envelope)
		for _, o := range w.Openers() {
			again()
			w.Settle()
			w.Ok(w.Send(o, id, w.Shares(o, id)))
		}
		again()
		_, err := w.Openings.Combine(w.Ctx(), Officer, id)
		w.Ok(err)
		w.Settle()
		again()
		if envelope == tender.Technical {
			w.Judge(map[*Bidder]string{a: "9", b: "8"})
			again()
			_, err := w.Judging.Qualify(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
			w.Ok(err)
		}
	}
	again()
	j, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	if err != nil || len(j.Ranking.Entries) != 2 || j.Ranking.Entries[0].Rank != 1 {
		t.Errorf("the ranking: %v, %v", j, err)
	}
	r, _, err := h.Ledger.Wait(w.Ctx(), fact)
	w.Ok(err)
	check(t, h, string(r.Marshal()))
}

// A second process on the same folder is told so, at once, and harms nothing.
func TestSecondProcess(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	began := time.Now()
	c := h.Config
	_, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("two processes are on one folder")
	}
	if f := fault.From(err); time.Since(began) > 10*time.Second || f.Code != "store.locked" || f.Text == "" {
		t.Errorf("after %s: %s %q", time.Since(began), f.Code, f.Text)
	}
	New(t, h.Bidding(), Terms{})
}

// A key that others can read, and a log under another name, are refused at the
// door.
func TestOpenRefuses(t *testing.T) {
	for says, change := range map[string]func(*config.Server){
		"a log of another name":    func(c *config.Server) { c.Origin = "other.example/log" },
		"real beside sandbox":      func(c *config.Server) { c.Sandbox = !c.Sandbox },
		"plain HTTP to the world":  func(c *config.Server) { c.Listen = "0.0.0.0:8080" },
		"a prefix that is none":    func(c *config.Server) { c.Prefix = "x" },
		"rules that are not there": func(c *config.Server) { c.Rules = c.Data + "/none" },
	} {
		h := apptest.Open(t, apptest.Options{})
		c := h.Config
		h.Close()
		change(&c)
		if a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler)); err == nil {
			a.Close()
			t.Errorf("%s: opened", says)
		}
	}
}

// Run serves on a real listener, and ends when it is told to.
func TestRun(t *testing.T) {
	h := apptest.Open(t, apptest.Options{Still: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, l) }()
	res, err := http.Get("http://" + l.Addr().String() + "/readyz")
	if err != nil || res.StatusCode != 200 {
		t.Errorf("%v %v", res, err)
	}
	res.Body.Close()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}
