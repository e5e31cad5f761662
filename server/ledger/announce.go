package ledger

import (
	"context"
	"fmt"

	"probity/tender/event"
	"probity/tender/store"
)

// Announcement is what a log says about itself. It proves nothing: whoever has
// pinned a key believes a later one by the handovers alone.
type Announcement struct {
	Origin    string   `json:"origin"`
	Keys      []string `json:"keys" doc:"verifier keys, newest last"`
	Handovers []string `json:"handovers" doc:"signed notes in which an old key names the next"`
}

// Announce reads it from the log. The keys are those of [Keys].
func Announce(ctx context.Context, e store.Engine, origin string) (Announcement, error) {
	keys, err := Keys(ctx, e, origin)
	if err != nil {
		return Announcement{}, err
	}
	a := Announcement{Origin: origin, Keys: keys, Handovers: []string{}}
	for version := int64(2); version <= int64(len(keys)); version++ {
		x, err := e.EntryOf(ctx, event.ID(keySubject, version, 0))
		if err != nil {
			return a, fmt.Errorf("ledger: key %d of the log: %w", version, err)
		}
		d, err := readKey(x)
		if err != nil {
			return a, err
		}
		a.Handovers = append(a.Handovers, d.Handover)
	}
	return a, nil
}
