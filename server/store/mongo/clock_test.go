package mongo

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"testing"
	"time"

	"probity/tender/store/storetest"
)

// skewed returns the address of the server with a clock that is off by so much:
// the time in its answers is changed on the way.
func skewed(t *testing.T, by time.Duration) string {
	t.Helper()
	u, err := url.Parse(address(t))
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { front.Close() })
	u.Host = front.Addr().String()
	go func() {
		for {
			client, err := front.Accept()
			if err != nil {
				return
			}
			back, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				return
			}
			go func() { io.Copy(back, client); back.Close() }()
			go func() { shift(client, back, by); client.Close() }()
		}
	}()
	return u.String()
}

// shift passes messages on, with every localTime (a BSON date) moved.
func shift(to io.Writer, from io.Reader, by time.Duration) {
	name := []byte("\x09localTime\x00")
	for {
		var head [4]byte
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return
		}
		m := make([]byte, binary.LittleEndian.Uint32(head[:]))
		copy(m, head[:])
		if _, err := io.ReadFull(from, m[4:]); err != nil {
			return
		}
		if i := bytes.Index(m, name); i > 0 {
			at := m[i+len(name):]
			binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)+uint64(by.Milliseconds()))
		}
		if _, err := to.Write(m); err != nil {
			return
		}
	}
}

// TestTimeIsTheDatabases: servers whose own clocks differ have one time, that
// of the database, however wrong they think that it is.
func TestTimeIsTheDatabases(t *testing.T) {
	for _, by := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		e, err := Open(t.Context(), skewed(t, by), database(t, t.TempDir()), storetest.Kinds, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if e.server.sharded {
			t.Skipf("not run: needs a replica set or a single server; this is %s", e.Server())
		}
		now, err := e.Time(t.Context())
		if off := time.Since(now.Add(-by)); err != nil || off.Abs() > 30*time.Second {
			t.Errorf("the database is %v ahead, the time is off by %v, %v", by, off, err)
		}
	}
}
