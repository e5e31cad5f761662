package client_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/client"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// TestPeopleComeIn registers, makes a second factor, signs in, registers a
// device and makes a token, all on the real server.
func TestPeopleComeIn(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	srv := httptest.NewServer(h.Web.Handler())
	defer srv.Close()
	now := biddingtest.Published
	c := &client.Client{Base: srv.URL}
	in := map[string]any{
		"kind": party.KindSupplier, "name": tender.Text{"en": "Ann's chairs"}, "password": "many chairs in a row",
		"identifier": map[string]string{"scheme": "XX-TEST", "id": "ann-1", "legalName": "Ann's chairs"},
		"person":     map[string]string{"name": "Ann", "email": "ann@example.org"},
	}
	var made struct{ Session client.Session }
	if err := c.Create(t.Context(), "/api/v1/organisations", in, &made); err != nil || !made.Session.Half {
		t.Fatalf("%+v, %v", made, err)
	}
	c.Token = made.Session.Token
	f := must(c.NewFactor(t.Context(), ""))
	code := func() string {
		now = now.Add(time.Minute)
		h.Set(now)
		return must(totp.GenerateCode(f.Secret, now))
	}
	if s, err := c.ConfirmFactor(t.Context(), code()); err != nil || s.Half || c.Token != s.Token {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := c.SignOut(t.Context()); err != nil || c.Token != "" {
		t.Fatal(err)
	}
	_, err := c.SignIn(t.Context(), "ann@example.org", "many chairs in a row", "000000")
	wantFault(t, err, "session.refused")
	if s, err := c.SignIn(t.Context(), "ann@example.org", "many chairs in a row", code()); err != nil || s.Half {
		t.Fatalf("%+v, %v", s, err)
	}
	me := must(c.Me(t.Context()))
	if me.Name != "Ann" || !me.Choose || len(me.Places) != 1 {
		t.Fatalf("%+v", me)
	}
	key := must(sign.Generate())
	if d, err := c.AddDevice(t.Context(), "laptop", key); err != nil || d.ID != key.Key().ID {
		t.Errorf("%+v, %v", d, err)
	}
	c.As = me.Places[0].Org + "/representative"
	s, err := c.IssueToken(t.Context(), "line", 30, "bid.*", "read")
	if err != nil || s.Token == "" || s.Token == c.Token {
		t.Fatalf("%+v, %v", s, err)
	}
	program := &client.Client{Base: srv.URL, Token: s.Token}
	if me := must(program.Me(t.Context())); me.Role != party.RoleRepresentative {
		t.Errorf("%+v", me)
	}
	_, err = program.AddDevice(t.Context(), "another", must(sign.Generate()))
	wantFault(t, err, "actor.scope")
}
