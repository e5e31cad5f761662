package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// Bids and parts that are not as they must be.
func TestBadBids(t *testing.T) {
	w, s := site(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	bids := "/api/v1/tenders/" + w.ID + "/bids"
	sealed := a.Seal(1, "9")
	good := object{"bid": sealed.Signed}
	record := string(sealed.Signed.Record)
	for _, c := range []struct {
		says   string
		by     party.Actor
		body   any
		status int
		code   string
	}{
		{"nothing", a.Actor, `{}`, 422, ""},
		{"a record with spaces", a.Actor, strings.Replace(text(good), record, strings.Replace(record, ",", ", ", 1), 1), 422, "seal.bid_form"},
		{"a record with a fraction", a.Actor, strings.Replace(text(good), record, `{"tender":"`+w.ID+`","x":1.5}`, 1), 422, "seal.bid_form"},
		{"a record with null", a.Actor, strings.Replace(text(good), record, `{"tender":"`+w.ID+`","x":null}`, 1), 422, "seal.bid_form"},
		{"a record of another tender", a.Actor, strings.Replace(text(good), w.ID, "ocds-213czf-other", 1), 422, "bid.other_tender"},
		{"somebody else's", b.Actor, good, 403, "bid.foreign_bidder"},
		{"by an officer", Officer, good, 403, "actor.role"},
		{"a party that is nobody", a.Actor, object{"bid": sealed.Signed, "parties": []object{{"organisation": a.Org, "role": "lead"}, {"organisation": "org-none", "role": "member"}}}, 404, "organisation.missing"},
		{"a role that there is not", a.Actor, object{"bid": sealed.Signed, "parties": []object{{"organisation": a.Org, "role": "king"}}}, 422, "parties.role"},
	} {
		x := s.Ask(c.by, "POST", bids, c.body)
		if x.Status != c.status || c.code != "" && x.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s; %.300s", c.says, x.Status, x.Code, c.status, c.code, x.Body)
		}
	}
	if x := s.Ask(a.Actor, "POST", bids, good); x.Status != 201 {
		t.Fatalf("a good one: %d %s", x.Status, x.Body)
	}
	p := sealed.Parts[tender.Whole]
	envelope := "/api/v1/tenders/" + w.ID + "/lots/" + w.Lot + "/bid/1/envelopes/bid"
	for _, c := range []struct {
		says, path   string
		header, sums []byte
		status       int
		code         string
	}{
		{"wrong part hashes", envelope, p.HeaderBytes, make([]byte, 32), 422, "bid.part_hashes"},
		{"wrong part count", envelope, p.HeaderBytes, make([]byte, 64), 422, "bid.part_count"},
		{"another header", envelope, b.Seal(1, "9").Parts[tender.Whole].HeaderBytes, p.PartHashes, 422, "seal.fingerprint"},
		{"another envelope", envelope + "x", p.HeaderBytes, p.PartHashes, 422, "seal.openers"},
		{"another version", strings.Replace(envelope, "/1/", "/2/", 1), p.HeaderBytes, p.PartHashes, 409, "bid.not_live"},
		{"version 0", strings.Replace(envelope, "/1/", "/0/", 1), p.HeaderBytes, p.PartHashes, 422, "request.fields"},
		{"a version of 30 digits", strings.Replace(envelope, "/1/", "/"+strings.Repeat("9", 30)+"/", 1), p.HeaderBytes, p.PartHashes, 422, "request.fields"},
		{"a path trick", strings.Replace(envelope, "/bid/1", "/..%2fbid/1", 1), p.HeaderBytes, p.PartHashes, 400, "request.path"},
	} {
		x := s.Ask(a.Actor, "POST", c.path, object{"header": c.header, "sums": c.sums})
		if x.Status != c.status || x.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s; %.300s", c.says, x.Status, x.Code, c.status, c.code, x.Body)
		}
	}
	var up struct {
		Targets []struct{ URL string }
	}
	s.Ask(a.Actor, "POST", envelope, object{"header": p.HeaderBytes, "sums": p.PartHashes}).Read(t, &up)
	to := strings.TrimPrefix(up.Targets[0].URL, "http://127.0.0.1:8080")
	for _, c := range []struct {
		says, path string
		body       []byte
		status     int
		code       string
	}{
		{"no bytes", to, []byte{}, 422, "blob.size"},
		{"a byte too few", to, p.Payload[1:], 422, "blob.size"},
		{"other bytes", to, append([]byte{p.Payload[0] ^ 1}, p.Payload[1:]...), 422, "blob.sum"},
		{"more than a part may have", to, make([]byte, 64<<20+2), 413, ""},
		{"a ticket of nobody", "/upload/x", p.Payload, 403, "upload.ticket"},
		{"a ticket with another end", to + "A", p.Payload, 403, "upload.ticket"},
	} {
		x := s.Ask(Anybody, "PUT", c.path, c.body, "Content-Type", "application/octet-stream")
		if x.Status != c.status || c.code != "" && x.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.says, x.Status, x.Code, c.status, c.code)
		}
	}
	s.Set(Published.Add(16 * time.Minute))
	if x := s.Ask(Anybody, "PUT", to, p.Payload, "Content-Type", "application/octet-stream"); x.Status != 403 || x.Code != "upload.ticket" {
		t.Errorf("a ticket that has ended: %d %s", x.Status, x.Code)
	}
}

func text(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(v)
	return b.String()
}

// Shares for another tender, from nobody, twice.
func TestBadShares(t *testing.T) {
	w, s := site(t, Terms{})
	w.Bidder("alpha").Bid(1, "9")
	w.Close()
	w.Shut()
	id := w.Announce(tender.Whole)
	o := w.Openers()
	answer := func(by Opener, a seal.Answer) apptest.Answer {
		raw := a.Bytes()
		return s.Ask(by.Actor, "POST", "/api/v1/openings/"+id+"/answers", object{"answer": json.RawMessage(raw), "signature": w.Sign(by.User, sign.Open, raw)})
	}
	good := w.Shares(o[0], id)
	foreign := good
	foreign.Batch = strings.Repeat("0", 64)
	stranger := Opener{Actor: Person("u-stranger", Buyer, party.KindBuyer, party.RoleOpener)}
	for _, c := range []struct {
		says   string
		a      apptest.Answer
		status int
		code   string
	}{
		{"for another tender", answer(o[0], foreign), 409, "seal.answer_batch"},
		{"from a non-opener", answer(stranger, good), 403, "opening.not_opener"},
		{"from an evaluator", answer(Opener{Actor: w.Evaluators()[0]}, good), 403, "actor.role"},
		{"from a bidder", answer(Opener{Actor: w.Bidder("alpha").Actor}, good), 403, "actor.role"},
		{"a good one", answer(o[0], good), 200, ""},
		{"the same twice", answer(o[0], good), 409, "opening.twice"},
		{"combined too soon", s.Ask(Officer, "POST", "/api/v1/openings/"+id+"/combine", nil), 409, "seal.not_ready"},
	} {
		if c.a.Status != c.status || c.a.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.says, c.a.Status, c.a.Code, c.status, c.code)
		}
	}
}
