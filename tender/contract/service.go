package contract

import (
	"context"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Tenders is what contracts need of procedures.
type Tenders interface {
	// Get returns a tender that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*tender.Tender, error)

	// MoveLot performs an action on one lot, once. See tender.Service.
	MoveLot(ctx context.Context, id, lot string, a tender.Action, ask tender.Ask, set func(*tender.Lot) error) (*tender.Tender, error)
}

// Awards gives the decision that a contract rests on.
type Awards interface {
	// Get returns an award that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*award.Award, error)
}

// Complaints makes complaints take effect that have become due.
type Complaints interface {
	// Settle stops the procedure where open complaints demand it by now.
	Settle(ctx context.Context, tender string) error
}

// Offers gives what the winner has offered, from its opened bid.
type Offers interface {
	// Prices returns the unit price of each item of the lot.
	Prices(ctx context.Context, tender, lot, bid string) (map[string]tender.Decimal, error)
}

// Parties gives organisations as contracts name them.
type Parties interface {
	// Party returns what the paper says about the organisation: name,
	// identifier, address, contact. The role is the contract's to fill in.
	Party(ctx context.Context, org string) (Party, error)
}

// Drawer makes papers. Package documents/paper does, behind the server.
type Drawer interface {
	// Draw draws the body. It looks at c.Record alone: equal records give
	// equal bytes, today and in fifteen years.
	Draw(ctx context.Context, c *Contract) ([]byte, error)

	// Seal draws the certificate that says who signed what, takes in the body
	// and puts the platform's seal over the whole, as of c.Intent. Two calls
	// give two different seals, so the caller keeps the first.
	Seal(ctx context.Context, c *Contract, body []byte) ([]byte, error)
}

// Files keeps papers.
type Files interface {
	// Put stores b under key and does not return before that survives the loss
	// of power. What is there already stays, and that is no error.
	Put(ctx context.Context, key string, b []byte) error

	// Get returns what is stored under key, or a fault of kind Missing.
	Get(ctx context.Context, key string) ([]byte, error)
}

// Service is what can be done with contracts. Its fields are set once, in main.
type Service struct {
	Contracts  store.Shelf[Contract, *Contract]
	Tenders    Tenders
	Awards     Awards
	Complaints Complaints
	Offers     Offers
	Parties    Parties
	Drawer     Drawer
	Files      Files
	Devices    tender.Devices
	Clock      tender.Clock
}

// Get returns a contract that by may see: a sealed one is public, one that is
// being made is for its two sides.
func (s *Service) Get(ctx context.Context, id string, by party.Actor) (*Contract, error) {
	c, err := s.Contracts.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return c, c.visible(by)
}

// List returns one page of a tender's contracts that by may see, first drafted
// first, and the cursor of the next.
func (s *Service) List(ctx context.Context, tenderID string, by party.Actor, after string, limit int) ([]*Contract, string, error) {
	if _, err := s.Tenders.Get(ctx, tenderID, by); err != nil {
		return nil, "", err
	}
	list, next, err := s.Contracts.Find(ctx, store.Query{Index: "tender", Eq: []any{tenderID}, After: after, Limit: limit})
	var seen []*Contract
	for _, c := range list {
		if c.visible(by) == nil {
			seen = append(seen, c)
		}
	}
	return seen, next, err
}

// Mine returns one page of the contracts of by's own organisation, on either
// side, last drafted first, and the cursor of the next.
func (s *Service) Mine(ctx context.Context, by party.Actor, after string, limit int) ([]*Contract, string, error) {
	if err := party.Allowed(by, party.ContractRead, by.Org); err != nil {
		return nil, "", err
	}
	return s.Contracts.Find(ctx, store.Query{Index: string(side(by)), Eq: []any{by.Org}, Desc: true, After: after, Limit: limit})
}

// Preview draws a contract that is being drafted as its paper would be; from
// then on it is the paper itself. Nothing is stored.
func (s *Service) Preview(ctx context.Context, id string, by party.Actor) ([]byte, error) {
	c, err := s.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	if c.State != Draft {
		return s.Paper(ctx, id, by)
	}
	return s.Drawer.Draw(ctx, c)
}

// Paper returns the newest paper of the contract: the sealed file, or the body.
func (s *Service) Paper(ctx context.Context, id string, by party.Actor) ([]byte, error) {
	c, err := s.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Sealed != nil:
		return s.fetch(ctx, c.Sealed)
	case c.Body != nil:
		return s.fetch(ctx, c.Body)
	}
	return nil, fault.New(fault.Missing, "contract.no_paper", "The paper is not drawn yet.")
}

// visible hides contracts that are being made from all but their sides. The
// oversight reads them in the closed record, where each reading is a fact.
func (c *Contract) visible(by party.Actor) error {
	inside := party.Allowed(by, party.ContractRead, c.Buyer, c.Supplier) == nil && !party.Leaves(by, party.ContractRead)
	if c.Public() || inside || by.Role == party.RoleClock {
		return nil
	}
	return fault.New(fault.Missing, Kind+".missing", "There is no such contract.")
}

// fill brings what comes with an action.
type fill func(*Contract, scene) (map[string]any, error)

// change takes one step of a stored contract and then does what it owes. Other
// people's changes never make it fail: it starts again. Once the step is stored
// it stands; an effect that fails is not the person's fault, stays owed, and is
// tried and reported by Heal.
func (s *Service) change(ctx context.Context, id string, by party.Actor, a Action, reason tender.Text, f fill) (*Contract, error) {
	for try := 0; ; try++ {
		c, err := s.changeSeen(ctx, id, 0, by, a, reason, f)
		if !fault.Coded(err, Kind+".stale") || try == 8 {
			return c, err
		}
	}
}

// changeSeen is change for an actor who saw a version; 0 for none.
func (s *Service) changeSeen(ctx context.Context, id string, version int64, by party.Actor, a Action, reason tender.Text, f fill) (*Contract, error) {
	c, err := s.Get(ctx, id, by)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != c.Version {
		return nil, fault.New(fault.Stale, Kind+".stale", "Somebody changed this contract meanwhile. Look again.")
	}
	if err := s.step(ctx, c, by, a, reason, f); err != nil {
		return nil, err
	}
	if then, err := s.Apply(ctx, id); err == nil {
		c = then
	}
	return c, nil
}

func (s *Service) step(ctx context.Context, c *Contract, by party.Actor, a Action, reason tender.Text, f fill) error {
	sc, err := s.scene(ctx, c, by)
	if err != nil {
		return err
	}
	sc.reason = reason
	fact, err := c.do(a, sc, func() (map[string]any, error) { return f(c, sc) })
	if err != nil {
		return err
	}
	return s.Contracts.Put(ctx, c, fact)
}

// Actions lists what by could do with c now.
func (s *Service) Actions(ctx context.Context, c *Contract, by party.Actor) ([]Action, error) {
	sc, err := s.scene(ctx, c, by)
	if err != nil {
		return nil, err
	}
	return life.Offered(c, sc), nil
}

// scene loads what decisions look at; the time is read last.
func (s *Service) scene(ctx context.Context, c *Contract, by party.Actor) (scene, error) {
	t, err := s.Tenders.Get(ctx, c.Record.Tender, by)
	if err != nil {
		return scene{}, err
	}
	a, err := s.Awards.Get(ctx, c.Record.Award, by)
	if err != nil {
		return scene{}, err
	}
	now, err := s.Clock.Now(ctx)
	return scene{tender: t, award: a, by: by, now: now}, err
}
