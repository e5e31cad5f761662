package people

import (
	"context"
	"slices"
	"strings"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Org shows an organisation. One without any confirmed claim is known to its
// members and to those who settle claims only. The rest is public, so no scope
// of a token is asked for.
func (s *Service) Org(ctx context.Context, by party.Actor, org string) (*party.Organisation, error) {
	o, err := s.Orgs.Get(ctx, org)
	if err != nil {
		return nil, err
	}
	if !visible(by, o) {
		return nil, fault.New(fault.Missing, "organisation.missing", "There is no such organisation.")
	}
	return o, nil
}

func visible(by party.Actor, o *party.Organisation) bool {
	known := slices.ContainsFunc(o.Claims, func(c party.Claim) bool { return c.State != party.Unconfirmed && c.State != party.Refused })
	return known || by.Org == o.ID || party.Allowed(by, party.OrgConfirm) == nil || party.Allowed(by, party.OrgReadEvidence, o.ID) == nil
}

// Evidence shows on what grounds the claims of an organisation were settled.
func (s *Service) Evidence(ctx context.Context, by party.Actor, org, reason string) (*party.Organisation, error) {
	if err := party.Allowed(by, party.OrgReadEvidence, org); err != nil {
		return nil, hide(err, "organisation")
	}
	o, err := s.Orgs.Get(ctx, org)
	if err != nil {
		return nil, err
	}
	return o, s.Read(ctx, by, Reading{party.OrgReadEvidence, "", "organisation/" + org, reason})
}

// ListOrgs lists organisations that by may know of, of one kind, by age. A page
// can be shorter than asked for.
func (s *Service) ListOrgs(ctx context.Context, by party.Actor, kind party.OrgKind, after string, limit int) ([]*party.Organisation, string, error) {
	list, next, err := s.Orgs.Find(ctx, store.Query{Index: "kind", Eq: []any{string(kind)}, After: after, Limit: limit})
	list = slices.DeleteFunc(list, func(o *party.Organisation) bool { return !visible(by, o) })
	return list, next, err
}

// searchMost is how many organisations one search looks at; the cursor goes on.
const searchMost = 2000

// SearchOrgs lists organisations that by may know of and whose name, in any
// language, or an identifier holds the words of the query. It looks at so many
// of a kind, oldest first; next says where to go on.
func (s *Service) SearchOrgs(ctx context.Context, by party.Actor, kind party.OrgKind, query, after string, limit int) (found []*party.Organisation, next string, err error) {
	words := strings.Fields(text.Key(query))
	for looked := 0; looked < searchMost && len(found) < limit; {
		var page []*party.Organisation
		page, next, err = s.ListOrgs(ctx, by, kind, after, 100)
		if err != nil {
			return nil, "", err
		}
		for _, o := range page {
			if hasWords(o, words) {
				found = append(found, o)
			}
		}
		looked += 100
		if after = next; next == "" {
			break
		}
	}
	return found, next, nil
}

func hasWords(o *party.Organisation, words []string) bool {
	var all []string
	for _, lang := range o.Name.Languages() {
		all = append(all, o.Name[lang])
	}
	for _, c := range o.Claims {
		all = append(all, c.Key(), c.LegalName)
	}
	hay := text.Key(strings.Join(all, " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) })
}

// OrgsOf lists the organisations in which the person of a session or token has a
// place, confirmed or not, in the order of the places.
func (s *Service) OrgsOf(ctx context.Context, by party.Actor) ([]*party.Organisation, error) {
	if !by.SignedIn() {
		return nil, errTicket
	}
	u, err := s.Users.Get(ctx, by.User)
	if err != nil {
		return nil, err
	}
	list := []*party.Organisation{}
	for _, id := range u.Orgs() {
		if by.Scopes != nil && id != by.Org {
			continue // a token is for one place
		}
		o, err := s.Orgs.Get(ctx, id)
		switch {
		case fault.Coded(err, "organisation.missing"): // its registration broke off; sending it again heals it
		case err != nil:
			return nil, err
		default:
			list = append(list, o)
		}
	}
	return list, nil
}

// Waiting lists organisations with claims that wait to be settled, oldest first.
func (s *Service) Waiting(ctx context.Context, by party.Actor, after string, limit int) ([]*party.Organisation, string, error) {
	if err := party.Allowed(by, party.OrgConfirm); err != nil {
		return nil, "", err
	}
	return s.Orgs.Find(ctx, store.Query{Index: "waiting", Eq: []any{"yes"}, After: after, Limit: limit})
}
