package contract_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"probity/tender"
	. "probity/tender/award/awardtest"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

func money(s string) tender.Money { return tender.MustMoney(s, "CNY") }

// inForce is an active contract, two months on.
func (w *world) inForce() *contract.Contract {
	w.Helper()
	c := w.active()
	w.Clock.Set(time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC))
	return c
}

var today = day("2026-07-20")

func (w *world) invoice(id, number, amount string) error {
	_, err := w.Charge(w.Context(), id, AlphasRep, contract.Invoice{Number: number, Milestone: "m1", Date: today, Amount: money(amount)})
	return err
}

func (w *world) pay(id, invoice, amount string) error {
	_, err := w.Pay(w.Context(), id, ContractManager, contract.Payment{Invoice: invoice, Date: today, Amount: money(amount), Reference: "T1"})
	return err
}

func TestFromDeliveryToFinalAcceptance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.inForce().ID
	_, err := w.Deliver(t.Context(), id, AlphasRep, "m1", Text("Delivered to the depot."))
	w.Ok(err)
	_, err = w.Judge(t.Context(), id, ContractManager, "m1", contract.PartiallyMet, Text("Ten tonnes are missing."))
	w.Ok(err)
	_, err = w.Judge(t.Context(), id, ContractManager, "m1", contract.Met, nil)
	w.Ok(err)
	w.Ok(w.invoice(id, "A-1", "544.31"))
	w.Ok(w.pay(id, "i1", "500.00"))
	w.Ok(w.pay(id, "i1", "44.31"))
	c := w.read(id)
	if c.Charged() != money("544.31") || c.Paid() != money("544.31") || c.Invoices[0].Due != today+30 || len(c.Payments) != 2 {
		t.Errorf("paid: %+v, %+v", c.Invoices, c.Payments)
	}
	_, err = w.Service.Close(t.Context(), id, Approver, Text("All is well."))
	w.Code(err, "contract.undelivered")
	_, err = w.Judge(t.Context(), id, ContractManager, "m2", contract.Met, nil)
	w.Ok(err)
	c, err = w.Service.Close(t.Context(), id, Approver, Text("All is well."))
	w.Ok(err)
	if c.State != contract.Closed || c.Status() != "terminated" {
		t.Errorf("closed: %+v", c)
	}
	if f := w.Facts("contract.close"); len(f) != 1 || Data(f[0], "paid") != "map[amount:544.31 currency:CNY]" {
		t.Errorf("facts %v", f)
	}
	w.Code(w.pay(id, "i1", "0.01"), "payment.sum")
	c, err = w.ReturnSecurity(t.Context(), id, Approver)
	w.Ok(err)
	if c.Guarantee.Returned.IsZero() {
		t.Error("the security is not returned")
	}
}

func TestLatePaymentIsMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.inForce().ID
	_, err := w.Charge(t.Context(), id, AlphasRep, contract.Invoice{Number: "A-1", Date: day("2026-05-20"), Amount: money("100.00")})
	w.Ok(err)
	w.Ok(w.pay(id, "i1", "100.00"))
	if f := w.Facts("contract.pay"); Data(f[0], "late") != "true" {
		t.Errorf("facts %v", f)
	}
}

func sand(quantity string) contract.Line {
	return contract.Line{ID: "i2", Description: Text("Sand"), Quantity: tender.MustDecimal(quantity), Unit: tender.Unit{Code: "TNE", Name: Text("tonne")}, UnitPrice: tender.MustDecimal("40")}
}

func milestones(second string) []contract.Milestone {
	return []contract.Milestone{
		{ID: "m1", Title: Text("First third"), Due: theDay + 30, Percent: tender.MustDecimal("33.3"), Amount: money("544.31")},
		{ID: "m2", Title: Text("The rest"), Due: theDay + 120, Percent: tender.MustDecimal("66.7"), Amount: money(second)},
	}
}

func (w *world) propose(id, quantity, second string) error {
	_, err := w.Propose(w.Context(), id, ContractManager, contract.Change{Code: "mod-cir", Reason: Text("A long winter."),
		Lines: []contract.Line{sand(quantity)}, Milestones: milestones(second)})
	return err
}

