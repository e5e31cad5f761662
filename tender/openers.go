package tender

import (
	"context"
	"slices"

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
			if m.Key == "" {
				return fault.New(fault.Conflict, "openers.key_missing", "%s has not given a key yet.", m.Name)
			}
			if m.Signature == nil {
				return fault.New(fault.Conflict, "openers.signature_missing", "%s has not signed the manifest yet.", m.Name)
			}
		}
	}
	return unless(o.Manifest != "", "openers.no_manifest", "There is no opener manifest yet.")
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
			if m.Key == "" {
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
			list[i].Members[j].Key, list[i].Members[j].Signature = "", nil
		}
	}
	return list
}

// forget drops signatures and manifest: a changed notice, or another key, needs
// new ones. The keys stay.
func (o *Openers) forget() {
	o.Manifest, o.Hash = "", ""
	for i := range o.Groups {
		for j := range o.Groups[i].Members {
			o.Groups[i].Members[j].Signature = nil
		}
	}
}

// making is the set of openers that keys and signatures are collected for.
func (t *Tender) making() (*Openers, error) {
	switch {
	case t.Phase == Published && t.Next != nil:
		return t.Next, nil
	case t.Phase == Draft || t.Phase == Submitted || t.Phase == Approved:
		return &t.Openers, nil
	}
	return nil, fault.New(fault.Conflict, "tender.phase", "The openers of a tender that is %s do not change.", t.Phase)
}

// GiveKey registers the key that an opener has made for this procedure alone.
func (s *Service) GiveKey(ctx context.Context, id string, by party.Actor, key string) (*Tender, error) {
	return s.change(ctx, id, by, party.OpeningKey, func(t *Tender, ask Ask) ([]event.Event, error) {
		o, err := t.making()
		if err != nil {
			return nil, err
		}
		m := o.member(by.User)
		if m == nil {
			return nil, fault.New(fault.Denied, "openers.stranger", "You are not named as an opener of this tender.")
		}
		m.Key = key
		o.forget()
		if err := s.draw(t, o); err != nil {
			return nil, err
		}
		return []event.Event{event.New("opener.key", t.ID, by.ID(), ask.Now, map[string]any{"opener": by.User, "key": key})}, nil
	})
}

// draw makes the manifest once the notice is frozen and every key is there.
func (s *Service) draw(t *Tender, o *Openers) error {
	if !o.complete() || t.Phase == Draft || t.Phase == Submitted {
		return nil
	}
	var err error
	o.Manifest, o.Hash, err = s.Sealing.Manifest(t, *o)
	return err
}

// SignManifest records an opener's word that the manifest names its own key.
func (s *Service) SignManifest(ctx context.Context, id string, by party.Actor, sig sign.Signature) (*Tender, error) {
	return s.change(ctx, id, by, party.OpeningKey, func(t *Tender, ask Ask) ([]event.Event, error) {
		o, err := t.making()
		if err != nil {
			return nil, err
		}
		m := o.member(by.User)
		if m == nil {
			return nil, fault.New(fault.Denied, "openers.stranger", "You are not named as an opener of this tender.")
		}
		if o.Manifest == "" {
			return nil, fault.New(fault.Conflict, "openers.no_manifest", "There is no opener manifest yet.")
		}
		consent, err := s.Sealing.Consent(o.Manifest, by.User)
		if err != nil {
			return nil, err
		}
		if err := s.Devices.Verify(ctx, by.User, sign.Manifest, consent, sig); err != nil {
			return nil, err
		}
		m.Signature = &sig
		return []event.Event{event.New("opener.sign", t.ID, by.ID(), ask.Now,
			map[string]any{"opener": by.User, "openers": o.Hash, "signature": sig})}, nil
	})
}

// ReplaceOpeners names new openers while bids still come in, because too few
// of the old can act. Once all have signed, Reseal puts them in force; bids
// made for the old ones must then be made anew.
func (s *Service) ReplaceOpeners(ctx context.Context, id string, by party.Actor, groups []OpenerGroup) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderAmend, func(t *Tender, ask Ask) ([]event.Event, error) {
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
	})
}

// ConsentRecord returns what an opener is to sign about the manifest.
func (s *Service) ConsentRecord(ctx context.Context, id string, by party.Actor) ([]byte, error) {
	t, err := s.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	o, err := t.making()
	if err != nil {
		return nil, err
	}
	if o.Manifest == "" {
		return nil, fault.New(fault.Conflict, "openers.no_manifest", "There is no opener manifest yet.")
	}
	return s.Sealing.Consent(o.Manifest, by.User)
}
