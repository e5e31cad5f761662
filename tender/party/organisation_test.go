package party_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/text"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var (
	clerk  = party.Actor{User: "u1", Org: "ov", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	seller = party.Actor{User: "u2", Org: "o1", OrgKind: party.KindSupplier, Role: party.RoleAdministrator}
	seen   = []party.Evidence{{Kind: "register", Text: "Shown by the register of Shenzhen"}}
)

const uscc = "CN-USCI-914403001922038216"

func supplier(t *testing.T) *party.Organisation {
	t.Helper()
	o := &party.Organisation{Kind: party.KindSupplier, Name: text.Of("en", "Acme"), Created: noon}
	o.ID = "o1"
	fact, err := o.AddClaim("identifier", party.Identifier{Scheme: "CN-USCI", ID: " 914403001922038216", LegalName: "Acme"}, seller, noon)
	if err != nil || fact.Name != "organisation.claim" || o.Claims[0].Key() != uscc || o.Claims[0].State != party.Unconfirmed {
		t.Fatalf("got %s, %+v, %v", fact.Name, o.Claims, err)
	}
	return o
}

// Every state is walked with every step, by who may and who may not. claims is
// the life of a claim as people read it.
func TestEveryStepOfAClaim(t *testing.T) {
	claims := map[string]party.ClaimState{
		"unconfirmed confirm": party.Confirmed,
		"unconfirmed refuse":  party.Refused,
		"confirmed revoke":    party.Revoked,
		"refused renew":       party.Unconfirmed,
		"revoked renew":       party.Unconfirmed,
	}
	for _, from := range []party.ClaimState{party.Unconfirmed, party.Confirmed, party.Refused, party.Revoked, "odd"} {
		for _, step := range []party.ClaimStep{party.ConfirmClaim, party.RefuseClaim, party.RevokeClaim, party.RenewClaim, "odd"} {
			for _, by := range actors() {
				o := supplier(t)
				o.Claims[0].State = from
				by.Org = strings.Replace(by.Org, "o1", "ov", 1)
				f := party.Finding{Claim: uscc, Step: step, By: by, At: noon, Evidence: seen, Reason: "Because."}
				fact, err := o.Settle(f)
				to, is := claims[string(from)+" "+string(step)]
				granted := is && by.Role == party.RoleAdministrator && by.OrgKind == party.KindOversight
				switch {
				case granted && (err != nil || o.Claims[0].State != to || fact.Name != "organisation."+string(step) || fact.By != by.User):
					t.Errorf("%s %s: got %s, %v", from, step, o.Claims[0].State, err)
				case !granted && (err == nil || o.Claims[0].State != from):
					t.Errorf("%s took the step %s from %s", who(by), step, from)
				case !is && !fault.Coded(err, "claim.state"):
					t.Errorf("%s %s: %v", from, step, err)
				}
			}
		}
	}
}

