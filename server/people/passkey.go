package people

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/sign"
	"probity/tender/store"
)

// Signing in with a passkey: the person's registered signing key answers a nonce
// of ours in domain sign.Login. A passkey is two factors in one, since its
// authenticator verifies the person (a PIN or their body) before it answers; so
// the session is a whole one, no password and no code is asked for, and there is
// nothing that another site could be shown.
//
// The nonce is sealed by the vault rather than stored; what is stored, for as
// long as it would be good, is that it was used.

// challengeLife is how long a nonce is good.
const challengeLife = 5 * time.Minute

const challengeOwner = "passkey challenge"

// answered is a nonce that was used.
type answered struct {
	store.Root // hash of the record

	Expires time.Time `json:"expires"`
}

// Keys makes used nonces findable by when they may be forgotten.
func (a *answered) Keys() store.Keys { return store.Keys{"expires": a.Expires.UnixMilli()} }

var answers = store.Collection{Kind: "passkeyanswer", Ephemeral: true, Indexes: byExpiry}

func (s *Service) answers() store.Shelf[answered, *answered] {
	return store.Shelf[answered, *answered]{Engine: s.Engine, Kind: answers.Kind}
}

// loginRecord is what a passkey signs.
type loginRecord struct {
	Kind  string `json:"kind"`
	Nonce string `json:"nonce"`
}

// Challenge makes the record that a passkey is to sign in domain sign.Login.
func (s *Service) Challenge(ctx context.Context) ([]byte, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return nil, err
	}
	until := strconv.FormatInt(now.Add(challengeLife).UnixMilli(), 10)
	sealed := s.Vault.seal(challengeOwner, []byte(until))
	return canon.Must(loginRecord{"login", base64.RawURLEncoding.EncodeToString(sealed)}), nil
}

// PasskeyIn is an authenticator's answer to a challenge.
type PasskeyIn struct {
	User      string // the authenticator's user handle
	Record    []byte // of Challenge
	Signature sign.Signature
	Address   string // for locks
}

var errPasskey = fault.New(fault.Unknown, "session.passkey", "This passkey does not let you in. Sign in with your password, and look under Signing keys whether it is registered.")

// SignInByPasskey opens a session for whoever holds a registered passkey of the
// person. Every reason not to is one answer.
func (s *Service) SignInByPasskey(ctx context.Context, in PasskeyIn) (Signed, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Signed{}, err
	}
	l := s.locker(now, "passkey "+in.User, in.Address)
	if err := l.try(ctx); err != nil {
		return Signed{}, err
	}
	until, err := s.challenge(in.Record, now)
	if err != nil {
		return Signed{}, err
	}
	half, err := s.byPasskey(ctx, in)
	if err != nil {
		return Signed{}, err
	}
	id := canon.Hash("passkey answer", in.Record)
	err = s.answers().Put(ctx, &answered{store.Root{ID: hex.EncodeToString(id[:])}, until})
	if lost(err) {
		return Signed{}, errPasskey // used already
	}
	if err != nil {
		return Signed{}, err
	}
	if err := l.opened(ctx); err != nil {
		return Signed{}, err
	}
	return s.open(ctx, in.User, now, half)
}

// challenge refuses a record that is not ours, or no longer good.
func (s *Service) challenge(record []byte, now time.Time) (until time.Time, err error) {
	var r loginRecord
	if err := canon.Parse(record, &r); err != nil || r.Kind != "login" {
		return until, errPasskey
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(r.Nonce)
	if err != nil {
		return until, errPasskey
	}
	plain, err := s.Vault.open(challengeOwner, sealed)
	if err != nil {
		return until, errPasskey
	}
	ms, err := strconv.ParseInt(string(plain), 10, 64)
	if until = time.UnixMilli(ms).UTC(); err != nil || !now.Before(until) {
		return until, errPasskey
	}
	return until, nil
}

// byPasskey finds the person's passkey that has answered. half is true for those
// whose second factor was taken back: they make a new one.
func (s *Service) byPasskey(ctx context.Context, in PasskeyIn) (half bool, err error) {
	u, err := s.Users.Get(ctx, in.User)
	switch {
	case fault.From(err).Kind == fault.Missing && err != nil, fault.Coded(err, store.ErrInput.Code):
		return false, errPasskey
	case err != nil:
		return false, err
	case u.Disabled:
		return false, errPasskey
	}
	list, err := s.Devices(ctx, u.ID)
	if err != nil {
		return false, err
	}
	for _, d := range list {
		if !d.Revoked.IsZero() || d.Key.Alg == sign.Ed25519 || d.Key.RP != s.RP {
			continue // key files and keys in browsers verify nobody: they do not sign in
		}
		sig := in.Signature
		sig.Alg, sig.Key = d.Key.Alg, d.Key.ID // which of the person's keys it was, the authenticator does not say
		if sign.Verify(d.Key, sign.Login, in.Record, sig) == nil {
			c, err := s.credential(ctx, u.ID)
			return err == nil && c.Factor == nil, err
		}
	}
	return false, errPasskey
}
