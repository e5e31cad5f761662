package bidding_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/party"
)

// Every way in which a sealed part is refused.
func TestUploadRefuses(t *testing.T) {
	w := newWorld(t, two)
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	s := a.Seal(1, "9")
	other := b.Seal(1, "8")
	w.Ok(a.Submit(s))
	const name = tender.Technical
	for _, c := range []struct {
		says, code string
		by         *Bidder
		change     func(*bidding.Delivery)
	}{
		{"for a tender that there is not", "bid.missing", a, func(d *bidding.Delivery) { d.Tender = "ocds-213czf-none" }},
		{"for a lot without a bid", "bid.missing", a, func(d *bidding.Delivery) { d.Lot = "lot-9" }},
		{"for a version that there is not", "bid.not_live", a, func(d *bidding.Delivery) { d.Seq = 2 }},
		{"for an envelope that there is not", "seal.openers", a, func(d *bidding.Delivery) { d.Envelope = "third" }},
		{"with a path as an envelope", "seal.openers", a, func(d *bidding.Delivery) { d.Envelope = "../technical" }},
		{"of somebody who has no bid", "bid.missing", b, nil},
		{"without a header", "seal.fingerprint", a, func(d *bidding.Delivery) { d.Header = nil }},
		{"with another bidder's header", "seal.fingerprint", a, func(d *bidding.Delivery) { d.Header = other.Parts[name].HeaderBytes }},
		{"with the header of another envelope", "seal.fingerprint", a, func(d *bidding.Delivery) { d.Header = s.Parts[tender.Financial].HeaderBytes }},
		{"with a space before the header", "seal.fingerprint", a, func(d *bidding.Delivery) { d.Header = append([]byte(" "), d.Header...) }},
		{"with too few part hashes", "bid.part_count", a, func(d *bidding.Delivery) { d.Sums = nil }},
		{"with half a part hash", "bid.part_count", a, func(d *bidding.Delivery) { d.Sums = d.Sums[:16] }},
		{"with too many part hashes", "bid.part_count", a, func(d *bidding.Delivery) { d.Sums = append(slices.Clone(d.Sums), d.Sums...) }},
		{"with wrong part hashes", "bid.part_hashes", a, func(d *bidding.Delivery) { d.Sums = bytes.Repeat([]byte{1}, 32) }},
	} {
		d := s.Delivery(name)
		if c.change != nil {
			c.change(&d)
		}
		_, _, _, err := w.Bids.Begin(w.Ctx(), c.by.Actor, d)
		w.Code(c.says, err, c.code)
	}
	_, _, _, err := w.Bids.Begin(w.Ctx(), Officer, s.Delivery(name))
	w.Code("by an officer", err, "actor.role")
	_, _, err = w.Bids.Finish(w.Ctx(), a.Actor, s.Delivery(name))
	w.Code("finished before it has begun", err, "upload.missing")
	if k := w.Objects("bids/"); len(k) != 0 {
		t.Errorf("something was stored: %v", k)
	}
}

// Parts are checked as they come, and can be sent again.
func TestPartRefuses(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	w.Ok(a.Submit(s))
	u, there, targets, err := w.Bids.Begin(w.Ctx(), a.Actor, s.Delivery(tender.Whole))
	w.Ok(err)
	if len(there) != 0 || len(targets) != 1 {
		t.Fatalf("%v are there, %d are wanted", there, len(targets))
	}
	payload := s.Parts[tender.Whole].Payload
	_, _, err = w.Bids.Finish(w.Ctx(), a.Actor, s.Delivery(tender.Whole))
	w.Code("finished too soon", err, "blob.incomplete")
	for _, c := range []struct {
		says, code string
		part       int
		body       []byte
	}{
		{"no bytes", "blob.size", 1, nil},
		{"a byte too few", "blob.size", 1, payload[:len(payload)-1]},
		{"a byte too many", "blob.size", 1, append(slices.Clone(payload), 0)},
		{"one bit turned", "blob.sum", 1, append([]byte{payload[0] ^ 1}, payload[1:]...)},
		{"part 0", "blob.part", 0, payload},
		{"part 2 of 1", "blob.part", 2, payload},
	} {
		w.Code(c.says, w.Bids.Part(w.Ctx(), u.ID, c.part, bytes.NewReader(c.body)), c.code)
	}
	w.Code("an upload that there is not", w.Bids.Part(w.Ctx(), u.ID+"x", 1, bytes.NewReader(payload)), "upload.missing")
	w.Ok(w.Bids.Part(w.Ctx(), u.ID, 1, bytes.NewReader(payload)))
	w.Ok(w.Bids.Part(w.Ctx(), u.ID, 1, bytes.NewReader(payload)))
	_, there, targets, err = w.Bids.Begin(w.Ctx(), a.Actor, s.Delivery(tender.Whole))
	if err != nil || !slices.Equal(there, []int{1}) || len(targets) != 0 {
		t.Errorf("resumed: %v are there, %d are wanted, %v", there, len(targets), err)
	}
	for range 2 { // saying so twice is no error
		_, v, err := w.Bids.Finish(w.Ctx(), a.Actor, s.Delivery(tender.Whole))
		if err != nil || v.State != bidding.Stored {
			t.Errorf("finished: %v, %v", v, err)
		}
	}
	w.Code("a part of a complete envelope", w.Bids.Part(w.Ctx(), u.ID, 1, bytes.NewReader(payload)), "bid.upload_done")
	if n := len(w.Pending()); n > 3 {
		t.Errorf("%d facts", n)
	}
}

