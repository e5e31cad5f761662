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
	"time"

	"probity/bidding"
	"probity/documents/blob"
	"probity/documents/ledger"
	"probity/server/config"
	sequencer "probity/server/ledger"
	"probity/server/papers"
	"probity/server/people"
	"probity/server/web"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/enquiry"
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
	Papers     *papers.Papers
	Web        *web.Server

	objects *objects
	readers []Reader
	closers []io.Closer
}

// Collections declares everything that is stored.
func Collections() []store.Collection {
	list := []store.Collection{
		{Kind: clockKind}, {Kind: cursorKind}, {Kind: modeKind}, {Kind: codeKind},
		tender.Collection, enquiry.Collection, complaint.Collection, contract.Collection,
	}
	list = append(list, award.Collections...)
	list = append(list, bidding.Collections...)
	list = append(list, people.Collections()...)
	return append(list, web.Collections()...)
}

// Open is OpenOn over the embedded engines.
func Open(ctx context.Context, c config.Server, log *slog.Logger) (*App, error) {
	return OpenOn(ctx, c, log, Embedded)
}

// OpenOn checks the configuration, opens the engines and builds the services.
// What it refuses, it refuses before anything is changed. Close it.
func OpenOn(ctx context.Context, c config.Server, log *slog.Logger, engines func(config.Server) (Engines, error)) (_ *App, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("app: data folder: %w", err)
	}
	a := &App{Config: c, Log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.openEngines(engines); err != nil {
		return nil, err
	}
	if err := a.openMode(ctx); err != nil {
		return nil, err
	}
	a.Clock = newClock(a.Engine, c.Sandbox)
	if err := a.openPeople(); err != nil {
		return nil, err
	}
	if err := a.openProcedures(); err != nil {
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
	return a, a.openWeb()
}

func (a *App) openEngines(open func(config.Server) (Engines, error)) error {
	e, err := open(a.Config)
	if err != nil {
		return err
	}
	a.Engine, a.Objects = e.Metadata, e.Objects
	a.closers = append(a.closers, a.Engine)
	key, err := secretFile(a.Config.Path("ticket.key"), random)
	if err != nil {
		return err
	}
	a.objects = &objects{a.Objects, &tickets{key, a.Config.URL, a.Engine}}
	a.Papers, err = papers.Open(papers.Config{
		Objects: a.Objects, Data: a.Config.Data, URL: a.Config.URL, Platform: a.Config.Name, Sandbox: a.Config.Sandbox, Origin: a.Config.Origin,
		Log: sequencer.NewReader(a.Engine, a.Config.Origin),
	})
	return err
}

func (a *App) openLedger(ctx context.Context) error {
	keys, err := logKeys(a.Config.Path("log.key"), a.Config.Origin)
	if err != nil {
		return err
	}
	a.LogKey = keys[0]
	a.Ledger, err = sequencer.Start(ctx, sequencer.Config{
		Engine: a.Engine, Origin: a.Config.Origin, Keys: keys,
		Scribe: &scribe{a.Engine, a.Tenders.Tenders},
		Tick:   a.tick,
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

func (a *App) openProcedures() error {
	library := rules.Builtin()
	if err := loadRules(library, a.Config.Rules); err != nil {
		return err
	}
	a.Tenders = &tender.Service{
		Tenders: shelf[tender.Tender](a.Engine, tender.Kind),
		Clock:   a.Clock, Rules: library, Buyers: a.People, Sealing: bidding.Sealing{}, Devices: a.People,
		Files: a.objects,
		NewID: func() string { return a.Config.Prefix + "-" + newID() },
	}
	a.Bids = bidding.NewService(a.Engine, bidding.Parts{
		Tenders: a.Tenders, Clock: a.Clock, Suppliers: people.Bidders{Service: a.People}, Devices: a.People, Objects: a.objects, Log: facts{a.Engine},
	})
	a.Openings = bidding.NewOpenings(a.Bids)
	a.Judging = bidding.NewJudging(a.Openings, a.drawRoot)
	a.openAwards()
	a.readers = []Reader{{Name: "procedures", Take: a.follow}}
	return nil
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
