package admin

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"probity/server/site"
	"probity/tender/rules"
	"probity/tender/text"
)

// ruleSet is a rule set, with its numbers made into rows.
type ruleSet struct {
	ID         string    `json:"id"`
	Edition    string    `json:"edition"`
	Title      text.Text `json:"title"`
	Laws       []law     `json:"laws"`
	Procedures []any     `json:"procedures"`
}

type law struct {
	Name  string    `json:"name"`
	Title text.Text `json:"title"`
}

type rulesView struct {
	Set        ruleSet
	Procedures []procedureView
}

type procedureView struct {
	Name  string
	Title text.Text
	Rows  []number
}

// number is one figure of a policy with where it comes from.
type number struct {
	Name   string // path in the policy, words
	Value  string
	Cite   string
	Status string
}

// reading turns the policy of a procedure into rows.
type reading struct {
	v    *site.Visit
	rows []number
}

var (
	rulesPage   = site.PageOf[[]ruleSet](name, "rules")
	ruleSetPage = site.PageOf[rulesView](name, "ruleset")
)

func listRules(v *site.Visit) error {
	var list site.List[ruleSet]
	if err := v.Get(&list, "/api/v1/rules"); err != nil {
		return err
	}
	return rulesPage.Show(v, http.StatusOK, list.Items)
}

func showRules(v *site.Visit) error {
	var list site.List[ruleSet]
	if err := v.Get(&list, "/api/v1/rules"); err != nil {
		return err
	}
	i := slices.IndexFunc(list.Items, func(s ruleSet) bool { return s.ID == v.Path("id") })
	if i < 0 {
		return v.Missing()
	}
	view := rulesView{Set: list.Items[i]}
	for _, x := range list.Items[i].Procedures {
		p, _ := x.(map[string]any)
		name, _ := p["procedure"].(string)
		title := text.Text{}
		words, _ := p["title"].(map[string]any)
		for lang, word := range words {
			title[lang], _ = word.(string)
		}
		r := reading{v: v}
		r.collect(nil, p)
		view.Procedures = append(view.Procedures, procedureView{name, title, r.rows})
	}
	return ruleSetPage.Show(v, http.StatusOK, view)
}

// collect finds everything that has a source, in the order of names. What a
// policy says is in its JSON; the page shows all of it that carries a citation,
// so that a new member shows without a change here.
func (r *reading) collect(path []string, x any) {
	switch x := x.(type) {
	case []any:
		for _, e := range x {
			r.collect(path, e)
		}
	case map[string]any:
		names := slices.Sorted(maps.Keys(x))
		if cite, ok := x["cite"].(string); ok {
			status, _ := x["status"].(string)
			r.rows = append(r.rows, number{r.words(path, " · "), r.value(x, names), rules.Cite(cite).In(r.v.Lang), status})
		}
		for _, n := range names {
			if isDeep(x[n]) {
				r.collect(append(slices.Clip(path), n), x[n])
			}
		}
	}
}

func isDeep(x any) bool {
	_, object := x.(map[string]any)
	_, list := x.([]any)
	return object || list
}

// hasRows reports whether x is shown in rows of its own.
func hasRows(x any) bool {
	list, ok := x.([]any)
	if ok && len(list) > 0 {
		x = list[0]
	}
	_, object := x.(map[string]any)
	return object
}

// word is a name or a value of the policy as people say it. A set that the
// operator has added may have others than ours.
func (r *reading) word(s string) string {
	if key := "admin.rule." + s; r.v.Says(key) {
		return r.v.T(key)
	}
	return strings.ReplaceAll(s, "_", " ")
}

func (r *reading) words(list []string, between string) string {
	said := make([]string, len(list))
	for i, s := range list {
		said[i] = r.word(s)
	}
	return strings.Join(said, between)
}

// value writes the members of a figure but for its source.
func (r *reading) value(x map[string]any, names []string) string {
	var parts []string
	n, hasN := x["n"]
	unit, hasUnit := x["unit"].(string)
	if hasN && hasUnit {
		parts = append(parts, r.plain(n)+" "+r.word(unit))
	}
	for _, name := range names {
		if hasRows(x[name]) || slices.Contains([]string{"cite", "status", "n", "unit"}, name) {
			continue
		}
		parts = append(parts, r.word(name)+": "+r.plain(x[name]))
	}
	return strings.Join(parts, "; ")
}

func (r *reading) plain(x any) string {
	switch x := x.(type) {
	case string:
		return r.word(x)
	case bool:
		return map[bool]string{true: "✓", false: "–"}[x]
	case []any:
		said := make([]string, len(x))
		for i, e := range x {
			said[i] = r.plain(e)
		}
		return strings.Join(said, ", ")
	}
	return fmt.Sprint(x)
}
