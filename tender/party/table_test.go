package party_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"probity/tender/fault"
	"probity/tender/party"
)

var update = flag.Bool("update", false, "rewrite golden files")

// actors is everybody there can be: every role in every kind of organisation,
// the clock, a stranger, and a person who acts for nobody.
func actors() []party.Actor {
	list := []party.Actor{party.ClockActor, party.PublicActor, {User: "u1", Role: party.RolePublic}}
	for _, k := range party.Kinds() {
		for _, r := range party.RolesIn(k) {
			list = append(list, party.Actor{User: "u1", Name: "Ada", Org: "o1", OrgKind: k, Role: r})
		}
	}
	return list
}

func who(a party.Actor) string {
	switch {
	case a.Role == party.RolePublic && a.SignedIn():
		return "person"
	case a.OrgKind == "":
		return string(a.Role)
	}
	return string(a.Role) + "@" + string(a.OrgKind)
}

// The golden file is the role table as people read it: one line an action, with
// everybody who may do it, and how far. Whoever changes the table sees there
// what it comes to.
func TestRoleTable(t *testing.T) {
	var b strings.Builder
	for _, act := range party.Actions() {
		var own, all []string
		for _, a := range actors() {
			switch {
			case party.Allowed(a, act) == nil:
				all = append(all, who(a))
			case party.Allowed(a, act, "o1") == nil:
				own = append(own, who(a))
			}
		}
		mark := ""
		if party.Reads(act) {
			mark = " (reads)"
		}
		if party.SensitiveRead(act) {
			mark = " (reads, sensitive)"
		}
		fmt.Fprintf(&b, "%s%s\n", act, mark)
		if len(own) > 0 {
			fmt.Fprintf(&b, "  own: %s\n", strings.Join(own, " "))
		}
		if len(all) > 0 {
			fmt.Fprintf(&b, "  all: %s\n", strings.Join(all, " "))
		}
		if len(own)+len(all) == 0 {
			t.Errorf("nobody may do %s", act)
		}
	}
	const path = "testdata/roles.golden"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the role table is not that of %s; look at the difference, then run with -update", path)
	}
}

// golden reads back who may do what: action -> actor -> "own" or "all".
func golden(t *testing.T) map[party.Action]map[string]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/roles.golden")
	if err != nil {
		t.Fatal(err)
	}
	table := map[party.Action]map[string]string{}
	var act party.Action
	for line := range strings.Lines(string(raw)) {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, " ") {
			act = party.Action(words[0])
			table[act] = map[string]string{}
			continue
		}
		for _, w := range words[1:] {
			table[act][w] = strings.TrimSuffix(words[0], ":")
		}
	}
	return table
}

// Every actor is walked against every action, of their own organisation and of
// another: what the golden file does not grant is refused, with a code.
func TestEveryPairIsRefusedUnlessGranted(t *testing.T) {
	table := golden(t)
	pairs := 0
	for _, act := range append(party.Actions(), "", "tender.destroy", "TENDER.READ", "tender.*") {
		for _, a := range actors() {
			reach := table[act][who(a)]
			for owner, granted := range map[string]bool{"o1": reach != "", "o2": reach == "all", "": reach == "all"} {
				err := party.Allowed(a, act, owner)
				pairs++
				if granted != (err == nil) {
					t.Errorf("%s %s of %q: %v", who(a), act, owner, err)
				}
				if err == nil {
					continue
				}
				f := fault.From(err)
				foreign := reach == "own" && owner != "o1"
				switch {
				case foreign && f.Code != "actor.foreign", !foreign && f.Code != "actor.role" && f.Code != "actor.unknown":
					t.Errorf("%s %s of %q: got %v", who(a), act, owner, err)
				case foreign && (f.Kind == fault.Missing) != party.Reads(act):
					t.Errorf("%s %s of %q: got kind %d", who(a), act, owner, f.Kind)
				case f.Code == "actor.unknown" && (a.SignedIn() || f.Kind != fault.Unknown):
					t.Errorf("%s %s: got %v", who(a), act, err)
				}
			}
		}
	}
	if pairs < 3000 {
		t.Errorf("only %d pairs were walked", pairs)
	}
}

