package bidding_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// Every way in which a submission is refused before the deadline.
func TestSubmitRefuses(t *testing.T) {
	w := newWorld(t, Terms{Lots: []string{"lot-1", "lot-2"}, Change: func(n *tender.Notice) {
		n.Security = &tender.Security{Amount: tender.MustMoney("100.00", "EUR"), Days: 90}
	}})
	a, other := w.Bidder("alpha"), w.Bidder("other")
	good := &bidding.Security{Issuer: "Bank", Reference: "1", Amount: tender.MustMoney("100.00", "EUR"), Until: Deadline.AddDate(0, 0, 90)}
	debarred := w.Bidder("debarred")
	o := w.Org(debarred.Org, party.KindSupplier)
	o.Debarments = []party.Debarment{{From: Published.AddDate(-1, 0, 0), Reason: "bribery", By: "court"}}
	w.Admit(o)
	unknown := w.Bidder("unknown")
	o = w.Org(unknown.Org, party.KindSupplier)
	o.Claims[0].State = party.Unconfirmed
	w.Admit(o)

	type offer struct {
		by     *Bidder
		change func(*seal.Bid)
		signer string
		domain sign.Domain
		secure *bidding.Security
	}
	later := *good
	later.Until = good.Until.Add(-time.Millisecond)
	less := *good
	less.Amount = tender.MustMoney("99.99", "EUR")
	foreign := *good
	foreign.Amount = tender.MustMoney("100.00", "USD")
	strange, nobodys, wordy := *good, *good, *good
	strange.Kind, nobodys.Issuer, wordy.Document = "promise", "", strings.Repeat("x", 201)
	for _, c := range []struct {
		says, code string
		offer
	}{
		{"for another tender", "tender.missing", offer{by: a, change: func(r *seal.Bid) { r.Tender = "ocds-213czf-none" }}},
		{"in another's name", "bid.foreign_bidder", offer{by: a, change: func(r *seal.Bid) { r.Bidder = other.Org }}},
		{"for a lot that there is not", "bid.lot", offer{by: a, change: func(r *seal.Bid) { r.Lot = "lot-9" }}},
		{"sealed for other openers", "bid.openers", offer{by: a, change: func(r *seal.Bid) { r.Openers = strings.Repeat("0", 64) }}},
		{"with another envelope", "bid.envelopes", offer{by: a, change: func(r *seal.Bid) { r.Envelopes[0].Name = "technical" }}},
		{"with one envelope too many", "bid.envelopes", offer{by: a, change: func(r *seal.Bid) {
			r.Envelopes = append(r.Envelopes, seal.EnvelopeRef{F: strings.Repeat("1", 64), Name: "extra"})
		}}},
		{"as the second before the first", "bid.seq", offer{by: a, secure: good, change: func(r *seal.Bid) { r.Seq = 2 }}},
		{"with a number below 1", "seal.bid_form", offer{by: a, change: func(r *seal.Bid) { r.Seq = 0 }}},
		{"signed by somebody else", "device.unknown", offer{by: a, signer: other.User}},
		{"signed as a withdrawal", "sign.signature", offer{by: a, domain: sign.Withdraw}},
		{"without a security", "bid.security", offer{by: a}},
		{"with a security that ends a moment too early", "bid.security", offer{by: a, secure: &later}},
		{"with a security of a cent too little", "bid.security", offer{by: a, secure: &less}},
		{"with a security in other money", "bid.security", offer{by: a, secure: &foreign}},
		{"with a security of no known kind", "security.kind", offer{by: a, secure: &strange}},
		{"with a security that nobody issued", "text.empty", offer{by: a, secure: &nobodys}},
		{"with a document of an endless name", "text.long", offer{by: a, secure: &wordy}},
		{"by a debarred supplier", "organisation.debarred", offer{by: debarred, secure: good}},
		{"by a supplier nobody has confirmed", "organisation.unconfirmed", offer{by: unknown, secure: good}},
	} {
		s := c.by.Seal(1, "9")
		if c.change != nil {
			c.change(&s.Record)
		}
		signer, domain := c.by.User, sign.Bid
		if c.signer != "" {
			signer = c.signer
		}
		if c.domain != "" {
			domain = c.domain
		}
		s.Signed = sign.Signed{Record: s.Record.Bytes(), Signature: w.Sign(signer, domain, s.Record.Bytes())}
		w.Code(c.says, c.by.SubmitWith(s, nil, c.secure), c.code)
	}
	w.Settle()
	if n := len(w.Facts(bidding.FactSubmit)); n != 0 {
		t.Errorf("%d submissions are in the log", n)
	}
	w.Code("a good one", a.SubmitWith(a.Seal(1, "9"), nil, good), "")
}

// Bytes that are no record at all.
func TestSubmitRefusesBytes(t *testing.T) {
	w := newWorld(t, Terms{})
	a := w.Bidder("alpha")
	good := string(a.Seal(1, "9").Record.Bytes())
	for says, record := range map[string]string{
		"nothing":           "",
		"no JSON":           "{",
		"a number":          "1",
		"null":              "null",
		"a fraction":        `{"tender":"` + w.ID + `","x":1.5}`,
		"a huge number":     `{"tender":"` + w.ID + `","x":1e400}`,
		"not canonical":     strings.Replace(good, ",", ", ", 1),
		"a member too many": strings.Replace(good, `{`, `{"a":1,`, 1),
		"a member twice":    strings.Replace(good, `{`, `{"bidder":"x",`, 1),
		"a lone surrogate":  `{"tender":"` + w.ID + `","x":"\ud800"}`,
		"a withdrawal":      string(seal.Withdrawal{Bidder: a.Org, Lot: w.Lot, Seq: 2, Tender: w.ID}.Bytes()),
	} {
		s := sign.Signed{Record: []byte(record), Signature: w.Sign(a.User, sign.Bid, []byte(record))}
		_, _, err := w.Bids.Submit(w.Ctx(), a.Actor, bidding.Submission{Signed: s})
		w.Code(says, err, "seal.bid_form")
	}
	_, _, err := w.Bids.Withdraw(w.Ctx(), a.Actor, sign.Signed{Record: []byte(good)})
	w.Code("a bid is no withdrawal", err, "seal.withdraw_form")
}

