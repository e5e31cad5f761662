package bidding

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const outcomeKind = "outcome"

// maxOffer bounds the structured part of an envelope.
const maxOffer = 16 << 20

// Outcome is how one envelope of one bid was opened. It changes only if the lot
// is cancelled before there is a record: then nothing of it is kept.
type Outcome struct {
	store.Root // ID is OpeningID~bidder

	Opening     string         `json:"opening"`
	Bidder      tender.OrgName `json:"bidder"`
	Parties     []party.Party  `json:"parties,omitempty"`
	Security    *Security      `json:"security,omitempty"`
	Seq         int64          `json:"seq"`
	Fingerprint string         `json:"fingerprint"`
	State       seal.State     `json:"state"`
	Cause       string         `json:"cause,omitempty"`
	Blame       seal.Blame     `json:"blame"`
	Text        string         `json:"text"`
	Complaints  []Complaint    `json:"complaints,omitempty"`
	Files       []seal.File    `json:"files,omitempty"`
	Proof       string         `json:"proof,omitempty"` // canonical seal.Proof; who may see it depends on the envelope
	Offer       *Offer         `json:"offer,omitempty"`
	OfferFault  string         `json:"offerFault,omitempty"` // code, where the offer cannot be read
	Sealed      bool           `json:"sealed,omitempty"`     // for ever: the lot was cancelled first, and all else is empty
}

// Complaint is what an opener said about a share, or what was found about it.
type Complaint struct {
	Seat
	Code  string     `json:"code"`
	Blame seal.Blame `json:"blame"`
}

// Keys make outcomes searchable by opening, in the order of the batch too.
func (o *Outcome) Keys() store.Keys {
	if o.Sealed {
		return nil
	}
	return store.Keys{"opening": o.Opening, "fingerprint": o.Fingerprint}
}

// outcomeID names how the envelope of a bidder was opened.
func outcomeID(opening, bidder string) string { return opening + "~" + bidder }

// open judges one bid with its payload, keeps what was in it, and stores the
// outcome. Doing it again finds the same outcome.
func (s *Openings) open(ctx context.Context, t *tender.Tender, o *Opening, r seal.Result) (*Outcome, error) {
	rec := r.Case.Bid
	id := outcomeID(o.ID, rec.Bidder)
	if was, err := s.Outcomes.Get(ctx, id); !errors.Is(err, &fault.Error{Code: "outcome.missing"}) {
		return was, err
	}
	b, err := s.Bids.Get(ctx, BidID(rec.Tender, rec.Lot, rec.Bidder))
	if err != nil {
		return nil, err
	}
	out := &Outcome{Root: store.Root{ID: id}, Opening: o.ID, Bidder: b.Bidder, Seq: rec.Seq, Fingerprint: r.Case.Fingerprint().String()}
	if v := b.At(rec.Seq); v != nil {
		out.Parties, out.Security = v.Parties, v.Security
	}
	verdict, offer, err := s.judge(ctx, o, r, b.ID)
	if err != nil {
		return nil, err
	}
	out.State, out.Cause, out.Blame, out.Text, out.Files = verdict.State, verdict.Cause, verdict.Blame, verdict.Text, verdict.Files
	for _, c := range r.Complaints {
		out.Complaints = append(out.Complaints, Complaint{Seat(c.Seat), c.Code, c.Blame})
	}
	if r.Proof.F != "" {
		out.Proof = string(r.Proof.Bytes())
	}
	if out.State == seal.Opened {
		out.read(t, o, offer)
	}
	err = s.Outcomes.Put(ctx, out)
	if !errors.Is(err, &fault.Error{Code: "outcome.taken"}) {
		return out, err
	}
	was, err := s.Outcomes.Get(ctx, id)
	if err == nil && was.Sealed { // the lot was cancelled while this bid was being read
		err = s.Objects.DeleteAll(ctx, openedKey(o, rec.Bidder, 0))
	}
	return was, err
}

// judge runs the verdict over the stored payload and keeps the files.
func (s *Openings) judge(ctx context.Context, o *Opening, r seal.Result, bid string) (seal.Verdict, []byte, error) {
	var offer bytes.Buffer
	sink := func(f seal.File, number int) (io.Writer, error) {
		if f.Name == OfferFile && f.Size <= maxOffer {
			return &offer, nil
		}
		sum, err := hex.DecodeString(f.SHA256)
		if err != nil || len(sum) != 32 {
			return nil, fmt.Errorf("bidding: file %d of a container has no hash", number)
		}
		return s.Objects.Create(ctx, openedKey(o, r.Case.Bid.Bidder, number), f.Size, [32]byte(sum))
	}
	payload, err := s.Objects.Open(ctx, object(bid, r.Case.Bid.Seq, o.Envelope, "payload"))
	switch {
	case err == nil:
		defer payload.Close()
	case fault.From(err).Kind == fault.Missing:
		v, err := r.Judge(nil, sink)
		return v, nil, err
	default:
		return seal.Verdict{}, nil, err
	}
	v, err := r.Judge(payload, sink)
	if err == nil && v.State != seal.Opened { // what came out of a bad container is nobody's to read
		err = s.Objects.DeleteAll(ctx, openedKey(o, r.Case.Bid.Bidder, 0))
	}
	return v, offer.Bytes(), err
}

// read takes in the structured offer. One that cannot be read is the bidder's
// doing; the panel decides what follows.
func (o *Outcome) read(t *tender.Tender, op *Opening, raw []byte) {
	offer, err := ParseOffer(raw)
	if err == nil && (offer.Envelope != op.Envelope || offer.Lot != op.Lot) {
		err = fault.New(fault.Invalid, "offer.place", "The offer is for another lot or envelope.")
	}
	if err == nil {
		err = offer.Check(&t.Notice, t.ID, o.Bidder.ID)
	}
	if err != nil {
		o.OfferFault = fault.From(err).Code
		return
	}
	o.Offer = &offer
}

// openedFolder is below which everything is kept that an opening has read.
func openedFolder(o *Opening) string {
	return fmt.Sprintf("opened/%s/%s/%s/", o.Tender, o.Lot, o.Envelope)
}

// openedKey is where file number n (from 1) of an opened envelope is kept; 0
// stands for all of them.
func openedKey(o *Opening, bidder string, n int) string {
	folder := openedFolder(o) + bidder + "/"
	if n == 0 {
		return folder
	}
	return fmt.Sprintf("%s%04d", folder, n)
}

func recordKey(o *Opening) string { return openedFolder(o) + "record.json" }

// atOnce is how many bids are opened at the same time. Most of it is waiting
// for disks, which serve many at once better than one after the other.
const atOnce = 32

// parallel runs do(0) to do(n-1), a few at a time.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, atOnce) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}
