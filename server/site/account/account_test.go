package account_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"probity/server/site/sitetest"
)

// both runs a test in each language of the pages.
func both(t *testing.T, f func(t *testing.T, v *sitetest.Visitor)) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) { f(t, sitetest.Open(t).Visitor(lang)) })
	}
}

// complained reports whether a field of the page has a complaint, in the
// language of the page.
func complained(t *testing.T, v *sitetest.Visitor, p *sitetest.Page, field string) {
	t.Helper()
	p.Has(".govuk-error-summary")
	said := p.Said("#" + field + "-error")
	if v.Lang == "zh" && strings.ContainsAny(strings.TrimPrefix(said, "错误："), "abcdefghij") && !strings.Contains(said, "@") && !strings.Contains(said, "id.guide") {
		t.Errorf("a complaint in English: %s", said)
	}
}

func TestFromRegistrationToHome(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Get("/register").Want(200).Has(`form[action="/register"] [name="_key"]`)

		wrong := v.Submit("/register", "name", "", "identifier.scheme", "CN-USCI", "identifier.id", "91350100M000100Y44",
			"person.name", "李伟", "person.email", "wei@example.org", "password", "short").Want(422)
		complained(t, v, wrong, "f-name")
		if got := wrong.Has("[name='person.name']").AttrOr("value", ""); got != "李伟" {
			t.Errorf("typed again: %q", got)
		}
		if wrong.Has("[name=password]").AttrOr("value", "") != "" {
			t.Error("the password stands in the page")
		}

		wrong = v.Submit("/register", "name", "Wei & Co", "password", sitetest.Password).Want(422)
		complained(t, v, wrong, "f-identifier-id") // the check character
		exact := map[string]string{"en": "its last character does not fit the others", "zh": "末位与其余部分不符"}[v.Lang]
		if said := wrong.Said("#f-identifier-id-error"); !strings.Contains(said, exact) {
			t.Errorf("not the exact sentence: %s", said)
		}
		wrong = v.Submit("/register", "identifier.id", "91350100M000100Y43", "password", "short").Want(422)
		complained(t, v, wrong, "f-password")

		form := v.Fill("/register", "password", sitetest.Password)
		v.Post("/register", form).To("/account/factor")
		v.Jar = map[string]string{} // a double click: the second knows nothing of the first
		if v.Post("/register", form).To("/account/factor"); strings.Contains(v.Get("/account/factor").Want(200).Text, `class="pb-tabs"`) {
			t.Error("a half session sees the whole account")
		}
		if codes := v.Factor(); len(codes) != 10 {
			t.Error("recovery codes", codes)
		}
		home := v.Get("/account").Want(200)
		if home.Has("[name=name]").AttrOr("value", "") != "李伟" {
			t.Error("who is this", home.Find("main").Text())
		}
		if n := home.Find("#places ~ table tbody tr").Length(); n != 1 {
			t.Errorf("sent twice, the form has made %d places", n)
		}
		home.Has(".govuk-tag--yellow") // the claim waits
	})
}

func TestHalfSessionsMakeAFactorFirst(t *testing.T) {
	v := sitetest.Open(t).Visitor("en")
	v.Get("/register")
	v.Submit("/register", "name", "A", "identifier.scheme", "GB-COH", "identifier.id", "00000001",
		"person.name", "A", "person.email", "a@example.org", "password", sitetest.Password).To("/account/factor")
	for _, path := range []string{"/account", "/account/sessions", "/account/tokens", "/account/devices", "/desk"} {
		v.Get(path).To("/account/factor")
	}
	v.Get("/account/factor")
	shown := v.Submit("/account/factor").Want(200)
	if shown.Has("svg.pb-qr path").AttrOr("d", "") == "" {
		t.Error("there is nothing to scan")
	}
	before := shown.Said("#secret")
	again := v.Submit("/account/factor/confirm", "code", "000000").Want(422)
	again.Has("#f-code-error")
	if again.Said("#secret") != before {
		t.Error("after a wrong code there is another secret, or none")
	}
}

func TestEverythingAsksToSignIn(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		for _, path := range []string{"/account", "/account/password", "/account/factor", "/account/sessions", "/account/tokens", "/account/devices", "/account/organisations/new"} {
			p := v.Get(path).Want(401)
			if next := p.Has("[name=next]").AttrOr("value", ""); next != path {
				t.Errorf("%s goes on to %q", path, next)
			}
		}
		p := v.Post("/account", url.Values{"name": {"Kept <b>"}, "language": {"zh"}}).Want(401)
		if got := p.Has(`[name="_keep.name"]`).AttrOr("value", ""); got != "Kept <b>" {
			t.Errorf("what was typed is lost: %q", got)
		}
	})
}

