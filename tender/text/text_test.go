package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"probity/tender/fault"
	"probity/tender/text"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want, code string }{
		{"plain", "Road salt", "Road salt", ""},
		{"spaces around are cut off", "  Road salt\t\n", "Road salt", ""},
		{"nothing stays nothing", " ", "", ""},
		{"a name beyond U+FFFF", "𠮷野家", "𠮷野家", ""},
		{"a compatibility ideograph is not replaced", "\uf91d", "\uf91d", ""},
		{"a decomposed letter is not composed", "e\u0301", "e\u0301", ""},
		{"joiners of Persian", "می\u200cخواهم", "می\u200cخواهم", ""},
		{"a right-to-left isolate that ends", "a \u2067ب\u2069 c", "a \u2067ب\u2069 c", ""},
		{"an emoji", "👍🏽", "👍🏽", ""},
		{"ten characters of four bytes", strings.Repeat("𠮷", 10), strings.Repeat("𠮷", 10), ""},
		{"eleven characters", strings.Repeat("𠮷", 11), "", "text.long"},
		{"a megabyte", strings.Repeat("a", 1<<20), "", "text.long"},
		{"broken UTF-8", "a\xffb", "", "text.utf8"},
		{"a lone surrogate", "a\xed\xa0\x80b", "", "text.utf8"},
		{"NUL", "a\x00b", "", "text.control"},
		{"a bell", "a\ab", "", "text.control"},
		{"DEL", "a\x7fb", "", "text.control"},
		{"C1", "a\u0085b", "", "text.control"},
		{"a new line", "a\nb", "", "text.control"},
		{"a line separator", "a\u2028b", "", "text.control"},
		{"a byte order mark inside", "a\ufeffb", "", "text.control"},
		{"a tag character", "a\U000e0041b", "", "text.control"},
		{"a noncharacter", "a\ufffeb", "", "text.control"},
		{"a noncharacter of the last plane", "a\U0010ffffb", "", "text.control"},
		{"an override", "a\u202egpj.exe\u202c", "", "text.bidi"},
		{"an embedding without end", "a\u202bb", "", "text.bidi"},
		{"an end without a beginning", "a\u2069b", "", "text.bidi"},
		{"ends in the wrong order", "a\u2067\u202b\u2069\u202c", "", "text.bidi"},
	} {
		got, err := text.Clean("title", c.in, 10)
		if c.code == "" && (err != nil || got != c.want) {
			t.Errorf("%s: got %q, %v", c.name, got, err)
		}
		if c.code != "" && !fault.Coded(err, c.code) {
			t.Errorf("%s: got %q, %v; want %s", c.name, got, err, c.code)
		}
		if c.code != "" && fault.From(err).Field["title"] == "" {
			t.Errorf("%s: the field is not named", c.name)
		}
	}
}

func TestLines(t *testing.T) {
	got, err := text.CleanLines("p", "\r\none\r\n\ttwo\n", 20)
	if err != nil || got != "one\n\ttwo" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := text.CleanLines("p", "one\rtwo", 20); !fault.Coded(err, "text.control") {
		t.Errorf("a bare carriage return: %v", err)
	}
	if _, err := text.CleanLines("p", "\u2067one\ntwo\u2069", 20); !fault.Coded(err, "text.bidi") {
		t.Errorf("an isolate over two lines: %v", err)
	}
}

