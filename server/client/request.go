package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"probity/tender/fault"
)

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
