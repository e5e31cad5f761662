package tender

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"probity/tender/canon"
)

// Difference is one member of a notice that two versions have differently.
type Difference struct {
	// Path names the member as it stands in the notice, except that things with
	// an id are named by it: "lots[computers].items[1.1].quantity". A thing that
	// only one version has is one difference for each of its members.
	Path   string `json:"path"`
	Before string `json:"before,omitempty"` // "" where there was none
	After  string `json:"after,omitempty"`
}

// Compare lists what is different between two versions of a notice, in the
// order of paths. Nothing is left out: equal notices have no difference, and
// other notices have one at least.
func Compare(before, after Notice) []Difference { return Differences(before, after) }

// Differences is [Compare] for other things that are published in versions.
func Differences(before, after any) []Difference {
	was, is := members(before), members(after)
	paths := map[string]bool{}
	for p := range was {
		paths[p] = true
	}
	for p := range is {
		paths[p] = true
	}
	list := []Difference{}
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		if was[p] != is[p] {
			list = append(list, Difference{p, was[p], is[p]})
		}
	}
	return list
}

// members writes a thing as its single values, each under its path.
func members(x any) map[string]string {
	raw, err := json.Marshal(x)
	if err != nil { // an amount without currency in a draft; what has a form is compared
		raw = canon.Must(map[string]any{"unreadable": fmt.Sprint(err)})
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic("tender: what was just written cannot be read: " + err.Error())
	}
	out := map[string]string{}
	spread(out, "", v)
	return out
}

func spread(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if amount, ok := v["amount"].(string); ok && len(v) == 2 {
			out[path] = fmt.Sprintf("%s %v", amount, v["currency"])
			return
		}
		for name, x := range v {
			spread(out, strings.TrimPrefix(path+"."+name, "."), x)
		}
	case []any:
		for i, x := range v {
			spread(out, path+"["+nameOf(i, x)+"]", x)
		}
	case nil:
	default:
		if s := fmt.Sprint(v); s != "" {
			out[path] = s
		}
	}
}

// nameOf is the id of a thing in a list, or its number.
func nameOf(i int, x any) string {
	if m, ok := x.(map[string]any); ok {
		if id, ok := m["id"].(string); ok && id != "" {
			return id
		}
	}
	return itoa(i)
}
