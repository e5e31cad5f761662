package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/sync/errgroup"

	"probity/server/client"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/text"
)

// atOnce is how many people come in at the same time.
const atOnce = 4

// arrive sets the platform up and brings everybody in.
func (s *story) arrive(ctx context.Context) error {
	s.orgs, s.people = organisations(), map[string]*person{}
	for _, r := range cast {
		s.people[r.key] = s.newcomer(r)
	}
	if err := s.setUp(ctx); err != nil {
		return err
	}
	if err := s.each(ctx, cast[1:founders], s.found); err != nil {
		return err
	}
	if err := s.confirmAll(ctx); err != nil {
		return err
	}
	if err := s.each(ctx, cast[founders:], s.invite); err != nil {
		return err
	}
	if err := s.each(ctx, cast, s.enrol); err != nil {
		return err
	}
	s.tell.at(s.now, "%s and %s register, and so do four firms. Each claims a number in a register; where numbers carry a check, it is "+
		"recomputed. %s looks at evidence and confirms every claim: before that, nobody buys or bids.",
		s.name("ministry"), s.name("tribunal"), s.who("keeper").name)
	s.tell.say("%d people come in. Each sets a password, takes a second factor, and makes a key on their own device with which they will "+
		"sign.", len(cast))
	return nil
}

// each lets a part of the cast do something, a few at a time.
func (s *story) each(ctx context.Context, roles []role, do func(context.Context, *person) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, r := range roles {
		g.Go(func() error {
			if err := do(ctx, s.people[r.key]); err != nil {
				return fmt.Errorf("%s (%s): %w", r.key, r.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// newcomer is somebody whom the platform does not know yet.
func (s *story) newcomer(r role) *person {
	log, _ := client.NewLog() // the first key it sees is pinned; nothing can go wrong here
	return &person{role: r, Client: &client.Client{Base: s.base, Log: log},
		email: r.key + "@" + r.at + ".example", password: passphrase()}
}

// passphrase is 80 bits that can be typed.
func passphrase() string {
	t := strings.ToLower(rand.Text())
	return t[0:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
}

func (p *person) inPerson() map[string]string {
	return map[string]string{"name": p.name, "email": p.email}
}

// registered is the answer to whoever brings an organisation in.
type registered struct {
	Organisation struct {
		ID string `json:"id"`
	} `json:"organisation"`
	User    string         `json:"user"`
	Session client.Session `json:"session"`
}

// taken notes what came of it.
func (s *story) taken(p *person, r registered) {
	s.orgs[p.at].id, p.user, p.Token = r.Organisation.ID, r.User, r.Session.Token
	p.As = r.Organisation.ID + "/" + string(p.as)
}

// setUp makes the first administrator, with the ticket that only the operator
// can read.
func (s *story) setUp(ctx context.Context) error {
	if _, err := s.app.People.PrepareSetup(ctx); err != nil {
		return err
	}
	ticket, err := os.ReadFile(s.app.People.SetupFile)
	if err != nil {
		return err
	}
	p, o := s.who("keeper"), s.orgs[oversight]
	in := map[string]any{"ticket": strings.TrimSpace(string(ticket)), "name": o.name, "identifier": o.identifier,
		"person": p.inPerson(), "password": p.password}
	var out registered
	if err := p.Create(ctx, "/api/v1/setup", in, &out); err != nil {
		return err
	}
	s.taken(p, out)
	if err := p.secure(ctx); err != nil {
		return err
	}
	if _, err := s.clock(ctx); err != nil {
		return err
	}
	s.tell.at(s.now, "The operator starts the server. A one-time ticket lies in a file that nobody else can read; with it %s becomes the "+
		"first administrator, for %s. It works once.",
		p.name, o.name.In("en"))
	again := p.Client
	err = again.Create(ctx, "/api/v1/setup", in, &out)
	words, err := refusal(err, "setup.unknown")
	if err == nil {
		s.tell.refused("The same ticket again: %s", words)
	}
	return err
}

// found brings an organisation in with its first person.
func (s *story) found(ctx context.Context, p *person) error {
	o := s.orgs[p.at]
	in := map[string]any{"kind": o.kind, "name": o.name, "identifier": o.identifier, "person": p.inPerson(), "password": p.password}
	var out registered
	if err := p.Create(ctx, "/api/v1/organisations", in, &out); err != nil {
		return err
	}
	s.taken(p, out)
	return p.secure(ctx)
}

// secure makes the second factor, and goes on in a whole session.
func (p *person) secure(ctx context.Context) error {
	var err error
	if p.factor, err = p.NewFactor(ctx, ""); err != nil {
		return err
	}
	code, err := totp.GenerateCode(p.factor.Secret, time.Now())
	if err != nil {
		return err
	}
	_, err = p.ConfirmFactor(ctx, code)
	return err
}

// profile is an organisation as it is read and edited.
type profile struct {
	Version int64         `json:"version"`
	Name    text.Text     `json:"name"`
	Address party.Address `json:"address"`
	Contact party.Contact `json:"contact"`
	Claims  []struct {
		Key   string           `json:"key"`
		State party.ClaimState `json:"state"`
	} `json:"claims"`
}

// confirmAll lets the administrator look at the evidence for every claim.
func (s *story) confirmAll(ctx context.Context) error {
	for _, r := range cast[1:founders] {
		o, path := s.orgs[r.at], "/api/v1/organisations/"+s.org(r.at)
		var now profile
		if err := s.who("keeper").Get(ctx, path, &now); err != nil {
			return err
		}
		in := map[string]any{"claim": now.Claims[0].Key, "evidence": []party.Evidence{{Kind: "document", Text: o.evidence}}}
		confirm := client.Request{Method: "POST", Path: path + "/confirm", In: in, Version: now.Version}
		if err := s.who("keeper").Call(ctx, confirm, &now); err != nil {
			return err
		}
		if err := must(now.Claims[0].State == party.Confirmed, "the claim of %s is confirmed", s.name(r.at)); err != nil {
			return err
		}
		p := s.who(r.key)
		about := map[string]any{"name": o.name, "address": o.address, "contact": party.Contact{Name: r.name, Email: p.email}}
		admin := *p.Client // who registers an organisation administers it, too
		admin.As = o.id + "/" + string(party.RoleAdministrator)
		if err := admin.Put(ctx, path, now.Version, about, nil); err != nil {
			return err
		}
	}
	return nil
}

// invite lets an administrator invite a person, who takes the invitation.
func (s *story) invite(ctx context.Context, p *person) error {
	host := s.who(map[string]string{oversight: "keeper", "ministry": "secretary", "tribunal": "registrar"}[p.at])
	in := map[string]any{"organisation": s.org(p.at), "roles": []party.Role{p.as}, "person": p.inPerson()}
	var out struct{ Invitation string }
	if err := host.Create(ctx, "/api/v1/users", in, &out); err != nil {
		return err
	}
	p.As = s.org(p.at) + "/" + string(p.as)
	taken, err := p.AcceptInvitation(ctx, out.Invitation, p.password)
	if err != nil {
		return err
	}
	p.user = taken.User
	return p.secure(ctx)
}

// enrol makes a device key and registers its public part.
func (s *story) enrol(ctx context.Context, p *person) error {
	var err error
	if p.device, err = sign.Generate(); err != nil {
		return err
	}
	_, err = p.AddDevice(ctx, "laptop of "+p.name, p.device)
	return err
}
