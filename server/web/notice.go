package web

import (
	"time"

	"probity/server/notify"
	"probity/tender/party"
	"probity/tender/text"
)

func (s *Server) noticeRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/me/notices", Name: "listNotices", Right: SignedIn, Status: ok, Do: do(s.listNotices), Says: "Lists what one was told, newest first."},
		{At: "GET /api/v1/me/notices/{id}", Name: "getNotice", Right: SignedIn, Status: ok, Do: do(s.getNotice), Says: "Shows one thing that one was told."},
		{At: "POST /api/v1/me/notices/read", Name: "readNotices", Right: party.AccountEdit, Status: nothing, Do: do(s.readNotices), Says: "Marks what one was told as read."},
		{At: "GET /api/v1/me/mail", Name: "getMailChoices", Right: SignedIn, Status: ok, Do: do(s.getChoices), Says: "Says of what one is told by mail."},
		{At: "PUT /api/v1/me/mail", Name: "setMailChoices", Right: party.AccountEdit, Status: ok, Do: do(s.choose), Says: "Chooses of what one is told by mail."},
		{At: "GET /api/v1/me/watches", Name: "listWatches", Right: SignedIn, Status: ok, Do: do(s.listWatches), Says: "Lists the tenders that one follows."},
		{At: "GET /api/v1/me/watches/{id}", Name: "getWatch", Right: SignedIn, Status: ok, Do: do(s.getWatch), Says: "Says whether one follows a tender."},
		{At: "PUT /api/v1/me/watches/{id}", Name: "watch", Right: party.AccountEdit, Status: nothing, Do: do(s.followTender), Says: "Follows a tender: one is told what happens to it."},
		{At: "DELETE /api/v1/me/watches/{id}", Name: "unwatch", Right: party.AccountEdit, Status: nothing, Do: do(s.unfollowTender), Says: "Stops following a tender."},
		{At: "GET /api/v1/platform/mail", Name: "listDeadLetters", Right: party.PlatformSettings, Status: ok, Do: do(s.listDead), Says: "Lists mail that was given up."},
		{At: "POST /api/v1/platform/mail/{id}", Name: "sendAgain", Right: party.PlatformSettings, Status: nothing, Do: do(s.sendAgain), Says: "Tries a mail that was given up once more."},
	}
}

// noticeOut is one thing that a person was told.
type noticeOut struct {
	ID    string      `json:"id"`
	Kind  notify.Kind `json:"kind"`
	Topic string      `json:"topic,omitempty" doc:"ocid"`
	Text  text.Text   `json:"text"`
	Path  string      `json:"path" doc:"of the page where the rest is"`
	At    time.Time   `json:"at"`
	Read  *time.Time  `json:"read,omitempty"`
	Mail  notify.Mail `json:"mail,omitempty"`

	Searches []notify.Search `json:"searches,omitempty" doc:"one's own that a new tender fits"`
}

func showNotice(n *notify.Notice) noticeOut {
	return noticeOut{n.ID, n.Kind, n.Topic, n.Text(), n.Path, n.At, maybe(n.Read), n.Mail, n.Searches}
}

func (s *Server) listNotices(c *Call, in Paging) (List[noticeOut], error) {
	list, next, err := s.Notices.Inbox(c.Context(), c.By, in.After, in.Size())
	return listOf(list, next, showNotice), err
}

func (s *Server) getNotice(c *Call, in byID) (noticeOut, error) {
	n, err := s.Notices.Notice(c.Context(), c.By, in.ID)
	if err != nil {
		return noticeOut{}, err
	}
	return showNotice(n), nil
}

type readIn struct {
	ID string `json:"id,omitempty" validate:"max=100" doc:"all of them if absent"`
}

func (s *Server) readNotices(c *Call, in readIn) (Nothing, error) {
	return Nothing{}, s.Notices.MarkRead(c.Context(), c.By, in.ID)
}

// choicesOut is what a person gets by mail.
type choicesOut struct {
	Mails bool         `json:"mails" doc:"the platform sends mail at all"`
	Kinds []kindChoice `json:"kinds"`
}

type kindChoice struct {
	Kind notify.Kind `json:"kind"`
	Name text.Text   `json:"name"`
	Mail bool        `json:"mail"`
}

func (s *Server) getChoices(c *Call, _ Nothing) (choicesOut, error) {
	off, err := s.Notices.Choices(c.Context(), c.By)
	if err != nil {
		return choicesOut{}, err
	}
	out := choicesOut{Mails: s.Notices.Mails}
	for _, k := range notify.Kinds() {
		on := true
		for _, x := range off {
			on = on && x != k
		}
		out.Kinds = append(out.Kinds, kindChoice{k, k.Name(), on})
	}
	return out, nil
}

type chooseIn struct {
	Off []notify.Kind `json:"off,omitempty" validate:"max=100,unique" doc:"kinds that one does not want by mail"`
}

func (s *Server) choose(c *Call, in chooseIn) (choicesOut, error) {
	if err := s.Notices.Choose(c.Context(), c.By, in.Off); err != nil {
		return choicesOut{}, err
	}
	return s.getChoices(c, Nothing{})
}

func (s *Server) followTender(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.Notices.Watch(c.Context(), c.By, in.ID)
}

func (s *Server) unfollowTender(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.Notices.Unwatch(c.Context(), c.By, in.ID)
}

// followOut says whether a person follows a tender.
type followOut struct {
	Tender  string `json:"tender"`
	Follows bool   `json:"follows"`
}

func (s *Server) getWatch(c *Call, in byID) (followOut, error) {
	follows, err := s.Notices.Watches(c.Context(), c.By, in.ID)
	return followOut{in.ID, follows}, err
}

// watchOut is a tender that a person follows.
type watchOut struct {
	Tender string `json:"tender"`
}

func (s *Server) listWatches(c *Call, in Paging) (List[watchOut], error) {
	list, next, err := s.Notices.Watched(c.Context(), c.By, in.After, in.Size())
	return listOf(list, next, func(t string) watchOut { return watchOut{t} }), err
}

// deadOut is a mail that was given up. It does not say whose tender it is about.
type deadOut struct {
	ID    string      `json:"id"`
	User  string      `json:"user"`
	Kind  notify.Kind `json:"kind"`
	Name  text.Text   `json:"name"`
	Tries int         `json:"tries"`
	Why   string      `json:"why"`
	Made  time.Time   `json:"made"`
}

func (s *Server) listDead(c *Call, in Paging) (List[deadOut], error) {
	list, next, err := s.Notices.DeadLetters(c.Context(), c.By, in.After, in.Size())
	return listOf(list, next, func(d notify.Undelivered) deadOut {
		return deadOut{d.ID, d.User, d.Kind, d.Kind.Name(), d.Tries, d.Why, d.Made}
	}), err
}

func (s *Server) sendAgain(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.Notices.Again(c.Context(), c.By, in.ID)
}
