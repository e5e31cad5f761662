package people

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"time"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/text"
)

// Signing in by an outside provider (OpenID Connect). The provider says who is
// at one of its accounts; it never says which of ours that is. Only the person
// does, once, in one of three ways (link.go), and each asks for what our own
// sign-in asks for:
//
//   - signed in here, with a fresh code of their second factor;
//   - through an invitation, with the password of the account that it makes;
//   - at the first sign-in, if the provider has verified the address that our
//     account has confirmed, by signing in here as well, with all factors.
//
// An address alone links nobody. Whoever can have an address verified somewhere
// (a provider that checks badly, an administrator of a mail domain, who has the
// address after somebody who left) would take an account over; and whoever has
// registered here with somebody else's address beforehand would share theirs.
//
// Afterwards the provider stands in for the password. Our second factor is still
// asked for, unless the operator trusts what the provider says about the way in
// which the person has signed in there (acr, amr). Keys that sign have nothing
// to do with any of this.
//
// What must come back to the browser that it began in travels in a cookie that
// the vault seals, so that any server can go on; that it was used is stored.

// OutsideQuestion is what ties a way back to the way there.
type OutsideQuestion struct {
	State, Nonce, Verifier string
	Anew                   bool // the person signs in there again, whoever is signed in
	Now                    time.Time
}

// OutsideAnswer is what the provider sends the browser back with.
type OutsideAnswer struct{ State, Code, Issuer, Error string }

// OutsideIdentity is an account at the provider.
type OutsideIdentity struct {
	Issuer   string `json:"issuer"`
	Subject  string `json:"subject"`
	Email    string `json:"email,omitempty"`
	Verified bool   `json:"verified,omitempty"` // the provider says that it has verified the address
	Strong   bool   `json:"strong,omitempty"`   // the operator trusts that it was two factors
}

// Outsider is a provider that can be asked.
type Outsider interface {
	// Title is how people know it.
	Title() text.Text

	// Begin is the address that sends a browser there.
	Begin(ctx context.Context, q OutsideQuestion) (url string, err error)

	// End finds out who came back. The faults are outside.away and
	// outside.refused, whose cause is for the operator.
	End(ctx context.Context, q OutsideQuestion, a OutsideAnswer) (OutsideIdentity, error)
}

var errNoOutside = fault.New(fault.Missing, "outside.none", "There is no outside sign-in service here.")

// GoOutside sends a browser to the provider to sign in; next is where it wants to
// go afterwards, and invitation what it wants to take, if anything.
func (s *Service) GoOutside(ctx context.Context, next, invitation string) (Outing, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Outing{}, err
	}
	return s.outing(ctx, journey{Next: next, Invitation: invitation}, now)
}

// Homecoming is what came of a journey.
type Homecoming struct {
	Outcome    Outcome
	Session    Signed // of OutsideSigned
	Sealed     string // of OutsideCode and OutsideOffer: what the browser carries next
	Next       string
	Invitation string // of OutsideOffer
	Email      string // of OutsideOffer and OutsideStranger, as the provider says
}

// Outcome is the kind of a homecoming.
type Outcome string

// The outcomes.
const (
	OutsideSigned   Outcome = "signed"   // there is a session
	OutsideNeeds    Outcome = "code"     // the second factor is missing
	OutsideLinked   Outcome = "linked"   // to the account of who is signed in
	OutsideOffered  Outcome = "offer"    // it can be linked, by signing in once
	OutsideStranger Outcome = "stranger" // nobody here
)

