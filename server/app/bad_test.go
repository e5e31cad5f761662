package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	. "probity/bidding/biddingtest"
	"probity/server/app/apptest"
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
	last := "0"
	if strings.HasSuffix(good, last) {
		last = "1"
	}
	for _, c := range []struct {
		says, token, as string
		status          int
		code            string
	}{
		{"none", "", "", 401, "actor.unknown"},
		{"of nothing", "x", "", 401, "token.unknown"},
		{"of a form that is none", "prt_a_b", "", 401, "token.unknown"},
		{"with another secret", good[:len(good)-1] + last, "", 401, "token.unknown"},
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
