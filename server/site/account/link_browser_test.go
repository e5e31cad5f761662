package account_test

import (
	"net/url"
	"testing"

	"probity/server/site/browsertest"
)

// The two pages of signing in by an outside service that no address leads to:
// the way to the service, and the code that it does not stand in for.
func TestPagesOfAnOutsideService(t *testing.T) {
	browsertest.Need(t)
	outsider(t, nil, func(t *testing.T, x ministry) {
		s := x.Serve(t)
		wei := who("wei-17", "wei@ministry.example", false)
		v := x.member(t, "alice@example.org", false)
		p := browsertest.Open(t, s.URL, browsertest.Look{Lang: x.lang})
		p.Carry(v.Jar)
		p.Go("/account/links")
		p.Check()
		p.Type("#f-code", v.Code())
		p.Submit(`form[action="/account/links"] button`)
		if !p.Has(`main a[rel="noreferrer"]`) {
			t.Fatalf("no way to the service: %s", p.Text("main"))
		}
		p.Check()

		x.links(t, v, wei).To("/account/links")
		other := x.Visitor(x.lang)
		back, err := url.Parse(x.back(t, other, wei))
		if err != nil {
			t.Fatal(err)
		}
		p.SignOut()
		p.Carry(other.Jar)
		p.Go(back.RequestURI())
		if !p.Has(`form[action="/sign-in/outside/code"]`) {
			t.Fatalf("no code is asked for: %s", p.Text("main"))
		}
		p.Check()
		p.Type("#f-code", "000000")
		p.Submit(`form[action="/sign-in/outside/code"] button`)
		if !p.Has("#f-code-error") {
			t.Errorf("a wrong code: %s", p.Text("main"))
		}
		p.Check()
	})
}
