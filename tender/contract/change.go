package contract

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// Change is a modification of a contract in force. It takes effect when both
// sides have signed it.
type Change struct {
	ID     string      `json:"id"`
	Code   string      `json:"code"` // of eForms modification-justification
	Reason tender.Text `json:"reason"`

	Lines      []Line      `json:"lines,omitempty"`      // new, or in place of those with their ids
	Removed    []string    `json:"removed,omitempty"`    // ids of lines
	Milestones []Milestone `json:"milestones,omitempty"` // all of them, as they are to be

	Before   tender.Money `json:"before"` // the value of the contract
	After    tender.Money `json:"after"`
	Proposed award.Word   `json:"proposed"`

	Signatures []Signature `json:"signatures,omitempty"`
	Rejected   *End        `json:"rejected,omitempty"`
}

// ChangeSigning is what each side signs, in the domain "contract".
type ChangeSigning struct {
	Kind     string `json:"kind"` // "contract-change"
	Contract string `json:"contract"`
	Change   string `json:"change"`
	Hash     string `json:"hash"` // hex H("contract-change", the change as proposed)
	Side     Side   `json:"side"`
}

// modifications are the codes of eForms modification-justification.
var modifications = []string{"add-wss", "mod-cir", "mod-minv", "mod-nons", "mod-repl", "mod-rev"}

// Agreed reports whether the change is in force.
func (x *Change) Agreed() bool { return len(x.Signatures) == 2 }

// Signed reports whether a side has signed the change.
func (x *Change) Signed(side Side) bool {
	return slices.ContainsFunc(x.Signatures, func(s Signature) bool { return s.Side == side })
}

// ChangeSigning returns the canonical bytes that a side signs.
func (c *Contract) ChangeSigning(x *Change, side Side) []byte {
	plain := *x
	plain.Signatures, plain.Rejected = nil, nil
	h := canon.Hash("contract-change", canon.Must(plain))
	return canon.Must(ChangeSigning{"contract-change", c.ID, x.ID, hex.EncodeToString(h[:]), side})
}

// open returns the change that waits to be settled, or nil.
func (c *Contract) open() *Change {
	if n := len(c.Changes); n > 0 && !c.Changes[n-1].Agreed() && c.Changes[n-1].Rejected == nil {
		return &c.Changes[n-1]
	}
	return nil
}

// Propose proposes a change. Of x, the code, reason, lines (without totals),
// removed lines and milestones are looked at; the sums are computed here.
func (s *Service) Propose(ctx context.Context, id string, by party.Actor, x Change) (*Contract, error) {
	return s.change(ctx, id, by, Propose, nil, func(c *Contract, sc scene) (map[string]any, error) {
		n, err := c.prepare(x)
		if err != nil {
			return nil, err
		}
		n.Proposed = award.Word{Person: award.PersonOf(by), At: sc.now}
		c.Changes = append(c.Changes, n)
		return map[string]any{"change": n}, nil
	})
}

// prepare computes a change and refuses one that cannot be.
func (c *Contract) prepare(x Change) (n Change, err error) {
	n = Change{ID: "c" + strconv.Itoa(len(c.Changes)+1), Code: x.Code, Lines: slices.Clone(x.Lines), Removed: x.Removed, Before: c.Value}
	if !slices.Contains(modifications, x.Code) {
		return n, fault.Field("change.code", "code", "Give a code of modification-justification such as mod-cir.")
	}
	if n.Reason, err = x.Reason.CleanLines("reason", MaxText); err != nil {
		return n, err
	}
	if len(c.Changes) == MaxChanges || len(n.Lines)+len(n.Removed) > MaxReplaced {
		return n, fault.New(fault.TooLarge, "change.size", "A contract has at most %d changes of %d lines each.", MaxChanges, MaxReplaced)
	}
	if err := c.price(&n); err != nil {
		return n, err
	}
	if n.Milestones, err = c.schedule(x.Milestones, n.After); err != nil {
		return n, err
	}
	return n, c.fits(&n)
}

// Trial is what a change would come to.
type Trial struct {
	Before  tender.Money `json:"before"`
	After   tender.Money `json:"after"`
	Lines   []Line       `json:"lines,omitempty"`   // those of the change, with totals
	Room    *Room        `json:"room,omitempty"`    // before the change
	Refusal string       `json:"refusal,omitempty"` // why it could not be proposed like this
}

// Try computes a change without proposing it. What keeps it from being
// proposed is part of the answer; a change whose lines make no sum is refused.
func (s *Service) Try(ctx context.Context, id string, by party.Actor, x Change) (*Trial, error) {
	c, err := s.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(by, party.ContractChange, c.Buyer, c.Supplier); err != nil {
		return nil, err
	}
	if len(x.Lines)+len(x.Removed) > MaxReplaced {
		return nil, fault.New(fault.TooLarge, "change.size", "A change has at most %d lines.", MaxReplaced)
	}
	n := Change{Lines: slices.Clone(x.Lines), Removed: x.Removed, Before: c.Value}
	if err := c.price(&n); err != nil {
		return nil, err
	}
	t := &Trial{Before: n.Before, After: n.After, Lines: n.Lines, Room: c.Room()}
	if _, err := c.prepare(x); err != nil {
		t.Refusal = fault.From(err).Text
	}
	return t, nil
}

// Waiting returns the change that waits to be settled, or nil.
func (c *Contract) Waiting() *Change { return c.open() }

// Agree takes one side's signature over the open change. With the second one
// the change is in force.
func (s *Service) Agree(ctx context.Context, id, change string, by party.Actor, sig sign.Signature) (*Contract, error) {
	return s.change(ctx, id, by, Agree, nil, func(c *Contract, sc scene) (map[string]any, error) {
		x, side := c.open(), side(by)
		if x.ID != change {
			return nil, fault.New(fault.Conflict, "change.none", "This change does not wait to be settled.")
		}
		if err := s.Devices.Verify(ctx, by.User, sign.Contract, c.ChangeSigning(x, side), sig); err != nil {
			return nil, err
		}
		if err := c.fits(x); err != nil {
			return nil, err
		}
		x.Signatures = append(x.Signatures, Signature{side, award.Word{Person: award.PersonOf(by), At: sc.now}, sig})
		data := map[string]any{"change": x.ID, "side": side, "signature": sig}
		if x.Agreed() {
			c.Items, c.Value = c.with(x), x.After
			if len(x.Milestones) > 0 {
				c.Milestones = x.Milestones
			}
			data["value"] = c.Value
		}
		return data, nil
	})
}

// Reject ends the open change, by either side.
func (s *Service) Reject(ctx context.Context, id, change string, by party.Actor, reason tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Reject, reason, func(c *Contract, sc scene) (map[string]any, error) {
		x := c.open()
		if x.ID != change {
			return nil, fault.New(fault.Conflict, "change.none", "This change does not wait to be settled.")
		}
		reason, err := sc.reason.CleanLines("reason", MaxText)
		x.Rejected = &End{award.Word{Person: award.PersonOf(by), At: sc.now}, reason}
		return map[string]any{"change": x.ID, "reason": reason}, err
	})
}
