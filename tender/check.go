package tender

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"probity/tender/fault"
	"probity/tender/rules"
	"probity/tender/text"
)

// Limits of a notice. They bound what a page has to show and a fact to hold.
const (
	MaxLots         = 500
	MaxItems        = 5000 // over all lots
	MaxRequirements = 500
	MaxName         = 200   // characters of a person's name
	MaxTitle        = 300   // characters
	MaxText         = 20000 // characters
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// Check finds what keeps a notice from being submitted for approval. It looks
// at the notice alone; dates are compared with the rule set at publication.
func (n *Notice) Check() *fault.Error {
	for _, part := range []func() *fault.Error{n.checkHead, n.checkLots, n.checkRequirements, n.checkDates, n.checkTerms} {
		if f := part(); f != nil {
			return f
		}
	}
	return nil
}

func (n *Notice) checkHead() *fault.Error {
	if f := needText("title", n.Title); f != nil {
		return f
	}
	if f := n.Description.Check("description", MaxText); f != nil {
		return f
	}
	if !slices.Contains([]Category{Goods, Works, Services}, n.Category) {
		return fault.Field("notice.category", "category", "Say goods, works or services.")
	}
	if n.Envelopes != OneEnvelope && n.Envelopes != TwoEnvelopes {
		return fault.Field("notice.envelopes", "envelopes", "Say one or two envelopes.")
	}
	if !n.Currency.Valid() {
		return fault.Field("money.currency", "currency", "This is not a currency of ISO 4217.")
	}
	if len(n.Languages) == 0 {
		return fault.Field("notice.languages", "languages", "Name the languages in which bids may be written.")
	}
	for _, x := range []struct {
		path  string
		value *Money
	}{{"value", n.Value}, {"budget", n.Budget}, {"terms.performanceSecurity", n.Terms.SecurityAmount}} {
		if x.value != nil && (x.value.Currency != n.Currency || x.value.Minor < 0) {
			return fault.Field("money.currency", x.path, "This amount must be in %s and not negative.", n.Currency)
		}
	}
	if n.Security != nil && (n.Security.Days < 0 || n.Security.Days > 730) {
		return fault.Field("notice.security", "security.days", "A bid security is valid for up to 730 days after the deadline.")
	}
	if n.Security != nil && (n.Security.Amount.Currency != n.Currency || n.Security.Amount.Minor <= 0) {
		return fault.Field("money.currency", "security.amount", "The bid security must be an amount in %s.", n.Currency)
	}
	return nil
}

func (n *Notice) checkLots() *fault.Error {
	if len(n.Lots) == 0 || len(n.Lots) > MaxLots {
		return fault.Field("notice.lots", "lots", "A tender has 1 to %d lots.", MaxLots)
	}
	var seen, items []string
	for i, l := range n.Lots {
		at := "lots[" + itoa(i) + "]"
		if f := named(at, l.ID, seen); f != nil {
			return f
		}
		seen = append(seen, l.ID)
		if f := needText(at+".title", l.Title); f != nil {
			return f
		}
		if l.Value != nil && (l.Value.Currency != n.Currency || l.Value.Minor < 0) {
			return fault.Field("money.currency", at+".value", "This amount must be in %s.", n.Currency)
		}
		if len(l.Items) == 0 {
			return fault.Field("notice.items", at+".items", "A lot has at least one item.")
		}
		for j, item := range l.Items {
			where := at + ".items[" + itoa(j) + "]"
			if f := item.check(where, items); f != nil {
				return f
			}
			items = append(items, item.ID)
		}
		if f := l.checkCriteria(at+".criteria", n.Currency); f != nil {
			return f
		}
	}
	if len(items) > MaxItems {
		return fault.Field("notice.items", "lots", "A tender has at most %d items.", MaxItems)
	}
	return nil
}

// checkCriteria holds the criteria against each other, and wants a title for
// each that people score.
func (l *LotNotice) checkCriteria(path string, c Currency) *fault.Error {
	if err := l.Criteria.Check(c); err != nil {
		return under(path, fault.From(err))
	}
	for _, q := range l.Criteria.Quality {
		for _, x := range append([]Criterion{q}, q.Parts...) {
			if f := needText(path+".quality."+x.ID+".title", x.Title); f != nil {
				return f
			}
		}
	}
	return nil
}

// under names the fields of a fault by where they stand in the notice.
func under(path string, f *fault.Error) *fault.Error {
	g := *f
	g.Field = map[string]string{}
	for at, sentence := range f.Field {
		g.Field[path+"."+at] = sentence
	}
	return &g
}

func (i Item) check(path string, seen []string) *fault.Error {
	if f := named(path, i.ID, seen); f != nil {
		return f
	}
	if f := needText(path+".description", i.Description); f != nil {
		return f
	}
	if i.Quantity.Sign() <= 0 {
		return fault.Field("item.quantity", path+".quantity", "The quantity must be above 0.")
	}
	if i.Unit.Code == "" || len(i.Unit.Code) > 8 {
		return fault.Field("item.unit", path+".unit", "Give a unit of UN/ECE Recommendation 20.")
	}
	return nil
}

func (n *Notice) checkRequirements() *fault.Error {
	if len(n.Requirements) > MaxRequirements {
		return fault.Field("notice.requirements", "requirements", "At most %d requirements.", MaxRequirements)
	}
	var seen []string
	for i, r := range n.Requirements {
		at := "requirements[" + itoa(i) + "]"
		if f := named(at, r.ID, seen); f != nil {
			return f
		}
		seen = append(seen, r.ID)
		if f := needText(at+".title", r.Title); f != nil {
			return f
		}
		if !slices.Contains([]string{"exclusion", "selection", "technical"}, r.Kind) {
			return fault.Field("requirement.kind", at+".kind", "Say exclusion, selection or technical.")
		}
		for _, lot := range r.Lots {
			if n.Lot(lot) == nil {
				return fault.Field("requirement.lot", at+".lots", "There is no lot %q.", lot)
			}
		}
	}
	return nil
}

func (n *Notice) checkDates() *fault.Error {
	d := n.Timetable
	switch {
	case d.Publish.IsZero() || d.EnquiriesUntil.IsZero() || d.Deadline.IsZero() || d.Opens.IsZero():
		return fault.Field("timetable.missing", "timetable", "Give all dates.")
	case d.EnquiriesUntil.Before(d.Publish) || d.Deadline.Before(d.EnquiriesUntil):
		return fault.Field("timetable.order", "timetable.enquiriesUntil", "Enquiries end between publication and the deadline.")
	case d.GraceMinutes < 0 || d.GraceMinutes > 24*60:
		return fault.Field("timetable.grace", "timetable.graceMinutes", "The grace window is 0 to 1440 minutes.")
	case d.Opens.Before(d.WindowEnds()):
		return fault.Field("timetable.opens", "timetable.opens", "Nothing opens before the grace window has ended.")
	case n.ValidityDays < 1 || n.ValidityDays > 730:
		return fault.Field("notice.validity", "validityDays", "Bids bind for 1 to 730 days.")
	}
	for _, t := range []*time.Time{&d.Publish, &d.EnquiriesUntil, &d.Deadline, &d.Opens} {
		if !t.Equal(t.Truncate(time.Second)) {
			return fault.Field("timetable.precision", "timetable", "Dates are given in whole seconds.")
		}
	}
	return nil
}

func (n *Notice) checkTerms() *fault.Error {
	if f := n.Terms.Text.Check("terms.text", MaxText); f != nil {
		return f
	}
	if len(n.Terms.Milestones) == 0 {
		return nil
	}
	if n.Terms.PaymentDays < 0 || n.Terms.PaymentDays > 3650 || len(n.Terms.Milestones) > MaxRequirements {
		return fault.Field("terms.range", "terms", "Payment is due within 3650 days, and there are at most %d milestones.", MaxRequirements)
	}
	var seen []string
	var sum Decimal
	for i, m := range n.Terms.Milestones {
		if m.Days < 0 || m.Days > 36500 || m.Percent.Sign() <= 0 {
			return fault.Field("terms.milestones", "terms.milestones["+itoa(i)+"]", "A milestone is due within 36500 days and has a share above 0.")
		}
		at := "terms.milestones[" + itoa(i) + "]"
		if f := named(at, m.ID, seen); f != nil {
			return f
		}
		seen = append(seen, m.ID)
		if f := needText(at+".title", m.Title); f != nil {
			return f
		}
		sum = sum.Add(m.Percent)
	}
	if sum.Cmp(NewDecimal(100)) != 0 {
		return fault.Field("terms.milestones", "terms.milestones", "The shares of the milestones sum to %s; they must sum to 100.", sum)
	}
	return nil
}

// checkTimetable holds the notice against the policy of its rule set, at the
// moment of publication.
func (t *Tender) checkTimetable(now time.Time) *fault.Error {
	d := t.Notice.Timetable
	if !now.Before(d.Deadline) {
		return fault.Field("tender.deadline_passed", "timetable.deadline", "The deadline has passed.")
	}
	return t.Policy.CheckTimetable(rules.Timetable{
		Published: now, EnquiriesUntil: d.EnquiriesUntil, Deadline: d.Deadline,
		GraceMinutes: d.GraceMinutes, Opens: d.Opens, ValidityDays: t.Notice.ValidityDays,
		Facts: append(rules.Platform(), t.Notice.Circumstances...),
	})
}

// named refuses an id that is malformed or among those seen.
func named(path, id string, seen []string) *fault.Error {
	if !idForm.MatchString(id) {
		return fault.Field("notice.id", path+".id", "An id is 1 to 40 letters, digits, dots, dashes or underscores.")
	}
	if contains(seen, id) {
		return fault.Field("notice.id_twice", path+".id", "The id %q is used twice.", id)
	}
	return nil
}

func needText(path string, t text.Text) *fault.Error {
	if len(t) == 0 {
		return fault.Field("text.missing", path, "Fill this in.")
	}
	return t.Check(path, MaxTitle)
}

func contains[T comparable](list []T, x T) bool { return slices.Contains(list, x) }

func itoa(i int) string { return strconv.Itoa(i) }
