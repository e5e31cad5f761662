package audit_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/server/audit"
	sequencer "probity/server/ledger"
)

func newKey(t testing.TB, origin string) ledger.Key {
	t.Helper()
	secret, err := ledger.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ledger.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func noted(r *audit.Report, name string) bool {
	return slices.ContainsFunc(r.Notes, func(n audit.Note) bool { return n.Name == name })
}

func wrong(r *audit.Report) (list []string) {
	for _, c := range r.Wrong() {
		list = append(list, c.Name)
	}
	return list
}

// TestTrust: by which keys an archive is believed.
func TestTrust(t *testing.T) {
	p := told()
	key := p.w.LogKey.Public
	r := verify(t, p.full, audit.Trust{})
	if !r.OK() || !noted(r, "log.key_not_compared") || !noted(r, "paper.seal_not_compared") || r.Key != key {
		t.Errorf("no key given: %v, %v", r.Wrong(), r.Notes)
	}
	r = verify(t, p.full, audit.Trust{Log: []string{key + "\n"}})
	if !r.OK() || noted(r, "log.key_not_compared") || r.OCID != p.w.id || r.Origin != logName || len(r.Root) != 64 || r.Size == 0 {
		t.Errorf("the right key: %+v", r)
	}
	r = verify(t, p.full, audit.Trust{Log: []string{newKey(t, logName).Public}})
	if got := wrong(r); !slices.Contains(got, "log.checkpoint") || !slices.Contains(got, "archive.signed") {
		t.Errorf("another key: %v", got)
	}
	r = verify(t, p.full, audit.Trust{Log: []string{"nonsense"}})
	if got := wrong(r); !slices.Contains(got, "log.key") {
		t.Errorf("no key at all: %v", got)
	}
	w, err := ledger.NewCosigner(witnessKey(t), func() time.Time { return time.Now() })
	if err != nil {
		t.Fatal(err)
	}
	v, err := ledger.NewWitness(w.Key())
	if err != nil {
		t.Fatal(err)
	}
	r = verify(t, p.full, audit.Trust{Log: []string{key}, Witnesses: []note.Verifier{v}, Quorum: 1})
	if got := wrong(r); !slices.Contains(got, "log.checkpoint") {
		t.Errorf("without its witness: %v", got)
	}
}

func witnessKey(t testing.TB) string {
	t.Helper()
	secret, err := ledger.NewKey("witness.example")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// TestNewLogKey: after the log's key was changed on the record, an archive is
// believed by the old key as by the new one, and by no other.
func TestNewLogKey(t *testing.T) {
	w := newWorld(&standIn{folder: folder})
	w.publish(nil)
	w.close()
	w.endWindow()
	w.settled()
	defer w.App.Close()
	old := w.LogKey
	w.leave()

	fresh := newKey(t, logName)
	s, err := sequencer.Start(ctx(), sequencer.Config{Engine: w.Engine, Origin: logName, Keys: []ledger.Key{fresh, old}, Log: slog.New(slog.DiscardHandler)})
	w.ok(err)
	run, cancel := context.WithCancel(ctx())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(run) }()
	w.device("u-later")
	w.settled()
	cancel()
	<-done

	sources := w.sources()
	sources.Signers = []note.Signer{fresh}
	var out bytes.Buffer
	_, err = audit.Build(ctx(), &out, sources, w.id, audit.Full)
	w.ok(err)
	for name, trust := range map[string][]string{"old": {old.Public}, "new": {fresh.Public}, "none": nil} {
		if r := verify(t, out.Bytes(), audit.Trust{Log: trust}); !r.OK() {
			t.Errorf("%s: %v", name, r.Wrong())
		}
	}
	if r := verify(t, out.Bytes(), audit.Trust{Log: []string{newKey(t, logName).Public}}); r.OK() {
		t.Error("believed by a key that the log never had")
	}
}

// TestReadme runs the commands that the archive's README gives, with ordinary
// tools, on the archive.
func TestReadme(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("python3 is not on this machine, so the commands of README.txt were not run")
	}
	f := unpack(t, told().full)
	dir := t.TempDir()
	a, err := archive.Open(bytes.NewReader(told().full), int64(len(told().full)))
	if err != nil {
		t.Fatal(err)
	}
	f[archive.ManifestPath] = a.Manifest.Bytes()
	for path, b := range f {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scripts := regexp.MustCompile(`(?s)python3 - <<'END'\n(.*?)\n    END`).FindAllStringSubmatch(string(f[archive.ReadmePath]), -1)
	if len(scripts) < 2 {
		t.Fatalf("README.txt has %d scripts", len(scripts))
	}
	for _, m := range scripts {
		script := strings.ReplaceAll("\n"+m[1], "\n    ", "\n")
		run := func() error {
			c := exec.Command(python, "-c", script)
			c.Dir = dir
			out, err := c.CombinedOutput()
			t.Logf("%s", out)
			return err
		}
		if err := run(); err != nil {
			t.Errorf("a script of README.txt: %v\n%s", err, script)
		}
		name := filepath.Join(dir, filepath.FromSlash(archive.EntriesPath))
		damaged := bytes.Replace(f[archive.EntriesPath], []byte("Salt"), []byte("Sand"), 1)
		if err := os.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(); err == nil {
			t.Errorf("a script of README.txt finds no damage\n%s", script)
		}
		if err := os.WriteFile(name, f[archive.EntriesPath], 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
