package bidding_test

import (
	"slices"
	"strings"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/tender"
)

// spoil makes a bid whose header was tampered with by its own maker, who
// fingerprints the result.
func spoil(w *World, b *Bidder, seq int64, change func(*seal.Header)) *Sealed {
	s := b.Seal(seq, "9")
	p := s.Parts[tender.Whole]
	h, err := seal.ParseHeader(p.HeaderBytes)
	w.Ok(err)
	change(h)
	p.HeaderBytes = h.Bytes()
	p.Fingerprint = seal.FingerprintOf(p.HeaderBytes)
	s.Record.Envelopes[0].F = p.Fingerprint.String()
	s.Sign(b)
	return s
}

func garbage(c []byte) []byte {
	c = slices.Clone(c)
	c[len(c)-1] ^= 1
	return c
}

// Each way to spoil a bid ends with the bid void and its maker named, whoever
// opens; the honest bid beside it is not touched.
func TestSpoiledBids(t *testing.T) {
	for says, c := range map[string]struct {
		cause      string
		complaints int
		change     func(*seal.Header)
	}{
		"garbage for one opener": {seal.CauseReseal, 1, func(h *seal.Header) { h.Groups[0][0].Cipher = garbage(h.Groups[0][0].Cipher) }},
		"a wrong commitment":     {seal.CauseReseal, 1, func(h *seal.Header) { h.Groups[0][1].Commitment[0] ^= 1 }},
		"two openers' shares swapped": {seal.CauseUnusable, 2, func(h *seal.Header) {
			h.Groups[0][0].Cipher, h.Groups[0][1].Cipher = h.Groups[0][1].Cipher, h.Groups[0][0].Cipher
		}},
		"garbage for all": {seal.CauseUnusable, 3, func(h *seal.Header) {
			for i := range h.Groups[0] {
				h.Groups[0][i].Cipher = garbage(h.Groups[0][i].Cipher)
			}
		}},
	} {
		w := newWorld(t, Terms{})
		a, b := w.Bidder("alpha"), w.Bidder("beta")
		s := spoil(w, a, 1, c.change)
		w.Ok(a.Submit(s))
		w.Ok(a.Upload(s))
		b.Bid(1, "9")
		w.Close()
		w.Shut()
		id := w.Open(tender.Whole).ID
		x := w.Outcome(id, a)
		if x.State != seal.Void || x.Cause != c.cause || x.Blame != seal.BlameBidder || len(x.Complaints) != c.complaints {
			t.Errorf("%s: %s %s, blame on %s, %d complaints", says, x.State, x.Cause, x.Blame, len(x.Complaints))
		}
		for _, q := range x.Complaints {
			if q.Blame == seal.BlameOpener {
				t.Errorf("%s: opener %v is blamed", says, q.Seat)
			}
		}
		if x := w.Outcome(id, b); x.State != seal.Opened {
			t.Errorf("%s: the honest bid is %s %s", says, x.State, x.Cause)
		}
		if k := w.Objects("opened/" + w.ID + "/" + w.Lot + "/bid/" + a.Org + "/"); len(k) != 0 {
			t.Errorf("%s: something of the void bid is readable: %v", says, k)
		}
	}
}

// An opener who sends a false share, or complains about a good one, is named;
// the bid opens all the same.
func TestFalseOpeners(t *testing.T) {
	w, a, b := ready(t, Terms{Groups: []Group{{Name: "committee", K: 2, N: 4}}})
	id := w.Announce(tender.Whole)
	o := w.Openers()
	lies := w.Shares(o[0], id)
	lies.Shares = slices.Clone(lies.Shares)
	lies.Shares[0].S = strings.Repeat("5", 64)
	w.Ok(w.Send(o[0], id, lies))
	moans := w.Shares(o[1], id)
	moans.Shares = slices.Clone(moans.Shares)
	moans.Shares[0] = seal.ShareGiven{F: moans.Shares[0].F, E: seal.CauseDecrypt}
	w.Ok(w.Send(o[1], id, moans))
	x, err := w.Openings.Openings.Get(w.Ctx(), id)
	w.Ok(err)
	if x.Given[0].False != 1 || x.Given[1].False != 0 {
		t.Errorf("false shares are counted as %d and %d", x.Given[0].False, x.Given[1].False)
	}
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Code("two good shares for one bid only", err, "seal.not_ready")
	for _, s := range o[2:] {
		w.Ok(w.Send(s, id, w.Shares(s, id)))
	}
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	blamed := map[string]string{}
	for _, bidder := range []*Bidder{a, b} {
		out := w.Outcome(id, bidder)
		if out.State != seal.Opened {
			t.Errorf("%s is %s", bidder.Org, out.State)
		}
		for _, c := range out.Complaints {
			if c.Blame == seal.BlameOpener {
				blamed[o[c.Seat.Opener-1].User] = c.Code
			}
		}
	}
	if blamed[o[0].User] != seal.CauseFalseShare || blamed[o[1].User] != seal.CauseFalseComplaint || len(blamed) != 2 {
		t.Errorf("blamed are %v", blamed)
	}
}

