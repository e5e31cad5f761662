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

// object is a JSON object.
type object map[string]any

// site is a platform with a published tender, before its deadline.
func site(t *testing.T, terms Terms) (*World, *apptest.Site) {
	t.Helper()
	h := apptest.Open(t, apptest.Options{})
	w := New(t, h.Bidding(), terms)
	return w, h.Serve(t)
}

// plan is a good draft, as an officer would send it.
func plan(w *World) object {
	t := w.Tender()
	b, _ := json.Marshal(t.Notice)
	var notice object
	json.Unmarshal(b, &notice)
	var groups []object
	for _, g := range t.Openers.Groups {
		var members []object
		for _, m := range g.Members {
			members = append(members, object{"user": m.User, "name": m.Name})
		}
		groups = append(groups, object{"name": g.Name, "k": g.K, "members": members})
	}
	var panel []object
	for _, m := range t.Panel {
		panel = append(panel, object{"user": m.User, "name": m.Name})
	}
	return object{"notice": notice, "ruleSet": "generic", "openers": groups, "panel": panel}
}

// at changes one member of a deep copy, found by its path.
func at(o object, value any, path ...any) object {
	b, _ := json.Marshal(o)
	var c any
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	d.Decode(&c)
	here := c
	for i, p := range path {
		last := i == len(path)-1
		switch x := here.(type) {
		case map[string]any:
			if last {
				x[p.(string)] = value
			}
			here = x[p.(string)]
		case []any:
			if last {
				x[p.(int)] = value
			}
			here = x[p.(int)]
		}
	}
	return c.(map[string]any)
}

// What people send by mistake, or on purpose, gets a clear answer with a stable
// code, never a 5xx.
func TestBadDrafts(t *testing.T) {
	w, s := site(t, Terms{})
	good := plan(w)
	for _, c := range []struct {
		says   string
		body   any
		status int
		code   string
	}{
		{"a good one", good, 201, ""},
		{"nothing", "", 422, "request.fields"},
		{"no JSON", `{"notice":`, 400, "request.json"},
		{"two values", `{} {}`, 400, "request.json"},
		{"a list", `[]`, 422, "request.fields"},
		{"null", `null`, 422, "request.fields"},
		{"no UTF-8", "{\"notice\":\"\xff\"}", 400, "request.json"},
		{"a member twice", `{"notice":{},"notice":{}}`, 400, "request.json"},
		{"an unknown member", at(good, 1, "surprise"), 422, "request.fields"},
		{"an unknown member deep down", at(good, 1, "notice", "timetable", "surprise"), 422, "request.fields"},
		{"a number for a text", at(good, 1, "ruleSet"), 422, "request.fields"},
		{"a text for a number", at(good, "60", "notice", "validityDays"), 422, "request.fields"},
		{"a fraction for a whole number", at(good, json.Number("1.5"), "notice", "validityDays"), 422, "request.fields"},
		{"a number beyond all bounds", at(good, json.Number("1e999"), "notice", "validityDays"), 422, "request.fields"},
		{"a number of 400 digits", at(good, json.Number(strings.Repeat("9", 400)), "notice", "validityDays"), 400, "request.json"},
		{"a quantity of 400 digits", at(good, strings.Repeat("9", 400), "notice", "lots", 0, "items", 0, "quantity"), 422, "request.fields"},
		{"a quantity with an exponent", at(good, "1e9", "notice", "lots", 0, "items", 0, "quantity"), 422, "request.fields"},
		{"negative money", at(good, object{"amount": "-1.00", "currency": "EUR"}, "notice", "value"), 422, "request.fields"},
		{"money with three decimals", at(good, object{"amount": "1.001", "currency": "EUR"}, "notice", "value"), 422, "request.fields"},
		{"money as a number", at(good, object{"amount": 1.5, "currency": "EUR"}, "notice", "value"), 422, "request.fields"},
		{"money of a currency that there is not", at(good, object{"amount": "1.00", "currency": "XXQ"}, "notice", "value"), 422, "request.fields"},
		{"a rule set that there is not", at(good, "atlantis", "ruleSet"), 422, "rules.set"},
		{"a procedure that there is not", at(good, "lottery", "notice", "procedure"), 422, "rules.procedure"},
		{"a document nobody has uploaded", at(good, []object{{"id": "d", "title": Text("D"), "type": "biddingDocuments", "versions": []object{{"number": 1, "name": "d.pdf", "media": "application/pdf",
			"size": 1, "sha256": strings.Repeat("0", 64), "at": "2026-03-02T08:00:00Z"}}}}, "notice", "documents"), 422, "document.missing"},
		{"a control character", at(good, object{"en": "a\u0007b"}, "notice", "title"), 422, "request.fields"},
	} {
		a := s.Ask(Officer, "POST", "/api/v1/tenders", c.body)
		if a.Status != c.status || a.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s; %.300s", c.says, a.Status, a.Code, c.status, c.code, a.Body)
		}
	}
}

