package tender

import (
	"context"
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// Sealing makes and checks opener manifests. Package bidding/seal owns their
// form.
type Sealing interface {
	// Manifest returns the canonical manifest of t for these openers and its
	// hash in hex, or an Invalid fault for keys that must not be used.
	Manifest(t *Tender, o Openers) (manifest, hash string, err error)

	// Extension returns the record of t's deadline and opening as they now stand.
	Extension(t *Tender) (string, error)

	// Consent returns what the opener signs about the manifest.
	Consent(manifest, opener string) ([]byte, error)
}

// Devices checks what people sign with their registered device keys.
type Devices interface {
	// Verify refuses s unless it is user's, by a key that is not revoked, over
	// H(domain, record).
	Verify(ctx context.Context, user string, domain sign.Domain, record []byte, s sign.Signature) error
}

// check finds what is wrong with a committee before its keys are there: what
// would keep its manifest from being drawn once they are.
func (o Openers) check() *fault.Error {
	if len(o.Groups) == 0 || len(o.Groups) > 8 {
		return fault.Field("openers.groups", "openers", "Name 1 to 8 groups of openers.")
	}
	var users, names []string
	for i, g := range o.Groups {
		at := "openers.groups[" + itoa(i) + "]"
		if g.K < 1 || g.K > len(g.Members) || len(g.Members) > 255 {
			return fault.Field("openers.threshold", at+".k", "The threshold is between 1 and the number of openers.")
		}
		if !idForm.MatchString(g.Name) || contains(names, g.Name) {
			return fault.Field("openers.name", at+".name", "Give the group a short name of its own.")
		}
		names = append(names, g.Name)
		for j, m := range g.Members {
			if contains(users, m.User) {
				return fault.Field("openers.twice", at, "%s is named twice.", m.Name)
			}
			if f := checkPerson("openers.member", at+".members["+itoa(j)+"]", m.User, m.Name); f != nil {
				return f
			}
			users = append(users, m.User)
		}
	}
	return nil
}

// signed tells what is missing before bids can be sealed for these openers.
func (o Openers) signed() *fault.Error {
	for _, g := range o.Groups {
		for _, m := range g.Members {
			if !m.Ready() {
				return fault.New(fault.Conflict, "openers.key_missing", "%s has not given a key yet.", m.Name)
			}
			if m.Signature == nil {
				return fault.New(fault.Conflict, "openers.signature_missing", "%s has not signed the manifest yet.", m.Name)
			}
		}
	}
	return fault.Unless(o.Manifest != "", "openers.no_manifest", "There is no opener manifest yet.")
}

// member returns the opener, or nil.
func (o *Openers) member(user string) *Opener {
	for i := range o.Groups {
		for j := range o.Groups[i].Members {
			if o.Groups[i].Members[j].User == user {
				return &o.Groups[i].Members[j]
			}
		}
	}
	return nil
}

// complete reports whether every opener has given a key.
func (o Openers) complete() bool {
	for _, g := range o.Groups {
		for _, m := range g.Members {
			if !m.Ready() {
				return false
			}
		}
	}
	return len(o.Groups) > 0
}

// vacant copies groups without keys and signatures: those are given by the
// openers themselves, never by who names them.
func vacant(groups []OpenerGroup) []OpenerGroup {
	list := slices.Clone(groups)
	for i := range list {
		list[i].Members = slices.Clone(list[i].Members)
		for j := range list[i].Members {
			m := &list[i].Members[j]
			m.Key, m.Signature, m.Destroyed = "", nil, time.Time{}
		}
	}
	return list
}

// ReplaceOpeners names new openers while bids still come in, because too few
// of the old can act. Once all have signed, Reseal puts them in force; bids
// made for the old ones must then be made anew.
func (s *Service) ReplaceOpeners(ctx context.Context, id string, by party.Actor, groups []OpenerGroup) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderAmend, naming(by, groups))
}

// ReplaceOpenersSeen is ReplaceOpeners for an officer who is not alone: version
// is the one that the officer saw, so that nobody's list is replaced unseen.
func (s *Service) ReplaceOpenersSeen(ctx context.Context, id string, version int64, by party.Actor, groups []OpenerGroup) (*Tender, error) {
	return s.changeSeen(ctx, id, version, by, party.TenderAmend, naming(by, groups))
}

// naming is the change by which new openers are named.
func naming(by party.Actor, groups []OpenerGroup) edit {
	return func(t *Tender, ask Ask) ([]event.Event, error) {
		if t.Phase != Published {
			return nil, fault.New(fault.Conflict, "tender.phase", "Openers are replaced only while bids come in.")
		}
		next := Openers{Groups: vacant(groups)}
		if f := next.check(); f != nil {
			return nil, f
		}
		for _, g := range next.Groups {
			for _, m := range g.Members {
				if err := t.take(m.User, g.duty()); err != nil {
					return nil, err
				}
			}
		}
		t.Next = &next
		return []event.Event{event.New("tender.openers-named", t.ID, by.ID(), ask.Now, map[string]any{"groups": next.Groups})}, nil
	}
}
