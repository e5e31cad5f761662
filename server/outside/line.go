package outside

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// The bounds of what a provider may cost us.
const (
	patience = 10 * time.Second
	answer   = 1 << 20 // bytes
)

// client asks providers. It follows nobody elsewhere: a secret goes where the
// settings say.
var client = &http.Client{
	Timeout:       patience,
	Transport:     bounded{transport()},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: patience / 2}).DialContext
	t.TLSHandshakeTimeout, t.ResponseHeaderTimeout = patience/2, patience
	t.MaxResponseHeaderBytes = 64 << 10
	t.MaxIdleConnsPerHost = 4
	return t
}

// bounded cuts answers that are too long.
type bounded struct{ http.RoundTripper }

var errLong = errors.New("outside: the answer is too long")

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = &limited{res.Body, answer}
	}
	return res, err
}

// limited is a body that fails rather than ends where it is too long.
type limited struct {
	io.ReadCloser
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLong
	}
	n, err := l.ReadCloser.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}
