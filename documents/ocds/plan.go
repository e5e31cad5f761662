package ocds

import (
	"fmt"
	"time"

	"probity/tender"
	"probity/tender/plan"
)

// Source is where a plan's releases come from.
type Source struct {
	Origin string // of the platform: "https://tenders.example"
	Lang   string

	// Milestones names the expected dates in that language, by plan.Named.Name.
	Milestones map[string]string
}

// Plan writes the last edition of a plan as a package with a release for each
// of its entries. lines say what has become of them.
func Plan(s Source, v plan.View, lines []*plan.Line) Package {
	last := v.Editions[len(v.Editions)-1]
	p := Package{URI: fmt.Sprintf("%s/api/v1/plans/%s/release", s.Origin, v.ID), Version: Version, Published: last.At,
		Publisher: Publisher{Name: v.Buyer.Name.In(s.Lang), URI: s.Origin}, Releases: []Release{}}
	for _, l := range lines {
		p.Releases = append(p.Releases, s.entry(v, l))
	}
	return p
}

func (s Source) entry(v plan.View, l *plan.Line) Release {
	e, last := l.Entry, v.Editions[len(v.Editions)-1]
	tag := "planning"
	if !l.Updated.Equal(l.Listed) {
		tag = "planningUpdate"
	}
	buyer := partyOf(s.Lang, v, e)
	r := Release{OCID: l.ID, ID: fmt.Sprintf("%s-%d.%d", l.ID, l.Edition, len(l.Tenders)), Date: last.At, Tag: []string{tag}, Initiation: "tender", Language: s.Lang,
		Parties: []Organization{buyer}, Buyer: &Reference{buyer.ID, buyer.Name}, Planning: s.planning(v, e), Tender: s.tender(l, buyer)}
	for i, id := range l.Tenders {
		r.Related = append(r.Related, Related{ID: fmt.Sprint(i + 1), Relationship: []string{"x_contractingProcess"}, Scheme: "ocid", Identifier: id})
	}
	return r
}

func partyOf(lang string, v plan.View, e plan.Entry) Organization {
	o := organization(lang, v.Buyer)
	o.Contact = contactOf(v, e)
	return o
}

func organization(lang string, b tender.OrgName) Organization {
	return Organization{ID: b.Identifier.Scheme + "-" + b.Identifier.ID, Name: b.Name.In(lang), Roles: []string{"buyer", "procuringEntity"},
		Identifier: Identifier{b.Identifier.Scheme, b.Identifier.ID, b.Identifier.LegalName}}
}

// contactOf is whom to ask about an entry; nil if nobody is named.
func contactOf(v plan.View, e plan.Entry) *ContactPoint {
	k := v.Content.Contact
	if e.Contact != nil {
		k = *e.Contact
	}
	if k == (plan.Contact{}) {
		return nil
	}
	return &ContactPoint{k.Name, k.Email, k.Phone}
}

// planning is the entry's planning section, with the published plan as a paper.
func (s Source) planning(v plan.View, e plan.Entry) *Planning {
	p := &Planning{Rationale: e.Rationale.In(s.Lang)}
	if b := (Budget{ID: e.Budget.Line, Description: e.Budget.Source.In(s.Lang), Amount: valueOf(e.Value)}); b != (Budget{}) {
		p.Budget = &b
	}
	last := v.Editions[len(v.Editions)-1]
	p.Documents = []Document{{ID: v.ID, Type: "procurementPlan", Title: v.Content.Title.In(s.Lang), URL: s.Origin + "/plans/" + v.ID,
		Published: last.At, Format: "text/html", Language: s.Lang}}
	for _, d := range e.Dates.List() {
		p.Milestones = append(p.Milestones, Milestone{ID: d.Name, Title: s.Milestones[d.Name], Type: "preProcurement", Code: d.Name,
			Due: d.Date.End().Add(-time.Second), Status: "scheduled"})
	}
	return p
}

// statuses say how the call stands that is planned.
var statuses = map[plan.LineState]string{plan.Intended: "planned", plan.Begun: "active", plan.Withdrawn: "cancelled"}

func (s Source) tender(l *plan.Line, buyer Organization) *Tender {
	e := l.Entry
	t := &Tender{ID: l.ID, Title: e.Title.In(s.Lang), Description: e.Description.In(s.Lang), Status: statuses[l.State],
		Entity: &Reference{buyer.ID, buyer.Name}, Value: valueOf(e.Value), Method: string(e.Method), Details: e.RuleSet + "/" + e.Procedure,
		Category: string(e.Category), Period: period(e.Dates.Publication, e.Dates.BidsDue), Award: period(e.Dates.Award, e.Dates.Award),
		Contract: period(e.Dates.Start, e.Dates.End)}
	if c := classified(s.Lang, e.Classification); c != nil {
		t.Items = []Item{{ID: "1", Description: e.Title.In(s.Lang), Classification: c}}
	}
	return t
}

// classified is a code; nil for none.
func classified(lang string, c tender.Classification) *Classification {
	if c.ID == "" {
		return nil
	}
	return &Classification{c.Scheme, c.ID, c.Description.In(lang)}
}

// period is from the start of one date to the last second of another.
func period(from, to plan.Date) *Period {
	var p Period
	if t, ok := from.Start(); ok {
		p.Start = &t
	}
	if _, ok := to.Start(); ok {
		end := to.End().Add(-time.Second)
		p.End = &end
	}
	if p == (Period{}) {
		return nil
	}
	return &p
}
