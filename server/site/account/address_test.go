package account_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"probity/server/notify"
	"probity/server/site/sitetest"
)

// post is a mail server that keeps what it is given.
type post struct{ got []notify.Letter }

func (p *post) Send(_ context.Context, l notify.Letter) error {
	p.got = append(p.got, l)
	return nil
}

// mailing lets a platform send mail, and returns how to get the link of the
// newest letter to somebody.
func mailing(t *testing.T, x *sitetest.Town) func(to string) string {
	t.Helper()
	x.People.Mails, x.Notices.Mails = true, true
	p := new(post)
	return func(to string) string {
		t.Helper()
		x.Settle()
		if _, err := x.Notices.Deliver(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		for i := range p.got {
			l := p.got[len(p.got)-1-i]
			if l.To != to {
				continue
			}
			u, err := url.Parse(regexp.MustCompile(`https?://\S+`).FindString(l.Body))
			if err != nil {
				t.Fatal(err)
			}
			return u.RequestURI()
		}
		t.Fatalf("no letter to %s: %+v", to, p.got)
		return ""
	}
}

func TestConfirmingAnAddress(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		link := mailing(t, v.Town)
		v.Register("supplier", "Alice", "alice@example.org")
		home := v.Get("/account").Want(200)
		home.Has("#address ~ p .govuk-tag--yellow")
		v.Submit("/account/address/letter").To("/account")
		v.Get("/account").Want(200).Has(".govuk-notification-banner--success")
		complainedOf(t, v, v.Submit("/account/address/letter").Want(429))

		path := link("alice@example.org")
		reader := v.Town.Visitor(v.Lang) // on the telephone, signed in nowhere
		for range 2 {                    // and first by a program that looks for harm
			reader.Get(path).Want(200).Has(`form[action="/confirm"]`)
		}
		if v.Get("/account").Find("#address ~ p .govuk-tag--green").Length() != 0 {
			t.Fatal("opening the link has confirmed the address")
		}
		reader.Get(path)
		form := reader.Fill("/confirm")
		reader.Post("/confirm", form).Want(200).Has(".govuk-inset-text")
		complainedOf(t, reader, reader.Post("/confirm", form).Want(409))
		if reader.Get(path).Want(200).Find("form[action='/confirm']").Length() != 0 {
			t.Error("there is a button that does nothing")
		}
		v.Get("/account").Want(200).Has("#address ~ p .govuk-tag--green")

		complainedOf(t, reader, reader.Get("/confirm?ticket=nonsense").Want(403))
		complainedOf(t, reader, reader.Get("/confirm").Want(403))
		complainedOf(t, reader, reader.Post("/confirm", url.Values{"ticket": {"pra_x_1_00000000000000000000000000000000"}}).Want(403))
	})
}

// complainedOf checks what a page says is wrong as a whole.
func complainedOf(t *testing.T, v *sitetest.Visitor, p *sitetest.Page) {
	t.Helper()
	said := p.Said(".govuk-error-summary__list")
	if v.Lang == "zh" && regexp.MustCompile(`[a-z]{4}`).MatchString(said) {
		t.Errorf("a complaint in English: %s", said)
	}
}

func TestChangingAnAddress(t *testing.T) {
	both(t, func(t *testing.T, v *sitetest.Visitor) {
		link := mailing(t, v.Town)
		v.Register("supplier", "Alice", "alice@example.org")
		v.Get("/account/address").Want(200)
		complained(t, v, v.Submit("/account/address", "email", "nonsense", "code", v.Code()).Want(422), "f-email")
		complained(t, v, v.Submit("/account/address", "email", "new@example.org", "code", "000000").Want(422), "f-code")
		v.Pass(time.Minute)
		v.Submit("/account/address", "email", "new@example.org", "code", v.Code()).To("/account")
		if said := v.Get("/account").Want(200).Said("#address ~ .govuk-inset-text"); !strings.Contains(said, "new@example.org") {
			t.Error(said)
		}
		reader := v.Town.Visitor(v.Lang)
		reader.Get(link("new@example.org")).Want(200)
		reader.Submit("/confirm").Want(200)
		v.Jar = map[string]string{}
		v.SignIn("alice@example.org").Want(401)
		v.Pass(time.Minute)
		v.SignIn("new@example.org").Want(303)
	})
}
