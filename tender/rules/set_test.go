package rules_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
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

func TestBadSets(t *testing.T) {
	good, err := os.ReadFile("sets/generic.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new string }{
		"another form":                  {"probity-rules/1", "probity-rules/2"},
		"no title":                      {`"title": {"en": "Generic rules", "zh-CN": "通用规则"},`, ``},
		"an id with a space":            {`"id": "generic"`, `"id": "gene ric"`},
		"no edition":                    {`"edition": "2026.1",`, ``},
		"an unknown member":             {`"minimumBids"`, `"minimalBids"`},
		"a member twice":                {`"percents": {`, `"Percents": {}, "percents": {`},
		"a limit twice":                 {`"fix_it"`, `"enquiry_reply"`},
		"an unknown limit":              {`"fix_it"`, `"fix_that"`},
		"a limit that must be there":    {`"standstill": {"n": 10, "unit": "calendar_days", "cite": "House rule; cf. Model Law Art. 22", "status": "own"},`, ``},
		"no source":                     {`"cite": "House rule; cf. Model Law Art. 22", `, ``},
		"an unknown status":             {`Art. 22", "status": "own"`, `Art. 22", "status": "sure"`},
		"an unknown unit":               {`{"n": 10, "unit": "calendar_days", "cite": "House rule; cf. Model Law Art. 22"`, `{"n": 10, "unit": "days", "cite": "House rule; cf. Model Law Art. 22"`},
		"a negative number":             {`"fix_it": {"n": 2`, `"fix_it": {"n": -2`},
		"a fraction":                    {`"fix_it": {"n": 2`, `"fix_it": {"n": 2.5`},
		"a huge number":                 {`"fix_it": {"n": 2`, `"fix_it": {"n": 99999999999999999999`},
		"a century of days":             {`"fix_it": {"n": 2`, `"fix_it": {"n": 36601`},
		"a null":                        {`"fix_it": {"n": 2`, `"fix_it": {"n": null`},
		"a percentage as a number":      {`"percent": "3"`, `"percent": 3`},
		"a percentage of nothing":       {`"of": "value"`, `"of": "moon"`},
		"no bids needed":                {`"minimumBids": {"n": 1`, `"minimumBids": {"n": 0`},
		"an unknown formula":            {`"linear", "mean"]`, `"linear", "magic"]`},
		"a formula twice":               {`"linear", "mean"]`, `"linear", "linear"]`},
		"an even committee":             {`"min": 3, "odd": true`, `"min": 4, "odd": true`},
		"a draw by lot":                 {`"draw": "named"`, `"draw": "lot"`},
		"two days of grace":             {`"maxHours": 24`, `"maxHours": 48`},
		"grace the wrong way round":     {`"minHours": 0, "maxHours": 24`, `"minHours": 2, "maxHours": 1`},
		"an outage of nothing":          {`"leastMinutes": 30`, `"leastMinutes": 0`},
		"an unknown exception":          {`"exception": "published"`, `"exception": "maybe"`},
		"a zone that is not there":      {`"zone": "UTC"`, `"zone": "Mars/Olympus"`},
		"the zone of the machine":       {`"zone": "UTC"`, `"zone": "Local"`},
		"an unknown method":             {`"method": "open"`, `"method": "closed"`},
		"an unknown stage":              {`["bidding", "auction"]`, `["bidding", "party"]`},
		"stages in the wrong order":     {`["bidding", "auction"]`, `["auction", "bidding"]`},
		"a stage twice":                 {`["bidding", "auction"]`, `["bidding", "bidding"]`},
		"no bids are made":              {`["bidding", "auction"]`, `["auction"]`},
		"three envelopes":               {`"envelopes": ["one", "two"]`, `"envelopes": ["one", "three"]`},
		"no envelopes":                  {`"envelopes": ["one", "two"]`, `"envelopes": []`},
		"no period for bids":            {`"bids": {`, `"requests": {`},
		"an unknown event":              {`"from": "published"`, `"from": "today"`},
		"an unknown fact":               {`"when": ["urgent"]`, `"when": ["hurry"]`},
		"instead of nothing":            {`"when": ["urgent"]`, `"when": []`},
		"instead, but longer":           {`"when": ["urgent"], "n": 10`, `"when": ["urgent"], "n": 30`},
		"instead, in other days":        {`"when": ["urgent"], "n": 10, "unit": "calendar_days"`, `"when": ["urgent"], "n": 10, "unit": "working_days"`},
		"a procedure twice":             {`"procedure": "selective"`, `"procedure": "open"`},
		"a procedure without a name":    {`"procedure": "selective",`, ``},
		"a procedure of another set":    {`"procedure": "selective",`, `"procedure": "selective", "ruleSet": "other",`},
		"a complaint to nobody":         {`"to": "review_body"`, `"to": "nobody"`},
		"a complaint by nobody":         {`"who": "supplier"`, `"who": "nobody"`},
		"a complaint about nothing":     {`"about": ["documents", "procedure", "award"]`, `"about": []`},
		"a complaint about the weather": {`"about": ["documents"`, `"about": ["weather"`},
		"a complaint holds up time":     {`"suspends": ["award"`, `"suspends": ["time"`},
		"an abnormal price of a moon":   {`"against": "mean"`, `"against": "moon"`},
		"a title with a control":        {`"Open tender"`, `"Open\u0000tender"`},
		"a title in no language":        {`{"en": "Open tender", "zh-CN": "公开招标"}`, `{}`},
		"something after it":            {"\n}\n", "\n} x"},
		"bids bind for hours":           {`"bid_validity": {"n": 60, "unit": "calendar_days"`, `"bid_validity": {"n": 60, "unit": "hours"`},
	} {
		bad := strings.Replace(string(good), c.old, c.new, 1)
		if bad == string(good) {
			t.Errorf("%s: nothing was replaced", name)
			continue
		}
		_, err := rules.Parse([]byte(bad))
		f := fault.From(err)
		if err == nil || f.Kind != fault.Invalid || f.Text == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := rules.Parse(bytes.Repeat([]byte(" "), 1<<20+1)); fault.From(err).Kind != fault.TooLarge {
		t.Errorf("a file that is too large: %v", err)
	}
	if _, err := rules.Parse([]byte(strings.Repeat("[", 100000))); fault.From(err).Kind != fault.Invalid {
		t.Errorf("a file that is too deep: %v", err)
	}
}

// A fault says in which procedure the mistake is.
func TestFaultsHavePaths(t *testing.T) {
	good, _ := os.ReadFile("sets/generic.json")
	bad := strings.Replace(string(good), `"method": "limited"`, `"method": "x"`, 1)
	_, err := rules.Parse([]byte(bad))
	if f := fault.From(err); f.Field["procedures[2].method"] == "" {
		t.Errorf("got %v %v", f, f.Field)
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
		t.Skipf("the table of the law's time limits is not at %s", path)
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
		if !strings.Contains(n.Cite, "Art. "+article) || n.Status != rules.Read {
			t.Errorf("%s stands in %s; we cite %q [%s]", id, cite, n.Cite, n.Status)
		}
	}
	for id := range left {
		t.Errorf("the table has no row %s", id)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range rules.Builtin().Sets() {
		raw, _ := os.ReadFile("sets/" + s.ID + ".json")
		f.Add(raw)
		p, _ := s.Policy("open")
		f.Add(p.Bytes())
	}
	cal, _ := os.ReadFile("testdata/calendar.json")
	f.Add(cal)
	f.Fuzz(func(t *testing.T, in []byte) {
		rules.ParseCalendar(in)
		if p, err := rules.ParsePolicy(in); err == nil && !bytes.Equal(p.Bytes(), in) {
			t.Fatalf("%q came back as %q", in, p.Bytes())
		}
		s, err := rules.Parse(in)
		if err != nil {
			return
		}
		for _, name := range s.Procedures() {
			p, _ := s.Policy(name)
			if _, err := rules.ParsePolicy(p.Bytes()); err != nil {
				t.Fatalf("%s of %q cannot be read back: %v", name, in, err)
			}
		}
	})
}
