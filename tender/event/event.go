// Package event defines facts: things that have happened and will not change.
//
// A fact is stored in the same write as the change it reports (store.Engine's
// Put) and waits in an outbox until the sequencer has appended it to the log.
// From then on its place among all facts is fixed, and everything that follows
// from it (mail, feeds, search, receipts, the next aggregate's move) is done by
// readers of the log, at least once and in order. The domain calls none of them.
//
// The bytes of [Event.Record] are what the log commits to. They can never
// change for a fact that is stored; a new form gets a new value of [Version].
package event

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"probity/tender/canon"
)

// Version labels the form of a record.
const Version = "probity-fact/1"

// Event is one fact.
type Event struct {
	// ID is subject#version, or subject#version.n for the second and later
	// facts of one write. The same fact always gets the same ID, so every
	// reader can know one it has seen.
	ID string

	// Name says what happened: "tender.publish", "bid.submit".
	Name string

	// Topic is the procedure (ocid) that the fact belongs to, or "" for facts
	// about the platform itself, its organisations and people.
	Topic string

	// By is who did it; never empty. Clocks and rules act as "clock".
	By string

	// At is the engine's time when it was done: UTC, whole milliseconds.
	At time.Time

	// Data says the rest: one canonical JSON object, {} if there is no more.
	Data json.RawMessage

	// Salt is 16 random bytes that keep the leaf from being guessed. Whoever
	// may read the record gets the salt with it.
	Salt []byte
}

// New returns a fact with fresh salt. data is marshalled to canonical JSON; it
// must be an object, and panics otherwise, since its type is known at build
// time. ID is given by the store.
func New(name, topic, by string, at time.Time, data any) Event {
	raw := []byte("{}")
	if data != nil {
		raw = canon.Must(data)
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	return Event{Name: name, Topic: topic, By: by, At: at.UTC().Truncate(time.Millisecond), Data: raw, Salt: salt}
}

// ID names the n-th fact (from 0) of the write that took subject to version.
func ID(subject string, version int64, n int) string {
	if n == 0 {
		return fmt.Sprintf("%s#%d", subject, version)
	}
	return fmt.Sprintf("%s#%d.%d", subject, version, n)
}

// record is the canonical form of a fact.
type record struct {
	At    string          `json:"at"`
	By    string          `json:"by"`
	Data  json.RawMessage `json:"data"`
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Topic string          `json:"topic"`
	V     string          `json:"v"`
}

// timeForm is RFC 3339 in UTC with exactly three decimals.
const timeForm = "2006-01-02T15:04:05.000Z"

// Time writes t as records do: RFC 3339, UTC, exactly three decimals.
func Time(t time.Time) string { return t.UTC().Format(timeForm) }

// Record returns the canonical bytes that the log commits to.
func (e Event) Record() []byte {
	return canon.Must(record{Time(e.At), e.By, e.Data, e.ID, e.Name, e.Topic, Version})
}

// Parse reads a record and refuses every other form of it. The salt is not
// part of a record and stays empty.
func Parse(b []byte) (Event, error) {
	var r record
	if err := canon.Parse(b, &r); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	at, err := time.Parse(timeForm, r.At)
	if err != nil || r.V != Version || r.ID == "" || r.Name == "" || r.By == "" || len(r.Data) == 0 || r.Data[0] != '{' {
		return Event{}, fmt.Errorf("event: %w: not a fact of form %s", canon.ErrForm, Version)
	}
	return Event{ID: r.ID, Name: r.Name, Topic: r.Topic, By: r.By, At: at, Data: r.Data}, nil
}
