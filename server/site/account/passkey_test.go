package account_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"probity/server/app/apptest"
	"probity/server/site/browsertest"
	"probity/tender/party"
)

// A passkey that is registered in the page lets its owner in again, with
// nothing typed.
func TestPasskeyInTheBrowser(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	h.People.RP = "localhost" // browsers give passkeys to names, not to addresses
	s := httptest.NewServer(h.Web.Handler())
	t.Cleanup(s.Close)
	p := browsertest.Open(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), browsertest.Look{})
	p.Passkeys()
	p.SignIn(h, party.Actor{User: "wei", Name: "Wei", Org: "salt", OrgKind: party.KindSupplier, Role: party.RoleRepresentative})
	if status := p.Go("/account/devices"); status != 200 {
		t.Fatal(status)
	}
	p.Wait("[data-enrol-passkey]")
	p.Check()
	p.Type("[name=label]", "My desk")
	p.Submit("form[data-enrol] button.govuk-button")
	if got := p.Text("main tbody th"); got != "My desk" {
		t.Fatalf("registered as %q", got)
	}
	p.Check()
	p.SignOut()
	if status := p.Go("/account"); status != 401 {
		t.Fatal("still signed in:", status)
	}
	p.Go("/sign-in")
	p.Wait("form[data-enter]")
	p.Check()
	p.Submit("form[data-enter] button")
	// This person has no second factor yet, and so makes one first.
	if here := p.Here(); here != "/account/factor" {
		t.Fatalf("at %s: %s", here, p.Text("main"))
	}
	p.Check()
}
