package tender

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
)

var update = flag.Bool("update", false, "write the tables into README.md")

// drawn is both tables as README shows them.
func drawn() string {
	var b strings.Builder
	b.WriteString("| a tender that is | may | and is then | by right of |\n| --- | --- | --- | --- |\n")
	for _, r := range life.Steps {
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", r.From, r.Do, r.To, r.May)
	}
	b.WriteString("\n| a lot that is | may | and is then | by right of |\n| --- | --- | --- | --- |\n")
	for _, r := range lotLife.Steps {
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", r.From, r.Do, r.To, r.May)
	}
	return b.String()
}

func TestReadmeShowsTheTables(t *testing.T) {
	const name, begin, end = "../README.md", "<!-- life -->\n", "<!-- /life -->"
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	now, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has lost the marks of the tables")
	}
	want := drawn()
	if now == want {
		return
	}
	if !*update {
		t.Fatal("README.md does not show the tables of life.go and lot.go; run go test ./tender -update")
	}
	if err := os.WriteFile(name, []byte(head+begin+want+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

// everybody is one actor for each role and kind of organisation.
func everybody() []party.Actor {
	list := []party.Actor{party.ClockActor, party.PublicActor}
	for _, k := range party.Kinds() {
		for _, r := range party.RolesIn(k) {
			list = append(list, party.Actor{User: "u-" + string(r), Org: "o-" + string(k), OrgKind: k, Role: r})
		}
	}
	return list
}

// TestWhatIsNotInTheTableIsRefused walks every phase, action and actor: what no
// rule allows is refused, and nothing is changed.
func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	phases := []Phase{Draft, Submitted, Approved, Published, Closed, Sealed, Complete, Failed, Cancelled}
	actions := []Action{Edit, Submit, Return, Approve, Publish, Amend, Extend, Prolong, Reseal, Close, CloseWindow, Finish, Cancel}
	for _, p := range phases {
		for _, a := range actions {
			for _, by := range everybody() {
				x := &Tender{Phase: p, Buyer: OrgName{ID: "o-buyer"}}
				x.ID = "ocds-213czf-1"
				allowed := false
				for _, r := range life.Steps {
					allowed = allowed || r.From == p && r.Do == a && party.Allowed(by, r.May, x.Buyer.ID) == nil
				}
				if allowed {
					continue
				}
				_, err := x.do(a, Ask{By: by, Now: time.Unix(0, 0), Reason: "because"}, nil)
				if k := fault.From(err).Kind; err == nil || x.Phase != p || k == fault.Internal {
					t.Errorf("%s %s by %s of %s: phase %s, %v", p, a, by.Role, by.OrgKind, x.Phase, err)
				}
			}
		}
	}
}

func TestLotsRefuseWhatIsNotInTheirTable(t *testing.T) {
	phases := []LotPhase{Competing, Waiting, Opened, Qualified, Priced, Ranked, Standstill, Awarded, Contracted, LotUnsuccessful, LotCancelled}
	actions := []Action{SealLot, FailLot, OpenLot, QualifyLot, PriceLot, RankLot, AwardLot, ReviseLot, NextLot, RejudgeLot, ConfirmLot, SignLot, CancelLot}
	for _, p := range phases {
		for _, a := range actions {
			for _, by := range everybody() {
				x := &Tender{Phase: Sealed, Buyer: OrgName{ID: "o-buyer"}, Lots: []Lot{{ID: "1", Phase: p}}}
				allowed := false
				for _, r := range lotLife.Steps {
					allowed = allowed || r.From == p && r.Do == a && party.Allowed(by, r.May, x.Buyer.ID) == nil
				}
				if allowed {
					continue
				}
				_, err := x.doLot("1", a, Ask{By: by, Now: time.Unix(0, 0), Reason: "because"}, nil)
				if k := fault.From(err).Kind; err == nil || x.Lots[0].Phase != p || k == fault.Internal {
					t.Errorf("%s %s by %s of %s: phase %s, %v", p, a, by.Role, by.OrgKind, x.Lots[0].Phase, err)
				}
			}
		}
	}
}

// TestTheDeadlineItself: bids are taken strictly before it, so the clock closes
// at it, and nothing moves it from then on.
func TestTheDeadlineItself(t *testing.T) {
	noon := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	officer := party.Actor{User: "u", Org: "b", OrgKind: party.KindBuyer, Role: party.RoleOfficer}
	for _, c := range []struct {
		name string
		do   Action
		by   party.Actor
		at   time.Time
		code string
	}{
		{"closing a nanosecond early", Close, party.ClockActor, noon.Add(-1), "tender.deadline_ahead"},
		{"closing at the deadline", Close, party.ClockActor, noon, ""},
		{"closing by hand", Close, officer, noon, "actor.role"},
		{"extending a nanosecond early", Extend, officer, noon.Add(-1), ""},
		{"extending at the deadline", Extend, officer, noon, "tender.deadline_passed"},
		{"extending without a reason", Extend, officer, noon.Add(-1), "tender.no_reason"},
	} {
		x := &Tender{Phase: Published, Buyer: OrgName{ID: "b"}, Notice: Notice{Timetable: Timetable{Deadline: noon}}}
		ask := Ask{By: c.by, Now: c.at, Reason: "because"}
		if c.code == "tender.no_reason" {
			ask.Reason = " "
		}
		_, err := x.do(c.do, ask, nil)
		if c.code == "" && err != nil || c.code != "" && !fault.Coded(err, c.code) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}
