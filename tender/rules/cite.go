package rules

import (
	"embed"
	"encoding/json"
	"strings"
)

// Cite names the text that a number stands in, in the words of its rule set. It
// is one line in one language, since policies carry it, frozen and hashed; what
// the sets that come along cite can be said in other languages besides.
type Cite string

//go:embed words/*.json
var wordFiles embed.FS

// cites are the citations of the sets that come along, by language.
var cites = map[string]map[Cite]string{"zh": readCites("zh")}

func readCites(lang string) map[Cite]string {
	m := map[Cite]string{}
	raw, err := wordFiles.ReadFile("words/" + lang + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		panic("rules: words of " + lang + ": " + err.Error()) // they are part of the program
	}
	return m
}

// In is the citation in a language, or as it is written where that is unknown:
// operators cite in the language of their own rule sets.
func (c Cite) In(lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	if s, ok := cites[base][c]; ok {
		return s
	}
	return string(c)
}
