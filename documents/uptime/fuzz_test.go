package uptime_test

import (
	"testing"

	"probity/documents/ledger"
	"probity/documents/uptime"
	"probity/tender/event"
)

// FuzzParse: a fact is a beat that comes back as it is, or is refused.
func FuzzParse(f *testing.F) {
	for _, b := range run(0, 60, 1000) {
		e := b.Event()
		f.Add(e.ID, []byte(e.Data))
	}
	f.Add("log/beat#1", []byte(`{"ahead":9223372036854775807,"outages":0}`))
	f.Fuzz(func(t *testing.T, id string, data []byte) {
		b, err := uptime.Parse(event.Event{ID: id, Name: uptime.Fact, At: noon, Data: data})
		if err != nil {
			return
		}
		e := b.Event()
		e.At = noon
		if again, err := uptime.Parse(e); err != nil || again != b {
			t.Errorf("%s %s: %+v, then %+v, %v", id, data, b, again, err)
		}
	})
}

// FuzzRead: nothing that a stranger sends makes the reader do anything but
// refuse.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"v":"probity-uptime/1","origin":"x","receipts":["c2sp.org/tlog-proof@v1"]}`))
	f.Add([]byte(`{"v":"probity-uptime/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := uptime.Read(b, ledger.Policy{Origin: "x"}); err == nil {
			t.Errorf("believed without a key: %+v", r)
		}
	})
}
