package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Names of the receipts in a folder.
const (
	ReceiptSubmitted = "submitted"
	ReceiptStored    = "stored"
	ReceiptWithdrawn = "withdrawn"
	ReceiptRefused   = "refused"
	ReceiptLate      = "late"
	ReceiptClosed    = "closed"
	ReceiptWindow    = "window-closed"
)

// submission is both what is sent and, with the same members, what the fact in
// the log must say.
type submission struct {
	Bid      sign.Signed       `json:"bid"`
	Parties  []party.Party     `json:"parties,omitempty"`
	Security *bidding.Security `json:"security,omitempty"`
}

// NextSeq is the number that the caller's next record for a lot must have.
func (c *Client) NextSeq(ctx context.Context, tender, lot string) (int64, error) {
	b, err := c.OwnBid(ctx, tender, lot)
	if fault.Coded(err, "bid.missing") {
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	return b.Seq + 1, nil
}

// OwnBid shows the bid of the caller's organisation for a lot.
func (c *Client) OwnBid(ctx context.Context, tender, lot string) (*bidding.Bid, error) {
	var b bidding.Bid
	if err := c.Get(ctx, tenderPath(tender, "lots", lot, "bid"), &b); err != nil {
		return nil, err
	}
	return &b, nil
}

// Submit registers the fingerprints of a sealed bid before the deadline, and
// returns the receipt: with it the bid is in, whatever happens to the line, if
// its sealed parts follow in time (see [Client.Upload]). The record in the log
// must be the very one that was sent. A bid with the next number replaces the
// one before. Submitting the same folder again gives a receipt again.
//
// A refusal is a fault; if the server has put it on record, its receipt is kept
// in the folder too, and proves what was offered and what was answered.
func (c *Client) Submit(ctx context.Context, f *Folder, device sign.Signer) (*Receipt, error) {
	if c.Log == nil {
		return nil, errNoLog
	}
	signed, err := f.Signed(device)
	if err != nil {
		return nil, err
	}
	in := submission{signed, f.Parties, f.Security}
	var out struct {
		Receipt given `json:"receipt"`
	}
	if err := c.Create(ctx, tenderPath(f.Record.Tender, "bids"), in, &out); err != nil {
		return nil, errors.Join(err, c.keepRefusal(ctx, f, signed, err))
	}
	r, err := c.check(ctx, &out.Receipt)
	if err != nil {
		return r, errors.Join(err, f.keepBad(out.Receipt))
	}
	if !out.Receipt.Accepted || r.Fact.Name == bidding.FactLate {
		return r, errors.Join(late, f.KeepReceipt(ReceiptLate, r.Raw))
	}
	if err := r.is(bidding.FactSubmit, f.Record.Tender); err != nil {
		return r, errors.Join(err, f.keepBad(out.Receipt))
	}
	if err := r.says(in); err != nil {
		return r, errors.Join(err, f.keepBad(out.Receipt))
	}
	return r, f.KeepReceipt(ReceiptSubmitted, r.Raw)
}

var late = fault.New(fault.Conflict, "bid.late",
	"The record reached the log behind the closing entry, so it does not count. The receipt proves when it came.")

// keepBad keeps a receipt that was refused here: it is evidence, never proof of
// acceptance.
func (f *Folder) keepBad(g given) error {
	if g.Receipt == "" {
		return nil
	}
	return f.KeepReceipt("not-believed", []byte(g.Receipt))
}

// keepRefusal fetches the receipt of a refusal into the folder, if the server
// has recorded one. That it could not be had is no fault of its own.
func (c *Client) keepRefusal(ctx context.Context, f *Folder, signed sign.Signed, why error) error {
	switch fault.From(why).Kind {
	case fault.Internal, fault.Busy, fault.Limited, fault.Stale, fault.Unknown:
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	r, err := c.RefusalReceipt(ctx, f.Record.Tender, signed)
	if err != nil {
		return nil
	}
	return f.KeepReceipt(ReceiptRefused, r.Raw)
}

// RefusalReceipt returns the checked receipt for the refusal of exactly what was
// offered; Missing if the server has recorded none.
func (c *Client) RefusalReceipt(ctx context.Context, tender string, offered sign.Signed) (*Receipt, error) {
	list, err := All[*bidding.Refusal](ctx, c, tenderPath(tender, "refusals"))
	if err != nil {
		return nil, err
	}
	hash := seal.OfferedHash(canon.Must(offered))
	for _, x := range list {
		if x.Hash != hash {
			continue
		}
		r, err := c.OwnReceipt(ctx, event.ID(store.Subject("refusal", x.ID), 1, 0))
		if err != nil {
			return nil, err
		}
		return r, r.refuses(tender, hash)
	}
	return nil, fault.New(fault.Missing, "refusal.missing", "The server has recorded no refusal of this.")
}

func (r *Receipt) refuses(tender, hash string) error {
	if err := r.is(bidding.FactRefuse, tender); err != nil {
		return err
	}
	var d struct {
		Refusal json.RawMessage `json:"refusal"`
	}
	if err := r.data(&d); err != nil {
		return err
	}
	x, err := seal.ParseRefusal(d.Refusal)
	if err != nil {
		return err
	}
	if x.Offered != hash || x.Tender != tender {
		return fault.New(fault.Denied, "receipt.changed", "The refusal in the log is of something else than was offered.")
	}
	return nil
}

// OwnReceipt fetches and checks the receipt of a fact about the caller's
// organisation.
func (c *Client) OwnReceipt(ctx context.Context, fact string) (*Receipt, error) {
	var g given
	if err := c.Get(ctx, "/api/v1/desk/receipts?fact="+url.QueryEscape(fact), &g); err != nil {
		return nil, err
	}
	return c.check(ctx, &g)
}

// Withdrawing is a bid that is taken back.
type Withdrawing struct {
	Tender, Lot, Bidder string
	Seq                 int64 // one more than the bid's; 0 asks the server
}

// Withdraw takes a bid back before the deadline. The bid is then deleted and
// never opened; only the receipt says that it was there.
func (c *Client) Withdraw(ctx context.Context, w Withdrawing, device sign.Signer) (*Receipt, error) {
	if w.Seq == 0 {
		next, err := c.NextSeq(ctx, w.Tender, w.Lot)
		if err != nil {
			return nil, err
		}
		w.Seq = next
	}
	record := seal.Withdrawal{Bidder: w.Bidder, Lot: w.Lot, Seq: w.Seq, Tender: w.Tender}.Bytes()
	if _, err := seal.ParseWithdrawal(record); err != nil {
		return nil, fault.New(fault.Conflict, "bid.none", "There is no bid to withdraw.").Because(err)
	}
	signed, err := sign.Record(device, sign.Withdraw, record)
	if err != nil {
		return nil, err
	}
	in := map[string]any{"withdrawal": signed}
	var g given
	r := Request{Method: http.MethodPost, Path: tenderPath(w.Tender, "withdrawals"), In: in, Create: true}
	if err := c.Call(ctx, r, &g); err != nil {
		return nil, err
	}
	got, err := c.check(ctx, &g)
	if err != nil {
		return got, err
	}
	if !g.Accepted || got.Fact.Name == bidding.FactLate {
		return got, late
	}
	if err := got.is(bidding.FactWithdraw, w.Tender); err != nil {
		return got, err
	}
	return got, got.says(in)
}
