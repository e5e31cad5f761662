package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	. "probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
)

// route is one route of the site map, as the API describes itself.
type route struct{ method, path, name string }

// routes reads the site map from the API.
func routes(t *testing.T, s *apptest.Site) []route {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	s.Ask(Anybody, "GET", "/api/openapi.json", nil).Read(t, &doc)
	var list []route
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.OperationID != "" {
				list = append(list, route{strings.ToUpper(method), path, op.OperationID})
			}
		}
	}
	if len(list) < 80 {
		t.Fatalf("the site map has %d routes only", len(list))
	}
	return list
}

// fill writes the names of a procedure into a path.
func (r route) fill(w *World) string {
	for name, value := range map[string]string{
		"{id}": w.ID, "{lot}": w.Lot, "{opening}": w.ID + "~" + w.Lot + "~" + tender.Whole, "{seq}": "1", "{envelope}": tender.Whole,
		"{bidder}": "org-alpha", "{number}": "1",
	} {
		r.path = strings.ReplaceAll(r.path, name, value)
	}
	return regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(r.path, "none")
}

// moving is what changes in answers by itself.
var moving = regexp.MustCompile(`"(now|instance)": ?"[^"]*"`)

// While bids come in, nothing that anybody but their makers can ask tells that
// there are any: every answer is the same as before.
func TestNothingTellsThatThereAreBids(t *testing.T) {
	w, s := site(t, Terms{Grace: 60})
	rival := w.Bidder("rival")
	askers := map[string]party.Actor{"the public": Anybody, "a rival": rival.Actor, "an officer": Officer, "an approver": Approver,
		"an opener": w.Openers()[0].Actor, "an evaluator": w.Evaluators()[0], "an auditor": Auditor}
	look := func() map[string]string {
		seen := map[string]string{}
		for who, by := range askers {
			for _, r := range routes(t, s) {
				if r.method != "GET" || strings.Contains(r.path, "log") || strings.Contains(r.path, "tile") || strings.Contains(r.path, "checkpoint") || r.name == "listAccesses" || r.name == "getTenderEvidence" {
					continue // the log's growth is hidden by cover entries, where that is wanted
				}
				a := s.Ask(by, "GET", r.fill(w), nil, "Probity-Reason", "a test")
				seen[who+" "+r.path] = fmt.Sprint(a.Status) + moving.ReplaceAllString(string(a.Body), "")
			}
		}
		return seen
	}
	look() // makes tokens and the like
	before := look()
	for _, name := range []string{"alpha", "beta", "gamma"} {
		w.Bidder(name).Bid(1, "9")
	}
	w.Bidder("alpha").Bid(2, "8")
	w.Ok(w.Bidder("beta").Withdraw(2))
	w.Settle()
	for what, after := range look() {
		if what == "an auditor /api/v1/tenders/{id}/facts" { // which grows by the auditor's own reads
			if !strings.Contains(after, "org-alpha") && !strings.Contains(after, "bid.") {
				continue
			}
		}
		if before[what] != after {
			t.Errorf("%s: %.400s\nbefore: %.400s", what, after, before[what])
		}
	}
	// From the deadline to the opening the phases move; still nobody is named or
	// counted.
	count := regexp.MustCompile(`"(stored|size)": ?[1-9]`)
	hold := func(when string) {
		t.Helper()
		for what, body := range look() {
			if strings.HasPrefix(what, "an auditor") {
				continue // who may read the whole record from the deadline on, and it is noted
			}
			if strings.Contains(what, "rival") && strings.Contains(body, "org-rival") {
				body = strings.ReplaceAll(body, "org-rival", "")
			}
			for _, name := range []string{"org-alpha", "org-beta", "org-gamma"} {
				if strings.Contains(body, name) && !strings.Contains(what, "organisations") {
					t.Errorf("%s, %s names %s: %.300s", when, what, name, body)
				}
			}
			if count.MatchString(body) {
				t.Errorf("%s, %s counts: %.400s", when, what, body)
			}
		}
	}
	w.Close()
	hold("in the window")
	w.Set(w.Tender().Notice.Timetable.WindowEnds())
	w.Settle()
	hold("before the opening")
}

