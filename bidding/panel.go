package bidding

import (
	"context"
	"errors"
	"slices"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
	"probity/tender/text"
)

const (
	panelKind = "panel"
	sheetKind = "sheet"
)

// Panel is the evaluators of a tender and what they have declared. Nobody is
// shown anything of a bid before they have.
type Panel struct {
	store.Root // ID is the tender's

	Declared []Declaration `json:"declared"`
}

// Keys make panels searchable by tender.
func (p *Panel) Keys() store.Keys { return store.Keys{"tender": p.ID} }

// Declaration is one evaluator's word about their interests.
type Declaration struct {
	User      string         `json:"user"`
	Name      string         `json:"name"`
	Conflicts []string       `json:"conflicts,omitempty"` // bidders with whom there is one
	Statement string         `json:"statement"`
	At        time.Time      `json:"at"`
	Signature sign.Signature `json:"signature"`
}

// DeclarationRecord is what an evaluator signs (domain "declare").
type DeclarationRecord struct {
	Conflicts []string `json:"conflicts"`
	Kind      string   `json:"kind"` // "declare"
	Statement string   `json:"statement"`
	Tender    string   `json:"tender"`
	User      string   `json:"user"`
}

// Bytes returns the canonical bytes that are signed.
func (r DeclarationRecord) Bytes() []byte {
	r.Kind, r.Conflicts = "declare", append([]string{}, r.Conflicts...)
	return canon.Must(r)
}

// of returns what user has declared, or nil.
func (p *Panel) of(user string) *Declaration {
	for i := range p.Declared {
		if p.Declared[i].User == user {
			return &p.Declared[i]
		}
	}
	return nil
}

// Declare records an evaluator's interests. It is said once; an evaluator with
// a conflict is out, and somebody else is named.
func (s *Judging) Declare(ctx context.Context, by party.Actor, id string, r DeclarationRecord, sig sign.Signature) (*Panel, error) {
	t, now, err := s.may(ctx, by, id, party.EvaluationDeclare)
	if err != nil {
		return nil, err
	}
	if !t.Has(by.User, party.DutyEvaluate) {
		return nil, fault.New(fault.Denied, "evaluation.stranger", "You are not an evaluator of this tender.")
	}
	if r.Tender != id || r.User != by.User {
		return nil, fault.New(fault.Invalid, "evaluation.declaration", "The declaration is about another tender or person.")
	}
	if f := text.CheckLine("statement", r.Statement, tender.MaxText); f != nil {
		return nil, f
	}
	if err := s.Devices.Verify(ctx, by.User, sign.Declare, r.Bytes(), sig); err != nil {
		return nil, err
	}
	for {
		p, err := s.panel(ctx, id)
		if err != nil {
			return nil, err
		}
		if p.of(by.User) != nil {
			return nil, fault.New(fault.Conflict, "evaluation.declared", "You have declared your interests already.")
		}
		p.Declared = append(p.Declared, Declaration{by.User, by.Name, r.Conflicts, r.Statement, now, sig})
		fact := event.New("evaluation.declare", id, by.ID(), now, map[string]any{"declaration": rawJSON(r.Bytes()), "signature": sig})
		err = s.Panels.Put(ctx, p, fact)
		if fault.From(err).Kind == fault.Stale || fault.From(err).Code == "panel.taken" {
			continue
		}
		return p, err
	}
}

// panel returns the tender's panel, new if nobody has declared yet.
func (s *Judging) panel(ctx context.Context, id string) (*Panel, error) {
	p, err := s.Panels.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "panel.missing"}) {
		return &Panel{Root: store.Root{ID: id}}, nil
	}
	return p, err
}

// Cleared refuses whoever has not declared, or has declared a conflict. It
// stands before everything an evaluator is shown of bids.
func (s *Judging) Cleared(ctx context.Context, by party.Actor, t *tender.Tender) error {
	if by.Role != party.RoleEvaluator {
		return nil
	}
	if !t.Has(by.User, party.DutyEvaluate) {
		return fault.New(fault.Denied, "evaluation.stranger", "You are not an evaluator of this tender.")
	}
	p, err := s.panel(ctx, t.ID)
	if err != nil {
		return err
	}
	d := p.of(by.User)
	switch {
	case d == nil:
		return fault.New(fault.Denied, "evaluation.undeclared", "Declare your interests first.")
	case len(d.Conflicts) > 0:
		return fault.New(fault.Denied, "evaluation.conflict", "You have declared a conflict of interest.")
	}
	return nil
}

// evaluators lists who of the panel judges: all named who have declared
// without a conflict. It refuses while somebody has not declared.
func (s *Judging) evaluators(ctx context.Context, t *tender.Tender) ([]string, error) {
	p, err := s.panel(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, m := range t.Panel {
		d := p.of(m.User)
		if d == nil {
			return nil, fault.New(fault.Conflict, "evaluation.undeclared", "%s has not declared their interests yet.", m.Name)
		}
		if len(d.Conflicts) == 0 {
			list = append(list, m.User)
		}
	}
	if len(list) < t.Policy.Committee.Min {
		return nil, fault.New(fault.Conflict, "evaluation.panel_small", "The panel needs %d members without a conflict; it has %d.", t.Policy.Committee.Min, len(list))
	}
	slices.Sort(list)
	return list, nil
}
