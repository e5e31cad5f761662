package client_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/bidding/biddingtest"
	"probity/documents/ledger"
	"probity/documents/uptime"
	"probity/server/app/apptest"
	"probity/tender/fault"
)

// beating is a platform that was away twice: 4 and 40 minutes.
func beating(t *testing.T) *real {
	t.Helper()
	r := newRealOn(t, apptest.Options{Uptime: true}, biddingtest.Terms{})
	now := biddingtest.Published
	for _, m := range []int{1, 1, 4, 1, 2, 40, 1, 3} {
		now = now.Add(time.Duration(m) * time.Minute)
		r.house.Set(now)
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			last, err := r.house.Beats.Last(t.Context())
			if err != nil || time.Now().After(end) {
				t.Fatalf("no beat at %s: %v", now, err)
			}
			if last.At.Equal(now) {
				break
			}
		}
	}
	return r
}

func TestUptimeRecord(t *testing.T) {
	r := beating(t)
	c := r.as(biddingtest.Auditor)
	c.Token = "" // anybody may see it
	zero := biddingtest.Published
	for _, x := range []struct {
		name     string
		from, to int // minutes
		beats    string
		away     int64
	}{
		{"all of it", -10, 100, "1-9", 44 * 60000},
		{"until the first outage", -10, 5, "1-3", 0},
		{"between them", 6, 9, "4-6", 0},
		{"from within the second", 20, 100, "6-9", 40 * 60000},
		{"one moment", 7, 7, "5-5", 0},
	} {
		at := func(m int) time.Time { return zero.Add(time.Duration(m) * time.Minute) }
		rec, raw, err := c.Uptime(t.Context(), at(x.from), at(x.to))
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if got := strings.Trim(strings.Join([]string{num(rec.First.Beat), num(rec.Last.Beat)}, "-"), " "); got != x.beats || rec.Away != x.away {
			t.Errorf("%s: beats %s, away %v", x.name, got, rec.Away)
		}
		if err := c.CheckBeats(t.Context(), rec, func(_, _ int64) {}); err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		v, err := note.NewVerifier(r.house.LogKey.Public)
		if err != nil {
			t.Fatal(err)
		}
		if off, err := uptime.Read(raw, ledger.Policy{Origin: v.Name(), Log: []note.Verifier{v}}); err != nil || off.Away != x.away {
			t.Errorf("%s, offline: %v, %v", x.name, off, err)
		}
	}
	if _, _, err := c.Uptime(t.Context(), zero.Add(-time.Hour), zero.Add(-time.Minute)); !fault.Coded(err, "uptime.none") {
		t.Errorf("before everything: %v", err)
	}
	if _, _, err := c.Uptime(t.Context(), zero, zero.Add(-time.Minute)); !fault.Coded(err, "uptime.span") {
		t.Errorf("backwards: %v", err)
	}
}

func num(n int64) string { b, _ := json.Marshal(n); return string(b) }

// TestAServerThatLiesAboutItsUptime is found out, by the record's own proofs or
// by its beats.
func TestAServerThatLiesAboutItsUptime(t *testing.T) {
	r := beating(t)
	c := r.as(biddingtest.Auditor)
	all := func() (uptime.Record, error) {
		rec, _, err := c.Uptime(t.Context(), biddingtest.Published, biddingtest.Published.Add(24*time.Hour))
		return rec, err
	}
	good, err := all()
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(*uptime.Record)) func(string, []byte) []byte {
		return func(path string, b []byte) []byte {
			var rec uptime.Record
			if path != "/api/v1/uptime" || json.Unmarshal(b, &rec) != nil {
				return b
			}
			f(&rec)
			out, _ := json.Marshal(rec)
			return out
		}
	}
	for name, x := range map[string]struct {
		lie  func(*uptime.Record)
		code string
	}{
		"it was never away":     {func(r *uptime.Record) { r.Outages, r.Away = []uptime.Spell{}, 0 }, "uptime.sum"},
		"it was away for less":  {func(r *uptime.Record) { r.Outages[1].Lasted, r.Away = 60000, 300000 }, "uptime.sum"},
		"an outage is not told": {func(r *uptime.Record) { r.Proofs = append(r.Proofs[:3:3], r.Proofs[5:]...) }, "uptime.outages"},
		"beats in disorder":     {func(r *uptime.Record) { r.Proofs[0], r.Proofs[1] = r.Proofs[1], r.Proofs[0] }, "uptime.chain"},
		"another definition":    {func(r *uptime.Record) { r.Gap = 3600 }, "uptime.sum"},
		"another form":          {func(r *uptime.Record) { r.V = "probity-uptime/9" }, "uptime.form"},
		"nothing is proved":     {func(r *uptime.Record) { r.Proofs = nil }, "uptime.none"},
	} {
		r.lies(change(x.lie))
		if rec, err := all(); !fault.Coded(err, x.code) {
			t.Errorf("%s: %v, %v; want %s", name, rec.Outages, err, x.code)
		}
	}
	for name, x := range map[string]struct{ old, new, code string }{
		"a beat at another time": {`T08:02:00.000Z`, `T08:02:00.001Z`, "uptime.proof"},
		"another salt":           {`"salt":"`, `"salt":"AAAA`, "uptime.proof"},
		"a beat is not there":    {"", "", "uptime.chain"},
	} {
		r.lies(func(path string, b []byte) []byte {
			if path != "/api/v1/uptime/beats" {
				return b
			}
			if x.old == "" {
				var page struct{ Beats []json.RawMessage }
				json.Unmarshal(b, &page)
				b, _ = json.Marshal(map[string]any{"beats": append(page.Beats[:1:1], page.Beats[2:]...)})
			}
			return bytes.Replace(b, []byte(x.old), []byte(x.new), min(1, len(x.old)))
		})
		if err := c.CheckBeats(t.Context(), good, func(_, _ int64) {}); !fault.Coded(err, x.code) {
			t.Errorf("%s: %v, want %s", name, err, x.code)
		}
	}
	r.lies(nil)
	hidden := good
	hidden.Outages = hidden.Outages[:1]
	if err := c.CheckBeats(t.Context(), hidden, func(_, _ int64) {}); !fault.Coded(err, "uptime.outages") {
		t.Errorf("a record without an outage that the beats show: %v", err)
	}
}
