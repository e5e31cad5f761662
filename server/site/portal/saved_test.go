package portal_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/config"
	"probity/server/mail/mailtest"
	"probity/server/site/sitetest"
)

// writing is a platform with a mail server, and somebody who sells.
func writing(t *testing.T, lang string) (*sitetest.Visitor, *mailtest.Post) {
	post := mailtest.Open(t, mailtest.Options{})
	x := sitetest.OpenAs(t, apptest.Options{Config: func(c *config.Server) {
		c.MailHost, c.MailPort, c.MailSecurity, c.MailFrom = "127.0.0.1", post.Port, "none", "Probity <no-reply@tenders.example>"
	}})
	v := x.Visitor(lang)
	v.Register("supplier", "Bridge Doctors", "wei@example.org")
	v.Settle()
	confirmation := wei(t, v, post)[0].Body
	v.Get(regexp.MustCompile(`/confirm\?\S+`).FindString(confirmation)).Want(200)
	v.Submit("/confirm").Want(200)
	post.Forget()
	return v, post
}

// save saves a search in the pages. With mail is what the form proposes.
func save(v *sitetest.Visitor, name, query string, mail bool) {
	v.Get("/searches/new?query=" + url.QueryEscape(query)).Want(200)
	form := v.Fill("/searches", "name", name)
	if !mail {
		form.Del("mail")
	}
	v.Post("/searches", form).To("/searches")
}

// Whoever has saved a search gets one mail about a new tender that it fits,
// and can stop the next one from there.
func TestMailAboutASavedSearch(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			v, post := writing(t, lang)
			save(v, "Bridges", "q=bridge&status=open", true)
			save(v, "Everything", "", true)
			save(v, "Not by mail", "q=桥", false)
			save(v, "Tunnels", "q=tunnel", true)
			w := biddingtest.New(t, v.Bidding(), biddingtest.Terms{Change: bridge})
			v.Settle()

			l := wei(t, v, post)[0]
			if l.To != "wei@example.org" || !strings.Contains(l.Body, "/tenders/"+w.ID) {
				t.Fatalf("%+v", l)
			}
			for name, want := range map[string]bool{"- Bridges": true, "- Everything": true, "Not by mail": false, "Tunnels": false} {
				if strings.Contains(l.Body, name) != want {
					t.Errorf("%q in the mail: %v\n%s", name, !want, l.Body)
				}
			}
			stop := strings.TrimPrefix(strings.Trim(l.Header.Get("List-Unsubscribe"), "<>"), "http://127.0.0.1:8080")
			if !strings.HasPrefix(stop, "/mail/stop/") || !strings.Contains(l.Body, stop) {
				t.Fatalf("%q in\n%s", stop, l.Body)
			}

			// A stranger to the pages: the link is opened on another device.
			other := v.Town.Visitor(lang)
			p := other.Get(stop).Want(200)
			if got := p.Said("main ul"); !strings.Contains(got, "Bridges") || !strings.Contains(got, "Everything") || strings.Contains(got, "Tunnels") {
				t.Errorf("the page names %q", got)
			}
			if got := switches(v); got != "on off on on" {
				t.Errorf("after looking alone: %s", got)
			}
			other.Submit(stop).Want(200).Has("[role=status]")
			if got := switches(v); got != "on off off off" {
				t.Errorf("after stopping: %s", got)
			}
			other.Get(stop + "0").Want(404)

			biddingtest.New(t, v.Bidding(), biddingtest.Terms{Change: bridge})
			v.Settle()
			if got := v.Get("/account/notices").Want(200).Find(".pb-result").Length(); got != 2 {
				t.Errorf("%d notices in the pages", got)
			}
			if n := len(wei(t, v, post)); n != 1 {
				t.Errorf("%d letters have come", n)
			}
		})
	}
}

// wei waits until all mail is out, and returns what came for the seller.
func wei(t *testing.T, v *sitetest.Visitor, post *mailtest.Post) (list []mailtest.Letter) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if due, dead, err := v.Notices.Queue(t.Context()); err != nil || dead > 0 || time.Now().After(end) {
			t.Fatalf("%d letters are due, %d dead: %v", due, dead, err)
		} else if due == 0 {
			break
		}
	}
	for _, l := range post.Letters() {
		if l.To == "wei@example.org" {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		t.Fatal("no letter has come")
	}
	return list
}

// switches says of each saved search, the newest first, whether mail is on.
func switches(v *sitetest.Visitor) string {
	var list []string
	v.Get("/searches").Want(200).Find(`form[action$="/mail"] input[name=mail]`).Each(func(_ int, s *sitetest.Selection) {
		list = append(list, map[string]string{"true": "off", "false": "on"}[s.AttrOr("value", "")])
	})
	return strings.Join(list, " ")
}

// A mail program stops mail by itself: no cookie, no page before it, a body of
// its own.
func TestOneClick(t *testing.T) {
	v, post := writing(t, "en")
	save(v, "Bridges", "q=bridge", true)
	biddingtest.New(t, v.Bidding(), biddingtest.Terms{Change: bridge})
	v.Settle()
	stop := strings.Trim(wei(t, v, post)[0].Header.Get("List-Unsubscribe"), "<>")
	r := httptest.NewRequest("POST", stop, strings.NewReader("List-Unsubscribe=One-Click"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	v.Web.Handler().ServeHTTP(rec, r)
	if rec.Code != 200 || switches(v) != "off" {
		t.Errorf("%d, then %s", rec.Code, switches(v))
	}
}

func TestSwitchingMail(t *testing.T) {
	v, _ := writing(t, "en")
	save(v, "Bridges", "q=bridge", true)
	action := v.Get("/searches").Want(200).Has(`form[action$="/mail"]`).AttrOr("action", "")
	for _, want := range []string{"off", "on"} {
		v.Submit(action).To("/searches")
		if got := switches(v); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	stranger := v.Town.Visitor("en")
	stranger.Post(action, url.Values{"mail": {"false"}}).Want(401)
	stranger.Register("supplier", "Another", "another@example.org")
	stranger.Post(action, url.Values{"mail": {"false"}}).Want(404)
	if got := switches(v); got != "on" {
		t.Errorf("another's switch was moved: %s", got)
	}
	v.Get("/account/notices/choices")
	form := v.Fill("/account/notices/choices")
	form["kinds"] = []string{"approve"}
	v.Post("/account/notices/choices", form).To("/account/notices/choices")
	v.Get("/searches").Want(200).Has(`.govuk-inset-text a[href="/account/notices/choices"]`)
	if got := switches(v); got != "" {
		t.Errorf("switches that do nothing are shown: %s", got)
	}
}

// What the search refuses cannot be saved: it would never find anything.
func TestRefusedSearchesAreNotSaved(t *testing.T) {
	v, _ := writing(t, "en")
	for i, query := range []string{"min=5", "order=best", "currency=EURO&min=1", "q=" + strings.Repeat("a", 301), "min=much&currency=EUR"} {
		v.Get("/searches/new?query=" + url.QueryEscape(query)).Want(200)
		p := v.Submit("/searches", "name", fmt.Sprint("Search ", i)).Want(422)
		p.Has(".govuk-error-summary")
		if got := p.Has("[name=name]").AttrOr("value", ""); got != fmt.Sprint("Search ", i) {
			t.Errorf("%s: the name is lost: %q", query, got)
		}
	}
	if v.Get("/searches").Want(200).Find(".govuk-task-list__item").Length() != 0 {
		t.Error("it was saved")
	}
}
