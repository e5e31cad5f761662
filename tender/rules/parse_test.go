package rules_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"probity/tender/fault"
	"probity/tender/rules"
)

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
