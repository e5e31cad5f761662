package people

import (
	"context"
	"slices"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
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
