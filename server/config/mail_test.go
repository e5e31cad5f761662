package config

import (
	"os"
	"strings"
	"testing"
)

func TestMail(t *testing.T) {
	file := t.TempDir() + "/password"
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := t.TempDir() + "/open"
	if err := os.WriteFile(open, []byte("s3cret\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	good := Mail{MailHost: "mail.example", MailPort: 587, MailUser: "probity", MailPassword: file, MailFrom: "Probity <no-reply@example.org>"}
	for _, c := range []struct {
		what, says string
		change     func(*Mail)
	}{
		{"all there", "", func(*Mail) {}},
		{"no mail", "", func(m *Mail) { *m = Mail{} }},
		{"no sign-in", "", func(m *Mail) { m.MailUser, m.MailPassword = "", "" }},
		{"plain on this machine", "", func(m *Mail) { m.MailHost, m.MailSecurity = "127.0.0.1", "none" }},
		{"plain among containers", "", func(m *Mail) { m.MailHost, m.MailSecurity = "mail", "none" }},
		{"the host is forgotten", "mail_host", func(m *Mail) { m.MailHost = "" }},
		{"in the open by number", "in the open", func(m *Mail) { m.MailHost, m.MailSecurity = "2001:db8::1", "none" }},
		{"no sender", "mail_from", func(m *Mail) { m.MailFrom = "" }},
		{"no address", "mail_from", func(m *Mail) { m.MailFrom = "Probity" }},
		{"in the open", "in the open", func(m *Mail) { m.MailSecurity = "none" }},
		{"a name without a password", "together", func(m *Mail) { m.MailPassword = "" }},
		{"a password for all to read", "everybody", func(m *Mail) { m.MailPassword = open }},
		{"no file", "mail_password", func(m *Mail) { m.MailPassword = file + "x" }},
	} {
		m := good
		c.change(&m)
		err := m.CheckMail()
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
