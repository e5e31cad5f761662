package storetest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// OpenAt opens the engine that lives in folder dir, or whatever dir stands
// for, as it was left. It ends with t.Cleanup or before, by Close.
type OpenAt func(t testing.TB, dir string, kinds []store.Collection) store.Engine

// crashDir tells a child of TestCrash where it writes.
const crashDir = "STORETEST_CRASH_DIR"

// TestCrash starts the test's own program again as a process that writes and
// says on its standard output what was acknowledged, kills it (kill -9) at a
// random moment, and looks: nothing acknowledged is lost, nothing half done is
// seen. It does so rounds times over the same data. It must be called from a
// test function of its own, as its only act.
func TestCrash(t *testing.T, rounds int, openAt OpenAt) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashWriter(t, openAt(t, dir, Kinds))
		return
	}
	dir := t.TempDir()
	acked := &acks{version: map[string]int64{}}
	for round := range rounds {
		crashOnce(t, dir, acked)
		e := openAt(t, dir, Kinds)
		checkCrash(t, e, acked)
		if err := e.Close(); err != nil {
			t.Fatalf("round %d: close: %v", round, err)
		}
		if t.Failed() {
			t.Fatalf("round %d failed", round)
		}
	}
	t.Logf("%d rounds, %d puts and %d appends acknowledged", rounds, acked.puts, acked.appends)
	if acked.puts < rounds || acked.appends == 0 {
		t.Error("too little was written to show anything")
	}
}

const crashWriters, crashDocs = 6, 4

// crashWriter writes until it is killed: several documents by several writers,
// two facts each time, and one sequencer.
func crashWriter(t *testing.T, e store.Engine) {
	ctx := context.Background()
	var out sync.Mutex
	say := func(format string, args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Fprintf(os.Stdout, "ACK "+format+"\n", args...)
	}
	for w := range crashWriters {
		go func() {
			for n := 0; ; n++ {
				crashPut(ctx, t, e, fmt.Sprintf("w%d-%d", w, n%crashDocs), say)
			}
		}()
	}
	for {
		n, err := sequence(ctx, e)
		if err != nil && !fault.Coded(err, store.ErrStale.Code) {
			t.Errorf("sequence: %v", err)
			return
		}
		if n > 0 {
			h, err := e.Head(ctx)
			if err != nil {
				t.Errorf("head: %v", err)
				return
			}
			say("append %d", h.Size)
		}
	}
}

func crashPut(ctx context.Context, t *testing.T, e store.Engine, id string, say func(string, ...any)) {
	d, err := e.Get(ctx, "tender", id)
	if fault.Coded(err, store.ErrMissing.Code) {
		d, err = &store.Doc{Kind: "tender", ID: id}, nil
	}
	if err != nil {
		t.Errorf("get: %v", err)
		return
	}
	d.Keys, d.Body = crashState(id, d.Version+1)
	if err := e.Put(ctx, d, fact("one"), fact("two")); err != nil {
		t.Errorf("put: %v", err)
		return
	}
	say("put %s %d", id, d.Version+1)
}

// crashState is what a document holds as a version: any mixture of two shows.
func crashState(id string, version int64) (store.Keys, []byte) {
	v := strconv.FormatInt(version, 10)
	keys := store.Keys{"ref": id + "@" + v, "state": "s", "deadline": version, "tag": []string{"all", v}}
	return keys, fmt.Appendf(nil, `{"v":%s,"pad":"%s","w":%s}`, v, strings.Repeat("p", int(version%3000)), v)
}

// acks is what a process has been told is durable.
type acks struct {
	version       map[string]int64
	size          int64
	puts, appends int
}

func crashOnce(t *testing.T, dir string, acked *acks) {
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
	after := time.Duration(rand.IntN(150)) * time.Millisecond
	for killing := false; ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // what is cut off was not said
		}
		if err != nil {
			t.Fatalf("read what the child says: %v", err)
		}
		acked.hear(line)
		if strings.HasPrefix(line, "ACK ") && !killing {
			killing = true
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("the child ended by itself: %v\n%s", err, errors.String())
	}
}

