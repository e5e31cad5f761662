package bolt

import (
	"path/filepath"
	"testing"

	"probity/tender/store"
	"probity/tender/store/storetest"
)

func open(t testing.TB, kinds []store.Collection) store.Engine {
	return openAt(t, filepath.Join(t.TempDir(), "probity.db"), kinds)
}

func openAt(t testing.TB, path string, kinds []store.Collection) *Engine {
	t.Helper()
	e, err := Open(path, kinds, Options{})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestEngine(t *testing.T) { storetest.TestEngine(t, open) }

func TestCrash(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	storetest.TestCrash(t, rounds, func(t testing.TB, dir string, kinds []store.Collection) store.Engine {
		return openAt(t, filepath.Join(dir, "probity.db"), kinds)
	})
}
