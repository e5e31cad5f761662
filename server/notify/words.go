package notify

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	texttemplate "text/template"

	"probity/tender/text"
)

//go:embed words
var wordFiles embed.FS

// Languages are those in which people are told things, the first for those who
// read neither.
var Languages = []string{"en", "zh"}

// catalogue is the words of one language: what a notice says, and the frame of
// a mail.
type catalogue struct {
	Kinds   map[Kind]string   `json:"kinds"`   // what is said; {{.Title}} is the procedure or organisation
	Names   map[Kind]string   `json:"names"`   // of the kinds, for the choice
	Letters map[Kind]string   `json:"letters"` // the text of letters
	Frame   map[string]string `json:"frame"`   // greeting, more, footer; hello and stranger in letters

	kinds map[Kind]*texttemplate.Template
}

var words = func() map[string]*catalogue {
	all := map[string]*catalogue{}
	for _, lang := range Languages {
		b, err := wordFiles.ReadFile("words/" + lang + ".json")
		c := &catalogue{kinds: map[Kind]*texttemplate.Template{}}
		if err == nil {
			err = json.Unmarshal(b, c)
		}
		if err != nil {
			panic(fmt.Sprintf("notify: words of %s: %v", lang, err))
		}
		for _, k := range slices.Concat(Kinds(), letterKinds) {
			if c.Kinds[k] == "" || c.Names[k] == "" || (c.Letters[k] == "") == slices.Contains(letterKinds, k) {
				panic(fmt.Sprintf("notify: %s says nothing for %s", lang, k))
			}
			c.kinds[k] = texttemplate.Must(texttemplate.New(string(k)).Parse(c.Kinds[k]))
		}
		all[lang] = c
	}
	return all
}()

// languageOf is the first that the person reads and we write.
func languageOf(reads []string) string {
	for _, tag := range reads {
		base, _, _ := strings.Cut(tag, "-")
		if slices.Contains(Languages, base) {
			return base
		}
	}
	return Languages[0]
}

// titleMost is how much of a title is told.
const titleMost = 120

// say is what a notice says in a language, on one line.
func (n *Notice) say(lang string) string {
	title := []rune(strings.Join(strings.Fields(n.Title.In(lang)), " "))
	if len(title) > titleMost {
		title = append(title[:titleMost], '…')
	}
	var b bytes.Buffer
	if err := words[lang].kinds[n.Kind].Execute(&b, map[string]string{"Title": string(title)}); err != nil {
		return string(n.Kind)
	}
	return b.String()
}

// Text is what a notice says, in all languages.
func (n *Notice) Text() text.Text {
	t := text.Text{}
	for _, lang := range Languages {
		t[lang] = n.say(lang)
	}
	return t
}

// Name is how a kind is called, in all languages.
func (k Kind) Name() text.Text {
	t := text.Text{}
	for _, lang := range Languages {
		t[lang] = words[lang].Names[k]
	}
	return t
}
