package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/blob"
	"probity/server/keeping"
	"probity/tender/fault"
)

// objects keeps sealed bids and what is opened from them in a blob store.
type objects struct {
	store   blob.Store
	tickets *tickets
	keeping *keeping.Service
}

var _ bidding.Objects = (*objects)(nil)

// targetsAtOnce is how many addresses are given out at a time, and targetLife
// how long they are good for.
const (
	targetsAtOnce = 32
	targetLife    = 15 * time.Minute
)

func (o *objects) Begin(ctx context.Context, key string, p seal.Payload, sums [][]byte) (string, error) {
	plan := blob.Plan{Size: p.Size, Part: p.Part}
	for _, s := range sums {
		plan.Sums = append(plan.Sums, blob.Sum(s))
	}
	if hex.EncodeToString(sumOf(plan)) != p.SHA256 {
		return "", blob.ErrSum
	}
	u, err := o.store.Create(ctx, key, plan)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(u)
	return string(b), err
}

func sumOf(p blob.Plan) []byte {
	s := p.Sum()
	return s[:]
}

func uploadOf(u *bidding.Upload) (blob.Upload, error) {
	var x blob.Upload
	if err := json.Unmarshal([]byte(u.Object), &x); err != nil {
		return x, fmt.Errorf("app: upload %q: %w", u.ID, err)
	}
	return x, nil
}

func (o *objects) Present(ctx context.Context, u *bidding.Upload) ([]int, error) {
	x, err := uploadOf(u)
	if err != nil {
		return nil, err
	}
	parts, err := o.store.Parts(ctx, x)
	list := []int{}
	for _, p := range parts {
		list = append(list, p.N)
	}
	return list, err
}

func (o *objects) Targets(ctx context.Context, u *bidding.Upload, present []int) ([]bidding.Target, error) {
	x, err := uploadOf(u)
	if err != nil {
		return nil, err
	}
	there := map[int]bool{}
	for _, n := range present {
		there[n] = true
	}
	list := []bidding.Target{}
	for n := 1; n <= len(x.Plan.Sums) && len(list) < targetsAtOnce; n++ {
		if there[n] {
			continue
		}
		t, err := o.store.Target(ctx, x, n, targetLife)
		if err != nil {
			return nil, err
		}
		target := bidding.Target{Part: n, URL: t.URL, Header: t.Headers, Until: t.Expires}
		if t.URL == "" {
			if target.URL, target.Until, err = o.tickets.issue(ctx, u.ID, n); err != nil {
				return nil, err
			}
		}
		list = append(list, target)
	}
	return list, nil
}

func (o *objects) PutPart(ctx context.Context, u *bidding.Upload, part int, r io.Reader) error {
	x, err := uploadOf(u)
	if err != nil {
		return err
	}
	return o.store.PutPart(ctx, x, part, r)
}

func (o *objects) Finish(ctx context.Context, u *bidding.Upload) error {
	x, err := uploadOf(u)
	if err != nil {
		return err
	}
	info, err := o.store.Complete(ctx, x)
	if errors.Is(err, blob.ErrExists) || errors.Is(err, blob.ErrUpload) {
		info, err = o.store.Head(ctx, u.Key) // it was finished before
	}
	if err != nil {
		return err
	}
	if info.Size != u.Payload.Size || hex.EncodeToString(info.Sum[:]) != u.Payload.SHA256 {
		return blob.ErrSum
	}
	return nil
}

func (o *objects) Abort(ctx context.Context, u *bidding.Upload) error {
	x, err := uploadOf(u)
	if err != nil {
		return err
	}
	return o.store.Abort(ctx, x)
}

func (o *objects) Put(ctx context.Context, key string, b []byte) error {
	return o.put(ctx, key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b))
}

func (o *objects) put(ctx context.Context, key string, size int64, sum blob.Sum, r io.Reader) error {
	err := o.store.Put(ctx, key, size, sum, r)
	if !errors.Is(err, blob.ErrExists) {
		return err
	}
	was, err2 := o.store.Head(ctx, key)
	if err2 == nil && was.Size == size && was.Sum == sum {
		return nil
	}
	return err
}

func (o *objects) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	r, err := o.store.Get(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	return &reading{ctx: ctx, store: o.store, key: key, r: r}, nil
}

func (o *objects) Create(ctx context.Context, key string, size int64, sum [32]byte) (io.Writer, error) {
	if size == 0 {
		return io.Discard, o.put(ctx, key, 0, sum, bytes.NewReader(nil))
	}
	r, w := io.Pipe()
	c := &creation{w: w, left: size, done: make(chan struct{})}
	stop := context.AfterFunc(ctx, func() { r.CloseWithError(ctx.Err()) })
	go func() {
		defer stop()
		c.err = o.put(ctx, key, size, sum, r)
		close(c.done)
		r.CloseWithError(io.ErrClosedPipe) // lets go of a writer whose bytes are not wanted
	}()
	return c, nil
}

// creation writes an object as it comes; the last byte waits until it is there.
// Where the object was there before, the store may not want the bytes.
type creation struct {
	w    *io.PipeWriter
	left int64
	done chan struct{} // closed when err is known
	err  error
}

func (c *creation) Write(b []byte) (int, error) {
	if int64(len(b)) > c.left {
		return 0, blob.ErrSize
	}
	n, err := c.w.Write(b)
	c.left -= int64(len(b))
	if err == nil && c.left > 0 {
		return n, nil
	}
	c.w.Close()
	<-c.done
	if c.err != nil {
		return n, c.err
	}
	return len(b), nil
}

// DeleteAll removes every object below a prefix. What must be kept stays until
// it need not be, and the sweep removes it then.
func (o *objects) DeleteAll(ctx context.Context, prefix string) error {
	for after := ""; ; {
		list, err := o.store.List(ctx, prefix, after, 1000)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, x := range list {
			if err := o.store.Delete(ctx, x.Key); err != nil && !errors.Is(err, blob.ErrLocked) {
				return err
			}
			after = x.Key
		}
	}
}

// missing reports whether err says that there is no such object.
func missing(err error) bool { return err != nil && fault.From(err).Kind == fault.Missing }