func TestSettleAClaim(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*party.Organisation, *party.Finding)
		code   string
	}{
		{"with evidence", nil, ""},
		{"with a document", func(_ *party.Organisation, f *party.Finding) {
			f.Evidence = []party.Evidence{{Kind: "document", Text: "Licence", SHA256: strings.Repeat("ab", 32)}}
		}, ""},
		{"without evidence", func(_ *party.Organisation, f *party.Finding) { f.Evidence = nil }, "claim.evidence"},
		{"evidence of no kind", func(_ *party.Organisation, f *party.Finding) { f.Evidence = []party.Evidence{{Text: "x"}} }, "claim.evidence"},
		{"evidence that says nothing", func(_ *party.Organisation, f *party.Finding) { f.Evidence = []party.Evidence{{Kind: "person"}} }, "text.empty"},
		{"a hash in capitals", func(_ *party.Organisation, f *party.Finding) {
			f.Evidence = []party.Evidence{{Kind: "document", Text: "x", SHA256: strings.Repeat("AB", 32)}}
		}, "claim.evidence"},
		{"too much evidence", func(_ *party.Organisation, f *party.Finding) { f.Evidence = make([]party.Evidence, 21) }, "claim.evidence"},
		{"a refusal with a reason", func(_ *party.Organisation, f *party.Finding) { f.Step, f.Reason = party.RefuseClaim, "Not found." }, ""},
		{"a refusal without a reason", func(_ *party.Organisation, f *party.Finding) { f.Step, f.Reason = party.RefuseClaim, " \n" }, "claim.reason"},
		{"a reason with a control", func(_ *party.Organisation, f *party.Finding) { f.Reason = "\x07" }, "text.control"},
		{"another identifier", func(_ *party.Organisation, f *party.Finding) { f.Claim = "GB-COH-1" }, "claim.missing"},
		{"one's own organisation", func(o *party.Organisation, f *party.Finding) { o.ID, f.By.Org = "ov", "ov" }, "claim.own"},
		{"by the organisation itself", func(_ *party.Organisation, f *party.Finding) { f.By = seller }, "actor.role"},
	} {
		o := supplier(t)
		f := party.Finding{Claim: uscc, Step: party.ConfirmClaim, By: clerk, At: noon, Evidence: seen}
		if c.change != nil {
			c.change(o, &f)
		}
		before := o.Claims[0].State
		_, err := o.Settle(f)
		if (c.code == "") != (err == nil) || c.code != "" && !fault.Coded(err, c.code) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && o.Claims[0].State != before {
			t.Errorf("%s: refused, and changed", c.name)
		}
		if err == nil && (o.Claims[0].By != "u1" || !o.Claims[0].At.Equal(noon)) {
			t.Errorf("%s: got %+v", c.name, o.Claims[0])
		}
	}
}

