package tender

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Finding is something about a draft that its drafters should know before
// anybody else does.
type Finding struct {
	// Stops says that the notice cannot be submitted or published like this. A
	// finding that does not stop is advice: the drafter may know better.
	Stops bool   `json:"stops"`
	Code  string `json:"code"`
	Path  string `json:"path"` // the member of the notice, as faults name it
	Text  string `json:"text"`

	// Said is what Text was made from, for those who say it in another language.
	Said fault.Sentence `json:"-"`
}

// found makes a finding.
func found(stops bool, code, path string, s fault.Sentence) Finding {
	return Finding{stops, code, path, s.String(), s}
}

// Overview is a draft held against its rule set, whole: what stops it, what
// might be better, and how its dates follow from the rules.
type Overview struct {
	Findings []Finding       `json:"findings"`
	Earliest rules.Reckoning `json:"earliest"` // the deadline; see Zone
	Dates    []Fixed         `json:"dates"`    // that the rules fix, in order of time
	Zone     string          `json:"zone"`     // in which days begin and end
}

// Fixed is an instant that follows from the rules.
type Fixed struct {
	ID   rules.LimitID `json:"id"`
	At   time.Time     `json:"at"`
	Rule rules.Limit   `json:"rule"`
}

// LookOver looks over a draft as it stands or, with p, as it would be; nothing
// is stored.
func (s *Service) LookOver(ctx context.Context, id string, by party.Actor, p *Plan) (*Overview, error) {
	t, err := s.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	if err := t.mayDo(party.TenderRead, by); err != nil {
		return nil, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	if p == nil && t.Amendment != nil {
		t.Notice = *t.Amendment
	}
	if p != nil {
		t.Notice = p.Notice.inUTC()
		if t.Public() {
			return s.overview(ctx, t, now)
		}
		if t.Policy, err = s.Rules.Policy(p.RuleSet, p.Notice.Procedure); err != nil {
			return nil, err
		}
		t.Panel, t.Openers = p.Panel, Openers{Groups: p.Groups}
	}
	return s.overview(ctx, t, now)
}

func (s *Service) overview(ctx context.Context, t *Tender, now time.Time) (*Overview, error) {
	o := &Overview{Findings: []Finding{}, Dates: []Fixed{}, Zone: t.Policy.Zone}
	begins := t.begins(now)
	for _, f := range t.stops(begins) {
		o.stop(f)
	}
	o.Findings = append(o.Findings, t.advice()...)
	split, err := s.splitting(ctx, t, now)
	if err != nil {
		return nil, err
	}
	o.Findings = append(o.Findings, split...)
	o.Earliest = t.Policy.EarliestDeadline(begins, append(rules.Platform(), t.Notice.Circumstances...))
	o.Dates = t.fixed()
	return o, nil
}

// begins is when the periods of the notice begin to run, as far as one can tell.
func (t *Tender) begins(now time.Time) time.Time {
	switch {
	case t.Public():
		return t.Published
	case t.Notice.Timetable.Publish.After(now):
		return t.Notice.Timetable.Publish
	}
	return now
}

// stops lists every fault of the notice, one for each part of it.
func (t *Tender) stops(begins time.Time) []*fault.Error {
	n := &t.Notice
	var list []*fault.Error
	for _, part := range n.parts() {
		if f := part(); f != nil {
			list = append(list, f)
		}
	}
	if f := committeeNamed(t, Ask{}); f != nil {
		list = append(list, f)
	}
	if f := t.checkRules(); f != nil && f.Kind == fault.Invalid {
		list = append(list, f)
	}
	if !n.Timetable.Deadline.IsZero() {
		if f := t.checkTimetable(begins); f != nil {
			list = append(list, f)
		}
	}
	return list
}

func (o *Overview) stop(f *fault.Error) {
	if len(f.Field) == 0 {
		path := ""
		if f.Code == "tender.no_panel" {
			path = "panel"
		}
		o.Findings = append(o.Findings, found(true, f.Code, path, f.Sentence()))
		return
	}
	for _, path := range slices.Sorted(maps.Keys(f.Field)) {
		x := found(true, f.Code, path, f.FieldSentence(path))
		if !slices.ContainsFunc(o.Findings, func(y Finding) bool { return y.Path == x.Path && y.Stops }) {
			o.Findings = append(o.Findings, x)
		}
	}
}

// fixed lists the instants that the rules make of the deadline.
func (t *Tender) fixed() []Fixed {
	var list []Fixed
	deadline := t.Notice.Timetable.Deadline
	if deadline.IsZero() {
		return []Fixed{}
	}
	add := func(id rules.LimitID, at time.Time) {
		if l, ok := t.Policy.Limit(id); ok {
			list = append(list, Fixed{id, at, l})
		}
	}
	add(rules.EnquiriesClose, t.Policy.EnquiriesUntil(deadline))
	add(rules.AnswersClose, t.Policy.AnswersUntil(deadline))
	if r, ok := t.Policy.Due(rules.BidValidity, deadline); ok {
		add(rules.BidValidity, r.At)
	}
	slices.SortStableFunc(list, func(a, b Fixed) int { return a.At.Compare(b.At) })
	return list
}

// splittingWindow is how far back purchases of the same kind are looked for.
const splittingWindow = 365 * 24 * time.Hour

// splitting warns where the same kind of thing was bought not long ago by a
// procedure that not everybody could take part in: rules forbid to divide a
// purchase so that it stays below a threshold.
func (s *Service) splitting(ctx context.Context, t *Tender, now time.Time) ([]Finding, error) {
	class := t.Notice.Classification
	if t.Policy.Method == rules.Open || len(class.ID) < 4 {
		return nil, nil
	}
	recent, _, err := s.Tenders.Find(ctx, store.Query{Index: "buyer", Eq: []any{t.Buyer.ID}, Desc: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	var list []Finding
	for _, x := range recent {
		same := x.Notice.Classification.Scheme == class.Scheme && cut(x.Notice.Classification.ID, 4) == cut(class.ID, 4)
		if x.ID == t.ID || !same || x.Phase == Cancelled || now.Sub(x.Created) > splittingWindow {
			continue
		}
		list = append(list, found(false, "advice.splitting", "classification",
			fault.Say("Your organisation buys the same kind in %s within a year. A purchase must not be divided so that it needs less competition.", x.ID)))
		if len(list) == 5 {
			break
		}
	}
	return list, nil
}

func cut(s string, n int) string { return s[:min(n, len(s))] }

// byPath puts findings in the order of the notice's members.
func byPath(a, b Finding) int { return cmp.Compare(a.Path, b.Path) }
