package minio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"sync"

	"probity/documents/blob"
)

// checked passes on size bytes of that sum. The last of them wait until all is
// known to be right: a body that ends early is one that no store keeps.
type checked struct {
	ctx  context.Context
	r    io.Reader
	left int64
	sum  blob.Sum
	hash hash.Hash

	// The store may answer while the body is still being read.
	mu  sync.Mutex
	err error
}

func check(ctx context.Context, r io.Reader, size int64, sum blob.Sum) *checked {
	c := &checked{ctx: ctx, r: r, left: size, sum: sum, hash: sha256.New()}
	if size == 0 {
		c.fail(c.end())
	}
	return c
}

// source is what to send. An empty body must say so itself, or its length
// counts as unknown.
func (c *checked) source() io.Reader {
	if c.left == 0 {
		return bytes.NewReader(nil)
	}
	return c
}

// failed says why the bytes were not passed on whole, or nil.
func (c *checked) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *checked) fail(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	return err
}

func (c *checked) Read(b []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	if err := c.ctx.Err(); err != nil {
		return 0, c.fail(err)
	}
	n, err := c.r.Read(b[:min(int64(len(b)), c.left)])
	c.hash.Write(b[:n])
	c.left -= int64(n)
	switch {
	case c.left == 0:
		if err == nil || err == io.EOF {
			err = c.end()
		}
		if err != nil {
			c.left = -1 // nothing more, and not a good end
			return 0, c.fail(err)
		}
		return n, nil
	case err == io.EOF:
		return n, c.fail(blob.ErrSize)
	case err != nil:
		return n, c.fail(fmt.Errorf("minio: read what is to be stored: %w", err))
	}
	return n, nil
}

// end sees that nothing follows and that the sum is right.
func (c *checked) end() error {
	var more [1]byte
	switch _, err := io.ReadFull(c.r, more[:]); {
	case err == nil:
		return blob.ErrSize
	case err != io.EOF:
		return fmt.Errorf("minio: read what is to be stored: %w", err)
	}
	if blob.Sum(c.hash.Sum(nil)) != c.sum {
		return blob.ErrSum
	}
	return nil
}
