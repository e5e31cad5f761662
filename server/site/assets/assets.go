// Package assets holds what a browser loads beside the pages: one style sheet,
// a few scripts, the mark. Templates ask Path for an address, Handler answers
// it.
//
// # Where it comes from
//
// dist/ is made from src/ by build.sh (dart-sass and esbuild, pinned in
// package-lock.json) and committed, so that the server builds and runs with Go
// alone; CI builds it again and compares. src/scss is the sheet, with its
// palette in _tokens.scss; each file in src/entries becomes one script.
//
// # Names in the pages
//
// A class that starts with govuk- is a part of govuk-frontend, written in its
// markup (button, input, radios, error-summary, summary-list, table, tag,
// task-list, notification-banner, details, headings, body, list, grid). A class that
// starts with pb- is ours:
//
//	frame    pb-wrap pb-main pb-head pb-head__row pb-wordmark pb-wordmark__body pb-head__tools pb-tool
//	         pb-nav pb-nav__list pb-nav__link pb-ribbon pb-crumbs pb-tabs pb-pages pb-foot pb-foot__list
//	layout   pb-aside (pb-aside--left) pb-cards pb-section pb-bar pb-rule pb-soft pb-small pb-flush
//	data     pb-money pb-num pb-stack pb-scroll pb-facts pb-card pb-figure pb-results pb-result
//	         pb-print (a fingerprint) pb-code pb-diff pb-tree pb-empty pb-chart
//	state    pb-clock pb-progress pb-steps pb-verdict pb-story (a timeline; pb-story--counted) pb-track pb-count pb-tasks
//	forms    pb-search pb-filters pb-pair pb-reveal pb-file pb-saved pb-link-button
//
// The style page shows every one of them with its markup. What the script adds
// is asked for by data attributes, which src/site documents: data-countdown,
// data-count, data-reveals, data-autosave, data-live, data-filters, data-copy, data-print.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Root is where Handler is mounted.
const Root = "/assets/"

// Mark is the seal beside the name, drawn in the colours of the palette.
const Mark template.HTML = `<svg class="pb-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">` +
	`<rect width="32" height="32" rx="4" fill="currentColor"/><g class="pb-mark__cut">` +
	`<rect x="3" y="3" width="26" height="26" rx="1.5" stroke-width="1.3"/>` +
	`<path stroke-width="3" d="M12.5 25V8.5h5a4.75 4.75 0 0 1 0 9.5h-5"/></g></svg>`

//go:embed dist
var dist embed.FS

// file is one asset, ready to be sent.
type file struct {
	hashed, kind string
	plain, gzip  []byte
}

// files are the assets by their plain name and by their hashed one.
var files = load()

func load() map[string]*file {
	all := map[string]*file{}
	entries, err := fs.ReadDir(dist, "dist")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	for _, e := range entries {
		plain, err := fs.ReadFile(dist, "dist/"+e.Name())
		if err != nil {
			panic(err)
		}
		f := &file{hashed: hashed(e.Name(), plain), kind: kind(e.Name()), plain: plain, gzip: squeeze(plain)}
		all[e.Name()], all[f.hashed] = f, f
	}
	return all
}

func hashed(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:8]) + ext
}

// kind does not ask the machine's own table, which differs from one to another.
func kind(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func squeeze(plain []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	w.Write(plain) // a bytes.Buffer does not fail
	w.Close()
	if b.Len() >= len(plain) {
		return nil
	}
	return b.Bytes()
}

// Path is the address of an asset, with its hash in the name: a changed file
// has a new address. It panics for a name that does not exist, which a test of
// the pages then finds.
func Path(name string) string {
	f := files[name]
	if f == nil {
		panic(fmt.Sprintf("assets: there is no %q", name))
	}
	return Root + f.hashed
}

// Size is what an asset weighs on the line, compressed where that helps.
func Size(name string) int {
	f := files[name]
	if f.gzip != nil {
		return len(f.gzip)
	}
	return len(f.plain)
}

// Handler answers the addresses under Root. What is asked for by its hashed
// name may be kept for ever.
func Handler() http.Handler {
	return http.StripPrefix(Root, http.HandlerFunc(serve))
}

func serve(w http.ResponseWriter, r *http.Request) {
	f := files[r.URL.Path]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `"`+f.hashed+`"`)
	h.Set("Cache-Control", "public, max-age=300")
	if r.URL.Path == f.hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if f.gzip != nil && acceptsGzip(r) {
		body = f.gzip
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body) // who hung up does not want the rest
	}
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
