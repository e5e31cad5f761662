package notify

import (
	"context"
	"errors"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Inbox lists what a person was told, newest first.
func (s *Service) Inbox(ctx context.Context, by party.Actor, after string, limit int) ([]*Notice, string, error) {
	if err := known(by); err != nil {
		return nil, "", err
	}
	return s.notices().Find(ctx, store.Query{Index: "user", Eq: []any{by.User}, Desc: true, After: after, Limit: limit})
}

// Unread counts what a person has not read, up to CountMost.
func (s *Service) Unread(ctx context.Context, user string) (int, error) {
	page, err := s.Engine.Find(ctx, store.Query{Kind: notices.Kind, Index: "unread", Eq: []any{user}, Limit: CountMost})
	return len(page.Docs), err
}

// MarkRead marks a notice of the person as read, or all of them for "".
func (s *Service) MarkRead(ctx context.Context, by party.Actor, id string) error {
	if err := known(by); err != nil {
		return err
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	if id != "" {
		n, err := s.own(ctx, by, id)
		if err != nil {
			return err
		}
		return s.markRead(ctx, n, now)
	}
	list, _, err := s.notices().Find(ctx, store.Query{Index: "unread", Eq: []any{by.User}, Desc: true, Limit: inboxMost})
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := s.markRead(ctx, n, now); err != nil {
			return err
		}
	}
	return nil
}

// Notice shows one of the person's own.
func (s *Service) Notice(ctx context.Context, by party.Actor, id string) (*Notice, error) {
	if err := known(by); err != nil {
		return nil, err
	}
	return s.own(ctx, by, id)
}

func (s *Service) own(ctx context.Context, by party.Actor, id string) (*Notice, error) {
	n, err := s.notices().Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if n.User != by.User {
		return nil, fault.New(fault.Missing, "notice.missing", "There is no such notice.")
	}
	return n, nil
}

// markRead may meet the one who sends it; then the next try wins.
func (s *Service) markRead(ctx context.Context, n *Notice, now time.Time) error {
	for range 5 {
		if !n.Read.IsZero() {
			return nil
		}
		n.Read = now
		err := s.notices().Put(ctx, n)
		if !fault.Coded(err, "notice.stale") {
			return err
		}
		if n, err = s.notices().Get(ctx, n.ID); err != nil {
			return err
		}
	}
	return fault.New(fault.Busy, "notice.contended", "Try again in a moment.")
}

// Sweep forgets what has expired.
func (s *Service) Sweep(ctx context.Context) error {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	for {
		list, _, err := s.notices().Find(ctx, store.Query{Index: "expires", To: now.UnixMilli(), Limit: 500})
		if err != nil || len(list) == 0 {
			return err
		}
		var all []error
		for _, n := range list {
			if err := s.notices().Delete(ctx, n); err != nil && !fault.Coded(err, "notice.stale") {
				all = append(all, err)
			}
		}
		if len(all) > 0 {
			return errors.Join(all...)
		}
	}
}
