package notify

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// Take tells people of one fact. Doing it again changes nothing.
func (s *Service) Take(ctx context.Context, f event.Event) error {
	list := rules[f.Name]
	if len(list) == 0 && len(letters[f.Name]) == 0 {
		return nil
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	if now.Sub(f.At) > tooOld {
		return nil
	}
	if err := s.write(ctx, f, now); err != nil {
		return fmt.Errorf("notify: %s: %w", f.ID, err)
	}
	for _, r := range list {
		told, err := r.who(ctx, s, f)
		if missing(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("notify: %s: %w", f.ID, err)
		}
		slices.SortStableFunc(told.to, func(a, b receiver) int { return cmp.Compare(a.user, b.user) })
		for _, to := range slices.CompactFunc(told.to, func(a, b receiver) bool { return a.user == b.user }) {
			if to.user == f.By {
				continue // who did it knows
			}
			n := &Notice{Root: store.Root{ID: noticeID(f.ID, r.kind, to.user)}, User: to.user, Kind: r.kind, Topic: f.Topic,
				Title: told.title, Path: to.path, Searches: to.searches, At: f.At, Made: now, Expires: now.Add(keepNotice)}
			if err := s.tell(ctx, n); err != nil {
				return fmt.Errorf("notify: %s: %w", f.ID, err)
			}
		}
	}
	return nil
}

func noticeID(fact string, kind Kind, user string) string {
	h := canon.Hash("notice", canon.Must([]string{fact, string(kind), user}))
	return hex.EncodeToString(h[:16])
}

// tell keeps a notice, for the mail too unless its person does not want that.
func (s *Service) tell(ctx context.Context, n *Notice) error {
	if s.Mails {
		c, err := s.choice(ctx, n.User)
		if err != nil {
			return err
		}
		if !slices.Contains(c.Off, n.Kind) && !n.quiet() {
			n.Mail, n.Next = Due, n.Made
		}
	}
	return s.keep(ctx, n)
}

// keep stores a notice, unless it is there.
func (s *Service) keep(ctx context.Context, n *Notice) error {
	err := s.notices().Put(ctx, n)
	if fault.Coded(err, "notice.taken") || fault.Coded(err, "notice.stale") {
		return nil
	}
	return err
}

func missing(err error) bool { return err != nil && fault.From(err).Kind == fault.Missing }
