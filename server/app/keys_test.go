package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"probity/server/config"
	"probity/tender/fault"
)

// start opens a platform, closes it, and returns what was wrong.
func start(t *testing.T, c config.Server) error {
	t.Helper()
	c.Listen, c.URL, c.Origin, c.Prefix = "127.0.0.1:8080", "http://127.0.0.1:8080", "test.example/log", "ocds-213czf"
	a, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return a.Close()
}

// TestKeysStay: a platform goes on with its own keys and no others. One that
// was lost is not made anew, unless somebody says so.
func TestKeysStay(t *testing.T) {
	for _, name := range []string{"vault.key", "ticket.key", "seal.key", "log.key"} {
		for what, spoil := range map[string]func(path string) error{
			"keys.missing": os.Remove,
			"keys.other":   func(path string) error { return os.Rename(path+".other", path) },
		} {
			c := config.Server{Data: t.TempDir(), Keys: t.TempDir()}
			if err := start(t, c); err != nil {
				t.Fatal(err)
			}
			another := config.Server{Data: t.TempDir()}
			if err := start(t, another); err != nil {
				t.Fatal(err)
			}
			mine, err := os.ReadFile(c.Key(name))
			if err != nil {
				t.Fatalf("%s is not among the keys: %v", name, err)
			}
			if err := os.Rename(another.Key(name), c.Key(name)+".other"); err != nil {
				t.Fatal(err)
			}
			if err := spoil(c.Key(name)); err != nil {
				t.Fatal(err)
			}
			want := what
			if name == "log.key" && what == "keys.other" {
				want = "log.key" // which the log itself knows
			}
			if err := start(t, c); !fault.Coded(err, want) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			if name != "log.key" {
				c.NewKeys = true
				if err := start(t, c); err != nil {
					t.Errorf("%s, %s, with new keys: %v", name, what, err)
				}
				c.NewKeys = false
				if err := start(t, c); err != nil {
					t.Errorf("%s, %s, after new keys: %v", name, what, err)
				}
			}
			if err := os.WriteFile(c.Key(name), mine, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := start(t, c); name == "log.key" && err != nil || name != "log.key" && !fault.Coded(err, "keys.other") {
				t.Errorf("%s, %s, with the first key again: %v", name, what, err)
			}
		}
	}
}

// TestKeyFolder: keys that a cluster hands out are read by the group and cannot
// be written; keys among the data are for their owner alone.
func TestKeyFolder(t *testing.T) {
	c := config.Server{Data: t.TempDir(), Keys: filepath.Join(t.TempDir(), "made")}
	if err := start(t, c); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o440: true, 0o400: true, 0o444: false, 0o660: false} {
		for _, name := range []string{"vault.key", "seal.key"} {
			if err := os.Chmod(c.Key(name), mode); err != nil {
				t.Fatal(err)
			}
			if err := start(t, c); (err == nil) != ok {
				t.Errorf("%s of mode %o: %v", name, mode, err)
			}
			if err := os.Chmod(c.Key(name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(c.Keys, "*"))
	if err != nil || len(left) != 4 {
		t.Errorf("among the keys are %v", left)
	}
}

// TestOldObjects: a new log is not begun over the files of another platform.
func TestOldObjects(t *testing.T) {
	c := config.Server{Data: t.TempDir()}
	if err := os.MkdirAll(c.Path("objects"), 0o700); err != nil {
		t.Fatal(err)
	}
	e, err := Configured(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	o := &objects{store: e.Objects}
	if err := o.Put(t.Context(), "papers/x", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := start(t, c); !fault.Coded(err, "store.objects") {
		t.Errorf("begun: %v", err)
	}
}
