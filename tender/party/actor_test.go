package party_test

import (
	"slices"
	"testing"

	"probity/tender/fault"
	"probity/tender/party"
)

// Every role is walked against every kind of organisation: who cannot be is a
// stranger to every use case.
func TestActorsThatCannotBe(t *testing.T) {
	kinds := append(party.Kinds(), "", "guild")
	for _, role := range append(party.Roles(), "", "king") {
		for _, k := range kinds {
			a := party.Actor{User: "u1", Org: "o1", OrgKind: k, Role: role}
			if ok := slices.Contains(party.RolesIn(k), role); ok != (a.Check() == nil) {
				t.Errorf("%q in %q: %v", role, k, a.Check())
			}
			if a.Check() != nil && !fault.Coded(party.Allowed(a, party.NoticeRead, "o1"), "actor.unknown") {
				t.Errorf("%q in %q may read", role, k)
			}
		}
	}
	for name, a := range map[string]party.Actor{
		"nobody":                       {},
		"an officer without a name":    {Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleOfficer},
		"an officer of nothing":        {User: "u1", OrgKind: party.KindBuyer, Role: party.RoleOfficer},
		"an officer called clock":      {User: "clock", Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleOfficer},
		"an officer called public":     {User: "public", Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleOfficer},
		"a person as the clock":        {User: "u1", Role: party.RoleClock},
		"the clock of an organisation": {User: "clock", Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleClock},
		"a token of the clock":         {User: "clock", Role: party.RoleClock, Scopes: []string{"read"}},
		"the public as the clock":      {User: "clock", Role: party.RolePublic},
		"the public of nothing":        {Role: party.RolePublic},
		"the public of a buyer":        {User: "u1", Org: "o1", OrgKind: party.KindBuyer, Role: party.RolePublic},
	} {
		for _, act := range party.Actions() {
			if err := party.Allowed(a, act, "o1", ""); !fault.Coded(err, "actor.unknown") || fault.From(err).Kind != fault.Unknown {
				t.Fatalf("%s may %s: %v", name, act, err)
			}
		}
	}
	if party.ClockActor.ID() != "clock" || party.PublicActor.ID() != "public" {
		t.Error("the names in facts have changed")
	}
}

// An owner that is unknown is nobody's, even of an actor without organisation.
func TestOwners(t *testing.T) {
	officer := party.Actor{User: "u1", Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleOfficer}
	for name, owners := range map[string][]string{"no owner": nil, "an empty one": {""}, "others": {"o2", "o3"}} {
		if err := party.Allowed(officer, party.TenderEdit, owners...); !fault.Coded(err, "actor.foreign") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := party.Allowed(officer, party.ContractRead, "o9", "o1"); err != nil {
		t.Errorf("one of two owners: %v", err)
	}
}

func TestTokens(t *testing.T) {
	with := func(scopes ...string) party.Actor {
		return party.Actor{User: "u1", Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleOfficer, Scopes: append([]string{}, scopes...)}
	}
	for _, c := range []struct {
		name   string
		scopes []string
		act    party.Action
		code   string
	}{
		{"no scopes do nothing", nil, party.TenderEdit, "actor.scope"},
		{"not even read", nil, party.NoticeRead, "actor.scope"},
		{"the action", []string{"tender.edit"}, party.TenderEdit, ""},
		{"another action", []string{"tender.edit"}, party.TenderCreate, "actor.scope"},
		{"the noun", []string{"tender.*"}, party.TenderEdit, ""},
		{"the noun includes its reads", []string{"tender.*"}, party.TenderRead, ""},
		{"another noun", []string{"bid.*"}, party.TenderEdit, "actor.scope"},
		{"read reads", []string{"read"}, party.TenderRead, ""},
		{"read does not write", []string{"read"}, party.TenderEdit, "actor.scope"},
		{"a scope gives no right that the role has not", []string{"tender.approve", "bid.*"}, party.TenderApprove, "actor.role"},
		{"a star alone is nothing", []string{"*", ""}, party.TenderEdit, "actor.scope"},
		{"no token for accounts", []string{"account.edit", "account.*"}, party.AccountEdit, "actor.scope"},
		{"no token makes tokens", []string{"token.issue", "token.*"}, party.TokenIssue, "actor.scope"},
	} {
		err := party.Allowed(with(c.scopes...), c.act, "o1")
		if (c.code == "") != (err == nil) || c.code != "" && !fault.Coded(err, c.code) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, good := range [][]string{{"read"}, {"bid.*"}, {"tender.edit", "notice.read"}} {
		if f := party.CheckScopes("scopes", good); f != nil {
			t.Errorf("%v: %v", good, f)
		}
	}
	for _, bad := range [][]string{nil, {}, {""}, {"*"}, {"bid"}, {"bids.*"}, {"tender.edit", "no.such"}, {"account.edit"}, {"token.*"}, {"user.roles"}} {
		if f := party.CheckScopes("scopes", bad); f == nil || f.Code != "token.scopes" || f.Field["scopes"] == "" {
			t.Errorf("%v: %v", bad, f)
		}
	}
}

func TestUserActs(t *testing.T) {
	u := &party.User{Name: "Ada", Memberships: []party.Membership{
		{Org: "o1", Kind: party.KindBuyer, Roles: []party.Role{party.RoleOfficer, party.RoleOpener}},
		{Org: "o2", Kind: party.KindOversight, Roles: []party.Role{party.RoleApprover}},
	}}
	u.ID = "u1"
	a, err := u.Actor("o1", party.RoleOfficer)
	if err != nil || a.User != "u1" || a.Name != "Ada" || a.Org != "o1" || a.OrgKind != party.KindBuyer || a.Role != party.RoleOfficer || a.Scopes != nil {
		t.Errorf("got %+v, %v", a, err)
	}
	for org, role := range map[string]party.Role{"o1": party.RoleApprover, "o2": party.RoleOfficer, "o3": party.RoleOfficer, "": party.RoleClock} {
		if a, err := u.Actor(org, role); !fault.Coded(err, "user.role") || a.User != "" {
			t.Errorf("%s in %s: %+v, %v", role, org, a, err)
		}
	}
	token, err := u.TokenActor("o1", party.RoleOfficer, nil)
	if err != nil || party.Could(token, party.NoticeRead) {
		t.Errorf("a token whose scopes were lost can do something: %v", err)
	}
	if self := u.Self(); !party.Could(self, party.AccountEdit) || party.Could(self, party.TenderCreate) {
		t.Error("a person without a role can do more or less than mind their account")
	}
	u.Disabled = true
	if _, err := u.Actor("o1", party.RoleOfficer); !fault.Coded(err, "user.disabled") {
		t.Errorf("a disabled person: %v", err)
	}
}
