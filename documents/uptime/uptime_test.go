package uptime_test

import (
	"testing"
	"time"

	"probity/documents/uptime"
	"probity/tender/event"
	"probity/tender/fault"
)

var noon = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

// run makes beats at these seconds after noon, the first after nothing.
func run(seconds ...int) []uptime.Beat {
	var list []uptime.Beat
	var last uptime.Beat
	for _, s := range seconds {
		last = last.Next(noon.Add(time.Duration(s)*time.Second), 0, false)
		list = append(list, last)
	}
	return list
}

func TestWhatAnOutageIs(t *testing.T) {
	for _, c := range []struct {
		name    string
		seconds []int
		want    int
	}{
		{"a beat a minute", []int{0, 60, 120, 180}, 0},
		{"exactly three minutes", []int{0, 180}, 0},
		{"a second more", []int{0, 181}, 1},
		{"twice", []int{0, 181, 240, 300, 481}, 2},
		{"one after the other", []int{0, 200, 400}, 2},
		{"only one beat", []int{0}, 0},
		{"a clock that was set back", []int{600, 60, 120}, 0},
	} {
		beats := run(c.seconds...)
		list, err := uptime.Outages(beats)
		if err != nil || len(list) != c.want {
			t.Errorf("%s: %v, %v", c.name, list, err)
		}
		if last := beats[len(beats)-1]; last.Outages != int64(c.want) || last.N != int64(len(beats)) {
			t.Errorf("%s: the last beat says %+v", c.name, last)
		}
	}
}

func TestARestIsNoOutage(t *testing.T) {
	rest := uptime.Beat{}.Next(noon, 0, true)
	next := rest.Next(noon.Add(time.Hour), 0, false)
	if _, away := next.Outage(); away || rest.Owed() || !next.Owed() || next.Outages != 0 {
		t.Errorf("%+v after %+v", next, rest)
	}
}

// A sandbox's clock that is stepped is no outage, and one that happens is told
// by the legal clock.
func TestTheLegalClock(t *testing.T) {
	a := uptime.Beat{}.Next(noon, 0, false)
	b := a.Next(noon.Add(time.Minute), 24*time.Hour, false)
	if o, away := b.Outage(); away {
		t.Errorf("a step is told as %v", o)
	}
	c := b.Next(noon.Add(time.Hour), 24*time.Hour, false)
	o, away := c.Outage()
	if !away || !o.From.Equal(noon.Add(24*time.Hour+time.Minute)) || !o.To.Equal(noon.Add(25*time.Hour)) || o.Beat != 3 {
		t.Errorf("%v, %v", o, away)
	}
}

func TestBeatsAreFacts(t *testing.T) {
	for _, b := range append(run(0, 60, 1000), uptime.Beat{}.Next(noon, time.Hour, true)) {
		f := b.Event()
		f, err := event.Parse(f.Record())
		if err != nil {
			t.Fatal(err)
		}
		got, err := uptime.Parse(f)
		if err != nil || got != b {
			t.Errorf("%+v came back as %+v: %v", b, got, err)
		}
	}
}

func TestWhatIsNoBeat(t *testing.T) {
	good := run(0, 60)[1].Event()
	for name, spoil := range map[string]func(*event.Event){
		"another name":     func(f *event.Event) { f.Name = "log.cover" },
		"another id":       func(f *event.Event) { f.ID = "log/cover-1#1" },
		"no number":        func(f *event.Event) { f.ID = "log/beat#" },
		"the number 0":     func(f *event.Event) { f.ID = "log/beat#0" },
		"a part of one":    func(f *event.Event) { f.ID = "log/beat#1.1" },
		"a procedure":      func(f *event.Event) { f.Topic = "ocds-213czf-1" },
		"no time":          func(f *event.Event) { f.Data = []byte(`{"after":"yesterday","outages":0}`) },
		"after its future": func(f *event.Event) { f.Data = []byte(`{"after":"2030-01-01T00:00:00.000Z","outages":0}`) },
		"a clock behind":   func(f *event.Event) { f.Data = []byte(`{"ahead":-1,"outages":0}`) },
		"a number of -1":   func(f *event.Event) { f.Data = []byte(`{"outages":-1}`) },
		"a list":           func(f *event.Event) { f.Data = []byte(`[]`) },
	} {
		f := good
		spoil(&f)
		if b, err := uptime.Parse(f); !fault.Coded(err, "uptime.form") {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}

// Whoever leaves a beat out, hides an outage or makes one up is found.
func TestAForgedRunIsFound(t *testing.T) {
	for name, spoil := range map[string]func([]uptime.Beat) []uptime.Beat{
		"a beat left out": func(b []uptime.Beat) []uptime.Beat { return append(b[:1:1], b[2:]...) },
		"an outage hidden": func(b []uptime.Beat) []uptime.Beat {
			b[2].After = b[2].At.Add(-time.Minute)
			return b
		},
		"an outage not counted": func(b []uptime.Beat) []uptime.Beat { b[2].Outages = 0; return b },
		"an outage made up": func(b []uptime.Beat) []uptime.Beat {
			b[1].After, b[1].Outages = noon.Add(-time.Hour), 1
			return b
		},
		"a rest made up": func(b []uptime.Beat) []uptime.Beat { b[1].Rest = true; return b },
		"another order":  func(b []uptime.Beat) []uptime.Beat { b[0], b[1] = b[1], b[0]; return b },
	} {
		if list, err := uptime.Outages(spoil(run(0, 60, 1000, 1060))); !fault.Coded(err, "uptime.chain") {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}
