package rules

import (
	"slices"
	"time"
)

// Fact is something about a procedure that lets a minimum period be shorter.
type Fact string

// The facts. A tender states those that hold; the rule set says what follows.
const (
	ElectronicNotice    Fact = "electronic_notice"
	ElectronicDocuments Fact = "electronic_documents" // all of them, from the day of the notice
	ElectronicBids      Fact = "electronic_bids"
	PlannedNotice       Fact = "planned_notice" // in time, see PlannedNoticeLeast and PlannedNoticeMost
	Recurring           Fact = "recurring"
	Urgent              Fact = "urgent" // duly substantiated
	Commercial          Fact = "commercial"
)

var facts = []Fact{ElectronicNotice, ElectronicDocuments, ElectronicBids, PlannedNotice, Recurring, Urgent, Commercial}

// Facts lists all facts.
func Facts() []Fact { return slices.Clone(facts) }

// Platform lists the facts that hold for every procedure on this platform: it
// publishes notices and all documents at once, and takes bids electronically.
func Platform() []Fact { return []Fact{ElectronicNotice, ElectronicDocuments, ElectronicBids} }

// Minimum is how long something must be possible at least.
type Minimum struct {
	Limit

	From string `json:"from"` // FromPublished or FromInvited

	Instead []Instead   `json:"instead,omitempty"` // shorter periods for certain cases
	Less    []Reduction `json:"less,omitempty"`    // what shortens the period itself
	Floor   *Limit      `json:"floor,omitempty"`   // never less than this
}

// The events from which a minimum runs.
const (
	FromPublished = "published" // the notice, with the documents
	FromInvited   = "invited"
)

// Instead is a shorter period that applies when all facts hold.
type Instead struct {
	When []Fact `json:"when"`
	Limit
}

// Reduction shortens the period when a fact holds.
type Reduction struct {
	When Fact `json:"when"`
	Limit
}

// span finds the length of the minimum and says how.
func (m *Minimum) span(have []Fact) (Span, []Step) {
	s := m.Span
	steps := []Step{{Code: StepPeriod, Span: s, Source: m.Source}}
	for _, r := range m.Less {
		if slices.Contains(have, r.When) {
			s.N -= r.N
			steps = append(steps, Step{Code: StepLess, Span: r.Span, Fact: r.When, Source: r.Source})
		}
	}
	for _, i := range m.Instead {
		holds := !slices.ContainsFunc(i.When, func(f Fact) bool { return !slices.Contains(have, f) })
		if holds && i.N < s.N {
			s = i.Span
			steps = []Step{steps[0], {Code: StepInstead, Span: s, Fact: i.When[0], Source: i.Source}}
		}
	}
	if m.Floor != nil && s.N < m.Floor.N {
		s = m.Floor.Span
		steps = append(steps, Step{Code: StepFloor, Span: s, Source: m.Floor.Source})
	}
	return s, steps
}

// EarliestDeadline reckons the earliest deadline for bids. from is when the
// notice was published or, where the minimum says so, the bidders invited.
func (p *Policy) EarliestDeadline(from time.Time, have []Fact) Reckoning {
	return p.earliest(p.Bids, from, have)
}

// EarliestRequests reckons the earliest deadline for requests to participate.
func (p *Policy) EarliestRequests(published time.Time, have []Fact) Reckoning {
	return p.earliest(p.Requests, published, have)
}

func (p *Policy) earliest(m *Minimum, from time.Time, have []Fact) Reckoning {
	if m == nil {
		return Reckoning{}
	}
	s, steps := m.span(have)
	at, more := p.run(from, s)
	return Reckoning{at, append(steps, more...)}
}

// AmendmentDeadline is the earliest that the deadline may be after an amendment
// that was published at notified. It is notified itself if there is no such rule.
func (p *Policy) AmendmentDeadline(notified time.Time) time.Time {
	return p.dueOr(Amendment, notified)
}

// Amended reckons the deadline after an amendment: the one that stood, if it is
// late enough, else the first that is.
func (p *Policy) Amended(notified, deadline time.Time) Reckoning {
	r, ok := p.Due(Amendment, notified)
	if !ok || !deadline.Before(r.At) {
		return Reckoning{deadline.UTC(), append(r.Steps, Step{Code: StepAlready})}
	}
	return r
}

// StandstillEnds is when the contract may be signed at the earliest.
func (p *Policy) StandstillEnds(notified time.Time) time.Time { return p.dueOr(Standstill, notified) }

// RetainUntil is how long the record is kept, counted from its end.
func (p *Policy) RetainUntil(ended time.Time) time.Time { return p.dueOr(Retention, ended) }

func (p *Policy) dueOr(id LimitID, from time.Time) time.Time {
	if r, ok := p.Due(id, from); ok {
		return r.At
	}
	return from.UTC()
}

// EnquiriesUntil is until when questions may be asked at most: strictly before it.
func (p *Policy) EnquiriesUntil(deadline time.Time) time.Time {
	return p.latest(EnquiriesClose, deadline)
}

// AnswersUntil is until when answers must be given: strictly before it. A later
// answer moves the deadline.
func (p *Policy) AnswersUntil(deadline time.Time) time.Time { return p.latest(AnswersClose, deadline) }

func (p *Policy) latest(id LimitID, to time.Time) time.Time {
	l, ok := p.Limits[id]
	if !ok {
		return to.UTC()
	}
	return p.back(to, l.Span)
}

// Planned reports whether a notice of planned procurement was published in
// time for [PlannedNotice] to hold: neither too late nor too early.
func (p *Policy) Planned(planned, published time.Time) bool {
	least, ok := p.Limits[PlannedNoticeLeast]
	most, ok2 := p.Limits[PlannedNoticeMost]
	if !ok || !ok2 {
		return false
	}
	end, _ := p.run(planned, most.Span)
	return planned.Before(p.back(published, least.Span)) && published.Before(end)
}
