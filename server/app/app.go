// Package app puts the parts together: engines, services, the sequencer, the
// readers of the log and the API. It is the only wiring there is; the command
// line, the demo and the tests all start here.
//
// Start with [Open], which says in which order things come to be, and [App.Run].
// scribe.go tells the log what facts mean; follow.go carries facts back to the
// aggregates that they move; the other files fit one package's need to another
// package's offer.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"probity/bidding"
	"probity/bidding/security"
	"probity/documents/blob"
	"probity/documents/ledger"
	"probity/server/classify"
	"probity/server/config"
	"probity/server/keeping"
	sequencer "probity/server/ledger"
	"probity/server/move"
	"probity/server/notify"
	"probity/server/papers"
	"probity/server/people"
	"probity/server/search"
	"probity/server/telemetry"
	"probity/server/web"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/enquiry"
	"probity/tender/plan"
	"probity/tender/rules"
	"probity/tender/store"
)

// App is one server, ready to run.
type App struct {
	Config config.Server
	Log    *slog.Logger

	Engine  store.Engine
	Objects blob.Store
	Clock   *LegalClock
	Ledger  *sequencer.Sequencer
	Beats   *sequencer.Beats // the uptime record
	LogKey  ledger.Key

	People     *people.Service
	Tenders    *tender.Service
	Bids       *bidding.Service
	Openings   *bidding.Openings
	Judging    *bidding.Judging
	Enquiries  *enquiry.Service
	Complaints *complaint.Service
	Awards     *award.Service
	Contracts  *contract.Service
	Securities *security.Service
	Plans      *plan.Service
	Papers     *papers.Papers
	Keeping    *keeping.Service
	Notices    *notify.Service
	Web        *web.Server
	Keeper     *search.Keeper
	Metrics    *telemetry.Metrics

	objects *objects
	turn    *turn       // nil where there is one server
	marked  atomic.Bool // an open mark was there, see restored.go
	readers []Reader
	post    notify.Post // nil where there is no mail server
	closers []io.Closer
}

// Collections declares everything that is stored.
func Collections() []store.Collection {
	list := []store.Collection{
		{Kind: clockKind}, {Kind: cursorKind}, {Kind: modeKind}, {Kind: codeKind}, {Kind: keysKind}, turns, move.Collection, keeping.Collection,
		tender.Collection, enquiry.Collection, complaint.Collection, contract.Collection, security.Collection,
	}
	list = append(list, plan.Collections...)
	list = append(list, award.Collections...)
	list = append(list, bidding.Collections...)
	list = append(list, people.Collections()...)
	list = append(list, classify.Collection, search.SavesCollection)
	list = append(list, notify.Collections()...)
	return append(list, web.Collections()...)
}

// Open is OpenOn over the engines that the configuration names.
func Open(ctx context.Context, c config.Server, log *slog.Logger) (*App, error) {
	return OpenOn(ctx, c, log, Configured)
}

// OpenOn checks the configuration, opens the engines and builds the services.
// What it refuses, it refuses before anything is changed. Close it.
func OpenOn(ctx context.Context, c config.Server, log *slog.Logger, engines Opener) (_ *App, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	for _, folder := range []string{c.Data, c.KeyFolder()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("app: make folder: %w", err)
		}
	}
	a := &App{Config: c, Log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.openEngines(ctx, engines); err != nil {
		return nil, err
	}
	if err := a.openMark(ctx); err != nil {
		return nil, err
	}
	if err := a.openMode(ctx); err != nil {
		return nil, err
	}
	a.Clock = newClock(a.Engine, c.Sandbox)
	if err := a.openObjects(ctx); err != nil {
		return nil, err
	}
	if err := a.openPeople(ctx); err != nil {
		return nil, err
	}
	if err := a.openProcedures(ctx); err != nil {
		return nil, err
	}
	if err := a.openLedger(ctx); err != nil {
		return nil, err
	}
	if c.Replay {
		if err := a.replay(ctx); err != nil {
			return nil, err
		}
	}
	a.Metrics.Register(telemetry.Platform{Ask: a.state, Metrics: a.Metrics})
	return a, a.openWeb()
}

func (a *App) openEngines(ctx context.Context, open Opener) error {
	e, err := open(ctx, a.Config)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, e)
	a.Metrics = telemetry.NewMetrics()
	a.Engine, a.Objects = telemetry.MeasureEngine(e.Metadata, a.Metrics), telemetry.MeasureObjects(e.Objects, a.Metrics)
	return nil
}

