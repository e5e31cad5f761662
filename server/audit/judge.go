package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/archive"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
)

// Limits of what is read of one envelope.
const (
	maxHeader = 8 << 20
	maxOffer  = 16 << 20 // as the opening itself has it
)

// judge repeats the opening: shares to key, key to seal, seal to bytes, bytes
// to offer, and compares each result with the record.
func (s *openingSteps) judge(o *opening, answers []seal.Answer) error {
	op, err := s.repeated(o)
	if err != nil {
		return err
	}
	results, err := seal.Combine(op, answers, o.failed)
	if !s.combine.expect(err == nil, o.id, "The opening of %s cannot be repeated from the answers: %v.", o, err) {
		results = s.fromProofs(o, op)
	}
	s.falseShares(o, op, answers)
	errs := make([]error, len(results))
	parallel(len(results), func(i int) {
		odd := func(x any) { s.bid.fail(o.id, "A sealed bid holds something that cannot be computed with: %v.", x) }
		errs[i] = safely(func() error { return s.judgeOne(o, results[i], err == nil) }, odd)
	})
	s.recordedBids(o)
	return errors.Join(errs...)
}

// repeated gathers what the server had when it combined: all from the log, but
// the sealed headers.
func (s *openingSteps) repeated(o *opening) (seal.Opening, error) {
	op := seal.Opening{Manifest: s.p.manifest, Extensions: s.p.extensions, Closed: *s.closed, Window: *s.window,
		Batch: o.batch, Now: o.announced.At}
	for _, f := range s.named(bidding.FactSubmit) {
		d, ok := data[submitted](s.verifier, f)
		r, err := seal.ParseBid(d.Bid.Record)
		print, _ := r.Envelope(o.envelope)
		e, stored := s.stored(o.lot, o.envelope, print.String())
		if !ok || err != nil || !stored || e.Leaf != f.Index || !slices.Contains(o.batch.Fingerprints, print.String()) {
			continue
		}
		c := seal.Case{Manifest: s.p.manifest, Bid: r, Envelope: o.envelope}
		c.Header, err = s.in.Read(envelopeDir(r.Lot, r.Bidder, r.Seq, o.envelope)+headerFile, maxHeader)
		if err != nil && !errors.Is(err, archive.ErrMissing) && fault.From(err).Kind == fault.Internal {
			return op, err
		}
		op.Cases = append(op.Cases, c)
	}
	for _, f := range o.revealed {
		raw, err := s.in.Read(revealPath(o.lot, o.envelope, f), 1<<20)
		p, perr := seal.ParseProof(raw)
		if s.combine.expect(err == nil && perr == nil, revealPath(o.lot, o.envelope, f), "The key that a bidder has published is not there.") {
			op.Revealed = append(op.Revealed, p)
		}
	}
	return op, nil
}

// fromProofs takes the published proofs where the answers do not suffice, so
// that what can still be judged is.
func (s *openingSteps) fromProofs(o *opening, op seal.Opening) []seal.Result {
	var list []seal.Result
	for _, c := range op.Cases {
		b := o.bid(c.Fingerprint().String())
		if b == nil || b.Proof == "" {
			continue
		}
		p, err := seal.ParseProof([]byte(b.Proof))
		if s.proof.expect(err == nil, c.Fingerprint().String(), "The published proof cannot be read.") {
			list = append(list, seal.Result{Case: c, Proof: p})
		}
	}
	return list
}

// falseShares counts again which shares matched no commitment.
func (s *openingSteps) falseShares(o *opening, op seal.Opening, answers []seal.Answer) {
	for _, a := range answers {
		wrong, err := op.FalseShares(a)
		i := slices.IndexFunc(o.given, func(g given) bool { return g.Group == a.Group && g.Opener == a.Opener })
		if err == nil && i >= 0 {
			s.answer.expect(len(wrong) == o.given[i].False, o.given[i].ID, "%d shares match no commitment; the log says %d.", len(wrong), o.given[i].False)
		}
	}
}

