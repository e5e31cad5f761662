// Package outside asks an outside provider who somebody is: OpenID Connect,
// authorization code flow with PKCE.
//
// Start with [Provider.Begin] and [Provider.End]. This package speaks the
// protocol and keeps nothing; what a proven identity is good for, and for whom,
// package people decides.
//
// Trusted: the provider, for who is at its own accounts, over TLS. Not trusted:
// the browser that carries its answers. State and nonce are the caller's, and
// bound to that browser; the code is worth nothing without the verifier that
// the caller has kept.
//
// The provider is asked for its addresses when somebody first wants to sign in
// by it, so that a server starts without it, and again when that has failed.
package outside

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"probity/server/people"
	"probity/tender/fault"
	"probity/tender/text"
)

// Settings say who the provider is and who we are to it.
type Settings struct {
	Issuer   string // exactly as its tokens say
	Client   string
	Secret   string
	Redirect string // the one address that it sends people back to
	Scopes   []string
	Name     text.Text

	// Sign-ins that the provider marks so (acr, or one of amr) count as two
	// factors. Empty: none does.
	ACR, AMR []string
}

// Provider is an outside provider. It is safe for concurrent use.
type Provider struct {
	Settings

	mu     sync.Mutex
	known  *discovered
	failed time.Time // when it could last not be asked
	why    error
}

// discovered is what the provider says about itself.
type discovered struct {
	*oidc.Provider
	Methods []string `json:"token_endpoint_auth_methods_supported"`
	Says    bool     `json:"authorization_response_iss_parameter_supported"`
	JWKS    string   `json:"jwks_uri"`
}

// pause is how long nobody asks again after the provider was away.
const pause = 5 * time.Second

// Away is what people are told while the provider is.
var away = fault.New(fault.Conflict, "outside.away", "The sign-in service cannot be reached at present. Sign in with your password, or try again in a moment.")

// refused is the one answer to all that is not right about a way back.
var refused = fault.New(fault.Unknown, "outside.refused", "The sign-in service has not said who you are. Begin again.")

// Title is how the provider is called.
func (p *Provider) Title() text.Text { return p.Name }

// discover asks the provider about itself, once it has answered never again.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	if time.Since(p.failed) < pause {
		return nil, away.Because(p.why)
	}
	d, err := p.ask(ctx)
	if err != nil {
		p.failed, p.why = time.Now(), err
		return nil, away.Because(err)
	}
	p.known = d
	return d, nil
}

func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // for all who wait, not for one
	defer cancel()
	o, err := oidc.NewProvider(oidc.ClientContext(ctx, client), p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("outside: discover: %w", err)
	}
	d := &discovered{Provider: o}
	if err := o.Claims(d); err != nil {
		return nil, fmt.Errorf("outside: discover: %w", err)
	}
	for _, address := range []string{o.Endpoint().AuthURL, o.Endpoint().TokenURL, d.JWKS} {
		if err := p.decent(address); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// decent refuses an address to which a secret would go in the open.
func (p *Provider) decent(address string) error {
	u, err := url.Parse(address)
	own, _ := url.Parse(p.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != own.Scheme {
		return fmt.Errorf("outside: the provider names the address %q, which is not https", address)
	}
	return nil
}

func (p *Provider) config(d *discovered) *oauth2.Config {
	e := d.Endpoint()
	e.AuthStyle = oauth2.AuthStyleInHeader
	if len(d.Methods) > 0 && !slices.Contains(d.Methods, "client_secret_basic") {
		e.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: e, RedirectURL: p.Redirect, Scopes: p.scopes()}
}

func (p *Provider) scopes() []string {
	list := []string{oidc.ScopeOpenID}
	for _, s := range p.Scopes {
		if s != oidc.ScopeOpenID {
			list = append(list, s)
		}
	}
	return list
}

// Begin is the address that sends a browser to the provider.
func (p *Provider) Begin(ctx context.Context, q people.OutsideQuestion) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier)}
	if q.Anew { // who sits at somebody else's open session there proves nothing
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return p.config(d).AuthCodeURL(q.State, opts...), nil
}

