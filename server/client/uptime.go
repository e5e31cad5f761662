package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/documents/uptime"
	"probity/tender/event"
	"probity/tender/fault"
)

// Uptime fetches the record of when bids could be handed in, and believes it
// only if the log that this machine believes says the same. It returns the
// record's bytes beside it: whoever keeps them can show them.
func (c *Client) Uptime(ctx context.Context, from, to time.Time) (uptime.Record, []byte, error) {
	if c.Log == nil {
		return uptime.Record{}, nil, errNoLog
	}
	q := url.Values{}
	for name, t := range map[string]time.Time{"from": from, "to": to} {
		if !t.IsZero() {
			q.Set(name, t.UTC().Format(time.RFC3339))
		}
	}
	var raw json.RawMessage
	if err := c.Get(ctx, "/api/v1/uptime?"+q.Encode(), &raw); err != nil {
		return uptime.Record{}, nil, err
	}
	var head struct {
		Receipts []string `json:"receipts"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return uptime.Record{}, nil, err
	}
	for _, x := range head.Receipts { // each under a checkpoint that continues what was seen
		if _, err := c.CheckReceipt(ctx, []byte(x)); err != nil {
			return uptime.Record{}, nil, err
		}
	}
	c.Log.mu.Lock()
	p, err := c.Log.policy()
	c.Log.mu.Unlock()
	if err != nil {
		return uptime.Record{}, nil, err
	}
	r, err := uptime.Read(raw, p)
	return r, raw, err
}

// CheckBeats fetches every beat of a record's span and computes the outages
// anew: that none was left out is then not the record's word, but seen. It
// reports how many beats there were.
func (c *Client) CheckBeats(ctx context.Context, r uptime.Record, progress func(done, of int64)) error {
	head, err := c.Checkpoint(ctx)
	if err != nil {
		return err
	}
	var run []uptime.Beat
	for n := r.First.Beat; n <= r.Last.Beat; {
		page, err := c.beats(ctx, head, n)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return fault.New(fault.Conflict, "uptime.chain", "Beat %d of the uptime record is not there.", n)
		}
		for _, b := range page {
			if b.N != n {
				return fault.New(fault.Conflict, "uptime.chain", "In the place of beat %d there is another one.", n)
			}
			if n <= r.Last.Beat {
				run = append(run, b)
			}
			n++
		}
		progress(int64(len(run)), r.Last.Beat-r.First.Beat+1)
	}
	if _, err := uptime.Outages(run); err != nil {
		return err
	}
	told := map[int64]bool{}
	for _, o := range r.Outages {
		told[o.Beat] = true
	}
	for _, b := range run[1:] {
		if _, away := b.Outage(); away && !told[b.N] {
			return fault.New(fault.Conflict, "uptime.outages", "The record leaves out the outage that beat %d has ended.", b.N)
		}
	}
	return nil
}

// beats fetches a page of beats and proves each to stand under the head.
func (c *Client) beats(ctx context.Context, head ledger.Checkpoint, n int64) ([]uptime.Beat, error) {
	var page struct {
		Beats []struct {
			Index  int64           `json:"index"`
			Record json.RawMessage `json:"record"`
			Salt   []byte          `json:"salt"`
		} `json:"beats"`
	}
	if err := c.Get(ctx, fmt.Sprintf("/api/v1/uptime/beats?from=%d", n), &page); err != nil {
		return nil, err
	}
	var list []uptime.Beat
	var indexes []int64
	var leaves []tlog.Hash
	for _, x := range page.Beats {
		if x.Index >= head.Size {
			break // younger than what was promised
		}
		f, err := event.Parse(x.Record)
		if err != nil {
			return nil, err
		}
		b, err := uptime.Parse(f)
		if err != nil {
			return nil, err
		}
		list, indexes = append(list, b), append(indexes, x.Index)
		leaves = append(leaves, tlog.RecordHash(ledger.Leaf(x.Salt, x.Record)))
	}
	hashes, err := archive.Leaves(head, indexes, func(t tlog.Tile) ([]byte, error) { return c.Tile(ctx, ledger.Path(t)) })
	if err != nil {
		return nil, fault.New(fault.Conflict, "uptime.proof", "The log does not prove its beats.").Because(err)
	}
	for i, h := range hashes {
		if h != leaves[i] {
			return nil, fault.New(fault.Conflict, "uptime.proof", "The log has something else in the place of beat %d.", list[i].N)
		}
	}
	return list, nil
}
