package tender

import (
	"regexp"
	"slices"
	"strconv"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/rules"
	"probity/tender/text"
)

// Limits of a notice. They bound what a page has to show and a fact to hold.
const (
	MaxLots         = 500
	MaxItems        = 5000 // over all lots
	MaxRequirements = 500
	MaxDocuments    = 500
	MaxVersions     = 200   // of one document
	MaxValidity     = 730   // days that bids and their securities hold
	MaxName         = 200   // characters of a person's name
	MaxTitle        = 300   // characters
	MaxText         = 20000 // characters
)

var (
	idForm   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,38}[A-Za-z0-9_-])?$`) // a part of paths: no dot at an end
	planForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$`)
	unitForm = regexp.MustCompile(`^[A-Z0-9]{1,8}$`)
)

// Check finds what keeps a notice from being submitted for approval. It looks
// at the notice alone; dates are compared with the rule set at publication.
func (n *Notice) Check() *fault.Error {
	for _, part := range n.parts() {
		if f := part(); f != nil {
			return f
		}
	}
	return nil
}

// parts lists the checks of a notice, each of one part of it.
func (n *Notice) parts() []func() *fault.Error {
	return []func() *fault.Error{
		n.checkHead, n.checkLanguages, n.checkAmounts, n.checkLots, n.checkRequirements, n.checkDocuments, n.checkDates, n.checkTerms, n.checkForm,
	}
}

// checkForm refuses what cannot be hashed, signed and logged. What comes in as
// JSON and has passed the other checks never fails here.
func (n *Notice) checkForm() *fault.Error {
	if _, err := canon.Marshal(n); err != nil {
		return fault.New(fault.Invalid, "notice.form", "The notice holds something that cannot be written down exactly.").Because(err)
	}
	return nil
}

func (n *Notice) checkHead() *fault.Error {
	if f := needLine("title", n.Title); f != nil {
		return f
	}
	if f := n.Description.Check("description", MaxText); f != nil {
		return f
	}
	if n.Reference != "" {
		if f := text.CheckLine("reference", n.Reference, MaxName); f != nil {
			return f
		}
	}
	if f := n.Classification.Check("classification"); f != nil {
		return f
	}
	if !slices.Contains([]Category{Goods, Works, Services}, n.Category) {
		return fault.Field("notice.category", "category", "Say goods, works or services.")
	}
	if p := n.Planned; p != nil && (!planForm.MatchString(p.Plan) || !idForm.MatchString(p.Entry)) {
		return notPlanned()
	}
	if n.Envelopes != OneEnvelope && n.Envelopes != TwoEnvelopes {
		return fault.Field("notice.envelopes", "envelopes", "Say one or two envelopes.")
	}
	for i, c := range n.Circumstances {
		if !slices.Contains(rules.Facts(), c) || contains(n.Circumstances[:i], c) {
			return fault.Field("notice.circumstances", "circumstances", "%.40q is no circumstance that shortens a period, or there twice.", c)
		}
	}
	return nil
}

func (n *Notice) checkLanguages() *fault.Error {
	if len(n.Languages) == 0 || len(n.Languages) > text.MaxLanguages {
		return fault.Field("notice.languages", "languages", "Name the languages in which bids may be written, up to %d.", text.MaxLanguages)
	}
	for i, l := range n.Languages {
		if err := text.CheckTag("languages", l); err != nil {
			return fault.From(err)
		}
		if contains(n.Languages[:i], l) {
			return fault.Field("notice.languages", "languages", "The language %s is named twice.", l)
		}
	}
	return nil
}

func (n *Notice) checkAmounts() *fault.Error {
	if !n.Currency.Valid() {
		return fault.Field("money.currency", "currency", "This is not a currency of ISO 4217.")
	}
	for _, x := range []struct {
		path  string
		value *Money
	}{{"value", n.Value}, {"budget", n.Budget}, {"terms.performanceSecurity", n.Terms.SecurityAmount}} {
		if x.value != nil && (x.value.Currency != n.Currency || x.value.Minor < 0) {
			return fault.Field("money.currency", x.path, "This amount must be in %s and not negative.", n.Currency)
		}
	}
	switch s := n.Security; {
	case s == nil:
		return nil
	case s.Days < 0 || s.Days > MaxValidity:
		return fault.Field("notice.security", "security.days", "A bid security is valid for up to %d days after the deadline.", MaxValidity)
	case s.Amount.Currency != n.Currency || s.Amount.Minor <= 0:
		return fault.Field("money.currency", "security.amount", "The bid security must be an amount in %s.", n.Currency)
	}
	return nil
}

// Check reads a code of a list, which may be left out whole. Which codes there
// are is the list's affair.
func (c Classification) Check(path string) *fault.Error {
	switch {
	case c.Scheme == "" && c.ID == "" && len(c.Description) == 0:
		return nil
	case !idForm.MatchString(c.Scheme) || !idForm.MatchString(c.ID):
		return fault.Field("notice.classification", path, "Give the list and the code in it, each of up to 40 letters, digits, dots, dashes or underscores.")
	}
	return c.Description.CheckLine(path+".description", MaxTitle)
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
		if f := needLine(at+".title", r.Title); f != nil {
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

// named refuses an id that is malformed or among those seen.
func named(path, id string, seen []string) *fault.Error {
	if !idForm.MatchString(id) {
		return fault.Field("notice.id", path+".id", "An id is 1 to 40 letters, digits, dots, dashes or underscores, and does not end with a dot.")
	}
	if contains(seen, id) {
		return twice(path, id)
	}
	return nil
}

func twice(path, id string) *fault.Error {
	return fault.Field("notice.id_twice", path+".id", "The id %q is used twice.", id)
}

func missing(path string) *fault.Error { return fault.Field("text.missing", path, "Fill this in.") }

// needLine wants a title: one line in at least one language.
func needLine(path string, t text.Text) *fault.Error {
	if len(t) == 0 {
		return missing(path)
	}
	return t.CheckLine(path, MaxTitle)
}

func contains[T comparable](list []T, x T) bool { return slices.Contains(list, x) }

func itoa(i int) string { return strconv.Itoa(i) }