// A draft does not exist to whoever has no part in it.
func TestDraftsAreInvisible(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	w := Draft(t, h.Bidding(), Terms{})
	s := h.Serve(t)
	stranger := Person("u-other", "org-other", party.KindBuyer, party.RoleOfficer)
	for who, by := range map[string]party.Actor{"the public": Anybody, "a supplier": w.Bidder("alpha").Actor, "another buyer": stranger} {
		for _, r := range routes(t, s) {
			if !strings.Contains(r.path, "/tenders/{id}") || r.method != "GET" {
				continue
			}
			a := s.Ask(by, "GET", r.fill(w), nil)
			if a.Status == 200 && string(a.Body) != "{\"items\":[]}\n" || strings.Contains(string(a.Body), "Road salt") {
				t.Errorf("%s, %s: %d %.300s", who, r.path, a.Status, a.Body)
			}
			ghost := s.Ask(by, "GET", strings.ReplaceAll(r.fill(w), w.ID, "ocds-213czf-none"), nil)
			if ghost.Status != a.Status || ghost.Code != a.Code {
				t.Errorf("%s, %s: a draft answers %d %s, nothing answers %d %s", who, r.path, a.Status, a.Code, ghost.Status, ghost.Code)
			}
		}
		if a := s.Ask(by, "GET", "/api/v1/tenders", nil); strings.Contains(string(a.Body), w.ID) {
			t.Errorf("%s finds it in the list", who)
		}
	}
	if a := s.Ask(Officer, "GET", "/api/v1/tenders/"+w.ID, nil); a.Status != 200 || a.Header.Get("ETag") == "" {
		t.Errorf("its officer: %d", a.Status)
	}
}

// Whatever anybody sends to any route about a procedure that exists, at every
// stage, the answer is never a 5xx, and nothing moves.
func TestNoRequestBreaks(t *testing.T) {
	w, s := site(t, Terms{})
	a := w.Bidder("alpha")
	a.Bid(1, "9")
	askers := []party.Actor{Anybody, a.Actor, Officer, Approver, w.Openers()[0].Actor, w.Evaluators()[0], Auditor}
	bodies := []any{nil, `{}`, `[]`, `null`, `{`, "\xff", `{"reason":"x"}`, `{"reason":"x","lot":"lot-1","envelope":"bid"}`, `{"reason":"\u0000"}`,
		`{"bid":{"record":1.5,"signature":{}}}`, `{"bid":{"record":{"tender":"` + w.ID + `"},"signature":{"alg":"ed25519","key":"","sig":""}}}`,
		`{"bid":{"record":{"tender":"` + w.ID + `","x":-1},"signature":{"alg":"ed25519","key":"x","sig":"AAAA"}}}`,
		`{"withdrawal":{"record":{"tender":"` + w.ID + `","a":null},"signature":{"alg":"ed25519","key":"x","sig":"AAAA"}}}`,
		`{"answer":{"a":1},"signature":{"alg":"ed25519","key":"x","sig":"AAAA"}}`, `{"proof":{"a":-1}}`,
		`{"finding":{"bidder":"org-alpha"}}`, `{"scores":[{"bidder":"x","criterion":"q1","value":"1","reason":""}]}`,
		`{"group":0,"opener":1,"reason":"x"}`, `{"until":"2020-01-01T00:00:00Z","reason":"x"}`,
		`{"groups":[{"name":"g","k":1,"members":[{"user":"u","name":"n"}]}]}`, `{"key":"age1pq1x"}`, `{"statement":"x","signature":{"alg":"","key":"","sig":""}}`,
	}
	walk := func(when string) {
		t.Helper()
		for _, r := range routes(t, s) {
			for i, by := range askers {
				for j, body := range bodies {
					if r.method == "GET" && j > 0 || strings.Contains(r.path, "/session") {
						continue
					}
					if i > 0 && j > 0 && (i+j)%3 != 0 { // a third of them will do
						continue
					}
					if strings.HasSuffix(r.path, "/cancel") || r.name == "extendTender" || r.name == "combineOpening" {
						continue // would end the walk
					}
					for _, path := range []string{r.fill(w), strings.ReplaceAll(r.fill(w), w.Lot, "lot-9")} {
						x := s.Ask(by, r.method, path, body, "If-Match", `"1"`, "Probity-Reason", "a test")
						if x.Status >= 500 {
							t.Errorf("%s: %s %s as %s with %.80v: %d %s", when, r.method, path, by.Role, body, x.Status, x.Body)
						}
					}
				}
			}
		}
	}
	walk("while bids come in")
	w.Close()
	w.Shut()
	w.Announce(tender.Whole)
	walk("while shares come in")
	w.Set(w.Tender().Notice.Timetable.Opens.Add(time.Minute))
	for _, o := range w.Openers() {
		id := w.ID + "~" + w.Lot + "~" + tender.Whole
		if x, err := w.Openings.Openings.Get(w.Ctx(), id); err == nil && len(x.Given) < 3 {
			w.Send(o, id, w.Shares(o, id))
		}
	}
	if _, err := w.Openings.Combine(w.Ctx(), Officer, w.ID+"~"+w.Lot+"~"+tender.Whole); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	walk("when the bids are open")
}
