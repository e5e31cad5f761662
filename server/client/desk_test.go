package client_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/ledger"
	"probity/server/client"
	"probity/tender/canon"
	"probity/tender/fault"
)

// desk is a server whose routes are those that the test gives it. Anything else
// is a 404 as the real one writes it.
type desk struct {
	*httptest.Server
	t     testing.TB
	mux   *http.ServeMux
	log   *keeper
	mu    sync.Mutex
	asked map[string]int // route to calls

	handovers []string
}

func newDesk(t testing.TB, k *keeper) *desk {
	t.Helper()
	d := &desk{t: t, mux: http.NewServeMux(), log: k, asked: map[string]int{}}
	d.Server = httptest.NewServer(d.mux)
	t.Cleanup(d.Close)
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, 404, "request.path", "There is nothing under this address.")
	})
	if k == nil {
		return d
	}
	d.on("GET /api/v1/log", func(*http.Request) (int, any) {
		return 200, client.Announcement{Origin: d.log.key.Name(), Keys: []string{d.log.key.Public}, Handovers: d.handovers}
	})
	d.mux.HandleFunc("GET /log/checkpoint", func(w http.ResponseWriter, _ *http.Request) { w.Write(d.log.checkpoint()) })
	d.mux.HandleFunc("GET /log/tile/", func(w http.ResponseWriter, r *http.Request) {
		tile, err := ledger.ParsePath(strings.TrimPrefix(r.URL.Path, "/log/"))
		if err != nil {
			refuse(w, 422, "log.path", "no")
			return
		}
		d.log.mu.Lock()
		defer d.log.mu.Unlock()
		b := d.log.tiles[ledger.Base(tile)]
		if len(b) < ledger.TileSize(tile) {
			refuse(w, 404, "log.range", "no")
			return
		}
		w.Write(b[:ledger.TileSize(tile)])
	})
	return d
}

func refuse(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Request-Id", "r-1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"type": "urn:probity:problem:" + code, "title": http.StatusText(status), "status": status, "code": code, "detail": text})
}

// on answers a route with a status and a value; a *fault.Error is a refusal.
func (d *desk) on(route string, answer func(*http.Request) (int, any)) {
	d.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.asked[route]++
		d.mu.Unlock()
		status, v := answer(r)
		if f, ok := v.(*fault.Error); ok {
			refuse(w, status, f.Code, f.Text)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		if v != nil {
			e.Encode(v)
		}
	})
}

// client trusts the desk's log by its key.
func (d *desk) client() *client.Client {
	d.t.Helper()
	c := &client.Client{Base: d.URL, Token: "prt_x", Patience: 3 * time.Second}
	if d.log != nil {
		c.Log = must(client.NewLog(d.log.key.Public))
	}
	return c
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// wantFault checks a code; "" wants no error.
func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
		t.Errorf("got %v, want %q", err, code)
	}
}

func edit(dir, name string, f func([]byte) []byte) {
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, f(must(os.ReadFile(name))), 0o600); err != nil {
		panic(err)
	}
}

func swap(from, to, name string) {
	edit(to, name, func([]byte) []byte { return must(os.ReadFile(filepath.Join(from, name))) })
}

func canonOf(v any) ([]byte, error) { return canon.Marshal(v) }

func errorsAs(err error) *client.Objection {
	o, _ := errors.AsType[*client.Objection](err)
	return o
}
