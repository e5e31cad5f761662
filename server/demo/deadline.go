package demo

import (
	"context"
	"time"

	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
	"probity/tender/fault"
)

// deadline lets time pass over the deadline and the grace window. Nobody closes
// anything; the clock does.
func (s *story) deadline(ctx context.Context) error {
	n := s.draftOf.Notice.Timetable
	if err := s.step(ctx, n.Deadline.Add(-10*time.Minute)); err != nil {
		return err
	}
	slow, err := s.seal(ctx, offerOf("delta", lotComputers, 1))
	if err != nil {
		return err
	}
	if err := s.register(ctx, slow); err != nil {
		return err
	}
	s.tell.at(s.now, "Ten minutes to go, and the line of %s is bad. Its machine sends the fingerprint alone, 32 bytes for each envelope, and "+
		"gets the receipt: that is the submission.", s.name("delta"))
	comeback, err := s.seal(ctx, offer{"cobalt", lotComputers, 3, priced(itemTower, "4500000"), "Tower T, now with label A."})
	if err != nil {
		return err
	}
	if err := s.close(ctx, n.Deadline); err != nil {
		return err
	}
	if err := s.tooLate(ctx, comeback); err != nil {
		return err
	}
	if err := s.grace(ctx, slow); err != nil {
		return err
	}
	return s.sealed(ctx, n)
}

// closing lets a bidder's machine check the closing entry, as soon as that is
// in the log.
func (s *story) closing(ctx context.Context, b *bid) (*client.Counted, error) {
	for {
		c, err := s.who(b.offer.who).CheckClosing(ctx, b.Folder)
		if !fault.Coded(err, "closing.not_yet") {
			return c, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// close waits for the closing entry, and lets every bidder look for itself in it.
func (s *story) close(ctx context.Context, deadline time.Time) error {
	if err := s.step(ctx, deadline); err != nil {
		return err
	}
	if err := s.phase(ctx, tender.Closed); err != nil {
		return err
	}
	s.tell.at(s.now, "The clock reaches the deadline. The log appends the closing entry, once; what stands before it is on time, and nothing else.")
	for _, key := range live {
		b := s.bids[key]
		c, err := s.closing(ctx, b)
		if err != nil {
			return err
		}
		if err := must(c.Closed.Entry.State == seal.Live && c.Window == nil, "the closing entry counts the bid %s", key); err != nil {
			return err
		}
	}
	s.tell.proved("Three bidders have found their five live bids under the closing entry. They could have objected, before anything is opened.")
	return s.silent(ctx)
}

// phase waits until the clock has moved the tender.
func (s *story) phase(ctx context.Context, want tender.Phase) error {
	return s.until(ctx, "the phase "+string(want), func() (bool, error) {
		t, err := s.tender(ctx, "")
		return err == nil && t.Phase == want, err
	})
}

// silent checks that nothing tells outsiders, or the buyer, how many bids there are.
func (s *story) silent(ctx context.Context) error {
	for _, as := range []string{"", "officer", "delta"} {
		t, err := s.tender(ctx, as)
		if err != nil {
			return err
		}
		for _, l := range t.Lots {
			if err := must(l.Stored == 0, "nobody is told how many bids there are"); err != nil {
				return err
			}
		}
	}
	s.tell.proved("Neither citizens nor the ministry nor a rival can see how many bids there are, or whose.")
	return nil
}

// tooLate tries to come back after the deadline.
func (s *story) tooLate(ctx context.Context, b *bid) error {
	if err := s.step(ctx, s.now.Add(5*time.Minute)); err != nil {
		return err
	}
	err := s.register(ctx, b)
	words, err := refusal(err, "bid.late")
	if err != nil {
		return err
	}
	s.tell.at(s.now, "%s regrets its withdrawal, and sends a new bid five minutes late.", s.name("cobalt"))
	s.tell.refused("%s", words)
	raw, err := b.Receipt(client.ReceiptRefused)
	if err != nil {
		return err
	}
	r, err := s.who("cobalt").CheckReceipt(ctx, raw)
	if err != nil {
		return err
	}
	s.keep("cobalt", lotComputers, "refused", r)
	s.tell.proved("For the refusal it holds a receipt, too: what was offered, when, and why it was not taken.")
	there, err := s.stored(ctx, "cobalt", lotComputers, 3)
	if err != nil {
		return err
	}
	return must(!there, "nothing of the late bid is in the store")
}

// grace sends the parts of the bid whose fingerprint came in time.
func (s *story) grace(ctx context.Context, b *bid) error {
	if err := s.step(ctx, s.now.Add(2*time.Hour)); err != nil {
		return err
	}
	if err := s.send(ctx, b); err != nil {
		return err
	}
	s.tell.at(s.now, "The line of %s is back. The sealed parts follow, within the four hours that the notice grants. They must be the very "+
		"bytes whose fingerprint came in time: another bid would not fit it.", s.name("delta"))
	_, err := s.who("officer").Announce(ctx, s.id, lotComputers, tender.Technical)
	words, err := refusal(err, "opening.too_early")
	if err != nil {
		return err
	}
	s.tell.refused("The officer wants to begin with the opening already: %s", words)
	return nil
}

// sealed waits for the end of the grace window.
func (s *story) sealed(ctx context.Context, d tender.Timetable) error {
	if err := s.step(ctx, d.WindowEnds()); err != nil {
		return err
	}
	if err := s.lots(ctx, tender.Waiting, lotComputers, lotPrinters); err != nil {
		return err
	}
	s.tell.at(s.now, "The grace window ends, by the clock. A second entry fixes which bids are complete.")
	for _, key := range live {
		b := s.bids[key]
		c, err := s.who(b.offer.who).CheckClosing(ctx, b.Folder)
		if err != nil {
			return err
		}
		if err := must(c.Window != nil && c.Window.Entry.State == seal.Stored, "the second entry counts the bid %s", key); err != nil {
			return err
		}
	}
	s.tell.proved("The same three have found their bids complete under it. From here on no bidder can decide anything any more.")
	b := s.bids["cobalt/computers/1"]
	_, err := s.who("cobalt").CheckClosing(ctx, b.Folder)
	if _, err := refusal(err, "closing.withdrawn"); err != nil {
		return err
	}
	s.tell.proved("%s finds its own marked as withdrawn.", s.name("cobalt"))
	return nil
}

// live are the bids that count.
var live = []string{"aurora/computers/2", "aurora/printers/1", "bamboo/computers/1", "bamboo/printers/1", "delta/computers/1"}
