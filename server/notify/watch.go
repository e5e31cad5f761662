package notify

import (
	"context"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// watch is a person's wish to be told about a tender.
type watch struct {
	store.Root

	User  string    `json:"user"`
	Topic string    `json:"topic"`
	Since time.Time `json:"since"`
}

// Keys makes wishes findable by person and by tender.
func (w *watch) Keys() store.Keys {
	return store.Keys{"user": w.User, "topic": w.Topic, "since": w.Since.UnixMilli()}
}

// Watch tells the person of what happens to a published tender from now on.
func (s *Service) Watch(ctx context.Context, by party.Actor, topic string) error {
	if err := known(by); err != nil {
		return err
	}
	t, err := s.Sources.Tender(ctx, topic)
	if err != nil {
		return err
	}
	if t.Published.IsZero() {
		return fault.New(fault.Missing, "tender.missing", "There is no such tender.")
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	if there, err := s.Watches(ctx, by, topic); there || err != nil {
		return err
	}
	list, _, err := s.watches().Find(ctx, store.Query{Index: "user", Eq: []any{by.User}, Limit: watchMost})
	if err != nil {
		return err
	}
	if len(list) >= watchMost {
		return fault.New(fault.Conflict, "watch.many", "You follow %d tenders. Stop following one first.", len(list))
	}
	err = s.watches().Put(ctx, &watch{store.Root{ID: watchID(by.User, topic)}, by.User, topic, now})
	if fault.Coded(err, "watch.taken") || fault.Coded(err, "watch.stale") {
		return nil
	}
	return err
}

const watchMost = 500

func watchID(user, topic string) string { return user + "~" + topic }

// Watches reports whether a person follows a tender.
func (s *Service) Watches(ctx context.Context, by party.Actor, topic string) (bool, error) {
	if err := known(by); err != nil {
		return false, err
	}
	_, err := s.watches().Get(ctx, watchID(by.User, topic))
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

// Unwatch undoes Watch. That it is undone already is no error.
func (s *Service) Unwatch(ctx context.Context, by party.Actor, topic string) error {
	if err := known(by); err != nil {
		return err
	}
	w, err := s.watches().Get(ctx, watchID(by.User, topic))
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err = s.watches().Delete(ctx, w); missing(err) || fault.Coded(err, "watch.stale") {
		return nil // in another tab, at the same time
	}
	return err
}

// Watched lists the tenders that a person follows, newest first.
func (s *Service) Watched(ctx context.Context, by party.Actor, after string, limit int) (topics []string, next string, err error) {
	if err := known(by); err != nil {
		return nil, "", err
	}
	list, next, err := s.watches().Find(ctx, store.Query{Index: "user", Eq: []any{by.User}, Desc: true, After: after, Limit: limit})
	for _, w := range list {
		topics = append(topics, w.Topic)
	}
	return topics, next, err
}
