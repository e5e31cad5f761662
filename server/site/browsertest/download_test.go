package browsertest

import (
	"bytes"
	"testing"

	"probity/server/app/apptest"
)

// A file that a link leads to comes as it is, with script and without.
func TestDownload(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	for _, off := range []bool{false, true} {
		p := Open(t, s.URL, Look{NoScript: off})
		p.Go("/how")
		p.Eval(`(() => { const a = document.createElement('a'); a.id = 'file'; a.download = ''; a.href = '/api/openapi.json'; a.textContent = 'file'; document.querySelector('main').prepend(a) })()`, nil)
		if b := p.Download("#file"); !bytes.HasPrefix(b, []byte("{")) {
			t.Errorf("with script off %v: %.40s", off, b)
		}
	}
}