func TestOwnOrganisationRenews(t *testing.T) {
	o := supplier(t)
	o.Claims[0].State = party.Refused
	if _, err := o.Settle(party.Finding{Claim: uscc, Step: party.RenewClaim, By: seller, At: noon}); err != nil {
		t.Errorf("by the organisation: %v", err)
	}
	if _, err := o.AddClaim("i", party.Identifier{Scheme: "CN-USCI", ID: "914403001922038216", LegalName: "A"}, seller, noon); !fault.Coded(err, "organisation.claimed") {
		t.Errorf("the same again: %v", err)
	}
	for i := range 9 {
		if _, err := o.AddClaim("i", party.Identifier{Scheme: "GB-COH", ID: string(rune('1' + i)), LegalName: "A"}, seller, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.AddClaim("i", party.Identifier{Scheme: "GB-COH", ID: "99", LegalName: "A"}, seller, noon); !fault.Coded(err, "organisation.claims") {
		t.Errorf("an eleventh: %v", err)
	}
}

func TestFit(t *testing.T) {
	o := supplier(t)
	if err := o.Fit(noon); !fault.Coded(err, "organisation.unconfirmed") {
		t.Errorf("unconfirmed: %v", err)
	}
	if k := o.Keys(); k["waiting"] != "yes" || k["confirmed"] != nil || k["claimed"] == nil {
		t.Errorf("unconfirmed: %v", k)
	}
	if _, err := o.Settle(party.Finding{Claim: uscc, Step: party.ConfirmClaim, By: clerk, At: noon, Evidence: seen}); err != nil {
		t.Fatal(err)
	}
	if err := o.Fit(noon); err != nil {
		t.Errorf("confirmed: %v", err)
	}
	if k := o.Keys(); k["waiting"] != nil || k["confirmed"] == nil || o.Identifier().Key() != uscc {
		t.Errorf("confirmed: %v", k)
	}
	until := noon.AddDate(1, 0, 0)
	if _, err := o.Debar(party.Debarment{From: noon, Until: until, Reason: "Bribery.", By: "Finance department"}, clerk, noon); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		code string
	}{
		{noon.Add(-time.Nanosecond), ""}, {noon, "organisation.debarred"}, {until.Add(-time.Nanosecond), "organisation.debarred"}, {until, ""},
	} {
		if err := o.Fit(c.at); (c.code == "") != (err == nil) || c.code != "" && !fault.Coded(err, c.code) {
			t.Errorf("at %s: %v", c.at, err)
		}
	}
	if _, err := o.LiftDebarment(0, "Set aside by the court.", clerk, noon.AddDate(0, 1, 0)); err != nil {
		t.Fatal(err)
	}
	if o.Fit(noon.AddDate(0, 1, 0)) != nil || o.Fit(noon.AddDate(0, 0, 1)) == nil {
		t.Error("a debarment that is lifted is in force until then, and no longer")
	}
}

func TestDebarments(t *testing.T) {
	good := party.Debarment{From: noon, Reason: "Bribery.", By: "Finance department"}
	for _, c := range []struct {
		name   string
		change func(*party.Organisation, *party.Debarment, *party.Actor)
		code   string
	}{
		{"for good", func(*party.Organisation, *party.Debarment, *party.Actor) {}, ""},
		{"no reason", func(_ *party.Organisation, d *party.Debarment, _ *party.Actor) { d.Reason = "" }, "debarment.reason"},
		{"no authority", func(_ *party.Organisation, d *party.Debarment, _ *party.Actor) { d.By = "" }, "text.empty"},
		{"no beginning", func(_ *party.Organisation, d *party.Debarment, _ *party.Actor) { d.From = time.Time{} }, "debarment.time"},
		{"no time at all", func(_ *party.Organisation, d *party.Debarment, _ *party.Actor) { d.Until = noon }, "debarment.time"},
		{"a buyer", func(o *party.Organisation, _ *party.Debarment, _ *party.Actor) { o.Kind = party.KindBuyer }, "debarment.kind"},
		{"by the seller", func(_ *party.Organisation, _ *party.Debarment, a *party.Actor) { *a = seller }, "actor.role"},
	} {
		o, d, by := supplier(t), good, clerk
		c.change(o, &d, &by)
		fact, err := o.Debar(d, by, noon)
		if (c.code == "") != (err == nil) || c.code != "" && (!fault.Coded(err, c.code) || len(o.Debarments) != 0) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (fact.Name != "organisation.debar" || o.Debarments[0].Noted != "u1") {
			t.Errorf("%s: %s, %+v", c.name, fact.Data, o.Debarments)
		}
	}
	o := supplier(t)
	if _, err := o.LiftDebarment(0, "x", clerk, noon); !fault.Coded(err, "debarment.missing") {
		t.Errorf("lifting nothing: %v", err)
	}
	short := good
	short.Until = noon.AddDate(0, 1, 0)
	if _, err := o.Debar(short, clerk, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := o.LiftDebarment(0, "x", clerk, short.Until); !fault.Coded(err, "debarment.over") {
		t.Errorf("lifting what is over: %v", err)
	}
}

func TestProfile(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*party.Organisation)
		field  string
	}{
		{"plain", func(*party.Organisation) {}, ""},
		{"full", func(o *party.Organisation) {
			o.Address = party.Address{Street: " 1 Main Street ", Locality: "Shenzhen", Postcode: "518000", Country: "CN"}
			o.Contact = party.Contact{Name: "Li 𠮷", Email: "LI@Example.COM", Phone: "+86 755 1234 5678", URL: "https://example.com/"}
			o.Owners = []party.Owner{{Name: "Li", Country: "CN", Share: 7500}, {Name: "Wu", Country: "CN", Control: "Names the board"}}
		}, ""},
		{"no such kind", func(o *party.Organisation) { o.Kind = "guild" }, "kind"},
		{"no name", func(o *party.Organisation) { o.Name = nil }, "name"},
		{"a name with a control", func(o *party.Organisation) { o.Name = text.Of("en", "a\x00") }, "name.en"},
		{"a country in full", func(o *party.Organisation) { o.Address.Country = "China" }, "address.country"},
		{"a street of lines", func(o *party.Organisation) { o.Address.Street = "a\nb" }, "address.streetAddress"},
		{"an address without at", func(o *party.Organisation) { o.Contact.Email = "li.example.com" }, "contact.email"},
		{"a script for a web address", func(o *party.Organisation) { o.Contact.URL = "javascript:alert(1)" }, "contact.url"},
		{"a telephone of letters", func(o *party.Organisation) { o.Contact.Phone = "call me" }, "contact.telephone"},
		{"an owner without a name", func(o *party.Organisation) { o.Owners = []party.Owner{{Country: "CN", Share: 1}} }, "owners[0].name"},
		{"an owner of nothing", func(o *party.Organisation) { o.Owners = []party.Owner{{Name: "Li", Country: "CN"}} }, "owners[0]"},
		{"an owner of less than nothing", func(o *party.Organisation) { o.Owners = []party.Owner{{Name: "Li", Country: "CN", Share: -1}} }, "owners[0].share"},
		{"more than the whole", func(o *party.Organisation) {
			o.Owners = []party.Owner{{Name: "Li", Country: "CN", Share: 6000}, {Name: "Wu", Country: "CN", Share: 6000}}
		}, "owners"},
		{"a crowd", func(o *party.Organisation) { o.Owners = make([]party.Owner, 101) }, "owners"},
	} {
		o := supplier(t)
		c.change(o)
		err := o.Clean()
		if (c.field == "") != (err == nil) || err != nil && fault.From(err).Field[c.field] == "" {
			t.Errorf("%s: %v %v", c.name, err, fault.From(err).Field)
		}
		if c.name == "full" && (o.Address.Street != "1 Main Street" || o.Contact.Email != "li@example.com") {
			t.Errorf("not tidied: %+v %+v", o.Address, o.Contact)
		}
		if again := o.Clean(); err == nil && again != nil {
			t.Errorf("%s: tidied, and then refused: %v", c.name, again)
		}
	}
}

