package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/bidding/seal"
	"probity/server/app"
	"probity/server/client"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/sign"
)

// story is where the play stands.
type story struct {
	tell  *teller
	app   *app.App
	base  string // address of the server
	out   string
	desks string    // folder of everybody else's machines
	began time.Time // by the wall clock
	now   time.Time // by the legal clock, when it was last looked at

	orgs   map[string]*organisation
	people map[string]*person

	id       string // of the tender
	draftOf  client.Draft
	bids     map[string]*bid // by bidder, lot and number: "aurora/computers/2"
	receipts []kept
	openings map[string]int // envelopes that were opened, by lot and envelope
	awards   map[string]string
	awarded  map[string]*contractOf
	zip      []byte // the archive
	summary  Summary
}

// person is one of the cast on their own machine: a client with a session, a
// device key, and for openers the key of this tender.
type person struct {
	role
	*client.Client
	user     string
	email    string
	password string
	factor   client.Factor
	device   *sign.Private
	opener   *seal.OpenerKey
}

// who finds one of the cast.
func (s *story) who(key string) *person { return s.people[key] }

// org is the id of one of the organisations.
func (s *story) org(key string) string { return s.orgs[key].id }

// name is an organisation as the story calls it.
func (s *story) name(key string) string { return s.orgs[key].name.In("en") }

// called is the name of the organisation with an id of the platform.
func (s *story) called(id string) string {
	for key, o := range s.orgs {
		if o.id == id {
			return s.name(key)
		}
	}
	return id
}

// clockNow is how the API tells the legal time.
type clockNow struct {
	Now time.Time `json:"now"`
}

// clock looks at the legal clock.
func (s *story) clock(ctx context.Context) (time.Time, error) {
	var c clockNow
	err := (&client.Client{Base: s.base}).Get(ctx, "/api/v1/clock", &c)
	s.now = c.Now
	return c.Now, err
}

// step puts the legal clock forward, as everybody in a sandbox may.
func (s *story) step(ctx context.Context, to time.Time) error {
	var c clockNow
	err := s.who("keeper").Call(ctx, client.Request{Method: "POST", Path: "/api/v1/clock", In: map[string]time.Time{"to": to}, Again: true}, &c)
	s.now = c.Now
	return err
}

// tender reads the tender as one of the cast sees it; "" for a citizen who has
// not signed in.
func (s *story) tender(ctx context.Context, as string) (*client.Tender, error) {
	c := &client.Client{Base: s.base}
	if as != "" {
		c = s.who(as).Client
	}
	return c.Tender(ctx, s.id)
}

// patience is how long the clock and the log may take; they take milliseconds.
const patience = time.Minute

// until waits for what the clock or the log brings about by itself.
func (s *story) until(ctx context.Context, what string, holds func() (bool, error)) error {
	end := time.Now().Add(patience)
	for {
		ok, err := holds()
		if err != nil || ok {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s did not come about", what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// lots waits until every lot named is in the phase.
func (s *story) lots(ctx context.Context, phase tender.LotPhase, lots ...string) error {
	return s.until(ctx, "the phase "+string(phase), func() (bool, error) {
		t, err := s.tender(ctx, "officer")
		if err != nil {
			return false, err
		}
		for _, lot := range lots {
			if l := t.Lot(lot); l == nil || l.Phase != phase {
				return false, nil
			}
		}
		return true, nil
	})
}

// must is an error unless ok; the words say what did not hold.
func must(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("this did not hold: "+format, args...)
}

// refusal is the sentence with which something was refused. It is an error if
// nothing was refused, or for another reason.
func refusal(err error, code string) (string, error) {
	var f *fault.Error
	switch {
	case err == nil:
		return "", fmt.Errorf("%s was to be refused, and was let through", code)
	case !errors.As(err, &f) || f.Code != code:
		return "", fmt.Errorf("something was to be refused as %s, and was as: %w", code, err)
	}
	return f.Text, nil
}