// A session that somebody planted in the browser is worth nothing afterwards.
func TestSessionFixation(t *testing.T) {
	x := sitetest.Open(t)
	mallory := x.Visitor("en")
	mallory.Register("supplier", "Mallory", "mallory@example.org")
	planted := mallory.Jar["session"]

	v := x.Visitor("en")
	v.Register("supplier", "Alice", "alice@example.org")
	v.Jar = map[string]string{"session": planted}
	v.Post("/sign-in", url.Values{"email": {"alice@example.org"}, "password": {sitetest.Password}, "code": {v.Code()}}).Want(303)
	if v.Jar["session"] == planted {
		t.Fatal("the planted session is in use")
	}
	mallory.Get("/account").Want(401)
	v.Get("/account").Want(200)
}

// Who guesses is slowed down, and told how long to wait.
func TestGuessing(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Get("/sign-in")
		form := v.Fill("/sign-in", "email", "alice@example.org", "password", "guess", "code", "")
		var p *sitetest.Page
		for range 12 {
			if p = v.Post("/sign-in", form); p.Status == 429 {
				break
			}
			v.Pass(time.Second)
		}
		p.Want(429)
		said, want := p.Said(".govuk-error-summary"), "Wait"
		if v.Lang == "zh" {
			want = "请"
		}
		if !strings.Contains(said, want) || p.Find("[name=email]").AttrOr("value", "") != "alice@example.org" {
			t.Error(said)
		}
		for range 5 {
			v.Pass(20 * time.Minute)
			for range 8 {
				p = v.Post("/sign-in", form)
			}
		}
		if said := p.Want(429).Said(".govuk-error-summary"); !strings.ContainsAny(said, "0123456789") {
			t.Errorf("nobody says how long: %s", said)
		}
	})
}

