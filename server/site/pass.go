package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// sniffed is how much of a file is looked at before its page has headers.
const sniffed = 4096

// Pass hands a file of the API on while it comes, whatever its size. dress sets
// the headers of the answer, once the API has agreed: it sees the API's own and
// the first bytes of the file. A refusal comes back as an error, and nothing
// was sent.
func (v *Visit) Pass(dress func(api http.Header, start []byte), path string, args ...any) error {
	req, err := v.request(http.MethodGet, fill(path, args), http.NoBody)
	if err != nil {
		return err
	}
	p := &pass{v: v, dress: dress, header: http.Header{}, status: http.StatusOK}
	v.site.API.ServeHTTP(p, req)
	if p.status >= 400 {
		refused := new(Problem)
		if json.Unmarshal(p.held.Bytes(), &refused.Problem) != nil {
			return fmt.Errorf("site: %s: the API answered %d", path, p.status)
		}
		return refused
	}
	p.begin()
	return nil
}

// pass is the API's answer on its way to the visitor.
type pass struct {
	v      *Visit
	dress  func(http.Header, []byte)
	header http.Header
	status int
	held   bytes.Buffer // the start of the file, or the refusal
	begun  bool
}

func (p *pass) Header() http.Header    { return p.header }
func (p *pass) WriteHeader(status int) { p.status = status }

// Unwrap lets the API move the deadlines of the visitor's connection.
func (p *pass) Unwrap() http.ResponseWriter { return p.v.W }

func (p *pass) Write(b []byte) (int, error) {
	if p.begun {
		return p.v.W.Write(b)
	}
	n, err := p.held.Write(b)
	if p.status < 400 && p.held.Len() >= sniffed {
		err = p.begin()
	}
	return n, err
}

// begin sends the headers and what was held back.
func (p *pass) begin() error {
	if p.begun {
		return nil
	}
	p.begun = true
	if length := p.header.Get("Content-Length"); length != "" {
		p.v.W.Header().Set("Content-Length", length)
	}
	p.dress(p.header, p.held.Bytes())
	p.v.W.WriteHeader(http.StatusOK)
	_, err := p.v.W.Write(p.held.Bytes())
	return err
}

// Attach dresses a file for saving, under the name that the API gives it.
func (v *Visit) Attach(api http.Header, _ []byte) {
	h := v.W.Header()
	h.Set("Content-Type", api.Get("Content-Type"))
	h.Set("Content-Disposition", api.Get("Content-Disposition"))
	if h.Get("Content-Disposition") == "" {
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}
