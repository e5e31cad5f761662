package outside_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"probity/server/outside"
	"probity/server/outside/outsidetest"
	"probity/server/people"
	"probity/tender/fault"
	"probity/tender/text"
)

const redirect = "https://tenders.example/sign-in/outside/back"

func open(t *testing.T) (*outside.Provider, *outsidetest.Provider) {
	far := outsidetest.Open(t)
	far.Redirect = redirect
	return &outside.Provider{Settings: outside.Settings{Issuer: far.URL, Client: outsidetest.Client, Secret: outsidetest.Secret, Redirect: redirect,
		Scopes: []string{"openid", "email"}, Name: text.Of("en", "The ministry"), ACR: []string{"urn:high"}, AMR: []string{"mfa"}}}, far
}

// question is one that nobody has asked before.
func question(n int) people.OutsideQuestion {
	q := func(what string) string { return fmt.Sprintf("%s-%d-%s", what, n, strings.Repeat("x", 43)) }
	return people.OutsideQuestion{State: q("state"), Nonce: q("nonce"), Verifier: q("verifier"), Now: time.Now()}
}

func answerOf(back *url.URL) people.OutsideAnswer {
	q := back.Query()
	return people.OutsideAnswer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error")}
}

var wei = map[string]any{"sub": "wei-17", "email": "wei@example.org", "email_verified": true}

// there sends a browser to the provider, where it is wei's.
func there(t *testing.T, p *outside.Provider, far *outsidetest.Provider, q people.OutsideQuestion) people.OutsideAnswer {
	t.Helper()
	address, err := p.Begin(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return answerOf(far.Visit(address, wei))
}

func TestWhoIsIt(t *testing.T) {
	for _, alg := range []string{"RS256", "ES256"} {
		for _, methods := range [][]string{nil, {"client_secret_basic"}, {"client_secret_post"}} {
			p, far := open(t)
			far.Alg, far.Methods, far.Says = alg, methods, true
			q := question(1)
			who, err := p.End(t.Context(), q, there(t, p, far, q))
			want := people.OutsideIdentity{Issuer: far.URL, Subject: "wei-17", Email: "wei@example.org", Verified: true}
			if err != nil || who != want {
				t.Errorf("%s, %v: %+v %v", alg, methods, who, err)
			}
			if got := far.Asked(); got.Get("scope") != "openid email" || got.Get("prompt") != "" {
				t.Errorf("asked for %v", got)
			}
		}
	}
}

func TestWhatIsSaidOfTheWay(t *testing.T) {
	for _, c := range []struct {
		claims   map[string]any
		strong   bool
		verified bool
	}{
		{map[string]any{}, false, false},
		{map[string]any{"acr": "urn:low", "amr": []string{"pwd"}, "email_verified": false}, false, false},
		{map[string]any{"acr": "urn:high", "email_verified": "true"}, true, true},
		{map[string]any{"amr": []string{"pwd", "mfa"}, "email_verified": "false"}, true, false},
		{map[string]any{"email_verified": 1}, false, false},
	} {
		p, far := open(t)
		far.Spoil = func(x map[string]any) {
			delete(x, "email_verified")
			for k, v := range c.claims {
				x[k] = v
			}
		}
		q := question(1)
		who, err := p.End(t.Context(), q, there(t, p, far, q))
		if err != nil || who.Strong != c.strong || who.Verified != c.verified {
			t.Errorf("%v: %+v %v", c.claims, who, err)
		}
	}
	p, far := open(t)
	p.ACR, p.AMR = nil, nil
	far.Spoil = func(x map[string]any) { x["acr"], x["amr"] = "", []string{"mfa", ""} }
	q := question(1)
	if who, err := p.End(t.Context(), q, there(t, p, far, q)); err != nil || who.Strong {
		t.Errorf("where nothing is trusted: %+v %v", who, err)
	}
}

// What is not right about a token, or a way back, has one answer.
func TestRefused(t *testing.T) {
	set := func(name string, v any) func(*outsidetest.Provider) {
		return func(far *outsidetest.Provider) { far.Spoil = func(x map[string]any) { x[name] = v } }
	}
	alg := func(a string) func(*outsidetest.Provider) { return func(far *outsidetest.Provider) { far.Alg = a } }
	now := time.Now()
	for name, spoil := range map[string]func(*outsidetest.Provider){
		"another nonce":      set("nonce", "another"),
		"no nonce":           set("nonce", nil),
		"another audience":   set("aud", "somebody else"),
		"many, no azp":       set("aud", []string{outsidetest.Client, "somebody else"}),
		"another azp":        set("azp", "somebody else"),
		"another issuer":     set("iss", "https://elsewhere.example"),
		"expired":            set("exp", now.Add(-time.Second).Unix()),
		"of tomorrow":        set("iat", now.Add(24*time.Hour).Unix()),
		"of yesterday":       set("iat", now.Add(-24*time.Hour).Unix()),
		"not before tonight": set("nbf", now.Add(time.Hour).Unix()),
		"no subject":         set("sub", ""),
		"a long subject":     set("sub", strings.Repeat("x", 256)),
		"an access token":    set("at_hash", "bm90IHRoZSBoYXNo"),
		"unsigned":           alg("none"),
		"signed by a secret": alg("HS256"),
		"no token at all": func(far *outsidetest.Provider) {
			far.Answer["/token"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"access_token":"x","token_type":"Bearer"}`)
			}
		},
		"nonsense for a token": func(far *outsidetest.Provider) {
			far.Answer["/token"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"access_token":"x","token_type":"Bearer","id_token":"a.b.c"}`)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, far := open(t)
			q := question(1)
			a := there(t, p, far, q)
			spoil(far)
			if who, err := p.End(t.Context(), q, a); !fault.Coded(err, "outside.refused") {
				t.Errorf("%+v %v", who, err)
			} else if strings.Contains(fmt.Sprint(fault.From(err).Unwrap()), outsidetest.Secret) {
				t.Error("the cause says the secret")
			}
		})
	}
	p, far := open(t)
	q := question(1)
	a := there(t, p, far, q)
	for name, c := range map[string]struct {
		q people.OutsideQuestion
		a people.OutsideAnswer
	}{
		"another verifier":     {people.OutsideQuestion{State: q.State, Nonce: q.Nonce, Verifier: strings.Repeat("y", 43), Now: q.Now}, a},
		"a code used up":       {q, a}, // by the case before or after
		"a code of nobody":     {q, people.OutsideAnswer{State: q.State, Code: "made up"}},
		"no code":              {q, people.OutsideAnswer{State: q.State}},
		"the person says no":   {q, people.OutsideAnswer{State: q.State, Error: "access_denied"}},
		"of a mixed-up issuer": {q, people.OutsideAnswer{State: q.State, Code: a.Code, Issuer: "https://elsewhere.example"}},
	} {
		if name == "a code used up" {
			_, _ = p.End(t.Context(), q, a)
		}
		if who, err := p.End(t.Context(), c.q, c.a); !fault.Coded(err, "outside.refused") {
			t.Errorf("%s: %+v %v", name, who, err)
		}
	}
	far.Says = true // and yet it does not
	p, _ = open(t)
	p.Issuer = far.URL
	q = question(2)
	a = there(t, p, far, q)
	a.Issuer = ""
	if _, err := p.End(t.Context(), q, a); !fault.Coded(err, "outside.refused") {
		t.Errorf("an issuer that promised to name itself: %v", err)
	}
	p.Secret = "another"
	a = there(t, p, far, q)
	if _, err := p.End(t.Context(), q, a); !fault.Coded(err, "outside.refused") {
		t.Errorf("another secret: %v", err)
	}
}

