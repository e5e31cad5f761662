package blobtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/blob"
)

// OpenAt opens the store that dir stands for, as it was left.
type OpenAt func(t testing.TB, dir string) blob.Store

// crashDir tells a child of TestCrash where it writes.
const crashDir = "BLOBTEST_CRASH_DIR"

// TestCrash starts the test's own program again as a process that puts,
// uploads and deletes and says what was acknowledged, kills it (kill -9) at a
// random moment, and looks: what was acknowledged is there whole, or gone if
// deleted; whatever else is there is whole too; and a sweep leaves nothing
// that has no name. It must be a test function's only act.
func TestCrash(t *testing.T, rounds int, openAt OpenAt) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashWriter(t, openAt(t, dir))
		return
	}
	dir := t.TempDir()
	acked := map[string]string{} // key to "put" or "deleted"
	for round := range rounds {
		crashOnce(t, dir, round, acked)
		checkCrash(t, openAt(t, dir), acked)
		if t.Failed() {
			t.Fatalf("round %d failed", round)
		}
	}
	t.Logf("%d rounds, %d objects acknowledged", rounds, len(acked))
	if len(acked) < rounds {
		t.Error("too little was written to show anything")
	}
}

// crashData is what a key must hold.
func crashData(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return data(uint64(h[0])<<8|uint64(h[1]), 20_000+int(h[2])*100)
}

func crashWriter(t *testing.T, s blob.Store) {
	ctx := context.Background()
	var out sync.Mutex
	say := func(verb, key string, err error) {
		if err != nil {
			t.Errorf("%s %s: %v", verb, key, err)
			return
		}
		out.Lock()
		defer out.Unlock()
		fmt.Fprintf(os.Stdout, "ACK %s %s\n", verb, key)
	}
	run := fmt.Sprintf("%08x", rand.Uint32())
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("w%d/%s/%d", w, run, n)
				b := crashData(key)
				if n%2 == 0 {
					say("put", key, s.Put(ctx, key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b)))
				} else {
					say("put", key, upload(ctx, s, key, b))
				}
				if n%3 == 0 {
					fmt.Fprintf(os.Stdout, "ACK deleting %s\n", key)
					say("deleted", key, s.Delete(ctx, key))
				}
			}
		}()
	}
	select {}
}

func upload(ctx context.Context, s blob.Store, key string, b []byte) error {
	u, err := s.Create(ctx, key, planOf(b, len(b)))
	if err != nil {
		return err
	}
	if err := s.PutPart(ctx, u, 1, bytes.NewReader(b)); err != nil {
		return err
	}
	_, err = s.Complete(ctx, u)
	return err
}

func crashOnce(t *testing.T, dir string, round int, acked map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(pipe)
	for killing := false; ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("read what the child says: %v", err)
		}
		var verb, key string
		if _, err := fmt.Sscanf(line, "ACK %s %s\n", &verb, &key); err != nil {
			continue
		}
		acked[key] = verb
		if !killing {
			killing = true
			time.AfterFunc(time.Duration(rand.IntN(120))*time.Millisecond, func() { cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("round %d: the child ended by itself: %v\n%s", round, err, errors.String())
	}
}

func checkCrash(t *testing.T, s blob.Store, acked map[string]string) {
	t.Helper()
	if _, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Errorf("sweep: %v", err)
	}
	there := map[string]bool{}
	for after := ""; ; {
		items, err := s.List(t.Context(), "", after, 100)
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		for _, x := range items {
			there[x.Key] = true
			after = x.Key
			if !strings.HasPrefix(x.Key, "w") || !bytes.Equal(get(t, s, x.Key, 0, -1), crashData(x.Key)) {
				t.Errorf("%s is there and not whole", x.Key)
			}
		}
		if len(items) < 100 {
			break
		}
	}
	for key, verb := range acked {
		if verb != "deleting" && there[key] != (verb == "put") {
			t.Errorf("%s: %s was acknowledged; it is there: %v", key, verb, there[key])
		}
	}
}
