package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	. "probity/bidding/biddingtest"
	"probity/documents/blob"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
)

// TestDownloadInRanges: a document of a notice comes in ranges, so that a broken
// download goes on where it was.
func TestDownloadInRanges(t *testing.T) {
	w, s := site(t, Terms{})
	text := strings.Repeat("0123456789", 1000)
	sum := sha256.Sum256([]byte(text))
	name := hex.EncodeToString(sum[:])
	w.Ok(s.Web.Documents.PutDocument(t.Context(), w.ID, name, int64(len(text)), strings.NewReader(text)))
	x := w.Tender()
	x.Notice.Documents = []tender.Document{{ID: "d-1", Title: tender.Text{"en": "Terms"}, Type: "biddingDocuments",
		Versions: []tender.Version{{Number: 1, Name: "terms.txt", Media: "text/plain", Size: int64(len(text)), SHA256: name}}}}
	w.Ok(w.Tenders.Tenders.Put(t.Context(), x))

	path := "/api/v1/tenders/" + w.ID + "/files/" + name
	whole := s.Ask(party.PublicActor, "GET", path, nil)
	tag := whole.Header.Get("ETag")
	if whole.Status != 200 || string(whole.Body) != text || tag != `"`+name+`"` || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("%d, %d bytes, %v", whole.Status, len(whole.Body), whole.Header)
	}
	for _, x := range []struct {
		asked, ifRange string
		status         int
		want           string
	}{
		{"bytes=0-9", "", 206, text[:10]},
		{"bytes=9995-", "", 206, text[9995:]},
		{"bytes=-5", tag, 206, text[9995:]},
		{"bytes=5000-5999", tag, 206, text[5000:6000]},
		{"bytes=5000-5999", `"of another file"`, 200, text},
	} {
		a := s.Ask(party.PublicActor, "GET", path, nil, "Range", x.asked, "If-Range", x.ifRange)
		if a.Status != x.status || string(a.Body) != x.want {
			t.Errorf("%s if %s: %d with %d bytes", x.asked, x.ifRange, a.Status, len(a.Body))
		}
	}
	for asked, want := range map[string]int{tag: 304, `"other"`: 200} {
		if a := s.Ask(party.PublicActor, "GET", path, nil, "If-None-Match", asked); a.Status != want {
			t.Errorf("If-None-Match %s: %d", asked, a.Status)
		}
	}
}

// direct is a store that bidders reach at an address of its own.
type direct struct{ blob.Store }

func (direct) PublicOrigin() string { return "https://files.example.org" }

// TestPagesMaySendToTheStore: pages may connect to the store that parts go to
// directly, and to nothing else besides us.
func TestPagesMaySendToTheStore(t *testing.T) {
	for _, x := range []struct {
		wrap func(app.Engines) app.Engines
		want string
	}{
		{nil, "connect-src 'self';"},
		{func(e app.Engines) app.Engines { e.Objects = direct{e.Objects}; return e }, "connect-src 'self' https://files.example.org;"},
	} {
		s := apptest.Open(t, apptest.Options{Wrap: x.wrap}).Serve(t)
		a := s.Ask(party.PublicActor, "GET", "/sign-in", nil, "Accept", "text/html")
		if got := a.Header.Get("Content-Security-Policy"); !strings.Contains(got, x.want) {
			t.Errorf("%s, want %s", got, x.want)
		}
	}
}
