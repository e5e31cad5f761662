package app

import (
	"context"
	"errors"
	"io"

	"probity/documents/blob"
)

// reading is an object that is read from any place on, each time by a request
// of its own to the store.
type reading struct {
	ctx   context.Context
	store blob.Store
	key   string
	at    int64
	size  int64
	known bool          // whether size is: nobody has asked before
	r     io.ReadCloser // from at on; nil if it is to be opened
}

var _ io.ReadSeekCloser = (*reading)(nil)

func (x *reading) Read(b []byte) (int, error) {
	if x.r == nil {
		size, err := x.end()
		if err == nil && x.at >= size {
			err = io.EOF
		}
		if err != nil {
			return 0, err
		}
		if x.r, err = x.store.Get(x.ctx, x.key, x.at, -1); err != nil {
			return 0, err
		}
	}
	n, err := x.r.Read(b)
	x.at += int64(n)
	return n, err
}

func (x *reading) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += x.at
	case io.SeekEnd:
		size, err := x.end()
		if err != nil {
			return 0, err
		}
		offset += size
	}
	if offset < 0 {
		return 0, errors.New("app: seek before the start of an object")
	}
	if offset == x.at {
		return offset, nil
	}
	err := x.Close()
	x.at = offset
	return offset, err
}

// end is the size of the object.
func (x *reading) end() (int64, error) {
	if x.known {
		return x.size, nil
	}
	info, err := x.store.Head(x.ctx, x.key)
	if err == nil {
		x.size, x.known = info.Size, true
	}
	return x.size, err
}

func (x *reading) Close() error {
	if x.r == nil {
		return nil
	}
	r := x.r
	x.r = nil
	return r.Close()
}
