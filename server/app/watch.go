package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"probity/server/telemetry"
	"probity/server/web"
	"probity/tender/fault"
)

// watch tells the metrics and traces what happens at the doors.
type watch struct{ m *telemetry.Metrics }

var _ web.Watch = watch{}

// Begin implements web.Watch.
func (w watch) Begin(r *http.Request, ours bool) (*http.Request, func(web.Served)) {
	w.m.Opened()
	r, end := telemetry.Begin(r, ours)
	return r, func(s web.Served) {
		end(s.Route, s.Method, s.Status)
		w.m.Served(s.Route, s.Method, s.Status, s.Code, s.Took)
	}
}

// Limited implements web.Watch.
func (w watch) Limited(what string) { w.m.Limited(what) }

// state is what the platform says when it is scraped.
func (a *App) state(ctx context.Context) (telemetry.State, error) {
	s := telemetry.State{Turn: a.turn.held(), Lag: map[string]int64{}}
	head, err := a.Engine.Head(ctx)
	if err != nil {
		return s, err
	}
	s.Entries = head.Size
	waiting, err := a.Engine.Pending(ctx, 1000)
	if err != nil {
		return s, err
	}
	s.Pending = int64(len(waiting))
	for _, r := range a.readers {
		at, err := shelf[cursor](a.Engine, cursorKind).Get(ctx, r.Name)
		if errors.Is(err, &fault.Error{Code: "cursor.missing"}) {
			at, err = &cursor{}, nil
		}
		if err != nil {
			return s, err
		}
		s.Lag[r.Name] = head.Size - at.Next
	}
	last, err := a.Beats.Last(ctx)
	if err != nil {
		return s, err
	}
	s.Beat, s.Owed, s.Outages = last.At, last.Owed(), last.Outages
	ended, err := a.Beats.Ended(ctx, last)
	for _, b := range ended {
		o, _ := b.Outage()
		s.Away += o.To.Sub(o.From)
	}
	return s, err
}

// serveMetrics answers on the metrics address until ctx ends.
func (a *App) serveMetrics(ctx context.Context, l net.Listener) {
	s := &http.Server{Handler: a.Metrics.Handler(), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		a.Log.WarnContext(ctx, "metrics are not served any more", "error", err)
	}
}

// listenMetrics opens the metrics address; nil if there is none.
func (a *App) listenMetrics() (net.Listener, error) {
	if a.Config.Metrics == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", a.Config.Metrics)
	if err != nil {
		return nil, fmt.Errorf("app: metrics: %w", err)
	}
	return l, nil
}
