package sitetest

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// Code is the next code of the visitor's second factor: time moves on, since no
// code is taken twice.
func (v *Visitor) Code() string {
	v.t.Helper()
	v.Pass(30 * time.Second)
	c, err := totp.GenerateCode(v.Secret, v.now)
	if err != nil {
		v.t.Fatal(err)
	}
	return c
}

// Password is that of everybody in tests.
const Password = "correct horse battery staple"

// Factor makes a second factor in the pages, and returns the recovery codes.
func (v *Visitor) Factor() []string {
	v.t.Helper()
	v.Get("/account/factor").Want(http.StatusOK)
	shown := v.Submit("/account/factor").Want(http.StatusOK)
	v.Secret = strings.ReplaceAll(shown.Said("#secret"), " ", "")
	done := v.Submit("/account/factor/confirm", "code", v.Code()).Want(http.StatusOK)
	return strings.Fields(done.Has("#codes").Text())
}

// Register brings an organisation in with the visitor as its first person.
func (v *Visitor) Register(kind, name, email string) {
	v.t.Helper()
	v.Get("/register").Want(http.StatusOK)
	v.Submit("/register", "kind", kind, "name", name, "identifier.scheme", "GB-COH", "identifier.id", serial(email),
		"person.name", name+" person", "person.email", email, "password", Password).To("/account/factor")
	v.Factor()
}

// serial makes a register number of a name.
func serial(s string) string { return fmt.Sprintf("%08d", crc32.ChecksumIEEE([]byte(s))%100_000_000) }

// Found sets the platform up with the visitor as its administrator.
func (v *Visitor) Found(email string) {
	v.t.Helper()
	ticket, err := v.People.PrepareSetup(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	v.Get("/setup").Want(http.StatusOK)
	v.Submit("/setup", "ticket", ticket, "name", "The Platform", "identifier.scheme", "GB-COH", "identifier.id", serial(email),
		"person.name", "Ada Platform", "person.email", email, "password", Password).To("/account/factor")
	v.Factor()
}

// SignIn signs the visitor in.
func (v *Visitor) SignIn(email string) *Page {
	v.t.Helper()
	v.Get("/sign-in").Want(http.StatusOK)
	code := ""
	if v.Secret != "" {
		code = v.Code()
	}
	return v.Submit("/sign-in", "email", email, "password", Password, "code", code)
}
