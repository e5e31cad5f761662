package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"probity/server/command"
	"probity/server/config"
	"probity/server/mounts"
)

// TestDrives: a mount that is not as it must be is named, and the command fails,
// so that a store can be kept from starting on it.
func TestDrives(t *testing.T) {
	var out bytes.Buffer
	d := drives{Folders: []string{"/proc"}}
	err := d.Run(&command.Console{Out: &out})
	if errors.Is(err, errors.ErrUnsupported) { // this system does not list its mounts; nothing is called good
		if out.Len() > 0 {
			t.Errorf("said all the same: %s", out.String())
		}
		return
	}
	if !errors.Is(err, errDrives) || !strings.Contains(out.String(), "wrong  /proc is mounted without dirsync") {
		t.Errorf("%v, %s", err, out.String())
	}
}

// TestTheDataFolderIsLookedAt where the server itself writes there.
func TestTheDataFolderIsLookedAt(t *testing.T) {
	for _, data := range []string{"/dev/shm/probity", t.TempDir()} {
		m, err := mounts.Of(data)
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Fatal(err)
		}
		for _, doubt := range append(m.Doubts(), "The data folder ") {
			embedded, shared := serve{Server: config.Server{Data: data}}, serve{Server: config.Server{Data: data, Engines: config.Engines{Metadata: config.MongoDB}}}
			said := strings.Contains(strings.Join(embedded.doubts(), "\n"), doubt)
			if want := len(m.Doubts()) > 0; said != want {
				t.Errorf("%s: %q is said: %t, want %t", data, doubt, said, want)
			}
			if strings.Contains(strings.Join(shared.doubts(), "\n"), doubt) {
				t.Errorf("%s: %q is said of a server that keeps nothing there", data, doubt)
			}
		}
	}
}
