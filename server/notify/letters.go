package notify

import (
	"context"
	"strings"
	"time"

	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/text"
)

// The kinds of letters: they go to an address that may be nobody's yet, so they
// are in no inbox, and nobody can choose not to get them.
const (
	Address Kind = "address" // shows that somebody reads its mail
	Moving  Kind = "moving"  // tells the old address of a new one
	Invited Kind = "invited" // offers a place in an organisation
)

// letterKinds lists them all.
var letterKinds = []Kind{Address, Moving, Invited}

// letters is by the name of the fact: which letters it causes, and which member
// of it says about whom or what.
var letters = map[string][]struct {
	kind  Kind
	about func(data) string
}{
	"user.register":         {{Address, data.user}},
	"account.address-asked": {{Address, data.user}},
	"account.address-new":   {{Address, data.user}, {Moving, data.user}},
	"user.invite":           {{Invited, data.invitation}},
	"invitation.resend":     {{Invited, data.invitation}},
}

func (d data) user() string       { return d.User }
func (d data) invitation() string { return d.Invitation }

// Slip is what a letter needs besides its words.
type Slip struct {
	To        string
	Languages []string
	Title     text.Text // of an organisation
	Link      string
	Until     time.Time // when the link ends
}

// write puts the letters of a fact into the outbox.
func (s *Service) write(ctx context.Context, f event.Event, now time.Time) error {
	if !s.Mails || len(letters[f.Name]) == 0 {
		return nil
	}
	d, err := dataOf(f)
	if err != nil {
		return err
	}
	for _, l := range letters[f.Name] {
		about := l.about(d)
		if about == "" {
			continue
		}
		n := &Notice{Root: store.Root{ID: noticeID(f.ID, l.kind, about)}, About: about, Kind: l.kind,
			At: f.At, Made: now, Mail: Due, Next: now, Expires: now.Add(keepNotice)}
		if err := s.keep(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// slip writes a letter as it stands now. A stranger may have given the address,
// and any name with it: what they typed is not sent on.
func (s *Service) slip(ctx context.Context, n *Notice) (Letter, error) {
	p, err := s.Sources.Slip(ctx, n.Kind, n.About, n.At)
	if err != nil {
		return Letter{}, err
	}
	lang := languageOf(p.Languages)
	c := words[lang]
	n.Title = p.Title
	say := n.say(lang)
	fill := strings.NewReplacer("{platform}", s.Platform, "{link}", p.Link, "{say}", say, "{until}", p.Until.UTC().Format("2006-01-02 15:04 UTC"))
	body := strings.Join([]string{c.Frame["hello"], fill.Replace(c.Letters[n.Kind]), "-- \r\n" + fill.Replace(c.Frame["stranger"])}, "\r\n\r\n") + "\r\n"
	return Letter{ID: n.ID, To: p.To, Lang: lang, Subject: say, Body: body}, nil
}
