// Package demo plays a whole public purchase, from the set-up of a platform to
// the first payment, and tells it as a story that a citizen can follow.
//
// Start with [Run] and its list of chapters; each chapter is a file. Who takes
// part stands in cast.go, what is bought in notice.go.
//
// Nothing in it is staged. A real server runs on a port of this machine, as a
// sandbox whose legal clock is stepped; everybody acts through the public API
// with package client, which bidders and openers use on their own machines, each
// with their own password, second factor and device key. Whatever the story says
// was checked is computed here by the one who says it, and stops the story if it
// does not hold: so the demo is a test of the whole, and [Run] returns an error
// that names the first thing that did not.
//
// It looks past the API at three places only: for the set-up ticket, which is in
// a file of the operator; for the certificate of the platform's seal, which
// readers of papers trust; and into the object store, to see that what was to be
// deleted is gone.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"probity/server/app"
	"probity/server/config"
)

// Options say where the demo plays. The zero value does well.
type Options struct {
	// Out is a folder for the papers, receipts, archive and summary; it is made
	// if it is not there. "" leaves nothing behind.
	Out string

	// Exit ends after the last chapter instead of serving on.
	Exit bool

	// Data is the folder of the server, which must be empty; "" takes a new one,
	// which is removed at the end.
	Data string

	// Engines are what the server stands on, empty ones; the zero value stands
	// for the embedded ones.
	Engines config.Engines

	// Listen is where the server serves; "" takes a free port of this machine.
	Listen string

	// Stdout gets the story; nil stands for os.Stdout.
	Stdout io.Writer

	// Log gets what the server logs from warnings upwards; nil stands for
	// os.Stderr.
	Log io.Writer
}

// Run plays the purchase. It returns nil only if everything checked out.
// Without Exit it then serves until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Log == nil {
		o.Log = os.Stderr
	}
	if o.Data == "" {
		if o.Data, err = os.MkdirTemp("", "probity-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(o.Data)
	}
	if err := fresh(o.Data); err != nil {
		return err
	}
	desks, err := os.MkdirTemp("", "probity-demo-desks-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(desks)
	s := &story{tell: &teller{out: o.Stdout}, desks: desks, out: o.Out, began: time.Now()}
	stop, err := s.serve(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := s.play(ctx); err != nil {
		return err
	}
	s.curtain(o.Exit)
	if !o.Exit {
		<-ctx.Done()
	}
	return s.tell.err
}

// fresh refuses a folder in which something lies: a sandbox never stands beside
// real data.
func fresh(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("demo: %w", err)
	}
	if len(list) > 0 {
		return fmt.Errorf("demo: the folder %s is not empty; the demo needs one of its own", dir)
	}
	return nil
}

// empty opens engines in which there is nothing yet.
func empty(ctx context.Context, c config.Server) (app.Engines, error) {
	e, err := app.Configured(ctx, c)
	if err != nil {
		return e, err
	}
	head, err := e.Metadata.Head(ctx)
	if err == nil && head.Size > 0 {
		err = fmt.Errorf("demo: the database %s is not empty; the demo needs one of its own", c.Database)
	}
	if err != nil {
		return app.Engines{}, errors.Join(err, e.Close())
	}
	return e, nil
}

// serve starts the server. stop ends it and says what went wrong meanwhile.
func (s *story) serve(ctx context.Context, o Options) (stop func() error, err error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	s.base = "http://" + l.Addr().String()
	log := slog.New(slog.NewTextHandler(o.Log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s.app, err = app.OpenOn(ctx, config.Server{
		Name: "Probity demonstration", Engines: o.Engines,
		Data: o.Data, Listen: l.Addr().String(), URL: s.base, Origin: "demo.invalid/probity", Prefix: "ocds-213czf", Uptime: true, Sandbox: true,
	}, log, empty)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.app.Run(running, l) }()
	return func() error {
		cancel()
		return errors.Join(<-done, s.app.Close())
	}, nil
}

// chapters is the story.
var chapters = []struct {
	title string
	play  func(*story, context.Context) error
}{
	{"A platform, and who is on it", (*story).arrive},
	{"The notice, and a second pair of eyes", (*story).draft},
	{"Seven keys, none of them on the server", (*story).keys},
	{"Published; a question, an answer, a later deadline", (*story).publish},
	{"Four bidders seal their bids", (*story).bid},
	{"The deadline", (*story).deadline},
	{"The technical envelopes are opened", (*story).openTechnical},
	{"Three evaluators judge, not knowing any price", (*story).judge},
	{"The prices, and the sum that anybody can repeat", (*story).openPrices},
	{"Award, and time to object", (*story).award},
	{"Two contracts", (*story).contract},
	{"The first delivery and its payment", (*story).deliver},
	{"Everything is checked once more, from outside", (*story).check},
}

func (s *story) play(ctx context.Context) error {
	s.tell.title("PROBITY - A PUBLIC PURCHASE FROM NOTICE TO PAYMENT",
		"A sandbox: no legal effect, and a clock that is put forward. All people and firms are made up; what is bought is "+
			"what a real ministry has bought. Times are those of the legal clock, in UTC. A line marked \"checked\" was computed, "+
			"by the one it speaks of, from what everybody could compute it from; had it not held, the story would end there.")
	for _, c := range chapters {
		s.now = time.Time{}
		if now, err := s.clock(ctx); err == nil {
			s.now = now
		}
		s.tell.open(c.title, s.now)
		if err := c.play(s, ctx); err != nil {
			return fmt.Errorf("demo: chapter %d, %q: %w", s.tell.chapter, c.title, err)
		}
	}
	return s.tell.err
}
