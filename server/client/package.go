package client

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/fault"
)

// parcel is what the server gives an opener's device to judge by. Nothing in it
// is believed before it is held to the log.
type parcel struct {
	Manifest   string            `json:"manifest"`
	Extensions []string          `json:"extensions"`
	Closed     json.RawMessage   `json:"closed"`
	Window     json.RawMessage   `json:"window"`
	Batch      string            `json:"batch"`
	Receipts   map[string]string `json:"receipts"`
}

// Package fetches what an opening is judged by and holds it to the log: the two
// closing lists have the heads that are logged, the manifest is the one that
// the closing entry names, the batch is the full list of what is stored and is
// logged behind both. The time by which it is judged is that of the logged
// batch and of the witnesses, never this machine's.
func (c *Client) Package(ctx context.Context, id string) (*seal.Opening, error) {
	var p parcel
	if err := c.Get(ctx, openingPath(id, "package"), &p); err != nil {
		return nil, err
	}
	o, err := p.parse()
	if err != nil {
		return nil, err
	}
	if id != bidding.OpeningID(o.Manifest.Tender, o.Batch.Lot, o.Batch.Envelope) {
		return nil, fault.New(fault.Denied, "opening.other", "The package is for another opening.")
	}
	if err := c.held(ctx, p, o); err != nil {
		return nil, err
	}
	// Before any header is fetched: an early or partial batch gets no further.
	_, opens, err := o.Manifest.Window(o.Extensions)
	if err != nil {
		return nil, err
	}
	if o.Now.Before(opens) {
		return nil, fault.New(fault.Conflict, "seal.too_early", "Nothing is opened before %s.", event.Time(opens))
	}
	if err := seal.CheckWindow(o.Closed, o.Window); err != nil {
		return nil, err
	}
	return o, o.Batch.Check(o.Manifest, o.Window)
}

// parse reads the parts strictly.
func (p parcel) parse() (*seal.Opening, error) {
	var o seal.Opening
	var err error
	if o.Manifest, err = seal.ParseManifest([]byte(p.Manifest)); err != nil {
		return nil, err
	}
	if o.Extensions, err = extensions(p.Extensions); err != nil {
		return nil, err
	}
	if o.Closed, err = seal.ParseClosing(p.Closed); err != nil {
		return nil, err
	}
	if o.Window, err = seal.ParseClosing(p.Window); err != nil {
		return nil, err
	}
	o.Batch, err = seal.ParseBatch([]byte(p.Batch))
	return &o, err
}

// held compares the parts with the facts in the log.
func (c *Client) held(ctx context.Context, p parcel, o *seal.Opening) error {
	closed, err := c.bound(ctx, o, &boundary{receipt: p.Receipts["closed"], fact: bidding.FactClose, list: o.Closed})
	if err != nil {
		return err
	}
	window, err := c.bound(ctx, o, &boundary{receipt: p.Receipts["window"], fact: bidding.FactCloseWindow, list: o.Window})
	if err != nil {
		return err
	}
	deadline, opens, err := o.Manifest.Window(o.Extensions)
	if err != nil {
		return err
	}
	if closed.Until != event.Time(deadline) || window.Until > event.Time(opens) {
		return fault.New(fault.Denied, "opening.extensions", "The deadlines in the log are not those of the package: a later deadline is missing from it.")
	}
	r, err := c.CheckReceipt(ctx, []byte(p.Receipts["batch"]))
	if err != nil {
		return err
	}
	if err := r.is("opening.announce", o.Manifest.Tender); err != nil {
		return err
	}
	want := map[string]any{"lot": o.Batch.Lot, "envelope": o.Batch.Envelope, "batch": o.Batch}
	if err := r.says(want); err != nil {
		return fault.New(fault.Denied, "opening.batch", "The batch in the log is another than the one in the package.").Because(err)
	}
	if closed.index >= window.index || window.index >= r.Index {
		return fault.New(fault.Denied, "opening.order", "The batch was logged before the bids were closed.")
	}
	o.Now, err = c.logTime(r)
	return err
}

// boundary is a closing list of the package, and the closing entry in the log
// that it must have the head of.
type boundary struct {
	receipt, fact string
	list          seal.Closing

	bidding.Bound
	index int64
}

// bound refuses a closing list unless its head, and the manifest, are those in
// the log.
func (c *Client) bound(ctx context.Context, o *seal.Opening, b *boundary) (*boundary, error) {
	r, err := c.CheckReceipt(ctx, []byte(b.receipt))
	if err != nil {
		return nil, err
	}
	if err := r.is(b.fact, o.Manifest.Tender); err != nil {
		return nil, err
	}
	if err := r.data(&b.Bound); err != nil {
		return nil, err
	}
	b.index = r.Index
	if b.Head != b.list.Head() {
		return nil, fault.New(fault.Denied, "opening.closing", "The list of bids in the package is not the one that the log closed with. Release nothing.")
	}
	if b.Openers != o.Manifest.Openers() {
		return nil, fault.New(fault.Denied, "opening.manifest", "The opener manifest in the package is not the one in force at the closing.")
	}
	return b, nil
}

// logTime is the time at which the batch was logged, or the latest that enough
// witnesses have seen, whichever is earlier: both must say that it is time.
func (c *Client) logTime(r *Receipt) (time.Time, error) {
	now := r.Fact.At
	c.Log.mu.Lock()
	witnesses, quorum := slices.Clone(c.Log.state.Witnesses), c.Log.state.Quorum
	c.Log.mu.Unlock()
	if quorum == 0 {
		return now, nil
	}
	parsed, err := ledger.ParseReceipt(r.Raw)
	if err != nil {
		return now, fmt.Errorf("client: receipt: %w", err)
	}
	var seen []time.Time
	for _, k := range witnesses {
		w, err := ledger.NewWitness(k)
		if err != nil {
			return now, fmt.Errorf("client: key of a witness: %w", err)
		}
		if at, err := w.Seen(parsed.Checkpoint); err == nil {
			seen = append(seen, at)
		}
	}
	if len(seen) < quorum {
		return now, fault.New(fault.Denied, "log.witness", "Not enough witnesses have seen the batch.")
	}
	slices.SortFunc(seen, func(a, b time.Time) int { return b.Compare(a) })
	if at := seen[quorum-1]; at.Before(now) {
		now = at
	}
	return now, nil
}