// What a draft may hold and a notice may not is said when it is handed on.
func TestBadNotices(t *testing.T) {
	w, s := site(t, Terms{})
	good := plan(w)
	for _, c := range []struct {
		says string
		body object
		code string
	}{
		{"weights that sum to 90", at(good, "50", "notice", "lots", 0, "criteria", "price", "weight"), "score.weights"},
		{"a value in other money", at(good, object{"amount": "1.00", "currency": "USD"}, "notice", "value"), "money.currency"},
		{"no lot", at(good, []any{}, "notice", "lots"), "notice.lots"},
		{"a language that there is not", at(good, object{"not a tag!": "a"}, "notice", "title"), "text.language"},
		{"a title that never ends", at(good, object{"en": strings.Repeat("x", 301)}, "notice", "title"), "text.long"},
		{"a character that turns the text around", at(good, object{"en": "a\u202eb"}, "notice", "title"), "text.bidi"},
		{"no title", at(good, object{}, "notice", "title"), "text.missing"},
		{"a lot whose id is a path", at(good, "../x", "notice", "lots", 0, "id"), "notice.id"},
		{"a lot whose id ends with a dot", at(good, "lot.", "notice", "lots", 0, "id"), "notice.id"},
		{"a quantity of nothing", at(good, "0", "notice", "lots", 0, "items", 0, "quantity"), "item.quantity"},
		{"a quantity below nothing", at(good, "-1", "notice", "lots", 0, "items", 0, "quantity"), "item.quantity"},
		{"an opening before the window ends", at(good, "2026-04-20T11:59:59Z", "notice", "timetable", "opens"), "timetable.opens"},
		{"a deadline with half a second", at(good, "2026-04-20T12:00:00.5Z", "notice", "timetable", "deadline"), "timetable.precision"},
		{"a threshold above the openers", at(good, 9, "openers", 0, "k"), "openers.threshold"},
		{"nobody to evaluate", at(good, []any{}, "panel"), "tender.no_panel"},
	} {
		a := s.Ask(Officer, "POST", "/api/v1/tenders", c.body)
		code := a.Code
		if a.Status == 201 {
			var x struct{ ID string }
			a.Read(t, &x)
			a = s.Ask(Officer, "POST", "/api/v1/tenders/"+x.ID+"/submit", nil)
			code = a.Code
		}
		if a.Status != 422 && a.Status != 409 || code != c.code {
			t.Errorf("%s: %d %s, want %s; %.300s", c.says, a.Status, code, c.code, a.Body)
		}
	}
}

// The deadline: not in the past, and never back.
func TestBadDeadlines(t *testing.T) {
	w, s := site(t, Terms{})
	later := object{"deadline": "2026-04-20T11:59:59Z", "reason": "x"}
	if a := s.Ask(Officer, "POST", "/api/v1/tenders/"+w.ID+"/extend", later); a.Status != 422 || a.Code != "tender.deadline_back" {
		t.Errorf("moved back: %d %s", a.Status, a.Code)
	}
	version := s.Ask(Officer, "GET", "/api/v1/tenders/"+w.ID, nil).Header.Get("ETag")
	notice := at(plan(w), "2026-04-20T11:59:59Z", "notice", "timetable", "deadline")["notice"]
	if a := s.Ask(Officer, "PUT", "/api/v1/tenders/"+w.ID+"/notice", object{"notice": notice, "reason": "x"}, "If-Match", version); a.Status != 422 || a.Code != "tender.deadline_back" {
		t.Errorf("amended back: %d %s %s", a.Status, a.Code, a.Body)
	}
	if a := s.Ask(Officer, "PUT", "/api/v1/tenders/"+w.ID+"/notice", object{"notice": notice, "reason": "x"}, "If-Match", `"1"`); a.Status != 412 || a.Code != "tender.stale" {
		t.Errorf("a stale version: %d %s", a.Status, a.Code)
	}
	if a := s.Ask(Officer, "PUT", "/api/v1/tenders/"+w.ID+"/notice", object{"notice": notice, "reason": "x"}); a.Status != 428 || a.Code != "request.if_match" {
		t.Errorf("no version: %d %s", a.Status, a.Code)
	}
	h := apptest.Open(t, apptest.Options{})
	x := Draft(t, h.Bidding(), Terms{})
	for _, o := range x.Openers() {
		record, err := x.Tenders.ConsentRecord(x.Ctx(), x.ID, o.Actor)
		x.Ok(err)
		_, err = x.Tenders.SignManifest(x.Ctx(), x.ID, o.Actor, x.Sign(o.User, sign.Manifest, record))
		x.Ok(err)
	}
	h.Set(Deadline.Add(time.Hour))
	if a := h.Serve(t).Ask(Officer, "POST", "/api/v1/tenders/"+x.ID+"/publish", nil); a.Status != 422 || a.Code != "tender.deadline_passed" {
		t.Errorf("published too late: %d %s", a.Status, a.Code)
	}
}

// Who asks: nobody, with a token that is none, that has ended, that is
// another's, in a role that may not.
func TestBadTokens(t *testing.T) {
	w, s := site(t, Terms{})
	a := w.Bidder("alpha")
	own := "/api/v1/tenders/" + w.ID + "/lots/" + w.Lot + "/bid"
	good := s.Token(a.Actor)
	for _, c := range []struct {
		says, token, as string
		status          int
		code            string
	}{
		{"none", "", "", 401, "actor.unknown"},
		{"of nothing", "x", "", 401, "token.unknown"},
		{"of a form that is none", "prt_a_b", "", 401, "token.unknown"},
		{"with another secret", good[:len(good)-1] + "0", "", 401, "token.unknown"},
		{"of an officer", s.Token(Officer), "", 403, "actor.role"},
		{"for another place", good, Buyer, 403, "actor.place"},
		{"good, and without a bid", good, "", 404, "bid.missing"},
	} {
		h := []string{"Authorization", "Bearer " + c.token}
		if c.token == "" {
			h = nil
		}
		if c.as != "" {
			h = append(h, "Probity-As", c.as)
		}
		if x := s.Ask(Anybody, "GET", own, nil, h...); x.Status != c.status || x.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.says, x.Status, x.Code, c.status, c.code)
		}
	}
	s.Set(Published.AddDate(1, 1, 0))
	if x := s.Ask(Anybody, "GET", own, nil, "Authorization", "Bearer "+good); x.Status != 401 || x.Code != "token.unknown" {
		t.Errorf("one that has ended: %d %s", x.Status, x.Code)
	}
}

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