// End finds out who came back with a code. The answer is away or refused, with
// the cause, and names nothing secret.
func (p *Provider) End(ctx context.Context, q people.OutsideQuestion, back people.OutsideAnswer) (people.OutsideIdentity, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return people.OutsideIdentity{}, err
	}
	if back.Issuer != p.Issuer && (back.Issuer != "" || d.Says) {
		return people.OutsideIdentity{}, refused.Because(fmt.Errorf("outside: the answer is of the issuer %.200q", back.Issuer)) // RFC 9207
	}
	if back.Error != "" || back.Code == "" {
		return people.OutsideIdentity{}, refused.Because(fmt.Errorf("outside: the provider says %.100q", back.Error))
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, client), patience)
	defer cancel()
	token, err := p.config(d).Exchange(ctx, back.Code, oauth2.VerifierOption(q.Verifier))
	if err != nil {
		return people.OutsideIdentity{}, explain(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || len(raw) > 32<<10 {
		return people.OutsideIdentity{}, refused.Because(errors.New("outside: no ID token, or one that is too long"))
	}
	who, err := p.verify(ctx, d, raw, token.AccessToken, q)
	if err != nil {
		return people.OutsideIdentity{}, refused.Because(fmt.Errorf("outside: %w", err))
	}
	return who, nil
}

// explain says why no code was taken. The body of the answer stays unsaid.
func explain(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && said.Response != nil && said.Response.StatusCode < 500 {
		return refused.Because(fmt.Errorf("outside: the provider takes no code: %d %.100q", said.Response.StatusCode, said.ErrorCode))
	}
	if errors.As(err, &said) {
		return away.Because(errors.New("outside: the provider is broken"))
	}
	return away.Because(fmt.Errorf("outside: %w", err))
}

// claims are what we read of a token besides what go-oidc does.
type claims struct {
	AZP      string   `json:"azp"`
	Email    string   `json:"email"`
	Verified verified `json:"email_verified"`
	ACR      string   `json:"acr"`
	AMR      []string `json:"amr"`
}

// verified is true only if the provider says so; some say it as text.
type verified bool

func (v *verified) UnmarshalJSON(b []byte) error {
	*v = string(b) == "true" || string(b) == `"true"`
	return nil
}

// verify checks a token as OpenID Connect Core 3.1.3.7 has it. Signatures are by
// keys of the provider alone: neither none nor an HMAC is ever taken.
func (p *Provider) verify(ctx context.Context, d *discovered, raw, access string, q people.OutsideQuestion) (people.OutsideIdentity, error) {
	t, err := d.Verifier(&oidc.Config{ClientID: p.Client, Now: func() time.Time { return q.Now }}).Verify(ctx, raw)
	if err != nil {
		return people.OutsideIdentity{}, err
	}
	var c claims
	if err := t.Claims(&c); err != nil {
		return people.OutsideIdentity{}, err
	}
	switch {
	case t.Issuer != p.Issuer:
		return people.OutsideIdentity{}, errors.New("the token is of another issuer")
	case q.Nonce == "" || subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(q.Nonce)) != 1:
		return people.OutsideIdentity{}, errors.New("the token has another nonce")
	case c.AZP != "" && c.AZP != p.Client || len(t.Audience) > 1 && c.AZP == "":
		return people.OutsideIdentity{}, errors.New("the token is for another party")
	case t.Subject == "" || len(t.Subject) > 255:
		return people.OutsideIdentity{}, errors.New("the token has no subject, or one that is too long")
	case t.IssuedAt.After(q.Now.Add(leeway)) || t.IssuedAt.Before(q.Now.Add(-oldest)):
		return people.OutsideIdentity{}, errors.New("the token was not issued just now")
	}
	if t.AccessTokenHash != "" {
		if err := t.VerifyAccessToken(access); err != nil {
			return people.OutsideIdentity{}, err
		}
	}
	strong := c.ACR != "" && slices.Contains(p.ACR, c.ACR) || slices.ContainsFunc(c.AMR, func(m string) bool { return slices.Contains(p.AMR, m) })
	return people.OutsideIdentity{Issuer: t.Issuer, Subject: t.Subject, Email: c.Email, Verified: bool(c.Verified), Strong: strong}, nil
}

// How far clocks may be apart, and how old a token is that came with a code.
const (
	leeway = 2 * time.Minute
	oldest = 15 * time.Minute
)
