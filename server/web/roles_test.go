package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/tender/party"
)

// cast has one person in every role of every kind of organisation, by the name
// "kind/role".
func (s *site) cast() map[string]*someone {
	s.t.Helper()
	admin := s.founder()
	cast := map[string]*someone{"oversight/administrator": admin}
	for _, kind := range party.Kinds() {
		boss := admin
		if kind != party.KindOversight {
			boss = s.registers(kind)
			admin.confirm(boss.org)
			cast[string(kind)+"/administrator"] = boss
		}
		for _, role := range party.RolesIn(kind) {
			if role != party.RoleAdministrator {
				cast[string(kind)+"/"+string(role)] = boss.invites(role)
			}
		}
	}
	return cast
}

// sample makes a request for a route that is well formed where that is easy; ids
// are of nothing that exists.
func sampleOf(r *Route, id string) (path string, headers []string) {
	path = braces.ReplaceAllStringFunc(r.path(), func(p string) string {
		if p == "{number}" || p == "{part}" {
			return "0"
		}
		return id
	})
	for _, p := range r.Do.in.params {
		if p.typ == matchType {
			headers = append(headers, "If-Match", `"1"`)
		}
		if p.name == "organisation" {
			path += "?organisation=" + id
		}
	}
	headers = append(headers, "Probity-Reason", "a test")
	return path, headers
}

// Every route asked by everybody answers as the role table says: strangers 401
// where somebody must be known, people without the right 403, and nobody ever
// gets a 5xx. Who has the right gets past the gate.
func (s *site) everyRole(cast map[string]*someone) {
	t := s.t
	_, routes := s.srv.build()
	for i := range routes {
		r := &routes[i]
		if r.Name == "failThing" {
			continue
		}
		path, headers := sampleOf(r, "none")
		var b any
		if body := exampleOf(r, false); body != "" {
			b = body
		}
		a := s.ask(r.method(), path, b, headers...)
		needs := r.Right != Open && party.Allowed(party.PublicActor, r.Right) != nil
		if r.Right == SignedIn {
			needs = true
		}
		if needs && a.StatusCode != 401 {
			t.Errorf("%s: a stranger gets %d %s", r.At, a.StatusCode, a.body)
		}
		s.harmless(r, "stranger", a)
		for name, p := range cast {
			if r.Name == "signOut" {
				continue
			}
			kind, role, _ := strings.Cut(name, "/")
			as := append([]string{"Authorization", "Bearer " + p.token, "Probity-As", p.org + "/" + role}, headers...)
			a := s.ask(r.method(), path, b, as...)
			actor := party.Actor{User: p.id, Org: p.org, OrgKind: party.OrgKind(kind), Role: party.Role(role)}
			may := r.Right == Open || r.Right == SignedIn || party.Allowed(actor, r.Right, p.org) == nil
			gate := a.StatusCode == 403 && bytes.Contains(a.body, []byte("actor.role"))
			if may == gate && r.Right != Open && r.Right != SignedIn {
				t.Errorf("%s: %s gets %d %s; the role table says %v", r.At, name, a.StatusCode, a.body, may)
			}
			s.harmless(r, name, a)
			if may && b != nil { // further in, with all that can be said
				s.harmless(r, name, s.ask(r.method(), path, exampleOf(r, true), as...))
			}
		}
	}
}

// withRight lists up to three people for whom the door of the route is open, as
// credential and place.
func withRight(cast map[string]*someone, r *Route) (list [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(cast)) {
		kind, role, _ := strings.Cut(name, "/")
		p := cast[name]
		a := party.Actor{User: p.id, Org: p.org, OrgKind: party.OrgKind(kind), Role: party.Role(role)}
		if len(list) < 3 && (r.Right == Open || r.Right == SignedIn || party.Allowed(a, r.Right, p.org) == nil) {
			list = append(list, [2]string{"Bearer " + p.token, p.org + "/" + role})
		}
	}
	return list
}

// harmless holds that an answer is no 5xx, and a problem if it is a refusal.
func (s *site) harmless(r *Route, who string, a answered) {
	s.t.Helper()
	if a.StatusCode >= 500 {
		s.t.Errorf("%s: %s gets %d %s\n", r.At, who, a.StatusCode, a.body)
	}
	if a.StatusCode >= 400 {
		a.problem(s.t)
	}
}

