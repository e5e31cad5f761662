package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"probity/server/web"
)

// Problem is a refusal by the API.
type Problem struct{ web.Problem }

// Error is the sentence, with its code.
func (p *Problem) Error() string { return p.Detail + " (" + p.Code + ")" }

// Refused returns the refusal in err's chain, if there is one.
func Refused(err error) (*Problem, bool) { return errors.AsType[*Problem](err) }

// Get asks the API for a thing. Each part of the path is escaped.
func (v *Visit) Get(out any, path string, args ...any) error {
	return v.call(http.MethodGet, fill(path, args), nil, out)
}

// Find is Get with values behind the question mark; empty ones are left out.
func (v *Visit) Find(out any, q map[string]string, path string, args ...any) error {
	values := url.Values{}
	for k, x := range q {
		if x != "" {
			values.Set(k, x)
		}
	}
	return v.call(http.MethodGet, fill(path, args)+"?"+values.Encode(), nil, out)
}

// Post does something through the API. in is written as JSON, nil for nothing;
// the answer is read into out unless it is nil. The key and the version that
// the form carries go along.
func (v *Visit) Post(in, out any, path string, args ...any) error {
	return v.call(http.MethodPost, fill(path, args), in, out)
}

// Put changes something through the API, like Post.
func (v *Visit) Put(in, out any, path string, args ...any) error {
	return v.call(http.MethodPut, fill(path, args), in, out)
}

// Delete removes something through the API.
func (v *Visit) Delete(path string, args ...any) error {
	return v.call(http.MethodDelete, fill(path, args), nil, nil)
}

// Names of the hidden fields that the partial "form" adds.
const (
	keyField     = "_key"
	versionField = "_version"
)

// carried are the headers of a visit that its calls have too.
var carried = []string{"Cookie", "X-Forwarded-For", "User-Agent"}

// Send stores a file through the API: size bytes of r, as they are.
func (v *Visit) Send(r io.Reader, size int64, out any, path string, args ...any) error {
	req, err := v.request(http.MethodPut, fill(path, args), io.LimitReader(r, size))
	if err != nil {
		return err
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/octet-stream")
	return v.ask(req, out)
}

func (v *Visit) call(method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("site: %s %s: %w", method, path, err)
		}
	}
	req, err := v.request(method, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		v.carry(req)
	}
	return v.ask(req, out)
}

// request is one of this visit's: by the same person, from the same address.
func (v *Visit) request(method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(v.Context(), method, path, body)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	req.RemoteAddr, req.Host = v.R.RemoteAddr, v.R.Host
	for _, h := range carried {
		if list := v.R.Header.Values(h); len(list) > 0 {
			req.Header[h] = list
		}
	}
	req.Header.Set("Accept-Language", v.Lang) // for the sentences of refusals
	if v.Reason != "" {
		req.Header.Set("Probity-Reason", url.PathEscape(v.Reason)) // headers carry ASCII only
	}
	return req, nil
}

// ask sends a request to the API and reads its answer.
func (v *Visit) ask(req *http.Request, out any) error {
	a := &answer{header: http.Header{}, status: http.StatusOK}
	v.site.API.ServeHTTP(a, req)
	for _, c := range a.header.Values("Set-Cookie") {
		v.W.Header().Add("Set-Cookie", c)
	}
	err := a.read(req.Method+" "+req.URL.Path, out)
	if p, ok := Refused(err); ok {
		v.explain(p, a.header)
	}
	return err
}

// carry takes over from the form what makes it safe to send twice or late.
func (v *Visit) carry(req *http.Request) {
	if v.R.PostForm == nil {
		return
	}
	if key := v.R.PostForm.Get(keyField); key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if version := v.R.PostForm.Get(versionField); version != "" {
		req.Header.Set("If-Match", `"`+version+`"`)
	}
}

// answer takes in what the API writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) read(what string, out any) error {
	if a.status >= 400 {
		p := new(Problem)
		if !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") || json.Unmarshal(a.body.Bytes(), &p.Problem) != nil {
			return fmt.Errorf("site: %s: the API answered %d", what, a.status)
		}
		return p
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *[]byte:
		*out = a.body.Bytes()
		return nil
	default:
		if err := json.Unmarshal(a.body.Bytes(), out); err != nil {
			return fmt.Errorf("site: %s: %w", what, err)
		}
		return nil
	}
}

// List is a page of a list of the API.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}
