package papers

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/documents/blob/dir"
	ledgerform "probity/documents/ledger"
	"probity/server/ledger"
	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/contract"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// world is a platform with a real engine, a real log that is being kept and a
// real object store.
type world struct {
	*testing.T
	engine store.Engine
	papers *Papers
	folder string
}

const origin = "papers.example/log"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, folder: t.TempDir()}
	kinds := append([]store.Collection{tender.Collection, contract.Collection}, award.Collections...)
	w.engine = engineOf(t, append(kinds, bidding.Collections...))
	keepLog(t, w.engine)
	w.papers = w.open(Config{})
	return w
}

func engineOf(t testing.TB, kinds []store.Collection) store.Engine {
	t.Helper()
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// keepLog runs the sequencer until the test ends.
func keepLog(t testing.TB, e store.Engine) {
	t.Helper()
	secret, err := ledgerform.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledgerform.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.Start(t.Context(), ledger.Config{Engine: e, Origin: origin, Keys: []ledgerform.Key{key}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// open opens papers over the world's engine; c says what differs.
func (w *world) open(c Config) *Papers {
	w.Helper()
	objects, err := dir.Open(w.TempDir())
	if err != nil {
		w.Fatal(err)
	}
	if c.URL == "" {
		c.URL = "https://tenders.example.org"
	}
	c.Objects, c.Data, c.Origin, c.Platform = objects, w.folder, origin, "Probity Example · 示例平台"
	c.Log, c.From = ledger.NewReader(w.engine, origin), began.AddDate(-1, 0, 0)
	p, err := Open(c)
	if err != nil {
		w.Fatal(err)
	}
	p.Sources.Organisation = func(_ context.Context, id string) (tender.OrgName, error) {
		if o, ok := organisations[id]; ok {
			return o, nil
		}
		return tender.OrgName{}, fault.New(fault.Missing, "organisation.missing", "No such organisation.")
	}
	return p
}

// receipt is the receipt of a fact, once it is in the log.
func (w *world) receipt(fact string) []byte {
	w.Helper()
	reader := ledger.NewReader(w.engine, origin)
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if r, _, err := reader.Receipt(w.Context(), fact); err == nil {
			return r.Marshal()
		}
	}
	w.Fatalf("%s is not in the log", fact)
	return nil
}

// put stores x with a fact and returns the fact's id.
func put[T any, P store.Aggregate[T]](w *world, kind string, x P, name, topic string, data any) string {
	w.Helper()
	f := event.New(name, topic, "user/someone", began.Add(time.Hour), data)
	shelf := store.Shelf[T, P]{Engine: w.engine, Kind: kind}
	if err := shelf.Put(w.Context(), x, f); err != nil {
		w.Fatal(err)
	}
	return event.ID(store.Subject(kind, x.Base().ID), x.Base().Version, 0)
}

func (w *world) code(err error, code string) {
	w.Helper()
	if !fault.Coded(err, code) {
		w.Errorf("got %v, want %s", err, code)
	}
}

// words is the text of a paper as pdftotext reads it, without the spaces that
// depend on where lines break.
func (w *world) words(file []byte) string {
	w.Helper()
	return squeeze(string(w.tool(file, "pdftotext", "FILE", "-")))
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// has demands that a paper says all of these.
func (w *world) has(file []byte, all ...string) {
	w.Helper()
	words := w.words(file)
	for _, s := range all {
		if !strings.Contains(words, squeeze(s)) {
			w.Errorf("the paper does not say %q", s)
		}
	}
}

// tool runs a PDF tool over a paper; FILE stands for its name.
func (w *world) tool(file []byte, command string, args ...string) []byte {
	w.Helper()
	if _, err := exec.LookPath(command); err != nil {
		w.Skipf("%s is not installed here; it reads the papers as others do.", command)
	}
	name := filepath.Join(w.TempDir(), "paper.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		w.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "FILE", name)
	}
	out, err := exec.Command(command, args...).Output()
	if err != nil {
		w.Fatalf("%s: %v", command, err)
	}
	return out
}

// show leaves a paper where PROBITY_PAPERS says, for people to look at.
func (w *world) show(name string, file []byte) {
	w.Helper()
	if folder := os.Getenv("PROBITY_PAPERS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name+".pdf"), file, 0o600); err != nil {
			w.Fatal(err)
		}
	}
}
