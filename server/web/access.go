package web

import (
	"context"
	"time"

	"probity/server/people"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

type accessesIn struct {
	Paging
	Subject string `query:"subject" validate:"max=512"`
	User    string `query:"user" validate:"max=100"`
	Tender  string `query:"tender" validate:"max=120"`
	Reason  Reason `header:"Probity-Reason" doc:"why you read this; put on record"`
}

// accessOut is one sensitive read. Ids are what is on record; names are those
// of today, and absent where there is none any more.
type accessOut struct {
	User    string       `json:"user"`
	Name    string       `json:"name,omitempty" doc:"of the reader"`
	Org     string       `json:"organisation"`
	For     text.Text    `json:"organisationName,omitempty"`
	Role    party.Role   `json:"role"`
	Action  party.Action `json:"action"`
	Topic   string       `json:"topic,omitempty"`
	Title   text.Text    `json:"title,omitempty" doc:"of the procedure"`
	Subject string       `json:"subject"`
	Person  string       `json:"person,omitempty" doc:"name of the person who was read about"`
	Body    text.Text    `json:"body,omitempty" doc:"name of the organisation that was read about"`
	Reason  string       `json:"reason"`
	At      time.Time    `json:"at"`
}

func (s *Server) listAccesses(c *Call, in accessesIn) (List[accessOut], error) {
	q := people.AccessQuery{Subject: in.Subject, User: in.User, Topic: in.Tender, Reason: string(in.Reason), After: in.After, Limit: in.Size()}
	list, next, err := s.People.Reads(c.Context(), c.By, q)
	if err != nil {
		return List[accessOut]{}, err
	}
	n, err := s.namesIn(c.Context(), list)
	return listOf(list, next, n.show), err
}

// namesOfReads are what the ids on a page of reads are called.
type namesOfReads struct {
	users   map[string]*party.User
	orgs    map[string]*party.Organisation
	tenders map[string]*tender.Tender
}

// namesIn looks up once whatever stands on a page of reads.
func (s *Server) namesIn(ctx context.Context, list []*people.Access) (n namesOfReads, err error) {
	var users, orgs, tenders []string
	for _, a := range list {
		person, body := a.About()
		users, orgs, tenders = append(users, a.User, person), append(orgs, a.Org, body), append(tenders, a.Topic)
	}
	if n.users, err = each(ctx, users, s.People.Users.Get); err != nil {
		return n, err
	}
	if n.orgs, err = each(ctx, orgs, s.People.Orgs.Get); err != nil {
		return n, err
	}
	n.tenders, err = each(ctx, tenders, func(ctx context.Context, id string) (*tender.Tender, error) { return s.Tenders.Tenders.Get(ctx, id) })
	return n, err
}

// each gets every one of ids once. What is not there is left out.
func each[T any](ctx context.Context, ids []string, get func(context.Context, string) (T, error)) (map[string]T, error) {
	asked, found := map[string]bool{"": true}, map[string]T{}
	for _, id := range ids {
		if asked[id] {
			continue
		}
		asked[id] = true
		x, err := get(ctx, id)
		if err == nil {
			found[id] = x
		} else if fault.From(err).Kind != fault.Missing && !fault.Coded(err, store.ErrInput.Code) {
			return nil, err
		}
	}
	return found, nil
}

func (n namesOfReads) show(a *people.Access) accessOut {
	out := accessOut{User: a.User, Org: a.Org, Role: a.Role, Action: a.Action, Topic: a.Topic, Subject: a.Subject, Reason: a.Reason, At: a.At}
	person, body := a.About()
	if u := n.users[a.User]; u != nil {
		out.Name = u.Name
	}
	if u := n.users[person]; u != nil {
		out.Person = u.Name
	}
	if o := n.orgs[a.Org]; o != nil {
		out.For = o.Name
	}
	if o := n.orgs[body]; o != nil {
		out.Body = o.Name
	}
	if t := n.tenders[a.Topic]; t != nil {
		out.Title = t.Notice.Title
	}
	return out
}
