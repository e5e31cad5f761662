// Package mailtest is a mail server in this process, for tests of what is sent.
//
// Start with [Open]; [Post.Letters] is what it has taken.
package mailtest

import (
	"bytes"
	"crypto/tls"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options say what server is wanted; the zero value takes everything in the open.
type Options struct {
	TLS            *tls.Config // changes over to it, if not nil
	User, Password string      // must be given, if not ""
}

// Post is a mail server. It keeps what it takes.
type Post struct {
	Port int

	opts   Options
	mu     sync.Mutex
	got    []Letter
	refuse *smtp.SMTPError
}

// Letter is one mail as it arrived.
type Letter struct {
	To      string
	Subject string
	Body    string
	Header  netmail.Header
	Name    string // of the recipient
}

// Open starts a mail server, which ends with the test.
func Open(t testing.TB, o Options) *Post {
	t.Helper()
	p := &Post{opts: o}
	s := smtp.NewServer(p)
	s.Domain, s.TLSConfig = "localhost", o.TLS
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.Port = l.Addr().(*net.TCPAddr).Port
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return p
}

// Refuse answers every recipient so; nil for taking them again.
func (p *Post) Refuse(with *smtp.SMTPError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = with
}

// Forget forgets what has come so far.
func (p *Post) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = nil
}

// Letters is what has arrived.
func (p *Post) Letters() []Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// NewSession is what the SMTP library asks for.
func (p *Post) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &session{p: p, known: p.opts.User == ""}, nil
}

// session is one line to the server.
type session struct {
	p     *Post
	known bool
	to    string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.p.opts.User || password != s.p.opts.Password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.refuse != nil {
		return s.p.refuse
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	l, err := read(r)
	if err != nil {
		return err
	}
	l.To = s.to
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.got = append(s.p.got, l)
	return nil
}

func (s *session) Reset()      { s.to = "" }
func (*session) Logout() error { return nil }

// read takes a mail apart as a mail program does.
func read(r io.Reader) (Letter, error) {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Header: m.Header}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	if to, err := m.Header.AddressList("To"); err == nil && len(to) == 1 {
		l.Name = to[0].Name
	}
	var body bytes.Buffer
	_, err = io.Copy(&body, quotedprintable.NewReader(m.Body))
	l.Body = body.String()
	return l, err
}
