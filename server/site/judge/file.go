package judge

import (
	"bytes"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"probity/bidding"
	"probity/server/site"
)

// What is in a bid was written by a stranger who may wish us ill. So a file is
// shown in the page only if its bytes, not its name, say that it is a picture, a
// PDF or plain text; it comes as exactly that type, into a frame in which nothing
// runs and from which nothing is reached. Everything else is saved, never shown.

// locked is the policy of pictures and text: an origin of their own, no script.
const locked = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"

// lockedPDF is that of PDFs. Browsers show them in a program apart, which a
// sandboxed frame keeps from starting; scripts in them do not reach the page.
const lockedPDF = "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

// file hands on one file of an opened bid.
func file(v *site.Visit) error {
	opening := bidding.OpeningID(v.Path("id"), v.Path("lot"), v.Path("envelope"))
	return v.Pass(func(api http.Header, start []byte) { dress(v, api, start) }, "/api/v1/openings/%s/bids/%s/files/%s", opening, v.Path("bidder"), v.Path("number"))
}

func dress(v *site.Visit, api http.Header, start []byte) {
	kind := shown(start)
	if kind == "" || v.Query("save") != "" {
		v.Attach(api, start)
		return
	}
	h := v.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "inline")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", locked)
	if kind == "application/pdf" {
		h.Set("Content-Security-Policy", lockedPDF)
	}
}

// pictures that browsers draw and that hold no program.
var pictures = map[string]string{
	"\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff": "image/jpeg", "GIF87a": "image/gif", "GIF89a": "image/gif",
}

// shown is the type in which a file is shown, by its first bytes; "" if it is
// saved only.
func shown(start []byte) string {
	if bytes.HasPrefix(start, []byte("%PDF-")) {
		return "application/pdf"
	}
	for magic, kind := range pictures {
		if bytes.HasPrefix(start, []byte(magic)) {
			return kind
		}
	}
	if plain(start) {
		return "text/plain; charset=utf-8"
	}
	return ""
}

// plain reports whether a file begins as text that a person can read. Markup is
// text as well: as text/plain it is shown, and not followed.
func plain(start []byte) bool {
	for range utf8.UTFMax - 1 { // the last character may be cut
		if utf8.Valid(start) || len(start) == 0 {
			break
		}
		start = start[:len(start)-1]
	}
	return len(start) > 0 && utf8.Valid(start) && !bytes.ContainsFunc(start, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' })
}

// shownByName guesses whether a file will be shown, to offer the better link;
// what happens is decided by its bytes.
func shownByName(name string) bool {
	return slices.Contains([]string{".pdf", ".png", ".jpg", ".jpeg", ".gif", ".txt", ".md", ".csv"}, strings.ToLower(path.Ext(name)))
}