// After a bid is stored, missing or changed bytes are the operator's fault,
// never the bidder's.
func TestLostBytes(t *testing.T) {
	for says, c := range map[string]struct{ object, cause string }{
		"the header is gone":  {"header", seal.CauseHeaderMissing},
		"the payload is gone": {"payload", seal.CausePayloadMissing},
	} {
		w, h := newHouse(t, Terms{}, apptest.Options{})
		a, b := w.Bidder("alpha"), w.Bidder("beta")
		a.Bid(1, "9")
		b.Bid(1, "9")
		w.Close()
		w.Shut()
		w.Ok(h.Objects.Delete(w.Ctx(), "bids/"+w.ID+"/"+w.Lot+"/"+a.Org+"/0001/"+tender.Whole+"/"+c.object))
		id := w.Open(tender.Whole).ID
		if x := w.Outcome(id, a); x.State != seal.Missing || x.Cause != c.cause || x.Blame != seal.BlameOperator {
			t.Errorf("%s: %s %s, blame on %s", says, x.State, x.Cause, x.Blame)
		}
		if x := w.Outcome(id, b); x.State != seal.Opened {
			t.Errorf("%s: the other is %s", says, x.State)
		}
	}
}

func offer(b []byte) map[string][]byte { return map[string][]byte{bidding.OfferFile: b} }

// What opens and is no offer is recorded as such; the panel decides.
func TestNoOffer(t *testing.T) {
	w := newWorld(t, Terms{})
	m, err := seal.ParseManifest([]byte(w.Tender().Openers.Manifest))
	w.Ok(err)
	expected := map[string]string{}
	for name, c := range map[string]struct {
		code  string
		files func(*Bidder) map[string][]byte
	}{
		"none":     {"offer.form", func(*Bidder) map[string][]byte { return map[string][]byte{"letter.txt": []byte("We offer 9.")} }},
		"empty":    {"offer.form", func(*Bidder) map[string][]byte { return offer(nil) }},
		"number":   {"offer.form", func(*Bidder) map[string][]byte { return offer([]byte("9")) }},
		"spaced":   {"offer.form", func(x *Bidder) map[string][]byte { return offer(append([]byte{' '}, x.Offer("9").Bytes()...)) }},
		"anothers": {"offer.place", func(*Bidder) map[string][]byte { return offer(w.Bidder("other").Offer("9").Bytes()) }},
		"elsewhere": {"offer.place", func(x *Bidder) map[string][]byte {
			o := x.Offer("9")
			o.Tender = "ocds-213czf-x"
			return offer(o.Bytes())
		}},
		"unpriced": {"offer.prices", func(x *Bidder) map[string][]byte { o := x.Offer("9"); o.Prices = nil; return offer(o.Bytes()) }},
		"mislabelled": {"offer.place", func(x *Bidder) map[string][]byte {
			o := x.Offer("9")
			o.Envelope = "technical"
			return offer(o.Bytes())
		}},
		"foreign": {"offer.currency", func(x *Bidder) map[string][]byte { o := x.Offer("9"); o.Currency = "USD"; return offer(o.Bytes()) }},
	} {
		x := w.Bidder(name)
		files := c.files(x)
		r := seal.Bid{Bidder: x.Org, Lot: w.Lot, Openers: m.Openers(), Seq: 1, Tender: w.ID}
		p := SealFiles(w, m, m.Context(r, tender.Whole), files)
		r.Envelopes = []seal.EnvelopeRef{{F: p.Fingerprint.String(), Name: tender.Whole}}
		s := &Sealed{Record: r, Parts: map[string]*Part{tender.Whole: p}}
		s.Sign(x)
		w.Ok(x.Submit(s))
		w.Ok(x.Upload(s))
		expected[x.Org] = c.code
	}
	w.Close()
	w.Shut()
	id := w.Open(tender.Whole).ID
	for org, code := range expected {
		x, err := w.Openings.Outcomes.Get(w.Ctx(), id+"~"+org)
		w.Ok(err)
		if x.State != seal.Opened || x.Offer != nil || x.OfferFault != code {
			t.Errorf("%s: %s, offer %v, %q; want %q", org, x.State, x.Offer, x.OfferFault, code)
		}
	}
}

// A bidder who names the fingerprint of its stored bid in a second record does
// not keep anything from being opened.
func TestFingerprintTwice(t *testing.T) {
	w := newWorld(t, Terms{Lots: []string{"lot-1", "lot-2"}, Grace: 60})
	a, b, c := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma")
	s := a.Bid(1, "9")
	b.Bid(1, "8")
	w.Ok(a.Submit(a.SealFor("lot-2", 1, "9")))
	same := s.Record
	same.Lot, same.Seq = "lot-2", 2
	copied := &Sealed{Record: same}
	copied.Sign(a)
	w.Ok(a.Submit(copied))
	theirs := s.Record // a rival who has learned it somehow
	theirs.Bidder = c.Org
	stolen := &Sealed{Record: theirs, Parts: s.Parts}
	stolen.Sign(c)
	w.Ok(c.Submit(stolen))
	w.Code("uploaded by the thief", c.Send(stolen, tender.Whole), "seal.context")
	w.Close()
	w.Shut()
	id := w.Open(tender.Whole).ID
	for _, x := range []*Bidder{a, b} {
		if o := w.Outcome(id, x); o.State != seal.Opened || o.Bidder.ID != x.Org {
			t.Errorf("%s: %s %s", x.Org, o.State, o.Cause)
		}
	}
	want(t, "the thief", c, bidding.Lapsed)
}