// What nobody may ever be able to do, whatever becomes of the table.
func TestSeparation(t *testing.T) {
	may := func(role party.Role, k party.OrgKind, act party.Action) bool {
		return party.Could(party.Actor{User: "u1", Org: "o1", OrgKind: k, Role: role}, act)
	}
	for _, c := range []struct {
		name string
		role party.Role
		kind party.OrgKind
		acts []party.Action
	}{
		{"an administrator of the platform sees no bid and decides nothing", party.RoleAdministrator, party.KindOversight, []party.Action{
			party.BidRead, party.BidReadOwn, party.OpeningRelease, party.OpeningKey, party.OpeningRead, party.EvaluationRead, party.RecordRead,
			party.TenderRead, party.TenderApprove, party.AwardDecide, party.EnquiryReadAsker, party.SecurityRead}},
		{"an officer does not approve, open, score or sign", party.RoleOfficer, party.KindBuyer, []party.Action{
			party.TenderApprove, party.AwardApprove, party.OpeningRelease, party.OpeningKey, party.EvaluationScore, party.ContractSignBuyer,
			party.EnquiryReadAsker, party.Clock}},
		{"an approver does not draft or score", party.RoleApprover, party.KindBuyer, []party.Action{
			party.TenderCreate, party.TenderEdit, party.TenderAmend, party.AwardDecide, party.EvaluationScore}},
		{"an evaluator sees no keys", party.RoleEvaluator, party.KindBuyer, []party.Action{party.OpeningRelease, party.OpeningKey, party.AwardApprove}},
		{"an auditor changes nothing", party.RoleAuditor, party.KindOversight, changes()},
		{"an auditor of the buyer changes nothing", party.RoleAuditor, party.KindBuyer, changes()},
		{"a supplier has no part in the buyer's work", party.RoleRepresentative, party.KindSupplier, []party.Action{
			party.TenderRead, party.BidRead, party.EvaluationRead, party.OpeningRead, party.RecordRead, party.EnquiryReadAsker}},
		{"a reviewer does not run procedures", party.RoleReviewer, party.KindReview, []party.Action{
			party.TenderApprove, party.TenderCancel, party.AwardDecide, party.OpeningRelease, party.EvaluationScore}},
	} {
		for _, act := range c.acts {
			if may(c.role, c.kind, act) {
				t.Errorf("%s, but may %s", c.name, act)
			}
		}
	}
	for _, act := range party.Actions() {
		if got := party.Allowed(party.ClockActor, act) == nil; got != slices.Contains([]party.Action{party.Clock, party.TenderRead, party.OpeningRecord}, act) {
			t.Errorf("the clock and %s: %v", act, got)
		}
		if act != party.Clock && party.SensitiveRead(act) && party.Allowed(party.PublicActor, act) == nil {
			t.Errorf("the public may %s", act)
		}
	}
}

// changes lists the actions that change something, but for one's own account.
func changes() []party.Action {
	return slices.DeleteFunc(party.Actions(), func(a party.Action) bool {
		return party.Reads(a) || slices.Contains([]party.Action{party.AccountEdit, party.KeyRegister, party.TokenIssue, party.OrgRegister}, a)
	})
}

// Every read of what is closed, by those who oversee, leaves a fact.
func TestSensitiveReadsLeaveFacts(t *testing.T) {
	overseers := []party.Role{party.RoleAuditor, party.RoleAdministrator, party.RoleReviewer}
	for _, act := range party.Actions() {
		for _, a := range actors() {
			want := party.SensitiveRead(act) && slices.Contains(overseers, a.Role)
			if got := party.Leaves(a, act); got != want {
				t.Errorf("%s %s: got %v", who(a), act, got)
			}
			open := party.Allowed(party.PublicActor, act) == nil
			if party.Could(a, act) && slices.Contains(overseers, a.Role) && party.Reads(act) && !open && !party.Leaves(a, act) {
				t.Errorf("%s may %s without leaving a fact", who(a), act)
			}
		}
	}
	if party.SensitiveRead("no.such") || party.Reads("no.such") {
		t.Error("an unknown action reads")
	}
}
