package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/prometheus/client_golang/prometheus"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// Engine measures an engine. It promises what the engine under it does.
type Engine struct {
	store.Engine
	m *Metrics
}

// MeasureEngine puts a measure around e.
func MeasureEngine(e store.Engine, m *Metrics) *Engine { return &Engine{e, m} }

// Unwrap is the engine under the measure.
func (e *Engine) Unwrap() store.Engine { return e.Engine }

// measure times one operation. Inside a request that is traced it is a span.
func measure(ctx context.Context, what, operation string, took *prometheus.HistogramVec, failed *prometheus.CounterVec) (context.Context, func(error)) {
	began := time.Now()
	var span trace.Span
	if trace.SpanFromContext(ctx).IsRecording() {
		ctx, span = tracer().Start(ctx, what+" "+operation, trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attribute.String("db.operation.name", operation)))
	}
	return ctx, func(err error) {
		took.WithLabelValues(operation).Observe(time.Since(began).Seconds())
		broke := failure(err)
		if broke {
			failed.WithLabelValues(operation).Inc()
		}
		if span != nil {
			if broke {
				span.SetStatus(codes.Error, fault.From(err).Code)
			}
			span.End()
		}
	}
}

// failure reports whether err is the store's own, and not its answer to what
// somebody asked for.
func failure(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	k := fault.From(err).Kind
	return k == fault.Internal || k == fault.Busy
}

func (e *Engine) begin(ctx context.Context, operation string) (context.Context, func(error)) {
	return measure(ctx, "engine", operation, e.m.engineTime, e.m.engineFailed)
}

// Get implements store.Engine.
func (e *Engine) Get(ctx context.Context, kind, id string) (d *store.Doc, err error) {
	ctx, end := e.begin(ctx, "get")
	defer func() { end(err) }()
	return e.Engine.Get(ctx, kind, id)
}

// Put implements store.Engine.
func (e *Engine) Put(ctx context.Context, d *store.Doc, facts ...event.Event) (err error) {
	ctx, end := e.begin(ctx, "put")
	defer func() { end(err) }()
	return e.Engine.Put(ctx, d, facts...)
}

// Delete implements store.Engine.
func (e *Engine) Delete(ctx context.Context, kind, id string, version int64) (err error) {
	ctx, end := e.begin(ctx, "delete")
	defer func() { end(err) }()
	return e.Engine.Delete(ctx, kind, id, version)
}

// Find implements store.Engine.
func (e *Engine) Find(ctx context.Context, q store.Query) (p store.Page, err error) {
	ctx, end := e.begin(ctx, "find")
	defer func() { end(err) }()
	return e.Engine.Find(ctx, q)
}

// Pending implements store.Engine.
func (e *Engine) Pending(ctx context.Context, limit int) (list []event.Event, err error) {
	ctx, end := e.begin(ctx, "pending")
	defer func() { end(err) }()
	return e.Engine.Pending(ctx, limit)
}

// Append implements store.Engine.
func (e *Engine) Append(ctx context.Context, b store.Batch) (err error) {
	ctx, end := e.begin(ctx, "append")
	defer func() { end(err) }()
	if err = e.Engine.Append(ctx, b); err == nil {
		e.m.appended.Store(time.Now().UnixMilli())
	}
	return err
}

// EntriesOn implements store.Engine.
func (e *Engine) EntriesOn(ctx context.Context, topic string, from int64, limit int) (list []store.Entry, err error) {
	ctx, end := e.begin(ctx, "entries")
	defer func() { end(err) }()
	return e.Engine.EntriesOn(ctx, topic, from, limit)
}
