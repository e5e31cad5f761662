// Package uptime is the public record of when bids could be handed in: its
// form, its arithmetic, and the check of it. It needs the log and nothing else.
//
// While bids are taken by any procedure, whoever keeps the log adds a beat to it
// about once a minute ([Every]), and only while the platform can take a bid:
// the metadata and the documents answer, and the log can be written. An outage
// is a time of more than three minutes ([Gap]) between two beats that follow each
// other; it begins with the first of them and ends with the second. Nothing
// else is an outage, and nobody is asked. What lies between the platform and
// the bidder - a line, a proxy in front - beats cannot see.
//
// While no procedure takes bids the record rests: a beat says so, and the time
// until the next one says nothing.
//
// Beats show no number of bids. There are never more than one a minute; one that
// shares a batch stands first in it, at a place that the checkpoint before has
// told already.
//
// Frozen: beats are facts "log/beat#N" (log.beat), N = 1, 2, ... without gaps,
// so that two of them can be seen to follow each other. Each says when the one
// before was (after) and how many outages there were so far: whoever holds the
// first and the last beat of a time knows how many outages to ask for.
package uptime

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/rules"
)

// The definition of an outage.
const (
	Every = time.Minute     // between beats, while the platform is well
	Gap   = 3 * time.Minute // more than this between two beats is an outage
)

// Fact is the name of beats, and Subject what they are about.
const (
	Fact    = "log.beat"
	Subject = "log/beat"
)

// Beat is one sign of life. The zero Beat stands for none.
type Beat struct {
	N       int64
	At      time.Time     // by the platform's clock
	After   time.Time     // the beat before; zero for the first, and after a rest
	Ahead   time.Duration // by how much a sandbox's legal clock is ahead
	Outages int64         // so far, the one that ends here included
	Rest    bool          // no more beats are owed: no procedure takes bids
}

// data is what the fact says.
type data struct {
	After   string `json:"after,omitempty"`
	Ahead   int64  `json:"ahead,omitempty"` // milliseconds
	Outages int64  `json:"outages"`
	Rest    bool   `json:"rest,omitempty"`
}

// maxAhead is a hundred years: no sandbox is stepped further.
const maxAhead = 100 * 365 * 24 * 3600 * 1000

// Owed reports whether another beat must follow this one.
func (b Beat) Owed() bool { return b.N > 0 && !b.Rest }

// Next is the beat that follows b at now.
func (b Beat) Next(now time.Time, ahead time.Duration, rest bool) Beat {
	next := Beat{N: b.N + 1, At: now.UTC().Truncate(time.Millisecond), Ahead: ahead, Outages: b.Outages, Rest: rest}
	if next.At.Before(b.At) { // another machine's clock
		next.At = b.At
	}
	if b.Owed() {
		next.After = b.At
	}
	if _, away := next.Outage(); away {
		next.Outages++
	}
	return next
}

// Outage is the one that b has ended, by the legal clock.
func (b Beat) Outage() (rules.Outage, bool) {
	if b.After.IsZero() || b.At.Sub(b.After) <= Gap {
		return rules.Outage{}, false
	}
	return rules.Outage{From: b.After.Add(b.Ahead), To: b.At.Add(b.Ahead), Beat: b.N}, true
}

// Legal is the time of b by the legal clock.
func (b Beat) Legal() time.Time { return b.At.Add(b.Ahead) }

// Event is b as a fact, with a salt of its own.
func (b Beat) Event() event.Event {
	d := data{Ahead: b.Ahead.Milliseconds(), Outages: b.Outages, Rest: b.Rest}
	if !b.After.IsZero() {
		d.After = event.Time(b.After)
	}
	f := event.New(Fact, "", "log", b.At, d)
	f.ID = ID(b.N)
	return f
}

// ID names the n-th beat.
func ID(n int64) string { return event.ID(Subject, n, 0) }

// Parse reads a beat from its fact.
func Parse(f event.Event) (Beat, error) {
	bad := fault.New(fault.Invalid, "uptime.form", "This is not a beat of an uptime record.")
	n, err := strconv.ParseInt(strings.TrimPrefix(f.ID, Subject+"#"), 10, 64)
	if err != nil || n < 1 || f.ID != ID(n) || f.Name != Fact || f.Topic != "" {
		return Beat{}, bad.Because(fmt.Errorf("uptime: fact %q named %q", f.ID, f.Name))
	}
	var d data
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return Beat{}, bad.Because(err)
	}
	if d.Ahead < 0 || d.Ahead > maxAhead || d.Outages < 0 {
		return Beat{}, bad
	}
	b := Beat{N: n, At: f.At.UTC(), Ahead: time.Duration(d.Ahead) * time.Millisecond, Outages: d.Outages, Rest: d.Rest}
	if d.After != "" {
		if b.After, err = time.Parse(time.RFC3339, d.After); err != nil || event.Time(b.After) != d.After || b.After.After(b.At) {
			return Beat{}, bad.Because(err)
		}
		b.After = b.After.UTC()
	}
	return b, nil
}

// Follows refuses, as uptime.chain, a beat that says otherwise than the one
// before it: after a beat only one other beat can come at a time.
func (b Beat) Follows(before Beat) error {
	if before.Next(b.At, b.Ahead, b.Rest) != b {
		return fault.New(fault.Invalid, "uptime.chain", "Beat %d of the uptime record does not follow from the one before it.", b.N)
	}
	return nil
}

// Outages lists what a run of beats, each of which must follow the one before
// it, has ended.
func Outages(run []Beat) ([]rules.Outage, error) {
	var list []rules.Outage
	for i, b := range run {
		if i > 0 {
			if err := b.Follows(run[i-1]); err != nil {
				return nil, err
			}
		}
		if o, away := b.Outage(); away {
			list = append(list, o)
		}
	}
	return list, nil
}
