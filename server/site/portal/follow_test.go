package portal_test

import (
	"net/url"
	"testing"

	"probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender/party"
)

// town is a platform with an open tender, and a bidder who has signed in.
func town(t *testing.T, lang string) (*sitetest.Visitor, *biddingtest.World, party.Actor) {
	x := sitetest.Open(t)
	w := biddingtest.New(t, x.Bidding(), biddingtest.Terms{Change: bridge})
	x.Settle()
	by := w.Bidder("salt").Actor
	v := x.Visitor(lang)
	v.Jar["session"], v.Jar["place"] = x.Session(by), by.Org+"/"+string(by.Role)
	return v, w, by
}

func TestFollowing(t *testing.T) {
	for lang, words := range map[string]struct{ follow, stop string }{
		"en": {"Follow this tender", "Stop following"},
		"zh": {"关注本项目", "取消关注"},
	} {
		t.Run(lang, func(t *testing.T) {
			v, w, by := town(t, lang)
			at := "/tenders/" + w.ID
			stranger := v.Town.Visitor(lang)
			if stranger.Get(at).Want(200).Find(`form[action$="follow"]`).Length() != 0 {
				t.Error("a stranger is shown the button")
			}
			stranger.Post(at+"/follow", url.Values{}).Want(401)

			follows := func(want bool) {
				t.Helper()
				got, err := v.Notices.Watches(t.Context(), by, w.ID)
				if got != want || err != nil {
					t.Errorf("follows: %v %v", got, err)
				}
			}
			if got := v.Get(at).Want(200).Said(`form[action="` + at + `/follow"] button`); got != words.follow {
				t.Errorf("the button says %q", got)
			}
			follows(false)
			form := v.Fill(at + "/follow")
			v.Post(at+"/follow", form).To(at)
			v.Post(at+"/follow", form).To(at) // a double click
			follows(true)
			p := v.Get(at).Want(200)
			if got := p.Said(`form[action="` + at + `/unfollow"] button`); got != words.stop {
				t.Errorf("the button says %q", got)
			}
			if p.Find(`form[action="`+at+`/follow"]`).Length() != 0 || p.Find(".govuk-notification-banner").Length() == 0 {
				t.Error("the page does not say that it was done")
			}
			form = v.Fill(at + "/unfollow")
			v.Post(at+"/unfollow", form).To(at)
			v.Post(at+"/unfollow", form).To(at)
			follows(false)
			v.Get(at).Want(200).Has(`form[action="` + at + `/follow"]`)
			v.Post("/tenders/no-such/follow", url.Values{}).Want(404)
		})
	}
}
