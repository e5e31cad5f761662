package people

import (
	"context"
	"time"

	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/sign"
	"probity/tender/store"
	"probity/tender/text"
)

// Device is a key with which a person signs. Its id is the key's, so that one
// key belongs to one person, for ever: a revoked key does not come back.
type Device struct {
	store.Root

	User    string    `json:"user"`
	Label   string    `json:"label"`
	Key     sign.Key  `json:"key"`
	Added   time.Time `json:"added"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// Keys makes devices findable by person.
func (d *Device) Keys() store.Keys {
	return store.Keys{"user": d.User, "added": d.Added.UnixMilli()}
}

var devices = store.Collection{Kind: "device", Indexes: []store.Index{{Name: "user", Fields: []string{"user", "added"}}}}

func (s *Service) devices() store.Shelf[Device, *Device] {
	return store.Shelf[Device, *Device]{Engine: s.Engine, Kind: devices.Kind}
}

// EnrolRecord is what a new key signs, in domain sign.Enrol, to show that its
// owner holds it. It names the person, so that nobody registers another's key.
func EnrolRecord(user string, key sign.Key) []byte {
	return canon.Must(map[string]any{"kind": "enrol", "user": user, "key": key})
}

// NewDevice is a key with the proof that it is held.
type NewDevice struct {
	Label string
	Key   sign.Key
	Proof sign.Signature // over EnrolRecord
}

const deviceMany = 20 // in use, per person

// AddDevice registers a key of the person of a session.
func (s *Service) AddDevice(ctx context.Context, id Identity, d NewDevice) (*Device, error) {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	label, err := text.Require("label", d.Label, 100)
	if err != nil {
		return nil, err
	}
	if err := d.Key.Check(); err != nil {
		return nil, err
	}
	if d.Key.Alg != sign.Ed25519 && d.Key.RP != s.RP {
		return nil, fault.Field("device.rp", "key.rp", "This passkey belongs to another site.")
	}
	if err := sign.Verify(d.Key, sign.Enrol, EnrolRecord(c.ID, d.Key), d.Proof); err != nil {
		return nil, err
	}
	used, err := s.Devices(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if inUse(used) >= deviceMany {
		return nil, fault.New(fault.Conflict, "device.many", "You have %d keys in use. Revoke one first.", deviceMany)
	}
	x := &Device{store.Root{ID: d.Key.ID}, c.ID, label, d.Key, now, time.Time{}}
	fact := event.New("device.add", "", c.ID, now, map[string]any{"user": c.ID, "key": d.Key})
	return x, s.devices().Put(ctx, x, fact)
}

func inUse(list []*Device) (n int) {
	for _, d := range list {
		if d.Revoked.IsZero() {
			n++
		}
	}
	return n
}

// RevokeDevice ends the use of a key, for good. What it has signed stays signed.
func (s *Service) RevokeDevice(ctx context.Context, id Identity, key string) (*Device, error) {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	d, err := s.devices().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if d.User != c.ID {
		return nil, fault.New(fault.Missing, "device.missing", "There is no such device.")
	}
	if !d.Revoked.IsZero() {
		return d, nil
	}
	d.Revoked = now
	return d, s.devices().Put(ctx, d, event.New("device.revoke", "", c.ID, now, map[string]any{"user": c.ID, "key": d.ID}))
}

// Devices lists the keys of a person, oldest first.
func (s *Service) Devices(ctx context.Context, user string) ([]*Device, error) {
	var list []*Device
	err := s.devices().All(ctx, store.Query{Index: "user", Eq: []any{user}}, func(d *Device) error {
		list = append(list, d)
		return nil
	})
	return list, err
}

// Verify refuses sig unless it is user's, by a key that is not revoked, over
// record in domain. It is what tender.Devices asks for. The faults, all Denied:
// device.unknown, device.revoked, sign.key, sign.signature.
func (s *Service) Verify(ctx context.Context, user string, domain sign.Domain, record []byte, sig sign.Signature) error {
	d, err := s.devices().Get(ctx, sig.Key)
	missing := fault.Coded(err, "device.missing") || fault.Coded(err, store.ErrInput.Code)
	switch {
	case err != nil && !missing:
		return err
	case missing || d.User != user:
		return fault.New(fault.Denied, "device.unknown", "This signature is not by a device key of yours. Register the key first.")
	case !d.Revoked.IsZero():
		return fault.New(fault.Denied, "device.revoked", "The key that has signed this is revoked.")
	}
	return sign.Verify(d.Key, domain, record, sig)
}