func (w *world) agree(id, change string, by party.Actor, side contract.Side) error {
	c := w.read(id)
	var x *contract.Change
	for i := range c.Changes {
		if c.Changes[i].ID == change {
			x = &c.Changes[i]
		}
	}
	_, err := w.Agree(w.Context(), id, change, by, Signature(w, by, sign.Contract, c.ChangeSigning(x, side)))
	return err
}

// The generic rules let all changes together add twenty percent: 326.91 of
// 1634.57, and not the rest of a fen.
func TestChangesStayWithinTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.inForce().ID
	if r := w.read(id).Room(); r.Percent != "20" || r.Allowed != money("326.91") || r.Left != money("326.91") {
		t.Errorf("room %+v", r)
	}
	w.Ok(w.propose(id, "15", "1290.26")) // 200.00 more
	w.Code(w.propose(id, "16", "1330.26"), "change.open")
	if c := w.read(id); c.Value != c.Record.Price || c.Room().Used != money("0.00") {
		t.Errorf("a proposal changed the contract: %+v", c)
	}
	w.Ok(w.agree(id, "c1", AlphasRep, contract.SupplierSide))
	w.Ok(w.agree(id, "c1", Approver, contract.BuyerSide))
	c := w.read(id)
	if c.Value != money("1834.57") || c.Record.Price != money("1634.57") || c.Items[1].Total != money("600.00") || c.Milestones[1].Due != theDay+120 || c.Room().Left != money("126.91") {
		t.Errorf("changed: %+v", c)
	}
	w.Code(w.propose(id, "18.2", "1418.26"), "change.limit") // 128.00 more
	w.Ok(w.propose(id, "5", "890.26"))                       // 400.00 less: it gives no room back
	w.Ok(w.agree(id, "c2", Approver, contract.BuyerSide))
	w.Ok(w.agree(id, "c2", AlphasRep, contract.SupplierSide))
	if r := w.read(id).Room(); r.Left != money("126.91") {
		t.Errorf("room %+v", r)
	}
	w.Code(w.propose(id, "8.2", "1018.26"), "change.limit")
	w.Ok(w.propose(id, "8.1", "1014.26")) // 124.00 more
	_, err := w.Reject(t.Context(), id, "c3", AlphasRep, Text("Not at this price."))
	w.Ok(err)
	if c := w.read(id); c.Changes[2].Rejected == nil || c.Value != money("1434.57") {
		t.Errorf("rejected: %+v", c.Changes[2])
	}
}

func TestChangeRefusals(t *testing.T) {
	t.Parallel()
	change := func(w *world, id string, f func(*contract.Change)) error {
		x := contract.Change{Code: "mod-cir", Reason: Text("R"), Lines: []contract.Line{sand("11")}, Milestones: milestones("1130.26")}
		f(&x)
		_, err := w.Propose(w.Context(), id, ContractManager, x)
		return err
	}
	for name, c := range map[string]struct {
		code string
		do   func(*world, string) error
	}{
		"a good one":    {"", func(w *world, id string) error { return change(w, id, func(*contract.Change) {}) }},
		"no reason":     {"text.empty", func(w *world, id string) error { return change(w, id, func(x *contract.Change) { x.Reason = nil }) }},
		"no known code": {"change.code", func(w *world, id string) error { return change(w, id, func(x *contract.Change) { x.Code = "more" }) }},
		"milestones that do not sum": {"change.milestones", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Milestones = milestones("1130.25") })
		}},
		"no milestones for another price": {"change.milestones", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Milestones = nil })
		}},
		"a milestone twice": {"change.milestones", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Milestones[1].ID = "m1" })
		}},
		"a milestone that was judged": {"change.milestones", func(w *world, id string) error {
			_, err := w.Judge(w.Context(), id, ContractManager, "m2", contract.Met, nil)
			w.Ok(err)
			return change(w, id, func(*contract.Change) {})
		}},
		"a line twice": {"change.line", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Lines = append(x.Lines, x.Lines[0]) })
		}},
		"a line without quantity": {"item.quantity", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Lines = []contract.Line{sand("0")} })
		}},
		"a negative price": {"money.range", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Lines[0].UnitPrice = tender.MustDecimal("-1") })
		}},
		"a line removed that is not there": {"change.line", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Removed = []string{"i9"} })
		}},
		"too many lines": {"change.size", func(w *world, id string) error {
			return change(w, id, func(x *contract.Change) { x.Lines = slices.Repeat(x.Lines, contract.MaxReplaced+1) })
		}},
		"below what was charged": {"change.charged", func(w *world, id string) error {
			w.Ok(w.invoice(id, "A-1", "1634.57"))
			return change(w, id, func(x *contract.Change) { x.Lines, x.Milestones = []contract.Line{sand("9")}, milestones("1050.26") })
		}},
		"signed by one side twice": {"contract.signed_already", func(w *world, id string) error {
			w.Ok(change(w, id, func(*contract.Change) {}))
			w.Ok(w.agree(id, "c1", Approver, contract.BuyerSide))
			return w.agree(id, "c1", Approver, contract.BuyerSide)
		}},
		"signed for the other side": {"sign.signature", func(w *world, id string) error {
			w.Ok(change(w, id, func(*contract.Change) {}))
			return w.agree(id, "c1", Approver, contract.SupplierSide)
		}},
		"signed where there is none": {"change.none", func(w *world, id string) error {
			_, err := w.Agree(w.Context(), id, "c1", Approver, sign.Signature{})
			return err
		}},
		"closed while one is open": {"change.open", func(w *world, id string) error {
			w.Ok(change(w, id, func(*contract.Change) {}))
			_, err := w.Service.Close(w.Context(), id, Approver, Text("Done"))
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Code(c.do(w, w.inForce().ID), c.code)
		})
	}
}

func TestImplementationRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code string
		do   func(*world, string) error
	}{
		"no such milestone": {"milestone.missing", func(w *world, id string) error {
			_, err := w.Judge(w.Context(), id, ContractManager, "m9", contract.Met, nil)
			return err
		}},
		"what is met is unmet": {"milestone.status", func(w *world, id string) error {
			_, err := w.Judge(w.Context(), id, ContractManager, "m1", contract.Met, nil)
			w.Ok(err)
			_, err = w.Judge(w.Context(), id, ContractManager, "m1", contract.NotMet, Text("R"))
			return err
		}},
		"an unknown status": {"milestone.status", func(w *world, id string) error {
			_, err := w.Judge(w.Context(), id, ContractManager, "m1", "nearly", Text("R"))
			return err
		}},
		"not met without a reason": {"contract.no_reason", func(w *world, id string) error {
			_, err := w.Judge(w.Context(), id, ContractManager, "m1", contract.NotMet, nil)
			return err
		}},
		"a delivery of what is met": {"milestone.met", func(w *world, id string) error {
			_, err := w.Judge(w.Context(), id, ContractManager, "m1", contract.Met, nil)
			w.Ok(err)
			_, err = w.Deliver(w.Context(), id, AlphasRep, "m1", nil)
			return err
		}},
		"an invoice beyond the price": {"invoice.sum", func(w *world, id string) error { return w.invoice(id, "A-1", "1634.58") }},
		"an invoice of nothing":       {"money.currency", func(w *world, id string) error { return w.invoice(id, "A-1", "0.00") }},
		"an invoice without a number": {"text.empty", func(w *world, id string) error { return w.invoice(id, " ", "1.00") }},
		"an invoice sent twice": {"invoice.twice", func(w *world, id string) error {
			w.Ok(w.invoice(id, "A-1", "1.00"))
			return w.invoice(id, "A-1", "1.00")
		}},
		"an invoice in another currency": {"money.currency", func(w *world, id string) error {
			_, err := w.Charge(w.Context(), id, AlphasRep, contract.Invoice{Number: "A-1", Date: today, Amount: tender.MustMoney("1.00", "EUR")})
			return err
		}},
		"an invoice of tomorrow": {"invoice.date", func(w *world, id string) error {
			_, err := w.Charge(w.Context(), id, AlphasRep, contract.Invoice{Number: "A-1", Date: today + 1, Amount: money("1.00")})
			return err
		}},
		"an invoice from before the contract": {"invoice.date", func(w *world, id string) error {
			_, err := w.Charge(w.Context(), id, AlphasRep, contract.Invoice{Number: "A-1", Date: theDay - 1, Amount: money("1.00")})
			return err
		}},
		"a payment of no invoice":      {"invoice.missing", func(w *world, id string) error { return w.pay(id, "i9", "1.00") }},
		"a payment beyond its invoice": {"payment.sum", func(w *world, id string) error { w.Ok(w.invoice(id, "A-1", "5.00")); return w.pay(id, "i1", "5.01") }},
		"a payment that adds up to more": {"payment.sum", func(w *world, id string) error {
			w.Ok(w.invoice(id, "A-1", "5.00"))
			w.Ok(w.pay(id, "i1", "3.00"))
			return w.pay(id, "i1", "2.01")
		}},
		"an end without a reason":       {"contract.no_reason", func(w *world, id string) error { _, err := w.Terminate(w.Context(), id, Approver, nil); return err }},
		"a security returned too early": {"contract.state", func(w *world, id string) error { _, err := w.ReturnSecurity(w.Context(), id, Approver); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Code(c.do(w, w.inForce().ID), c.code)
		})
	}
}