// Every route gets what strangers send: no answer is a 5xx.
func (s *site) strange(cast map[string]*someone) {
	_, routes := s.srv.build()
	bodies := []string{``, `{}`, `[]`, `null`, `"x"`, `{"a":1}`, `{`, "\xff", strings.Repeat("[", 5000), `{"id":"x","id":"y"}`,
		`{"email":"\u0000","password":"\ud800"}`, `{"email":"a","password":"` + strings.Repeat("x", 2000) + `"}`,
		`{"name":{"":""},"kind":"","person":{},"identifier":{}}`}
	ids := []string{"none", "%F0%9F%98%80", "%E8%B7%AF", strings.Repeat("x", 199), "-1", "99999999999999999999", "a'%22%3C%3E", "%ff%fe", "clock", "public"}
	for i := range routes {
		r := &routes[i]
		if r.Name == "failThing" || r.Name == "signOut" {
			continue
		}
		bodies := append([]string{exampleOf(r, true), exampleOf(r, false)}, bodies...)
		for _, id := range ids {
			for j, body := range bodies {
				if j > 4 && id != "none" || r.method() == http.MethodGet && j > 0 {
					continue
				}
				path, headers := sampleOf(r, id)
				says := fmt.Sprintf("%q with %.40q", id, body)
				s.harmless(r, says, s.ask(r.method(), path, body, headers...))
				for _, who := range withRight(cast, r) {
					s.harmless(r, who[1]+" "+says, s.ask(r.method(), path, body, append(headers, "Authorization", who[0], "Probity-As", who[1])...))
				}
			}
		}
	}
}

