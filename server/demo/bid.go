package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"probity/bidding"
	"probity/server/client"
	"probity/tender"
)

// offer is what a bidder has decided to offer for a lot.
type offer struct {
	who, lot string
	seq      int64
	prices   map[string]tender.Decimal // of one piece, by item
	words    string                    // the technical offer
}

// The offers. Aurora thinks again; Bamboo's warranty is too short for the first
// lot, and its price for the second is so low that it must be explained; Cobalt
// withdraws, and comes back too late; Delta's line is bad.
var offers = []offer{
	{"aurora", lotComputers, 1, priced(itemTower, "4990000"), towerA1},
	{"aurora", lotPrinters, 1, priced(itemCopier, "10200000", itemPrinter, "5200000"),
		"Copier C9, printer P4, both by network cable. Toner for 25,000 pages. Two years on site."},
	{"bamboo", lotComputers, 1, priced(itemTower, "4612500.5"), "Tower 竹 8: 8 cores, 32 GiB, label A. Delivery in 20 days. One year on site."},
	{"bamboo", lotPrinters, 1, priced(itemCopier, "7100000", itemPrinter, "3550000"),
		"Copier 竹 K3, printer 竹 P1, both by network cable. Toner for 40,000 pages. Two years on site. Last stock of the model before this year's."},
	{"cobalt", lotComputers, 1, priced(itemTower, "4550000"), "Tower T: 8 cores, 16 GiB, label B. Delivery in 45 days. Two years, repaired in our workshop."},
	{"aurora", lotComputers, 2, priced(itemTower, "4720000"), towerA1},
	{"delta", lotComputers, 1, priced(itemTower, "4655000"), "Tower D: 8 cores, 16 GiB, label A. Delivery in 15 days. Three years on site, same working day."},
}

const towerA1 = "Tower A1: 8 cores, 16 GiB, label A. Delivery in 30 days. Two years on site, next working day."

func priced(pairs ...string) map[string]tender.Decimal {
	m := map[string]tender.Decimal{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = dec(pairs[i+1])
	}
	return m
}

func offerOf(who, lot string, seq int64) offer {
	for _, o := range offers {
		if o.who == who && o.lot == lot && o.seq == seq {
			return o
		}
	}
	panic("demo: there is no such offer")
}

// bid is a sealed bid on the bidder's own disk.
type bid struct {
	*client.Folder
	offer    offer
	recovery string // file with its key
}

func bidKey(who, lot string, seq int64) string { return fmt.Sprintf("%s/%s/%d", who, lot, seq) }

// kept is a receipt that somebody holds.
type kept struct {
	who, lot, kind string
	*client.Receipt
}

// keep notes a receipt, to be verified once more at the end.
func (s *story) keep(who, lot, kind string, r *client.Receipt) {
	s.receipts = append(s.receipts, kept{who, lot, kind, r})
}

// desk is a folder on the machine of one of the cast, apart from the server's.
func (s *story) desk(who string) (string, error) {
	dir := filepath.Join(s.desks, who)
	return dir, os.MkdirAll(dir, 0o700)
}

// seal makes a sealed bid on the bidder's machine. Nothing of it is sent.
func (s *story) seal(ctx context.Context, o offer) (*bid, error) {
	p := s.who(o.who)
	ready, err := p.Prepare(ctx, s.id)
	if err != nil {
		return nil, err
	}
	if err := must(len(ready.Unchecked) == 0, "the bidder's machine could check all of the tender; it says %q", ready.Unchecked); err != nil {
		return nil, err
	}
	dir, err := s.desk(o.who)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, fmt.Sprintf("%s-%d", o.lot, o.seq))
	paper := name + "-technical-offer.txt"
	if err := os.WriteFile(paper, []byte("Technical offer\n\n"+o.words+"\n"), 0o600); err != nil {
		return nil, err
	}
	b := &bid{offer: o, recovery: name + ".recovery"}
	b.Folder, err = client.Making{
		Prepared: ready, Bidder: s.org(o.who), Lot: o.lot, Seq: o.seq, Prices: o.prices, Statement: o.words,
		Responses: s.responses(o.lot), Files: map[string][]string{tender.Technical: {paper}},
		Security: s.security(ready.Deadline), Dir: name, Recovery: b.recovery,
	}.Seal()
	s.bids[bidKey(o.who, o.lot, o.seq)] = b
	return b, err
}

func (s *story) responses(lot string) (list []bidding.Response) {
	n := s.draftOf.Notice
	for _, r := range n.RequirementsOf(lot) {
		list = append(list, bidding.Response{Requirement: r.ID, Met: true, Text: "See the technical offer."})
	}
	return list
}

// security is the guarantee that the notice asks for.
func (s *story) security(deadline time.Time) *bidding.Security {
	want := s.draftOf.Notice.Security
	return &bidding.Security{Kind: bidding.Guarantee, Issuer: "Bank of Puerto Claro", Reference: "G-" + strings.ToUpper(passphrase()[:9]),
		Amount: want.Amount, Until: deadline.AddDate(0, 0, want.Days)}
}