func TestOpenRedirect(t *testing.T) {
	x := sitetest.Open(t)
	v := x.Visitor("en")
	v.Register("supplier", "Alice", "alice@example.org")
	for _, next := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "javascript:alert(1)", "/%09/evil.example"} {
		v.Jar = map[string]string{}
		p := v.Post("/sign-in", url.Values{"email": {"alice@example.org"}, "password": {sitetest.Password}, "code": {v.Code()}, "next": {next}}).Want(303)
		if !strings.HasPrefix(p.Location, "/") || strings.HasPrefix(p.Location, "//") || strings.Contains(p.Location, `\`) {
			t.Errorf("%q leads to %q", next, p.Location)
		}
	}
}

func TestNameAndLanguage(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Register("supplier", "Alice", "alice@example.org")
		v.Get("/account")
		stale := v.Fill("/account", "name", "Somebody Else")
		v.Submit("/account", "name", "Alice Anders", "language", "zh").To("/account")
		p := v.Get("/account").Want(200)
		p.Has(".govuk-notification-banner--success")
		if p.Has("[name=name]").AttrOr("value", "") != "Alice Anders" || p.Has("[name=language] option[selected]").AttrOr("value", "") != "zh" {
			t.Error("nothing was saved")
		}
		v.Post("/account", stale).Want(412).Has(".govuk-error-summary")
		v.Get("/account")
		complained(t, v, v.Submit("/account", "name", " ").Want(422), "f-name")
	})
}

func TestPassword(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Register("supplier", "Alice", "alice@example.org")
		other := v.Town.Visitor("en")
		other.Secret = v.Secret
		other.SignIn("alice@example.org").Want(303)
		v.Get("/account/password").Want(200)
		complained(t, v, v.Submit("/account/password", "old", "wrong", "password", "a much better password").Want(422), "f-old")
		complained(t, v, v.Submit("/account/password", "old", sitetest.Password, "password", "short").Want(422), "f-password")
		v.Pass(time.Second)
		v.Submit("/account/password", "old", sitetest.Password, "password", "a much better password").To("/account")
		v.Get("/account").Want(200)
		other.Get("/account").Want(401)
	})
}

func TestRecoveryCodes(t *testing.T) {
	x := sitetest.Open(t)
	v := x.Visitor("en")
	v.Register("supplier", "Alice", "alice@example.org")
	v.Get("/account/factor")
	p := v.Submit("/account/factor/codes", "code", v.Code()).Want(200)
	codes := strings.Fields(p.Has("#codes").Text())
	if len(codes) != 10 {
		t.Fatal(codes)
	}
	in := url.Values{"email": {"alice@example.org"}, "password": {sitetest.Password}, "code": {strings.ToUpper(codes[3])}}
	v.Jar = map[string]string{}
	v.Post("/sign-in", in).Want(303)
	if said := v.Get("/account/factor").Want(200).Said("main"); !strings.Contains(said, "9 recovery codes") {
		t.Error(said)
	}
	v.Jar = map[string]string{}
	v.Post("/sign-in", in).Want(401) // once
	in.Set("code", codes[4])
	v.Post("/sign-in", in).Want(303)
	v.Get("/account/factor")
	v.Submit("/account/factor", "code", codes[4]).Want(422).Has(".govuk-error-summary")
	v.Submit("/account/factor", "code", codes[5]).Want(200).Has("svg.pb-qr") // a new telephone
}

func TestSessions(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Register("supplier", "Alice", "alice@example.org")
		other := v.Town.Visitor("en")
		other.Secret = v.Secret
		other.SignIn("alice@example.org").Want(303)
		p := v.Get("/account/sessions").Want(200)
		if n := p.Find("tbody tr").Length(); n != 2 {
			t.Fatalf("%d sessions", n)
		}
		action := p.Has(`form[action^="/account/sessions/"]`).AttrOr("action", "")
		v.Submit(action).To("/account/sessions")
		v.Post(action, url.Values{}).To("/account/sessions") // pressed twice
		other.Get("/account").Want(401)
		v.Get("/account/sessions").Want(200).Has(".govuk-notification-banner--success")
	})
}

func TestTokens(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Register("supplier", "Alice", "alice@example.org")
		home := v.Get("/place").Want(200)
		v.Post("/place", url.Values{"place": {home.Has(`button[value$="/representative"]`).AttrOr("value", "")}}).Want(303)
		v.Get("/account/tokens").Want(200).Has(".pb-empty")
		complained(t, v, v.Submit("/account/tokens", "label", "").Want(422), "f-label")
		form := v.Fill("/account/tokens", "label", "Our ERP")
		shown := v.Post("/account/tokens", form).Want(200)
		ticket := shown.Said("#token")
		if !strings.HasPrefix(ticket, "prt_") {
			t.Fatal(ticket)
		}
		if again := v.Post("/account/tokens", form).Want(200); again.Said("#token") != ticket || again.Find("tbody tr").Length() != 1 {
			t.Error("sent twice, the form makes two tokens")
		}
		p := v.Get("/account/tokens").Want(200)
		if strings.Contains(p.Text, ticket) {
			t.Error("a token is shown a second time")
		}
		v.Submit(p.Has(`form[action^="/account/tokens/"]`).AttrOr("action", "")).To("/account/tokens")
		v.Get("/account/tokens").Want(200).Has(".pb-empty")
	})
}

func TestDevicesWithoutScript(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Register("supplier", "Alice", "alice@example.org")
		p := v.Get("/account/devices").Want(200)
		p.Has("form[data-enrol][data-enrol-user]")
		p.Has("script[type='application/json'][data-words]")
		p.Has(".pb-empty")
		if said := v.Submit("/account/devices", "label", "My desk").Want(422).Said(".govuk-error-summary"); !strings.Contains(said, "JavaScript") {
			t.Error(said)
		}
	})
}

func TestSetup(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Get("/setup").Want(200)
		p := v.Submit("/setup", "ticket", "pro_0000000000000000_00000000000000000000000000000000", "name", "P", "identifier.scheme", "GB-COH",
			"identifier.id", "00000001", "person.name", "A", "person.email", "a@example.org", "password", sitetest.Password).Want(403)
		complained(t, v, p, "f-ticket")
		v.Found("ada@example.org")
		v.Get("/account").Want(200).Has(".govuk-tag--green")
	})
}

func TestAnotherOrganisation(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		v.Register("supplier", "Alice", "alice@example.org")
		v.Get("/account/organisations/new").Want(200)
		complained(t, v, v.Submit("/account/organisations/new", "name", "B", "identifier.scheme", "other", "other", "nonsense", "identifier.id", "1").Want(422), "f-other")
		v.Submit("/account/organisations/new", "kind", "buyer", "other", "DE-CR", "identifier.id", "HRB 1").To("/account")
		if n := v.Get("/account").Want(200).Find("#places ~ table tbody tr").Length(); n != 2 {
			t.Errorf("%d places", n)
		}
	})
}

func TestHelp(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) { v.Get("/recover").Want(200).Has("main ol") })
}

func TestNotices(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		admin := v.Town.Visitor(v.Lang)
		admin.Found("ada@example.org")
		if admin.Get("/account").Find(".pb-head .pb-count").Length() != 0 {
			t.Error("something is unread at the start")
		}
		admin.Get("/account/notices").Want(200).Has(".pb-empty")
		v.Register("supplier", "Bob Ltd", "bob@example.org")
		v.Settle()
		p := admin.Get("/account/notices").Want(200)
		if n := p.Said(".pb-head .pb-count"); n != "1" {
			t.Error(n)
		}
		if said := p.Said(".pb-result"); !strings.Contains(said, "Bob Ltd") {
			t.Error(said)
		}
		action := p.Has(`form[action$="/open"]`).AttrOr("action", "")
		v.Post(action, url.Values{}).Want(404) // another's
		next := admin.Submit(action).Want(303).Location
		admin.Get(next).Want(200)
		if admin.Get("/account/notices").Find(".pb-head .pb-count").Length() != 0 {
			t.Error("it is still unread")
		}

		admin.Get("/account/notices/choices").Want(200).Has(".govuk-inset-text")
		form := admin.Fill("/account/notices/choices")
		if len(form["kinds"]) < 20 {
			t.Error("not everything is chosen at first", form)
		}
		form["kinds"] = []string{"approve"}
		admin.Post("/account/notices/choices", form).To("/account/notices/choices")
		if n := admin.Get("/account/notices/choices").Want(200).Find("[name=kinds][checked]").Length(); n != 1 {
			t.Errorf("%d are chosen", n)
		}
	})
}
