package contract

import (
	"context"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
	"probity/tender/text"
)

// Plan is what an officer fills in. All else comes from the notice, the award
// and the bid.
type Plan struct {
	Number   string // the buyer's own
	Title    tender.Text
	Date     rules.Date // as printed; milestones are counted from it
	Clauses  []Clause
	Buyer    Representative
	Supplier Representative
}

// Representative is who acts for a side, as the paper names them.
type Representative struct {
	Name     string
	Position tender.Text
}

// Draft begins the contract of a lot that is awarded.
func (s *Service) Draft(ctx context.Context, tenderID, lot string, by party.Actor, p Plan) (*Contract, error) {
	t, err := s.Tenders.Get(ctx, tenderID, by)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(by, party.ContractDraft, t.Buyer.ID); err != nil {
		return nil, err
	}
	l := t.Lot(lot)
	if l == nil || l.Award == "" {
		return nil, fault.New(fault.Conflict, "contract.no_award", "The lot is not awarded.")
	}
	c := &Contract{Root: store.Root{ID: l.Award}, Buyer: t.Buyer.ID}
	c.Record = Record{V: RecordForm, ID: c.ID, Tender: tenderID, Lot: lot, Award: l.Award}
	sc, err := s.scene(ctx, c, by)
	if err != nil {
		return nil, err
	}
	fact, err := c.do(Begin, sc, func() (map[string]any, error) {
		c.Drafted = award.Word{Person: award.PersonOf(by), At: sc.now}
		c.Supplier = sc.award.Decision.Winner.Supplier.ID
		if r, ok := t.Policy.Due(rules.ContractSigning, sc.award.Notified); ok {
			c.SignBy = r.At
		}
		if share, ok := t.Policy.Share(rules.ContractChange); ok {
			c.ChangeLimit = &share.Percent
		}
		return s.write(ctx, c, sc, p)
	})
	if err != nil {
		return nil, err
	}
	return c, s.Contracts.Put(ctx, c, fact)
}

// Edit replaces what the officer has filled in. version is the one they saw.
func (s *Service) Edit(ctx context.Context, id string, version int64, by party.Actor, p Plan) (*Contract, error) {
	return s.changeSeen(ctx, id, version, by, Edit, nil, func(c *Contract, sc scene) (map[string]any, error) {
		return s.write(ctx, c, sc, p)
	})
}

// write makes the record anew. It refuses one whose sum is not the award's.
func (s *Service) write(ctx context.Context, c *Contract, sc scene, p Plan) (_ map[string]any, err error) {
	n := &sc.tender.Notice
	r := Record{
		V: RecordForm, ID: c.ID, Tender: c.Record.Tender, Lot: c.Record.Lot, Award: c.Record.Award,
		Number: p.Number, Date: p.Date, Bilingual: n.Terms.Bilingual,
		PaymentDays: n.Terms.PaymentDays, Security: n.Terms.SecurityAmount, Terms: n.Terms.Text,
	}
	if err := p.clean(&r); err != nil {
		return nil, err
	}
	if r.Items, r.Price, err = s.lines(ctx, n.Lot(r.Lot), sc.award.Decision); err != nil {
		return nil, err
	}
	if r.Milestones, err = plan(n.Terms.Milestones, p.Date, r.Price); err != nil {
		return nil, err
	}
	if r.Parties, err = s.parties(ctx, sc, p); err != nil {
		return nil, err
	}
	c.Record = r
	return map[string]any{"record": r.Hash()}, nil
}

// clean takes in what a person wrote.
func (p Plan) clean(r *Record) (err error) {
	if p.Date == 0 {
		return fault.Field("contract.date", "date", "Give the date of the contract.")
	}
	if r.Number, err = text.Clean("number", p.Number, 100); err != nil {
		return err
	}
	if r.Title, err = p.Title.Clean("title", tender.MaxTitle); err != nil {
		return err
	}
	if len(p.Clauses) > 200 {
		return fault.Field("contract.clauses", "clauses", "At most 200 clauses.")
	}
	for _, x := range p.Clauses {
		var k Clause
		if k.Title, err = x.Title.Clean("clauses.title", tender.MaxTitle); err != nil {
			return err
		}
		if k.Body, err = x.Body.CleanLines("clauses.body", MaxText); err != nil {
			return err
		}
		r.Clauses = append(r.Clauses, k)
	}
	return nil
}

