package ocds_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"probity/documents/ocds"
	"probity/tender"
	"probity/tender/plan"
	"probity/tender/rules"
	"probity/tender/store"
)

// called is a tender, and what it was planned as.
func called() (*tender.Tender, *plan.Announced) {
	v, _ := sample()
	value := tender.MustMoney("1300000.00", "CNY")
	t := &tender.Tender{Root: store.Root{ID: "ocds-213czf-t"}, Phase: tender.Published, Buyer: v.Buyer, RuleSet: "generic", Policy: &rules.Policy{Method: rules.Open}, Revision: 1, Published: at.AddDate(0, 4, 0),
		Notice: tender.Notice{Title: tender.Text{"en": "Road salt", "zh-CN": "融雪盐"}, Category: tender.Goods, Procedure: "open", Value: &value,
			Lots:      []tender.LotNotice{{ID: "lot-1", Items: []tender.Item{{ID: "1", Description: tender.Text{"en": "Salt"}, Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2"}}, {ID: "2", Description: tender.Text{"en": "Bags"}}}}},
			Timetable: tender.Timetable{EnquiriesUntil: at.AddDate(0, 5, 0), Deadline: at.AddDate(0, 5, 10)}}}
	return t, &plan.Announced{Plan: v, ID: v.ID, Entry: v.Content.Entries[0], Edition: v.Editions[1]}
}

func TestATenderAsARelease(t *testing.T) {
	x, from := called()
	s := ocds.Source{Origin: "https://tenders.example", Lang: "en"}
	r := ocds.Notice(s, x, x.Published, from).Releases[0]
	b := r.Planning.Budget
	if r.OCID != x.ID || r.Tag[0] != "tender" || b.ID != "2210-07" || b.Amount.Amount != "1234567.80" || b.Description != "City budget" || r.Planning.Rationale != "Roads freeze" ||
		len(r.Planning.Milestones) != 5 || r.Planning.Documents[0].URL != "https://tenders.example/plans/ocds-213czf-p" {
		t.Errorf("planning: %+v", r.Planning)
	}
	if r.Related[0].Relationship[0] != "planning" || r.Related[0].Identifier != "ocds-213czf-p-1" || r.Tender.Value.Amount != "1300000.00" || r.Tender.Method != "open" || r.Tender.Status != "active" {
		t.Errorf("%+v, %+v", r.Related, r.Tender)
	}
	alone := ocds.Notice(s, x, x.Published, nil).Releases[0]
	if alone.Planning != nil || alone.Related != nil || len(alone.Parties) != 1 {
		t.Errorf("from no plan: %+v", alone)
	}
	x.Phase = tender.Cancelled
	if r := ocds.Notice(s, x, x.Published, nil).Releases[0]; r.Tag[0] != "tenderCancellation" || r.Tender.Status != "cancelled" {
		t.Errorf("cancelled: %+v", r)
	}
}

func TestATendersReleaseFitsTheOfficialSchema(t *testing.T) {
	schema := official(t)
	for _, lang := range []string{"en", "zh-CN"} {
		for _, planned := range []bool{true, false} {
			x, from := called()
			if !planned {
				from = nil
			}
			b, err := json.Marshal(ocds.Notice(ocds.Source{Origin: "https://tenders.example", Lang: lang}, x, x.Published.Add(time.Hour), from))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%s, planned %v: %v", lang, planned, err)
			}
			if strings.Contains(string(b), `"planning":`) != planned {
				t.Errorf("planned %v: %s", planned, b)
			}
		}
	}
}
