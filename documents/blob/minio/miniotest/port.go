package miniotest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Port returns an address of this machine for a server that will be killed and
// started again. Systems give outgoing connections ports from 32768 on, where
// one could take a dead server's; this one is below.
func Port(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatalf("no port is free: %v", err)
	return ""
}
