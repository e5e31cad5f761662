package notify

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Letter is one mail.
type Letter struct {
	ID      string // the same at every try, so that a mail that came twice shows as one
	To      string
	Name    string
	Lang    string
	Subject string
	Body    string
	Choices string // address of the page where one chooses what to get; "" if there is no choice
	Stop    string // address that stops mail of its kind with one click; "" for none
}

// Post sends mail.
type Post interface {
	// Send hands a letter to the mail server. nil means that the server has taken
	// it. An error with a method Permanent that says true is not worth another try.
	Send(ctx context.Context, l Letter) error
}

const (
	triesMost = 10
	batch     = 50

	// lease is how long one server has for a letter before another takes it up:
	// the first has died.
	lease = 2 * time.Minute
)

// wait is how long after the n-th failure a letter is tried again: a minute,
// doubling up to six hours; given up after a day or two.
func wait(n int) time.Duration { return min(6*time.Hour, time.Minute<<min(n-1, 9)) }

// Deliver sends what is due now, and returns how many it has tried.
func (s *Service) Deliver(ctx context.Context, post Post) (int, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return 0, err
	}
	list, _, err := s.notices().Find(ctx, store.Query{Index: "mail", Eq: []any{string(Due)}, To: now.UnixMilli() + 1, Limit: batch})
	if err != nil {
		return 0, err
	}
	for i, n := range list {
		if err := s.deliver(ctx, post, n, now); err != nil {
			return i, err
		}
	}
	return len(list), nil
}

// deliver takes a letter up, so that no other server sends it too, sends it, and
// notes what came of it. A crash in between sends it again when the lease ends.
func (s *Service) deliver(ctx context.Context, post Post, n *Notice, now time.Time) error {
	n.Tries++
	n.Next = now.Add(lease)
	if err := s.notices().Put(ctx, n); fault.Coded(err, "notice.stale") {
		return nil // somebody else has it, or its owner reads it: next time
	} else if err != nil {
		return err
	}
	l, err := s.letter(ctx, n)
	switch {
	case missing(err) || errors.Is(err, errNobody):
		n.Mail, err = "", nil // there is nobody to write to any more
	case err != nil:
		return err
	default:
		n.settle(post.Send(ctx, l), now)
	}
	for range 5 {
		err := s.notices().Put(ctx, n)
		if !fault.Coded(err, "notice.stale") {
			return err
		}
		was, err := s.notices().Get(ctx, n.ID) // its owner has read it meanwhile
		if err != nil {
			return err
		}
		n.Version, n.Read = was.Version, was.Read
	}
	return nil
}

// settle notes what came of a try.
func (n *Notice) settle(err error, now time.Time) {
	if err == nil {
		n.Mail, n.Why = Sent, ""
		return
	}
	n.Why = reason(err)
	n.Next = now.Add(wait(n.Tries))
	var final interface{ Permanent() bool }
	if n.Tries >= triesMost || errors.As(err, &final) && final.Permanent() {
		n.Mail = Dead
	}
}

// reason is a failure on one short line.
func reason(err error) string {
	r := []rune(strings.Join(strings.Fields(err.Error()), " "))
	return string(r[:min(len(r), 300)])
}

var errNobody = errors.New("notify: nobody to write to")

// letter writes a notice as a mail, in the language of its person.
func (s *Service) letter(ctx context.Context, n *Notice) (Letter, error) {
	if n.About != "" {
		return s.slip(ctx, n)
	}
	u, err := s.Users.Get(ctx, n.User)
	if err != nil {
		return Letter{}, err
	}
	if u.Disabled || u.Confirmed.IsZero() {
		return Letter{}, errNobody // the address may be somebody else's
	}
	lang := languageOf(u.Languages)
	frame := words[lang].Frame
	say := n.say(lang)
	link := strings.TrimSuffix(s.URL, "/") + n.Path
	choices := strings.TrimSuffix(s.URL, "/") + "/account/notices/choices"
	fill := strings.NewReplacer("{name}", u.Name, "{platform}", s.Platform, "{link}", link, "{choices}", choices)
	parts := []string{fill.Replace(frame["greeting"]), say, fill.Replace(frame["more"])}
	stop := ""
	if len(n.Searches) > 0 {
		stop = strings.TrimSuffix(s.URL, "/") + stopPath + s.stopTicket(n.ID)
		parts = []string{fill.Replace(frame["greeting"]), say, n.named(frame["searches"]), fill.Replace(frame["more"]), strings.ReplaceAll(frame["stop"], "{stop}", stop)}
	}
	parts = append(parts, "-- \r\n"+fill.Replace(frame["footer"]))
	return Letter{n.ID, u.Email, u.Name, lang, say, strings.Join(parts, "\r\n\r\n") + "\r\n", choices, stop}, nil
}

// Run delivers until ctx ends, while turn says that it is this server's turn.
func (s *Service) Run(ctx context.Context, post Post, turn func(context.Context) bool, log *slog.Logger) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	swept := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !turn(ctx) {
			continue
		}
		if post != nil {
			for n := batch; n == batch && ctx.Err() == nil; {
				var err error
				if n, err = s.Deliver(ctx, post); err != nil && ctx.Err() == nil {
					log.ErrorContext(ctx, "mail was not delivered; will try again", "error", err)
				}
			}
		}
		if time.Since(swept) > time.Hour {
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "old notices were not swept", "error", err)
			}
			swept = time.Now()
		}
	}
}

// Undelivered is a mail that was given up, as administrators see it: nothing
// about whose tender it is, which would tell who takes part.
type Undelivered struct {
	ID    string
	User  string
	Kind  Kind
	Tries int
	Why   string
	Made  time.Time
}

// DeadLetters lists mails that were given up, oldest first, for administrators
// of the platform.
func (s *Service) DeadLetters(ctx context.Context, by party.Actor, after string, limit int) ([]Undelivered, string, error) {
	if err := party.Allowed(by, party.PlatformSettings); err != nil {
		return nil, "", err
	}
	list, next, err := s.notices().Find(ctx, store.Query{Index: "mail", Eq: []any{string(Dead)}, After: after, Limit: limit})
	var out []Undelivered
	for _, n := range list {
		out = append(out, Undelivered{n.ID, n.User, n.Kind, n.Tries, n.Why, n.Made})
	}
	return out, next, err
}

// Again tries a mail that was given up once more.
func (s *Service) Again(ctx context.Context, by party.Actor, id string) error {
	if err := party.Allowed(by, party.PlatformSettings); err != nil {
		return err
	}
	n, err := s.notices().Get(ctx, id)
	if err != nil {
		return err
	}
	if n.Mail != Dead {
		return nil
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	n.Mail, n.Tries, n.Next = Due, 0, now
	return s.notices().Put(ctx, n)
}

// Queue counts mails that are due and dead, each up to a thousand.
func (s *Service) Queue(ctx context.Context) (due, dead int, err error) {
	for state, n := range map[Mail]*int{Due: &due, Dead: &dead} {
		page, err := s.Engine.Find(ctx, store.Query{Kind: notices.Kind, Index: "mail", Eq: []any{string(state)}, Limit: 1000})
		if err != nil {
			return 0, 0, err
		}
		*n = len(page.Docs)
	}
	return due, dead, nil
}
