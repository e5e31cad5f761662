package notify

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// told is who is told of a fact, and what.
type told struct {
	title text.Text
	to    []receiver
}

// receiver is one person who is told, with the page that shows them the rest.
type receiver struct {
	user     string
	path     string
	searches []Search
}

// tell adds people who are led to a page.
func (o *told) tell(path string, users ...string) {
	for _, u := range users {
		o.to = append(o.to, receiver{user: u, path: path})
	}
}

// telling is what is told of one thing to people who are led to one page.
func telling(title text.Text, path string, users ...string) told {
	o := told{title: title}
	o.tell(path, users...)
	return o
}

// page is the address of a page about something.
func page(folder, id string) string { return folder + url.PathEscape(id) }

// The pages that notices lead to. A receiver may open what they are led to: a
// test opens each.
const (
	publicPage      = "/tenders/"
	buyPage         = "/buy/tenders/"
	planPage        = "/buy/plans/"
	publicPlanPage  = "/plans/"
	bidPage         = "/bid/tenders/"
	openPage        = "/open/tenders/"
	judgePage       = "/judge/"
	buyContract     = "/buy/contracts/"
	bidContract     = "/bid/contracts/"
	buyComplaint    = "/buy/complaints/"
	reviewComplaint = "/review/complaints/"
	adminOrgPage    = "/admin/organisations/"
	accountPage     = "/account"
)

// data is what the rules read of a fact.
type data struct {
	Organisation string `json:"organisation"`
	User         string `json:"user"`
	Bidder       string `json:"bidder"`
	Complaint    string `json:"complaint"`
	Contract     string `json:"contract"`
	Invitation   string `json:"invitation"`
}

func dataOf(f event.Event) (d data, err error) {
	var loose map[string]json.RawMessage
	if err := json.Unmarshal(f.Data, &loose); err != nil {
		return d, err
	}
	for name, to := range map[string]*string{"organisation": &d.Organisation, "user": &d.User, "bidder": &d.Bidder, "complaint": &d.Complaint, "contract": &d.Contract,
		"invitation": &d.Invitation} {
		_ = json.Unmarshal(loose[name], to) // another fact may mean something else by the name
	}
	return d, nil
}

// at lists the people who hold one of the roles in an organisation.
func (s *Service) at(ctx context.Context, org string, roles ...party.Role) ([]string, error) {
	var users []string
	err := s.Users.All(ctx, store.Query{Index: "org", Eq: []any{org}}, func(u *party.User) error {
		for _, m := range u.Memberships {
			if m.Org == org && !u.Disabled && slices.ContainsFunc(m.Roles, func(r party.Role) bool { return slices.Contains(roles, r) }) {
				users = append(users, u.ID)
				return nil
			}
		}
		return nil
	})
	return users, err
}

// ofKind lists the people with a role in all organisations of a kind.
func (s *Service) ofKind(ctx context.Context, kind party.OrgKind, role party.Role) ([]string, error) {
	var users []string
	err := s.Orgs.All(ctx, store.Query{Index: "kind", Eq: []any{string(kind)}}, func(o *party.Organisation) error {
		list, err := s.at(ctx, o.ID, role)
		users = append(users, list...)
		return err
	})
	return users, err
}

// orgIn is the organisation that a fact is about.
func (s *Service) orgIn(ctx context.Context, f event.Event) (*party.Organisation, error) {
	d, err := dataOf(f)
	if err != nil {
		return nil, err
	}
	return s.Orgs.Get(ctx, d.Organisation)
}
