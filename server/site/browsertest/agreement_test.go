package browsertest

import (
	"time"

	"probity/bidding/biddingtest"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
)

// manager looks after contracts of the buyer.
var manager = biddingtest.Person("u-manager", biddingtest.Buyer, party.KindBuyer, party.RoleContractManager)

// writing: the award is decided, its standstill is over, and the contract is
// being written.
func (p *procedure) writing() {
	a, err := p.site.Awards.Get(p.Ctx(), p.known["award"][0], biddingtest.Officer)
	p.Ok(err)
	_, err = p.site.Awards.Decide(p.Ctx(), a.ID, biddingtest.Approver, p.Sign(biddingtest.Approver.User, sign.Approve, a.Decision.Record()))
	p.Ok(err)
	p.winner = p.first
	if a.Decision.Winner.Supplier.ID == p.other.Org {
		p.winner = p.other
	}
	p.Settle()
	p.Set(p.Tender().Lot(p.Lot).StandstillEnds.Add(time.Hour))
	p.until("the lot is awarded", func() bool { return p.Tender().Lot(p.Lot).Phase == tender.Awarded })
	c, err := p.site.Contracts.Draft(p.Ctx(), p.ID, p.Lot, manager, contract.Plan{Number: "NM-2026-07/1", Title: both("Contract: Salt in bulk", "合同：散装盐"), Date: p.today(),
		Buyer: contract.Representative{Name: "Ada North", Position: both("Head of Roads", "公路处处长")}, Supplier: contract.Representative{Name: "Bo Chen", Position: both("Director", "经理")},
		Clauses: []contract.Clause{{Title: both("Frost", "霜冻"), Body: both("Salt that comes after the first frost is paid at half its price.", "首次霜冻之后交付的盐按半价付款。")}}})
	p.Ok(err)
	p.known["contract"] = []string{c.ID}
}

// signing: the paper is drawn, and waits for both sides.
func (p *procedure) signing() {
	_, err := p.site.Contracts.Draw(p.Ctx(), p.known["contract"][0], manager)
	p.Ok(err)
}

// delivering: a milestone is reported and charged for, and a change waits to be
// signed.
func (p *procedure) delivering() {
	p.signed(p.winner.Actor, contract.SupplierSide)
	p.signed(biddingtest.Approver, contract.BuyerSide)
	p.until("the contract is in force", func() bool { return p.agreement().State == contract.Active })
	c := p.agreement()
	_, err := p.site.Contracts.Deliver(p.Ctx(), c.ID, p.winner.Actor, "m1", both("Sixty tonnes lie at the three depots.", "六十吨盐已运抵三个仓库。"))
	p.Ok(err)
	_, err = p.site.Contracts.Charge(p.Ctx(), c.ID, p.winner.Actor, contract.Invoice{ID: "i1", Number: "B-17", Milestone: "m1", Date: p.today(), Amount: c.Milestones[0].Amount})
	p.Ok(err)
	line := c.Lines()[0]
	line.Description = both("Evaporated salt, fine", "精制细盐")
	_, err = p.site.Contracts.Propose(p.Ctx(), c.ID, manager, contract.Change{Code: "mod-nons", Reason: both("Coarse salt blocks the spreaders.", "粗盐会堵塞撒布机。"), Lines: []contract.Line{line}, Milestones: c.Milestones})
	p.Ok(err)
}

// signed has somebody sign the paper for a side.
func (p *procedure) signed(by party.Actor, side contract.Side) {
	p.Helper()
	_, err := p.site.Contracts.Sign(p.Ctx(), p.known["contract"][0], by, p.Sign(by.User, sign.Contract, p.agreement().Signing(side)))
	p.Ok(err)
	p.Settle() // the certificate names the signatures' places in the log
}

func (p *procedure) agreement() *contract.Contract {
	p.Helper()
	c, err := p.site.Contracts.Get(p.Ctx(), p.known["contract"][0], manager)
	p.Ok(err)
	return c
}

// today is the day on which the standstill is over, and all of this happens.
func (p *procedure) today() rules.Date {
	return rules.DateIn(p.Tender().Lot(p.Lot).StandstillEnds.Add(time.Hour), time.UTC)
}

// until waits for what the clock and the readers of facts bring about.
func (p *procedure) until(what string, done func() bool) {
	p.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			p.Fatalf("in vain: %s", what)
		}
	}
}
