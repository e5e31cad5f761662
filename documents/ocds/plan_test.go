package ocds_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"probity/documents/ocds"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

var at = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// sample is a plan with an entry of every state, one that says as much as one
// can and one that says as little.
func sample() (plan.View, []*plan.Line) {
	value := tender.MustMoney("1234567.80", "CNY")
	full := plan.Entry{ID: "1", Title: tender.Text{"en": "Road salt", "zh-CN": "融雪盐"}, Description: tender.Text{"en": "For one winter"},
		Rationale: tender.Text{"en": "Roads freeze"}, Category: tender.Goods, Value: &value, RuleSet: "generic", Procedure: "open", Method: "open",
		Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2", Description: tender.Text{"en": "Road salt"}},
		Budget:         plan.Budget{Line: "2210-07", Source: tender.Text{"en": "City budget"}}, Contact: &plan.Contact{Name: "Roads", Email: "roads@example.org"},
		Dates: plan.Dates{Publication: "2026-05", BidsDue: "2026-06-15", Award: "2026-07", Start: "2026-09-01", End: "2027-02"}}
	bare := plan.Entry{ID: "2", Title: tender.Text{"en": "A bridge"}, Category: tender.Works, RuleSet: "generic", Procedure: "limited", Method: "limited",
		Withheld: true, Dates: plan.Dates{Publication: "2026-10-01"}}
	gone := bare
	gone.ID, gone.Withdrawn = "3", tender.Text{"en": "No money"}
	v := plan.View{ID: "ocds-213czf-p", Buyer: tender.OrgName{ID: "o", Name: tender.Text{"en": "City", "zh-CN": "市"},
		Identifier: party.Identifier{Scheme: "XX-TEST", ID: "7", LegalName: "City"}},
		Content:  plan.Content{Year: 2026, Period: plan.CalendarYear(2026), Title: tender.Text{"en": "Purchases"}, Contact: plan.Contact{Name: "Office"}, Entries: []plan.Entry{full, bare, gone}},
		Editions: []plan.Edition{{Number: 1, At: at}, {Number: 2, At: at.AddDate(0, 1, 0)}}}
	line := func(e plan.Entry, s plan.LineState, tenders ...string) *plan.Line {
		return &plan.Line{Root: store.Root{ID: plan.ID(v.ID, e.ID)}, Plan: v.ID, Entry: e, Edition: 2, State: s, Tenders: tenders, Listed: at, Updated: at}
	}
	lines := []*plan.Line{line(full, plan.Begun, "ocds-213czf-t"), line(bare, plan.Intended), line(gone, plan.Withdrawn)}
	lines[2].Updated = at.AddDate(0, 1, 0)
	return v, lines
}

func written(t *testing.T, lang string) (ocds.Package, []byte) {
	t.Helper()
	v, lines := sample()
	p := ocds.Plan(ocds.Source{Origin: "https://tenders.example", Lang: lang, Milestones: map[string]string{"publication": "Publication"}}, v, lines)
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return p, b
}

func TestAPlanAsReleases(t *testing.T) {
	p, b := written(t, "en")
	if len(p.Releases) != 3 || p.URI != "https://tenders.example/api/v1/plans/ocds-213czf-p/release" {
		t.Fatalf("%+v", p)
	}
	r := p.Releases[0]
	if r.OCID != "ocds-213czf-p-1" || r.Tag[0] != "planning" || p.Releases[2].Tag[0] != "planningUpdate" || r.Buyer.ID != "XX-TEST-7" {
		t.Errorf("%+v", r)
	}
	if r.Planning.Budget.ID != "2210-07" || r.Planning.Rationale != "Roads freeze" || len(r.Planning.Milestones) != 5 || r.Planning.Documents[0].URL != "https://tenders.example/plans/ocds-213czf-p" {
		t.Errorf("planning: %+v", r.Planning)
	}
	if end := *r.Tender.Contract.End; !end.Equal(time.Date(2027, 2, 28, 23, 59, 59, 0, time.UTC)) {
		t.Errorf("a month ends %v", end)
	}
	for i, status := range []string{"active", "planned", "cancelled"} {
		if got := p.Releases[i].Tender.Status; got != status {
			t.Errorf("%d is %s, want %s", i, got, status)
		}
	}
	if !slices.Contains(r.Related[0].Relationship, "x_contractingProcess") || r.Related[0].Identifier != "ocds-213czf-t" {
		t.Errorf("related: %+v", r.Related)
	}
	if !bytes.Contains(b, []byte(`"amount":1234567.80,`)) || p.Releases[1].Tender.Value != nil || p.Releases[1].Planning.Budget != nil {
		t.Errorf("amounts: %s", b)
	}
	if zh, _ := written(t, "zh-CN"); zh.Releases[0].Tender.Title != "融雪盐" || zh.Releases[0].Language != "zh-CN" {
		t.Errorf("in Chinese: %+v", zh.Releases[0].Tender)
	}
}

const schemas = "../../../shared/data/ocds/1.1/schema/"

// loader finds the official schemas where they are on this machine.
type loader struct{}

func (loader) Load(url string) (any, error) {
	b, err := os.ReadFile(schemas + url[strings.LastIndexByte(url, '/')+1:])
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(b))
}

// official is the schema of release packages; the test is skipped without it.
func official(t *testing.T) *jsonschema.Schema {
	t.Helper()
	if _, err := os.Stat(schemas); err != nil {
		t.Skipf("not run: needs published data that is not at %s", schemas)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(loader{})
	c.AssertFormat()
	schema, err := c.Compile("https://standard.open-contracting.org/schema/1__1__5/release-package-schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestReleasesFitTheOfficialSchema(t *testing.T) {
	schema := official(t)
	for _, lang := range []string{"en", "zh-CN"} {
		_, b := written(t, lang)
		x, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(x); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		spoilt := bytes.Replace(b, []byte(`"ocid":`), []byte(`"ocad":`), 1)
		if x, err = jsonschema.UnmarshalJSON(bytes.NewReader(spoilt)); err != nil || schema.Validate(x) == nil {
			t.Errorf("a release without an ocid fits: %v", err)
		}
	}
}
