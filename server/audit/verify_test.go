package audit_test

import (
	"bytes"
	"sync"
	"testing"

	"probity/server/audit"
)

// told is one procedure, played once for all tests.
var told = sync.OnceValue(func() *played {
	w := newWorld(&standIn{folder: folder})
	w.play()
	p := &played{w: w}
	p.full, p.public = w.archive(audit.Full), w.archive(audit.Public)
	return p
})

type played struct {
	w            *world
	full, public []byte
}

func verify(t testing.TB, b []byte, trust audit.Trust) *audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), bytes.NewReader(b), int64(len(b)), trust)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSound(t *testing.T) {
	p := told()
	for name, b := range map[string][]byte{"full": p.full, "public": p.public} {
		t.Run(name, func(t *testing.T) {
			r := verify(t, b, audit.Trust{Log: []string{p.w.LogKey.Public}, Seals: p.w.Papers.Roots()})
			for _, c := range r.Wrong() {
				t.Errorf("%s %s: %s", c.Name, c.Subject, c.Text)
			}
			for _, c := range r.Checks {
				t.Logf("%-24s %s", c.Name, c.Text)
			}
			for _, n := range r.Notes {
				t.Logf("note %-19s %s", n.Name, n.Text)
			}
		})
	}
}