// What a whole cast does leaves no secret in the log, and in the store none in
// the clear.
func TestNoSecretsAreKept(t *testing.T) {
	s := newSite(t)
	admin := s.founder()
	p := s.registers(party.KindSupplier)
	at := []string{"Probity-As", p.org + "/administrator", "Idempotency-Key", "a key that nobody knows"}
	var x tokenOut
	p.as(201, "", "POST", "/api/v1/tokens", tokenIn{"t", []string{"read"}, 1}, at...).read(t, &x)
	again := p.as(201, "", "POST", "/api/v1/tokens", tokenIn{"t", []string{"read"}, 1}, at...)
	if !strings.Contains(string(again.body), x.Token) {
		t.Error("the repetition does not give the same answer")
	}
	secrets := map[string]string{"password": pass, "session": p.token, "token": x.Token, "factor": p.secret, "key": at[3], "admin": admin.token}
	for _, ticket := range []string{p.token, x.Token} {
		secrets["secret part of "+ticket[:3]] = ticket[len(ticket)-32:]
	}
	s.tick.add(time.Hour)
	s.ask("POST", "/api/v1/session", signInIn{Email: p.email, Password: pass + "typo", Code: "123456"})
	files := 0
	err := filepath.WalkDir(s.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(name)
		for what, secret := range secrets {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s is in the store in the clear", what)
			}
		}
		if !bytes.Contains(b, []byte(p.email)) {
			t.Error("this is not the file that holds the accounts")
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
	secrets["e-mail"], secrets["name"] = p.email, "Somebody"
	for what, secret := range secrets {
		if strings.Contains(s.log.text(), secret) {
			t.Errorf("%s is in the log", what)
		}
	}
	facts, err := s.srv.Engine.Pending(t.Context(), 1000)
	if err != nil || len(facts) < 6 {
		t.Fatalf("%d facts, %v", len(facts), err)
	}
	for _, f := range facts {
		for what, secret := range secrets {
			if what != "name" && bytes.Contains(f.Record(), []byte(secret)) {
				t.Errorf("%s is in fact %s", what, f.Name)
			}
		}
	}
}

func TestSensitiveReadsAreFactsBeforeTheyAreAnswers(t *testing.T) {
	s := newSite(t)
	admin := s.founder()
	p := s.registers(party.KindSupplier)
	path := "/api/v1/users/" + p.id
	p.as(200, "", "GET", path, nil) // one's own: no fact
	admin.as(422, "access.reason", "GET", path, nil)
	admin.as(200, "", "GET", path, nil, "Probity-Reason", "%E6%A0%B8%E5%AF%B9 check")
	facts, err := s.srv.Engine.Pending(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range facts {
		if f.Name == "access.read" {
			found = append(found, f.By+" "+string(f.Data))
		}
	}
	if len(found) != 1 || !strings.HasPrefix(found[0], admin.id) || !strings.Contains(found[0], "核对 check") || !strings.Contains(found[0], "user/"+p.id) {
		t.Errorf("%v", found)
	}
	var list List[accessOut]
	admin.as(200, "", "GET", "/api/v1/accesses?subject=user/"+p.id, nil, "Probity-Reason", "who read it").read(t, &list)
	if len(list.Items) != 1 || list.Items[0].User != admin.id {
		t.Fatalf("%+v", list)
	}
	if a := list.Items[0]; a.Name == "" || len(a.For) == 0 || a.Person != "Somebody" || a.Body != nil || a.Title != nil {
		t.Errorf("the names are %+v", a)
	}
	admin.as(422, "access.filter", "GET", "/api/v1/accesses?subject=x&user=y", nil, "Probity-Reason", "x")
}

func TestAdministratorsReachTheirOwnPeopleOnly(t *testing.T) {
	s := newSite(t)
	s.founder()
	a, b := s.registers(party.KindSupplier), s.registers(party.KindSupplier)
	member := a.invites(party.RoleRepresentative)
	boss := []string{"Probity-As", a.org + "/administrator", "If-Match", `"1"`, "Probity-Reason", "x"}
	other := []string{"Probity-As", b.org + "/administrator", "If-Match", `"1"`, "Probity-Reason", "x"}
	path := "/api/v1/users/" + member.id
	b.as(404, "user.missing", "GET", path, nil, other...)
	b.as(404, "user.missing", "PUT", path+"/disabled", disabledBody(true), other...)
	b.as(404, "user.missing", "POST", path+"/recovery", nil, other...)
	b.as(404, "organisation.missing", "PUT", path+"/roles", object{"organisation": a.org, "roles": []string{"administrator"}}, other...)
	b.as(404, "user.missing", "PUT", path+"/roles", object{"organisation": b.org, "roles": []string{"administrator"}}, other...)
	b.as(404, "organisation.missing", "GET", "/api/v1/users?organisation="+a.org, nil, other...)
	a.as(422, "roles.kind", "PUT", path+"/roles", object{"organisation": a.org, "roles": []string{"officer"}}, boss...)
	a.as(422, "request.fields", "PUT", path+"/roles", object{"organisation": a.org, "roles": []string{"representative", "representative"}}, boss...)
	a.as(403, "roles.own", "PUT", "/api/v1/users/"+a.id+"/roles", object{"organisation": a.org}, boss...)
	a.as(200, "", "GET", path, nil, boss...)

	// A person who is invited elsewhere too keeps their account out of the reach
	// of either administrator.
	var inv invitedOut
	b.as(201, "", "POST", "/api/v1/users", inviteIn{b.org, []party.Role{party.RoleRepresentative}, personIn{"x", member.email, ""}}, other...).read(t, &inv)
	s.want(401, "invitation.unknown", "POST", "/api/v1/invitations/accept", acceptIn{Invitation: inv.Invitation, Password: "a new password of somebody"})
	a.as(401, "invitation.unknown", "POST", "/api/v1/me/places", joinIn{inv.Invitation})
	b.as(404, "user.missing", "GET", path, nil, other...)
	member.as(200, "", "POST", "/api/v1/me/places", joinIn{inv.Invitation})
	b.as(403, "user.elsewhere", "PUT", path+"/disabled", disabledBody(true), other...)
	a.as(403, "user.elsewhere", "POST", path+"/recovery", nil, boss...)
	var me meOut
	member.as(200, "", "GET", "/api/v1/me", nil).read(t, &me)
	if !me.Choose || len(me.Places) != 2 {
		t.Errorf("%+v", me)
	}
	a.as(200, "", "PUT", path+"/roles", object{"organisation": a.org}, "Probity-As", a.org+"/administrator", "If-Match", `"2"`)
	member.as(403, "actor.place", "GET", "/api/v1/me", nil, "Probity-As", a.org)
	b.as(200, "", "PUT", path+"/disabled", disabledBody(true), "Probity-As", b.org+"/administrator", "If-Match", `"3"`)
	member.as(401, "token.unknown", "GET", "/api/v1/me", nil)
}

func disabledBody(b bool) object { return object{"disabled": b} }

// Side by side, one code opens one session, and one set-up ticket one platform.
func TestOneCodeOneSession(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	in, _ := json.Marshal(signInIn{Email: p.email, Password: pass, Code: p.code()})
	var mu sync.Mutex
	var wg sync.WaitGroup
	statuses := map[int]int{}
	for range 4 {
		wg.Go(func() {
			a := s.ask("POST", "/api/v1/session", string(in))
			mu.Lock()
			statuses[a.StatusCode]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if statuses[200] != 1 {
		t.Errorf("one code gave %v", statuses)
	}
}

func TestOneAddressOneAccount(t *testing.T) {
	s := newSite(t)
	who := newPerson()
	s.want(201, "", "POST", "/api/v1/organisations", registration(party.KindSupplier, who), "Idempotency-Key", "0123456789abcdef")
	s.want(409, "user.email_taken", "POST", "/api/v1/organisations", registration(party.KindSupplier, who))
	who.Email = strings.ToUpper(who.Email)
	s.want(409, "user.email_taken", "POST", "/api/v1/organisations", registration(party.KindBuyer, who))
	bad := registration(party.KindOversight, newPerson())
	s.want(422, "organisation.kind", "POST", "/api/v1/organisations", bad)
	bad = registration(party.KindSupplier, newPerson())
	bad.Identifier = identifierIn{Scheme: party.SchemeUSCC, ID: "91110000802100433C", LegalName: "x"}
	a := s.ask("POST", "/api/v1/organisations", bad)
	if a.StatusCode != 422 || a.problem(t).Errors["identifier.id"] == "" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	bad = registration(party.KindSupplier, personIn{"Somebody", "no address", ""})
	if a := s.want(422, "email.form", "POST", "/api/v1/organisations", bad); a.problem(t).Errors["person.email"] == "" {
		t.Errorf("%s", a.body)
	}
}
