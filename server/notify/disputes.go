package notify

import (
	"context"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/party"
)

// complainant is who has filed a complaint.
func complainant(ctx context.Context, s *Service, f event.Event) (told, error) {
	d, err := dataOf(f)
	if err != nil {
		return told{}, err
	}
	org, _, err := s.Sources.Complaint(ctx, d.Complaint)
	if err != nil {
		return told{}, err
	}
	return s.supplier(ctx, f.Topic, org)
}

// respondent is the buyer that a complaint is about: as soon as it may know.
func respondent(ctx context.Context, s *Service, f event.Event) (told, error) {
	return s.complaint(ctx, f, buyComplaint, func(t *tender.Tender, heard bool) ([]string, error) {
		if !heard {
			return nil, nil
		}
		return s.at(ctx, t.Buyer.ID, party.RoleOfficer)
	})
}

func reviewers(ctx context.Context, s *Service, f event.Event) (told, error) {
	return s.complaint(ctx, f, reviewComplaint, func(*tender.Tender, bool) ([]string, error) {
		return s.ofKind(ctx, party.KindReview, party.RoleReviewer)
	})
}

// complaint tells people of a complaint, each on the page of their desk.
func (s *Service) complaint(ctx context.Context, f event.Event, folder string, who func(*tender.Tender, bool) ([]string, error)) (told, error) {
	d, err := dataOf(f)
	if err != nil {
		return told{}, err
	}
	_, heard, err := s.Sources.Complaint(ctx, d.Complaint)
	if err != nil {
		return told{}, err
	}
	t, err := s.Sources.Tender(ctx, f.Topic)
	if err != nil {
		return told{}, err
	}
	users, err := who(t, heard)
	return telling(t.Notice.Title, page(folder, d.Complaint), users...), err
}
