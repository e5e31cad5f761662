package papers

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"probity/documents/blob"
	"probity/tender/fault"
)

func rawOf(b []byte) json.RawMessage { return b }

func TestSealKeyIsMadeOnceAndKept(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(w.folder, "seal.key")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("seal.key: %v, %v", info, err)
	}
	certs, err := os.ReadFile(filepath.Join(w.folder, "seal.crt"))
	if err != nil || string(certs) != string(w.papers.Certificates()) || strings.Contains(string(certs), "PRIVATE") {
		t.Fatalf("seal.crt: %v", err)
	}
	if err := os.Remove(filepath.Join(w.folder, "seal.crt")); err != nil {
		t.Fatal(err)
	}
	if again := w.open(Config{}); string(again.Certificates()) != string(certs) {
		t.Error("a second start made another key")
	}
	if b, err := os.ReadFile(filepath.Join(w.folder, "seal.crt")); err != nil || string(b) != string(certs) {
		t.Errorf("the copy of the certificates was not made again: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(w.folder, "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSealKeyIsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		mode os.FileMode
		body string
		says string
	}{
		{"readable by the group", 0o640, "", "can be read by others"},
		{"readable by all", 0o604, "", "can be read by others"},
		{"empty", 0o600, "-", "not an ECDSA key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if _, err := sealKey(Config{Data: folder, From: began}, "P"); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, "seal.key")
			if c.body != "" {
				if err := os.WriteFile(path, []byte(c.body), c.mode); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := sealKey(Config{Data: folder, From: began}, "P"); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestProcessesThatStartAtOnceShareOneKey(t *testing.T) {
	folder := t.TempDir()
	certs := make([]string, 8)
	var all sync.WaitGroup
	for i := range certs {
		all.Go(func() {
			s, err := sealKey(Config{Data: folder, From: began}, "P")
			if err != nil {
				t.Error(err)
				return
			}
			certs[i] = string(s.Certificates())
		})
	}
	all.Wait()
	for _, c := range certs {
		if c != certs[0] {
			t.Fatal("two processes have two keys")
		}
	}
}

func TestPlatformNeedsAnAddress(t *testing.T) {
	for _, url := range []string{"", "tenders.example.org", "://x"} {
		if _, err := Open(Config{Data: t.TempDir(), URL: url}); err == nil {
			t.Errorf("%q was taken as an address", url)
		}
	}
}

func TestFirstPaperStays(t *testing.T) {
	w := newWorld(t)
	p, ctx := w.papers, t.Context()
	for _, b := range []string{"first", "first", "second"} {
		if err := p.Put(ctx, "contracts/a/sealed.pdf", []byte(b)); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	}
	if b, err := p.Get(ctx, "contracts/a/sealed.pdf"); err != nil || string(b) != "first" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := p.Get(ctx, "contracts/b/sealed.pdf"); fault.From(err).Kind != fault.Missing {
		t.Errorf("a paper that is not there: %v", err)
	}
	w.code(p.Put(ctx, "../seal.key", []byte("x")), blob.ErrKey.Code)
}

func TestSealTimes(t *testing.T) {
	w := newWorld(t)
	c := w.papers.sealer.Chain[0]
	if at, err := w.papers.sealTime(c.NotBefore.AddDate(-1, 0, 0)); err != nil || !at.Equal(c.NotBefore) {
		t.Errorf("a record older than the key: %v, %v", at, err)
	}
	if at, err := w.papers.sealTime(ranked); err != nil || !at.Equal(ranked) {
		t.Errorf("a record of the key's time: %v, %v", at, err)
	}
	_, err := w.papers.sealTime(c.NotAfter.AddDate(0, 0, 1))
	w.code(err, "paper.certificate_over")
}