// ComeHome takes a browser back from the provider, once.
func (s *Service) ComeHome(ctx context.Context, id Identity, sealed string, a OutsideAnswer) (Homecoming, error) {
	if s.Outside == nil {
		return Homecoming{}, errNoOutside
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Homecoming{}, err
	}
	j, err := s.journey(sealed, stepAway, now)
	if err != nil {
		return Homecoming{}, err
	}
	if subtle.ConstantTimeCompare([]byte(j.State), []byte(a.State)) != 1 || j.User != "" && (j.User != id.Actor.User || id.Session == "") {
		return Homecoming{}, errJourney
	}
	if err := s.once(ctx, "outside "+j.State, time.UnixMilli(j.Until)); err != nil {
		return Homecoming{}, err
	}
	who, err := s.Outside.End(ctx, j.question(now), a)
	if err != nil {
		return Homecoming{}, err
	}
	if j.User != "" {
		_, err := s.link(ctx, j.User, who, now)
		return Homecoming{Outcome: OutsideLinked}, err
	}
	return s.arrive(ctx, j, who, now)
}

// once notes that something was used, until it would be no good anyway.
func (s *Service) once(ctx context.Context, what string, until time.Time) error {
	id := canon.Hash("outside once", []byte(what))
	err := s.answers().Put(ctx, &answered{store.Root{ID: hex.EncodeToString(id[:])}, until.UTC()})
	if lost(err) {
		return errJourney
	}
	return err
}

// arrive finds out whose identity it is.
func (s *Service) arrive(ctx context.Context, j journey, who OutsideIdentity, now time.Time) (Homecoming, error) {
	home := Homecoming{Outcome: OutsideStranger, Next: j.Next, Email: who.Email}
	x, err := s.linked(ctx, who)
	switch {
	case fault.Coded(err, errLink.Code):
		offered, err := s.offered(ctx, j, who)
		if err != nil || !offered {
			return home, err
		}
		home.Outcome, home.Invitation = OutsideOffered, j.Invitation
		home.Sealed = s.sealJourney(journey{Step: stepOffer, Until: now.Add(offerLife).UnixMilli(), Invitation: j.Invitation, Who: &who})
		return home, nil
	case err != nil:
		return home, err
	}
	u, c, err := s.owner(ctx, x.User)
	if err != nil {
		return home, err
	}
	home.Email = ""
	switch {
	case u.Disabled:
		return home, nil // as if nobody were linked
	case c.Factor != nil && !who.Strong, c.recovered():
		home.Outcome = OutsideNeeds
		home.Sealed = s.sealJourney(journey{Step: stepCode, Until: now.Add(codeLife).UnixMilli(), State: j.State, Next: j.Next, User: u.ID})
		return home, nil
	}
	home.Outcome = OutsideSigned
	home.Session, err = s.open(ctx, c.ID, now, c.Factor == nil) // a half one, to make a factor in
	return home, err
}

// recovered reports whether two administrators have taken the person's factor
// back: then nothing but their ticket stands in for it.
func (c *credential) recovered() bool {
	return c.Factor == nil && c.Recovery != nil && c.Recovery.Second != ""
}

// OutsideCode gives the second factor that was missing, or the ticket that two
// administrators gave in its place.
func (s *Service) OutsideCode(ctx context.Context, sealed, code, address string) (Signed, string, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Signed{}, "", err
	}
	j, err := s.journey(sealed, stepCode, now)
	if err != nil {
		return Signed{}, "", err
	}
	l := s.locker(now, "outside "+j.User, address)
	if err := l.try(ctx); err != nil {
		return Signed{}, "", err
	}
	u, c, err := s.owner(ctx, j.User)
	if err != nil {
		return Signed{}, "", err
	}
	if u.Disabled {
		return Signed{}, "", errJourney
	}
	half, err := s.bySecond(ctx, c, code, now)
	if fault.Coded(err, errSignIn.Code) {
		err = errCode
	}
	if err != nil {
		return Signed{}, "", err
	}
	if err := s.once(ctx, "outside code "+j.State, time.UnixMilli(j.Until)); err != nil {
		return Signed{}, "", err
	}
	if err := l.opened(ctx); err != nil {
		return Signed{}, "", err
	}
	x, err := s.open(ctx, c.ID, now, half)
	return x, j.Next, err
}
