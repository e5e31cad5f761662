package account_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"probity/server/app/apptest"
	"probity/server/config"
	"probity/server/outside/outsidetest"
	"probity/server/site/sitetest"
	"probity/tender/store"
)

// ministry is a platform that people may sign in to by an outside service.
type ministry struct {
	*sitetest.Town
	far  *outsidetest.Provider
	lang string
}

// outsider opens a platform in each language, with a service that trusts are
// set for by change.
func outsider(t *testing.T, change func(*config.Server), f func(t *testing.T, x ministry)) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			far := outsidetest.Open(t)
			far.Redirect = "http://127.0.0.1:8080/sign-in/outside/back"
			secret := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(secret, []byte(outsidetest.Secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			x := sitetest.OpenAs(t, apptest.Options{Config: func(c *config.Server) {
				c.OutsideIssuer, c.OutsideClient, c.OutsideSecret = far.URL, outsidetest.Client, secret
				c.OutsideName, c.OutsideNameZh, c.OutsideScopes = "The Ministry", "部委统一登录", "openid email"
				if change != nil {
					change(c)
				}
			}})
			far.Now = x.Now
			f(t, ministry{x, far, lang})
		})
	}
}

// name is how the button calls the service.
func (x ministry) name() string {
	return map[string]string{"en": "The Ministry", "zh": "部委统一登录"}[x.lang]
}

// who is somebody at the service.
func who(sub, email string, verified bool) map[string]any {
	return map[string]any{"sub": sub, "email": email, "email_verified": verified}
}

// signs sends a browser to the service, where it is somebody's, and back.
func (x ministry) signs(t *testing.T, v *sitetest.Visitor, claims map[string]any) *sitetest.Page {
	t.Helper()
	return v.Get(x.back(t, v, claims))
}

// back is the address on which the service sends a browser back.
func (x ministry) back(t *testing.T, v *sitetest.Visitor, claims map[string]any) string {
	t.Helper()
	way := v.Get("/sign-in").Want(200).Has(`a[href^="/sign-in/outside"]`)
	if !strings.Contains(way.Text(), x.name()) {
		t.Errorf("the button says %q", way.Text())
	}
	return x.far.Visit(v.Get(way.AttrOr("href", "")).Want(303).Location, claims).RequestURI()
}

// member is a person with an account, whose address is confirmed if it is said so.
func (x ministry) member(t *testing.T, email string, confirmed bool) *sitetest.Visitor {
	t.Helper()
	v := x.Visitor(x.lang)
	v.Register("supplier", "Org of "+email, email)
	if confirmed {
		link := mailing(t, x.Town)
		v.Get("/account")
		v.Submit("/account/address/letter").Want(303)
		v.Get(link(email)).Want(200)
		v.Submit("/confirm").Want(200)
	}
	return v
}

// links gives a member an account at the service.
func (x ministry) links(t *testing.T, v *sitetest.Visitor, claims map[string]any) *sitetest.Page {
	t.Helper()
	v.Get("/account/links").Want(200)
	way := v.Submit("/account/links", "code", v.Code()).Want(200).Has(`main a[rel="noreferrer"]`).AttrOr("href", "")
	back := x.far.Visit(way, claims)
	if x.far.Asked().Get("prompt") != "login" {
		t.Error("a session that somebody has left open there would do")
	}
	return v.Get(back.RequestURI())
}

// english fails the test if a page in Chinese complains in English.
func (x ministry) english(t *testing.T, p *sitetest.Page) {
	t.Helper()
	if said := p.Said(".govuk-error-summary__list"); x.lang == "zh" && regexp.MustCompile(`[a-z]{4}`).MatchString(said) {
		t.Errorf("a complaint in English: %s", said)
	}
}

