// Package party is who takes part: organisations and how their claims to be who
// they say are settled, people and their roles, and who may do what.
//
// Start with table.go, the role table: what does not stand there is refused.
// actor.go says who somebody is when they act, duty.go what one person may not
// combine in one procedure, identifier.go how identifiers are checked. How
// people prove who they are (passwords, second factors, tokens, devices) is not
// here but in server/people, apart from what is shown of them.
//
// Frozen: the names of roles, kinds, actions, duties and claim states, and the
// JSON of all that is stored, since facts and records carry them.
package party

import (
	"slices"
	"time"

	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/text"
)

// Organisation is a body that buys, sells, reviews or oversees.
type Organisation struct {
	store.Root

	Kind    OrgKind   `json:"kind"` // for good
	Name    text.Text `json:"name"`
	Claims  []Claim   `json:"claims"` // to be in registers; the first is the one it goes by
	Address Address   `json:"address,omitzero"`
	Contact Contact   `json:"contact,omitzero"`
	Owners  []Owner   `json:"owners,omitempty"`

	// Debarments are kept when they are over.
	Debarments []Debarment `json:"debarments,omitempty"`

	Created time.Time `json:"created"`
}

// Organisations declares organisations to the engine. An identifier that is
// confirmed belongs to one organisation; before that, several may claim it,
// so that nobody keeps the real owner out by being first.
var Organisations = store.Collection{Kind: "organisation", Indexes: []store.Index{
	{Name: "confirmed", Fields: []string{"confirmed"}, Unique: true},
	{Name: "claimed", Fields: []string{"claimed"}},
	{Name: "waiting", Fields: []string{"waiting", "created"}},
	{Name: "kind", Fields: []string{"kind", "created"}},
}}

// Keys makes organisations findable by what they claim, by what is confirmed,
// by kind and, while a claim waits for an administrator, as waiting.
func (o *Organisation) Keys() store.Keys {
	k := store.Keys{"kind": string(o.Kind), "created": o.Created.UnixMilli()}
	var claimed, confirmed []string
	for _, c := range o.Claims {
		claimed = append(claimed, c.Key())
		switch c.State {
		case Confirmed:
			confirmed = append(confirmed, c.Key())
		case Unconfirmed:
			k["waiting"] = "yes"
		}
	}
	if len(claimed) > 0 {
		k["claimed"] = claimed
	}
	if len(confirmed) > 0 {
		k["confirmed"] = confirmed
	}
	return k
}

// Address is where an organisation is, as in OCDS.
type Address struct {
	Street   string `json:"streetAddress,omitempty"`
	Locality string `json:"locality,omitempty"`
	Region   string `json:"region,omitempty"`
	Postcode string `json:"postalCode,omitempty"`
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2
}

// Contact is whom to ask.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"telephone,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Owner is a person who in the end owns or controls an organisation.
type Owner struct {
	Name    string `json:"name"`
	Country string `json:"country"` // of nationality, ISO 3166-1 alpha-2

	// Share of what they own, in hundredths of a percent: 2500 is a quarter.
	Share int `json:"share,omitempty"`

	// Control says how they control it otherwise.
	Control string `json:"control,omitempty"`
}

// Bounds of an organisation.
const (
	maxClaims = 10
	maxOwners = 100
)

// Clean checks and tidies what the organisation says about itself; claims and
// debarments are not touched. Faults are Invalid and name the field.
func (o *Organisation) Clean() error {
	if !slices.Contains(Kinds(), o.Kind) {
		return fault.Field("organisation.kind", "kind", "Say buyer, supplier, review_body or oversight.")
	}
	name, err := o.Name.Clean("name", 300)
	if err != nil {
		return err
	}
	o.Name = name
	if err := o.Address.clean(); err != nil {
		return err
	}
	if err := o.Contact.clean(); err != nil {
		return err
	}
	if len(o.Owners) > maxOwners {
		return fault.Field("organisation.owners", "owners", "Name up to %d owners.", maxOwners)
	}
	total := 0
	for i := range o.Owners {
		if err := o.Owners[i].clean(at("owners", i)); err != nil {
			return err
		}
		total += o.Owners[i].Share
	}
	if total > whole {
		return fault.Field("organisation.owners", "owners", "The shares are more than the whole.")
	}
	return nil
}

// Identifier is the one that the organisation goes by: its first confirmed
// claim or, if there is none, its first.
func (o *Organisation) Identifier() Identifier {
	for _, c := range o.Claims {
		if c.State == Confirmed {
			return c.Identifier
		}
	}
	if len(o.Claims) == 0 {
		return Identifier{}
	}
	return o.Claims[0].Identifier
}

// Fit refuses an organisation that may not buy or bid at now: because no claim
// of it is confirmed (organisation.unconfirmed), or because it is debarred
// (organisation.debarred).
func (o *Organisation) Fit(now time.Time) error {
	if !slices.ContainsFunc(o.Claims, func(c Claim) bool { return c.State == Confirmed }) {
		return fault.New(fault.Conflict, "organisation.unconfirmed", "Who %s is has not been confirmed yet.", o.Name.In("en"))
	}
	if d, ok := o.Debarred(now); ok {
		return fault.New(fault.Conflict, "organisation.debarred", "%s is debarred: %s", o.Name.In("en"), d.Reason)
	}
	return nil
}