func (a *acks) hear(line string) {
	var id string
	var n int64
	if _, err := fmt.Sscanf(line, "ACK put %s %d\n", &id, &n); err == nil {
		a.version[id] = max(a.version[id], n)
		a.puts++
	} else if _, err := fmt.Sscanf(line, "ACK append %d\n", &n); err == nil {
		a.size = max(a.size, n)
		a.appends++
	}
}

func checkCrash(t *testing.T, e store.Engine, acked *acks) {
	t.Helper()
	facts := map[string]string{} // where each is
	order := map[string]int64{}
	all := entries(t, e)
	for _, x := range all {
		facts[x.ID] = "log"
		order[x.ID] = x.Index
	}
	for i, id := range pending(t, e) {
		if where := facts[id]; where != "" {
			t.Errorf("%s waits, and is in the %s", id, where)
		}
		facts[id] = "outbox"
		order[id] = int64(len(all) + i)
	}
	checkHead(t, e, all, acked.size)

	total := 0
	for w := range crashWriters {
		for n := range crashDocs {
			total += checkDoc(t, e, fmt.Sprintf("w%d-%d", w, n), acked.version, order)
		}
	}
	if total != len(facts) {
		t.Errorf("%d facts, but the documents had %d", len(facts), total)
	}
	all2 := list(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"all"}, Limit: 5})
	byState := list(t, e, store.Query{Kind: "tender", Index: "state", Eq: []any{"s"}, Limit: 50})
	if len(all2) != len(byState) || len(all2)*2 > total {
		t.Errorf("indexes disagree: %d and %d documents, %d facts", len(all2), len(byState), total)
	}
}

func checkHead(t *testing.T, e store.Engine, all []store.Entry, acked int64) {
	t.Helper()
	h, err := e.Head(t.Context())
	if err != nil || h.Size != int64(len(all)) || h.Size < acked {
		t.Errorf("head %d, %d entries, %d acknowledged, %v", h.Size, len(all), acked, err)
	}
	if h.Size == 0 {
		return
	}
	if tile, err := e.Tile(t.Context(), "tile/whole"); err != nil || len(tile) != int(h.Size)+1 {
		t.Errorf("head %d with a tile of %d: %v", h.Size, len(tile), err)
	}
	tile, err := e.Tile(t.Context(), fmt.Sprintf("tile/0/%03d", h.Size/256))
	if err != nil || !bytes.Equal(tile, h.Checkpoint) {
		t.Errorf("head %d with the tile of %q: %v", h.Size, tile, err)
	}
}

// checkDoc returns how many facts the document has caused.
func checkDoc(t *testing.T, e store.Engine, id string, acked, order map[string]int64) int {
	t.Helper()
	d, err := e.Get(t.Context(), "tender", id)
	if fault.Coded(err, store.ErrMissing.Code) && acked[id] == 0 {
		return 0
	}
	if err != nil || d.Version < acked[id] {
		t.Errorf("%s: version %d was acknowledged: %+v, %v", id, acked[id], d, err)
		return 0
	}
	keys, body := crashState(id, d.Version)
	same(t, d, &store.Doc{Kind: "tender", ID: id, Version: d.Version, Keys: keys, Body: body})
	for index, eq := range map[string]string{"ref": keys["ref"].(string), "tag": strconv.FormatInt(d.Version, 10)} {
		if got := list(t, e, store.Query{Kind: "tender", Index: index, Eq: []any{eq}, Limit: 100}); !slices.Contains(got, id) {
			t.Errorf("%s is not under %s %q: %v", id, index, eq, got)
		}
	}
	last := int64(-1)
	for v := range d.Version {
		for n := range 2 {
			name := event.ID("tender/"+id, v+1, n)
			at, ok := order[name]
			if !ok || at <= last {
				t.Errorf("fact %s: there %v, at %d behind %d", name, ok, at, last)
			}
			last = at
		}
	}
	return int(2 * d.Version)
}
