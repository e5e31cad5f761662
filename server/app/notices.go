package app

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"probity/bidding"
	smtp "probity/server/mail"
	"probity/server/notify"
	"probity/server/people"
	"probity/server/search"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

// openNotices builds what tells people, as one more reader of the log.
func (a *App) openNotices(ctx context.Context) error {
	key, err := a.secret(ctx, "ticket.key")
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(a.Config.Zone)
	if err != nil {
		return err
	}
	a.Notices = &notify.Service{
		Engine: a.Engine,
		Users:  shelf[party.User](a.Engine, party.Users.Kind),
		Orgs:   shelf[party.Organisation](a.Engine, party.Organisations.Kind),
		Mails:  a.Config.Mails(), URL: a.Config.URL, Platform: a.Config.Name, Key: key,
		Sources: notify.Sources{
			Tender: func(ctx context.Context, id string) (*tender.Tender, error) { return a.Tenders.Tenders.Get(ctx, id) },
			Plan: func(ctx context.Context, id string) (string, tender.Text, error) {
				p, err := a.Plans.Plans.Get(ctx, id)
				if err != nil {
					return "", nil, err
				}
				return p.Buyer.ID, p.Content.Title, nil
			},
			Bidders: a.biddersOf,
			Contract: func(ctx context.Context, id string) (string, string, error) {
				c, err := a.Contracts.Contracts.Get(ctx, id)
				if err != nil {
					return "", "", err
				}
				return c.Buyer, c.Supplier, nil
			},
			Complaint: func(ctx context.Context, id string) (string, bool, error) {
				c, err := a.Complaints.Complaints.Get(ctx, id)
				if err != nil {
					return "", false, err
				}
				return c.By.ID, c.Heard(), nil
			},
			Searches: func(ctx context.Context, f event.Event) (map[string][]notify.Search, error) {
				return a.fitting(ctx, f, zone)
			},
			Quieten: func(ctx context.Context, user string, ids []string) error { return a.saves().Quieten(ctx, user, ids) },
			Slip:    a.slip,
		},
	}
	a.readers = append(a.readers, Reader{Name: "notices", Take: func(ctx context.Context, f bidding.Placed) error { return a.Notices.Take(ctx, f.Event) }})
	if !a.Config.Mails() {
		return nil
	}
	password, err := a.Config.MailSecret()
	if err != nil {
		return err
	}
	from, err := mail.ParseAddress(a.Config.MailFrom)
	if err != nil {
		return err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	a.post = &smtp.Server{Host: a.Config.MailHost, Port: a.Config.MailPort, Security: a.Config.MailSecurity,
		User: a.Config.MailUser, Password: password, From: a.Config.MailFrom, Domain: domain}
	return nil
}

// saves are the saved searches.
func (a *App) saves() search.Memory {
	return search.Memory{Saves: shelf[search.Saves](a.Engine, search.SavesCollection.Kind)}
}

// fitting finds the saved searches, by person, that find what a fact has
// published.
func (a *App) fitting(ctx context.Context, f event.Event, zone *time.Location) (map[string][]notify.Search, error) {
	published, err := a.publishedBy(ctx, f)
	if err != nil {
		return nil, err
	}
	list, err := a.saves().Fitting(ctx, published, f.At, zone)
	found := map[string][]notify.Search{}
	for _, f := range list {
		for _, x := range f.Searches {
			found[f.User] = append(found[f.User], notify.Search{ID: x.ID, Name: x.Name, Quiet: x.Quiet})
		}
	}
	return found, err
}

// publishedBy is what a fact lets anybody find: a tender, or the entries of a
// plan that its edition before had not.
func (a *App) publishedBy(ctx context.Context, f event.Event) ([]search.Notice, error) {
	if strings.HasPrefix(f.Name, plan.Kind+".") {
		p, list, err := a.Plans.Listed(ctx, f)
		var published []search.Notice
		for _, e := range list {
			published = append(published, search.PlannedOf(p, e, f.At.UnixMilli()))
		}
		return published, err
	}
	t, err := a.Tenders.Tenders.Get(ctx, f.Topic)
	if err != nil || !t.Public() {
		return nil, err
	}
	return []search.Notice{search.NoticeOf(t)}, nil
}

// biddersOf lists the organisations with a bid that is in force.
func (a *App) biddersOf(ctx context.Context, id string) ([]string, error) {
	var orgs []string
	err := a.Bids.Bids.All(ctx, store.Query{Index: "lot", Eq: []any{id}}, func(b *bidding.Bid) error {
		if b.Last() != nil {
			orgs = append(orgs, b.Bidder.ID)
		}
		return nil
	})
	return orgs, err
}

// slip asks who keeps accounts what a letter says.
func (a *App) slip(ctx context.Context, kind notify.Kind, about string, at time.Time) (notify.Slip, error) {
	var l people.Letter
	var err error
	switch kind {
	case notify.Address:
		l, err = a.People.AddressLetter(ctx, about, at)
	case notify.Moving:
		l, err = a.People.MovingLetter(ctx, about)
	default:
		l, err = a.People.InvitationLetter(ctx, about)
	}
	return notify.Slip{To: l.To, Languages: l.Languages, Title: l.Org, Link: l.Link, Until: l.Until}, err
}
