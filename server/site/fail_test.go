package site_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestARefusalBeforeAPage: a browser that is refused at the door sees a page with
// the reference that the log has, and a program sees what programs do.
func TestARefusalBeforeAPage(t *testing.T) {
	b, _ := visitor(t)
	for _, c := range []struct {
		accept string
		page   bool
	}{{"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", true}, {"*/*", false}, {"application/json", false}} {
		r := httptest.NewRequest("GET", "/tenders%2fx", nil)
		r.Header.Set("Accept", c.accept)
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		kind := w.Header().Get("Content-Type")
		if w.Code != 400 || strings.HasPrefix(kind, "text/html") != c.page {
			t.Errorf("%s: %d, %s", c.accept, w.Code, kind)
		}
		if c.page && !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("the page lacks the reference: %s", w.Body)
		}
	}
}

// TestAPageTakesNoForm: what is there but cannot be used so says how it can.
func TestAPageTakesNoForm(t *testing.T) {
	b, _ := visitor(t)
	if w := b.do("POST", "/style", nil); w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), "GET") {
		t.Error(w.Code, w.Header())
	}
}
