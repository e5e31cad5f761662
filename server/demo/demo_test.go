package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/audit"
	"probity/server/client"
	"probity/server/config"
)

// audience reads the story, and acts once the server says that it goes on.
type audience struct {
	mu   sync.Mutex
	told bytes.Buffer
	last chan struct{}
	once sync.Once
}

func (a *audience) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, err := a.told.Write(b)
	if bytes.Contains(b, []byte("manager@ministry")) {
		a.once.Do(func() { close(a.last) })
	}
	return n, err
}

func (a *audience) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.told.String()
}

// TestDemo plays the whole story, looks at what it leaves behind, signs in with
// what it prints, and ends it as Ctrl-C does.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("The whole story takes some seconds.")
	}
	perform(t, config.Engines{})
}

// perform plays the story on the engines and looks at what it leaves behind.
func perform(t *testing.T, engines config.Engines) {
	t.Helper()
	out, err := os.MkdirTemp("", "demo") // the story names it, in 80 columns
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(out)
	data := filepath.Join(t.TempDir(), "data")
	var log bytes.Buffer
	seats := &audience{last: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, Options{Out: out, Data: data, Engines: engines, Stdout: seats, Log: &log}) }()
	select {
	case err := <-done:
		t.Fatalf("%v\n%s\n%s", err, seats.text(), log.String())
	case <-seats.last:
	}
	signIn(t, seats.text())
	stop()
	if err := <-done; err != nil {
		t.Fatalf("after Ctrl-C: %v", err)
	}
	if log.Len() > 0 {
		t.Errorf("the server had something to warn of:\n%s", log.String())
	}
	fits(t, seats.text())
	summary := read[Summary](t, filepath.Join(out, "summary.json"))
	lookAtSummary(t, summary)
	lookAtPapers(t, out, summary)
	lookAtReceipts(t, out)
	lookAtArchive(t, filepath.Join(out, "archive.zip"), summary)
	kept, err := app.Existing(t.Context(), config.Server{Data: data, Engines: engines})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	lookAtStore(t, kept.Objects)
	found, err := audit.Fsck(t.Context(), audit.Keeping{Engine: kept.Metadata, Objects: kept.Objects, Kinds: app.Collections(), Trust: ledger.Policy{Origin: "demo.invalid/probity"}, Deep: true})
	if err != nil || len(found) > 0 {
		t.Errorf("fsck: %v, %v", found, err)
	}
}

// signIn takes the words of one person from what was printed.
func signIn(t *testing.T, told string) {
	t.Helper()
	m := regexp.MustCompile(`manager@ministry\.example   (\S+)   (\S+)`).FindStringSubmatch(told)
	base := regexp.MustCompile(`The server goes on at (\S+) `).FindStringSubmatch(told)
	if m == nil || base == nil {
		t.Fatalf("nothing says how to sign in:\n%s", told)
	}
	code, err := totp.GenerateCode(m[2], time.Now().Add(30*time.Second)) // the one before was used to enrol
	if err != nil {
		t.Fatal(err)
	}
	c := &client.Client{Base: base[1]}
	if _, err := c.SignIn(t.Context(), "manager@ministry.example", m[1], code); err != nil {
		t.Fatal(err)
	}
	if me, err := c.Me(t.Context()); err != nil || me.Name != "Jonas Vale" {
		t.Errorf("signed in as %+v, %v", me, err)
	}
}

// fits checks that the story stays within 80 columns, apart from addresses.
func fits(t *testing.T, told string) {
	t.Helper()
	for line := range strings.Lines(told) {
		line = strings.TrimRight(line, "\n")
		if columns(line) > width && !strings.Contains(line, "://") && !strings.Contains(line, ".example ") && !strings.Contains(line, "verify /") {
			t.Errorf("%d columns: %s", columns(line), line)
		}
		if line != strings.TrimRight(line, " ") {
			t.Errorf("spaces at the end: %q", line)
		}
	}
}

func read[T any](t *testing.T, file string) (v T) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDemoNeedsAFolderOfItsOwn(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "probity.db"), []byte("real data"), 0o600); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	if err := Run(t.Context(), Options{Exit: true, Data: folder, Stdout: &told}); err == nil || told.Len() > 0 {
		t.Errorf("played beside real data: %v", err)
	}
}
