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
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"probity/tender/fault"
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

// encode writes JSON without escaping for HTML: signed records inside must
// arrive as the bytes that were signed.
func encode(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("client: encode %T: %w", v, err)
	}
	return b.Bytes(), nil
}

// once is one try.
func (c *Client) once(ctx context.Context, r Request, key string, body []byte, out any) error {
	within := r.Within
	if within == 0 {
		within = defaultWithin
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := c.request(ctx, r, body)
	if err != nil {
		return err
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http().Do(req)
	if err != nil {
		return unreachable(c.Base, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return unreachable(c.Base, err)
	}
	if len(b) > maxAnswer {
		return fault.New(fault.TooLarge, "client.answer", "The server's answer is longer than any should be.")
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return problem(res, b)
	}
	if out == nil || len(b) == 0 {
		return nil
	}
	return read(res, b, out)
}

func (c *Client) request(ctx context.Context, r Request, body []byte) (*http.Request, error) {
	base, err := url.Parse(strings.TrimSuffix(c.Base, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fault.New(fault.Invalid, "client.base", "%q is not the address of a server.", c.Base)
	}
	if c.Token != "" && base.Scheme == "http" && !c.Plain && !local(base.Hostname()) {
		return nil, fault.New(fault.Invalid, "client.plain_http", "%s would send your token over a line that anybody can read. Use https.", c.Base)
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, base.String()+r.Path, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Invalid, "client.path", "%q is not an address on the server.", r.Path).Because(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	for name, value := range map[string]string{"Probity-As": c.As, "Probity-Reason": r.Reason} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if r.Version > 0 {
		req.Header.Set("If-Match", strconv.Quote(strconv.FormatInt(r.Version, 10)))
	}
	return req, nil
}

// local reports whether a host name means this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// usual is the client of those who bring none. It follows no redirect: what is
// signed is sent to the server that was named, and to no other.
var usual = &http.Client{
	Transport: func() http.RoundTripper {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 8
		return t
	}(),
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return usual
}

// read fills out. Members that this client does not know are left: a newer
// server may say more.
func read(res *http.Response, b []byte, out any) error {
	if raw, ok := out.(*[]byte); ok {
		*raw = b
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fault.New(fault.Internal, "client.answer", "The server's answer cannot be read.").
			Because(errors.Join(fmt.Errorf("client: %s", res.Request.URL.Path), err))
	}
	return nil
}
