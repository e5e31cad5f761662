package bidding_test

import (
	"strings"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// ready is a procedure with two bids that may be opened now.
func ready(t *testing.T, terms Terms) (*World, *Bidder, *Bidder) {
	t.Helper()
	w := newWorld(t, terms)
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9.5")
	b.Bid(1, "9")
	w.Close()
	w.Shut()
	return w, a, b
}

// An opening is announced by those who may, for what there is, when it is time.
func TestAnnounceRefuses(t *testing.T) {
	w := newWorld(t, two)
	w.Bidder("alpha").Bid(1, "9")
	announce := func(by party.Actor, id, lot, envelope string) error {
		_, err := w.Openings.Announce(w.Ctx(), by, id, lot, envelope)
		return err
	}
	opens := w.Tender().Notice.Timetable.Opens
	for _, c := range []struct {
		says string
		at   time.Time
	}{
		{"while bids come in", Published.AddDate(0, 0, 1)}, {"at the deadline", Deadline}, {"at the end of the window", Deadline.Add(time.Hour)},
		{"a millisecond before the time", opens.Add(-time.Millisecond)},
	} {
		w.Set(c.at)
		w.Settle()
		w.Code(c.says, announce(Officer, w.ID, w.Lot, tender.Technical), "opening.too_early")
	}
	w.Set(opens)
	w.Settle()
	stranger := Person("u-x", "org-x", party.KindBuyer, party.RoleOfficer)
	for _, c := range []struct {
		says, code string
		err        error
	}{
		{"the prices first", "opening.lot", announce(Officer, w.ID, w.Lot, tender.Financial)},
		{"an envelope that there is not", "opening.place", announce(Officer, w.ID, w.Lot, tender.Whole)},
		{"a lot that there is not", "opening.place", announce(Officer, w.ID, "lot-9", tender.Technical)},
		{"a tender that there is not", "tender.missing", announce(Officer, "ocds-213czf-none", w.Lot, tender.Technical)},
		{"by another buyer", "actor.foreign", announce(stranger, w.ID, w.Lot, tender.Technical)},
		{"by a bidder", "actor.role", announce(w.Bidder("alpha").Actor, w.ID, w.Lot, tender.Technical)},
		{"by an evaluator", "actor.role", announce(w.Evaluators()[0], w.ID, w.Lot, tender.Technical)},
	} {
		w.Code(c.says, c.err, c.code)
	}
	first := w.Announce(tender.Technical)
	if again := w.Announce(tender.Technical); again != first || len(w.Facts("opening.announce")) != 1 {
		t.Error("announcing twice made two batches")
	}
}

// A complaint that suspends the lot keeps it shut.
func TestAnnounceSuspended(t *testing.T) {
	w, _, _ := ready(t, Terms{})
	_, err := w.Tenders.Suspend(w.Ctx(), w.ID, w.Lot, "complaint-1")
	w.Ok(err)
	_, err = w.Openings.Announce(w.Ctx(), Officer, w.ID, w.Lot, tender.Whole)
	w.Code("suspended", err, "lot.suspended")
	_, err = w.Tenders.Resume(w.Ctx(), w.ID, "complaint-1")
	w.Ok(err)
	id := w.Announce(tender.Whole)
	for _, o := range w.Openers() {
		w.Ok(w.Send(o, id, w.Shares(o, id)))
	}
	_, err = w.Tenders.Suspend(w.Ctx(), w.ID, "", "complaint-2")
	w.Ok(err)
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Code("suspended before it is combined", err, "lot.suspended")
}

// Every way in which an opener's answer is refused.
func TestAnswerRefuses(t *testing.T) {
	w, _, _ := ready(t, Terms{Groups: []Group{{Name: "committee", K: 2, N: 3}}, Lots: []string{"lot-1", "lot-2"}})
	id := w.Announce(tender.Whole)
	one, two := w.Openers()[0], w.Openers()[1]
	good := w.Shares(one, id)
	other, _, _ := ready(t, Terms{})
	foreign := other.Shares(other.Openers()[0], other.Announce(tender.Whole))
	change := func(f func(*seal.Answer)) seal.Answer {
		a := good
		a.Shares = append([]seal.ShareGiven{}, good.Shares...)
		f(&a)
		return a
	}
	evaluator := Opener{Actor: w.Evaluators()[0]}
	outsider := Opener{Actor: Person("u-outside", Buyer, party.KindBuyer, party.RoleOpener)}
	for _, c := range []struct {
		says, code string
		by         Opener
		a          seal.Answer
	}{
		{"a share for another tender", "seal.answer_batch", one, foreign},
		{"somebody else's seat", "opening.not_opener", two, good},
		{"of a person who is no opener", "opening.not_opener", outsider, good},
		{"of an evaluator", "actor.role", evaluator, good},
		{"of a bidder", "actor.role", Opener{Actor: w.Bidder("alpha").Actor}, good},
		{"a bid left out", "seal.answer_incomplete", one, change(func(a *seal.Answer) { a.Shares = a.Shares[:1] })},
		{"a bid twice", "seal.answer_incomplete", one, change(func(a *seal.Answer) { a.Shares[1] = a.Shares[0] })},
		{"a seat that there is not", "seal.answer_opener", one, change(func(a *seal.Answer) { a.Opener = 4 })},
		{"a group that there is not", "seal.answer_opener", one, change(func(a *seal.Answer) { a.Group = 1 })},
		{"a seat below the first", "seal.answer_form", one, change(func(a *seal.Answer) { a.Opener = 0 })},
		{"no share and no complaint", "seal.answer_form", one, change(func(a *seal.Answer) { a.Shares[0].S = "" })},
		{"a share of half the length", "seal.answer_form", one, change(func(a *seal.Answer) { a.Shares[0].S = a.Shares[0].S[:32] })},
		{"a complaint that nobody knows", "seal.answer_form", one, change(func(a *seal.Answer) { a.Shares[0].S, a.Shares[0].E = "", "seal.bored" })},
	} {
		w.Code(c.says, w.Send(c.by, id, c.a), c.code)
	}
	raw := good.Bytes()
	_, err := w.Openings.Answer(w.Ctx(), one.Actor, id, raw, w.Sign(two.User, sign.Open, raw))
	w.Code("signed by another", err, "device.unknown")
	_, err = w.Openings.Answer(w.Ctx(), one.Actor, id, raw, w.Sign(one.User, sign.Bid, raw))
	w.Code("signed as something else", err, "sign.signature")
	_, err = w.Openings.Answer(w.Ctx(), one.Actor, id+"x", raw, w.Sign(one.User, sign.Open, raw))
	w.Code("for an opening that there is not", err, "opening.missing")
	_, err = w.Openings.Answer(w.Ctx(), one.Actor, id, append([]byte(" "), raw...), w.Sign(one.User, sign.Open, raw))
	w.Code("not canonical", err, "seal.answer_form")

	w.Code("a good one", w.Send(one, id, good), "")
	w.Code("the same again", w.Send(one, id, good), "opening.twice")
	w.Code("another one", w.Send(one, id, change(func(a *seal.Answer) { a.Shares[0].S = strings.Repeat("0", 64) })), "opening.twice")
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Code("below the threshold", err, "seal.not_ready")
	w.Ok(w.Send(two, id, w.Shares(two, id)))
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	three := w.Openers()[2]
	w.Code("after it was combined", w.Send(three, id, w.Shares(three, id)), "opening.state")
}

// Nobody is to release a share for a batch that is not in the log.
func TestNotLogged(t *testing.T) {
	w, h := newHouse(t, Terms{}, apptest.Options{})
	w.Bidder("alpha").Bid(1, "9")
	w.Close()
	w.Shut()
	h.Stop()
	o, err := w.Openings.Announce(w.Ctx(), Officer, w.ID, w.Lot, tender.Whole)
	w.Ok(err)
	one := w.Openers()[0]
	a := w.Shares(one, o.ID)
	w.Code("before", w.Send(one, o.ID, a), "opening.not_logged")
	h.Start()
	w.Settle()
	w.Code("after", w.Send(one, o.ID, a), "")
}

// Who may see what of an opening: before the record, nothing that would tell
// how many bids there are.
func TestWhoSeesAnOpening(t *testing.T) {
	w, a, _ := ready(t, Terms{})
	id := w.Announce(tender.Whole)
	for says, by := range map[string]party.Actor{"the public": Anybody, "a bidder": a.Actor} {
		o, err := w.Openings.Get(w.Ctx(), by, id)
		if err != nil || o.Size != 0 || o.Batch != "" || o.Given != nil {
			t.Errorf("%s sees %d bids, %q, %v", says, o.Size, o.Batch, err)
		}
		list, err := w.Openings.List(w.Ctx(), by, w.ID)
		if err != nil || len(list) != 1 || list[0].Size != 0 || list[0].Batch != "" {
			t.Errorf("%s sees in the list %+v, %v", says, list, err)
		}
		_, err = w.Openings.ForOpener(w.Ctx(), by, id)
		w.Code("the package for "+says, err, map[bool]string{true: "actor.unknown", false: "actor.role"}[by.Role == party.RolePublic])
	}
	if o, err := w.Openings.Get(w.Ctx(), Officer, id); err != nil || o.Size != 2 {
		t.Errorf("the officer sees %d, %v", o.Size, err)
	}
	if _, err := w.Openings.ReadRecord(w.Ctx(), &bidding.Opening{}); err == nil {
		t.Error("there is a record of what was not opened")
	}
	_, _, err := w.Openings.CasesFor(w.Ctx(), w.Openers()[0].Actor, id, 3)
	w.Code("cases behind the end", err, "store.cursor")
	_, _, err = w.Openings.CasesFor(w.Ctx(), w.Openers()[0].Actor, id, -1)
	w.Code("cases before the start", err, "store.cursor")
}
