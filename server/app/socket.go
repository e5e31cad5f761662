package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"probity/server/config"
	"probity/server/telemetry"
	"probity/tender/fault"
)

// The embedded engine takes one process. Other programs of this machine that
// want to read what it keeps ask the server, through a socket in the data
// folder that nobody but the server's own user can reach. It gives one thing:
// a copy of the metadata, as of one moment.
const (
	socketName   = "admin.sock"
	snapshotPath = "/snapshot"
)

// snapshotter is an engine that can be copied while it is used.
type snapshotter interface {
	Snapshot(ctx context.Context, w io.Writer) error
}

// administer answers on the socket until ctx ends.
func (a *App) administer(ctx context.Context) {
	e, ok := a.Engine.(*telemetry.Engine).Unwrap().(snapshotter)
	if !ok {
		return
	}
	l, err := listenUnix(a.Config.Data)
	if err != nil {
		a.Log.WarnContext(ctx, "no backup can be made while this server runs", "error", err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+snapshotPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		if err := e.Snapshot(r.Context(), w); err != nil {
			a.Log.WarnContext(r.Context(), "a snapshot was not sent whole", "error", err)
			panic(http.ErrAbortHandler) // or what has been sent would look whole
		}
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		a.Log.WarnContext(ctx, "the administration socket has ended", "error", err)
	}
}

// listenUnix makes the socket. The engine's lock shows that no other process
// answers on one that is there. The path of a socket is short by law; the name
// of the open folder stands for one that is not.
func listenUnix(folder string) (net.Listener, error) {
	if err := os.Remove(filepath.Join(folder, socketName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("app: socket: %w", err)
	}
	d, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("app: socket: %w", err)
	}
	defer d.Close()
	l, err := net.Listen("unix", shortPath(d, folder))
	if err != nil {
		return nil, fmt.Errorf("app: socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // the short name is gone by then
	return l, os.Chmod(filepath.Join(folder, socketName), 0o600)
}

// maxSocket is how long the path of a socket may be on every system.
const maxSocket = 100

func shortPath(d *os.File, folder string) string {
	path := filepath.Join(folder, socketName)
	if len(path) <= maxSocket {
		return path
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), socketName)
}

// errNoServer: the data folder is in use, and whoever uses it does not answer.
var errNoServer = fault.New(fault.Busy, "admin.silent", "Another process has the platform open and does not answer on its socket. Is it of this release, and does this program run as the same user?")

// TakeSnapshot asks the server that runs on a data folder for its metadata and
// writes them to a new file.
func TakeSnapshot(ctx context.Context, c config.Server, path string) (err error) {
	d, err := os.Open(c.Data)
	if err != nil {
		return fmt.Errorf("app: snapshot: %w", err)
	}
	defer d.Close()
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", shortPath(d, c.Data))
	}}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://probity"+snapshotPath, nil)
	if err != nil {
		return fmt.Errorf("app: snapshot: %w", err)
	}
	res, err := client.Do(req)
	if err != nil {
		return errNoServer.Because(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errNoServer.Because(fmt.Errorf("app: snapshot: %s", res.Status))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("app: snapshot: %w", err)
	}
	_, err = io.Copy(f, res.Body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("app: snapshot: %w", err)
	}
	return nil
}
