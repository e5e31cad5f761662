package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/fault"
)

// How uploads behave. A line that takes nothing for stallTime is cut. If no part
// arrives for idleLimit, and in leastTries tries, the upload ends, to be resumed
// later.
const (
	partsAtOnce = 3
	leastTries  = 3
	stallTime   = time.Minute
	idleLimit   = 10 * time.Minute
)

// Uploading says how the parts of a bid are sent. The zero value does well.
type Uploading struct {
	AtOnce   int           // parts on their way at the same time; 0 stands for 3
	Idle     time.Duration // how long no part may arrive; 0 stands for ten minutes
	Progress Progress
}

// upload is one envelope on its way.
type upload struct {
	c    *Client
	s    Sealed
	path string
	file *os.File
	opts Uploading
	sent atomic.Int64 // bytes that have arrived or are on the way, for the progress
}

// Upload sends the sealed parts of a registered bid, and returns the receipt
// that says they are stored. It goes on where an earlier try stopped, on this
// machine or another; parts that arrived are not sent again.
func (c *Client) Upload(ctx context.Context, f *Folder, opts Uploading) (*Receipt, error) {
	if c.Log == nil {
		return nil, errNoLog
	}
	if opts.AtOnce == 0 {
		opts.AtOnce = partsAtOnce
	}
	if opts.Idle == 0 {
		opts.Idle = idleLimit
	}
	var last *given
	for _, s := range f.Envelopes {
		g, err := c.envelope(ctx, f.Record, s, opts)
		if err != nil {
			return nil, err
		}
		if g != nil {
			last = g
		}
	}
	r, err := c.check(ctx, last)
	if err != nil {
		return r, errors.Join(err, f.keepBad(deref(last)))
	}
	if !last.Accepted || r.Fact.Name == bidding.FactLate {
		return r, errors.Join(tooLate, f.KeepReceipt(ReceiptLate, r.Raw))
	}
	want := map[string]any{"bidder": f.Record.Bidder, "envelopes": f.Record.Envelopes, "lot": f.Record.Lot, "seq": f.Record.Seq}
	if err := errors.Join(r.is(bidding.FactStored, f.Record.Tender), r.says(want)); err != nil {
		return r, errors.Join(err, f.keepBad(*last))
	}
	return r, f.KeepReceipt(ReceiptStored, r.Raw)
}

func deref(g *given) given {
	if g == nil {
		return given{}
	}
	return *g
}

var tooLate = fault.New(fault.Conflict, "bid.window_over", "The last part arrived after the upload window was over, so the bid has lapsed. The receipt proves when it came.")

// envelope sends one envelope and says that it is complete.
func (c *Client) envelope(ctx context.Context, r seal.Bid, s Sealed, opts Uploading) (*given, error) {
	file, err := os.Open(s.file)
	if err != nil {
		return nil, fmt.Errorf("client: upload: %w", err)
	}
	defer file.Close()
	u := &upload{c: c, s: s, file: file, opts: opts, path: tenderPath(r.Tender, "lots", r.Lot, "bid", strconv.FormatInt(r.Seq, 10), "envelopes", s.Name)}
	if err := u.parts(ctx); err != nil {
		return nil, err
	}
	var out struct {
		Stored  bool   `json:"stored"`
		Receipt *given `json:"receipt"`
	}
	err = c.Call(ctx, Request{Method: http.MethodPost, Path: u.path + "/complete", Again: true, Within: 6 * time.Minute}, &out)
	return out.Receipt, err
}

// state is what the server says about an upload.
type state struct {
	Payload seal.Payload     `json:"payload"`
	Done    bool             `json:"done"`
	Present []int            `json:"present"`
	Targets []bidding.Target `json:"targets"`
}

// parts sends what is missing, asking again where it goes until nothing is. It
// rests only after a round that has brought nothing.
func (u *upload) parts(ctx context.Context) error {
	best, pause, vain, last := int64(-1), firstPause, 0, time.Now()
	var trouble error
	for {
		there, targets, err := u.begin(ctx)
		if err != nil && fault.From(err).Kind != fault.Busy {
			return err
		}
		if there == u.s.Size {
			return nil
		}
		if err == nil && there > best {
			best, pause, vain, last = there, firstPause, 0, time.Now()
		} else {
			// On a slow line one try alone may take longer than that.
			if idle := time.Since(last); vain >= leastTries && idle > u.opts.Idle {
				return fault.New(fault.Busy, "upload.stalled", "Nothing has arrived for %s. Try again later: what has arrived stays.",
					idle.Round(time.Second)).Because(errors.Join(err, trouble))
			}
			if err := sleep(ctx, max(jitter(pause), asked(trouble))); err != nil {
				return err
			}
			pause, vain = min(2*pause, longestPause), vain+1
		}
		if trouble = u.send(ctx, targets); trouble != nil && (ctx.Err() != nil || final(trouble)) {
			return errors.Join(ctx.Err(), trouble)
		}
	}
}

// begin hands in the header, and learns how many bytes are there and where the
// next parts go.
func (u *upload) begin(ctx context.Context) (there int64, targets []bidding.Target, err error) {
	in := map[string][]byte{"header": u.s.Header, "sums": u.s.Sums}
	var at state
	if err := u.c.Call(ctx, Request{Method: http.MethodPost, Path: u.path, In: in, Again: true}, &at); err != nil {
		return 0, nil, err
	}
	if at.Payload != u.s.Payload {
		return 0, nil, fault.New(fault.Internal, "client.answer", "The server speaks of another payload than this one.")
	}
	if there = u.present(at); at.Done {
		there = u.s.Size
	}
	u.sent.Store(there)
	u.opts.Progress.tell("send "+u.s.Name, there, u.s.Size)
	return there, at.Targets, nil
}

// present sums up what the server has.
func (u *upload) present(at state) (bytes int64) {
	slices.Sort(at.Present)
	for _, n := range slices.Compact(at.Present) {
		bytes += u.s.PartLen(int64(n) - 1)
	}
	return bytes
}
