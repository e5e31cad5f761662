package minio

import (
	"context"
	"net"
	"time"
)

// dialer opens lines that end when nothing moves on them for so long. A store
// that hangs halfway would otherwise hold its caller for ever; a limit for the
// whole call would cut off large files on slow lines.
func dialer(patience time.Duration) func(context.Context, string, string) (net.Conn, error) {
	d := net.Dialer{Timeout: min(patience, 30*time.Second), KeepAlive: 30 * time.Second}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return line{c, patience}, nil
	}
}

type line struct {
	net.Conn
	patience time.Duration
}

func (l line) Read(b []byte) (int, error) {
	if err := l.SetReadDeadline(time.Now().Add(l.patience)); err != nil {
		return 0, err
	}
	return l.Conn.Read(b)
}

// Write also gives the reader more time: it waits for the answer to what is
// still being written.
func (l line) Write(b []byte) (int, error) {
	if err := l.SetDeadline(time.Now().Add(l.patience)); err != nil {
		return 0, err
	}
	return l.Conn.Write(b)
}
