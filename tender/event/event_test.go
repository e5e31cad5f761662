package event_test

import (
	"bytes"
	"testing"
	"time"

	"probity/tender/event"
)

func TestRecordIsFrozen(t *testing.T) {
	e := event.New("tender.publish", "ocds-213czf-1", "u1", time.Date(2026, 3, 2, 12, 0, 0, 987654321, time.FixedZone("", 3600)), map[string]any{"deadline": "x"})
	e.ID = event.ID("tender/ocds-213czf-1", 3, 0)
	const want = `{"at":"2026-03-02T11:00:00.987Z","by":"u1","data":{"deadline":"x"},"id":"tender/ocds-213czf-1#3","name":"tender.publish","topic":"ocds-213czf-1","v":"probity-fact/1"}`
	if got := string(e.Record()); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if len(e.Salt) != 16 {
		t.Errorf("salt has %d bytes", len(e.Salt))
	}
}

func TestIDsDiffer(t *testing.T) {
	if event.ID("a", 1, 0) == event.ID("a", 1, 1) || event.ID("a", 1, 2) != "a#1.2" {
		t.Error("facts of one write share an ID")
	}
}

func FuzzParse(f *testing.F) {
	e := event.New("n", "t", "b", time.Unix(0, 0), nil)
	e.ID = "x#1"
	f.Add(e.Record())
	f.Fuzz(func(t *testing.T, in []byte) {
		e, err := event.Parse(in)
		if err == nil && !bytes.Equal(e.Record(), in) {
			t.Fatalf("%q was read, and is written as %q", in, e.Record())
		}
	})
}