func TestRefusalsBeforeSignature(t *testing.T) {
	t.Parallel()
	plan := func(f func(*contract.Plan)) func(*world) error {
		return func(w *world) error {
			p := thePlan()
			f(&p)
			_, err := w.Draft(w.Context(), OCID, Lot1, Officer, p)
			return err
		}
	}
	for name, c := range map[string]struct {
		code string
		do   func(*world) error
	}{
		"no date":          {"contract.date", plan(func(p *contract.Plan) { p.Date = 0 })},
		"no title":         {"text.empty", plan(func(p *contract.Plan) { p.Title = nil })},
		"an empty clause":  {"text.empty", plan(func(p *contract.Plan) { p.Clauses = []contract.Clause{{Title: Text("A")}} })},
		"control in names": {"text.control", plan(func(p *contract.Plan) { p.Buyer.Name = "a\x07b" })},
		"a second draft": {"contract.taken", func(w *world) error {
			w.draft()
			_, err := w.Draft(w.Context(), OCID, Lot1, Officer, thePlan())
			return err
		}},
		"a lot without an award": {"contract.no_award", func(w *world) error {
			_, err := w.Draft(w.Context(), OCID, Lot2, Officer, thePlan())
			return err
		}},
		"a lot in its standstill": {"contract.no_award", func(w *world) error {
			w.World.Edit(func(x *tender.Tender) { x.Lots[0].Phase = tender.Standstill })
			_, err := w.Draft(w.Context(), OCID, Lot1, Officer, thePlan())
			return err
		}},
		"prices that do not sum to the award": {"contract.sum", func(w *world) error {
			w.World.Offers[Bid(Alpha)]["i2"] = tender.MustDecimal("40.01")
			_, err := w.Draft(w.Context(), OCID, Lot1, Officer, thePlan())
			return err
		}},
		"an item without a price": {"contract.price_missing", func(w *world) error {
			delete(w.World.Offers[Bid(Alpha)], "i2")
			_, err := w.Draft(w.Context(), OCID, Lot1, Officer, thePlan())
			return err
		}},
		"a stale edit": {"contract.stale", func(w *world) error {
			_, err := w.Service.Edit(w.Context(), w.draft().ID, 7, Officer, thePlan())
			return err
		}},
		"drawn while a complaint suspends": {"lot.suspended", func(w *world) error {
			c := w.draft()
			_, err := w.Tenders.Suspend(w.Context(), OCID, Lot1, "c1")
			w.Ok(err)
			_, err = w.Draw(w.Context(), c.ID, Officer)
			return err
		}},
		"signed while a complaint suspends": {"lot.suspended", func(w *world) error {
			c := w.drawn()
			_, err := w.Tenders.Suspend(w.Context(), OCID, "", "c1")
			w.Ok(err)
			_, err = w.sign(c.ID, AlphasRep, contract.SupplierSide)
			return err
		}},
		"signed after the award fell": {"contract.no_award", func(w *world) error {
			c := w.drawn()
			_, err := w.awards.PassOver(w.Context(), w.award.ID, Officer, Text("R"))
			w.Ok(err)
			_, err = w.sign(c.ID, AlphasRep, contract.SupplierSide)
			return err
		}},
		"signed for the buyer without the security": {"contract.security_missing", func(w *world) error {
			c, err := w.Draw(w.Context(), w.draft().ID, Officer)
			w.Ok(err)
			_, err = w.sign(c.ID, Approver, contract.BuyerSide)
			return err
		}},
		"a security that is too small": {"guarantee.amount", func(w *world) error {
			g := guarantee()
			g.Amount = money("99.99")
			_, err := w.Secure(w.Context(), w.draft().ID, 0, Officer, g)
			return err
		}},
		"a security in another currency": {"money.currency", func(w *world) error {
			g := guarantee()
			g.Amount = tender.MustMoney("100.00", "EUR")
			_, err := w.Secure(w.Context(), w.draft().ID, 0, Officer, g)
			return err
		}},
		"a security that ends with the contract's first day": {"guarantee.until", func(w *world) error {
			g := guarantee()
			g.Until = theDay
			_, err := w.Secure(w.Context(), w.draft().ID, 0, Officer, g)
			return err
		}},
		"signed for the buyer by who drafted": {"contract.same_person", func(w *world) error {
			c, both := w.drawn(), Officer
			both.Role = party.RoleApprover
			_, err := w.sign(c.ID, both, contract.BuyerSide)
			return err
		}},
		"signed for the buyer by who evaluated": {"duty.clash", func(w *world) error {
			c, both := w.drawn(), Evaluator
			both.Role = party.RoleApprover
			_, err := w.sign(c.ID, both, contract.BuyerSide)
			return err
		}},
		"signed by the supplier as the buyer": {"sign.signature", func(w *world) error {
			_, err := w.sign(w.drawn().ID, AlphasRep, contract.BuyerSide)
			return err
		}},
		"signed twice by one side": {"contract.signed_already", func(w *world) error {
			c := w.drawn()
			_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
			w.Ok(err)
			_, err = w.sign(c.ID, AlphasRep, contract.SupplierSide)
			return err
		}},
		"redrafted after a signature": {"contract.signed", func(w *world) error {
			c := w.drawn()
			_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
			w.Ok(err)
			_, err = w.Redraft(w.Context(), c.ID, Officer, Text("R"))
			return err
		}},
		"cancelled without a reason": {"contract.no_reason", func(w *world) error {
			_, err := w.Cancel(w.Context(), w.draft().ID, Officer, nil)
			return err
		}},
		"read by a rival before it is public": {"contract.missing", func(w *world) error {
			_, err := w.Get(w.Context(), w.drawn().ID, BetasRep)
			return err
		}},
		"its paper read by the public": {"contract.missing", func(w *world) error {
			_, err := w.Paper(w.Context(), w.drawn().ID, party.PublicActor)
			return err
		}},
		"a paper that is not drawn": {"contract.no_paper", func(w *world) error {
			_, err := w.Paper(w.Context(), w.draft().ID, Officer)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Code(c.do(w), c.code)
		})
	}
}

