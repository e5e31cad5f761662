package review_test

import (
	"testing"

	"probity/server/site/browsertest"
)

func TestDeskLooks(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		h, _, at := filed(t, lang)
		p := browsertest.Open(t, h.Serve(t).URL, browsertest.Look{Lang: lang})
		p.SignIn(h.House, reviewer())
		for _, path := range []string{"/review", "/review?state=resolved", at} {
			if status := p.Go(path); status != 200 {
				t.Errorf("%s: %d", path, status)
			}
			p.Check()
		}
	}
}
