package audit

import (
	"errors"
	"fmt"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/sign"
)

var errUnread = errors.New("audit: a fact cannot be read")

// opening is one envelope of all bids for one lot, as the facts tell it.
type opening struct {
	id, lot, envelope string
	announced         bidding.Placed
	batch             seal.Batch
	given             []given
	failed            []seal.Seat
	revealed          []string // fingerprints
	combined          *bidding.Placed
	recorded          *bidding.Placed
	record            *bidding.Record
}

// given is an opener's answer and the fact that it came.
type given struct {
	bidding.Placed
	Answer string
	Group  int
	Opener int
	False  int
}

// openingSteps are the checks of openings.
type openingSteps struct {
	*verifier
	batch, answer, combine, record, bid, proof, file, offer *step
}

// opened goes through the openings: announced over the full list, answered by
// the openers under their signatures, combined, and recorded as it was.
func (v *verifier) opened() error {
	s := &openingSteps{verifier: v,
		batch:   v.step("opening.batch", "Every opening was announced, in time, over all stored bids but those that a decision kept sealed"),
		answer:  v.step("opening.answer", "Every opener's answer is the one in the log, signed, and complete"),
		combine: v.step("opening.combine", "The openers' shares give the keys again, with no bid combined before there were enough for all"),
		record:  v.step("opening.record", "Every opening record is the one in the log, and says what the facts say"),
		bid:     v.step("opening.bid", "Every bid that was opened was judged again from its sealed bytes, with the recorded result"),
		proof:   v.step("opening.proof", "Every published proof is the one that the shares give"),
		file:    v.step("opening.file", "Every file of an opened bid is the one that was sealed"),
		offer:   v.step("opening.offer", "Every recorded price is the one in the sealed offer"),
	}
	for _, o := range v.collect(s) {
		if err := s.check(o); err != nil {
			return err
		}
	}
	for _, x := range []*step{s.batch, s.answer, s.combine, s.record, s.bid, s.proof, s.file, s.offer} {
		x.end()
	}
	return nil
}

// check looks at one opening.
func (s *openingSteps) check(o *opening) error {
	s.announcement(o)
	if s.window == nil || s.p.manifest == nil {
		s.combine.fail(o.id, "Without the list of stored bids and the opener manifest the opening cannot be repeated.")
		return nil
	}
	answers := s.answers(o)
	if o.recorded == nil {
		return nil // under way
	}
	s.readRecord(o)
	if s.Scope.closedTo(o.envelope) {
		s.recordedBids(o)
		return nil
	}
	return s.judge(o, answers)
}

// announcement holds the batch to the list of stored bids, and the exclusions
// to the technical decision.
func (s *openingSteps) announcement(o *opening) {
	f := o.announced
	if s.p.sealed != nil {
		s.batch.expect(f.Index > s.p.sealed.Index && !f.At.Before(s.p.notice.Timetable.Opens), f.ID, "The opening was announced before its time.")
	}
	if s.window == nil || s.p.manifest == nil {
		return
	}
	err := o.batch.Check(s.p.manifest, *s.window)
	s.batch.expect(err == nil, f.ID, "The opening is not over all stored bids of its lot: %v.", err)
	decision, out := "", []string{}
	if s.withheld["evaluation.qualify"] > 0 {
		return
	}
	if o.envelope == tender.Financial {
		decision, out = s.excluded(o.lot, f.Index)
	}
	s.batch.expect(o.batch.Decision == decision && slices.Equal(o.batch.Excluded, out), f.ID, "Other bids were kept sealed than the technical decision says.")
}

// excluded returns the last technical decision of the lot before an entry, and
// the price envelopes that it keeps sealed, as the batch has them.
func (v *verifier) excluded(lot string, before int64) (decision string, prints []string) {
	prints = []string{}
	var out []string
	for _, f := range v.named("evaluation.qualify") {
		d, ok := data[struct {
			Lot, Decision string
			Entries       []score.Entry
		}](v, f)
		if !ok || d.Lot != lot || f.Index > before {
			continue
		}
		decision, out = d.Decision, nil
		for _, e := range d.Entries {
			if e.Status != score.Valid {
				out = append(out, e.Bid)
			}
		}
	}
	if len(out) == 0 {
		return "", prints
	}
	for _, e := range v.window.Entries {
		for _, x := range e.Envelopes {
			if e.State == seal.Stored && e.Lot == lot && x.Name == tender.Financial && slices.Contains(out, e.Bidder) {
				prints = append(prints, x.F)
			}
		}
	}
	slices.Sort(prints)
	return decision, prints
}

