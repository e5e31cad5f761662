package web

import (
	"time"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/text"
)

type personIn struct {
	Name     string `json:"name" validate:"required,max=200"`
	Email    string `json:"email" validate:"required,max=254"`
	Language string `json:"language,omitempty" validate:"max=35" doc:"in which they are written to; BCP 47"`
}

type identifierIn struct {
	Scheme    string `json:"scheme" validate:"required,max=40" doc:"code of org-id.guide, such as CN-USCI"`
	ID        string `json:"id" validate:"required,max=256"`
	LegalName string `json:"legalName" validate:"required,max=300"`
	URI       string `json:"uri,omitempty" validate:"max=500"`
}

func (i identifierIn) party() party.Identifier { return party.Identifier(i) }

// OrgFields are what an organisation comes in with.
type OrgFields struct {
	Kind       party.OrgKind `json:"kind" validate:"required"`
	Name       text.Text     `json:"name" validate:"required,min=1,max=24"`
	Identifier identifierIn  `json:"identifier" validate:"required"`
}

type registerIn struct {
	OrgFields
	Person   personIn `json:"person" validate:"required"`
	Password string   `json:"password" validate:"required,max=1000"`
	Cookie   bool     `json:"cookie,omitempty"`
}

// registeredOut is a new organisation, its first person, and their session, in
// which they make a second factor next.
type registeredOut struct {
	Organisation orgOut     `json:"organisation"`
	User         string     `json:"user"`
	Session      sessionOut `json:"session"`
}

func (s *Server) registerOrganisation(c *Call, in registerIn) (registeredOut, error) {
	r := in.registration(c)
	r.UserID = c.NewID()
	r.Person, r.Password = people.Person(in.Person), in.Password
	done, err := s.People.Register(c.Context(), r)
	return s.showRegistered(c, done, in.Cookie, err)
}

func (s *Server) showRegistered(c *Call, done people.Registered, cookie bool, err error) (registeredOut, error) {
	if err != nil {
		return registeredOut{}, err
	}
	session, err := s.hand(c, done.Session, cookie)
	c.Location("/api/v1/organisations/%s", done.Org.ID)
	return registeredOut{showOrg(done.Org), done.User.ID, session}, err
}

type setupIn struct {
	Ticket     string       `json:"ticket" validate:"required,max=100" doc:"from the set-up file"`
	Name       text.Text    `json:"name" validate:"required,min=1,max=24"`
	Identifier identifierIn `json:"identifier" validate:"required"`
	Person     personIn     `json:"person" validate:"required"`
	Password   string       `json:"password" validate:"required,max=1000"`
	Cookie     bool         `json:"cookie,omitempty"`
}

func (s *Server) setup(c *Call, in setupIn) (registeredOut, error) {
	done, err := s.People.Setup(c.Context(), in.Ticket, people.Platform{OrgID: c.NewID(), UserID: c.NewID(), Name: in.Name,
		Identifier: in.Identifier.party(), Person: people.Person(in.Person), Password: in.Password})
	return s.showRegistered(c, done, in.Cookie, err)
}

func (s *Server) registerMore(c *Call, in OrgFields) (orgOut, error) {
	o, err := s.People.RegisterMore(c.Context(), c.Identity, in.registration(c))
	if err != nil {
		return orgOut{}, err
	}
	c.Location("/api/v1/organisations/%s", o.ID)
	return showOrg(o), nil
}

func (in OrgFields) registration(c *Call) people.Registration {
	return people.Registration{OrgID: c.NewID(), Kind: in.Kind, Name: in.Name, Identifier: in.Identifier.party()}
}

// orgOut is what everybody may know of an organisation.
type orgOut struct {
	Versioned
	ID         string            `json:"id"`
	Kind       party.OrgKind     `json:"kind"`
	Name       text.Text         `json:"name"`
	Claims     []claimOut        `json:"claims"`
	Address    party.Address     `json:"address,omitzero"`
	Contact    party.Contact     `json:"contact,omitzero"`
	Owners     []party.Owner     `json:"owners,omitempty"`
	Debarments []party.Debarment `json:"debarments,omitempty"`
	Created    time.Time         `json:"created"`
}

// claimOut is a claim without the grounds on which it was settled.
type claimOut struct {
	Key        string           `json:"key"`
	Identifier party.Identifier `json:"identifier"`
	State      party.ClaimState `json:"state"`
}

func showOrg(o *party.Organisation) orgOut {
	out := orgOut{Versioned{o.Version}, o.ID, o.Kind, o.Name, []claimOut{}, o.Address, o.Contact, o.Owners, o.Debarments, o.Created}
	for _, c := range o.Claims {
		out.Claims = append(out.Claims, claimOut{c.Key(), c.Identifier, c.State})
	}
	return out
}

// shown is showOrg behind a call that can fail.
func shown(o *party.Organisation, err error) (orgOut, error) {
	if err != nil {
		return orgOut{}, err
	}
	return showOrg(o), nil
}

type listOrgsIn struct {
	Paging
	Kind    party.OrgKind `query:"kind" validate:"omitempty,oneof=buyer supplier review_body oversight"`
	Query   string        `query:"q" validate:"max=200" doc:"words of the name or the identifier"`
	Waiting bool          `query:"waiting" doc:"those with claims to settle, for administrators"`
}

func (s *Server) listOrganisations(c *Call, in listOrgsIn) (List[orgOut], error) {
	if in.Waiting {
		list, next, err := s.People.Waiting(c.Context(), c.By, in.After, in.Size())
		return listOf(list, next, showOrg), err
	}
	if in.Kind == "" {
		in.Kind = party.KindBuyer
	}
	if in.Query != "" {
		list, next, err := s.People.SearchOrgs(c.Context(), c.By, in.Kind, in.Query, in.After, in.Size())
		return listOf(list, next, showOrg), err
	}
	list, next, err := s.People.ListOrgs(c.Context(), c.By, in.Kind, in.After, in.Size())
	return listOf(list, next, showOrg), err
}

func (s *Server) listMine(c *Call, _ Nothing) (List[orgOut], error) {
	list, err := s.People.OrgsOf(c.Context(), c.By)
	return listOf(list, "", showOrg), err
}

func (s *Server) getOrganisation(c *Call, in byID) (orgOut, error) {
	return shown(s.People.Org(c.Context(), c.By, in.ID))
}

type profileIn struct {
	ID      string        `path:"id"`
	Match   IfMatch       `header:"If-Match"`
	Name    text.Text     `json:"name" validate:"required,min=1,max=24"`
	Address party.Address `json:"address,omitzero"`
	Contact party.Contact `json:"contact,omitzero"`
	Owners  []party.Owner `json:"owners,omitempty" validate:"max=100"`
}

func (s *Server) editOrganisation(c *Call, in profileIn) (orgOut, error) {
	p := people.Profile{Name: in.Name, Address: in.Address, Contact: in.Contact, Owners: in.Owners}
	return shown(s.People.EditOrg(c.Context(), c.By, in.ID, int64(in.Match), p))
}