func TestRequire(t *testing.T) {
	for _, in := range []string{"", " ", "\u200b", "\u200d\u200d", "\u3000", "\u2067\u2069", "\u00ad"} {
		if _, err := text.Require("p", in, 10); !fault.Coded(err, "text.empty") {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"x", "字", "-", "\ue000"} {
		if _, err := text.Require("p", in, 10); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestSignedTextIsNotMended(t *testing.T) {
	for _, in := range []string{" a", "a ", "a\r\nb", "a\n"} {
		if f := text.Check("p", in, 10); f == nil || f.Code != "text.spaces" {
			t.Errorf("%q: %v", in, f)
		}
		if f := (text.Text{"en": "a", "fr": in}).Check("p", 10); f == nil || f.Field["p.fr"] == "" {
			t.Errorf("%q in French: %v", in, f)
		}
	}
	for _, f := range []*fault.Error{
		text.Check("p", "a\nb", 10), text.Check("p", "", 10), text.CheckLine("p", "a", 10),
		text.Text(nil).Check("p", 10), text.Of("en", "a\nb").Check("p", 10), text.Of("en", "a").CheckLine("p", 10),
	} {
		if f != nil {
			t.Error(f)
		}
	}
	for name, f := range map[string]*fault.Error{
		"two lines":          text.CheckLine("p", "a\nb", 10),
		"an empty line":      text.CheckLine("p", "", 10),
		"a line with spaces": text.CheckLine("p", "a ", 10),
		"two lines, texts":   text.Of("en", "a\nb").CheckLine("p", 10),
		"a long text":        text.Of("en", "a\nb").Check("p", 2),
		"an empty text":      text.Of("en", "").Check("p", 2),
	} {
		if f == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestLanguageTags(t *testing.T) {
	for _, good := range []string{"en", "zh-CN", "zh-Hans", "sr-Latn-RS", "es-419", "fil"} {
		if err := text.CheckTag("p", good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "e", "EN", "en-us", "zh_CN", "zh-hans", "en-", "-", "english", "en-US-x-a", "x-klingon"} {
		if err := text.CheckTag("p", bad); !fault.Coded(err, "text.language") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestInNearestLanguage(t *testing.T) {
	for _, c := range []struct {
		text       text.Text
		lang, want string
	}{
		{text.Text{"en": "salt", "zh-CN": "盐"}, "zh-CN", "盐"},
		{text.Text{"en": "salt", "zh": "盐"}, "zh-Hant-TW", "盐"},
		{text.Text{"en": "salt", "zh-CN": "盐"}, "zh", "盐"},
		{text.Text{"en": "salt", "zh-CN": "盐"}, "zh-SG", "盐"},
		{text.Text{"en": "salt", "zh-CN": "盐"}, "fr", "salt"},
		{text.Text{"de": "Salz", "zh-CN": "盐"}, "fr", "Salz"},
		{text.Text{"en": "salt"}, "", "salt"},
		{text.Text{"zh-CN": "盐"}, "", "盐"},
		{nil, "en", ""},
	} {
		if got := c.text.In(c.lang); got != c.want {
			t.Errorf("%v in %q: got %q, want %q", c.text, c.lang, got, c.want)
		}
	}
}

func TestTextInLanguages(t *testing.T) {
	got, err := text.Text{"en": " salt ", "zh-CN": "盐"}.Clean("title", 10)
	if err != nil || got["en"] != "salt" || got["zh-CN"] != "盐" {
		t.Errorf("got %v, %v", got, err)
	}
	for name, c := range map[string]struct {
		in         text.Text
		path, code string
	}{
		"none":         {nil, "title", "text.empty"},
		"an empty one": {text.Text{"en": "salt", "fr": " "}, "title.fr", "text.empty"},
		"a long one":   {text.Text{"en": "salt and sand"}, "title.en", "text.long"},
		"a bad tag":    {text.Text{"English": "salt"}, "title", "text.language"},
	} {
		_, err := c.in.Clean("title", 10)
		if !fault.Coded(err, c.code) || fault.From(err).Field[c.path] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := (text.Text{"en": "a\r\nb"}).CleanLines("d", 10); err != nil || got["en"] != "a\nb" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := (text.Text{"en": "\n"}).CleanLines("d", 10); !fault.Coded(err, "text.empty") {
		t.Errorf("lines without text: %v", err)
	}
}

func TestKey(t *testing.T) {
	for _, c := range [][2]string{
		{"ＡＣＭＥ  Ltd", "acme ltd"},
		{"Straße", "STRASSE"},
		{"Cafe\u0301", "CAFÉ"},
		{" a\u3000b ", "a b"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος"},
	} {
		if text.Key(c[0]) != text.Key(c[1]) {
			t.Errorf("%q and %q have different keys", c[0], c[1])
		}
	}
	if text.Key("盐") == text.Key("糖") {
		t.Error("salt and sugar have one key")
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{" a ", "a\r\nb", "\u202ea", "𠮷", "\xff", "\u2067a\u2069", " \u200b a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, err := text.Clean("p", s, 40)
		if err == nil {
			again, err := text.Clean("p", line, 40)
			if err != nil || again != line || !utf8.ValidString(line) || strings.ContainsAny(line, "\n\r\t\x00") {
				t.Fatalf("%q became %q and then %q, %v", s, line, again, err)
			}
		}
		lines, err := text.CleanLines("p", s, 40)
		if err == nil && text.Check("p", lines, 40) != nil {
			t.Fatalf("%q became %q, which is refused", s, lines)
		}
		if k := text.Key(line); text.Key(k) != k {
			t.Fatalf("the key of %q is not its own key", line)
		}
	})
}