// answers reads the openers' answers: each the one whose hash is in the log,
// signed by the opener whose seat it is.
func (s *openingSteps) answers(o *opening) []seal.Answer {
	if s.Scope.closedTo(o.envelope) || o.recorded == nil {
		return nil
	}
	var list []seal.Answer
	for _, g := range o.given {
		path := answerPath(o.lot, o.envelope, g.Group, g.Opener)
		raw, err := s.in.Read(path, 64<<20)
		if !s.answer.expect(err == nil, path, "The answer of opener %d of group %d is not there.", g.Opener, g.Group) {
			continue
		}
		signed, err := sign.ParseSigned(raw)
		if !s.answer.expect(err == nil && hexOf(canon.Hash("answer", signed.Record)) == g.Answer, path, "The answer is not the one whose hash is in the log.") {
			continue
		}
		s.signed(s.answer, g.Placed, sign.Open, signed.Record, signed.Signature)
		a, err := seal.ParseAnswer(signed.Record)
		if err == nil {
			err = a.Check(o.batch, s.p.manifest)
		}
		if s.answer.expect(err == nil, path, "The answer does not fit the opening: %v.", err) {
			holder := s.p.manifest.Groups[a.Group].Openers[a.Opener-1].ID
			s.answer.expect(holder == g.By && a.Group == g.Group && a.Opener == g.Opener, path, "The answer came from %s, and the seat is that of %s.", g.By, holder)
			list = append(list, a)
		}
	}
	return list
}

// readRecord reads the opening record and holds it to the facts.
func (s *openingSteps) readRecord(o *opening) {
	path := recordPath(o.lot, o.envelope)
	raw, err := s.in.Read(path, 1<<30)
	if !s.record.expect(err == nil, path, "The opening record is not there.") {
		return
	}
	r, err := bidding.ParseRecord(raw)
	if !s.record.expect(err == nil, path, "The opening record cannot be read: %v.", err) {
		return
	}
	d, ok := data[struct{ Record string }](s.verifier, *o.recorded)
	s.record.expect(ok && hexOf(canon.Hash("opening", raw)) == d.Record, path, "The opening record is not the one whose hash is in the log.")
	s.record.expect(r.Tender == s.OCID && r.Lot == o.lot && r.Envelope == o.envelope && r.Batch == o.batch.Hash(), path, "The record is of another opening.")
	s.record.expect(r.Announced == event.Time(o.announced.At) && o.combined != nil, path, "The record tells another time than the log, or nothing was combined.")
	s.record.expect(sameOpeners(r.Openers, o.given), path, "The record names other openers than those who have answered.")
	if o.combined != nil {
		fixed, ok := data[struct{ Given []bidding.Given }](s.verifier, *o.combined)
		s.record.expect(ok && sameAnswers(fixed.Given, o.given, r.Openers), o.combined.ID, "The answers that were combined are not those that had come, or came from somebody of another name.")
	}
	o.record = &r
}

func sameOpeners(seats []bidding.RecordedSeat, list []given) bool {
	if len(seats) != len(list) {
		return false
	}
	for i, g := range list {
		x := seats[i]
		if x.Group != g.Group || x.Opener != g.Opener || x.False != g.False || x.At != event.Time(g.At) {
			return false
		}
	}
	return true
}

// sameAnswers holds the answers that were fixed, when bids were combined, to
// those that had come and to the names in the record.
func sameAnswers(fixed []bidding.Given, list []given, seats []bidding.RecordedSeat) bool {
	if len(fixed) != len(list) || len(seats) != len(list) {
		return false
	}
	for i, g := range list {
		x := fixed[i]
		if x.Group != g.Group || x.Opener != g.Opener || x.User != g.By || x.Answer != g.Answer || x.False != g.False || !x.At.Equal(g.At) || x.Name != seats[i].Name {
			return false
		}
	}
	return true
}

// bid returns what the record says of an envelope, or nil.
func (o *opening) bid(print string) *bidding.RecordedBid {
	if o.record == nil {
		return nil
	}
	for i := range o.record.Bids {
		if o.record.Bids[i].Fingerprint == print {
			return &o.record.Bids[i]
		}
	}
	return nil
}

func (o *opening) String() string { return fmt.Sprintf("the %s envelopes of %s", o.envelope, o.lot) }
