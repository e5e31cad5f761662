package ocds

import (
	"fmt"
	"time"

	"probity/tender"
	"probity/tender/plan"
)

// Notice writes a published tender as a package with its newest release, which
// came out at a time. from is what it was planned as, or nil.
func Notice(s Source, t *tender.Tender, at time.Time, from *plan.Announced) Package {
	uri := fmt.Sprintf("%s/api/v1/tenders/%s/release", s.Origin, t.ID)
	return Package{URI: uri, Version: Version, Published: at, Publisher: Publisher{Name: t.Buyer.Name.In(s.Lang), URI: s.Origin}, Releases: []Release{s.notice(t, at, from)}}
}

func (s Source) notice(t *tender.Tender, at time.Time, from *plan.Announced) Release {
	buyer := organization(s.Lang, t.Buyer)
	r := Release{OCID: t.ID, ID: fmt.Sprintf("%s-%d.%s", t.ID, t.Revision, t.Phase), Date: at, Tag: []string{tagOf(t)}, Initiation: "tender", Language: s.Lang,
		Buyer: &Reference{buyer.ID, buyer.Name}, Tender: s.call(t, buyer)}
	if from != nil {
		buyer.Contact = contactOf(from.Plan, from.Entry)
		r.Planning = s.planning(from.Plan, from.Entry)
		r.Related = []Related{{ID: "1", Relationship: []string{"planning"}, Scheme: "ocid", Identifier: plan.ID(from.ID, from.Entry.ID)}}
	}
	r.Parties = []Organization{buyer}
	return r
}

// tagOf says what the newest release is about.
func tagOf(t *tender.Tender) string {
	switch {
	case t.Phase == tender.Cancelled:
		return "tenderCancellation"
	case t.Revision > 1 || t.Phase != tender.Published:
		return "tenderUpdate"
	}
	return "tender"
}

// stands are the statuses of calls that were published.
var stands = map[tender.Phase]string{tender.Complete: "complete", tender.Failed: "unsuccessful", tender.Cancelled: "cancelled"}

func (s Source) call(t *tender.Tender, buyer Organization) *Tender {
	n := t.Notice
	status, ended := stands[t.Phase]
	if !ended {
		status = "active"
	}
	c := &Tender{ID: t.ID, Title: n.Title.In(s.Lang), Description: n.Description.In(s.Lang), Status: status, Entity: &Reference{buyer.ID, buyer.Name},
		Value: valueOf(n.Value), Details: t.RuleSet + "/" + n.Procedure, Category: string(n.Category), Period: span(t.Published, n.Timetable.Deadline),
		Enquiries: span(t.Published, n.Timetable.EnquiriesUntil)}
	if t.Policy != nil {
		c.Method = string(t.Policy.Method)
	}
	for _, l := range n.Lots {
		for _, i := range l.Items {
			c.Items = append(c.Items, Item{ID: l.ID + "/" + i.ID, Description: i.Description.In(s.Lang), Classification: classified(s.Lang, i.Classification)})
		}
	}
	return c
}

// span is a period between two instants, of which the second is not in it any
// more.
func span(from, to time.Time) *Period {
	if to.IsZero() {
		return nil
	}
	return &Period{&from, &to}
}
