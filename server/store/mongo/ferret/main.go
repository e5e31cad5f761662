// Command ferret is a server for the tests of package mongo: FerretDB 1.24 on
// SQLite, which speaks MongoDB's protocol, behind a gate that lets one command
// through at a time.
//
// The gate is what makes it a fair server: mongod runs each write to one
// document as a whole, FerretDB 1.24 lets commands of two connections mix and
// so loses updates (https://github.com/FerretDB/FerretDB/issues/3040). With
// the gate a command ends before the next begins, on however many connections
// and from however many processes they come.
//
// It is not for production, and nothing of the product imports it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:27117", "address to serve on")
	dir := flag.String("dir", "", "folder of the data; it is made if it is not there")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "ferret:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. It says on standard output when it is ready.
func run(ctx context.Context, listen, dir string) error {
	if dir == "" {
		return fmt.Errorf("-dir is required")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	backend, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		return fmt.Errorf("start FerretDB: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- backend.Run(ctx) }()
	where, err := url.Parse(backend.MongoDBURI())
	if err != nil {
		return fmt.Errorf("address of FerretDB: %w", err)
	}
	front, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	context.AfterFunc(ctx, func() { front.Close() })
	fmt.Printf("ready mongodb://%s/\n", front.Addr())
	g := &gate{backend: where.Host}
	g.serve(ctx, front)
	return <-ended
}