// Who may do what in which state stands here once more, by hand. Everything
// else must be refused and change nothing.
func TestEveryOtherStepIsRefused(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"draft edit u-officer", "draft edit u-manager", "draft draw u-officer", "draft draw u-manager",
		"draft security u-officer", "draft security u-manager", "draft cancel u-officer", "draft cancel u-manager",
		"drawn redraft u-officer", "drawn redraft u-manager", "drawn security u-officer", "drawn security u-manager",
		"drawn cancel u-officer", "drawn cancel u-manager", "drawn sign u-approver", "drawn sign u-alpha",
		"active deliver u-alpha", "active invoice u-alpha", "active milestone u-manager", "active pay u-manager",
		"active propose-change u-manager", "active propose-change u-alpha", "active terminate u-approver",
		"closed pay u-manager", "terminated pay u-manager", "closed return-security u-approver", "terminated return-security u-approver",
	}
	w := newWorld(t)
	model := w.drawn()
	steps := w.steps()
	states := []contract.State{contract.Draft, contract.Drawn, contract.Signed, contract.Sealing, contract.Active, contract.Closed, contract.Terminated, contract.Cancelled}
	for _, state := range states {
		for name, do := range steps {
			c := w.stored(model, state)
			for _, by := range Everybody() {
				full := fmt.Sprintf("%s %s %s", state, name, by.User)
				offered := w.offers(c, by, name)
				err := do(c, by)
				after := w.read(c.ID)
				if offered != (err == nil) {
					t.Errorf("%s: offered is %v, and %v", full, offered, err)
				}
				if slices.Contains(allowed, full) != (err == nil) {
					t.Errorf("%s: %v", full, err)
				}
				if err != nil && (after.Version != 1 || after.State != state) {
					t.Errorf("%s was refused and changed it: %+v", full, after)
				}
				if err == nil {
					c = w.stored(model, state)
				}
			}
		}
	}
}

