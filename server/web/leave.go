package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Serve answers on l until ctx ends and for Drain more, and then lets requests
// that are under way finish, for at most 30 seconds. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	last, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	hs := &http.Server{
		Handler:           s.parting(s.Handler()),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       stall, // moved on while a body comes
		WriteTimeout:      stall, // moved on by routes and while a file goes
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.WithoutCancel(ctx), lastKey{}, last)
		},
	}
	done := make(chan error, 1)
	go func() { done <- hs.Serve(l) }()
	sweep := time.NewTicker(10 * time.Minute)
	defer sweep.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-sweep.C:
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("sweep", "error", err)
			}
		case <-ctx.Done():
			s.leave()
			end()
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
			defer cancel()
			err := hs.Shutdown(within)
			if served := <-done; !errors.Is(served, http.ErrServerClosed) {
				err = errors.Join(err, served)
			}
			return err
		}
	}
}

type lastKey struct{}

// UntilLast returns a context of a request that has no end of its own, such as
// a stream of events: it ends when the server lets the last requests finish.
// Whoever listened asks again, and another server answers.
func UntilLast(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	last, ok := ctx.Value(lastKey{}).(context.Context)
	if !ok {
		return ctx, cancel
	}
	stop := context.AfterFunc(last, cancel)
	return ctx, func() { stop(); cancel() }
}

// leave lets whoever hands out requests notice that this server ends. Until
// then it serves as before. Connections without a request stay open meanwhile:
// to close one would cut off a request that is on its way.
func (s *Server) leave() {
	s.leaving.Store(true)
	time.Sleep(s.Drain)
}

// parting asks everybody who is answered while the server ends to come on a new
// connection.
func (s *Server) parting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}