// A provider that is away, slow in the head, or endless is away for us; once it
// is back, so are we.
func TestAway(t *testing.T) {
	const discovery = "/.well-known/openid-configuration"
	for name, do := range map[string]http.HandlerFunc{
		"broken":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"nonsense":       func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"another issuer": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"issuer":"https://elsewhere.example"}`) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for range 3 << 10 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		},
	} {
		p, far := open(t)
		far.Answer[discovery] = do
		if _, err := p.Begin(t.Context(), question(1)); !fault.Coded(err, "outside.away") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, far := open(t)
	for _, path := range []string{"/token", "/keys"} {
		q := question(1)
		a := there(t, p, far, q)
		far.Answer[path] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		if _, err := p.End(t.Context(), q, a); !fault.Coded(err, "outside.away") && !fault.Coded(err, "outside.refused") {
			t.Errorf("%s: %v", path, err)
		}
		delete(far.Answer, path)
	}
	far.Close()
	p, _ = open(t)
	p.Issuer = far.URL
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for range 2 { // the second is not kept waiting
		if _, err := p.Begin(ctx, question(1)); !fault.Coded(err, "outside.away") {
			t.Errorf("gone: %v", err)
		}
	}
}

// A secret goes to https alone, unless all of it is on this machine.
func TestNoSecretInTheOpen(t *testing.T) {
	for _, address := range []string{"ftp://x.example/token", "javascript:alert(1)", "/token", ""} {
		p, far := open(t)
		far.Answer["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, far.URL, far.URL, address, far.URL)
		}
		if _, err := p.Begin(t.Context(), question(1)); !fault.Coded(err, "outside.away") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
