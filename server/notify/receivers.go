package notify

import (
	"context"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/store"
)

func platform(ctx context.Context, s *Service, f event.Event) (told, error) {
	o, err := s.orgIn(ctx, f)
	if err != nil {
		return told{}, err
	}
	users, err := s.ofKind(ctx, party.KindOversight, party.RoleAdministrator)
	return telling(o.Name, page(adminOrgPage, o.ID), users...), err
}

func theirs(ctx context.Context, s *Service, f event.Event) (told, error) {
	o, err := s.orgIn(ctx, f)
	if err != nil {
		return told{}, err
	}
	users, err := s.at(ctx, o.ID, party.RoleAdministrator)
	return telling(o.Name, accountPage, users...), err
}

func person(ctx context.Context, s *Service, f event.Event) (told, error) {
	d, err := dataOf(f)
	if err != nil {
		return told{}, err
	}
	o, err := s.orgIn(ctx, f)
	if err != nil {
		return told{}, err
	}
	return telling(o.Name, accountPage, d.User), nil
}

// side tells people of the buyer.
func side(roles ...party.Role) func(context.Context, *Service, event.Event) (told, error) {
	return func(ctx context.Context, s *Service, f event.Event) (told, error) {
		t, err := s.Sources.Tender(ctx, f.Topic)
		if err != nil {
			return told{}, err
		}
		users, err := s.at(ctx, t.Buyer.ID, roles...)
		return telling(t.Notice.Title, page(buyPage, t.ID), users...), err
	}
}

// planners tells people of the body whose plan it is.
func planners(roles ...party.Role) func(context.Context, *Service, event.Event) (told, error) {
	return func(ctx context.Context, s *Service, f event.Event) (told, error) {
		buyer, title, err := s.Sources.Plan(ctx, f.Topic)
		if err != nil {
			return told{}, err
		}
		users, err := s.at(ctx, buyer, roles...)
		return telling(title, page(planPage, f.Topic), users...), err
	}
}

// openers are those who were named, and those who are to follow them.
func openers(ctx context.Context, s *Service, f event.Event) (told, error) {
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	out := told{title: t.Notice.Title}
	committees := []tender.Openers{t.Openers}
	if t.Next != nil {
		committees = append(committees, *t.Next)
	}
	for _, c := range committees {
		for _, g := range c.Groups {
			for _, m := range g.Members {
				out.tell(page(openPage, t.ID), m.User)
			}
		}
	}
	return out, nil
}

// panel are the evaluators of a tender.
func panel(ctx context.Context, s *Service, f event.Event) (told, error) {
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	out := told{title: t.Notice.Title}
	for _, m := range t.Panel {
		out.tell(page(judgePage, t.ID), m.User)
	}
	return out, nil
}

// interested tells who follows a tender, and who bids: the same, alike.
func interested(ctx context.Context, s *Service, f event.Event) (told, error) {
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	out := told{title: t.Notice.Title}
	if t.Published.IsZero() {
		return out, nil
	}
	path := page(publicPage, t.ID)
	err = s.watches().All(ctx, store.Query{Index: "topic", Eq: []any{t.ID}}, func(w *watch) error {
		out.tell(path, w.User)
		return nil
	})
	if err != nil {
		return out, err
	}
	err = s.representatives(ctx, t.ID, &out, path)
	return out, err
}

// bidders tells those who bid that they may have to open their own bids.
func bidders(ctx context.Context, s *Service, f event.Event) (told, error) {
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	out := told{title: t.Notice.Title}
	err = s.representatives(ctx, t.ID, &out, page(bidPage, t.ID))
	return out, err
}

// representatives leads those of all who bid to a page.
func (s *Service) representatives(ctx context.Context, tender string, out *told, path string) error {
	orgs, err := s.Sources.Bidders(ctx, tender)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		users, err := s.at(ctx, org, party.RoleRepresentative)
		if err != nil {
			return err
		}
		out.tell(path, users...)
	}
	return nil
}

func bidder(ctx context.Context, s *Service, f event.Event) (told, error) {
	d, err := dataOf(f)
	if err != nil {
		return told{}, err
	}
	return s.supplier(ctx, f.Topic, d.Bidder)
}

// supplier tells the representatives of one bidder.
func (s *Service) supplier(ctx context.Context, topic, org string) (told, error) {
	t, err := s.Sources.Tender(ctx, topic)
	if err != nil {
		return told{}, err
	}
	users, err := s.at(ctx, org, party.RoleRepresentative)
	return telling(t.Notice.Title, page(bidPage, t.ID), users...), err
}
