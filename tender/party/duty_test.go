package party_test

import (
	"strings"
	"testing"

	"probity/tender/fault"
	"probity/tender/party"
)

// together lists the pairs of duties that one person may combine, and with a +
// those that a rule set may allow. All other pairs of different duties clash.
const together = `
draft open
draft contract
open contract
evaluate contract
+ draft evaluate
+ open evaluate
+ open approve
+ guard approve
`

// Every duty is walked against every other, both ways round.
func TestEveryPairOfDuties(t *testing.T) {
	free, lift := map[party.Pair]bool{}, map[party.Pair]bool{}
	for line := range strings.Lines(strings.TrimSpace(together)) {
		words := strings.Fields(strings.TrimPrefix(line, "+"))
		p := party.Pair{A: party.Duty(words[0]), B: party.Duty(words[1])}
		for _, x := range []party.Pair{p, {A: p.B, B: p.A}} {
			free[x], lift[x] = line[0] != '+', line[0] == '+'
		}
	}
	for _, a := range party.Duties() {
		for _, b := range party.Duties() {
			p := party.Pair{A: a, B: b}
			err := party.Clash([]party.Duty{a}, b)
			if ok := a == b || free[p]; ok != (err == nil) {
				t.Errorf("%s, then %s: %v", a, b, err)
			}
			if err != nil && (!fault.Coded(err, "duty.clash") || fault.From(err).Kind != fault.Conflict || fault.From(err).Text == "") {
				t.Errorf("%s, then %s: %v", a, b, err)
			}
			for _, lifted := range []party.Pair{p, {A: b, B: a}} {
				err := party.Clash([]party.Duty{a}, b, party.Pair{A: "x", B: "y"}, lifted)
				if ok := a == b || free[p] || lift[p]; ok != (err == nil) {
					t.Errorf("%s, then %s, lifted: %v", a, b, err)
				}
				f := party.CheckLifted("combine", []party.Pair{lifted})
				if (f == nil) != lift[p] || f != nil && f.Field["combine"] == "" {
					t.Errorf("a rule set lifts %s and %s: %v", a, b, f)
				}
			}
		}
	}
}

func TestClashLooksAtAllDuties(t *testing.T) {
	if err := party.Clash([]party.Duty{party.DutyContract, party.DutyOpen, party.DutyDraft}, party.DutyApprove); !fault.Coded(err, "duty.clash") {
		t.Errorf("the last of three: %v", err)
	}
	if err := party.Clash(nil, party.DutyApprove); err != nil {
		t.Errorf("the first duty: %v", err)
	}
	if err := party.Clash(nil, "sweep"); !fault.Coded(err, "duty.unknown") {
		t.Errorf("an unknown duty: %v", err)
	}
	lifted := party.Pair{A: party.DutyOpen, B: party.DutyEvaluate}
	if err := party.Clash([]party.Duty{party.DutyOpen, party.DutyDraft}, party.DutyEvaluate, lifted); !fault.Coded(err, "duty.clash") {
		t.Errorf("one clash is lifted, the other is not: %v", err)
	}
}

func TestRoles(t *testing.T) {
	for _, c := range []struct {
		kind  party.OrgKind
		roles string
		code  string
	}{
		{party.KindBuyer, "officer", ""},
		{party.KindBuyer, "officer opener evaluator administrator", ""},
		{party.KindBuyer, "", ""},
		{party.KindBuyer, "representative", "roles.kind"},
		{party.KindBuyer, "officer officer", "roles.twice"},
		{party.KindBuyer, "auditor", ""},
		{party.KindBuyer, "officer auditor", "roles.apart"},
		{party.KindBuyer, "clock", "roles.kind"},
		{party.KindBuyer, "public", "roles.kind"},
		{party.KindSupplier, "representative administrator", ""},
		{party.KindSupplier, "officer", "roles.kind"},
		{party.KindOversight, "administrator", ""},
		{party.KindOversight, "administrator auditor", "roles.apart"},
		{party.KindOversight, "administrator opener", "roles.apart"},
		{party.KindOversight, "approver opener", ""},
		{party.KindReview, "reviewer", ""},
		{party.KindReview, "reviewer administrator", "roles.apart"},
		{"guild", "officer", "roles.kind"},
	} {
		var roles []party.Role
		for r := range strings.FieldsSeq(c.roles) {
			roles = append(roles, party.Role(r))
		}
		f := party.CheckRoles("roles", c.kind, roles)
		if (c.code == "") != (f == nil) || f != nil && f.Code != c.code {
			t.Errorf("%s in %s: %v", c.roles, c.kind, f)
		}
	}
}

func TestSetRoles(t *testing.T) {
	o := &party.Organisation{Kind: party.KindBuyer}
	o.ID = "o1"
	u := &party.User{Name: "Ada"}
	u.ID = "u2"
	boss := party.Actor{User: "u1", Org: "o1", OrgKind: party.KindBuyer, Role: party.RoleAdministrator}
	fact, err := u.SetRoles(o, []party.Role{party.RoleOfficer}, boss, noon)
	if err != nil || fact.Name != "user.roles" || string(fact.Data) != `{"organisation":"o1","roles":["officer"],"user":"u2"}` {
		t.Fatalf("got %s %s, %v", fact.Name, fact.Data, err)
	}
	if _, err := u.SetRoles(o, []party.Role{party.RoleOpener}, boss, noon.AddDate(0, 1, 0)); err != nil || !u.Memberships[0].Since.Equal(noon) || len(u.Memberships) != 1 {
		t.Errorf("other roles: %+v, %v", u.Memberships, err)
	}
	if _, err := u.SetRoles(o, []party.Role{party.RoleOfficer, party.RoleAuditor}, boss, noon); !fault.Coded(err, "roles.apart") {
		t.Errorf("roles that do not go together: %v", err)
	}
	other := boss
	other.Org = "o2"
	if _, err := u.SetRoles(o, []party.Role{party.RoleOfficer}, other, noon); !fault.Coded(err, "actor.foreign") {
		t.Errorf("an administrator of another body: %v", err)
	}
	boss.User = "u2"
	if _, err := u.SetRoles(o, []party.Role{party.RoleApprover}, boss, noon); !fault.Coded(err, "roles.own") {
		t.Errorf("one's own roles: %v", err)
	}
	boss.User = "u1"
	fact, err = u.SetRoles(o, nil, boss, noon)
	if err != nil || len(u.Memberships) != 0 || string(fact.Data) != `{"organisation":"o1","roles":[],"user":"u2"}` {
		t.Errorf("no roles: %+v, %s, %v", u.Memberships, fact.Data, err)
	}
}