// Who is not a bidder cannot bid, whatever they sign.
func TestSubmitIsForBidders(t *testing.T) {
	w := newWorld(t, Terms{})
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	officer := w.Openers()[0].Actor
	officer.Org, officer.OrgKind, officer.Role = a.Org, party.KindSupplier, party.RoleRepresentative
	w.Key(officer.User)
	signed, err := sign.Record(w.Key(officer.User), sign.Bid, s.Record.Bytes())
	w.Ok(err)
	for _, c := range []struct {
		says string
		by   party.Actor
		s    sign.Signed
		code string
	}{
		{"an opener of the same procedure", officer, signed, "bid.conflict"},
		{"an officer", Officer, s.Signed, "bid.foreign_bidder"},
		{"the public", Anybody, s.Signed, "bid.foreign_bidder"},
		{"an administrator of the supplier", Person("u-boss", a.Org, party.KindSupplier, party.RoleAdministrator), s.Signed, "actor.role"},
		{"nobody", party.Actor{}, s.Signed, "bid.foreign_bidder"},
	} {
		_, _, err := w.Bids.Submit(w.Ctx(), c.by, bidding.Submission{Signed: c.s})
		w.Code(c.says, err, c.code)
	}
}

// The same record again gives the same version; another with its number does not.
func TestSubmitAgain(t *testing.T) {
	w := newWorld(t, Terms{})
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	_, first, err := w.Bids.Submit(w.Ctx(), a.Actor, bidding.Submission{Signed: s.Signed})
	w.Ok(err)
	_, again, err := w.Bids.Submit(w.Ctx(), a.Actor, bidding.Submission{Signed: s.Signed})
	w.Ok(err)
	if first.Fact != again.Fact {
		t.Errorf("%s, then %s", first.Fact, again.Fact)
	}
	w.Code("another with the same number", a.Submit(a.Seal(1, "8")), "bid.seq")
	w.Settle()
	if n := len(w.Facts(bidding.FactSubmit)); n != 1 {
		t.Errorf("%d submissions are in the log", n)
	}
}

// A bid can be replaced so often, and no more.
func TestSubmitVersions(t *testing.T) {
	w := newWorld(t, Terms{})
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	for seq := int64(1); seq <= bidding.MaxVersions; seq++ {
		s.Record.Seq = seq
		s.Sign(a)
		w.Ok(a.Submit(s))
	}
	s.Record.Seq = bidding.MaxVersions + 1
	s.Sign(a)
	w.Code("one more", a.Submit(s), "bid.versions")
	w.Code("a withdrawal is still possible", a.Withdraw(bidding.MaxVersions+1), "")
}

// The deadline itself is too late, and so is all that comes after. Each refusal
// is in the log, with the hash of what was offered.
func TestLate(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	s := a.Seal(1, "9")
	w.Set(Deadline.Add(-time.Millisecond))
	w.Code("a millisecond before", b.Submit(b.Seal(1, "9")), "")
	w.Set(Deadline)
	w.Code("at the deadline", a.Submit(s), "bid.late")
	w.Code("the same again", a.Submit(s), "bid.late")
	w.Code("a withdrawal", b.Withdraw(2), "bid.late")
	w.Settle()
	w.Code("after closing", a.Submit(s), "bid.late")
	w.Shut()
	w.Code("after the window", a.Submit(s), "bid.late")

	list, err := w.Bids.RefusedFor(w.Ctx(), a.Actor, w.ID)
	w.Ok(err)
	if len(list) != 1 || list[0].Code != "bid.late" {
		t.Fatalf("%d refusals are recorded, want the one", len(list))
	}
	h := canon.Hash("offered", canon.Must(s.Signed))
	if list[0].Hash != hex.EncodeToString(h[:]) {
		t.Errorf("the refusal is of %s", list[0].Hash)
	}
	if others, err := w.Bids.RefusedFor(w.Ctx(), b.Actor, w.ID); err != nil || len(others) != 1 {
		t.Errorf("the refused withdrawal is not recorded: %d, %v", len(others), err)
	}
	w.Settle()
	if n := len(w.Facts(bidding.FactRefuse)); n != 2 {
		t.Errorf("%d refusals are in the log", n)
	}
}

// A bidder who is refused for ever fills neither store nor log.
func TestRefusalsAreBounded(t *testing.T) {
	w := newWorld(t, Terms{})
	a := w.Bidder("alpha")
	s := a.Seal(2, "9")
	for n := range int64(bidding.MaxRefusals + 20) {
		s.Record.Seq = n + 2
		s.Sign(a)
		if err := a.Submit(s); !errors.Is(err, &fault.Error{Code: "bid.seq"}) {
			t.Fatal(err)
		}
	}
	if list, err := w.Bids.RefusedFor(w.Ctx(), a.Actor, w.ID); err != nil || len(list) != bidding.MaxRefusals {
		t.Errorf("%d are recorded, %v", len(list), err)
	}
}
