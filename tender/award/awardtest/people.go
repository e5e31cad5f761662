// Package awardtest is a procedure for tests of what comes after its notice:
// enquiries, awards, complaints, contracts. It runs on the engine that it is
// given, with real tenders, rule sets and device keys; only the evaluation, the
// register of organisations and the drawing of papers stand in for others.
//
// Start with [New].
package awardtest

import (
	"context"
	"crypto/sha256"
	"testing"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// The organisations.
const (
	Buyer      = "org-buyer"
	OtherBuyer = "org-other-buyer"
	Alpha      = "org-alpha" // ranked first
	Beta       = "org-beta"  // ranked second
	Gamma      = "org-gamma" // excluded
	Stranger   = "org-stranger"
	Review     = "org-review"
	Oversight  = "org-oversight"
)

func actor(user, org string, kind party.OrgKind, role party.Role) party.Actor {
	return party.Actor{User: user, Name: "Name of " + user, Org: org, OrgKind: kind, Role: role}
}

// The people of the procedure.
var (
	Officer         = actor("u-officer", Buyer, party.KindBuyer, party.RoleOfficer)
	Approver        = actor("u-approver", Buyer, party.KindBuyer, party.RoleApprover)
	Opener          = actor("u-opener", Buyer, party.KindBuyer, party.RoleOpener)
	Evaluator       = actor("u-evaluator", Buyer, party.KindBuyer, party.RoleEvaluator)
	ContractManager = actor("u-manager", Buyer, party.KindBuyer, party.RoleContractManager)
	BuyersAuditor   = actor("u-buyers-auditor", Buyer, party.KindBuyer, party.RoleAuditor)
	BuyersAdmin     = actor("u-buyers-admin", Buyer, party.KindBuyer, party.RoleAdministrator)
	OtherOfficer    = actor("u-other-officer", OtherBuyer, party.KindBuyer, party.RoleOfficer)
	OtherApprover   = actor("u-other-approver", OtherBuyer, party.KindBuyer, party.RoleApprover)
	AlphasRep       = actor("u-alpha", Alpha, party.KindSupplier, party.RoleRepresentative)
	BetasRep        = actor("u-beta", Beta, party.KindSupplier, party.RoleRepresentative)
	GammasRep       = actor("u-gamma", Gamma, party.KindSupplier, party.RoleRepresentative)
	StrangersRep    = actor("u-stranger", Stranger, party.KindSupplier, party.RoleRepresentative)
	Reviewer        = actor("u-reviewer", Review, party.KindReview, party.RoleReviewer)
	Auditor         = actor("u-auditor", Oversight, party.KindOversight, party.RoleAuditor)
	Guardian        = actor("u-guardian", Oversight, party.KindOversight, party.RoleOpener)
	OutsideApprover = actor("u-outside-approver", Oversight, party.KindOversight, party.RoleApprover)
	Administrator   = actor("u-admin", Oversight, party.KindOversight, party.RoleAdministrator)
)

// Everybody lists one actor of every kind, for walks over all of them.
func Everybody() []party.Actor {
	return []party.Actor{
		Officer, Approver, Opener, Evaluator, ContractManager, BuyersAuditor, BuyersAdmin, OtherOfficer,
		OtherApprover, AlphasRep, BetasRep, GammasRep, StrangersRep, Reviewer, Auditor, Guardian,
		OutsideApprover, Administrator, party.ClockActor, party.PublicActor, {},
	}
}

// Devices knows the device key of every person.
type Devices struct{}

// Key returns the device key of a person.
func Key(user string) *sign.Private { return sign.FromSeed(sha256.Sum256([]byte(user))) }

// Signature returns by's signature over record.
func Signature(t testing.TB, by party.Actor, domain sign.Domain, record []byte) sign.Signature {
	t.Helper()
	s, err := Key(by.User).Sign(domain, record)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Verify refuses what user's key has not signed.
func (Devices) Verify(_ context.Context, user string, domain sign.Domain, record []byte, s sign.Signature) error {
	return sign.Verify(Key(user).Key(), domain, record, s)
}

// Register knows the organisations. Those in Unconfirmed have claimed to be
// what nobody has confirmed.
type Register struct{ Unconfirmed []string }

// Name is how papers name an organisation.
func Name(org string) tender.OrgName {
	return tender.OrgName{
		ID: org, Name: tender.Text{"en": "Name of " + org},
		Identifier: party.Identifier{Scheme: "XX-TEST", ID: org, LegalName: "Name of " + org},
	}
}

// Supplier returns the organisation if its claim is confirmed.
func (r *Register) Supplier(_ context.Context, org string) (tender.OrgName, error) {
	for _, u := range r.Unconfirmed {
		if u == org {
			return tender.OrgName{}, fault.New(fault.Conflict, "org.unconfirmed", "This organisation is not confirmed.")
		}
	}
	return Name(org), nil
}

// Buyer returns the organisation.
func (r *Register) Buyer(ctx context.Context, org string) (tender.OrgName, error) {
	return r.Supplier(ctx, org)
}

// HasBid reports whether org has bid: all have but the stranger.
func (r *Register) HasBid(_ context.Context, _, _, org string) (bool, error) {
	return org != Stranger, nil
}