func (w *world) offers(c *contract.Contract, by party.Actor, name string) bool {
	w.Helper()
	acts, err := w.Actions(w.Context(), c, by)
	w.Ok(err)
	return slices.Contains(acts, contract.Action(name))
}

// Within one state, too, what is offered is what is accepted: whatever has
// happened to the contract before.
func TestOfferedStepsAreAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	model := w.drawn()
	waits := contract.Change{ID: "c1", Code: "mod-cir", Reason: Text("R"), Before: money("1.00"), After: money("1.00")}
	shapes := map[string]struct {
		state contract.State
		is    func(*contract.Contract)
	}{
		"signed by the supplier": {contract.Drawn, func(c *contract.Contract) { c.Signatures = []contract.Signature{{Side: contract.SupplierSide}} }},
		"signed by the buyer":    {contract.Drawn, func(c *contract.Contract) { c.Signatures = []contract.Signature{{Side: contract.BuyerSide}} }},
		"without a security":     {contract.Drawn, func(c *contract.Contract) { c.Guarantee = nil }},
		"that asks for none":     {contract.Drawn, func(c *contract.Contract) { c.Guarantee, c.Record.Security = nil, nil }},
		"met in full": {contract.Active, func(c *contract.Contract) {
			for i := range c.Milestones {
				c.Milestones[i].Status = contract.Met
			}
		}},
		"with nothing invoiced": {contract.Active, func(c *contract.Contract) { c.Invoices = nil }},
		"invoiced in full":      {contract.Active, func(c *contract.Contract) { c.Invoices[0].Amount = c.Value }},
		"paid in full": {contract.Active, func(c *contract.Contract) {
			c.Payments = []contract.Payment{{ID: "p1", Invoice: "i1", Date: theDay, Amount: c.Invoices[0].Amount}}
		}},
		"with a change that waits": {contract.Active, func(c *contract.Contract) { c.Changes = []contract.Change{waits} }},
		"with a change that one side has signed": {contract.Active, func(c *contract.Contract) {
			x := waits
			x.Signatures = []contract.Signature{{Side: contract.SupplierSide}}
			c.Changes = []contract.Change{x}
		}},
		"whose security is back": {contract.Closed, func(c *contract.Contract) { c.Guarantee.Returned = Ranked }},
	}
	steps := w.steps()
	accepted := 0
	for shape, s := range shapes {
		for name, do := range steps {
			var c *contract.Contract
			for _, by := range Everybody() {
				if c == nil {
					c = w.storedAs(model, s.state, s.is)
				}
				offered, err := w.offers(c, by, name), do(c, by)
				if offered != (err == nil) {
					t.Errorf("%s, %s by %q: offered is %v, and %v", shape, name, by.User, offered, err)
				}
				if err == nil {
					accepted, c = accepted+1, nil
				}
			}
		}
	}
	if accepted < 20 {
		t.Errorf("%d steps were accepted", accepted)
	}
}

// stored puts a contract in the state on the shelf.
func (w *world) stored(model *contract.Contract, state contract.State) *contract.Contract {
	w.Helper()
	return w.storedAs(model, state, func(*contract.Contract) {})
}

// storedAs is stored for a contract to which something has happened.
func (w *world) storedAs(model *contract.Contract, state contract.State, happened func(*contract.Contract)) *contract.Contract {
	w.Helper()
	c := *model
	c.Root = store.Root{ID: w.NewID(w.Context())}
	c.State, c.Record.ID = state, c.ID
	c.Items, c.Milestones, c.Value = c.Record.Items, slices.Clone(c.Record.Milestones), c.Record.Price
	for i := range c.Milestones {
		c.Milestones[i].Status = contract.Scheduled
	}
	c.Invoices = []contract.Invoice{{ID: "i1", Number: "A-0", Date: theDay, Due: theDay + 30, Amount: money("1.00")}}
	if state == contract.Draft {
		c.Body = nil
	}
	if c.Guarantee != nil {
		g := *c.Guarantee
		c.Guarantee = &g
	}
	happened(&c)
	w.Ok(w.Contracts.Put(w.Context(), &c))
	return &c
}

