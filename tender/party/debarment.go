package party

import (
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/text"
)

// Debarment keeps an organisation from bidding for a time.
type Debarment struct {
	From   time.Time `json:"from"`           // first instant
	Until  time.Time `json:"until,omitzero"` // strictly before it; zero: for good
	Reason string    `json:"reason"`         // published
	By     string    `json:"by"`             // the authority that decided it
	Noted  string    `json:"noted"`          // who put it on record
	Lifted time.Time `json:"lifted,omitzero"`
}

// At reports whether the debarment is in force at now.
func (d Debarment) At(now time.Time) bool {
	return !now.Before(d.From) && (d.Until.IsZero() || now.Before(d.Until)) && (d.Lifted.IsZero() || now.Before(d.Lifted))
}

// Debarred returns the debarment that is in force at now, if there is one.
func (o *Organisation) Debarred(now time.Time) (Debarment, bool) {
	i := slices.IndexFunc(o.Debarments, func(d Debarment) bool { return d.At(now) })
	if i < 0 {
		return Debarment{}, false
	}
	return o.Debarments[i], true
}

// Debar puts a debarment on record and returns the fact. Noted is set here.
func (o *Organisation) Debar(d Debarment, by Actor, now time.Time) (event.Event, error) {
	if err := Allowed(by, OrgDebar); err != nil {
		return event.Event{}, err
	}
	var c cleaner
	c.must("by", &d.By, 300)
	if c.err != nil {
		return event.Event{}, c.err
	}
	reason, err := text.CleanLines("reason", d.Reason, 2000)
	switch {
	case err != nil:
		return event.Event{}, err
	case reason == "":
		return event.Event{}, fault.Field("debarment.reason", "reason", "Say why; it will be published.")
	case o.Kind != KindSupplier:
		return event.Event{}, fault.New(fault.Conflict, "debarment.kind", "Only suppliers can be debarred.")
	case d.From.IsZero() || !d.Until.IsZero() && !d.From.Before(d.Until):
		return event.Event{}, fault.Field("debarment.time", "until", "A debarment ends after it begins.")
	case len(o.Debarments) >= 100:
		return event.Event{}, fault.New(fault.Conflict, "debarment.many", "There are too many debarments on record.")
	}
	d.Reason, d.Noted, d.Lifted = reason, by.ID(), time.Time{}
	d.From, d.Until = d.From.UTC().Truncate(time.Millisecond), d.Until.UTC().Truncate(time.Millisecond)
	o.Debarments = append(slices.Clone(o.Debarments), d)
	data := map[string]any{"organisation": o.ID, "from": event.Time(d.From), "by": d.By, "reason": d.Reason}
	if !d.Until.IsZero() {
		data["until"] = event.Time(d.Until)
	}
	return event.New("organisation.debar", "", by.ID(), now, data), nil
}

// LiftDebarment ends the n-th debarment before its time and returns the fact.
// What was refused while it was in force stays refused.
func (o *Organisation) LiftDebarment(n int, reason string, by Actor, now time.Time) (event.Event, error) {
	if err := Allowed(by, OrgDebar); err != nil {
		return event.Event{}, err
	}
	reason, err := text.Require("reason", reason, 2000)
	if err != nil {
		return event.Event{}, err
	}
	if n < 0 || n >= len(o.Debarments) {
		return event.Event{}, fault.New(fault.Missing, "debarment.missing", "There is no such debarment.")
	}
	if d := o.Debarments[n]; !d.Lifted.IsZero() || !d.Until.IsZero() && !now.Before(d.Until) {
		return event.Event{}, fault.New(fault.Conflict, "debarment.over", "This debarment is over.")
	}
	o.Debarments = slices.Clone(o.Debarments)
	o.Debarments[n].Lifted = now.UTC().Truncate(time.Millisecond)
	return event.New("organisation.lift-debarment", "", by.ID(), now, map[string]any{"organisation": o.ID, "number": n, "reason": reason}), nil
}