func TestLinkingFromTheAccount(t *testing.T) {
	outsider(t, nil, func(t *testing.T, x ministry) {
		wei := who("wei-17", "wei@ministry.example", false)
		v := x.member(t, "alice@example.org", false)
		v.Get("/account").Want(200).Has(`a[href="/account/links"]`)
		v.Get("/account/links").Want(200).Has(".pb-empty")
		v.Submit("/account/links", "code", "000000").Want(422).Has("#f-code-error")
		x.links(t, v, wei).To("/account/links")
		if said := v.Get("/account/links").Want(200).Said("tbody"); !strings.Contains(said, "wei@ministry.example") {
			t.Error(said)
		}
		x.links(t, v, wei).To("/account/links") // twice is once
		if n := v.Get("/account/links").Find("tbody tr").Length(); n != 1 {
			t.Errorf("%d links", n)
		}

		// From now on the service stands in for the password, and not for more.
		other := x.Visitor(x.lang)
		other.Secret = v.Secret
		x.signs(t, other, wei).Want(200).Has(`form[action="/sign-in/outside/code"]`)
		other.Get("/account").Want(401)
		x.signs(t, other, wei).Want(200)
		form := other.Fill("/sign-in/outside/code")
		form.Set("code", "000000")
		x.english(t, other.Post("/sign-in/outside/code", form).Want(422))
		form.Set("code", other.Code())
		other.Post("/sign-in/outside/code", form).To("/desk")
		other.Get("/account").Want(200)
		stale := x.Visitor(x.lang)
		form.Set("code", other.Code())
		stale.Post("/sign-in/outside/code", form).Want(401) // in another browser
		stale.Get("/account").Want(401)

		// Somebody else's account cannot have it too.
		mallory := x.member(t, "mallory@example.org", false)
		x.links(t, mallory, wei).Want(409)

		// Without the link the service says nothing about anybody here.
		v.Get("/account/links")
		end := v.Get("/account/links").Has(`form[action$="/end"]`).AttrOr("action", "")
		mallory.Post(end, url.Values{}).To("/account/links")
		if v.Get("/account/links").Find("tbody tr").Length() != 1 {
			t.Error("anybody ends anybody's link")
		}
		v.Submit(end).To("/account/links")
		v.Post(end, url.Values{}).To("/account/links") // twice is once
		x.signs(t, x.Visitor(x.lang), wei).Want(403)
		x.links(t, mallory, wei).To("/account/links") // it is free again
		for _, name := range []string{"account.link", "account.unlink"} {
			if !x.told(t, name) {
				t.Errorf("%s is not on record", name)
			}
		}
	})
}

// told reports whether the log has a fact of a name.
func (x ministry) told(t *testing.T, name string) bool {
	t.Helper()
	x.Settle()
	head, err := x.Engine.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := x.Engine.Entries(t.Context(), 0, int(head.Size))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name == name {
			if strings.Contains(string(e.Record), "wei") {
				t.Errorf("the record says who it is: %s", e.Record)
			}
			return true
		}
	}
	return false
}

