// Package mail hands letters to a mail server, over SMTP.
//
// Start with [Server.Send]. What is written here is plain text in UTF-8, from
// one address, to one person. Names and subjects come from people: a line break
// in one is refused, so that nobody adds a header or a second recipient.
//
// Nothing of the message says by which program it was made.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"probity/server/notify"
)

// How the line to the mail server is protected.
const (
	StartTLS = "starttls" // begins in the open and must change over
	TLS      = "tls"      // from the first byte
	Plain    = "none"     // never, for a server on this machine
)

// Server is the mail server that takes our letters.
type Server struct {
	Host     string
	Port     int
	Security string // StartTLS if ""
	User     string // none if ""
	Password string
	From     string // "Probity <no-reply@tenders.example>"
	Domain   string // behind the @ of message ids

	// TLS may name other authorities than those of the system; nil for those.
	TLS *tls.Config
}

const patience = 30 * time.Second

// failure is why a letter was not taken, and whether another try makes sense.
type failure struct {
	err   error
	final bool
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Permanent reports that the letter itself is refused.
func (f *failure) Permanent() bool { return f.final }

// Send is what notify.Post asks for.
func (s *Server) Send(ctx context.Context, l notify.Letter) error {
	m, err := s.message(l)
	if err != nil {
		return &failure{fmt.Errorf("mail: write: %w", err), true}
	}
	c, err := s.client()
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		var refused *mail.SendError
		final := errors.As(err, &refused) && !refused.IsTemp() && final(refused.ErrorCode())
		return &failure{fmt.Errorf("mail: send: %w", err), final}
	}
	return nil
}

// final reports a code of SMTP that says so of the recipient or the letter, and
// not of our line or our password, which an operator can mend.
func final(code int) bool { return code >= 550 && code <= 559 }

func (s *Server) message(l notify.Letter) (*mail.Msg, error) {
	if strings.ContainsAny(l.To+l.Name+l.Subject+l.Choices+l.Stop+l.ID, "\r\n\x00") {
		return nil, errors.New("a line break in a header")
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	if err := m.From(s.From); err != nil {
		return nil, err
	}
	to := func() error { return m.AddToFormat(l.Name, l.To) }
	if l.Name == "" {
		to = func() error { return m.AddTo(l.To) }
	}
	if err := to(); err != nil {
		return nil, err
	}
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(l.ID + "@" + s.Domain)
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("Content-Language", l.Lang)
	if l.Stop != "" { // as RFC 8058 has it: the reader's mail program posts there
		m.SetGenHeader("List-Unsubscribe", "<"+l.Stop+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	} else if l.Choices != "" {
		m.SetGenHeader("List-Unsubscribe", "<"+l.Choices+">")
	}
	m.SetBodyString(mail.TypeTextPlain, l.Body)
	return m, nil
}

func (s *Server) client() (*mail.Client, error) {
	opts := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(patience), mail.WithHELO(s.Domain)}
	switch s.Security {
	case TLS:
		opts = append(opts, mail.WithSSL())
	case Plain:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.TLS != nil {
		opts = append(opts, mail.WithTLSConfig(s.TLS))
	}
	if s.User != "" {
		opts = append(opts, mail.WithUsername(s.User), mail.WithPassword(s.Password), mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover))
	}
	return mail.NewClient(s.Host, opts...)
}

// Address is host:port, for the log.
func (s *Server) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
