package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"probity/server/mail"
	"probity/server/mail/mailtest"
	"probity/server/notify"
)

// certificate is one for 127.0.0.1, and who trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// open starts a mail server that changes over to TLS, and a client of it.
func open(t *testing.T) (*mailtest.Post, *mail.Server) {
	cert, roots := certificate(t)
	p := mailtest.Open(t, mailtest.Options{TLS: &tls.Config{Certificates: []tls.Certificate{cert}}, User: "probity", Password: "s3cret"})
	return p, &mail.Server{Host: "127.0.0.1", Port: p.Port, User: "probity", Password: "s3cret",
		From: "Probity <no-reply@tenders.example>", Domain: "tenders.example", TLS: &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}}
}

var letter = notify.Letter{ID: "abc123", To: "wei@example.org", Name: "李伟", Lang: "zh", Subject: "项目已变更：超声诊断仪采购（第二次）",
	Body: "李伟：您好！\r\n\r\n项目已变更。\r\n", Choices: "https://tenders.example/account/notices/choices"}

func TestALetterArrives(t *testing.T) {
	p, s := open(t)
	if err := s.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got := p.Letters()[0]
	if got.Subject != letter.Subject || got.To != letter.To || got.Name != letter.Name || got.Body != letter.Body {
		t.Errorf("%+v", got)
	}
	for name, want := range map[string]string{
		"Message-Id": "<abc123@tenders.example>", "User-Agent": "", "X-Mailer": "", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe": "<" + letter.Choices + ">", "List-Unsubscribe-Post": "", "From": `"Probity" <no-reply@tenders.example>`,
	} {
		if x := got.Header.Get(name); x != want {
			t.Errorf("%s: %q, not %q", name, x, want)
		}
	}
}

// A letter that can be stopped says so as RFC 8058 has it.
func TestOneClick(t *testing.T) {
	p, s := open(t)
	l := letter
	l.Stop = "https://tenders.example/mail/stop/abc123-00"
	if err := s.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	h := p.Letters()[0].Header
	if got := h.Get("List-Unsubscribe"); got != "<"+l.Stop+">" {
		t.Errorf("%q", got)
	}
	if got := h.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("%q", got)
	}
}

func TestHeadersAreNotAdded(t *testing.T) {
	p, s := open(t)
	for what, change := range map[string]func(*notify.Letter){
		"subject":   func(l *notify.Letter) { l.Subject = "Hello\r\nBcc: everybody@example.org" },
		"stop":      func(l *notify.Letter) { l.Stop = "https://x/\r\nBcc: everybody@example.org" },
		"name":      func(l *notify.Letter) { l.Name = "Bob\nBcc: everybody@example.org" },
		"recipient": func(l *notify.Letter) { l.To = "bob@example.org>\r\nBcc: <everybody@example.org" },
		"two":       func(l *notify.Letter) { l.To = "bob@example.org, everybody@example.org" },
	} {
		l := letter
		change(&l)
		err := s.Send(t.Context(), l)
		var f interface{ Permanent() bool }
		if err == nil || !errors.As(err, &f) || !f.Permanent() {
			t.Errorf("%s: %v", what, err)
		}
	}
	if len(p.Letters()) != 0 {
		t.Errorf("sent: %+v", p.Letters())
	}
}

func TestFailures(t *testing.T) {
	p, s := open(t)
	permanent := func(err error) bool {
		var f interface{ Permanent() bool }
		return errors.As(err, &f) && f.Permanent()
	}
	p.Refuse(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"})
	if err := s.Send(t.Context(), letter); err == nil || !permanent(err) {
		t.Error("no such mailbox:", err)
	}
	p.Refuse(&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try later"})
	if err := s.Send(t.Context(), letter); err == nil || permanent(err) {
		t.Error("try later:", err)
	}
	p.Refuse(nil)
	wrong := *s
	wrong.Password = "wrong"
	if err := wrong.Send(t.Context(), letter); err == nil || permanent(err) || strings.Contains(err.Error(), "wrong") {
		t.Error("a wrong password:", err)
	}
	stranger := *s
	stranger.TLS = nil
	if err := stranger.Send(t.Context(), letter); err == nil || permanent(err) {
		t.Error("a server whose certificate nobody has signed:", err)
	}
	away := *s
	away.Port = 1
	if err := away.Send(t.Context(), letter); err == nil || permanent(err) {
		t.Error("a server that is away:", err)
	}
	if len(p.Letters()) != 0 {
		t.Error("something was sent")
	}
}
