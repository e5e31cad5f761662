package bidding_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/store"
)

// with is a consortium of b and others, or a subcontract.
func with(b *Bidder, role party.PartyRole, others ...*Bidder) []party.Party {
	list := []party.Party{{Organisation: b.Org, Role: party.PartyLead}}
	for _, o := range others {
		list = append(list, party.Party{Organisation: o.Org, Role: role})
	}
	return list
}

// Nobody competes twice for a lot, alone or in a consortium; a subcontractor
// may serve several.
func TestCompeteOnce(t *testing.T) {
	w := newWorld(t, Terms{Lots: []string{"lot-1", "lot-2"}})
	a, b, c, d := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma"), w.Bidder("delta")
	w.Code("a consortium", a.SubmitWith(a.Seal(1, "9"), with(a, party.PartyMember, b), nil), "")
	w.Code("a member alone", b.Submit(b.Seal(1, "9")), "bid.competes_twice")
	w.Code("a member in another one", c.SubmitWith(c.Seal(1, "9"), with(c, party.PartyMember, b), nil), "bid.competes_twice")
	w.Code("the lead as a member", c.SubmitWith(c.Seal(1, "9"), with(c, party.PartyMember, a), nil), "bid.competes_twice")
	w.Code("a subcontractor of two", c.SubmitWith(c.Seal(1, "9"), with(c, party.PartySubcontractor, b, d), nil), "")
	w.Code("who is a subcontractor may bid", d.Submit(d.Seal(1, "9")), "")
	w.Code("who bids alone as a member", b.SubmitWith(b.SealFor("lot-2", 1, "9"), with(b, party.PartyMember, d), nil), "")
	w.Code("for another lot all is open", d.Submit(d.SealFor("lot-2", 1, "9")), "bid.competes_twice")
	w.Settle()

	// Free again: the consortium is made anew without the member.
	w.Code("the consortium without b", a.SubmitWith(a.Seal(2, "9"), with(a, party.PartyMember), nil), "")
	w.Code("b alone", b.Submit(b.Seal(1, "9")), "")
	w.Ok(b.Withdraw(2))
	w.Settle()
	w.Code("b was withdrawn, and joins", a.SubmitWith(a.Seal(3, "9"), with(a, party.PartyMember, b), nil), "")
}

// Parties that do not fit together, or may not bid, refuse the bid.
func TestPartiesRefused(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	debarred := w.Bidder("debarred")
	o := w.Org(debarred.Org, party.KindSupplier)
	o.Debarments = []party.Debarment{{From: Published.AddDate(-1, 0, 0), Reason: "bribery", By: "court"}}
	w.Admit(o)
	for says, c := range map[string]struct {
		code string
		list []party.Party
	}{
		"nobody leads":             {"parties.lead", []party.Party{{Organisation: b.Org, Role: party.PartyMember}}},
		"another leads":            {"parties.lead", with(b, party.PartyMember)},
		"a member twice":           {"parties.twice", with(a, party.PartyMember, b, b)},
		"a debarred member":        {"organisation.debarred", with(a, party.PartyMember, debarred)},
		"a debarred subcontractor": {"organisation.debarred", with(a, party.PartySubcontractor, debarred)},
		"the buyer as a member":    {"organisation.kind", append(with(a, party.PartyMember), party.Party{Organisation: Buyer, Role: party.PartyMember})},
		"nobody known":             {"organisation.missing", append(with(a, party.PartyMember), party.Party{Organisation: "org-none", Role: party.PartyMember})},
	} {
		w.Code(says, a.SubmitWith(a.Seal(1, "9"), c.list, nil), c.code)
	}
}

// A claim that a crash has left without its bid can be taken over, but only
// when it cannot be of a bid that is just being handed in.
func TestClaimOfACrash(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	crash := *w.Bids
	crash.Bids.Engine = noBids{w.Engine}
	_, _, err := crash.Submit(w.Ctx(), a.Actor, bidding.Submission{Signed: a.Seal(1, "9").Signed, Parties: with(a, party.PartyMember, b)})
	if err == nil {
		t.Fatal("the bid was stored")
	}
	w.Code("at once", b.Submit(b.Seal(1, "9")), "bid.competes_twice")
	w.Set(Published.Add(3 * time.Minute))
	w.Code("later", b.Submit(b.Seal(1, "9")), "")
	w.Code("the first comes back too late", a.SubmitWith(a.Seal(1, "9"), with(a, party.PartyMember, b), nil), "bid.competes_twice")
	w.Code("and bids alone", a.Submit(a.Seal(1, "9")), "")
}

// noBids is an engine that fails to store bids.
type noBids struct{ store.Engine }

func (n noBids) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	if d.Kind == bidding.Kind && len(facts) > 0 {
		return store.ErrBusy
	}
	return n.Engine.Put(ctx, d, facts...)
}

// However many bids name one member at the same moment, one has it.
func TestClaimRace(t *testing.T) {
	w := newWorld(t, Terms{})
	m := w.Bidder("member")
	var bidders []*Bidder
	var bids []*Sealed
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		b := w.Bidder(name)
		bidders, bids = append(bidders, b), append(bids, b.Seal(1, "9"))
	}
	alone := m.Seal(1, "9")
	errs := make([]error, len(bids)+1)
	var all sync.WaitGroup
	for i, b := range bidders {
		all.Go(func() { errs[i] = b.SubmitWith(bids[i], with(b, party.PartyMember, m), nil) })
	}
	all.Go(func() { errs[len(bids)] = m.Submit(alone) })
	all.Wait()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			continue
		}
		w.Code(string(rune('a'+i)), err, "bid.competes_twice")
	}
	if won != 1 {
		t.Errorf("%d bids compete with one organisation", won)
	}
}