// register sends the fingerprints, and returns once the receipt is checked.
func (s *story) register(ctx context.Context, b *bid) error {
	p := s.who(b.offer.who)
	r, err := p.Submit(ctx, b.Folder, p.device)
	if err == nil {
		s.keep(b.offer.who, b.offer.lot, "submitted", r)
	}
	return err
}

// send uploads the sealed parts.
func (s *story) send(ctx context.Context, b *bid) error {
	r, err := s.who(b.offer.who).Upload(ctx, b.Folder, client.Uploading{})
	if err != nil {
		return err
	}
	s.keep(b.offer.who, b.offer.lot, "stored", r)
	there, err := s.stored(ctx, b.offer.who, b.offer.lot, b.offer.seq)
	if err != nil {
		return err
	}
	return must(there, "the sealed parts are in the store")
}

// whole seals, registers and sends.
func (s *story) whole(ctx context.Context, o offer) error {
	b, err := s.seal(ctx, o)
	if err != nil {
		return err
	}
	if err := s.register(ctx, b); err != nil {
		return err
	}
	return s.send(ctx, b)
}

// bid brings in all bids but the one whose line is bad.
func (s *story) bid(ctx context.Context) error {
	deadline := s.draftOf.Notice.Timetable.Deadline
	if err := s.step(ctx, deadline.AddDate(0, 0, -6).Add(-2*time.Hour)); err != nil {
		return err
	}
	s.bids = map[string]*bid{}
	for _, o := range offers[:5] {
		if err := s.whole(ctx, o); err != nil {
			return fmt.Errorf("bid of %s for %s: %w", o.who, o.lot, err)
		}
	}
	s.tell.at(s.now, "%s and %s bid for both lots, %s for the first. Each bid is sealed on the bidder's own machine before anything is sent: "+
		"first its fingerprint goes into the log, then the sealed parts follow.",
		s.name("aurora"), s.name("bamboo"), s.name("cobalt"))
	s.tell.proved("The machines of the bidders have found the manifest in the log, with the signatures of all seven openers, before they " +
		"sealed for it.")
	s.tell.proved("Each bidder holds a receipt: a proof, signed by the log, that exactly the record which was sent is in it.")
	if err := s.replace(ctx, deadline); err != nil {
		return err
	}
	return s.withdraw(ctx, deadline)
}

// replace is a second thought before the deadline.
func (s *story) replace(ctx context.Context, deadline time.Time) error {
	if err := s.step(ctx, deadline.AddDate(0, 0, -2)); err != nil {
		return err
	}
	if err := s.whole(ctx, offerOf("aurora", lotComputers, 2)); err != nil {
		return err
	}
	if err := s.gone(ctx, "aurora", lotComputers, 1); err != nil {
		return err
	}
	s.tell.at(s.now, "%s thinks again, and replaces its bid for the computers by another.", s.name("aurora"))
	s.tell.proved("The sealed parts of the first one are no longer in the store. It can never be opened.")
	return nil
}

// withdraw takes a bid back for good.
func (s *story) withdraw(ctx context.Context, deadline time.Time) error {
	if err := s.step(ctx, deadline.AddDate(0, 0, -1)); err != nil {
		return err
	}
	p := s.who("cobalt")
	r, err := p.Withdraw(ctx, client.Withdrawing{Tender: s.id, Lot: lotComputers, Bidder: s.org("cobalt")}, p.device)
	if err != nil {
		return err
	}
	s.keep("cobalt", lotComputers, "withdrawn", r)
	if err := s.gone(ctx, "cobalt", lotComputers, 1); err != nil {
		return err
	}
	s.tell.at(s.now, "%s withdraws.", s.name("cobalt"))
	s.tell.proved("Its sealed parts are no longer in the store either. Only the record of the withdrawal stays.")
	return nil
}

// gone waits until the store holds nothing of a version of a bid.
func (s *story) gone(ctx context.Context, who, lot string, seq int64) error {
	return s.until(ctx, "the deletion of a bid that is out", func() (bool, error) {
		b, err := s.who(who).OwnBid(ctx, s.id, lot)
		if err != nil {
			return false, err
		}
		if v := b.At(seq); v == nil || v.Live() {
			return false, nil
		}
		there, err := s.stored(ctx, who, lot, seq)
		return !there, err
	})
}

// stored looks into the object store, past the API: it reports whether anything
// of a version of a bid is there. The layout of keys is that of package bidding.
func (s *story) stored(ctx context.Context, who, lot string, seq int64) (bool, error) {
	list, err := s.app.Objects.List(ctx, fmt.Sprintf("bids/%s/%s/%s/%04d/", s.id, lot, s.org(who), seq), "", 1)
	return len(list) > 0, err
}
