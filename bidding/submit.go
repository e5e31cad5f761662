package bidding

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Names of the facts of bids.
const (
	FactSubmit   = "bid.submit"
	FactWithdraw = "bid.withdraw"
	FactStored   = "bid.stored"
	FactRefuse   = "bid.refuse"
	FactLate     = "bid.late" // what the sequencer makes of a fact behind the closing entry
)

// Suppliers tells about organisations that bid.
type Suppliers interface {
	// Supplier returns the organisation as papers name it, or a fault if its
	// claim to be what it says is not confirmed, or if it is debarred at now.
	Supplier(ctx context.Context, org string, now time.Time) (tender.OrgName, error)
}

// Service is what can be done with bids; see [NewService].
type Service struct {
	Parts
	Bids     store.Shelf[Bid, *Bid]
	Refusals store.Shelf[Refusal, *Refusal]
	Uploads  store.Shelf[Upload, *Upload]
}

// Submission is what a bidder sends before the deadline: the fingerprints of
// what it has sealed, signed, and who else takes part. It holds nothing of the
// bid itself.
type Submission struct {
	Signed   sign.Signed // over a bid record
	Parties  []party.Party
	Security *Security
}

// submitted is the data of FactSubmit.
type submitted struct {
	Bid      sign.Signed   `json:"bid"`
	Parties  []party.Party `json:"parties,omitempty"`
	Security *Security     `json:"security,omitempty"`
}

// Submit registers the fingerprints of a bid. When it returns, the bid is
// durable and waits for its place in the log; only the receipt that comes with
// that place means accepted. Sending the same record again gives the same
// version. The cost does not depend on how many bids there are.
//
// Every refusal of a signed record is itself recorded, so that the bidder can
// prove what it offered and what it was told; see [Refusal].
func (s *Service) Submit(ctx context.Context, by party.Actor, in Submission) (*Bid, *Version, error) {
	for try := 0; ; try++ {
		b, v, err := s.submit(ctx, by, in)
		if stale(err) && try < maxTries {
			continue
		}
		if err != nil {
			return nil, nil, s.refuse(ctx, by, in.Signed, err)
		}
		return b, v, nil
	}
}

// maxTries bounds how often a record is tried again when the log, or an upload
// that ends, changes the same bid at the same moment. Each time that a try is
// lost, one of those steps is done, and a version has few of them: whoever sends
// many versions at once waits for the log, and is not refused.
const maxTries = 4 * MaxVersions

func stale(err error) bool {
	return errors.Is(err, &fault.Error{Code: "bid.stale"}) || errors.Is(err, &fault.Error{Code: "bid.taken"})
}

func (s *Service) submit(ctx context.Context, by party.Actor, in Submission) (*Bid, *Version, error) {
	r, err := seal.ParseBid(in.Signed.Record)
	if err != nil {
		return nil, nil, err
	}
	now, bidder, t, err := s.admit(ctx, by, r.Tender, r.Lot, r.Bidder)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Devices.Verify(ctx, by.User, sign.Bid, in.Signed.Record, in.Signed.Signature); err != nil {
		return nil, nil, err
	}
	if err := fits(r, t, in); err != nil {
		return nil, nil, err
	}
	b, err := s.load(ctx, t.ID, r.Lot, bidder)
	if err != nil {
		return nil, nil, err
	}
	if again := b.At(r.Seq); again != nil && string(again.Record.Record) == string(in.Signed.Record) {
		return b, again, nil
	}
	if r.Seq != b.Seq+1 {
		return nil, nil, fault.New(fault.Conflict, "bid.seq", "The next record for this lot has number %d, not %d.", b.Seq+1, r.Seq)
	}
	if len(b.Versions) == MaxVersions {
		return nil, nil, fault.New(fault.Conflict, "bid.versions", "A bid can be replaced %d times.", MaxVersions-1)
	}
	if err := s.claim(ctx, b, bidder, in.Parties, now); err != nil {
		return nil, nil, err
	}
	b.Seq = r.Seq
	b.Versions = append(b.Versions, version(r, by, in, now))
	v := &b.Versions[len(b.Versions)-1]
	v.Fact = event.ID(store.Subject(Kind, b.ID), b.Version+1, 0)
	fact := event.New(FactSubmit, t.ID, by.ID(), now, submitted{in.Signed, in.Parties, in.Security})
	return b, v, s.Bids.Put(ctx, b, fact)
}

