package seal

import (
	"io"

	"probity/tender/fault"
)

// Case is one envelope of one bid, as somebody who decides about it has it:
// everything is their own or from the log, except Header, which is what is to
// be judged. Nothing is taken from the header to verify the header.
type Case struct {
	Manifest *Manifest // one's own copy
	Bid      Bid       // the signed record in the log
	Envelope string    // its name
	Header   []byte    // nil if it is missing
}

// Fingerprint is the one in the bid record; zero if it has no such envelope.
func (c Case) Fingerprint() Fingerprint {
	f, _ := c.Bid.Envelope(c.Envelope)
	return f
}

// Device is the first stage of the verdict: what an opener's device, and a
// server at submission, checks before anything is released or accepted. cause
// is "" if the header may be used.
func (c Case) Device() (h *Header, cause string) {
	f, ok := c.Bid.Envelope(c.Envelope)
	switch {
	case !ok || c.Bid.Openers != c.Manifest.Openers() || c.Bid.Tender != c.Manifest.Tender:
		return nil, CauseOpeners
	case len(c.Header) == 0:
		return nil, CauseHeaderMissing
	case FingerprintOf(c.Header) != f:
		return nil, CauseHeaderAltered
	}
	h, err := ParseHeader(c.Header)
	if err != nil {
		return nil, fault.From(err).Code
	}
	if h.Context != c.Manifest.Context(c.Bid, c.Envelope) {
		return nil, CauseContext
	}
	if !h.fits(c.Manifest) {
		return nil, CauseHeaderSeats
	}
	return h, ""
}

// CheckSubmission is Device for a header that is being handed in: nothing is
// stored yet, so every failure is the sender's and comes as a fault.
func (c Case) CheckSubmission() (*Header, error) {
	h, cause := c.Device()
	switch cause {
	case "":
		return h, nil
	case CauseHeaderMissing, CauseHeaderAltered:
		return nil, invalid("seal.fingerprint", "The seal header does not have the fingerprint that was submitted.")
	case CauseOpeners:
		return nil, invalid(cause, "The bid was sealed for another opener manifest.")
	}
	return nil, invalid(cause, "%s", causes[cause].text)
}

// Verdict is the decision over an envelope.
type Verdict struct {
	Outcome
	Seed  Seed   // when the seal was reproduced, else zero
	Files []File // when opened
}

// Judge decides, with the same result for everybody who has the same proof and
// the same bytes (amendment 2). payload may be nil if the bytes are missing; it
// is read once, to its end. The error is for failures that say nothing about
// the bid: an unusable proof, a reader or sink that broke.
func (c Case) Judge(p Proof, payload io.Reader, sink Sink) (Verdict, error) {
	h, cause := c.Device()
	if cause != "" {
		return Verdict{Outcome: outcome(cause)}, nil
	}
	seed, cause, err := c.prove(h, p)
	if err != nil {
		return Verdict{}, err
	}
	if cause != "" {
		return Verdict{Outcome: outcome(cause)}, nil
	}
	return c.finish(h, seed, payload, sink)
}

// finish is the last stage, when the seal has been reproduced from seed.
func (c Case) finish(h *Header, seed Seed, payload io.Reader, sink Sink) (Verdict, error) {
	if payload == nil {
		return Verdict{Outcome: outcome(CausePayloadMissing), Seed: seed}, nil
	}
	id, err := PayloadIdentity(seed, h.Context)
	if err != nil {
		return Verdict{}, err
	}
	files, cause, err := openPayload(payload, h.Payload, id, sink)
	if err != nil {
		return Verdict{}, err
	}
	return Verdict{outcome(cause), seed, files}, nil
}

// reseals writes the header again from s and compares: the whole validity rule.
func (c Case) reseals(h *Header, s Seed) bool {
	again, err := SealHeader(c.Manifest, h.Context, s, h.Payload)
	return err == nil && string(again.Bytes()) == string(c.Header)
}
