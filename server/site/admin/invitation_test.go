package admin_test

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

// post is a mail server that keeps the link of the newest letter.
type post struct{ to, link string }

func (p *post) Send(_ context.Context, l notify.Letter) error {
	u, err := url.Parse(regexp.MustCompile(`https?://\S+`).FindString(l.Body))
	p.to, p.link = l.To, u.RequestURI()
	return err
}

// newest delivers the mail of a platform and returns the last link to somebody.
func newest(t *testing.T, x *sitetest.Town, to string) string {
	t.Helper()
	x.Settle()
	p := new(post)
	if _, err := x.Notices.Deliver(t.Context(), p); err != nil || p.to != to {
		t.Fatalf("the last letter went to %q, %v", p.to, err)
	}
	return p.link
}

func TestInvitationByMail(t *testing.T) {
	both(t, func(t *testing.T, x *sitetest.Town, lang string) {
		x.People.Mails, x.Notices.Mails = true, true
		v := founder(x, lang)
		v.Get("/organisation/members").Want(200)
		form := v.Fill("/organisation/members", "person.name", "Olga", "person.email", "olga@example.org")
		form.Set("roles", "auditor")
		page := v.Post("/organisation/members", form).Want(200)
		if page.Find("#ticket").Length() != 0 || strings.Contains(page.Text, "pri_") {
			t.Error("who invites sees the link of a letter")
		}
		page.Has("#invited ~ table .govuk-tag--yellow")
		form.Set("_key", "another-key-of-this-form")
		v.Post("/organisation/members", form).Want(422).Has("#f-person-email-error") // invited already

		first := newest(t, x, "olga@example.org")
		x.Pass(10 * time.Minute)
		resend := v.Get("/organisation/members").Want(200).Has(`form[action$="/resend"]`).AttrOr("action", "")
		v.Submit(resend).Want(200).Has(".pb-card--seal")
		v.Get("/organisation/members")
		v.Submit(resend).Want(429).Has(".govuk-error-summary")
		second := newest(t, x, "olga@example.org")
		x.Visitor(lang).Get(first).Want(403)

		// She takes it with the account that she has, under another address.
		olga := x.Visitor(lang)
		olga.Register("supplier", "Olga Ltd", "office@example.org")
		olga.Get(second).Want(200)
		olga.Submit("/invitation/join").To("/place")
		v.Get("/organisation/members").Want(200).Has("#invited ~ details .govuk-tag--green")
		v.Post(resend, url.Values{}).Want(409).Has(".govuk-error-summary")

		// Another makes an account, whose address is confirmed by that.
		v.Get("/organisation/members")
		form = v.Fill("/organisation/members", "person.name", "Paul", "person.email", "paul@example.org")
		form.Set("roles", "auditor")
		v.Post("/organisation/members", form).Want(200)
		paul := x.Visitor(lang)
		paul.Get(newest(t, x, "paul@example.org")).Want(200)
		paul.Submit("/invitation", "password", sitetest.Password).To("/account/factor")
		paul.Factor()
		paul.Get("/account").Want(200).Has("#address ~ p .govuk-tag--green")

		// A third is not wanted after all.
		v.Get("/organisation/members")
		form = v.Fill("/organisation/members", "person.name", "Rita", "person.email", "rita@example.org")
		form.Set("roles", "auditor")
		v.Post("/organisation/members", form).Want(200)
		third := newest(t, x, "rita@example.org")
		v.Submit(v.Get("/organisation/members").Has(`form[action$="/withdraw"]`).AttrOr("action", "")).To("/organisation/members")
		x.Visitor(lang).Get(third).Want(403).Has(".govuk-error-summary")
	})
}
