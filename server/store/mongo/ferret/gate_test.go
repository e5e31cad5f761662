package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// packet is a message of the protocol with a body.
func packet(op, flags uint32, body string) []byte {
	m := make([]byte, 20, 20+len(body))
	binary.LittleEndian.PutUint32(m, uint32(20+len(body)))
	binary.LittleEndian.PutUint32(m[12:], op)
	binary.LittleEndian.PutUint32(m[16:], flags)
	return append(m, body...)
}

// echo is a server that answers with what it got, a little later, and counts
// how many requests it has at once.
func echo(t *testing.T, most *atomic.Int32) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var now atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for {
					m, err := message(c)
					if err != nil {
						return
					}
					if n := now.Add(1); n > most.Load() {
						most.Store(n)
					}
					time.Sleep(2 * time.Millisecond)
					now.Add(-1)
					if answered(m) {
						c.Write(m)
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestOneCommandAtATime(t *testing.T) {
	var most atomic.Int32
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	g := &gate{backend: echo(t, &most)}
	ended := make(chan struct{})
	go func() { defer close(ended); g.serve(ctx, front) }()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			c, err := net.Dial("tcp", front.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for range 10 {
				want := packet(2013, 0, "a command")
				c.Write(want)
				if got, err := message(c); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	all.Wait()
	if most.Load() != 1 {
		t.Errorf("%d commands at a time", most.Load())
	}
	cancel()
	front.Close()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the gate does not end")
	}
}

func TestMessages(t *testing.T) {
	if !answered(packet(2013, 0, "x")) || answered(packet(2013, 2, "x")) || !answered(packet(2004, 2, "x")) {
		t.Error("it is not told which messages get an answer")
	}
	for name, m := range map[string][]byte{
		"nothing":       {},
		"half a header": packet(2013, 0, "")[:10],
		"half a body":   packet(2013, 0, "body")[:22],
		"too short":     {8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"too long":      {255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		if got, err := message(bytes.NewReader(m)); err == nil {
			t.Errorf("%s was read as %q", name, got)
		}
	}
}
