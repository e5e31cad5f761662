package biddingtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// Bidder is a supplier with the person who acts for it.
type Bidder struct {
	party.Actor
	w *World
}

// Bidder registers a supplier. The same name gives the same one.
func (w *World) Bidder(name string) *Bidder {
	b := &Bidder{Person("u-"+name, "org-"+name, party.KindSupplier, party.RoleRepresentative), w}
	if k := DeviceKey(b.User); !w.known(b.User, k) {
		w.Org(b.Org, party.KindSupplier)
		w.Enrol(b.User, k.Key())
	}
	return b
}

// Newcomer registers one supplier of many, whom the world does not remember. It
// may be called by several goroutines.
func Newcomer(w *World, name string) *Bidder {
	b := &Bidder{Person("u-"+name, "org-"+name, party.KindSupplier, party.RoleRepresentative), w}
	w.Org(b.Org, party.KindSupplier)
	w.Enrol(b.User, DeviceKey(b.User).Key())
	return b
}

// Sealed is a bid as it lies on the bidder's own machine.
type Sealed struct {
	Record seal.Bid
	Signed sign.Signed
	Parts  map[string]*Part // by envelope
}

// Part is one sealed envelope.
type Part struct {
	*seal.Envelope
	Payload []byte
}

// Seal makes a bid for the first lot, at a unit price, as the seq-th record.
func (b *Bidder) Seal(seq int64, price string) *Sealed { return b.SealFor(b.w.Lot, seq, price) }

// SealFor makes a bid for a lot.
func (b *Bidder) SealFor(lot string, seq int64, price string) *Sealed {
	b.w.Helper()
	t := b.w.Tender()
	m, err := seal.ParseManifest([]byte(t.Openers.Manifest))
	b.w.Ok(err)
	s := &Sealed{Record: seal.Bid{Bidder: b.Org, Lot: lot, Openers: m.Openers(), Seq: seq, Tender: t.ID}, Parts: map[string]*Part{}}
	for _, name := range t.Notice.Envelopes.Names() {
		s.Parts[name] = b.envelope(t, m, s.Record, name, price)
		s.Record.Envelopes = append(s.Record.Envelopes, seal.EnvelopeRef{F: s.Parts[name].Fingerprint.String(), Name: name})
	}
	s.Sign(b)
	return s
}

// Sign signs the record as it stands.
func (s *Sealed) Sign(b *Bidder) {
	b.w.Helper()
	var err error
	s.Signed, err = sign.Record(b.w.Key(b.User), sign.Bid, s.Record.Bytes())
	b.w.Ok(err)
}

func (b *Bidder) envelope(t *tender.Tender, m *seal.Manifest, r seal.Bid, name, price string) *Part {
	b.w.Helper()
	files := map[string][]byte{bidding.OfferFile: b.offer(t, r.Lot, name, price).Bytes(), "method.txt": []byte("We salt the roads of " + b.Org + ".")}
	return SealFiles(b.w, m, m.Context(r, name), files)
}

// Offer is the structured part of a bid for the first lot, in one envelope.
func (b *Bidder) Offer(price string) bidding.Offer {
	b.w.Helper()
	return b.offer(b.w.Tender(), b.w.Lot, tender.Whole, price)
}

func (b *Bidder) offer(t *tender.Tender, lot, envelope, price string) bidding.Offer {
	b.w.Helper()
	prices := map[string]tender.Decimal{}
	for _, item := range t.Notice.Lot(lot).Items {
		prices[item.ID] = tender.MustDecimal(price)
	}
	var responses []bidding.Response
	for _, q := range t.Notice.RequirementsOf(lot) {
		responses = append(responses, bidding.Response{Requirement: q.ID, Met: true})
	}
	o, err := bidding.MakeOffer(&t.Notice, lot, b.Org, t.ID, envelope, prices, responses)
	b.w.Ok(err)
	return o
}

