// Package client is the Go client of /api/v1 for everybody: bidders, openers,
// officers, programs. The command line, the demo and the tests use it alike, so
// what it refuses, real people's machines refuse.
//
// Start with [Client] and [Client.Call]; then trust.go (what is believed of the
// log, and why a receipt is believed at all), sealing.go with folder.go (a bid
// becomes a folder, with no server needed), submit.go and upload.go (the folder
// becomes a submission), closing.go (was it counted?), and opening.go (what an
// opener's device does).
//
// The server is not trusted. What it says about the log is checked against the
// key that this machine has pinned and the checkpoint it has seen last; a
// receipt counts only if the record in it is the very one that was sent; opener
// keys are used only under the manifest hash that the record names. Trusted are
// this machine, its clock for nothing but waiting, and the people's key files.
//
// Frozen: the layout of a bid folder ("probity-sealed-bid/1", see [Folder]) and
// of the trust file ("probity-trust/1", see [Log]). Bidders keep both.
package client

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls one server. Base is required. It is safe for concurrent use once
// its fields are set.
type Client struct {
	// Base is where the server is: "https://tenders.example.org".
	Base string

	// Token is an API token, or the ticket of a session that [Client.SignIn]
	// has opened; "" asks as nobody.
	Token string

	// As chooses among a person's places: "ORG" or "ORG/ROLE".
	As string

	// HTTP makes the requests; nil stands for a client with sensible timeouts.
	HTTP *http.Client

	// Log is what is believed of the server's log. Whatever needs a receipt
	// fails without it.
	Log *Log

	// Patience is how long a call is tried again while the line is down or the
	// server is busy; 0 stands for a minute, less than 0 for no second try.
	Patience time.Duration

	// Plain allows a token to go over plain HTTP to a host that is not this
	// machine: on a test bench, never elsewhere.
	Plain bool
}

// Request is one call. The zero value of each field asks for nothing special.
type Request struct {
	Method string // "" is GET
	Path   string // from the root of the server, with its query
	In     any    // written as JSON; nil sends no body

	// Create marks a route that makes something (201): it gets a random
	// Idempotency-Key, the same for every try of this call.
	Create bool

	// Again marks a route that does no harm when it is called twice, so that it
	// may be tried again although nobody knows whether it took effect.
	Again bool

	Version int64         // sent as If-Match
	Reason  string        // sent as Probity-Reason: why something sensitive is read
	Within  time.Duration // longest time of one try; 0 stands for a minute
}

const (
	maxAnswer       = 64 << 20
	defaultWithin   = time.Minute
	defaultPatience = time.Minute
	firstPause      = 200 * time.Millisecond
	longestPause    = 5 * time.Second
	longestAsked    = 30 * time.Second // for Retry-After
)

// Call makes one call and reads the answer into out, unless that is nil. A
// refusal is a *fault.Error with the server's code, sentence and fields.
func (c *Client) Call(ctx context.Context, r Request, out any) error {
	body, err := encode(r.In)
	if err != nil {
		return err
	}
	key := ""
	if r.Create {
		key = rand.Text()
	}
	patience := c.Patience
	if patience == 0 {
		patience = defaultPatience
	}
	end := time.Now().Add(patience)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := c.once(ctx, r, key, body, out)
		if err == nil {
			return nil
		}
		wait := max(jitter(pause), asked(err))
		if ctx.Err() != nil || !r.again(err) || !time.Now().Add(wait).Before(end) {
			return err
		}
		if sleep(ctx, wait) != nil {
			return err
		}
	}
}

// Get reads what is under path.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.Call(ctx, Request{Path: path}, out)
}

// Post does something that may not be done twice.
func (c *Client) Post(ctx context.Context, path string, in, out any) error {
	return c.Call(ctx, Request{Method: http.MethodPost, Path: path, In: in}, out)
}

// Create makes something, once, however often the line breaks.
func (c *Client) Create(ctx context.Context, path string, in, out any) error {
	return c.Call(ctx, Request{Method: http.MethodPost, Path: path, In: in, Create: true}, out)
}

// Put replaces the version of something that the caller has seen; 0 where the
// route asks for none.
func (c *Client) Put(ctx context.Context, path string, version int64, in, out any) error {
	return c.Call(ctx, Request{Method: http.MethodPut, Path: path, In: in, Version: version}, out)
}

// List is one page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// All reads a list to its end, page by page.
func All[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	var all []T
	next := path
	for {
		var page List[T]
		if err := c.Get(ctx, next, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		next = path + mark + "after=" + url.QueryEscape(page.Next)
	}
}

// segment writes a name as one part of a path.
func segment(s string) string { return url.PathEscape(s) }
