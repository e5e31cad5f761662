package client

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/sign"
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

// sealedCase is one bid of the batch.
type sealedCase struct {
	Record json.RawMessage `json:"record"`
	Header []byte          `json:"header"`
}

// Openings lists the openings of a tender.
func (c *Client) Openings(ctx context.Context, tender string) ([]*bidding.Opening, error) {
	return All[*bidding.Opening](ctx, c, tenderPath(tender, "openings"))
}

// Opening shows how far an opening is.
func (c *Client) Opening(ctx context.Context, id string) (*bidding.Opening, error) {
	var o bidding.Opening
	return &o, c.Get(ctx, openingPath(id, ""), &o)
}

// Announce fixes in the log what will be opened.
func (c *Client) Announce(ctx context.Context, tender, lot, envelope string) (*bidding.Opening, error) {
	var o bidding.Opening
	return &o, c.Create(ctx, tenderPath(tender, "openings"), map[string]string{"lot": lot, "envelope": envelope}, &o)
}

// Combine opens the bids with the shares that were given.
func (c *Client) Combine(ctx context.Context, id string) (*bidding.Opening, error) {
	var o bidding.Opening
	return &o, c.Call(ctx, Request{Method: http.MethodPost, Path: openingPath(id, "combine"), Again: true, Within: 11 * time.Minute}, &o)
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
	closed, err := c.bound(ctx, p.Receipts["closed"], bidding.FactClose, o, o.Closed)
	if err != nil {
		return err
	}
	window, err := c.bound(ctx, p.Receipts["window"], bidding.FactCloseWindow, o, o.Window)
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

// boundary is a closing entry as the log has it.
type boundary struct {
	bidding.Bound
	index int64
}

// bound refuses a closing list unless its head, and the manifest, are those in
// the log.
func (c *Client) bound(ctx context.Context, raw, name string, o *seal.Opening, list seal.Closing) (b boundary, err error) {
	r, err := c.CheckReceipt(ctx, []byte(raw))
	if err != nil {
		return b, err
	}
	if err := r.is(name, o.Manifest.Tender); err != nil {
		return b, err
	}
	if err := r.data(&b.Bound); err != nil {
		return b, err
	}
	b.index = r.Index
	if b.Head != list.Head() {
		return b, fault.New(fault.Denied, "opening.closing", "The list of bids in the package is not the one that the log closed with. Release nothing.")
	}
	if b.Openers != o.Manifest.Openers() {
		return b, fault.New(fault.Denied, "opening.manifest", "The opener manifest in the package is not the one in force at the closing.")
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

// Opener is what an opener's machine needs to release shares.
type Opener struct {
	Key      *seal.OpenerKey
	Device   sign.Signer
	Progress Progress
}

// Release does all of an opener's part in one opening: fetches the package,
// checks it, decrypts this opener's share of every bid, signs and sends. It
// releases shares for all bids of the batch or for none.
func (c *Client) Release(ctx context.Context, id string, with Opener) (*bidding.Opening, error) {
	o, err := c.Package(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, _, ok := o.Manifest.Seat(with.Key.Public()); !ok {
		return nil, fault.New(fault.Denied, "seal.not_opener", "This key is not in the opener manifest.")
	}
	if err := c.cases(ctx, id, o, with.Progress); err != nil {
		return nil, err
	}
	a, err := seal.OpenShares(with.Key, *o)
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, id, a, with.Device)
}

// cases fetches records and headers of the batch, page by page.
func (c *Client) cases(ctx context.Context, id string, o *seal.Opening, progress Progress) error {
	total := len(o.Batch.Fingerprints)
	for {
		var page List[sealedCase]
		if err := c.Get(ctx, fmt.Sprintf("%s?after=%d", openingPath(id, "cases"), len(o.Cases)), &page); err != nil {
			return err
		}
		for _, x := range page.Items {
			b, err := seal.ParseBid(x.Record)
			if err != nil {
				return err
			}
			o.Cases = append(o.Cases, seal.Case{Manifest: o.Manifest, Bid: b, Envelope: o.Batch.Envelope, Header: x.Header})
		}
		progress.tell("fetch bids", int64(len(o.Cases)), int64(total))
		if page.Next == "" {
			return nil
		}
		if len(page.Items) == 0 || len(o.Cases) > total {
			return fault.New(fault.Denied, "opening.batch", "The server shows more bids than the batch names.")
		}
	}
}

// answer signs and sends. If an earlier try has arrived after all, the server
// says that we have answered; then its record must name these very bytes.
func (c *Client) answer(ctx context.Context, id string, a seal.Answer, device sign.Signer) (*bidding.Opening, error) {
	raw := a.Bytes()
	s, err := device.Sign(sign.Open, raw)
	if err != nil {
		return nil, err
	}
	in := map[string]any{"answer": rawJSON(raw), "signature": s}
	var o bidding.Opening
	err = c.Call(ctx, Request{Method: http.MethodPost, Path: openingPath(id, "answers"), In: in, Again: true, Within: 3 * time.Minute}, &o)
	if !fault.Coded(err, "opening.twice") {
		return &o, err
	}
	was, away := c.Opening(ctx, id)
	if away != nil {
		return nil, err
	}
	h := canon.Hash("answer", raw)
	for _, g := range was.Given {
		if g.Group == a.Group && g.Opener == a.Opener && g.Answer == hex.EncodeToString(h[:]) {
			return was, nil
		}
	}
	return nil, err
}
