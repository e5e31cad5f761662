// Package apptest opens a platform for tests of other packages: the real wiring
// over the embedded engines in a folder of the test's own, with a clock that
// the test sets. It can be stopped and opened again, and its engines can be
// made to break.
//
// Start with [Open].
package apptest

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/documents/blob/dir"
	"probity/server/app"
	"probity/server/classify"
	"probity/server/config"
	"probity/server/store/bolt"
	"probity/tender/party"
	"probity/tender/text"
)

// Options say what platform is wanted; the zero value does well.
type Options struct {
	Dir string // the test's own folder if ""

	// Wrap may stand between the platform and its engines, to break them.
	Wrap func(app.Engines) app.Engines

	// Now is what the clock shows at first; the time of most tests if zero.
	Now time.Time

	// Config may change the settings before the platform opens.
	Config func(*config.Server)

	// Uptime keeps the uptime record, in a sandbox: its legal clock can be
	// stepped, so that the engine's need not jump, which would be an outage.
	Uptime bool

	// Engines are real ones to stand on, and Keys the folder of keys. Then the
	// clock is theirs: the platform is a sandbox, which Set puts forward.
	Engines config.Engines
	Keys    string

	// Still leaves the log and its readers standing until [House.Start].
	Still bool
}

// House is a platform under test.
type House struct {
	*app.App
	Dir string

	t    testing.TB
	opts Options
	now  atomic.Pointer[time.Time]
	stop func()

	replay bool // carry the whole log to its readers when it opens
}

// Open opens a platform, which ends with the test.
func Open(t testing.TB, o Options) *House {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	h := &House{Dir: o.Dir, t: t, opts: o}
	if o.Now.IsZero() {
		o.Now = biddingtest.Published
	}
	h.Set(o.Now)
	h.open()
	t.Cleanup(h.Close)
	return h
}

func (h *House) open() {
	h.t.Helper()
	c := config.Server{Data: h.Dir, Listen: "127.0.0.1:8080", URL: "http://127.0.0.1:8080", Origin: "test.example/log", Prefix: "ocds-213czf", Replay: h.replay,
		Uptime: h.opts.Uptime, Sandbox: h.opts.Uptime}
	if h.opts.Config != nil {
		h.opts.Config(&c)
	}
	open := h.engines
	if h.opts.Engines.Shared() {
		c.Engines, c.Keys, c.Sandbox = h.opts.Engines, h.opts.Keys, true
		open = app.Configured
	}
	a, err := app.OpenOn(h.t.Context(), c, slog.New(slog.DiscardHandler), open)
	if err != nil {
		h.t.Fatal(err)
	}
	h.App = a
	if !h.opts.Still {
		h.Start()
	}
}

func (h *House) engines(_ context.Context, c config.Server) (app.Engines, error) {
	engine, err := bolt.Open(c.Path("probity.db"), app.Collections(), bolt.Options{Now: func() time.Time { return *h.now.Load() }})
	if err != nil {
		return app.Engines{}, err
	}
	objects, err := dir.Open(c.Path("objects"))
	e := app.Engines{Metadata: engine, Objects: objects}
	if err == nil && h.opts.Wrap != nil {
		e = h.opts.Wrap(e)
	}
	return e, err
}

// Start begins the work behind the platform.
func (h *House) Start() {
	if h.stop != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { h.Work(ctx) })
	h.stop = func() { cancel(); work.Wait() }
}

// Stop ends the work; the platform takes in what it is told, and that is all.
func (h *House) Stop() {
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// Close ends the platform. What it has acknowledged is in its folder.
func (h *House) Close() {
	h.Stop()
	if err := h.App.Close(); err != nil {
		h.t.Error(err)
	}
}

// Open opens a platform again that was closed.
func (h *House) Open() { h.t.Helper(); h.open() }

// Reopen ends the platform and opens it again.
func (h *House) Reopen() {
	h.t.Helper()
	h.Close()
	h.open()
}

// Replay ends the platform and opens it as after a restore.
func (h *House) Replay(t testing.TB) {
	t.Helper()
	h.Close()
	h.replay = true
	h.open()
	h.replay = false
	h.Settle()
}

// Bidding is the house as tests of bids see it. It holds until [House.Reopen].
func (h *House) Bidding() *biddingtest.House {
	return &biddingtest.House{
		Engine: h.Engine, Tenders: h.Tenders, Bids: h.Bids, Openings: h.Openings, Judging: h.Judging,
		Set: h.Set, Settle: h.Settle, Admit: h.Admit, Enrol: h.Enrol, Objects: h.Keys,
	}
}

// Keys lists the keys of all stored objects below a prefix.
func (h *House) Keys(prefix string) []string {
	h.t.Helper()
	var list []string
	for after := ""; ; {
		page, err := h.Objects.List(h.t.Context(), prefix, after, 1000)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, x := range page {
			list = append(list, x.Key)
		}
		if len(page) < 1000 {
			return list
		}
		after = page[len(page)-1].Key
	}
}

// Load loads a list of codes, in comma-separated values.
func (h *House) Load(t testing.TB, scheme, csv string) {
	t.Helper()
	by := party.Actor{User: "ada", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	_, err := h.Web.Classes.Add(t.Context(), by, classify.Load{Scheme: scheme, Title: text.Of("en", scheme), Source: "a test", CSV: []byte(csv)})
	if err != nil {
		t.Fatal(err)
	}
}