// An address links nobody by itself.
func TestLinkingByAddress(t *testing.T) {
	outsider(t, nil, func(t *testing.T, x ministry) {
		for _, c := range []struct {
			what                string
			confirmed, verified bool
			at                  string // the address that the service says
		}{
			{"an address that nobody has confirmed here", false, true, "a1@example.org"},
			{"an address that the service has not verified", true, false, "a2@example.org"},
			{"an address of nobody", true, true, "somebody@else.example"},
		} {
			email := c.at
			if strings.HasPrefix(email, "somebody") {
				email = "a3@example.org"
			}
			x.member(t, email, c.confirmed)
			p := x.signs(t, x.Visitor(x.lang), who("sub of "+email, c.at, c.verified)).Want(403)
			if p.Find(`[name="link"]`).Length() != 0 {
				t.Errorf("%s is linked", c.what)
			}
		}

		v := x.member(t, "wei@example.org", true)
		wei := who("wei-17", "Wei@Example.org", true)
		fresh := x.Visitor(x.lang)
		fresh.Secret = v.Secret
		p := x.signs(t, fresh, wei).Want(200)
		p.Has(`[name="link"]`)
		fresh.Get("/account").Want(401) // the address alone lets nobody in
		x.signs(t, fresh, wei)
		fresh.Submit("/sign-in", "email", "wei@example.org", "password", "wrong").Want(401).Has(`[name="link"]`)

		// Who signs in to another account links nothing.
		other := x.member(t, "other@example.org", true)
		thief := x.Visitor(x.lang)
		thief.Secret = other.Secret
		x.signs(t, thief, wei).Want(200)
		thief.Submit("/sign-in", "email", "other@example.org", "password", sitetest.Password, "code", thief.Code()).To("/desk")
		thief.Get("/account").Want(200).Has(".govuk-notification-banner--success")
		if thief.Get("/account/links").Want(200).Find("tbody tr").Length() != 0 {
			t.Error("somebody else's address is linked")
		}

		x.signs(t, fresh, wei).Want(200)
		x.Pass(time.Minute)
		fresh.Submit("/sign-in", "email", "wei@example.org", "password", sitetest.Password, "code", fresh.Code()).To("/desk")
		if fresh.Get("/account/links").Want(200).Find("tbody tr").Length() != 1 {
			t.Error("it is not linked")
		}
		fresh.Jar = map[string]string{}
		x.signs(t, fresh, wei).Want(200).Has(`form[action="/sign-in/outside/code"]`)

		// An account that is shut is nobody's.
		found, _, err := x.People.Users.Find(t.Context(), store.Query{Index: "email", Eq: []any{"wei@example.org"}, Limit: 1})
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		found[0].Disabled = true
		if err := x.People.Users.Put(t.Context(), found[0]); err != nil {
			t.Fatal(err)
		}
		x.signs(t, x.Visitor(x.lang), wei).Want(403)
	})
}

func TestLinkingThroughAnInvitation(t *testing.T) {
	outsider(t, nil, func(t *testing.T, x ministry) {
		boss := x.Visitor(x.lang)
		boss.Register("buyer", "The City", "boss@example.org")
		boss.Get("/organisation/members")
		form := boss.Fill("/organisation/members", "person.name", "Wei", "person.email", "wei@example.org")
		form.Set("roles", "officer")
		u, err := url.Parse(boss.Post("/organisation/members", form).Want(200).Said("#ticket"))
		if err != nil {
			t.Fatal(err)
		}
		v := x.Visitor(x.lang)
		way := v.Get(u.RequestURI()).Want(200).Has(`a[href^="/sign-in/outside"]`).AttrOr("href", "")
		back := x.far.Visit(v.Get(way).Want(303).Location, who("wei-17", "wei@ministry.example", false))
		page := v.Get(back.RequestURI()).Want(303)
		v.Get(page.Location).Want(200).Has(`form [name="link"]`)
		v.Submit("/invitation", "password", "short").Want(422).Has(`form [name="link"]`)
		v.Submit("/invitation", "password", sitetest.Password).To("/account/factor")
		v.Factor()
		if n := v.Get("/account/links").Want(200).Find("tbody tr").Length(); n != 1 {
			t.Errorf("%d links", n)
		}
		v.Jar = map[string]string{}
		x.signs(t, v, who("wei-17", "", false)).Want(200)
		v.Submit("/sign-in/outside/code", "code", v.Code()).To("/desk")
	})
}

