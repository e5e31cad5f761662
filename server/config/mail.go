package config

import (
	"fmt"
	netmail "net/mail"
	"strings"
)

// Mail says which server takes the letters that people are told things by.
// Without a host there is no mail: people are told in the pages only.
type Mail struct {
	MailHost     string `json:"mail_host" name:"mail-host" help:"Host of the mail server (SMTP) that takes our mail; no mail is sent if empty." env:"PROBITY_MAIL_HOST"`
	MailPort     int    `json:"mail_port" name:"mail-port" help:"Port of the mail server: usually 587 with starttls, 465 with tls." default:"587" env:"PROBITY_MAIL_PORT" validate:"gte=0,lte=65535"`
	MailSecurity string `json:"mail_security" name:"mail-security" help:"How the line to the mail server is protected: starttls, tls, or none (only for a server on this machine, or with a bare name in the same network of containers)." default:"starttls" env:"PROBITY_MAIL_SECURITY" validate:"omitempty,oneof=starttls tls none"`
	MailUser     string `json:"mail_user" name:"mail-user" help:"Name to sign in to the mail server with; none if empty." env:"PROBITY_MAIL_USER"`
	MailPassword string `json:"mail_password" name:"mail-password" help:"File with the password for the mail server." env:"PROBITY_MAIL_PASSWORD"`
	MailFrom     string `json:"mail_from" name:"mail-from" help:"Address that mail comes from, such as Probity <no-reply@tenders.example.org>." env:"PROBITY_MAIL_FROM"`
}

// Mails reports whether there is a mail server.
func (m *Mail) Mails() bool { return m.MailHost != "" }

// CheckMail refuses settings that cannot work or should not.
func (m *Mail) CheckMail() error {
	if !m.Mails() {
		for name, value := range map[string]string{"mail_user": m.MailUser, "mail_password": m.MailPassword, "mail_from": m.MailFrom} {
			if value != "" {
				return fmt.Errorf("config: %s is set, but mail_host is not; name the mail server, or leave it out", name)
			}
		}
		return nil
	}
	if a, err := netmail.ParseAddress(m.MailFrom); err != nil || !strings.Contains(a.Address, "@") {
		return fmt.Errorf("config: mail_from %q is not an address such as Probity <no-reply@tenders.example.org>", m.MailFrom)
	}
	if m.MailSecurity == "none" && !isLocal(m.MailHost) && strings.ContainsAny(m.MailHost, ".:") { // a bare name is of the same network of containers
		return fmt.Errorf("config: mail_security none would send mail in the open to %s; use starttls or tls", m.MailHost)
	}
	if (m.MailUser == "") != (m.MailPassword == "") {
		return fmt.Errorf("config: mail_user and mail_password belong together; give both or neither")
	}
	_, err := m.MailSecret()
	return err
}

// MailSecret reads the password for the mail server; "" if none is needed.
func (m *Mail) MailSecret() (string, error) {
	if m.MailPassword == "" {
		return "", nil
	}
	return secret("mail_password", m.MailPassword, "the password for the mail server")
}
