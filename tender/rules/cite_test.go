package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"probity/tender/rules"
)

// Everything that the sets that come along cite is there in Chinese, and
// nothing else is.
func TestEveryCiteInChinese(t *testing.T) {
	written := map[string]bool{}
	for _, file := range files(t) {
		var set any
		b, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(b, &set)
		}
		if err != nil {
			t.Fatal(err)
		}
		gather(set, written)
	}
	if len(written) < 50 {
		t.Fatalf("only %d citations", len(written))
	}
	english := regexp.MustCompile(`[A-Za-z]{2,}`)
	for cite := range written {
		if s := rules.Cite(cite).In("zh-CN"); english.MatchString(s) {
			t.Errorf("%q is %q in Chinese", cite, s)
		}
	}
	var known map[string]string
	b, err := os.ReadFile("words/zh.json")
	if err == nil {
		err = json.Unmarshal(b, &known)
	}
	if err != nil {
		t.Fatal(err)
	}
	for cite := range known {
		if !written[cite] {
			t.Errorf("no rule set cites %q any more", cite)
		}
	}
}

// files are those of the sets that come along.
func files(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("sets/*.json")
	if err != nil || len(list) != len(sets(t)) {
		t.Fatal(list, err)
	}
	return list
}

// gather collects the citations of a JSON value.
func gather(x any, into map[string]bool) {
	switch x := x.(type) {
	case []any:
		for _, e := range x {
			gather(e, into)
		}
	case map[string]any:
		if cite, ok := x["cite"].(string); ok {
			into[cite] = true
		}
		for _, e := range x {
			gather(e, into)
		}
	}
}

// A citation that nobody has translated is shown as it is written.
func TestCiteIn(t *testing.T) {
	for cite, want := range map[rules.Cite]string{"GPL Art. 35": "《政府采购法》第三十五条", "粤府令第1号": "粤府令第1号", "Own rule 7": "Own rule 7"} {
		if got := cite.In("zh"); got != want {
			t.Errorf("%q: %q", cite, got)
		}
		if got := cite.In("en"); got != string(cite) {
			t.Errorf("%q in English: %q", cite, got)
		}
	}
}

// Whatever a reader is shown of a set by its title has one in both languages.
func TestEveryTitleInBothLanguages(t *testing.T) {
	for _, s := range sets(t) {
		titles := []map[string]string{s.Title}
		for _, l := range s.Laws {
			titles = append(titles, l.Title)
		}
		for _, name := range s.Procedures() {
			p, err := s.Policy(name)
			if err != nil {
				t.Fatal(err)
			}
			titles = append(titles, p.Title)
			for _, r := range p.Complaints {
				titles = append(titles, r.Title)
			}
		}
		for _, title := range titles {
			if title["en"] == "" || title["zh-CN"] == "" {
				t.Errorf("%s: %v", s.ID, title)
			}
		}
	}
}
