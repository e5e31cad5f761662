// Package outsidetest is a small OpenID Connect provider in this process, for
// tests. It is strict about all that a client must do, and can be told to do
// wrong itself.
//
// Start with [Open]; [Provider.Visit] is a person with a browser at it.
package outsidetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Client and Secret are those of the one client that the provider knows.
const (
	Client = "probity-at-the-provider"
	Secret = "s3cret of the client/+ %"
)

// Provider is one that does as it is told.
type Provider struct {
	*httptest.Server

	Redirect string           // the one address that people are sent back to
	Now      func() time.Time // of its tokens

	// Alg signs tokens: RS256, ES256; HS256 by the client's secret, or none.
	Alg string

	// Spoil may change the claims of a token.
	Spoil func(claims map[string]any)

	// Answer may take over the token endpoint, or another path.
	Answer map[string]http.HandlerFunc

	// Methods are how clients may prove who they are; basic if nil.
	Methods []string

	// Says has the provider name itself in the way back (RFC 9207).
	Says bool

	t     testing.TB
	rsa   *rsa.PrivateKey
	ec    *ecdsa.PrivateKey
	mu    sync.Mutex
	codes map[string]grant
	asked url.Values // of the last visit
}

// grant is a code that was given out.
type grant struct {
	challenge, redirect, nonce string
	claims                     map[string]any
}

// Open starts a provider, which ends with the test.
func Open(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{t: t, Alg: "RS256", Now: time.Now, codes: map[string]grant{}, Answer: map[string]http.HandlerFunc{}}
	var err error
	if p.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if p.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := p.Answer[r.URL.Path]; f != nil {
			f(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// Asked is what the client has asked for when the last person came.
func (p *Provider) Asked() url.Values { return p.asked }

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	send(w, 200, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
		"token_endpoint_auth_methods_supported": p.Methods, "authorization_response_iss_parameter_supported": p.Says,
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	send(w, 200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: p.rsa.Public(), KeyID: "rsa", Algorithm: "RS256", Use: "sig"}, {Key: p.ec.Public(), KeyID: "ec", Algorithm: "ES256", Use: "sig"}}})
}

// Visit is a person who follows an address of ours to the provider, signs in
// there, and is sent back: to the address that is returned. claims say who they
// are: sub, email, email_verified, acr, amr.
func (p *Provider) Visit(address string, claims map[string]any) (back *url.URL) {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	p.asked = q
	for name, want := range map[string]string{"client_id": Client, "redirect_uri": p.Redirect, "response_type": "code", "code_challenge_method": "S256"} {
		if q.Get(name) != want {
			p.t.Fatalf("the client asks with %s=%q, not %q", name, q.Get(name), want)
		}
	}
	if u.Host != p.Listener.Addr().String() || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 16 || len(q.Get("nonce")) < 16 {
		p.t.Fatalf("the client asks %s", address)
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = grant{q.Get("code_challenge"), q.Get("redirect_uri"), q.Get("nonce"), claims}
	p.mu.Unlock()
	back, err = url.Parse(p.Redirect)
	if err != nil {
		p.t.Fatal(err)
	}
	answer := url.Values{"code": {code}, "state": {q.Get("state")}}
	if p.Says {
		answer.Set("iss", p.URL)
	}
	back.RawQuery = answer.Encode()
	return back
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if basic { // RFC 6749 2.3.1: as in a form
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != Client || secret != Secret || basic == (len(p.Methods) > 0 && p.Methods[0] == "client_secret_post") {
		send(w, 401, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	g, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != g.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		send(w, 400, map[string]any{"error": "invalid_grant"})
		return
	}
	now := p.Now()
	claims := map[string]any{"iss": p.URL, "aud": Client, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": g.nonce}
	for name, x := range g.claims {
		claims[name] = x
	}
	if p.Spoil != nil {
		p.Spoil(claims)
	}
	send(w, 200, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(claims)})
}

// sign makes a token the way that the provider was told.
func (p *Provider) sign(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(p.Alg)}
	kid := ""
	switch p.Alg {
	case "none":
		part := base64.RawURLEncoding.EncodeToString
		return part([]byte(`{"alg":"none"}`)) + "." + part(body) + "."
	case "HS256":
		key.Key = []byte(Secret + Secret)
	case "ES256":
		key.Key, kid = p.ec, "ec"
	default:
		key.Key, kid = p.rsa, "rsa"
	}
	s, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithHeader("kid", kid))
	if err != nil {
		p.t.Error(err)
		return ""
	}
	signed, err := s.Sign(body)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	return text
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
