package bolt

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// clock is a wall clock that never goes back: when the machine's clock is set
// back it stands still until it is passed. What it has said is stored with
// every commit, so the same holds over a restart, from the last write on.
type clock struct {
	now  func() time.Time
	mu   sync.Mutex
	last time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.now().UTC().Truncate(time.Millisecond); t.After(c.last) {
		c.last = t
	}
	return c.last
}

// store writes the time into the transaction of a commit.
func (c *clock) store(tx *bbolt.Tx) error {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.read().UnixMilli()))
	return tx.Bucket(metaRows).Put(keyClock, b)
}

func readTime(b []byte) time.Time {
	if len(b) != 8 {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC()
}

// Time is the clock of this process and file.
func (e *Engine) Time(ctx context.Context) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	return e.clock.read(), nil
}
