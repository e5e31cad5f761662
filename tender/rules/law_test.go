package rules_test

import (
	"bytes"
	"encoding/csv"
	"maps"
	"os"
	"strings"
	"testing"

	"probity/tender/rules"
)

// rowOf tells which number of our sets a row of the law's table is.
var rowOf = map[string]string{
	"GPA-01": "wto-gpa open bids", "GPA-02": "wto-gpa selective bids", "GPA-03": "wto-gpa selective requests",
	"GPA-04": "wto-gpa selective requests.instead[0]", "GPA-05": "wto-gpa open bids.less[0]", "GPA-06": "wto-gpa open bids.floor",
	"GPA-07": "wto-gpa open bids.instead[3]", "GPA-08": "wto-gpa open bids.instead[4]", "GPA-09": "wto-gpa open limits.planned_notice_least",
	"GPA-10": "wto-gpa open limits.award_notice", "GPA-11": "wto-gpa open limits.retention", "GPA-12": "wto-gpa open complaints.challenge.within",
	"CN-20": "cn-gpl open bids", "CN-21": "cn-gpl open limits.document_availability", "CN-22": "cn-gpl open limits.amendment",
	"CN-23": "cn-gpl open limits.evaluation_report", "CN-24": "cn-gpl open limits.award_decision", "CN-25": "cn-gpl open limits.award_notice",
	"CN-26": "cn-gpl open limits.security_return_losers", "CN-27": "cn-gpl open limits.security_return_winner",
	"CN-28": "cn-gpl open limits.contract_notice", "CN-29": "cn-gpl open limits.contract_signing", "CN-30": "cn-gpl open limits.contract_filing",
	"CN-31": "cn-gpl open complaints.challenge.within", "CN-32": "cn-gpl open complaints.challenge.decision",
	"CN-33": "cn-gpl open complaints.complaint.within", "CN-34": "cn-gpl open complaints.complaint.decision",
	"CN-35": "cn-gpl open complaints.complaint.suspension", "CN-36": "cn-gpl open limits.enquiry_reply",
	"CN-37": "cn-gpl direct limits.direct_publicity", "CN-38": "cn-gpl open limits.retention", "CN-40": "cn-gpl open percents.bid_security",
	"CN-41": "cn-gpl open percents.performance_security", "CN-42": "cn-gpl open percents.contract_change",
}

// Our numbers are those of an independent table of the law, row by row.
func TestAgainstTheLaw(t *testing.T) {
	const path = "../../../shared/data/law/time-limits.csv"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("not run: needs published data that is not at %s", path)
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil || len(rows) < 40 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	ours := map[string]rules.Number{}
	for _, s := range sets(t) {
		for _, name := range s.Procedures() {
			p, _ := s.Policy(name)
			for _, n := range p.Numbers() {
				ours[s.ID+" "+name+" "+n.Name] = n
			}
		}
	}
	left := maps.Clone(rowOf)
	for _, row := range rows[1:] {
		id, regime, value, unit, cite := row[0], row[1], row[4], row[5], row[8]
		if !strings.HasPrefix(regime, "WTO GPA") && !strings.Contains(regime, "GPL") && !strings.Contains(regime, "Procurement Law") && id != "CN-41" {
			continue
		}
		delete(left, id)
		n, ok := ours[rowOf[id]]
		if !ok {
			t.Errorf("%s (%s) is in none of our sets", id, row[2])
			continue
		}
		value, _, _ = strings.Cut(value, "-")
		got := strings.Fields(n.Value)
		word := map[string]string{"calendar_days": "calendar", "working_days": "working", "years": "years", "percent": "%"}[unit]
		if got[0] != value || got[1] != word {
			t.Errorf("%s says %s %s; we say %s", id, value, unit, n.Value)
		}
		article := strings.Fields(cite[strings.LastIndex(cite, "Art."):])[1]
		article, _, _ = strings.Cut(article, ":")
		if !strings.Contains(string(n.Cite), "Art. "+article) || n.Status != rules.Read {
			t.Errorf("%s stands in %s; we cite %q [%s]", id, cite, n.Cite, n.Status)
		}
	}
	for id := range left {
		t.Errorf("the table has no row %s", id)
	}
}
