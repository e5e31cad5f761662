package telemetry

import (
	"context"
	"io"

	"probity/documents/blob"
)

// Objects measures a document store. It promises what the store under it does.
type Objects struct {
	blob.Store
	m *Metrics
}

// MeasureObjects puts a measure around s.
func MeasureObjects(s blob.Store, m *Metrics) *Objects { return &Objects{s, m} }

func (o *Objects) begin(ctx context.Context, operation string) (context.Context, func(error)) {
	return measure(ctx, "objects", operation, o.m.objectsTime, o.m.objectsFailed)
}

// Put implements blob.Store.
func (o *Objects) Put(ctx context.Context, key string, size int64, sum blob.Sum, r io.Reader) (err error) {
	ctx, end := o.begin(ctx, "put")
	defer func() { end(err) }()
	return o.Store.Put(ctx, key, size, sum, r)
}

// Get implements blob.Store. What is measured is the time until it answers.
func (o *Objects) Get(ctx context.Context, key string, offset, length int64) (r io.ReadCloser, err error) {
	_, end := o.begin(ctx, "get") // the span must not outlive its parent: bytes come later
	defer func() { end(err) }()
	return o.Store.Get(ctx, key, offset, length)
}

// Head implements blob.Store.
func (o *Objects) Head(ctx context.Context, key string) (i blob.Info, err error) {
	ctx, end := o.begin(ctx, "head")
	defer func() { end(err) }()
	return o.Store.Head(ctx, key)
}

// Delete implements blob.Store.
func (o *Objects) Delete(ctx context.Context, key string) (err error) {
	ctx, end := o.begin(ctx, "delete")
	defer func() { end(err) }()
	return o.Store.Delete(ctx, key)
}

// PutPart implements blob.Store.
func (o *Objects) PutPart(ctx context.Context, u blob.Upload, n int, r io.Reader) (err error) {
	ctx, end := o.begin(ctx, "put_part")
	defer func() { end(err) }()
	return o.Store.PutPart(ctx, u, n, &counted{r, o.m})
}

// Complete implements blob.Store.
func (o *Objects) Complete(ctx context.Context, u blob.Upload) (i blob.Info, err error) {
	ctx, end := o.begin(ctx, "complete")
	defer func() { end(err) }()
	return o.Store.Complete(ctx, u)
}

// PublicOrigin is that of the store under it: where browsers reach it, empty if
// they do not.
func (o *Objects) PublicOrigin() string {
	if s, ok := o.Store.(interface{ PublicOrigin() string }); ok {
		return s.PublicOrigin()
	}
	return ""
}

// counted counts bytes as they come.
type counted struct {
	io.Reader
	m *Metrics
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.m.Received(n)
	return n, err
}
