package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Buyer returns an organisation that may buy now, as papers name it. It is what
// tender.Buyers asks for.
func (s *Service) Buyer(ctx context.Context, org string) (tender.OrgName, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return tender.OrgName{}, err
	}
	return s.fit(ctx, org, party.KindBuyer, now)
}

// Supplier returns a supplier whose claim is confirmed, as papers name it. A
// debarred one may still ask and complain.
func (s *Service) Supplier(ctx context.Context, org string) (tender.OrgName, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return tender.OrgName{}, err
	}
	name, err := s.fit(ctx, org, party.KindSupplier, now)
	if fault.Coded(err, "organisation.debarred") {
		return name, nil
	}
	return name, err
}

// Bidders tells who may bid.
type Bidders struct{ Service *Service }

// Supplier returns a supplier that may bid at now: its claim is confirmed and
// it is not debarred.
func (b Bidders) Supplier(ctx context.Context, org string, now time.Time) (tender.OrgName, error) {
	return b.Service.fit(ctx, org, party.KindSupplier, now)
}

// fit returns the organisation also with the fault that it is debarred.
func (s *Service) fit(ctx context.Context, org string, kind party.OrgKind, now time.Time) (tender.OrgName, error) {
	o, err := s.Orgs.Get(ctx, org)
	if err != nil {
		return tender.OrgName{}, err
	}
	if o.Kind != kind {
		return tender.OrgName{}, fault.New(fault.Conflict, "organisation.kind", "This organisation is not of the kind %q.", kind)
	}
	return tender.OrgName{ID: o.ID, Name: o.Name, Identifier: o.Identifier()}, o.Fit(now)
}

// Org shows an organisation. One without any confirmed claim is known to its
// members and to those who settle claims only. The rest is public, so no scope
// of a token is asked for.
func (s *Service) Org(ctx context.Context, by party.Actor, org string) (*party.Organisation, error) {
	o, err := s.Orgs.Get(ctx, org)
	if err != nil {
		return nil, err
	}
	if !visible(by, o) {
		return nil, fault.New(fault.Missing, "organisation.missing", "There is no such organisation.")
	}
	return o, nil
}

func visible(by party.Actor, o *party.Organisation) bool {
	known := slices.ContainsFunc(o.Claims, func(c party.Claim) bool { return c.State != party.Unconfirmed && c.State != party.Refused })
	return known || by.Org == o.ID || party.Allowed(by, party.OrgConfirm) == nil || party.Allowed(by, party.OrgReadEvidence, o.ID) == nil
}

// Evidence shows on what grounds the claims of an organisation were settled.
func (s *Service) Evidence(ctx context.Context, by party.Actor, org, reason string) (*party.Organisation, error) {
	if err := party.Allowed(by, party.OrgReadEvidence, org); err != nil {
		return nil, hide(err, "organisation")
	}
	o, err := s.Orgs.Get(ctx, org)
	if err != nil {
		return nil, err
	}
	return o, s.Read(ctx, by, Reading{party.OrgReadEvidence, "", "organisation/" + org, reason})
}

// ListOrgs lists organisations that by may know of, of one kind, by age. A page
// can be shorter than asked for.
func (s *Service) ListOrgs(ctx context.Context, by party.Actor, kind party.OrgKind, after string, limit int) ([]*party.Organisation, string, error) {
	list, next, err := s.Orgs.Find(ctx, store.Query{Index: "kind", Eq: []any{string(kind)}, After: after, Limit: limit})
	list = slices.DeleteFunc(list, func(o *party.Organisation) bool { return !visible(by, o) })
	return list, next, err
}

// searchMost is how many organisations one search looks at; the cursor goes on.
const searchMost = 2000

// SearchOrgs lists organisations that by may know of and whose name, in any
// language, or an identifier holds the words of the query. It looks at so many
// of a kind, oldest first; next says where to go on.
func (s *Service) SearchOrgs(ctx context.Context, by party.Actor, kind party.OrgKind, query, after string, limit int) (found []*party.Organisation, next string, err error) {
	words := strings.Fields(text.Key(query))
	for looked := 0; looked < searchMost && len(found) < limit; {
		var page []*party.Organisation
		page, next, err = s.ListOrgs(ctx, by, kind, after, 100)
		if err != nil {
			return nil, "", err
		}
		for _, o := range page {
			if hasWords(o, words) {
				found = append(found, o)
			}
		}
		looked += 100
		if after = next; next == "" {
			break
		}
	}
	return found, next, nil
}

