package demo

import (
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/score"
	"probity/tender/party"
	"probity/tender/rules"
)

func TestNumbersOfTheCastAreRightAndNobodys(t *testing.T) {
	for key, o := range organisations() {
		if _, err := o.identifier.Clean("identifier"); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if !strings.Contains(o.identifier.Key(), "DEM0") && !strings.Contains(o.identifier.Key(), "DEMO") {
			t.Errorf("%s has a number that could be somebody's: %s", key, o.identifier.Key())
		}
		if o.identifier.Scheme == party.SchemeUSCC && !strings.HasPrefix(o.identifier.ID[2:], "000000") {
			t.Errorf("%s is registered in a district that there is", key)
		}
	}
}

func TestEverybodyOfTheCastHasAPlace(t *testing.T) {
	all, seen := organisations(), map[string]bool{}
	for i, r := range cast {
		if all[r.at] == nil || seen[r.key] {
			t.Errorf("%s of %q", r.key, r.at)
		}
		if first := !seen["@"+r.at]; first != (i < founders) {
			t.Errorf("%s comes before the organisation %q is there", r.key, r.at)
		}
		seen[r.key], seen["@"+r.at] = true, true
	}
}

func TestTimetableKeepsTheRulesOnEveryDay(t *testing.T) {
	policy, err := rules.Builtin().Policy(ruleSet, "open")
	if err != nil {
		t.Fatal(err)
	}
	for day := time.Date(2026, 1, 1, 17, 40, 0, 0, time.UTC); day.Year() < 2029; day = day.AddDate(0, 0, 1) {
		d := timetable(workday(day.AddDate(0, 0, 1), 9))
		if n := notice(d); n.Check() != nil {
			t.Fatalf("drafted on %s: %v", day, n.Check())
		}
		f := policy.CheckTimetable(rules.Timetable{Published: d.Publish, EnquiriesUntil: d.EnquiriesUntil, Deadline: d.Deadline,
			GraceMinutes: d.GraceMinutes, Opens: d.Opens, ValidityDays: 90, Facts: rules.Platform()})
		if f != nil {
			t.Fatalf("drafted on %s: %v %v", day, f, f.Field)
		}
		amended := later(d, workday(d.Deadline.AddDate(0, 0, 4), 12))
		if !amended.Deadline.After(d.Deadline) || amended.Opens.Before(amended.WindowEnds()) {
			t.Fatalf("drafted on %s: %+v", day, amended)
		}
	}
}

func TestARankingThatDoesNotFollowIsFound(t *testing.T) {
	in := score.Input{Version: score.Version, Lot: lotPrinters, Currency: guarani, Root: strings.Repeat("0", 64),
		Criteria: score.Criteria{Price: score.Price{Weight: dec("100"), Formula: score.LowestRatio}, Ties: []score.Tie{{By: score.TieDraw}}}}
	for i, p := range []string{"100", "200"} {
		in.Bids = append(in.Bids, score.Bid{ID: string(rune('a' + i)), Fingerprint: strings.Repeat(string(rune('a'+i)), 64), Price: pygPointer(p)})
	}
	r, err := score.Rank(in)
	if err != nil {
		t.Fatal(err)
	}
	j := &bidding.Judgement{Input: &in, Ranking: &r}
	if err := repeat(j); err != nil {
		t.Fatal(err)
	}
	r.Entries[1].Total = dec("99")
	if repeat(j) == nil {
		t.Error("a changed sum was not found")
	}
}
