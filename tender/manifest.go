package tender

import (
	"context"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

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
		if key == "" {
			return nil, fault.Field("openers.key", "key", "Send the public key that your device has made.")
		}
		m.Key, m.Destroyed = key, time.Time{}
		o.forget()
		if err := s.tryKeys(t.ID, *o, ask.Now); err != nil {
			return nil, err
		}
		if err := s.draw(t, o); err != nil {
			return nil, err
		}
		return []event.Event{event.New("opener.key", t.ID, by.ID(), ask.Now, map[string]any{"opener": by.User, "key": key})}, nil
	})
}

// DestroyKey puts on record that an opener has destroyed a key: it was on the
// opener's own device, so all that there is of it is the opener's word. While
// openers are still being named, another key is needed then. What bids are
// sealed for stays as it is: whoever has kept a copy can still release shares.
// Saying it again changes nothing.
func (s *Service) DestroyKey(ctx context.Context, id string, by party.Actor, key string) (*Tender, error) {
	return s.change(ctx, id, by, party.OpeningKey, func(t *Tender, ask Ask) ([]event.Event, error) {
		o, m := t.keyed(by.User, key)
		if m == nil {
			return nil, fault.New(fault.Conflict, "openers.other_key", "This is not the key that is registered for you.")
		}
		if !m.Destroyed.IsZero() {
			return nil, nil
		}
		m.Destroyed = ask.Now
		if making, err := t.making(); err == nil && making == o {
			o.forget()
		}
		return []event.Event{event.New("opener.destroy", t.ID, by.ID(), ask.Now, map[string]any{"opener": by.User, "key": key})}, nil
	})
}

// keyed finds an opener by a registered key, among those in force or those who
// are to follow them.
func (t *Tender) keyed(user, key string) (*Openers, *Opener) {
	for _, o := range []*Openers{&t.Openers, t.Next} {
		if o == nil || key == "" {
			continue
		}
		if m := o.member(user); m != nil && m.Key == key {
			return o, m
		}
	}
	return nil, nil
}

// tryKeys refuses a key that no manifest could have beside the others, so that
// its owner hears of it, and not who approves the notice or comes last. It draws
// a manifest of the keys that are there, for a moment; nobody sees it.
func (s *Service) tryKeys(id string, o Openers, now time.Time) error {
	now = now.Truncate(time.Second)
	trial := &Tender{Root: store.Root{ID: id}, Notice: Notice{Timetable: Timetable{Deadline: now, Opens: now}}}
	have := OpenerGroup{Name: "trial", K: 1}
	for _, g := range o.Groups {
		for _, m := range g.Members {
			if m.Key != "" {
				have.Members = append(have.Members, Opener{User: m.User, Name: "opener", Key: m.Key})
			}
		}
	}
	_, _, err := s.Sealing.Manifest(trial, Openers{Groups: []OpenerGroup{have}})
	return err
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
