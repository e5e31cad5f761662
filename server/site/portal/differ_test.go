package portal

import (
	"strings"
	"testing"
)

func shown(list []piece) string {
	var b strings.Builder
	for _, p := range list {
		switch p.Op {
		case "ins":
			b.WriteString("{+" + p.Text + "+}")
		case "del":
			b.WriteString("[-" + p.Text + "-]")
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"same", "same", "same"},
		{"", "new", "{+new+}"},
		{"old", "", "[-old-]"},
		{"sixty days", "ninety days", "[-sixty-]{+ninety+} days"},
		{"two red cars", "three blue cars", "[-two red-]{+three blue+} cars"},
		{"每座桥出具报告", "每座大桥出具两份报告", "每座{+大+}桥出具{+两份+}报告"},
		{"a, b", "a; b", "a[-,-]{+;+} b"},
	} {
		if got := shown(differ(c.before, c.after)); got != c.want {
			t.Errorf("%q to %q: %q", c.before, c.after, got)
		}
	}
}

func FuzzDiffer(f *testing.F) {
	f.Add("one two", "one 二 two")
	f.Fuzz(func(t *testing.T, before, after string) {
		var was, is strings.Builder
		for _, p := range differ(before, after) {
			if p.Op != "ins" {
				was.WriteString(p.Text)
			}
			if p.Op != "del" {
				is.WriteString(p.Text)
			}
		}
		if was.String() != before || is.String() != after {
			t.Errorf("%q to %q became %q to %q", before, after, was.String(), is.String())
		}
	})
}
