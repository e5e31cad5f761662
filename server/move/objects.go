package move

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"probity/bidding/seal"
	"probity/documents/blob"
)

// copiers is how many objects are on their way at a time.
const copiers = 4

// linker is a store that can take over an object of another store of its kind
// without copying it.
type linker interface {
	Adopt(ctx context.Context, from blob.Store, key string) (bool, error)
}

// copying is a copy of objects between two stores.
type copying struct {
	from, to blob.Store
	earlier  blob.Store // whose objects may be linked; may be nil
	tell     Tell

	objects, bytes, linked atomic.Int64
}

// all copies every object that the other store does not have. What goes away
// meanwhile is left out.
func (c *copying) all(ctx context.Context) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(copiers)
	for after := ""; ; {
		page, err := c.from.List(ctx, "", after, 1000)
		if err != nil {
			return errors.Join(fmt.Errorf("move: list objects: %w", err), group.Wait())
		}
		for _, x := range page {
			group.Go(func() error { return patiently(inner, func() error { return c.one(inner, x.Key) }) })
		}
		if len(page) == 0 || inner.Err() != nil {
			break
		}
		after = page[len(page)-1].Key
	}
	return group.Wait()
}

func (c *copying) one(ctx context.Context, key string) error {
	info, err := c.from.Head(ctx, key)
	if errors.Is(err, blob.ErrMissing) {
		return nil // deleted meanwhile
	}
	if err == nil {
		err = c.move(ctx, info)
	}
	if errors.Is(err, blob.ErrMissing) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("move: object %q: %w", key, err)
	}
	return nil
}

func (c *copying) move(ctx context.Context, info blob.Info) error {
	done, err := c.there(ctx, info)
	if err != nil || done {
		return err
	}
	if done, err = c.link(ctx, info); err != nil {
		return err
	}
	if !done {
		if info.Parts == 0 {
			err = c.whole(ctx, info)
		} else {
			err = c.inParts(ctx, info)
		}
		if err != nil && !errors.Is(err, blob.ErrExists) {
			return err
		}
	}
	c.tell.tell("objects", c.objects.Add(1), 0)
	c.bytes.Add(info.Size)
	return nil
}

// there reports whether the other store has the object, and refuses another
// one in its place.
func (c *copying) there(ctx context.Context, info blob.Info) (bool, error) {
	got, err := c.to.Head(ctx, info.Key)
	switch {
	case errors.Is(err, blob.ErrMissing):
		return false, nil
	case err != nil:
		return false, err
	case got.Size != info.Size || got.Sum != info.Sum || got.Parts != info.Parts:
		return false, blob.ErrExists.Because(fmt.Errorf("move: %q is another object there", info.Key))
	}
	return true, nil
}

func (c *copying) link(ctx context.Context, info blob.Info) (bool, error) {
	l, ok := c.to.(linker)
	if !ok || c.earlier == nil {
		return false, nil
	}
	was, err := c.earlier.Head(ctx, info.Key)
	if errors.Is(err, blob.ErrMissing) || err == nil && (was.Size != info.Size || was.Sum != info.Sum || was.Parts != info.Parts) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	done, err := l.Adopt(ctx, c.earlier, info.Key)
	if done {
		c.linked.Add(1)
	}
	return done, err
}

func (c *copying) whole(ctx context.Context, info blob.Info) error {
	r, err := c.from.Get(ctx, info.Key, 0, -1)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.to.Put(ctx, info.Key, info.Size, info.Sum, r)
}

// inParts cuts an object as it was cut, so that its sum is the same. The parts
// are hashed first: the sum of the whole must be the one that the store has
// noted, and every part is checked against its own when it arrives.
func (c *copying) inParts(ctx context.Context, info blob.Info) error {
	p := blob.Plan{Size: info.Size, Part: seal.PartSize(info.Size)}
	if err := c.hash(ctx, &p, info.Key); err != nil {
		return err
	}
	if p.Sum() != info.Sum || len(p.Sums) != info.Parts {
		return damaged("The object %s is not what the store has noted about it.", info.Key)
	}
	u, err := c.to.Create(ctx, info.Key, p)
	if err != nil {
		return err
	}
	for n := range p.Sums {
		r, err := c.from.Get(ctx, info.Key, int64(n)*p.Part, p.Len(n+1))
		if err != nil {
			return errors.Join(err, c.to.Abort(ctx, u))
		}
		err = c.to.PutPart(ctx, u, n+1, r)
		if err = errors.Join(err, r.Close()); err != nil {
			return errors.Join(err, c.to.Abort(context.WithoutCancel(ctx), u))
		}
	}
	_, err = c.to.Complete(ctx, u)
	return err
}

func (c *copying) hash(ctx context.Context, p *blob.Plan, key string) error {
	r, err := c.from.Get(ctx, key, 0, -1)
	if err != nil {
		return err
	}
	defer r.Close()
	for left := p.Size; left > 0; left -= p.Part {
		h := sha256.New()
		if _, err := io.CopyN(h, r, min(left, p.Part)); err != nil {
			return fmt.Errorf("move: read %q: %w", key, err)
		}
		p.Sums = append(p.Sums, blob.Sum(h.Sum(nil)))
	}
	return nil
}
