package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
	"probity/tender/fault"
)

// openTechnical opens the first envelopes of both lots.
func (s *story) openTechnical(ctx context.Context) error {
	if err := s.step(ctx, s.draftOf.Notice.Timetable.Opens); err != nil {
		return err
	}
	s.openings = map[string]int{}
	o, err := s.announce(ctx, lotComputers, tender.Technical)
	if err != nil {
		return err
	}
	s.tell.at(s.now, "The officer announces what will be opened for the first lot: %d sealed envelopes. The list is in the log before "+
		"anybody is asked for anything.", o.Size)
	if err := s.release(ctx, o.ID, "opener1", "guard1", "opener4"); err != nil {
		return err
	}
	words, err := notEnough(s.who("officer").Combine(ctx, o.ID))
	if err != nil {
		return err
	}
	s.tell.say("%s and %s release their shares, and so does the guardian %s.", s.who("opener1").name, s.who("opener4").name, s.who("guard1").name)
	s.tell.refused("Two of five are not enough: %s", words)
	if err := s.release(ctx, o.ID, "opener5"); err != nil {
		return err
	}
	s.tell.at(s.now, "%s is the third.", s.who("opener5").name)
	if err := s.combine(ctx, o, "aurora", "bamboo", "delta"); err != nil {
		return err
	}
	s.tell.proved("Each opener's device has compared the list with the log, released nothing that was withdrawn or replaced, and decrypted " +
		"only its own share.")
	s.tell.proved("All shares match what the bidders had committed to, and every envelope was sealed again from its key: the bytes are the same.")
	return s.openSecondLot(ctx)
}

// openSecondLot goes the same way with other people.
func (s *story) openSecondLot(ctx context.Context) error {
	o, err := s.announce(ctx, lotPrinters, tender.Technical)
	if err != nil {
		return err
	}
	if err := s.release(ctx, o.ID, "opener2", "opener3", "opener5", "guard2"); err != nil {
		return err
	}
	if err := s.combine(ctx, o, "aurora", "bamboo"); err != nil {
		return err
	}
	s.tell.at(s.now, "The second lot goes the same way, with three other people. %s and %s have bid for it.", s.name("aurora"), s.name("bamboo"))
	s.tell.say("What was withdrawn or replaced is in no list; nobody has read it. All prices are still sealed.")
	return nil
}

// announce fixes in the log what will be opened.
func (s *story) announce(ctx context.Context, lot, envelope string) (*bidding.Opening, error) {
	return s.who("officer").Announce(ctx, s.id, lot, envelope)
}

// release lets openers check and answer, each on their own machine.
func (s *story) release(ctx context.Context, opening string, keys ...string) error {
	for _, k := range keys {
		p := s.who(k)
		if _, err := p.Release(ctx, opening, client.Opener{Key: p.opener, Device: p.device}); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	return nil
}

// notEnough wants a refusal because shares are missing.
func notEnough(_ *bidding.Opening, err error) (string, error) {
	var f *fault.Error
	if err == nil || !errors.As(err, &f) || f.Kind != fault.Conflict {
		return "", fmt.Errorf("with two openers of five nothing was to be opened: %w", err)
	}
	return f.Text, nil
}

// combine opens, and lets a citizen compare the public record: whose bids were
// opened, and that no share was false.
func (s *story) combine(ctx context.Context, o *bidding.Opening, want ...string) error {
	done, err := s.who("officer").Combine(ctx, o.ID)
	if err != nil {
		return err
	}
	if err := must(done.State == bidding.Recorded, "the opening has a record"); err != nil {
		return err
	}
	r, err := s.record(ctx, o.ID)
	if err != nil {
		return err
	}
	var got []string
	for _, b := range r.Bids {
		if err := must(b.State == seal.Opened && b.OfferFault == "", "the envelope of %s opens: %s", s.called(b.Bidder.ID), b.Text); err != nil {
			return err
		}
		got = append(got, b.Bidder.ID)
	}
	for _, seat := range r.Openers {
		if err := must(seat.False == 0, "no share of %s is false", seat.Name); err != nil {
			return err
		}
	}
	var ids []string
	for _, k := range want {
		ids = append(ids, s.org(k))
	}
	slices.Sort(ids)
	s.openings[o.Lot+"/"+o.Envelope] = len(got)
	return must(slices.Equal(got, ids) && r.Hash() == done.Record, "the public record names exactly the bids that count")
}

// record is what a citizen reads about an opening.
func (s *story) record(ctx context.Context, opening string) (bidding.Record, error) {
	var r bidding.Record
	return r, (&client.Client{Base: s.base}).Get(ctx, "/api/v1/openings/"+opening+"/record", &r)
}