func TestPeople(t *testing.T) {
	u := party.User{Email: " Ada@Example.ORG ", Name: " Ada 𠮷 ", Languages: []string{"en", "zh-CN"}}
	if err := u.Clean(); err != nil || u.Email != "ada@example.org" || u.Name != "Ada 𠮷" {
		t.Errorf("got %+v, %v", u, err)
	}
	for _, bad := range []string{"", "@", "a@", "@b.c", "a@b", "a b@c.de", "a@b..de", "a@-b.de", ".a@b.de", "a..b@c.de", "a@b.de\n", "ä@b.de", "a@b.de, c@d.ef", "<a@b.de>", strings.Repeat("a", 65) + "@b.de"} {
		if got, err := party.CleanEmail("email", strings.ReplaceAll(bad, "\n", "\x00")); !fault.Coded(err, "email.form") {
			t.Errorf("%q was read as %q, %v", bad, got, err)
		}
	}
	for name, bad := range map[string]party.User{
		"no name":         {Email: "a@b.de"},
		"a bad language":  {Email: "a@b.de", Name: "A", Languages: []string{"English"}},
		"a bidi override": {Email: "a@b.de", Name: "A\u202eB"},
	} {
		if err := bad.Clean(); fault.From(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	clock := party.User{Email: "a@b.de", Name: "A"}
	clock.ID = "clock"
	if err := clock.Clean(); !fault.Coded(err, "user.id") {
		t.Errorf("a person called clock: %v", err)
	}
}

// What is stored is frozen: these are the bytes of today.
func TestStoredForms(t *testing.T) {
	o := supplier(t)
	o.Debarments = []party.Debarment{{From: noon, Reason: "r", By: "b", Noted: "n"}}
	u := party.User{Email: "a@b.de", Name: "A", Created: noon, Memberships: []party.Membership{{Org: "o1", Kind: party.KindBuyer, Roles: []party.Role{party.RoleOfficer}, Since: noon}}}
	u.ID = "u1"
	for _, c := range []struct {
		v    any
		want string
	}{
		{o, `{"id":"o1","version":0,"kind":"supplier","name":{"en":"Acme"},"claims":[{"scheme":"CN-USCI","id":"914403001922038216","legalName":"Acme","state":"unconfirmed"}],"debarments":[{"from":"2026-03-02T12:00:00Z","reason":"r","by":"b","noted":"n"}],"created":"2026-03-02T12:00:00Z"}`},
		{u, `{"id":"u1","version":0,"email":"a@b.de","name":"A","memberships":[{"org":"o1","kind":"buyer","roles":["officer"],"since":"2026-03-02T12:00:00Z"}],"created":"2026-03-02T12:00:00Z"}`},
		{party.Party{Organisation: "o1", Role: party.PartyLead, Share: 2500}, `{"organisation":"o1","role":"lead","share":2500}`},
	} {
		if b, err := json.Marshal(c.v); err != nil || string(b) != c.want {
			t.Errorf("\n got %s\nwant %s", b, c.want)
		}
	}
}