func hasWords(o *party.Organisation, words []string) bool {
	var all []string
	for _, lang := range o.Name.Languages() {
		all = append(all, o.Name[lang])
	}
	for _, c := range o.Claims {
		all = append(all, c.Key(), c.LegalName)
	}
	hay := text.Key(strings.Join(all, " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) })
}

// OrgsOf lists the organisations in which the person of a session or token has a
// place, confirmed or not, in the order of the places.
func (s *Service) OrgsOf(ctx context.Context, by party.Actor) ([]*party.Organisation, error) {
	if !by.SignedIn() {
		return nil, errTicket
	}
	u, err := s.Users.Get(ctx, by.User)
	if err != nil {
		return nil, err
	}
	list := []*party.Organisation{}
	for _, id := range u.Orgs() {
		if by.Scopes != nil && id != by.Org {
			continue // a token is for one place
		}
		o, err := s.Orgs.Get(ctx, id)
		switch {
		case fault.Coded(err, "organisation.missing"): // its registration broke off; sending it again heals it
		case err != nil:
			return nil, err
		default:
			list = append(list, o)
		}
	}
	return list, nil
}

// Waiting lists organisations with claims that wait to be settled, oldest first.
func (s *Service) Waiting(ctx context.Context, by party.Actor, after string, limit int) ([]*party.Organisation, string, error) {
	if err := party.Allowed(by, party.OrgConfirm); err != nil {
		return nil, "", err
	}
	return s.Orgs.Find(ctx, store.Query{Index: "waiting", Eq: []any{"yes"}, After: after, Limit: limit})
}

// Profile is what an organisation says about itself and may change.
type Profile struct {
	Name    text.Text
	Address party.Address
	Contact party.Contact
	Owners  []party.Owner
}

// EditOrg replaces the profile. version is the one that the person saw.
func (s *Service) EditOrg(ctx context.Context, by party.Actor, org string, version int64, p Profile) (*party.Organisation, error) {
	return s.changeOrg(ctx, by, party.OrgEdit, org, version, func(o *party.Organisation) (event.Event, error) {
		o.Name, o.Address, o.Contact, o.Owners = p.Name, p.Address, p.Contact, p.Owners
		if err := o.Clean(); err != nil {
			return event.Event{}, err
		}
		now, err := s.Engine.Time(ctx)
		owners := o.Owners
		if owners == nil {
			owners = []party.Owner{}
		}
		return s.fact("organisation.edit", by, now, map[string]any{
			"organisation": o.ID, "name": o.Name, "address": o.Address, "owners": owners}), err
	})
}

// Claim adds an identifier that the organisation says is its own.
func (s *Service) Claim(ctx context.Context, by party.Actor, org string, version int64, id party.Identifier) (*party.Organisation, error) {
	return s.changeOrg(ctx, by, party.OrgEdit, org, version, func(o *party.Organisation) (event.Event, error) {
		now, err := s.Engine.Time(ctx)
		if err != nil {
			return event.Event{}, err
		}
		return o.AddClaim("identifier", id, by, now)
	})
}

// Settle takes a step on a claim. Confirming one asks the register too, where
// there is one, and keeps its answer as evidence.
func (s *Service) Settle(ctx context.Context, version int64, org string, f party.Finding) (*party.Organisation, error) {
	right := party.OrgConfirm
	if f.Step == party.RenewClaim {
		right = party.OrgEdit
	}
	o, err := s.changeOrg(ctx, f.By, right, org, version, func(o *party.Organisation) (event.Event, error) {
		now, err := s.Engine.Time(ctx)
		if err != nil {
			return event.Event{}, err
		}
		f.At = now
		if f.Step == party.ConfirmClaim {
			s.askRegister(ctx, o, &f)
		}
		return o.Settle(f)
	})
	if fault.Coded(err, "organisation.taken") {
		return nil, fault.New(fault.Conflict, "claim.taken", "Another organisation has this identifier, confirmed. Settle that first.")
	}
	return o, err
}

// askRegister adds what the register says to the evidence. A register that
// cannot be asked does not hold up the administrator, whose evidence counts.
func (s *Service) askRegister(ctx context.Context, o *party.Organisation, f *party.Finding) {
	i := slices.IndexFunc(o.Claims, func(c party.Claim) bool { return c.Key() == f.Claim })
	if s.Official == nil || i < 0 {
		return
	}
	said := "The register has no such entry."
	switch name, ok, err := s.Official.Lookup(ctx, o.Claims[i].Identifier); {
	case err != nil:
		said = "The register could not be asked."
	case ok:
		clean, err := text.Clean("register", name, 400)
		if err != nil {
			clean = "(a name that cannot be shown)"
		}
		said = "The register has this entry under the name: " + clean
	}
	f.Evidence = append(slices.Clone(f.Evidence), party.Evidence{Kind: "register", Text: said})
}

// Debar keeps a supplier from bidding.
func (s *Service) Debar(ctx context.Context, by party.Actor, org string, version int64, d party.Debarment) (*party.Organisation, error) {
	return s.changeOrg(ctx, by, party.OrgDebar, org, version, func(o *party.Organisation) (event.Event, error) {
		now, err := s.Clock.Now(ctx)
		if err != nil {
			return event.Event{}, err
		}
		if d.From.IsZero() {
			d.From = now
		}
		return o.Debar(d, by, now)
	})
}

// LiftDebarment ends the n-th debarment before its time.
func (s *Service) LiftDebarment(ctx context.Context, by party.Actor, org string, version int64, n int, reason string) (*party.Organisation, error) {
	return s.changeOrg(ctx, by, party.OrgDebar, org, version, func(o *party.Organisation) (event.Event, error) {
		now, err := s.Clock.Now(ctx)
		if err != nil {
			return event.Event{}, err
		}
		return o.LiftDebarment(n, reason, by, now)
	})
}

// changeOrg loads an organisation as the person saw it, checks the right,
// changes it and stores it with the fact.
func (s *Service) changeOrg(ctx context.Context, by party.Actor, right party.Action, org string, version int64, f func(*party.Organisation) (event.Event, error)) (*party.Organisation, error) {
	if err := party.Allowed(by, right, by.Org); err != nil {
		return nil, err
	}
	o, err := s.Org(ctx, by, org)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(by, right, org); err != nil {
		return nil, err
	}
	if version != o.Version {
		return nil, fault.New(fault.Stale, "organisation.stale", "Somebody changed this organisation meanwhile. Look again.")
	}
	fact, err := f(o)
	if err != nil {
		return nil, err
	}
	return o, s.Orgs.Put(ctx, o, fact)
}
