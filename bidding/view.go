package bidding

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Boundary is one of the two closing entries of a tender and its list.
type Boundary struct {
	Fact string // id of the entry
	List seal.Closing
}

// Boundaries are the two closing entries, nil until they are in the log.
type Boundaries struct{ Closed, Window *Boundary }

// Bounds computes the closing lists of a tender from the log.
func (s *Openings) Bounds(ctx context.Context, id string) (Boundaries, error) {
	facts, err := s.Log.Facts(ctx, id)
	if err != nil {
		return Boundaries{}, err
	}
	closed, window, err := Lists(facts)
	if err != nil {
		return Boundaries{}, err
	}
	var b Boundaries
	for _, f := range facts {
		switch {
		case f.Name == FactClose && closed != nil:
			b.Closed = &Boundary{f.ID, *closed}
		case f.Name == FactCloseWindow && window != nil:
			b.Window = &Boundary{f.ID, *window}
		}
	}
	return b, nil
}

// Get returns an opening that by may see. Before its time, and to the public
// before it has a record, there is nothing that would tell how many bids
// there are.
func (s *Openings) Get(ctx context.Context, by party.Actor, id string) (*Opening, error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := s.Tenders.Get(ctx, o.Tender, by)
	if err != nil {
		return nil, err
	}
	all := o.Revealed
	o.hide(by, t)
	if o.Revealed == nil && len(all) > 0 && party.Allowed(by, party.BidRescue, by.Org) == nil {
		o.Revealed, err = s.ownRevealed(ctx, by, o, all)
	}
	return o, err
}

// ownRevealed is which of the published keys is the actor's own.
func (s *Openings) ownRevealed(ctx context.Context, by party.Actor, o *Opening, all []string) ([]string, error) {
	b, err := s.Bids.Get(ctx, BidID(o.Tender, o.Lot, by.Org))
	if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var own []string
	for _, v := range b.Versions {
		for _, e := range v.Envelopes {
			if slices.Contains(all, e.Fingerprint) {
				own = append(own, e.Fingerprint)
			}
		}
	}
	return own, nil
}

// List lists the openings of a tender as by may see them.
func (s *Openings) List(ctx context.Context, by party.Actor, id string) ([]*Opening, error) {
	t, err := s.Tenders.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	list := []*Opening{}
	err = s.Openings.All(ctx, store.Query{Index: "tender", Eq: []any{id}}, func(o *Opening) error {
		o.hide(by, t)
		list = append(list, o)
		return nil
	})
	return list, err
}

// hide leaves out what would tell how many bids there are.
func (o *Opening) hide(by party.Actor, t *tender.Tender) {
	if o.State != Recorded && party.Allowed(by, party.OpeningRead, t.Buyer.ID) != nil {
		o.Batch, o.Size, o.Given, o.Revealed = "", 0, nil, nil
	}
}

// OpenerPackage is what an opener's device judges by.
type OpenerPackage struct {
	Manifest       string
	Extensions     []string
	Closed, Window Boundary
	Batch          string
	Announced      string // id of the batch's fact
	Now            time.Time
}

// ForOpener gives an opener of the tender the package of an opening.
func (s *Openings) ForOpener(ctx context.Context, by party.Actor, id string) (*OpenerPackage, error) {
	o, t, now, err := s.asOpener(ctx, by, id)
	if err != nil {
		return nil, err
	}
	b, err := s.Bounds(ctx, o.Tender)
	if err != nil {
		return nil, err
	}
	if b.Closed == nil || b.Window == nil {
		return nil, fault.New(fault.Conflict, "opening.too_early", "The end of the grace window is not in the log yet.")
	}
	return &OpenerPackage{t.Openers.Manifest, t.Openers.Extensions, *b.Closed, *b.Window, o.Batch, announced(o), now}, nil
}

func (s *Openings) asOpener(ctx context.Context, by party.Actor, id string) (*Opening, *tender.Tender, time.Time, error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, nil, time.Time{}, err
	}
	t, now, err := s.may(ctx, by, o.Tender, party.OpeningRelease)
	if err != nil {
		return nil, nil, now, err
	}
	for _, g := range t.Openers.Groups {
		for _, m := range g.Members {
			if m.User == by.User {
				return o, t, now, nil
			}
		}
	}
	return nil, nil, now, fault.New(fault.Denied, "opening.not_opener", "You are not an opener of this tender.")
}

// caseBytes is how much of seal headers one page of cases holds.
const caseBytes = 4 << 20

// CasesFor gives an opener the next cases of the batch, in its order.
func (s *Openings) CasesFor(ctx context.Context, by party.Actor, id string, after int) (list []seal.Case, more bool, err error) {
	o, t, _, err := s.asOpener(ctx, by, id)
	if err != nil {
		return nil, false, err
	}
	l, err := s.read(ctx, t)
	if err != nil {
		return nil, false, err
	}
	batch, err := seal.ParseBatch([]byte(o.Batch))
	if err != nil {
		return nil, false, err
	}
	if after < 0 || after > len(batch.Fingerprints) {
		return nil, false, fault.New(fault.Invalid, "store.cursor", "This cursor does not belong to this list.")
	}
	all, err := l.cases(batch)
	if err != nil {
		return nil, false, err
	}
	size := 0
	for n := after; n < len(all) && size < caseBytes; n++ {
		if err := s.headers(ctx, all[n:n+1]); err != nil {
			return nil, false, err
		}
		size += len(all[n].Header)
		list = append(list, all[n])
	}
	return list, after+len(list) < len(all), nil
}

// File opens one file of an opened envelope, by its number from 1.
func (s *Openings) File(ctx context.Context, o *Opening, bidder string, number int) (seal.File, io.ReadCloser, error) {
	x, err := s.Outcomes.Get(ctx, outcomeID(o.ID, bidder))
	if err != nil {
		return seal.File{}, nil, err
	}
	if number < 1 || number > len(x.Files) {
		return seal.File{}, nil, fault.New(fault.Missing, "opening.file", "There is no such file.")
	}
	f := x.Files[number-1]
	if f.Name == OfferFile && x.Offer != nil {
		return f, io.NopCloser(strings.NewReader(string(x.Offer.Bytes()))), nil
	}
	r, err := s.Objects.Open(ctx, openedKey(o, bidder, number))
	return f, r, err
}

// Mine refuses facts that are not about a bid or refusal of by's organisation.
func (s *Service) Mine(ctx context.Context, by party.Actor, fact string) error {
	subject, _, _ := strings.Cut(fact, "#")
	kind, id, _ := strings.Cut(subject, "/")
	missing := fault.New(fault.Missing, "receipt.missing", "There is no such record of yours.")
	switch kind {
	case Kind:
		b, err := s.Bids.Get(ctx, id)
		if err == nil && b.Bidder.ID == by.Org {
			return nil
		}
	case refusalKind:
		r, err := s.Refusals.Get(ctx, id)
		if err == nil && r.Bidder == by.Org {
			return nil
		}
	}
	return missing
}

// PanelOf returns what the panel has declared.
func (s *Judging) PanelOf(ctx context.Context, t *tender.Tender) (*Panel, error) {
	return s.panel(ctx, t.ID)
}
