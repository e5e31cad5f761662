package contract

import (
	"slices"

	"probity/tender/award"
	"probity/tender/cycle"
	"probity/tender/fault"
	"probity/tender/party"
)

// awardStands: the standstill is over and the award it rests on is in force.
func awardStands(c *Contract, s scene) *fault.Error {
	return fault.Unless(s.award.Stands(s.tender.Lot(c.Record.Lot)), "contract.no_award",
		"The lot is not awarded, or its standstill is not over.")
}

// awardFallen: the lot went another way before it was marked as contracted.
func awardFallen(c *Contract, s scene) *fault.Error {
	l := s.tender.Lot(c.Record.Lot)
	return fault.Unless(!s.award.Stands(l) && (l == nil || l.Contract != c.ID), "contract.award", "The award is in force.")
}

func notSuspended(c *Contract, s scene) *fault.Error {
	return s.tender.Clear(c.Record.Lot)
}

func unsigned(c *Contract, _ scene) *fault.Error {
	return fault.Unless(len(c.Signatures) == 0, "contract.signed", "One side has signed: the paper does not change any more.")
}

// once: a side signs once.
func once(side Side) cycle.Condition[*Contract, scene] {
	return func(c *Contract, _ scene) *fault.Error {
		return fault.Unless(c.Signed(side) == nil, "contract.signed_already", "Your side has signed already.")
	}
}

// other: the other side has signed before, so that this is the last signature.
func other(side Side) cycle.Condition[*Contract, scene] {
	return func(c *Contract, _ scene) *fault.Error {
		return fault.Unless(c.Signed(side) != nil, "contract.unsigned", "The other side has not signed yet.")
	}
}

// noClash: who drafted, or manages the contract, does not sign for the buyer.
func noClash(c *Contract, s scene) *fault.Error {
	if s.by.User == c.Drafted.User {
		return fault.New(fault.Conflict, "contract.same_person", "Somebody else than the one who drafted must sign.")
	}
	var has []party.Duty
	for _, d := range s.tender.Duties {
		if d.User == s.by.User {
			has = append(has, d.Duty)
		}
	}
	if err := party.Clash(has, party.DutyApprove, award.Lifted(s.tender)...); err != nil {
		return fault.From(err)
	}
	return nil
}

func securityAsked(c *Contract, _ scene) *fault.Error {
	return fault.Unless(c.Record.Security != nil, "contract.no_security", "This contract asks for no performance security.")
}

func securityGiven(c *Contract, _ scene) *fault.Error {
	return fault.Unless(c.Record.Security == nil || c.Guarantee != nil, "contract.security_missing",
		"The performance security has not been given yet.")
}

func securityHeld(c *Contract, _ scene) *fault.Error {
	return fault.Unless(c.Guarantee != nil && c.Guarantee.Returned.IsZero(), "contract.no_security",
		"There is no performance security to return.")
}

func noOpenChange(c *Contract, _ scene) *fault.Error {
	return fault.Unless(c.open() == nil, "change.open", "Another change is not settled yet.")
}

func someOpenChange(c *Contract, _ scene) *fault.Error {
	return fault.Unless(c.open() != nil, "change.none", "No change waits to be settled.")
}

func allDelivered(c *Contract, _ scene) *fault.Error {
	for _, m := range c.Milestones {
		if m.Status != Met && m.Status != PartiallyMet {
			return fault.New(fault.Conflict, "contract.undelivered", "Milestone %s has not been met.", m.ID)
		}
	}
	return nil
}

// someUnmet: what has been met stays so.
func someUnmet(c *Contract, _ scene) *fault.Error {
	unmet := slices.ContainsFunc(c.Milestones, func(m Milestone) bool { return m.Status != Met })
	return fault.Unless(unmet, "milestone.met", "Every milestone of this contract has been met.")
}

func someUncharged(c *Contract, _ scene) *fault.Error {
	over, err := c.Charged().Cmp(c.Value)
	return fault.Unless(err == nil && over < 0 && len(c.Invoices) < MaxEntries, "invoice.sum", "The whole value of the contract has been invoiced.")
}

func someUnpaid(c *Contract, _ scene) *fault.Error {
	if len(c.Invoices) == 0 {
		return fault.New(fault.Missing, "invoice.missing", "This contract has no such invoice.")
	}
	over, err := c.Paid().Cmp(c.Charged())
	return fault.Unless(err == nil && over < 0 && len(c.Payments) < MaxEntries, "payment.sum", "Every invoice of this contract has been paid.")
}

func someChangeLeft(c *Contract, _ scene) *fault.Error {
	return fault.Unless(len(c.Changes) < MaxChanges, "change.many", "This contract was changed as often as a contract can be.")
}

// agreesOnce: a side signs a change once.
func agreesOnce(side Side) cycle.Condition[*Contract, scene] {
	return func(c *Contract, _ scene) *fault.Error {
		return fault.Unless(!c.open().Signed(side), "contract.signed_already", "Your side has signed already.")
	}
}

func reasonGiven(_ *Contract, s scene) *fault.Error {
	if len(s.reason) > 0 {
		return nil
	}
	return fault.Field("contract.no_reason", "reason", "Say why.")
}
