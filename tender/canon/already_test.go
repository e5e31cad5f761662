package canon

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzAlready holds the quick look to the thorough one: what it takes is
// canonical, and it takes nearly all that is. Only keys with escapes it leaves.
func FuzzAlready(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, `{"a":1,"b":[true,false,"x"]}`, `{"b":1,"a":2}`, `{"a":1,"a":2}`, `{"a":1,"A":2}`, `"é\n\u0000\u001f\"\\"`, `"\u000a"`, `"\u001F"`,
		`"\/"`, `"\u0041"`, `"\ud800"`, "\"\xff\"", "\"\x7f\"", `0`, `00`, `01`, `-1`, `1.0`, `1e3`, `9007199254740991`, `9007199254740992`, `99999999999999999999`,
		` 1`, `1 `, `null`, `tru`, `{"a"}`, `{"a":}`, `[1,]`, `[,1]`, `{"a":1,}`, `{"é":1}`, `{"\"":1}`, `"`, `"\`, `"\u`, `"\u00`, `"\u000`, `"\u00+1"`, "\"\u2028\"", ``, `[`, `{`,
		strings.Repeat("[", 70) + strings.Repeat("]", 70), strings.Repeat("[", 20) + strings.Repeat("]", 20), `{"a":{"b":{"c":[]}}}`, `1,2`, `{"":0}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		again, err := rewrite(b)
		canonical := err == nil && bytes.Equal(again, b)
		if quick := already(b); quick && !canonical {
			t.Errorf("%q is taken for canonical: %q, %v", b, again, err)
		} else if canonical && !quick && !bytes.Contains(b, []byte{'\\'}) {
			t.Errorf("%q is canonical and not taken", b)
		}
	})
}