// judgeOne decides about one envelope and compares with the record.
func (s *openingSteps) judgeOne(o *opening, r seal.Result, combined bool) error {
	print := r.Case.Fingerprint().String()
	dir := envelopeDir(o.lot, r.Case.Bid.Bidder, r.Case.Bid.Seq, o.envelope)
	var offer bytes.Buffer
	sink := func(f seal.File, _ int) (io.Writer, error) {
		if f.Name == bidding.OfferFile && f.Size <= maxOffer {
			return &offer, nil
		}
		return io.Discard, nil
	}
	payload, err := s.in.Open(dir + payloadFile)
	if err != nil {
		payload = nil
	}
	var v seal.Verdict
	if combined {
		v, err = r.Judge(payload, sink)
	} else {
		v, err = r.Case.Judge(r.Proof, payload, sink)
	}
	if fault.From(err).Kind == fault.Internal && err != nil {
		return err
	}
	b := o.bid(print)
	if !s.bid.expect(err == nil, print, "The envelope cannot be judged: %v.", err) || b == nil {
		return nil
	}
	s.compare(b, v, r)
	if combined {
		s.sameProof(b, r)
	}
	if v.State == seal.Opened {
		s.content(o, b, v, offer.Bytes(), dir)
	}
	return nil
}

// compare holds the recorded outcome to the verdict.
func (s *openingSteps) compare(b *bidding.RecordedBid, v seal.Verdict, r seal.Result) {
	who := b.Bidder.ID + " " + b.Fingerprint
	s.bid.expect(b.State == v.State && b.Cause == v.Cause && b.Blame == v.Blame && b.Text == v.Text, who,
		"The record says %s (%s, %s); the sealed bytes give %s (%s, %s).", b.State, b.Cause, b.Blame, v.State, v.Cause, v.Blame)
	s.bid.expect(slices.Equal(b.Files, v.Files), who, "The record lists other files than the sealed bytes hold.")
	s.bid.expect(b.Bidder.ID == r.Case.Bid.Bidder && b.Seq == r.Case.Bid.Seq, who, "The record names another bidder or version.")
}

// sameProof holds proof and complaints to what the shares give.
func (s *openingSteps) sameProof(b *bidding.RecordedBid, r seal.Result) {
	want := ""
	if r.Proof.F != "" {
		want = string(r.Proof.Bytes())
	}
	s.proof.expect(b.Proof == want || b.Proof == "" && s.Scope == Full, b.Fingerprint, "The published proof is not the one that the openers' shares give.")
	var list []bidding.Complaint
	for _, c := range r.Complaints {
		list = append(list, bidding.Complaint{Seat: bidding.Seat(c.Seat), Code: c.Code, Blame: c.Blame})
	}
	s.bid.expect(slices.Equal(b.Complaints, list), b.Fingerprint, "The record of complaints about shares is another than the answers give.")
}

// content compares the files of an opened envelope, and its offer, with what
// was sealed.
func (s *openingSteps) content(o *opening, b *bidding.RecordedBid, v seal.Verdict, raw []byte, dir string) {
	for i, f := range v.Files {
		if f.Name == bidding.OfferFile && f.Size <= maxOffer {
			continue
		}
		path := fmt.Sprintf("%s%s%04d", dir, filesDir, i+1)
		got, there := s.listed[path]
		s.file.expect(there && got.SHA256 == f.SHA256 && got.Size == f.Size, path, "The file %q of %s is not there as it was sealed.", f.Name, b.Bidder.ID)
	}
	offer, code := readOffer(&s.p.notice, o, s.OCID, b.Bidder.ID, raw)
	s.offer.expect(b.OfferFault == code, b.Fingerprint, "The record says %q of the offer; it is %q.", b.OfferFault, code)
	if code != "" {
		return
	}
	kept, err := s.in.Read(dir+offerFile, maxOffer)
	s.file.expect(err == nil && bytes.Equal(kept, raw), dir+offerFile, "The offer of %s is not there as it was sealed.", b.Bidder.ID)
	if o.envelope != tender.Technical {
		s.offer.expect(reflect.DeepEqual(b.Price, offer.Total) && bytes.Equal(canon.Must(b.Prices), canon.Must(offer.Prices)), b.Fingerprint,
			"The recorded prices of %s are not those of the sealed offer.", b.Bidder.ID)
	}
}

// readOffer reads the structured part of an envelope, as the opening does: the
// offer, or the code of what keeps it from being read.
func readOffer(n *tender.Notice, o *opening, ocid, bidder string, raw []byte) (bidding.Offer, string) {
	offer, err := bidding.ParseOffer(raw)
	if err == nil && (offer.Envelope != o.envelope || offer.Lot != o.lot) {
		return offer, "offer.place"
	}
	if err == nil {
		err = offer.Check(n, ocid, bidder)
	}
	if err != nil {
		return offer, fault.From(err).Code
	}
	return offer, ""
}

// parallel runs do(0) to do(n-1) on all processors.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}
