package people

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// setup is the one set-up ticket of a platform without administrators. It is
// a single document, so it is used once.
type setup struct {
	store.Root

	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
	Org     string    `json:"org,omitempty"` // being made under it
	User    string    `json:"user,omitempty"`
	Used    bool      `json:"used,omitempty"`
}

// Keys makes the ticket findable by when it may be forgotten; a used one stays.
func (x *setup) Keys() store.Keys {
	if x.Used {
		return nil
	}
	return store.Keys{"expires": x.Expires.UnixMilli()}
}

var setups = store.Collection{Kind: "setup", Ephemeral: true, Indexes: byExpiry}

const (
	setupID   = "first"
	setupLife = 24 * time.Hour
)

func (s *Service) setups() store.Shelf[setup, *setup] {
	return store.Shelf[setup, *setup]{Engine: s.Engine, Kind: setups.Kind}
}

// PrepareSetup writes a set-up ticket into SetupFile, readable by the operator
// alone, if the platform has never been set up. It returns the ticket for a
// terminal; it must not go into a log. "" means that there is nothing to set up.
// The ticket of an earlier start stays good while the file is there; without it
// a new one is made, and the old one is void. Of many servers one makes the
// ticket; the others get a Conflict with code "setup.elsewhere" while it is good.
func (s *Service) PrepareSetup(ctx context.Context) (string, error) {
	for {
		ticket, err := s.prepareSetup(ctx)
		if !fault.Coded(err, "setup.stale") && !fault.Coded(err, "setup.taken") {
			return ticket, err
		}
	}
}

func (s *Service) prepareSetup(ctx context.Context) (string, error) {
	x, err := s.setups().Get(ctx, setupID)
	switch {
	case fault.Coded(err, "setup.missing"):
		x = &setup{Root: store.Root{ID: setupID}}
	case err != nil:
		return "", err
	case x.Used:
		return "", nil
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return "", err
	}
	if now.Before(x.Expires) {
		if text, ok := s.setupThere(x); ok {
			return text, nil
		}
		if s.Many {
			return "", fault.New(fault.Conflict, "setup.elsewhere",
				"Nobody administers this platform yet. The one-time ticket lies in the data folder of the server that started first; it is good until %s.", x.Expires.Format(time.RFC3339))
		}
	}
	t := newTicket(setupPrefix)
	x.Hash, x.Expires = t.hash(), now.Add(setupLife)
	if err := s.setups().Put(ctx, x); err != nil {
		return "", err
	}
	return t.String(), writeSecret(s.SetupFile, t.String()+"\n")
}

// setupThere returns the ticket of the file, if it is the one that is good.
func (s *Service) setupThere(x *setup) (string, bool) {
	if info, err := os.Lstat(s.SetupFile); err != nil || info.Mode() != 0o600 {
		return "", false
	}
	b, err := os.ReadFile(s.SetupFile)
	if err != nil {
		return "", false
	}
	text := strings.TrimSpace(string(b))
	t, err := parseTicket(text)
	return text, err == nil && t.prefix == setupPrefix && t.fits(x.Hash)
}

// writeSecret writes a file that only its owner can read, in one step, and
// follows no link that somebody has put there.
func writeSecret(path, content string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".setup-*") // mode 0600
	if err != nil {
		return fmt.Errorf("people: write %s: %w", path, err)
	}
	_, err = f.WriteString(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("people: write %s: %w", path, err)
	}
	return nil
}

// Platform is the organisation that runs the platform, and its first
// administrator.
type Platform struct {
	OrgID, UserID string
	Name          text.Text
	Identifier    party.Identifier
	Person        Person
	Password      string
}

// Setup makes the first administrator. It needs the ticket of PrepareSetup,
// works once, and leaves the person in a half session.
func (s *Service) Setup(ctx context.Context, presented string, p Platform) (Registered, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Registered{}, err
	}
	x, err := s.setupFor(ctx, presented, now)
	if err != nil {
		return Registered{}, err
	}
	// The ids are noted first, so that a set-up that breaks off half way goes on
	// where it stopped, and does not make a second platform.
	if x.Org == "" {
		x.Org, x.User = p.OrgID, p.UserID
		if err := s.setups().Put(ctx, x); err != nil {
			return Registered{}, err
		}
	}
	reg := Registration{x.Org, x.User, party.KindOversight, p.Name, p.Identifier, p.Person, p.Password}
	in, err := s.prepare(ctx, reg, now)
	if err != nil {
		return Registered{}, err
	}
	c := &in.org.Claims[0]
	c.State, c.By, c.At = party.Confirmed, in.user.ID, now
	c.Evidence = []party.Evidence{{Kind: "person", Text: "set up by the operator of the platform"}}
	if err := s.keep(ctx, in, now); err != nil {
		return Registered{}, err
	}
	x.Used, x.Hash = true, ""
	if err := s.setups().Put(ctx, x); err != nil {
		return Registered{}, err
	}
	if err := os.Remove(s.SetupFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Registered{}, fmt.Errorf("people: remove set-up ticket: %w", err)
	}
	session, err := s.open(ctx, in.user.ID, now, true)
	return Registered{in.org, in.user, session}, err
}

var errSetup = fault.New(fault.Unknown, "setup.unknown", "This set-up link is not good, or no longer. Start the server again for a new one.")

// setupFor returns the stored ticket if presented is it.
func (s *Service) setupFor(ctx context.Context, presented string, now time.Time) (*setup, error) {
	t, err := parseTicket(strings.TrimSpace(presented))
	if err != nil || t.prefix != setupPrefix {
		return nil, errSetup
	}
	x, err := s.setups().Get(ctx, setupID)
	switch {
	case fault.Coded(err, "setup.missing"):
		return nil, errSetup
	case err != nil:
		return nil, err
	case x.Used || !now.Before(x.Expires) || !t.fits(x.Hash):
		return nil, errSetup
	}
	return x, nil
}
