package web

import (
	"context"
	"slices"
	"testing"

	"probity/tender/fault"
	"probity/tender/store"
)

// Whatever stands on a page of reads is looked up once, and what is gone has no
// name; a store that is away is an error.
func TestEachIsAskedOnce(t *testing.T) {
	var asked []string
	get := func(_ context.Context, id string) (string, error) {
		asked = append(asked, id)
		switch id {
		case "gone":
			return "", fault.New(fault.Missing, "x.missing", "It is gone.")
		case "odd":
			return "", store.ErrInput
		case "away":
			return "", store.ErrBusy
		}
		return "name of " + id, nil
	}
	got, err := each(t.Context(), []string{"a", "", "gone", "a", "odd", "gone", "b"}, get)
	if err != nil || len(got) != 2 || got["a"] != "name of a" || got["b"] != "name of b" {
		t.Errorf("%v %v", got, err)
	}
	if !slices.Equal(asked, []string{"a", "gone", "odd", "b"}) {
		t.Errorf("asked %v", asked)
	}
	if _, err := each(t.Context(), []string{"a", "away"}, get); !fault.Coded(err, store.ErrBusy.Code) {
		t.Errorf("away: %v", err)
	}
}
