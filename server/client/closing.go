package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/fault"
)

// Counted is what the two closing entries of a tender say about one's own bid,
// each proved under the head that is in the log. Window is nil until the upload
// window has ended.
type Counted struct {
	Closed, Window *CountedEntry
}

// CountedEntry is one's own entry in a closing list.
type CountedEntry struct {
	Entry   seal.Entry
	Head    seal.ClosingHead
	Receipt *Receipt // of the closing entry
}

// closingProof is the form in which the server proves an entry.
type closingProof struct {
	Head    seal.ClosingHead `json:"head"`
	Proof   seal.EntryProof  `json:"proof"`
	Receipt string           `json:"receipt"`
}

// Objection is what a bidder's own receipt proves against a closing entry. It
// is the cause of the fault "closing.objection".
type Objection struct {
	Tender, Lot, Bidder string
	Seq                 int64
	Why                 string
}

func (o *Objection) Error() string { return o.Why }

// Text is the objection as it can be sent to the buyer and the review body, who
// must have it before anything opens.
func (o *Objection) Text() string {
	return fmt.Sprintf("Objection to the closing entry of tender %s, lot %s.\n\nBidder %s submitted bid number %d in time: the attached receipt proves it.\n%s\n\n"+
		"Nothing may be opened for this lot before this is settled.\n", o.Tender, o.Lot, o.Bidder, o.Seq, o.Why)
}

// CheckClosing checks, after the deadline and before anything opens, that the
// log's closing entries count the bid in the folder. A closing entry that
// contradicts the receipt in the folder is the fault "closing.objection".
// Conflict "closing.not_yet" means that the deadline's entry is not in the log.
func (c *Client) CheckClosing(ctx context.Context, f *Folder) (*Counted, error) {
	raw, err := f.Receipt(ReceiptSubmitted)
	if err != nil {
		return nil, fault.New(fault.Missing, "closing.no_receipt", "There is no receipt in the folder, so there is nothing to check by.").Because(err)
	}
	own, err := c.CheckReceipt(ctx, raw)
	if err != nil {
		return nil, err
	}
	r := f.Record
	var out struct{ Closed, Window *closingProof }
	err = c.Get(ctx, tenderPath(r.Tender, "lots", r.Lot, "bid", "closing"), &out)
	if err != nil && fault.From(err).Kind != fault.Missing {
		return nil, err
	}
	if err == nil && out.Closed == nil {
		return nil, c.absent(ctx, f)
	}
	if err != nil {
		return nil, f.object("The server says that there is no such bid.")
	}
	return c.counted(ctx, f, own.Index, out.Closed, out.Window)
}

// absent tells an early question from an omission.
func (c *Client) absent(ctx context.Context, f *Folder) error {
	t, err := c.Tender(ctx, f.Record.Tender)
	if err != nil {
		return err
	}
	if t.Closed.IsZero() {
		return fault.New(fault.Conflict, "closing.not_yet", "The closing entry is not in the log yet.")
	}
	return f.object("The closing entry does not name the bid at all.")
}

// object is the fault of a closing entry that contradicts the receipt.
func (f *Folder) object(why string, args ...any) error {
	r := f.Record
	o := &Objection{Tender: r.Tender, Lot: r.Lot, Bidder: r.Bidder, Seq: r.Seq, Why: fmt.Sprintf(why, args...)}
	return fault.New(fault.Conflict, "closing.objection", "%s Object before anything opens: the receipt proves the contrary.", o.Why).Because(o)
}