func (w *world) steps() map[string]func(*contract.Contract, party.Actor) error {
	ctx := w.Context()
	w.Clock.Set(time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC))
	step := func(_ *contract.Contract, err error) error { return err }
	return map[string]func(*contract.Contract, party.Actor) error{
		"edit": func(c *contract.Contract, by party.Actor) error {
			return step(w.Service.Edit(ctx, c.ID, 1, by, thePlan()))
		},
		"draw":     func(c *contract.Contract, by party.Actor) error { return step(w.Draw(ctx, c.ID, by)) },
		"redraft":  func(c *contract.Contract, by party.Actor) error { return step(w.Redraft(ctx, c.ID, by, Text("R"))) },
		"security": func(c *contract.Contract, by party.Actor) error { return step(w.Secure(ctx, c.ID, 0, by, guarantee())) },
		"sign": func(c *contract.Contract, by party.Actor) error {
			if by.User == "" || c.Body == nil {
				return step(w.Sign(ctx, c.ID, by, sign.Signature{}))
			}
			side := contract.BuyerSide
			if by.OrgKind == party.KindSupplier {
				side = contract.SupplierSide
			}
			return step(w.Sign(ctx, c.ID, by, Signature(w, by, sign.Contract, c.Signing(side))))
		},
		"cancel":  func(c *contract.Contract, by party.Actor) error { return step(w.Cancel(ctx, c.ID, by, Text("R"))) },
		"deliver": func(c *contract.Contract, by party.Actor) error { return step(w.Deliver(ctx, c.ID, by, "m1", nil)) },
		"milestone": func(c *contract.Contract, by party.Actor) error {
			return step(w.Judge(ctx, c.ID, by, "m1", contract.Met, nil))
		},
		"invoice": func(c *contract.Contract, by party.Actor) error {
			return step(w.Charge(ctx, c.ID, by, contract.Invoice{Number: "A-1", Date: today, Amount: money("1.00")}))
		},
		"pay": func(c *contract.Contract, by party.Actor) error {
			return step(w.Pay(ctx, c.ID, by, contract.Payment{Invoice: "i1", Date: today, Amount: money("1.00")}))
		},
		"propose-change": func(c *contract.Contract, by party.Actor) error {
			return step(w.Propose(ctx, c.ID, by, contract.Change{Code: "mod-cir", Reason: Text("R")}))
		},
		"change": func(c *contract.Contract, by party.Actor) error {
			x := c.Waiting()
			if x == nil || by.User == "" {
				return step(w.Agree(ctx, c.ID, "c1", by, sign.Signature{}))
			}
			side := contract.BuyerSide
			if by.OrgKind == party.KindSupplier {
				side = contract.SupplierSide
			}
			return step(w.Agree(ctx, c.ID, "c1", by, Signature(w, by, sign.Contract, c.ChangeSigning(x, side))))
		},
		"reject-change": func(c *contract.Contract, by party.Actor) error {
			return step(w.Reject(ctx, c.ID, "c1", by, Text("R")))
		},
		"terminate": func(c *contract.Contract, by party.Actor) error { return step(w.Terminate(ctx, c.ID, by, Text("R"))) },
		"close": func(c *contract.Contract, by party.Actor) error {
			return step(w.Service.Close(ctx, c.ID, by, Text("R")))
		},
		"return-security": func(c *contract.Contract, by party.Actor) error { return step(w.ReturnSecurity(ctx, c.ID, by)) },
	}
}

// A request that broke off after it took effect, and is repeated, charges and
// pays once; another one does so again.
func TestARepeatedRequestPaysOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.inForce().ID
	request := func(name string) context.Context {
		return store.WithIDs(t.Context(), func() string { return name })
	}
	for _, name := range []string{"a", "a", "b"} {
		bill := contract.Invoice{Number: "A-" + name, Date: today, Amount: money("100.00")}
		_, err := w.Charge(request("charge "+name), id, AlphasRep, bill)
		w.Ok(err)
	}
	for _, name := range []string{"a", "b", "a", "b"} {
		c, err := w.Pay(request("pay "+name), id, ContractManager, contract.Payment{Invoice: "i1", Date: today, Amount: money("50.00")})
		if w.Ok(err); len(c.Payments) == 0 {
			t.Error("the answer lacks the payment")
		}
	}
	if c := w.read(id); len(c.Invoices) != 2 || len(c.Payments) != 2 {
		t.Errorf("%d invoices, %d payments", len(c.Invoices), len(c.Payments))
	}
	if n := len(w.Facts("contract.pay")); n != 2 {
		t.Errorf("%d facts", n)
	}
}
