package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/text"
)

// Search is a saved search of a person that finds something new.
type Search struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Quiet bool   `json:"quiet,omitempty"` // no mail about it
}

// searches tells whose saved searches a new tender fits.
func searches(ctx context.Context, s *Service, f event.Event) (told, error) {
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	return s.fitting(ctx, f, t.Notice.Title, page(publicPage, t.ID))
}

// plannedSearches tells whose saved searches the new entries of a plan fit.
func plannedSearches(ctx context.Context, s *Service, f event.Event) (told, error) {
	_, title, err := s.Sources.Plan(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	return s.fitting(ctx, f, title, page(publicPlanPage, f.Topic))
}

// fitting tells each person once, however many of their searches find what a
// fact has published.
func (s *Service) fitting(ctx context.Context, f event.Event, title text.Text, path string) (told, error) {
	out := told{title: title}
	if s.Sources.Searches == nil {
		return out, nil
	}
	fits, err := s.Sources.Searches(ctx, f)
	for user, list := range fits {
		out.to = append(out.to, receiver{user, path, list})
	}
	return out, err
}

// quiet reports whether a person wants no mail about any of the searches that a
// notice is about.
func (n *Notice) quiet() bool {
	return len(n.Searches) > 0 && !slices.ContainsFunc(n.Searches, func(x Search) bool { return !x.Quiet })
}

// loud are the searches that a mail is about.
func (n *Notice) loud() []Search {
	return slices.DeleteFunc(slices.Clone(n.Searches), func(x Search) bool { return x.Quiet })
}

// named lists in a mail the searches that it is about.
func (n *Notice) named(heading string) string {
	lines := []string{heading}
	for _, x := range n.loud() {
		lines = append(lines, "- "+strings.Join(strings.Fields(x.Name), " "))
	}
	return strings.Join(lines, "\r\n")
}

// stopPath is the page that stops mail; the ticket follows.
const stopPath = "/mail/stop/"

// stopTicket is what a mail about a notice carries, so that its receiver can
// stop the next one from any device, without signing in. It lets nobody do
// anything else, and cannot be made without the key.
func (s *Service) stopTicket(id string) string {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte("probity mail stop\n" + id))
	return id + "-" + hex.EncodeToString(m.Sum(nil)[:16])
}

// Stoppable shows what the holder of a ticket can stop.
func (s *Service) Stoppable(ctx context.Context, ticket string) ([]Search, error) {
	n, err := s.ticketed(ctx, ticket)
	if err != nil {
		return nil, err
	}
	return n.loud(), nil
}

// Stop ends mail about the searches that a mail was about. Doing it again
// changes nothing.
func (s *Service) Stop(ctx context.Context, ticket string) error {
	n, err := s.ticketed(ctx, ticket)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range n.loud() {
		ids = append(ids, x.ID)
	}
	return s.Sources.Quieten(ctx, n.User, ids)
}

func (s *Service) ticketed(ctx context.Context, ticket string) (*Notice, error) {
	none := fault.New(fault.Missing, "mail.ticket", "This link is not one of ours, or too old. What you get by mail can be chosen after signing in.")
	id, _, _ := strings.Cut(ticket, "-")
	if len(s.Key) == 0 || !hmac.Equal([]byte(ticket), []byte(s.stopTicket(id))) {
		return nil, none
	}
	n, err := s.notices().Get(ctx, id)
	if missing(err) || err == nil && len(n.Searches) == 0 {
		return nil, none
	}
	return n, err
}