// counted verifies the proofs and compares the entries with the record.
func (c *Client) counted(ctx context.Context, f *Folder, leaf int64, closed, window *closingProof) (*Counted, error) {
	out := &Counted{}
	var err error
	if out.Closed, err = c.entry(ctx, f, bidding.FactClose, closed); err != nil {
		return nil, err
	}
	if err := f.agrees(out.Closed.Entry, leaf, seal.Live); err != nil {
		return out, err
	}
	if err := f.KeepReceipt(ReceiptClosed, out.Closed.Receipt.Raw); err != nil || window == nil {
		return out, err
	}
	if out.Window, err = c.entry(ctx, f, bidding.FactCloseWindow, window); err != nil {
		return out, err
	}
	if out.Window.Head.Previous != out.Closed.Head.Hash() {
		return out, f.object("The two closing entries do not belong together.")
	}
	state := seal.Lapsed
	if _, err := f.Receipt(ReceiptStored); err == nil {
		state = seal.Stored
	}
	if out.Window.Entry.State == seal.Stored {
		state = seal.Stored // the server has it, whether or not we have been told
	}
	if err := f.agrees(out.Window.Entry, leaf, state); err != nil {
		return out, err
	}
	return out, f.KeepReceipt(ReceiptWindow, out.Window.Receipt.Raw)
}

// entry verifies one proof: the head is in the log, the entry is under it.
func (c *Client) entry(ctx context.Context, f *Folder, name string, p *closingProof) (*CountedEntry, error) {
	r, err := c.CheckReceipt(ctx, []byte(p.Receipt))
	if err != nil {
		return nil, err
	}
	if err := r.is(name, f.Record.Tender); err != nil {
		return nil, err
	}
	var b bidding.Bound
	if err := r.data(&b); err != nil {
		return nil, err
	}
	if b.Head != p.Head {
		return nil, f.object("The closing entry in the log is another than the server shows.")
	}
	if err := p.Proof.Verify(b.Head); err != nil {
		return nil, f.object("The server cannot prove that the closing entry names the bid.")
	}
	return &CountedEntry{p.Proof.Entry, b.Head, r}, nil
}

// agrees compares an entry with the folder's record and receipt.
func (f *Folder) agrees(e seal.Entry, leaf int64, state string) error {
	r := f.Record
	switch {
	case e.Lot != r.Lot || e.Bidder != r.Bidder:
		return f.object("The closing entry was shown for another bid.")
	case e.Seq > r.Seq:
		return fault.New(fault.Conflict, "closing.replaced", "A later record of yours, number %d, has taken the place of this bid.", e.Seq)
	case e.Seq != r.Seq || e.Leaf != leaf || !slices.Equal(e.Envelopes, r.Envelopes):
		return f.object("The closing entry names bid number %d instead.", e.Seq)
	case e.State != state && (e.State == seal.Withdrawn || e.State == seal.Superseded):
		return fault.New(fault.Conflict, "closing."+e.State, "The closing entry says that the bid is %s.", e.State)
	case e.State != state:
		return f.object("The closing entry says that the bid is %s, not %s.", e.State, state)
	}
	if state == seal.Lapsed {
		return fault.New(fault.Conflict, "closing.lapsed", "The sealed parts did not arrive in time, so the bid has lapsed.")
	}
	return nil
}

// Rescue publishes the key of one's own envelope, because too many openers have
// failed and the buyer has called for it. It cannot be taken back.
func (c *Client) Rescue(ctx context.Context, opening string, recovery seal.Recovery) error {
	var list []error
	for _, e := range recovery.Envelopes {
		if opening != bidding.OpeningID(e.Context.Tender, e.Context.Lot, e.Context.Envelope) {
			continue
		}
		print, err := seal.ParseFingerprint(e.F)
		if err != nil {
			return err
		}
		seed, _ := recovery.Seed(print)
		in := map[string]any{"proof": rawJSON(seal.SeedProof(print, seed).Bytes())}
		list = append(list, c.Call(ctx, Request{Method: http.MethodPost, Path: openingPath(opening, "reveals"), In: in, Again: true}, nil))
	}
	if len(list) == 0 {
		return fault.New(fault.Missing, "recovery.other", "The recovery file holds no key for this opening.")
	}
	return errors.Join(list...)
}
