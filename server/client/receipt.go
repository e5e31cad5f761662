package client

import (
	"context"
	"encoding/json"
	"errors"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
)

// Where the log is published. Tiles and checkpoint are those of
// https://c2sp.org/tlog-tiles.
const (
	pathLog        = "/api/v1/log"
	pathCheckpoint = "/log/checkpoint"
	pathTiles      = "/log/"
)

// Announced returns what the log says about itself.
func (c *Client) Announced(ctx context.Context) (Announcement, error) {
	var a Announcement
	return a, c.Get(ctx, pathLog, &a)
}

// Tile returns a tile of the log.
func (c *Client) Tile(ctx context.Context, path string) ([]byte, error) {
	var b []byte
	return b, c.Get(ctx, pathTiles+path, &b)
}

// Checkpoint fetches the newest checkpoint and believes it, or says why not.
func (c *Client) Checkpoint(ctx context.Context) (ledger.Checkpoint, error) {
	var b []byte
	if err := c.Get(ctx, pathCheckpoint, &b); err != nil {
		return ledger.Checkpoint{}, err
	}
	if c.Log == nil {
		return ledger.Checkpoint{}, errNoLog
	}
	return c.Log.Believe(ctx, b, c)
}

var errNoLog = fault.New(fault.Invalid, "client.no_log", "Nothing says which log is trusted, so no receipt can be checked.")

// Receipt is a receipt that was checked: the fact stands in the log at Index.
type Receipt struct {
	Raw        []byte // c2sp.org/tlog-proof@v1, as it came
	Index      int64
	Fact       event.Event
	Checkpoint ledger.Checkpoint
}

// CheckReceipt refuses a receipt unless its record stands in the log that this
// machine believes, under a checkpoint that continues what it has seen.
func (c *Client) CheckReceipt(ctx context.Context, raw []byte) (*Receipt, error) {
	if c.Log == nil {
		return nil, errNoLog
	}
	r, err := parseReceipt(raw)
	if err != nil {
		return nil, err
	}
	if _, err := c.Log.Believe(ctx, r.Checkpoint, c); err != nil {
		return nil, err
	}
	c.Log.mu.Lock()
	p, err := c.Log.policy()
	c.Log.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return verified(r, raw, p)
}

// VerifyReceipt checks a receipt alone, offline, by the log's verifier key. It
// cannot know whether the log has another history besides.
func VerifyReceipt(raw []byte, vkey string) (*Receipt, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fault.New(fault.Invalid, "log.key", "%.120q is not the verifier key of a log.", vkey).Because(err)
	}
	r, err := parseReceipt(raw)
	if err != nil {
		return nil, err
	}
	return verified(r, raw, ledger.Policy{Origin: v.Name(), Log: []note.Verifier{v}})
}

func parseReceipt(raw []byte) (ledger.Receipt, error) {
	r, err := ledger.ParseReceipt(raw)
	if err != nil {
		return r, fault.New(fault.Invalid, "receipt.form", "This is not a receipt of a log.").Because(err)
	}
	return r, nil
}

func verified(r ledger.Receipt, raw []byte, p ledger.Policy) (*Receipt, error) {
	at, err := r.Verify(p)
	if err != nil {
		return nil, fault.New(fault.Denied, "receipt.proof", "The receipt does not prove that its record is in the log %s.", p.Origin).Because(err)
	}
	fact, err := event.Parse(r.Record)
	if err != nil {
		return nil, fault.New(fault.Invalid, "receipt.record", "The receipt's record is no fact of this platform.").Because(err)
	}
	fact.Salt = r.Salt
	return &Receipt{raw, r.Index, fact, at}, nil
}

// is refuses a receipt of another fact than one of this name about this tender.
func (r *Receipt) is(name, tender string) error {
	if r.Fact.Name != name || r.Fact.Topic != tender {
		return fault.New(fault.Denied, "receipt.other", "The receipt is for %s of %q, not for %s of %q.", r.Fact.Name, r.Fact.Topic, name, tender)
	}
	return nil
}

// says refuses a receipt whose data are not exactly want.
func (r *Receipt) says(want any) error {
	b, err := canon.Marshal(want)
	if err != nil {
		return err
	}
	if string(b) != string(r.Fact.Data) {
		return fault.New(fault.Denied, "receipt.changed", "The record in the log is not the one that was sent. Keep the receipt: it proves that the record was changed.")
	}
	return nil
}

// data reads the fact's data into v.
func (r *Receipt) data(v any) error {
	if err := json.Unmarshal(r.Fact.Data, v); err != nil {
		return fault.New(fault.Invalid, "receipt.record", "The record in the log cannot be read.").Because(err)
	}
	return nil
}

// given is a record's place in the log, as the server tells it.
type given struct {
	Fact     string `json:"fact"`
	Accepted bool   `json:"accepted"`
	Index    int64  `json:"index"`
	Receipt  string `json:"receipt"`
}

// check verifies the receipt and that it is the one that was promised.
func (c *Client) check(ctx context.Context, g *given) (*Receipt, error) {
	if g == nil || g.Receipt == "" {
		return nil, fault.New(fault.Internal, "receipt.none", "The server gave no receipt. Without one nothing is accepted; try again.")
	}
	r, err := c.CheckReceipt(ctx, []byte(g.Receipt))
	if err != nil {
		return nil, err
	}
	if r.Fact.ID != g.Fact || r.Index != g.Index {
		return r, fault.New(fault.Denied, "receipt.other", "The receipt is not for the record that the server speaks of.").
			Because(errors.New(r.Fact.ID + " instead of " + g.Fact))
	}
	return r, nil
}
