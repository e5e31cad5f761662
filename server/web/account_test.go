package web

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/sign"
)

// someone is a person with an account on a site under test.
type someone struct {
	s                   *site
	id, org, email      string
	token, secret, pass string
}

const pass = "correct horse battery staple"

// read fills v from a successful answer.
func (a answered) read(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
}

// as asks with the person's session.
func (p *someone) as(status int, code, method, path string, body any, headers ...string) answered {
	p.s.t.Helper()
	return p.s.want(status, code, method, path, body, append([]string{"Authorization", "Bearer " + p.token}, headers...)...)
}

// code is the person's next code: time moves on, since no code is taken twice.
func (p *someone) code() string {
	if !p.s.whole {
		p.s.tick.add(30 * time.Second)
	}
	c, err := totp.GenerateCode(p.secret, p.s.tick.now())
	if err != nil {
		p.s.t.Fatal(err)
	}
	return c
}

// enrol makes a second factor in a half session, and leaves a whole one.
func (p *someone) enrol() {
	p.s.t.Helper()
	var f factorOut
	p.as(200, "", "POST", "/api/v1/me/factor", `{}`).read(p.s.t, &f)
	p.secret = f.Secret
	var x sessionOut
	p.as(200, "", "POST", "/api/v1/me/factor/confirm", codeIn{p.code()}).read(p.s.t, &x)
	if x.Half {
		p.s.t.Fatal("the session is half after a second factor was made")
	}
	p.token = x.Token
}

// signIn opens a new session.
func (p *someone) signIn() sessionOut {
	p.s.t.Helper()
	var x sessionOut
	p.s.want(200, "", "POST", "/api/v1/session", signInIn{Email: p.email, Password: p.pass, Code: p.code()}).read(p.s.t, &x)
	p.token = x.Token
	return x
}

var serial int

func anyIdentifier() identifierIn {
	serial++
	return identifierIn{Scheme: "GB-COH", ID: fmt.Sprintf("%08d", serial), LegalName: "A body"}
}

func newPerson() personIn {
	serial++
	return personIn{Name: "Somebody", Email: fmt.Sprintf("somebody%d@example.org", serial)}
}