// The way back belongs to the browser that went, once.
func TestTheWayBack(t *testing.T) {
	outsider(t, nil, func(t *testing.T, x ministry) {
		wei := who("wei-17", "wei@example.org", true)
		v := x.member(t, "wei@example.org", false)
		x.links(t, v, wei).To("/account/links")

		mine, theirs := x.Visitor(x.lang), x.Visitor(x.lang)
		back := x.back(t, mine, wei)
		x.english(t, theirs.Get(back).Want(401)) // no cookie at all
		other := x.back(t, theirs, who("mallory", "", false))
		x.english(t, mine.Get(other).Want(401)) // a way back with another's state: nobody is signed in as Mallory
		cookie := mine.Jar["outside"]
		mine.Get(back).Want(200)
		mine.Jar["outside"] = cookie
		mine.Get(back).Want(401) // replayed
		for _, path := range []string{"/sign-in/outside/back", "/sign-in/outside/back?state=x&code=y", "/sign-in/outside/back?state=&error=access_denied", "/sign-in/outside/back?state=" + strings.Repeat("x", 300)} {
			if p := mine.Get(path); p.Status != 401 && p.Status != 422 {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
		back = x.back(t, mine, wei)
		mine.Jar["outside"] = strings.ToUpper(mine.Jar["outside"])
		mine.Get(back).Want(401)
		back = x.back(t, mine, wei)
		x.Pass(16 * time.Minute)
		mine.Get(back).Want(401) // too late

		// The person says no there.
		way, err := url.Parse(mine.Get("/sign-in/outside").Want(303).Location)
		if err != nil {
			t.Fatal(err)
		}
		x.english(t, mine.Get("/sign-in/outside/back?error=access_denied&state="+way.Query().Get("state")).Want(401))

		// Who begins to link in one account does not end it in another.
		mallory := x.member(t, "mallory@example.org", false)
		v.Jar = map[string]string{}
		v.SignIn("wei@example.org").Want(303)
		v.Get("/account/links")
		address := v.Submit("/account/links", "code", v.Code()).Want(200).Has(`main a[rel="noreferrer"]`).AttrOr("href", "")
		mallory.Jar["outside"] = v.Jar["outside"]
		mallory.Get(x.far.Visit(address, who("third", "", false)).RequestURI()).Want(401)

		for _, next := range []string{"//evil.example", "https://evil.example", `/\evil.example`} {
			b := x.Visitor(x.lang)
			b.Secret = v.Secret
			to := x.far.Visit(b.Get("/sign-in/outside?next="+url.QueryEscape(next)).Want(303).Location, wei)
			b.Get(to.RequestURI()).Want(200)
			b.Submit("/sign-in/outside/code", "code", b.Code()).To("/desk")
		}
	})
}

func TestTheServiceIsAway(t *testing.T) {
	outsider(t, nil, func(t *testing.T, x ministry) {
		x.far.Answer["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
		v := x.Visitor(x.lang)
		p := v.Get("/sign-in/outside").Want(409)
		x.english(t, p)
		p.Has(`form[action="/sign-in"]`)
		v.Register("supplier", "Alice", "alice@example.org") // all else goes on
	})
}

// What the operator trusts counts as two factors; a factor that was taken back
// comes back by its ticket alone.
func TestASignInThatCountsAsTwo(t *testing.T) {
	outsider(t, func(c *config.Server) { c.OutsideACR, c.OutsideAMR = "urn:high", "mfa hwk" }, func(t *testing.T, x ministry) {
		wei := who("wei-17", "wei@example.org", true)
		v := x.member(t, "wei@example.org", false)
		x.links(t, v, wei).To("/account/links")
		x.signs(t, x.Visitor(x.lang), wei).Want(200).Has(`form[action="/sign-in/outside/code"]`)
		for name, value := range map[string]any{"acr": "urn:high", "amr": []string{"pwd", "hwk"}} {
			b := x.Visitor(x.lang)
			strong := who("wei-17", "wei@example.org", true)
			strong[name] = value
			x.signs(t, b, strong).To("/desk")
			b.Get("/account").Want(200)
		}
	})
}

// Where there is no service, nothing leads to one.
func TestNoService(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		if v.Get("/sign-in").Want(200).Find(`a[href^="/sign-in/outside"]`).Length() != 0 {
			t.Error("a button that leads nowhere")
		}
		v.Get("/sign-in/outside").Want(404)
		v.Get("/sign-in/outside/back?state=x").Want(404)
		v.Register("supplier", "Alice", "alice@example.org")
		v.Get("/account/links").Want(200).Has(".pb-empty")
	})
}
