package classify

import (
	"slices"
	"strings"

	"probity/tender/text"
)

// Tree is the codes of one edition, ready to be searched. It never changes.
type Tree struct {
	codes    []Code         // in the order of their ids
	at       map[string]int // by id
	children map[string][]int
	keys     []string // what each is found by
	depth    []int    // how many lie above
}

func newTree(codes []Code) *Tree {
	t := &Tree{codes, map[string]int{}, map[string][]int{}, make([]string, len(codes)), make([]int, len(codes))}
	for i, c := range codes {
		t.at[c.ID] = i
		t.children[c.Parent] = append(t.children[c.Parent], i)
		words := []string{c.ID}
		for _, lang := range c.Title.Languages() {
			words = append(words, c.Title[lang])
		}
		t.keys[i] = text.Key(strings.Join(words, "\n"))
	}
	for i, c := range codes {
		t.depth[i] = len(t.Above(c.ID))
	}
	return t
}

// Code returns one code.
func (t *Tree) Code(id string) (Code, bool) {
	i, ok := t.at[id]
	if !ok {
		return Code{}, false
	}
	return t.codes[i], true
}

// Leaf reports whether nothing lies below a code.
func (t *Tree) Leaf(id string) bool { return len(t.children[id]) == 0 }

// Under lists what lies directly below a code; the top for "".
func (t *Tree) Under(id string) []Code {
	var list []Code
	for _, i := range t.children[id] {
		list = append(list, t.codes[i])
	}
	return list
}

// Above lists the ancestors of a code, from the top.
func (t *Tree) Above(id string) []Code {
	var list []Code
	c, ok := t.Code(id)
	for ok && c.Parent != "" {
		c, ok = t.Code(c.Parent)
		list = append(list, c)
	}
	slices.Reverse(list)
	return list
}

// Find lists codes that hold every word of the query, in any language, those
// further up first, and says whether there are more than limit.
func (t *Tree) Find(query string, limit int) (list []Code, more bool) {
	words := strings.Fields(text.Key(query))
	if len(words) == 0 {
		return nil, false
	}
	var found []int
	for i, k := range t.keys {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(k, w) }) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return t.depth[a] - t.depth[b] })
	for _, i := range found[:min(limit, len(found))] {
		list = append(list, t.codes[i])
	}
	return list, len(found) > limit
}