// founder sets the platform up and returns its first administrator.
func (s *site) founder() *someone {
	s.t.Helper()
	if s.first != nil {
		return s.first
	}
	ticket, err := s.srv.People.PrepareSetup(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	p := newPerson()
	var r registeredOut
	s.want(201, "", "POST", "/api/v1/setup", setupIn{Ticket: ticket, Name: map[string]string{"en": "Platform"}, Identifier: anyIdentifier(), Person: p, Password: pass}).read(s.t, &r)
	x := &someone{s: s, id: r.User, org: r.Organisation.ID, email: p.Email, token: r.Session.Token, pass: pass}
	x.enrol()
	s.first = x
	return x
}

// registers brings in an organisation with its administrator.
func (s *site) registers(kind party.OrgKind) *someone {
	s.t.Helper()
	p := newPerson()
	var r registeredOut
	s.want(201, "", "POST", "/api/v1/organisations", registration(kind, p)).read(s.t, &r)
	x := &someone{s: s, id: r.User, org: r.Organisation.ID, email: p.Email, token: r.Session.Token, pass: pass}
	x.enrol()
	return x
}

func registration(kind party.OrgKind, p personIn) registerIn {
	return registerIn{OrgFields: OrgFields{Kind: kind, Name: map[string]string{"en": "An organisation"}, Identifier: anyIdentifier()}, Person: p, Password: pass}
}

// invites gives a new person a place in the organisation of p.
func (p *someone) invites(roles ...party.Role) *someone {
	p.s.t.Helper()
	who := newPerson()
	var inv invitedOut
	p.as(201, "", "POST", "/api/v1/users", inviteIn{p.org, roles, who}, "Probity-As", p.org+"/administrator").read(p.s.t, &inv)
	var x sessionOut
	p.s.want(200, "", "POST", "/api/v1/invitations/accept", acceptIn{Invitation: inv.Invitation, Password: pass}).read(p.s.t, &x)
	q := &someone{s: p.s, id: x.User, org: p.org, email: who.Email, token: x.Token, pass: pass}
	q.enrol()
	return q
}

// confirm settles the first claim of an organisation.
func (p *someone) confirm(org string) {
	p.s.t.Helper()
	a := p.as(200, "", "GET", "/api/v1/organisations/"+org, nil)
	var o orgOut
	a.read(p.s.t, &o)
	p.as(200, "", "POST", "/api/v1/organisations/"+org+"/confirm", object{"claim": o.Claims[0].Key,
		"evidence": []party.Evidence{{Kind: "document", Text: "register extract"}}}, "If-Match", a.Header.Get("ETag"))
}

func TestFromSetupToAConfirmedSupplier(t *testing.T) {
	s := newSite(t)
	admin := s.founder()
	rep := s.registers(party.KindSupplier)
	s.want(404, "organisation.missing", "GET", "/api/v1/organisations/"+rep.org, nil)
	if _, err := (people.Bidders{Service: s.srv.People}).Supplier(t.Context(), rep.org, s.tick.now()); err == nil {
		t.Error("an unconfirmed supplier may bid")
	}
	var waiting List[orgOut]
	admin.as(200, "", "GET", "/api/v1/organisations?waiting=true", nil).read(t, &waiting)
	if len(waiting.Items) != 1 || waiting.Items[0].ID != rep.org {
		t.Fatalf("waiting: %+v", waiting)
	}
	path := "/api/v1/organisations/" + rep.org
	claim := waiting.Items[0].Claims[0].Key
	admin.as(428, "request.if_match", "POST", path+"/confirm", object{"claim": claim})
	admin.as(422, "claim.evidence", "POST", path+"/confirm", object{"claim": claim}, "If-Match", `"1"`)
	admin.as(412, "organisation.stale", "POST", path+"/confirm", object{"claim": claim, "evidence": []party.Evidence{{Kind: "document", Text: "x"}}}, "If-Match", `"7"`)
	rep.as(403, "actor.place", "POST", path+"/confirm", object{"claim": claim}, "If-Match", `"1"`)
	rep.as(403, "actor.role", "POST", path+"/confirm", object{"claim": claim}, "If-Match", `"1"`, "Probity-As", rep.org+"/administrator")
	admin.confirm(rep.org)
	s.want(200, "", "GET", path, nil)
	if name, err := (people.Bidders{Service: s.srv.People}).Supplier(t.Context(), rep.org, s.tick.now()); err != nil || name.ID != rep.org {
		t.Errorf("%v %v", name, err)
	}
	if _, err := s.srv.People.Buyer(t.Context(), rep.org); err == nil {
		t.Error("a supplier may buy")
	}
	now := s.tick.now().Add(time.Hour).UTC().Truncate(time.Second)
	a := admin.as(200, "", "POST", path+"/debarments", object{"reason": "bribes", "by": "the court", "until": now.Add(time.Hour)}, "If-Match", `"2"`)
	if a.Header.Get("ETag") != `"3"` {
		t.Errorf("ETag %s", a.Header.Get("ETag"))
	}
	legal, _ := s.srv.Clock.Now(t.Context())
	if _, err := (people.Bidders{Service: s.srv.People}).Supplier(t.Context(), rep.org, legal); err == nil {
		t.Error("a debarred supplier may bid")
	}
	if _, err := s.srv.People.Supplier(t.Context(), rep.org); err != nil {
		t.Errorf("a debarred supplier may not even ask: %v", err)
	}
	admin.as(200, "", "POST", path+"/debarments/0/lift", object{"reason": "acquitted"}, "If-Match", `"3"`)
}

func TestTheSetupLinkWorksOnce(t *testing.T) {
	s := newSite(t)
	ticket, err := s.srv.People.PrepareSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(s.srv.People.SetupFile)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", st, err)
	}
	if b, _ := os.ReadFile(s.srv.People.SetupFile); strings.TrimSpace(string(b)) != ticket {
		t.Error("the file does not hold the ticket")
	}
	in := setupIn{Ticket: ticket, Name: map[string]string{"en": "P"}, Identifier: anyIdentifier(), Person: newPerson(), Password: pass}
	for _, wrong := range []string{"x", "pro_aaaaaaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ticket[:len(ticket)-1] + "0", "prs" + ticket[3:]} {
		bad := in
		bad.Ticket = wrong
		s.want(401, "setup.unknown", "POST", "/api/v1/setup", bad)
	}
	s.tick.add(25 * time.Hour)
	s.want(401, "setup.unknown", "POST", "/api/v1/setup", in)
	if in.Ticket, err = s.srv.People.PrepareSetup(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.want(422, "password.short", "POST", "/api/v1/setup", setupIn{in.Ticket, in.Name, in.Identifier, in.Person, "short", false})
	s.want(201, "", "POST", "/api/v1/setup", in)
	s.want(401, "setup.unknown", "POST", "/api/v1/setup", in)
	if _, err := os.Stat(s.srv.People.SetupFile); !os.IsNotExist(err) {
		t.Error("the set-up file is still there")
	}
	if again, err := s.srv.People.PrepareSetup(t.Context()); again != "" || err != nil {
		t.Errorf("a platform that is set up can be set up again: %q %v", again, err)
	}
	if strings.Contains(s.log.text(), ticket) || strings.Contains(s.log.text(), in.Ticket) {
		t.Error("the ticket is in the log")
	}
}

func TestAHalfSessionIsGoodForNothingElse(t *testing.T) {
	s := newSite(t)
	var r registeredOut
	s.want(201, "", "POST", "/api/v1/organisations", registration(party.KindSupplier, newPerson())).read(t, &r)
	p := &someone{s: s, org: r.Organisation.ID, token: r.Session.Token}
	if !r.Session.Half {
		t.Fatal("a person without a second factor has a whole session")
	}
	p.as(200, "", "GET", "/api/v1/me", nil)
	p.as(403, "session.half", "PUT", "/api/v1/organisations/"+p.org, object{"name": object{"en": "x"}}, "If-Match", `"1"`)
	p.as(403, "session.half", "POST", "/api/v1/tokens", tokenIn{"x", []string{"read"}, 1})
	p.as(403, "session.half", "GET", "/api/v1/sessions", nil)
	p.as(403, "session.half", "POST", "/api/v1/me/organisations", registration(party.KindSupplier, newPerson()).OrgFields)
	p.as(409, "factor.none", "POST", "/api/v1/me/factor/confirm", codeIn{"123456"})
	var f factorOut
	p.as(200, "", "POST", "/api/v1/me/factor", `{}`).read(t, &f)
	if !strings.HasPrefix(f.URI, "otpauth://totp/Probity%20test:somebody") || !strings.Contains(f.URI, "secret="+f.Secret) {
		t.Errorf("%s", f.URI)
	}
	p.as(422, "session.code", "POST", "/api/v1/me/factor/confirm", codeIn{"000000"})
	s.tick.add(31 * time.Minute)
	p.as(401, "token.unknown", "GET", "/api/v1/me", nil)
}

func TestSigningIn(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	old := p.token
	refused := func(sentence, email, password, code string) {
		t.Helper()
		a := s.ask("POST", "/api/v1/session", signInIn{Email: email, Password: password, Code: code})
		if q := a.problem(t); a.StatusCode != 401 || q.Code != "session.refused" || q.Detail != "E-mail address, password or code is wrong." {
			t.Errorf("%s: %d %s", sentence, a.StatusCode, a.body)
		}
	}
	code := p.code()
	refused("no such account", "nobody@example.org", pass, code)
	refused("a wrong password", p.email, pass+"x", code)
	refused("a wrong code", p.email, pass, "000000")
	refused("no code", p.email, pass, "")
	refused("a code of two steps ago", p.email, pass, func() string { c, _ := totp.GenerateCode(p.secret, s.tick.now().Add(-90*time.Second)); return c }())
	s.tick.add(2 * time.Minute)
	code = p.code()
	var x sessionOut
	s.want(200, "", "POST", "/api/v1/session", signInIn{Email: strings.ToUpper(p.email), Password: pass, Code: code}).read(t, &x)
	if x.Token == "" || x.Token == old || x.Half {
		t.Errorf("%+v", x)
	}
	refused("a code that was used", p.email, pass, code)
	var list List[openSession]
	p.token = x.Token
	p.as(200, "", "GET", "/api/v1/sessions", nil).read(t, &list)
	if len(list.Items) != 2 || !list.Items[0].Current {
		t.Fatalf("%+v", list)
	}
	p.as(204, "", "DELETE", "/api/v1/sessions/"+list.Items[1].ID, nil)
	s.want(401, "token.unknown", "GET", "/api/v1/me", nil, "Authorization", "Bearer "+old)
	p.as(204, "", "DELETE", "/api/v1/session", nil)
	p.as(401, "token.unknown", "GET", "/api/v1/me", nil)
}

func TestSessionsEnd(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	for range 3 {
		s.tick.add(50 * time.Minute)
		p.as(200, "", "GET", "/api/v1/me", nil) // use keeps it open
	}
	s.tick.add(61 * time.Minute)
	p.as(401, "token.unknown", "GET", "/api/v1/me", nil)
	p.signIn()
	for range 13 {
		s.tick.add(50 * time.Minute)
		p.as(200, "", "GET", "/api/v1/me", nil)
	}
	for range 2 {
		s.tick.add(40 * time.Minute)
		s.ask("GET", "/api/v1/me", nil, "Authorization", "Bearer "+p.token)
	}
	p.as(401, "token.unknown", "GET", "/api/v1/me", nil) // twelve hours are over
}

func TestASessionThatSomebodyPlantedIsNotTheOneAfterwards(t *testing.T) {
	s := newSite(t)
	evil, victim := s.registers(party.KindSupplier), s.registers(party.KindSupplier)
	planted := []string{"Cookie", "session=" + evil.token}
	a := s.want(200, "", "POST", "/api/v1/session", signInIn{Email: victim.email, Password: pass, Code: victim.code(), Cookie: true}, planted...)
	c := a.Cookies()
	if len(c) != 1 || c[0].Value == evil.token || !c[0].HttpOnly || c[0].SameSite == 0 || strings.Contains(string(a.body), c[0].Value) {
		t.Fatalf("%v %s", c, a.body)
	}
	var me meOut
	s.want(200, "", "GET", "/api/v1/me", nil, "Cookie", "session="+c[0].Value).read(t, &me)
	if me.User != victim.id {
		t.Errorf("signed in as %s", me.User)
	}
	evil.as(401, "token.unknown", "GET", "/api/v1/me", nil) // the planted one has ended
	s.want(200, "", "GET", "/healthz", nil, "Cookie", "session=rubbish")
	s.want(401, "token.unknown", "GET", "/healthz", nil, "Authorization", "Bearer rubbish")
	s.want(401, "token.form", "GET", "/healthz", nil, "Authorization", "Basic eDp5")
	s.want(401, "token.unknown", "GET", "/api/v1/me", nil, "Cookie", "session=rubbish")
	s.want(204, "", "DELETE", "/api/v1/session", nil, "Cookie", "session="+c[0].Value)
	s.want(401, "token.unknown", "GET", "/api/v1/me", nil, "Cookie", "session="+c[0].Value)
}

func TestGuessingIsSlow(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	guess := func() answered {
		return s.ask("POST", "/api/v1/session", signInIn{Email: p.email, Password: "wrong wrong wrong", Code: "000000"})
	}
	n := 0
	for ; n < 20; n++ {
		if a := guess(); a.StatusCode == 429 {
			if a.problem(t).Code != "session.locked" || a.Header.Get("Retry-After") == "" {
				t.Fatalf("%s %v", a.body, a.Header)
			}
			break
		}
	}
	if n > 7 {
		t.Fatalf("%d guesses before the first wait", n)
	}
	s.tick.add(16 * time.Minute)
	p.signIn() // the owner is never shut out for longer
}

func TestPasswordChange(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	old := p.token
	p.as(422, "password.wrong", "POST", "/api/v1/me/password", passwordIn{"not the password", "another long password"})
	p.as(422, "password.short", "POST", "/api/v1/me/password", passwordIn{pass, "short"})
	var x sessionOut
	p.as(200, "", "POST", "/api/v1/me/password", passwordIn{pass, "another long password"}).read(t, &x)
	p.as(401, "token.unknown", "GET", "/api/v1/me", nil)
	p.token, p.pass = x.Token, "another long password"
	p.as(200, "", "GET", "/api/v1/me", nil)
	s.tick.add(time.Minute)
	p.signIn()
	_ = old
}

func TestPeopleNameThemselves(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	tag := p.as(200, "", "GET", "/api/v1/me", nil).Header.Get("ETag")
	p.as(422, "text.language", "PUT", "/api/v1/me", object{"name": "x", "languages": []string{"not a tag"}}, "If-Match", tag)
	p.as(412, "user.stale", "PUT", "/api/v1/me", object{"name": "x"}, "If-Match", `"99"`)
	var u userOut
	p.as(200, "", "PUT", "/api/v1/me", object{"name": "张三", "languages": []string{"zh-CN", "en"}}, "If-Match", tag).read(t, &u)
	if u.Name != "张三" || len(u.Speaks) != 2 || u.Email != p.email {
		t.Errorf("%+v", u)
	}
}

func TestTokens(t *testing.T) {
	s := newSite(t)
	p := s.registers(party.KindSupplier)
	at := []string{"Probity-As", p.org + "/administrator"}
	p.as(403, "token.place", "POST", "/api/v1/tokens", tokenIn{"x", []string{"read"}, 1})
	p.as(422, "token.scopes", "POST", "/api/v1/tokens", tokenIn{"x", []string{"everything"}, 1}, at...)
	p.as(422, "request.fields", "POST", "/api/v1/tokens", tokenIn{"x", nil, 1}, at...)
	p.as(422, "request.fields", "POST", "/api/v1/tokens", tokenIn{"x", []string{"read"}, 367}, at...)
	var x tokenOut
	p.as(201, "", "POST", "/api/v1/tokens", tokenIn{"build", []string{"org.edit"}, 30}, at...).read(t, &x)
	robot := &someone{s: s, token: x.Token}
	path := "/api/v1/organisations/" + p.org
	robot.as(200, "", "PUT", path, object{"name": object{"en": "Renamed"}}, "If-Match", `"1"`)
	robot.as(403, "actor.scope", "GET", "/api/v1/users?organisation="+p.org, nil)
	robot.as(403, "actor.scope", "POST", "/api/v1/tokens", tokenIn{"x", []string{"read"}, 1})
	robot.as(403, "actor.scope", "POST", "/api/v1/me/password", passwordIn{pass, "another long password"})
	robot.as(403, "session.needed", "DELETE", "/api/v1/session", nil)
	robot.as(403, "actor.place", "GET", "/api/v1/me", nil, "Probity-As", "elsewhere")
	var list List[tokenOut]
	a := p.as(200, "", "GET", "/api/v1/tokens", nil)
	a.read(t, &list)
	if len(list.Items) != 1 || strings.Contains(string(a.body), x.Token) || strings.Contains(string(a.body), "hash") {
		t.Errorf("%s", a.body)
	}
	foreign := s.registers(party.KindSupplier)
	foreign.as(404, "token.missing", "DELETE", "/api/v1/tokens/"+x.ID, nil)
	p.signIn()
	p.as(204, "", "DELETE", "/api/v1/tokens/"+x.ID, nil)
	robot.as(401, "token.unknown", "GET", "/api/v1/me", nil)
	p.as(201, "", "POST", "/api/v1/tokens", tokenIn{"build", []string{"read"}, 1}, at...).read(t, &x)
	robot.token = x.Token
	robot.as(200, "", "GET", "/api/v1/me", nil)
	s.tick.add(25 * time.Hour)
	robot.as(401, "token.unknown", "GET", "/api/v1/me", nil)
}

func TestDevices(t *testing.T) {
	s := newSite(t)
	p, q := s.registers(party.KindSupplier), s.registers(party.KindSupplier)
	key := sign.FromSeed([32]byte{9})
	proof := func(user string) sign.Signature {
		x, err := key.Sign(sign.Enrol, people.EnrolRecord(user, key.Key()))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	record := []byte(`{"kind":"bid"}`)
	bid, _ := key.Sign(sign.Bid, record)
	verify := func(user string) string {
		if err := s.srv.People.Verify(t.Context(), user, sign.Bid, record, bid); err != nil {
			return problemOf(err, false, "en").Code
		}
		return ""
	}
	if verify(p.id) != "device.unknown" {
		t.Error("an unregistered key signs")
	}
	q.as(403, "sign.signature", "POST", "/api/v1/devices", deviceIn{"laptop", key.Key(), proof(p.id)})
	p.as(201, "", "POST", "/api/v1/devices", deviceIn{"laptop", key.Key(), proof(p.id)})
	p.as(409, "device.taken", "POST", "/api/v1/devices", deviceIn{"laptop", key.Key(), proof(p.id)})
	q.as(409, "device.taken", "POST", "/api/v1/devices", deviceIn{"laptop", key.Key(), proof(q.id)})
	if got := verify(p.id) + verify(q.id); got != "device.unknown" {
		t.Errorf("verify: %s", got)
	}
	q.as(404, "device.missing", "DELETE", "/api/v1/devices/"+key.Key().ID, nil)
	p.as(200, "", "DELETE", "/api/v1/devices/"+key.Key().ID, nil)
	if verify(p.id) != "device.revoked" {
		t.Error("a revoked key signs")
	}
}

func TestALostFactorNeedsTwoAdministrators(t *testing.T) {
	s := newSite(t)
	first := s.founder()
	second := first.invites(party.RoleAdministrator)
	lost := s.registers(party.KindSupplier)
	path := "/api/v1/users/" + lost.id + "/recovery"
	var r recoveryOut
	first.as(200, "", "POST", path, nil).read(t, &r)
	if r.Settled || r.Ticket != "" {
		t.Fatalf("one administrator was enough: %+v", r)
	}
	first.as(409, "factor.second", "POST", path, nil)
	lost.as(403, "actor.role", "POST", path, nil, "Probity-As", lost.org+"/representative")
	lost.as(403, "factor.own", "POST", path, nil, "Probity-As", lost.org+"/administrator")
	lost.as(200, "", "GET", "/api/v1/me", nil)
	s.tick.add(time.Second)
	second.as(200, "", "POST", path, nil).read(t, &r)
	if !r.Settled || r.Ticket == "" {
		t.Fatalf("%+v", r)
	}
	lost.as(401, "token.unknown", "GET", "/api/v1/me", nil)
	s.want(401, "session.refused", "POST", "/api/v1/session", signInIn{Email: lost.email, Password: pass})
	s.want(401, "session.refused", "POST", "/api/v1/session", signInIn{Email: lost.email, Password: pass, Code: lost.code()})
	var x sessionOut
	s.want(200, "", "POST", "/api/v1/session", signInIn{Email: lost.email, Password: pass, Code: r.Ticket}).read(t, &x)
	s.want(401, "session.refused", "POST", "/api/v1/session", signInIn{Email: lost.email, Password: pass, Code: r.Ticket})
	if !x.Half {
		t.Error("a ticket gives a whole session")
	}
	lost.token = x.Token
	lost.enrol()
	lost.signIn()
}
