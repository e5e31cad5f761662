// The program: a server, and everything that bidders, openers, auditors and
// operators do on a command line.
//
// Start here for the commands; server/app puts the parts together, server/web
// is the API, server/command what a person does against a server elsewhere.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"probity/server/app"
	"probity/server/command"
	"probity/server/config"
	"probity/server/mounts"
	"probity/server/telemetry"
	"probity/tender/fault"
)

// program is the command line.
type program struct {
	Serve   serve          `cmd:"" default:"withargs" help:"Run the server (the default)."`
	Demo    play           `cmd:"" help:"Watch a whole purchase, from draft to signed contract."`
	Keygen  command.Keygen `cmd:"" help:"Make a key: an opener's, or a device key to sign with."`
	Seal    command.Seal   `cmd:"" help:"Seal a bid on this machine."`
	Submit  command.Submit `cmd:"" help:"Submit a sealed bid: fingerprint first, then the parts."`
	Open    command.Open   `cmd:"" help:"Release an opener's shares, after all checks."`
	Fsck    fsck           `cmd:"" help:"Compare state, facts, documents and log with each other."`
	Backup  backup         `cmd:"" help:"Make a backup; the platform may be running."`
	Restore restore        `cmd:"" help:"Restore a backup into empty engines, of any kind."`
	Accept  accept         `cmd:"" help:"Accept the log of a restored platform, so that it goes on."`
	Drives  drives         `cmd:"" help:"Check the mounts of the object store's drives, on its machine."`
	Uptime  command.Uptime `cmd:"" help:"Show when a platform could not take bids, as its log proves it."`
	Verify  verify         `cmd:"" help:"Check an archive, a receipt or a sealed paper, offline."`

	Config kong.ConfigFlag `help:"File with settings (JSON)." placeholder:"FILE" type:"existingfile"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var p program
	k := kong.Parse(&p, kong.Name("probity"),
		kong.Description("Public procurement that anybody can check."),
		kong.Configuration(strictJSON),
		kong.ShortUsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(command.Terminal()))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "probity:", command.Explain(err))
		os.Exit(1)
	}
}

// serve runs the server.
type serve struct {
	config.Server

	Check bool `help:"Check the settings, say what is doubtful about them, and end."`
}

// Run serves until the process is told to end.
func (s *serve) Run(ctx context.Context, c *command.Console) error {
	if s.Check {
		return s.check(c)
	}
	log := slog.New(telemetry.Logs(slog.NewJSONHandler(os.Stderr, nil)))
	stop, err := telemetry.StartTracing(ctx, log)
	if err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := stop(last); err != nil {
			log.Warn("the last traces are not sent", "error", err)
		}
	}()
	for _, x := range s.doubts() {
		log.Warn(x)
	}
	a, err := app.Open(ctx, s.Server, log)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	fmt.Printf("Probity serves on %s\n", s.URL)
	if err := greet(ctx, a); err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	return errors.Join(a.Run(ctx, l), a.Close())
}

// doubts are what is allowed and perhaps not meant: of the settings, and of the
// disk that the embedded engines would write to.
func (s *serve) doubts() []string {
	list := s.Doubts()
	if s.Shared() {
		return list
	}
	m, err := mounts.Of(s.Data)
	if err != nil {
		return list // this system does not tell
	}
	for _, x := range m.Doubts() {
		list = append(list, fmt.Sprintf("The data folder %s %s.", s.Data, x))
	}
	return list
}

// check says whether the settings are such that the server would begin. It
// looks at files, and asks no other server.
func (s *serve) check(c *command.Console) error {
	if err := s.Server.Check(); err != nil {
		return err
	}
	for _, x := range s.doubts() {
		fmt.Fprintln(c.Out, "doubt ", x)
	}
	fmt.Fprintf(c.Out, "ok     The settings can be served: %s on %s, log %s, kept in %s.\n", s.URL, s.Listen, s.Origin, s.Place())
	return nil
}

// greet tells the operator how the first administrator comes in. The ticket is
// shown on a terminal only; it is in a file that nobody else can read.
func greet(ctx context.Context, a *app.App) error {
	ticket, err := a.People.PrepareSetup(ctx)
	if fault.Coded(err, "setup.elsewhere") {
		fmt.Println(fault.From(err).Text)
		return nil
	}
	if err != nil || ticket == "" {
		return err
	}
	fmt.Printf("Nobody administers this platform yet. The one-time ticket is in %s\n", a.People.SetupFile)
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Printf("Set it up with: %s\n", ticket)
	}
	return nil
}
