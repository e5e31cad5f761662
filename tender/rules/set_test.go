package rules_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/rules"
)

var update = flag.Bool("update", false, "rewrite golden files")

func sets(t *testing.T) []*rules.Set {
	t.Helper()
	list := rules.Builtin().Sets()
	if len(list) < 3 {
		t.Fatalf("only %d sets come along", len(list))
	}
	return list
}

// The golden files show every number with its source, for people to check
// against the law, and the hash of every policy, which must never change under
// one edition.
func TestNumbers(t *testing.T) {
	for _, s := range sets(t) {
		var b strings.Builder
		for _, name := range s.Procedures() {
			p, err := s.Policy(name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %s %s (%s)\npolicy %s\n", s.ID, s.Edition, name, p.Title.In("en"), p.Hash())
			for _, n := range p.Numbers() {
				status := ""
				if n.Status != rules.Read {
					status = " [" + string(n.Status) + "]"
				}
				fmt.Fprintf(&b, "  %s: %s (%s)%s\n", n.Name, n.Value, n.Cite, status)
			}
			b.WriteByte('\n')
		}
		path := "testdata/" + s.ID + ".golden"
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
			t.Errorf("the numbers of %s are not those of %s; look at the difference, then run with -update", s.ID, path)
		}
	}
}

// What is stored, logged and hashed comes back the same.
func TestPoliciesRoundTrip(t *testing.T) {
	for _, s := range sets(t) {
		for _, name := range s.Procedures() {
			p, _ := s.Policy(name)
			if err := canon.Check(p.Bytes()); err != nil {
				t.Errorf("%s %s: %v", s.ID, name, err)
			}
			q, err := rules.ParsePolicy(p.Bytes())
			if err != nil || !bytes.Equal(p.Bytes(), q.Bytes()) || p.Hash() != q.Hash() {
				t.Errorf("%s %s does not come back: %v", s.ID, name, err)
			}
			stored, _ := json.Marshal(p)
			var r rules.Policy
			if err := json.Unmarshal(stored, &r); err != nil || r.Hash() != p.Hash() {
				t.Errorf("%s %s is another after it was stored: %v", s.ID, name, err)
			}
		}
	}
}

func TestPolicyIsACopy(t *testing.T) {
	s, _ := rules.Builtin().Set("cn-gpl")
	p, _ := s.Policy("open")
	before := p.Hash()
	p.Limits[rules.Amendment] = rules.Limit{}
	p.Price.Formulas[0] = "x"
	p.Bids.N = 1
	p.Calendar.Weekend[0] = "monday"
	q, _ := s.Policy("open")
	if q.Hash() != before {
		t.Error("changing a policy changed the set")
	}
}

func TestLibrary(t *testing.T) {
	l := rules.Builtin()
	raw, _ := os.ReadFile("sets/generic.json")
	mine, err := rules.Parse([]byte(strings.Replace(string(raw), `"id": "generic"`, `"id": "house-rules"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Add(mine); err != nil {
		t.Fatal(err)
	}
	if err := l.Add(mine); !fault.Coded(err, "rules.taken") {
		t.Errorf("the same set again: %v", err)
	}
	var ids []string
	for _, s := range l.Sets() {
		ids = append(ids, s.ID)
	}
	if want := []string{"cn-gpl", "generic", "house-rules", "wto-gpa"}; !slices.Equal(ids, want) {
		t.Errorf("got %v", ids)
	}
	if _, err := l.Policy("no-such", "open"); !fault.Coded(err, "rules.set") {
		t.Errorf("an unknown set: %v", err)
	}
	if _, err := l.Policy("generic", "raffle"); !fault.Coded(err, "rules.procedure") {
		t.Errorf("an unknown procedure: %v", err)
	}
	if err := l.Localise("generic", "Nowhere/At_All", rules.Calendar{}); !fault.Coded(err, "rules.policy") {
		t.Errorf("an unknown zone: %v", err)
	}
	if err := l.Localise("no-such", "UTC", rules.Calendar{}); !fault.Coded(err, "rules.set") {
		t.Errorf("an unknown set: %v", err)
	}
	before, _ := l.Policy("generic", "open")
	if err := l.Localise("generic", "Asia/Shanghai", calendar(t)); err != nil {
		t.Fatal(err)
	}
	after, _ := l.Policy("generic", "open")
	if after.Zone != "Asia/Shanghai" || len(after.Calendar.Holidays) == 0 || before.Hash() == after.Hash() || before.Zone != "UTC" {
		t.Error("the set was not localised, or what was taken from it before was")
	}
}
