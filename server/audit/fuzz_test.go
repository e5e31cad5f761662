package audit_test

import (
	"bytes"
	"testing"

	"probity/server/audit"
	"probity/tender/canon"
)

// FuzzChanged: an archive in which any bytes are changed is not in order.
func FuzzChanged(f *testing.F) {
	f.Add(uint32(0), byte(1))
	f.Add(uint32(5000), byte(128))
	f.Fuzz(func(t *testing.T, at uint32, by byte) {
		b := bytes.Clone(told().public)
		b[int(at)%len(b)] ^= by
		r := verify(t, b, audit.Trust{Log: []string{told().w.LogKey.Public}})
		if r.OK() != (by == 0) {
			t.Errorf("byte %d changed by %d: %v", at, by, r.Wrong())
		}
	})
}

// FuzzLie: whatever a fact says, the verification comes to an end and says so.
func FuzzLie(f *testing.F) {
	for n, data := range []string{`{}`, `{"lot":"lot-1"}`, `{"notice":{"lots":[{}]},"openers":"","policy":{}}`, `{"bid":{"record":{},"signature":{}}}`, `{"input":{"bids":[{}]}}`} {
		f.Add(uint8(n*10), []byte(data))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		if canon.Check(data) != nil || data[0] != '{' {
			return
		}
		x := newForgery(t)
		x.facts[int(n)%len(x.facts)].Data = data
		if got := codes(t, x.pack()); len(got) == 0 {
			t.Errorf("fact %d can say %s", n, data)
		}
	})
}