// SealFiles seals files for one place.
func SealFiles(w *World, m *seal.Manifest, c seal.Context, files map[string][]byte) *Part {
	w.Helper()
	var list []seal.Source
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b := files[name]
		h := sha256.Sum256(b)
		list = append(list, seal.Source{File: seal.File{MediaType: "text/plain", Name: name, SHA256: hex.EncodeToString(h[:]), Size: int64(len(b))},
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }})
	}
	var out bytes.Buffer
	e, err := seal.Seal(&out, m, c, list)
	w.Ok(err)
	return &Part{e, out.Bytes()}
}

// Submit registers the fingerprints.
func (b *Bidder) Submit(s *Sealed) error {
	_, _, err := b.w.Bids.Submit(b.w.Ctx(), b.Actor, bidding.Submission{Signed: s.Signed})
	return err
}

// SubmitWith registers the fingerprints of a bid with partners or a security.
func (b *Bidder) SubmitWith(s *Sealed, parties []party.Party, security *bidding.Security) error {
	_, _, err := b.w.Bids.Submit(b.w.Ctx(), b.Actor, bidding.Submission{Signed: s.Signed, Parties: parties, Security: security})
	return err
}

// Delivery is what is said about one envelope.
func (s *Sealed) Delivery(envelope string) bidding.Delivery {
	d := bidding.Delivery{Tender: s.Record.Tender, Lot: s.Record.Lot, Seq: s.Record.Seq, Envelope: envelope}
	if p := s.Parts[envelope]; p != nil {
		d.Header, d.Sums = p.HeaderBytes, p.PartHashes
	}
	return d
}

// Upload sends every envelope.
func (b *Bidder) Upload(s *Sealed) error {
	for name := range s.Parts {
		if err := b.UploadOne(s, name); err != nil {
			return err
		}
	}
	return nil
}

// UploadOne sends one envelope.
func (b *Bidder) UploadOne(s *Sealed, name string) error {
	if err := b.Send(s, name); err != nil {
		return err
	}
	_, _, err := b.w.Bids.Finish(b.w.Ctx(), b.Actor, s.Delivery(name))
	return err
}

// Send sends the parts of an envelope that are missing, and does not say so.
func (b *Bidder) Send(s *Sealed, name string) error {
	u, _, targets, err := b.w.Bids.Begin(b.w.Ctx(), b.Actor, s.Delivery(name))
	if err != nil {
		return err
	}
	for _, t := range targets {
		from := int64(t.Part-1) * u.Payload.Part
		to := from + u.Payload.PartLen(int64(t.Part)-1)
		if err := b.w.Bids.Part(b.w.Ctx(), u.ID, t.Part, bytes.NewReader(s.Parts[name].Payload[from:to])); err != nil {
			return err
		}
	}
	return nil
}

// Bid submits and uploads a bid for the first lot, its seq-th record.
func (b *Bidder) Bid(seq int64, price string) *Sealed {
	b.w.Helper()
	s := b.Seal(seq, price)
	b.w.Ok(b.Submit(s))
	b.w.Ok(b.Upload(s))
	return s
}

// Withdraw takes the bid for the first lot back, as the seq-th record.
func (b *Bidder) Withdraw(seq int64) error {
	record := seal.Withdrawal{Bidder: b.Org, Lot: b.w.Lot, Seq: seq, Tender: b.w.ID}.Bytes()
	signed, err := sign.Record(b.w.Key(b.User), sign.Withdraw, record)
	b.w.Ok(err)
	_, _, err = b.w.Bids.Withdraw(b.w.Ctx(), b.Actor, signed)
	return err
}

// Stored returns what the platform keeps of the bidder for a lot; nil if there
// is nothing.
func (b *Bidder) Stored(lot string) *bidding.Bid {
	x, err := b.w.Bids.Own(b.w.Ctx(), b.Actor, b.w.ID, lot)
	if err != nil {
		return nil
	}
	return x
}

// States lists the states of all versions of the bid for the first lot.
func (b *Bidder) States() []bidding.State {
	var list []bidding.State
	if x := b.Stored(b.w.Lot); x != nil {
		for _, v := range x.Versions {
			list = append(list, v.State)
		}
	}
	return list
}

// Kept lists the stored objects of one version of the bid for the first lot.
func (b *Bidder) Kept(seq string) []string {
	return b.w.Objects("bids/" + b.w.ID + "/" + b.w.Lot + "/" + b.Org + "/" + seq + "/")
}