// admit checks what every record of a bidder needs: the right, the clock, an
// open tender and lot, and an organisation that may bid.
func (s *Service) admit(ctx context.Context, by party.Actor, id, lot, org string) (time.Time, tender.OrgName, *tender.Tender, error) {
	var none tender.OrgName
	if org != by.Org {
		return time.Time{}, none, nil, fault.New(fault.Denied, "bid.foreign_bidder", "The record names another bidder than you act for.")
	}
	if f := party.Allowed(by, party.BidSubmit, org); f != nil {
		return time.Time{}, none, nil, f
	}
	t, err := s.Tenders.Look(ctx, id, by)
	if err != nil {
		return time.Time{}, none, nil, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return now, none, nil, err
	}
	if t.Phase != tender.Published || !now.Before(t.Notice.Timetable.Deadline) {
		return now, none, nil, late(t)
	}
	if l := t.Lot(lot); l == nil || l.Phase != tender.Competing {
		return now, none, nil, fault.New(fault.Conflict, "bid.lot", "This tender takes no bids for lot %q.", lot)
	}
	for _, d := range t.Duties {
		if d.User == by.User {
			return now, none, nil, fault.New(fault.Denied, "bid.conflict", "Whoever has a part in the procedure cannot bid in it.")
		}
	}
	bidder, err := s.Suppliers.Supplier(ctx, org, now)
	return now, bidder, t, err
}

func late(t *tender.Tender) error {
	if t.Phase == tender.Cancelled {
		return fault.New(fault.Conflict, "bid.cancelled", "The tender was cancelled.")
	}
	return fault.New(fault.Conflict, "bid.late", "The deadline was %s. Bids are taken strictly before it.",
		event.Time(t.Notice.Timetable.Deadline))
}

// fits compares the record with the notice: manifest, envelopes, security.
func fits(r seal.Bid, t *tender.Tender, in Submission) error {
	if r.Openers != t.Openers.Hash {
		return fault.New(fault.Conflict, "bid.openers", "The bid is sealed for another opener manifest than the one in force (%s).", t.Openers.Hash)
	}
	names := t.Notice.Envelopes.Names()
	if len(r.Envelopes) != len(names) {
		return fault.New(fault.Invalid, "bid.envelopes", "This tender wants %d envelopes: %v.", len(names), fault.Names("envelope", names...))
	}
	for i, n := range names {
		if r.Envelopes[i].Name != n {
			return fault.New(fault.Invalid, "bid.envelopes", "Envelope %d must be %q.", i+1, fault.Name{Of: "envelope", Word: n})
		}
	}
	return covers(in.Security, &t.Notice)
}

func version(r seal.Bid, by party.Actor, in Submission, now time.Time) Version {
	v := Version{Seq: r.Seq, State: Registered, Record: in.Signed, By: by.User, At: now, Parties: in.Parties, Security: in.Security}
	for _, e := range r.Envelopes {
		v.Envelopes = append(v.Envelopes, Envelope{Name: e.Name, Fingerprint: e.F})
	}
	return v
}

// load returns the bidder's document for the lot, new if there is none.
func (s *Service) load(ctx context.Context, tender, lot string, bidder tender.OrgName) (*Bid, error) {
	id := BidID(tender, lot, bidder.ID)
	b, err := s.Bids.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
		return &Bid{Root: store.Root{ID: id}, Tender: tender, Lot: lot, Bidder: bidder}, nil
	}
	return b, err
}

// refuse records a refusal and returns why, as the fault that the bidder sees.
// A failure on our own side is no refusal and is passed on.
func (s *Service) refuse(ctx context.Context, by party.Actor, offered sign.Signed, why error) error {
	f := fault.From(why)
	if f.Kind == fault.Internal || f.Kind == fault.Busy || f.Kind == fault.Stale || by.User == "" {
		return why
	}
	if err := s.record(ctx, by, offered, f); err != nil {
		return fmt.Errorf("bidding: record a refusal: %w", err)
	}
	return why
}

// offeredHash is H("offered", bytes): what was refused, without keeping it. The
// bytes are the signed record's canonical ones or, of a record that has none,
// the record as it came.
func offeredHash(s sign.Signed) [32]byte {
	b, err := canon.Marshal(s)
	if err != nil {
		b = s.Record
	}
	return canon.Hash("offered", b)
}
