package mongo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// wire passes messages to the server and breaks: every so many it closes the
// connection, in turns before the message and after it, so that the server has
// done it and nobody hears of it.
type wire struct {
	server string
	every  atomic.Int64 // 0: it holds
	seen   atomic.Int64
}

// newWire returns the address of a wire to the server of the tests.
func newWire(t *testing.T) (w *wire, uri string) {
	t.Helper()
	u, err := url.Parse(address(t))
	if err != nil {
		t.Fatal(err)
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { front.Close() })
	w = &wire{server: u.Host}
	u.Host = front.Addr().String()
	go func() {
		for {
			client, err := front.Accept()
			if err != nil {
				return
			}
			go w.pass(client)
		}
	}()
	return w, u.String()
}

func (w *wire) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	for {
		request, err := oneMessage(client)
		if err != nil {
			return
		}
		n, every := w.seen.Add(1), w.every.Load()
		breaks := every > 0 && n%every == 0
		if breaks && n/every%2 == 0 {
			return
		}
		if _, err := server.Write(request); err != nil {
			return
		}
		answer, err := oneMessage(server)
		if err != nil || breaks {
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func oneMessage(r io.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	m := append(head, make([]byte, binary.LittleEndian.Uint32(head)-4)...)
	_, err := io.ReadFull(r, m[4:])
	return m, err
}

// TestCutConnections: an outcome that got lost on the way is found out. What
// Put says is what is stored, and the log has every fact once.
func TestCutConnections(t *testing.T) {
	w, uri := newWire(t)
	e, err := Open(t.Context(), uri, database(t, t.TempDir()), storetest.Kinds, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	w.every.Store(7)
	unknown := 0
	d := &store.Doc{Kind: "tender", ID: "T-1"}
	for n := range 36 {
		d.Body = fmt.Appendf(nil, `{"n":%d}`, n)
		f := event.New("tender.edit", "ocds-1", "user/1", time.Now(), nil)
		switch err := e.Put(t.Context(), d, f); {
		case err == nil:
			d.Version++
		case errors.Is(err, store.ErrBusy):
			unknown++
			d = again(t, e, d)
		default:
			t.Fatalf("put %d: %v", n, err)
		}
		if n%3 == 2 {
			sequence(t, e)
		}
	}
	w.every.Store(0)
	for end := time.Now().Add(30 * time.Second); sequence(t, e) != 0; {
		if time.Now().After(end) {
			t.Fatal("the outbox is not drained when the wire holds again")
		}
	}
	checkCut(t, e, d)
	t.Logf("%d messages, one of 7 broken; %d of 36 puts did not find out what became of them", w.seen.Load(), unknown)
	if unknown > 18 {
		t.Error("most outcomes stay unknown")
	}
}

// again reads a document over a wire that breaks.
func again(t *testing.T, e *Engine, d *store.Doc) *store.Doc {
	t.Helper()
	for range 10 {
		switch now, err := e.Get(t.Context(), d.Kind, d.ID); {
		case err == nil:
			return now
		case errors.Is(err, store.ErrMissing):
			return d
		}
	}
	t.Fatal("the wire breaks too often")
	return nil
}

// sequence takes what waits into the log, if the wire holds, and returns how
// much that was; -1 if it does not hold.
func sequence(t *testing.T, e *Engine) int {
	t.Helper()
	head, err := e.Head(t.Context())
	if err != nil {
		return -1
	}
	list, err := e.Pending(t.Context(), 10)
	if err != nil {
		return -1
	}
	if len(list) == 0 {
		return 0
	}
	b := store.Batch{After: head, Head: store.Head{Size: head.Size + int64(len(list)), Checkpoint: []byte("x")}}
	for i, f := range list {
		b.Entries = append(b.Entries, store.Entry{Index: head.Size + int64(i), ID: f.ID, Name: f.Name, Leaf: make([]byte, 32)})
	}
	if err := e.Append(t.Context(), b); err != nil && !errors.Is(err, store.ErrBusy) && !errors.Is(err, store.ErrStale) {
		t.Fatalf("append: %v", err)
	}
	return len(list)
}

func checkCut(t *testing.T, e *Engine, d *store.Doc) {
	t.Helper()
	now, err := e.Get(t.Context(), "tender", "T-1")
	if err != nil || now.Version != d.Version {
		t.Fatalf("version %d, %v, want %d", now.Version, err, d.Version)
	}
	list, err := e.Entries(t.Context(), 0, 1000)
	if err != nil || int64(len(list)) != d.Version {
		t.Fatalf("%d entries, %v, want %d", len(list), err, d.Version)
	}
	for i, x := range list {
		if want := event.ID("tender/T-1", int64(i)+1, 0); x.ID != want || x.Index != int64(i) {
			t.Errorf("entry %d is %s, want %s", x.Index, x.ID, want)
		}
	}
}

// TestAway: a server that is not there is Busy, soon, and no address or
// password stands in what is said.
func TestAway(t *testing.T) {
	began := time.Now()
	_, err := Open(t.Context(), "mongodb://admin:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300", "x", nil, Options{})
	if !errors.Is(err, store.ErrBusy) || time.Since(began) > 5*time.Second {
		t.Errorf("open: %v after %v", err, time.Since(began))
	}
	checkSecret(t, err)
	_, err = Open(t.Context(), "mongodb://admin:secret@@/", "x", nil, Options{})
	if err == nil {
		t.Error("an address that is none was taken")
	}
	checkSecret(t, err)
}
