package demo

import (
	"context"

	"probity/bidding/seal"
	"probity/tender"
)

// committee names five openers of the ministry, any three of whom must act, and
// two guardians from outside, one of whom must.
func (s *story) committee() []tender.OpenerGroup {
	return []tender.OpenerGroup{
		{Name: "committee", K: threshold, Members: s.members(openers)},
		{Name: "guardian", K: 1, Guardian: true, Members: s.members(guardians)},
	}
}

func (s *story) members(keys []string) (list []tender.Opener) {
	for _, k := range keys {
		list = append(list, tender.Opener{User: s.who(k).user, Name: s.who(k).name})
	}
	return list
}

func (s *story) panel() (list []tender.Member) {
	for _, k := range evaluators {
		list = append(list, tender.Member{User: s.who(k).user, Name: s.who(k).name})
	}
	return list
}

// keys lets the openers make their keys and sign the manifest that names them.
func (s *story) keys(ctx context.Context) error {
	seven := append(append([]string{}, openers...), guardians...)
	for _, k := range seven {
		p := s.who(k)
		var err error
		if p.opener, err = seal.GenerateOpenerKey(); err != nil {
			return err
		}
		if _, err := p.GiveKey(ctx, s.id, p.opener); err != nil {
			return err
		}
	}
	s.tell.at(s.now, "Five openers of the ministry and two guardians from %s each make a key on their own device, for this purchase alone. "+
		"The server gets the public halves; it could not open a bid if it wanted to.", s.name(oversight))
	for _, k := range seven {
		p := s.who(k)
		c, err := p.Consent(ctx, s.id, p.opener)
		if err != nil {
			return err
		}
		if _, err := p.SignConsent(ctx, c, p.device); err != nil {
			return err
		}
	}
	s.tell.say("To open bids it will take three of the five, and one of the two. This list, with the times before which nobody may act, is " +
		"the opener manifest.")
	s.tell.proved("Each opener's device has found its own key in the manifest, in its own seat, before it signed.")
	return nil
}