// A bid is stored when all its envelopes are, and not before.
func TestAllEnvelopesOrNone(t *testing.T) {
	w := newWorld(t, two)
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	w.Ok(a.Submit(s))
	w.Ok(a.UploadOne(s, tender.Technical))
	want(t, "one of two", a, bidding.Registered)
	w.Ok(a.UploadOne(s, tender.Financial))
	want(t, "both", a, bidding.Stored)
	w.Settle()
	if n := len(w.Facts(bidding.FactStored)); n != 1 {
		t.Errorf("it is stored %d times", n)
	}
}

// A bid sealed for another place or with other openers' keys is refused when
// its header comes, so that its maker still can be told.
func TestHeaderForAnotherPlace(t *testing.T) {
	w := newWorld(t, Terms{Lots: []string{"lot-1", "lot-2"}, Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	m, err := seal.ParseManifest([]byte(w.Tender().Openers.Manifest))
	w.Ok(err)
	mine := a.Seal(1, "9").Record
	for says, change := range map[string]func(*seal.Context){
		"another bidder":   func(c *seal.Context) { c.Bidder = b.Org },
		"another lot":      func(c *seal.Context) { c.Lot = "lot-2" },
		"another envelope": func(c *seal.Context) { c.Envelope = "technical" },
		"another number":   func(c *seal.Context) { c.Seq++ },
	} {
		c := m.Context(mine, tender.Whole)
		change(&c)
		p := SealFiles(w, m, c, map[string][]byte{bidding.OfferFile: []byte("{}")})
		s := &Sealed{Record: mine, Parts: map[string]*Part{tender.Whole: p}}
		s.Record.Envelopes = []seal.EnvelopeRef{{F: p.Fingerprint.String(), Name: tender.Whole}}
		s.Sign(a)
		w.Ok(a.Submit(s))
		w.Code(says, a.Send(s, tender.Whole), "seal.context")
		mine.Seq++
		w.Settle()
	}
}

// The grace window ends for parts as the deadline does for bids, to the
// millisecond, for every call.
func TestWindowEnds(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	sa, sb := a.Seal(1, "9"), b.Seal(1, "9")
	w.Ok(a.Submit(sa))
	w.Ok(b.Submit(sb))
	w.Close()
	u, _, _, err := w.Bids.Begin(w.Ctx(), b.Actor, sb.Delivery(tender.Whole))
	w.Ok(err)
	ends := Deadline.Add(time.Hour)
	w.Set(ends.Add(-time.Millisecond))
	w.Code("at the last moment", a.Upload(sa), "")
	w.Set(ends)
	_, _, _, err = w.Bids.Begin(w.Ctx(), b.Actor, sb.Delivery(tender.Whole))
	w.Code("a header", err, "bid.window_over")
	w.Code("a part", w.Bids.Part(w.Ctx(), u.ID, 1, strings.NewReader("x")), "bid.window_over")
	_, _, err = w.Bids.Finish(w.Ctx(), b.Actor, sb.Delivery(tender.Whole))
	w.Code("the last word", err, "bid.window_over")
	w.Shut()
	want(t, "in time", a, bidding.Stored)
	want(t, "not in time", b, bidding.Lapsed)
	if k := b.Kept("0001"); len(k) != 0 {
		t.Errorf("of the lapsed bid are left: %v", k)
	}
}

// Nobody else sees or touches a bid.
func TestOwnOnly(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9")
	if b.Stored(w.Lot) != nil {
		t.Error("another bidder gets a bid that is not theirs")
	}
	_, err := w.Bids.Own(w.Ctx(), Officer, w.ID, w.Lot)
	w.Code("an officer", err, "actor.role")
	fact := a.Stored(w.Lot).Versions[0].Fact
	w.Code("one's own receipt", w.Bids.Mine(w.Ctx(), a.Actor, fact), "")
	for says, by := range map[string]party.Actor{"a rival": b.Actor, "an officer": Officer, "the public": Anybody} {
		w.Code("the receipt for "+says, w.Bids.Mine(w.Ctx(), by, fact), "receipt.missing")
	}
	w.Code("a receipt of something else", w.Bids.Mine(w.Ctx(), a.Actor, "tender/"+w.ID+"#1"), "receipt.missing")
}