// openObjects fits the object store to those who use it.
func (a *App) openObjects(ctx context.Context) error {
	key, err := a.secret(ctx, "ticket.key")
	if err != nil {
		return err
	}
	if err := a.notLost(ctx, "seal.key"); err != nil {
		return err
	}
	a.Keeping = &keeping.Service{Engine: a.Engine, Objects: a.Objects, Sandbox: a.Config.Sandbox, Log: a.Log}
	a.objects = &objects{a.Objects, &tickets{key, a.Engine}, a.Keeping}
	a.Papers, err = papers.Open(papers.Config{
		Objects: a.Objects, Data: a.Config.Data, Keys: a.Config.KeyFolder(), URL: a.Config.URL, Platform: a.Config.Name, Sandbox: a.Config.Sandbox, Origin: a.Config.Origin,
		Log: sequencer.NewReader(a.Engine, a.Config.Origin),
	})
	if err != nil {
		return err
	}
	a.Papers.Keep = a.Keeping.Paper
	return a.sameKey(ctx, "seal.key", printOf("seal.key", a.Papers.Certificates()))
}

func (a *App) openLedger(ctx context.Context) error {
	keys, err := a.logKeys(ctx)
	if err != nil {
		return err
	}
	if err := a.checkMarkedKey(ctx, keys[0]); err != nil {
		return err
	}
	a.LogKey = keys[0]
	if a.Config.Shared() {
		a.turn = newTurn(a.Engine)
	}
	a.Ledger, err = sequencer.Start(ctx, sequencer.Config{
		Engine: a.Engine, Origin: a.Config.Origin, Keys: keys,
		Scribe: &scribe{a.Engine, a.Tenders.Tenders},
		Tick:   a.tick,
		Turn:   a.turn.has,
		Uptime: a.uptime(),
		Cover:  a.Config.Cover,
		Log:    a.Log,
	})
	if err != nil {
		return err
	}
	return a.recordCode(ctx)
}

// tick does what time brings about before the log takes anything more.
func (a *App) tick(ctx context.Context, _ time.Time) error {
	if err := a.accepting(ctx); err != nil {
		return err
	}
	now, err := a.Clock.Now(ctx)
	if err != nil {
		return err
	}
	if _, err := a.Complaints.Tick(ctx, now); err != nil {
		return err
	}
	_, err = a.Tenders.Tick(ctx, now)
	return err
}

func (a *App) openProcedures(ctx context.Context) error {
	library := rules.Builtin()
	if err := loadRules(library, a.Config.Rules); err != nil {
		return err
	}
	a.Beats = &sequencer.Beats{Engine: a.Engine}
	a.Tenders = &tender.Service{
		Tenders: shelf[tender.Tender](a.Engine, tender.Kind),
		Clock:   a.Clock, Rules: library, Buyers: a.People, Sealing: bidding.Sealing{}, Devices: a.People,
		Files: a.objects, Uptime: &outages{a.Beats, a.Engine, a.Clock},
		NewID: func(ctx context.Context) string { return a.Config.Prefix + "-" + newID(ctx) },
	}
	a.Bids = bidding.NewService(a.Engine, bidding.Parts{
		Tenders: a.Tenders, Clock: a.Clock, Suppliers: people.Bidders{Service: a.People}, Devices: a.People, Objects: a.objects, Log: facts{a.Engine},
	})
	a.Openings = bidding.NewOpenings(a.Bids)
	a.Judging = bidding.NewJudging(a.Openings, a.drawRoot)
	a.openPlans()
	a.openAwards()
	a.readers = []Reader{{Name: "procedures", Take: a.follow}, {Name: "keeping", Take: a.Keeping.Take}}
	return a.openNotices(ctx)
}

// replay lets every reader begin at the start of the log.
func (a *App) replay(ctx context.Context) error {
	for _, r := range a.readers {
		if err := rewind(ctx, shelf[cursor](a.Engine, cursorKind), r.Name); err != nil {
			return err
		}
	}
	return nil
}

// shelf returns the shelf of a kind.
func shelf[T any, P store.Aggregate[T]](e store.Engine, kind string) store.Shelf[T, P] {
	return store.Shelf[T, P]{Engine: e, Kind: kind}
}
