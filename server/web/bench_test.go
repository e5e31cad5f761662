package web

import (
	"net/http/httptest"
	"strings"
	"testing"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/text"
)

// BenchmarkMe is one request of a person in a session, all guards included, but
// no network.
func BenchmarkMe(b *testing.B) {
	srv, _, _, _ := newBuilt(b)
	h := srv.Handler()
	in, err := srv.People.Register(b.Context(), people.Registration{OrgID: "o", UserID: "u", Kind: party.KindSupplier, Name: text.Of("en", "x"),
		Identifier: party.Identifier{Scheme: "GB-COH", ID: "1", LegalName: "x"}, Person: people.Person{Name: "x", Email: "x@example.org"}, Password: pass})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("GET", "/api/v1/me", nil)
			r.Header.Set("Authorization", "Bearer "+in.Session.Ticket)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 {
				b.Fatal(w.Body)
			}
		}
	})
}

// BenchmarkFill reads a list of 5000 small objects.
func BenchmarkFill(b *testing.B) {
	body := []byte(`{"title":"x","list":[` + strings.Repeat(`{"word":"something of a word","flag":true},`, 4999) + `{"word":"last"}]}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var v sample
		if err := fill(body, &v); err != nil {
			b.Fatal(err)
		}
	}
}
