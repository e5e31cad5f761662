package biddingtest

import (
	"fmt"
	"testing"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/party"
	"probity/tender/sign"
)

// Terms say what procedure is wanted; the zero value does well.
type Terms struct {
	Envelopes tender.Envelopes // one
	Grace     int              // minutes; 0
	Lots      []string         // "lot-1"
	Groups    []Group          // 2 of 3
	Panel     int              // evaluators; 3
	RuleSet   string           // "generic"
	Change    func(*tender.Notice)
}

// Group is K of N openers.
type Group struct {
	Name     string
	K, N     int
	Guardian bool
}

func (t *Terms) fill() {
	if t.Envelopes == "" {
		t.Envelopes = tender.OneEnvelope
	}
	if t.Lots == nil {
		t.Lots = []string{"lot-1"}
	}
	if t.Groups == nil {
		t.Groups = []Group{{Name: "committee", K: 2, N: 3}}
	}
	if t.Panel == 0 {
		t.Panel = 3
	}
	if t.RuleSet == "" {
		t.RuleSet = "generic"
	}
}

// New returns a published procedure that bids can be made for.
func New(t testing.TB, h *House, terms Terms) *World {
	t.Helper()
	w := Draft(t, h, terms)
	for _, o := range w.Openers() {
		w.sign(o)
	}
	_, err := w.Tenders.Publish(w.Ctx(), w.ID, Officer)
	w.Ok(err)
	w.Settle()
	return w
}

// Draft returns a procedure that is approved, with a manifest that nobody has
// signed yet.
func Draft(t testing.TB, h *House, terms Terms) *World {
	t.Helper()
	terms.fill()
	w := &World{TB: t, House: h, Lot: terms.Lots[0], Terms: terms, Unlock: map[string]Opener{}, keys: map[string]*sign.Private{}}
	w.Org(Buyer, party.KindBuyer)
	w.Org(Oversight, party.KindOversight)
	w.Set(Published)
	x, err := w.Tenders.Create(w.Ctx(), Officer, tender.Plan{Notice: w.notice(), RuleSet: terms.RuleSet, Groups: w.committee(terms.Groups, ""), Panel: w.panel()})
	w.Ok(err)
	w.ID = x.ID
	_, err = w.Tenders.Submit(w.Ctx(), w.ID, Officer)
	w.Ok(err)
	for _, o := range w.Openers() {
		_, err := w.Tenders.GiveKey(w.Ctx(), w.ID, o.Actor, o.Secret.Public())
		w.Ok(err)
	}
	record := canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: w.Tender().Notice.Hash(), Tender: w.ID})
	_, err = w.Tenders.Approve(w.Ctx(), w.ID, Approver, w.Sign(Approver.User, sign.Approve, record))
	w.Ok(err)
	return w
}

// committee names openers, with keys that their machines keep. More than one
// generation is told apart by mark.
func (w *World) committee(groups []Group, mark string) []tender.OpenerGroup {
	var list []tender.OpenerGroup
	for _, g := range groups {
		out := tender.OpenerGroup{Name: g.Name, K: g.K, Guardian: g.Guardian}
		for i := range g.N {
			a := Person(fmt.Sprintf("u-%s%s-%d", g.Name, mark, i+1), Buyer, party.KindBuyer, party.RoleOpener)
			if g.Guardian {
				a.Org, a.OrgKind = Oversight, party.KindOversight
			}
			key, err := seal.GenerateOpenerKey()
			w.Ok(err)
			w.Unlock[a.User] = Opener{a, key}
			out.Members = append(out.Members, tender.Opener{User: a.User, Name: a.Name})
		}
		list = append(list, out)
	}
	return list
}

func (w *World) panel() []tender.Member {
	var list []tender.Member
	for _, e := range w.Evaluators() {
		list = append(list, tender.Member{User: e.User, Name: e.Name})
	}
	return list
}

// Evaluators are the panel.
func (w *World) Evaluators() []party.Actor {
	var list []party.Actor
	for i := range w.Terms.Panel {
		list = append(list, Person(fmt.Sprintf("u-evaluator-%d", i+1), Buyer, party.KindBuyer, party.RoleEvaluator))
	}
	return list
}

// notice is road salt, in as many lots as wanted.
func (w *World) notice() tender.Notice {
	opens := Deadline.Add(time.Duration(w.Terms.Grace)*time.Minute + time.Hour)
	n := tender.Notice{
		Title: Text("Road salt for one winter"), Procedure: "open", Category: tender.Goods, Languages: []string{"en"}, Currency: "EUR",
		Timetable: tender.Timetable{Publish: Published, EnquiriesUntil: Published.AddDate(0, 0, 20), Deadline: Deadline, GraceMinutes: w.Terms.Grace, Opens: opens},
		Envelopes: w.Terms.Envelopes, ValidityDays: 90,
		Requirements: []tender.Requirement{{ID: "r1", Title: Text("No unpaid taxes"), Kind: "exclusion"}},
	}
	for i, lot := range w.Terms.Lots {
		item := tender.Item{ID: fmt.Sprintf("i%d", i+1), Description: Text("Salt"), Quantity: tender.MustDecimal("100"),
			Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2"}, Unit: tender.Unit{Code: "TNE", Name: Text("tonne")}}
		n.Lots = append(n.Lots, tender.LotNotice{ID: lot, Title: Text("Salt"), Items: []tender.Item{item}, Criteria: criteria()})
	}
	if w.Terms.Change != nil {
		w.Terms.Change(&n)
	}
	return n
}

// criteria are 60 points for the price and 40 for quality.
func criteria() tender.Criteria {
	scale := &tender.Scale{Max: tender.MustDecimal("10"), Step: tender.MustDecimal("1")}
	return tender.Criteria{
		Price:     tender.Price{Weight: tender.MustDecimal("60"), Formula: tender.LowestRatio},
		Quality:   []tender.Criterion{{ID: "q1", Title: Text("Method"), Weight: tender.MustDecimal("40"), Scale: scale}},
		Consensus: tender.Mean, Places: 2, Lines: tender.UnitPriceHolds, Ties: []tender.Tie{{By: tender.TieDraw}},
	}
}
