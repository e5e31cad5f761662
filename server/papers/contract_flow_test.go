package papers

import (
	"context"
	"testing"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/award/awardtest"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
)

type offers map[string]map[string]tender.Decimal

func (o offers) Prices(_ context.Context, _, _, bid string) (map[string]tender.Decimal, error) {
	return o[bid], nil
}

type parties struct{}

func (parties) Party(_ context.Context, org string) (contract.Party, error) {
	return contract.Party{Org: awardtest.Name(org), Address: awardtest.Text("1, Street of " + org), Contact: org + "@example.org"}, nil
}

// TestContractFromAwardToSeal runs the contract's own service over these
// papers, a real engine and a real log.
func TestContractFromAwardToSeal(t *testing.T) {
	x := awardtest.New(t, engineOf, append(award.Collections, contract.Collection)...)
	x.Close()
	w := &world{T: t, engine: x.Engine, folder: t.TempDir()}
	keepLog(t, x.Engine)
	w.papers = w.open(Config{})
	a := &award.Service{
		Awards:  store.Shelf[award.Award, *award.Award]{Engine: x.Engine, Kind: award.Kind},
		Notices: store.Shelf[award.Notice, *award.Notice]{Engine: x.Engine, Kind: award.NoticeKind},
		Tenders: x.Tenders, Rankings: x.Rankings(), Complaints: awardtest.NoComplaints{}, Devices: awardtest.Devices{}, Clock: x.Clock,
	}
	s := &contract.Service{
		Contracts: store.Shelf[contract.Contract, *contract.Contract]{Engine: x.Engine, Kind: contract.Kind},
		Tenders:   x.Tenders, Awards: a, Complaints: awardtest.NoComplaints{}, Offers: offers(x.Offers), Parties: parties{},
		Drawer: w.papers, Files: w.papers, Devices: awardtest.Devices{}, Clock: x.Clock,
	}
	ctx := t.Context()
	p, err := a.Propose(ctx, awardtest.OCID, awardtest.Lot1, awardtest.Officer, awardtest.Text("Best bid."))
	x.Ok(err)
	_, err = a.Decide(ctx, p.ID, awardtest.Approver, awardtest.Signature(t, awardtest.Approver, sign.Approve, p.Decision.Record()))
	x.Ok(err)
	x.Clock.Set(x.Lot().StandstillEnds)
	now, _ := x.Clock.Now(ctx)
	_, err = x.Tenders.Tick(ctx, now)
	x.Ok(err)
	day, err := rules.ParseDate("2026-05-18")
	x.Ok(err)
	c, err := s.Draft(ctx, awardtest.OCID, awardtest.Lot1, awardtest.Officer, contract.Plan{Number: "2026/17", Title: awardtest.Text("Contract for road salt"), Date: day, Buyer: contract.Representative{Name: "A. Buyer"}})
	x.Ok(err)
	c, err = s.Draw(ctx, c.ID, awardtest.Officer)
	x.Ok(err)
	c, err = s.Secure(ctx, c.ID, c.Version, awardtest.ContractManager, contract.Guarantee{Issuer: "A bank", Reference: "G-1", Amount: tender.MustMoney("100.00", "CNY"), Until: day + 200})
	x.Ok(err)
	_, err = s.Sign(ctx, c.ID, awardtest.Approver, awardtest.Signature(t, awardtest.Approver, sign.Contract, c.Signing(contract.BuyerSide)))
	x.Ok(err)
	c, err = s.Sign(ctx, c.ID, awardtest.AlphasRep, awardtest.Signature(t, awardtest.AlphasRep, sign.Contract, c.Signing(contract.SupplierSide)))
	x.Ok(err)
	for try := 0; c.Sealed == nil && try < 50; try++ {
		_, err = s.Heal(ctx)
		x.Ok(err)
		c, err = s.Contracts.Get(ctx, c.ID)
		x.Ok(err)
	}
	if c.State != contract.Active {
		t.Fatalf("the contract is %s", c.State)
	}
	file, err := s.Paper(ctx, c.ID, awardtest.AlphasRep)
	x.Ok(err)
	w.show("contract-salt", file)
	k, err := CheckContract(file, w.papers.Roots())
	x.Ok(err)
	x.Ok(SameContract(k, c.Record))
	if f := fault.From(SameContract(k, contract.Record{})); f.Kind != fault.Invalid {
		t.Errorf("another record: %v", f)
	}
}
