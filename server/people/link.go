package people

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Link is an account at an outside provider that stands in for a person's
// password. Its id follows from issuer and subject, so that one identity belongs
// to one person at a time.
type Link struct {
	store.Root

	User     string    `json:"user"`
	Issuer   string    `json:"issuer"`
	Subject  string    `json:"subject"`
	Email    string    `json:"email,omitempty"` // as the provider said it then, for the person to know it by
	Linked   time.Time `json:"linked"`
	Unlinked time.Time `json:"unlinked,omitzero"`
}

// Keys makes links findable by person while they last.
func (x *Link) Keys() store.Keys {
	if !x.Unlinked.IsZero() {
		return nil
	}
	return store.Keys{"user": x.User, "linked": x.Linked.UnixMilli()}
}

var outsideLinks = store.Collection{Kind: "outsidelink", Indexes: []store.Index{{Name: "user", Fields: []string{"user", "linked"}}}}

func (s *Service) links() store.Shelf[Link, *Link] {
	return store.Shelf[Link, *Link]{Engine: s.Engine, Kind: outsideLinks.Kind}
}

const linkMany = 5 // per person

func linkID(who OutsideIdentity) string {
	h := canon.Hash("outside identity", canon.Must([]string{who.Issuer, who.Subject}))
	return hex.EncodeToString(h[:])
}

var errLink = fault.New(fault.Missing, "link.missing", "There is no such link.")

// linked is the link of an identity; link.missing if it is nobody's.
func (s *Service) linked(ctx context.Context, who OutsideIdentity) (*Link, error) {
	x, err := s.links().Get(ctx, linkID(who))
	switch {
	case fault.Coded(err, "outsidelink.missing"):
		return nil, errLink
	case err != nil:
		return nil, err
	case !x.Unlinked.IsZero():
		return x, errLink
	}
	return x, nil
}

// link makes an identity a person's. Twice is once.
func (s *Service) link(ctx context.Context, user string, who OutsideIdentity, now time.Time) (*Link, error) {
	x, err := s.linked(ctx, who)
	switch {
	case err == nil && x.User == user:
		return x, nil
	case err == nil:
		return nil, errLinkTaken
	case !fault.Coded(err, errLink.Code):
		return nil, err
	}
	list, err := s.linksOf(ctx, user)
	if err != nil {
		return nil, err
	}
	if len(list) >= linkMany {
		return nil, fault.New(fault.Conflict, "link.many", "%d outside accounts are linked to yours. Unlink one first.", linkMany)
	}
	if x == nil {
		x = &Link{Root: store.Root{ID: linkID(who)}}
	}
	x.User, x.Issuer, x.Subject, x.Linked, x.Unlinked = user, who.Issuer, who.Subject, now, time.Time{}
	if x.Email, err = party.CleanEmail("email", who.Email); err != nil {
		x.Email = "" // nothing depends on it
	}
	err = s.links().Put(ctx, x, s.ownFact("account.link", user, now, map[string]any{"user": user, "link": x.ID, "issuer": who.Issuer}))
	if lost(err) {
		return nil, errLinkTaken
	}
	return x, err
}

var errLinkTaken = fault.New(fault.Conflict, "link.taken", "This outside account is linked to another account here. Unlink it there first.")

func (s *Service) linksOf(ctx context.Context, user string) ([]*Link, error) {
	list, _, err := s.links().Find(ctx, store.Query{Index: "user", Eq: []any{user}, Limit: 2 * linkMany})
	return list, err
}

// Links lists the outside accounts that a person signs in by, oldest first.
func (s *Service) Links(ctx context.Context, id Identity) ([]*Link, error) {
	c, _, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.linksOf(ctx, c.ID)
}

// GoLink sends a person who is signed in to the provider, to link an account
// there to theirs. They give a code of their second factor, and sign in there
// anew: whoever has left a session open there is not them.
func (s *Service) GoLink(ctx context.Context, id Identity, code string) (Outing, error) {
	if s.Outside == nil {
		return Outing{}, errNoOutside
	}
	c, now, err := s.proven(ctx, id, code)
	if err != nil {
		return Outing{}, err
	}
	return s.outing(ctx, journey{User: c.ID}, now)
}

// Unlink ends a link. The person has their password still.
func (s *Service) Unlink(ctx context.Context, id Identity, link string) error {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return err
	}
	x, err := s.links().Get(ctx, link)
	if fault.Coded(err, "outsidelink.missing") || err == nil && x.User != c.ID {
		return errLink
	}
	if err != nil || !x.Unlinked.IsZero() {
		return err
	}
	x.Unlinked = now
	return s.links().Put(ctx, x, s.ownFact("account.unlink", c.ID, now, map[string]any{"user": c.ID, "link": x.ID}))
}

// offered reports whether an identity that is nobody's may be linked by signing
// in here as well: through an invitation, or if the provider has verified the
// address that an account of ours has confirmed.
func (s *Service) offered(ctx context.Context, j journey, who OutsideIdentity) (bool, error) {
	if j.Invitation != "" {
		return true, nil
	}
	email, err := party.CleanEmail("email", who.Email)
	if err != nil || !who.Verified {
		return false, nil
	}
	u, _, err := s.holder(ctx, email)
	return u != nil && !u.Disabled && !u.Confirmed.IsZero(), err
}

// TakeOffer links the identity that a browser carries to the account of somebody
// who has signed in just now, with all that our own sign-in asks for. invitation
// is the one that made the account, if one did.
func (s *Service) TakeOffer(ctx context.Context, x Signed, sealed, invitation string) error {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	j, err := s.journey(sealed, stepOffer, now)
	if err != nil {
		return err
	}
	u, err := s.Users.Get(ctx, x.User)
	if err != nil {
		return err
	}
	email, _ := party.CleanEmail("email", j.Who.Email)
	byAddress := !x.Half && j.Invitation == "" && j.Who.Verified && !u.Confirmed.IsZero() && u.Email == email
	byInvitation := invitation != "" && j.Invitation == invitation
	if !slices.Contains([]bool{byAddress, byInvitation}, true) {
		return fault.New(fault.Denied, "link.address", "The sign-in service has another address for you than this account. Link it on the page of your account.")
	}
	_, err = s.link(ctx, u.ID, *j.Who, now)
	return err
}
