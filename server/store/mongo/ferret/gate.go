package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

// maxMessage is the largest message of the protocol, in bytes.
const maxMessage = 48_000_000

// gate passes messages between clients and the server behind it, one request
// and its answer at a time over all connections.
type gate struct {
	backend string
	one     sync.Mutex
}

func (g *gate) serve(ctx context.Context, front net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		client, err := front.Accept()
		if err != nil {
			return // closed with ctx
		}
		all.Go(func() {
			defer client.Close()
			stop := context.AfterFunc(ctx, func() { client.Close() })
			defer stop()
			g.pass(client) // a broken connection is its client's concern
		})
	}
}

// pass serves one client on a connection of its own.
func (g *gate) pass(client net.Conn) error {
	server, err := net.Dial("tcp", g.backend)
	if err != nil {
		return fmt.Errorf("reach the server: %w", err)
	}
	defer server.Close()
	for {
		request, err := message(client)
		if err != nil {
			return err
		}
		answer, err := g.exchange(server, request)
		if err != nil {
			return err
		}
		if _, err := client.Write(answer); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
}

// exchange sends a request and waits for its answer while nobody else may.
func (g *gate) exchange(server net.Conn, request []byte) ([]byte, error) {
	g.one.Lock()
	defer g.one.Unlock()
	if _, err := server.Write(request); err != nil {
		return nil, fmt.Errorf("pass a request: %w", err)
	}
	if !answered(request) {
		return nil, nil
	}
	return message(server)
}

// answered reports whether the server answers a message: an OP_MSG with the
// flag moreToCome gets none.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
func answered(m []byte) bool {
	const opMsg, moreToCome = 2013, 1 << 1
	if binary.LittleEndian.Uint32(m[12:]) != opMsg || len(m) < 20 {
		return true
	}
	return binary.LittleEndian.Uint32(m[16:])&moreToCome == 0
}

// message reads one message: four bytes of length, which count themselves,
// then the rest of a header of 16 bytes and the body.
func message(r io.Reader) ([]byte, error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size < uint32(len(head)) || size > maxMessage {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	m := make([]byte, size)
	copy(m, head[:])
	if _, err := io.ReadFull(r, m[len(head):]); err != nil {
		return nil, err
	}
	return m, nil
}
