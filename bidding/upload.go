package bidding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const uploadKind = "upload"

// MaxEnvelope is the largest sealed payload that is taken: 64 GiB.
const MaxEnvelope = 64 << 30

// Upload is how far one envelope of one version has come.
type Upload struct {
	store.Root // ID is BidID~seq~envelope

	Bid      string       `json:"bid"`
	Seq      int64        `json:"seq"`
	Envelope string       `json:"envelope"`
	Payload  seal.Payload `json:"payload"`
	Key      string       `json:"key"`    // of the object that it becomes
	Object   string       `json:"object"` // what Objects wants kept
	Done     bool         `json:"done"`
}

// Keys make uploads searchable by bid and version.
func (u *Upload) Keys() store.Keys { return store.Keys{"bid": u.Bid, "seq": u.Seq} }

// Delivery is what a bidder says about an envelope before its parts: the header
// that it registered the fingerprint of, and the hashes of all parts.
type Delivery struct {
	Tender, Lot string
	Seq         int64
	Envelope    string
	Header      []byte
	Sums        []byte // SHA-256 of each part, one after the other
}

// Begin takes in a header and prepares for its parts. It can be repeated: the
// answer says which parts are there already. Nothing is taken from the header
// to check the header: the registered record and the manifest in force do.
func (s *Service) Begin(ctx context.Context, by party.Actor, d Delivery) (*Upload, []int, []Target, error) {
	b, v, t, err := s.uploading(ctx, by, d.Tender, d.Lot, d.Seq)
	if err != nil {
		return nil, nil, nil, err
	}
	h, err := checkHeader(t, v, d)
	if err != nil {
		return nil, nil, nil, err
	}
	sums, err := splitSums(h.Payload, d.Sums)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := s.Objects.Put(ctx, object(b.ID, v.Seq, d.Envelope, "header"), d.Header); err != nil {
		return nil, nil, nil, err
	}
	id := uploadID(b.ID, v.Seq, d.Envelope)
	u, err := s.Uploads.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "upload.missing"}) {
		u, err = s.begin(ctx, &Upload{Root: store.Root{ID: id}, Bid: b.ID, Seq: v.Seq, Envelope: d.Envelope, Payload: h.Payload, Key: object(b.ID, v.Seq, d.Envelope, "payload")}, sums)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if err := s.stillLive(ctx, b.ID, v.Seq); err != nil || u.Done {
		return u, nil, nil, err
	}
	there, err := s.present(ctx, u, sums)
	if err != nil {
		return nil, nil, nil, err
	}
	targets, err := s.Objects.Targets(ctx, u, there)
	return u, there, targets, err
}

func (s *Service) begin(ctx context.Context, u *Upload, sums [][]byte) (*Upload, error) {
	var err error
	if u.Object, err = s.Objects.Begin(ctx, u.Key, u.Payload, sums); err != nil {
		return nil, err
	}
	err = s.Uploads.Put(ctx, u)
	if errors.Is(err, &fault.Error{Code: "upload.taken"}) {
		return s.Uploads.Get(ctx, u.ID) // a second tab was faster
	}
	return u, err
}

// present lists the parts that are there. An upload that nobody went on with
// for long was given up by the store, and is begun anew; one whose object is
// there lacks nothing but that somebody says so.
func (s *Service) present(ctx context.Context, u *Upload, sums [][]byte) ([]int, error) {
	there, err := s.Objects.Present(ctx, u)
	if err == nil || fault.From(err).Kind != fault.Missing {
		return there, err
	}
	object, err := s.Objects.Begin(ctx, u.Key, u.Payload, sums)
	if fault.From(err).Kind == fault.Conflict {
		for n := range sums {
			there = append(there, n+1)
		}
		return there, nil
	}
	if err != nil {
		return nil, err
	}
	u.Object = object
	if err := s.Uploads.Put(ctx, u); !errors.Is(err, &fault.Error{Code: "upload.stale"}) {
		return nil, err
	}
	now, err := s.Uploads.Get(ctx, u.ID) // a second tab was faster
	if err != nil {
		return nil, err
	}
	*u = *now
	return s.Objects.Present(ctx, u)
}

