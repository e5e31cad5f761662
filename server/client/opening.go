package client

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/sign"
)

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