// lines prices the items of the lot as the winner has, and refuses a bid whose
// sum is not what was awarded.
func (s *Service) lines(ctx context.Context, lot *tender.LotNotice, d award.Decision) ([]Line, tender.Money, error) {
	prices, err := s.Offers.Prices(ctx, d.Tender, d.Lot, d.Winner.Bid)
	if err != nil {
		return nil, tender.Money{}, err
	}
	var list []Line
	for _, item := range lot.Items {
		price, ok := prices[item.ID]
		if !ok {
			return nil, tender.Money{}, fault.New(fault.Conflict, "contract.price_missing", "The bid has no price for item %q.", item.ID)
		}
		total, err := tender.LineTotal(price, item.Quantity, d.Winner.Price.Currency)
		if err != nil {
			return nil, tender.Money{}, err
		}
		list = append(list, Line{item.ID, item.Description, item.Classification, item.Quantity, item.Unit, price, total})
	}
	sum, err := total(list, d.Winner.Price.Currency)
	if err == nil && sum != d.Winner.Price {
		err = fault.New(fault.Conflict, "contract.sum", "The items sum to %s, the award is over %s.", sum, d.Winner.Price)
	}
	return list, sum, err
}

func total(list []Line, c tender.Currency) (tender.Money, error) {
	sum := tender.Money{Currency: c}
	for _, l := range list {
		var err error
		if sum, err = sum.Add(l.Total); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// plan turns the notice's milestones into dates and amounts. The last one takes
// what rounding leaves, so that they sum to the price.
func plan(list []tender.MilestonePlan, from rules.Date, price tender.Money) ([]Milestone, error) {
	rest := price
	var out []Milestone
	for i, m := range list {
		amount := rest
		if i < len(list)-1 {
			var err error
			if amount, err = tender.MoneyOf(price.Decimal().Mul(m.Percent).Mul(tender.DecimalOf(1, 2)), price.Currency); err != nil {
				return nil, err
			}
			if c, err := amount.Cmp(rest); err != nil || c > 0 {
				amount = rest
			}
			if rest, err = rest.Sub(amount); err != nil {
				return nil, err
			}
		}
		out = append(out, Milestone{ID: m.ID, Title: m.Title, Due: from + rules.Date(m.Days), Percent: m.Percent, Amount: amount})
	}
	return out, nil
}

// parties names who is bound: buyer, supplier, and the members of a consortium.
func (s *Service) parties(ctx context.Context, sc scene, p Plan) ([]Party, error) {
	w := sc.award.Decision.Winner
	buyer, err := s.Parties.Party(ctx, sc.tender.Buyer.ID)
	if err != nil {
		return nil, err
	}
	supplier, err := s.Parties.Party(ctx, w.Supplier.ID)
	if err != nil {
		return nil, err
	}
	buyer.Role, supplier.Role = BuyerSide, SupplierSide
	if err := p.Buyer.represent("buyer", &buyer); err != nil {
		return nil, err
	}
	if err := p.Supplier.represent("supplier", &supplier); err != nil {
		return nil, err
	}
	list := []Party{buyer, supplier}
	for _, m := range w.Members {
		member, err := s.Parties.Party(ctx, m.Org.ID)
		if err != nil {
			return nil, err
		}
		member.Role, member.Part = MemberSide, m.Part
		list = append(list, member)
	}
	return list, nil
}

func (r Representative) represent(path string, p *Party) (err error) {
	if p.Representative, err = text.Clean(path+".name", r.Name, 200); err != nil {
		return err
	}
	if len(r.Position) > 0 {
		p.Position, err = r.Position.Clean(path+".position", 200)
	}
	return err
}
