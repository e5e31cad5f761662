package app

import (
	"testing"
	"time"

	"probity/server/site"
)

// TestAllPagesCanBeRead: a template that cannot is found here, not by a visitor.
func TestAllPagesCanBeRead(t *testing.T) {
	s, err := site.New(site.Config{Name: "Probity", Origin: "http://127.0.0.1", Zone: time.UTC, Desks: desks()})
	if err == nil {
		err = s.Parse()
	}
	if err != nil {
		t.Fatal(err)
	}
}