// checkHeader is the first half of the verdict, made while the bidder can
// still be told.
func checkHeader(t *tender.Tender, v *Version, d Delivery) (*seal.Header, error) {
	m, err := seal.ParseManifest([]byte(t.Openers.Manifest))
	if err != nil {
		return nil, fmt.Errorf("bidding: manifest of %q: %w", t.ID, err)
	}
	r, err := seal.ParseBid(v.Record.Record)
	if err != nil {
		return nil, fmt.Errorf("bidding: stored record: %w", err)
	}
	h, err := seal.Case{Manifest: m, Bid: r, Envelope: d.Envelope, Header: d.Header}.CheckSubmission()
	if err == nil && h.Payload.Size > MaxEnvelope {
		return nil, fault.New(fault.TooLarge, "bid.too_large", "A sealed envelope may have %d bytes at most.", int64(MaxEnvelope))
	}
	return h, err
}

// splitSums takes the part hashes apart once their own hash is the header's.
func splitSums(p seal.Payload, sums []byte) ([][]byte, error) {
	h := sha256.Sum256(sums)
	if int64(len(sums)) != p.Parts*sha256.Size {
		return nil, fault.New(fault.Invalid, "bid.part_count", "The header speaks of %d parts.", p.Parts)
	}
	if hex.EncodeToString(h[:]) != p.SHA256 {
		return nil, fault.New(fault.Invalid, "bid.part_hashes", "The part hashes are not those of the sealed header.")
	}
	var list [][]byte
	for i := 0; i < len(sums); i += sha256.Size {
		list = append(list, sums[i:i+sha256.Size])
	}
	return list, nil
}

// Part stores one part of an upload that came through the server itself. Who
// calls it has checked that the sender holds a ticket for it.
func (s *Service) Part(ctx context.Context, upload string, part int, r io.Reader) error {
	u, err := s.Uploads.Get(ctx, upload)
	if err != nil {
		return err
	}
	if u.Done {
		return fault.New(fault.Conflict, "bid.upload_done", "This envelope is complete.")
	}
	b, err := s.Bids.Get(ctx, u.Bid)
	if err != nil {
		return err
	}
	t, err := s.Tenders.Look(ctx, b.Tender, party.ClockActor)
	if err != nil {
		return err
	}
	if err := s.windowOpen(ctx, t); err != nil {
		return err
	}
	if err := s.Objects.PutPart(ctx, u, part, r); err != nil {
		return err
	}
	return s.stillLive(ctx, u.Bid, u.Seq)
}

// stillLive ends every write of something sealed: a version that went out of
// force meanwhile was deleted before these bytes came, so they go again.
func (s *Service) stillLive(ctx context.Context, bid string, seq int64) error {
	b, err := s.Bids.Get(ctx, bid)
	if err != nil {
		return err
	}
	if v := b.At(seq); v != nil && v.Live() {
		return nil
	}
	if err := s.forget(ctx, bid, []int64{seq}); err != nil {
		return err
	}
	return notLive
}

var notLive = fault.New(fault.Conflict, "bid.not_live", "This version of the bid is not in force any more.")

// uploading checks that the version may still receive parts: it is the
// bidder's own, it is live, and the grace window has not ended.
func (s *Service) uploading(ctx context.Context, by party.Actor, id, lot string, seq int64) (*Bid, *Version, *tender.Tender, error) {
	if f := party.Allowed(by, party.BidSubmit, by.Org); f != nil {
		return nil, nil, nil, f
	}
	b, err := s.Bids.Get(ctx, BidID(id, lot, by.Org))
	if err != nil {
		return nil, nil, nil, err
	}
	t, err := s.Tenders.Look(ctx, id, by)
	if err != nil {
		return nil, nil, nil, err
	}
	v := b.At(seq)
	if v == nil || !v.Live() {
		return nil, nil, nil, notLive
	}
	return b, v, t, s.windowOpen(ctx, t)
}

// windowOpen refuses once the grace window has ended.
func (s *Service) windowOpen(ctx context.Context, t *tender.Tender) error {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return err
	}
	if t.Phase != tender.Published && t.Phase != tender.Closed || !now.Before(t.WindowEnds()) {
		return fault.New(fault.Conflict, "bid.window_over", "Sealed parts were taken until %s.",
			event.Time(t.WindowEnds()))
	}
	return nil
}

func uploadID(bid string, seq int64, envelope string) string {
	return fmt.Sprintf("%s~%d~%s", bid, seq, envelope)
}

func seqName(seq int64) string { return fmt.Sprintf("%04d", seq) }
