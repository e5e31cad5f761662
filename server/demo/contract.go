package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"probity/bidding/security"
	"probity/documents/paper"
	"probity/server/client"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/rules"
	"probity/tender/sign"
)

// contractOf is a contract and its sealed paper.
type contractOf struct {
	contract.Contract
	paper []byte
}

// plan is what the ministry types for the contract of a lot; all else is known.
func (s *story) plan(lot string) map[string]any {
	winner := s.who(winners[lot])
	title := s.draftOf.Notice.Lot(lot).Title
	return map[string]any{
		"number": "MRB-2026-118/" + lot, "title": both("Contract: "+title["en"], "合同："+title["zh-CN"]),
		"date": rules.DateIn(s.now, time.UTC),
		"clauses": []contract.Clause{
			{Title: both("Warranty", "质保"), Body: both(
				"The supplier repairs on site, free of charge, for two years from acceptance.",
				"自验收之日起两年内，供应商免费上门维修。")},
			{Title: both("Delay", "迟延"), Body: both(
				"For each week of delay the ministry may keep one percent of the price of what is late, up to ten percent.",
				"每迟延一周，采购人可扣除迟延部分价款的百分之一，累计不超过百分之十。")},
		},
		"buyer":    map[string]any{"name": s.who("approver").name, "position": both("Director of Administration", "行政司司长")},
		"supplier": map[string]any{"name": winner.name, "position": both("Managing Director", "总经理")},
	}
}

func contractPath(id, more string) string { return "/api/v1/contracts/" + id + more }

// contract concludes both contracts.
func (s *story) contract(ctx context.Context) error {
	s.awarded = map[string]*contractOf{}
	if err := s.step(ctx, workday(s.now, 9)); err != nil {
		return err
	}
	for _, lot := range []string{lotPrinters, lotComputers} {
		if err := s.conclude(ctx, lot); err != nil {
			return fmt.Errorf("%s: %w", lot, err)
		}
	}
	c := s.awarded[lotPrinters]
	s.tell.at(s.now, "The contract with %s is drawn in English and Chinese. Nobody types a price: unit prices come from the opened bid, "+
		"quantities from the notice, and the sum is the award's, %s.",
		s.name("bamboo"), sum(c.Record.Price))
	s.tell.say("%s deposits a performance security. %s signs for the firm, %s for the ministry, each with their own key over the hash of the "+
		"paper; then the platform seals the whole file. The contract with %s, over %s, goes the same way.",
		s.name("bamboo"), s.who("bamboo").name, s.who("approver").name, s.name("delta"), sum(s.awarded[lotComputers].Record.Price))
	s.tell.proved("Before they signed, both machines have compared the paper with the hash. A citizen has fetched both sealed contracts: " +
		"nothing in them was changed or added.")
	n, held, err := s.giveBack(ctx)
	if err != nil {
		return err
	}
	if err := must(n == len(winners) && held == 0, "with the contract every security is returned"); err != nil {
		return err
	}
	s.tell.say("%s gives the winners their bid securities back, too.", s.who("officer").name)
	t, err := s.tender(ctx, "")
	if err != nil {
		return err
	}
	return must(t.Phase == tender.Complete, "with its last lot the procedure is complete")
}

// giveBack returns the bid securities that nothing stands behind any more, and
// says how many these were and how many are still held.
func (s *story) giveBack(ctx context.Context) (returned, held int, err error) {
	officer := s.who("officer")
	for _, lot := range []string{lotPrinters, lotComputers} {
		var list struct {
			Items []security.Holding `json:"items"`
		}
		if err := officer.Get(ctx, lotPath(s, lot, "securities"), &list); err != nil {
			return 0, 0, err
		}
		for _, x := range list.Items {
			if !slices.Contains(x.Actions, security.Return) {
				if x.State == security.Held {
					held++
				}
				continue
			}
			in := map[string]any{"day": rules.DateIn(s.now, time.UTC)}
			if err := officer.Post(ctx, lotPath(s, lot, "securities/"+x.Bidder.ID+"/return"), in, nil); err != nil {
				return 0, 0, err
			}
			returned++
		}
	}
	return returned, held, nil
}

// conclude drafts, draws, signs and seals the contract of a lot.
func (s *story) conclude(ctx context.Context, lot string) error {
	manager, winner, approver := s.who("manager"), s.who(winners[lot]), s.who("approver")
	var c contract.Contract
	if err := manager.Create(ctx, lotPath(s, lot, "contract"), s.plan(lot), &c); err != nil {
		return err
	}
	security := map[string]any{"issuer": "Bank of Puerto Claro", "reference": "P-" + passphrase()[:4], "amount": s.draftOf.Notice.Terms.SecurityAmount,
		"until": rules.DateIn(s.now.AddDate(1, 0, 0), time.UTC)}
	secure := client.Request{Method: "POST", Path: contractPath(c.ID, "/security"), In: security, Version: c.Version}
	if err := manager.Call(ctx, secure, nil); err != nil {
		return err
	}
	if err := manager.Call(ctx, client.Request{Method: "POST", Path: contractPath(c.ID, "/draw"), Within: time.Minute}, &c); err != nil {
		return err
	}
	for _, p := range []*person{winner, approver} {
		side := contract.BuyerSide
		if p == winner {
			side = contract.SupplierSide
		}
		if err := s.signContract(ctx, p, c.ID, side); err != nil {
			return fmt.Errorf("%s: %w", p.key, err)
		}
	}
	return s.collect(ctx, lot, c.ID)
}

// signContract signs the paper that this person's machine has read, and no other.
func (s *story) signContract(ctx context.Context, p *person, id string, side contract.Side) error {
	var c contract.Contract
	if err := p.Get(ctx, contractPath(id, ""), &c); err != nil {
		return err
	}
	var body []byte
	if err := p.Get(ctx, contractPath(id, "/paper"), &body); err != nil {
		return err
	}
	if err := must(c.Body != nil && hexSum(body) == c.Body.SHA256, "the paper has the hash that is signed"); err != nil {
		return err
	}
	sig, err := p.device.Sign(sign.Contract, c.Signing(side))
	if err != nil {
		return err
	}
	return p.Call(ctx, client.Request{Method: "POST", Path: contractPath(id, "/sign"), In: map[string]any{"signature": sig}, Within: time.Minute}, nil)
}

// collect fetches the sealed contract as a citizen and checks it.
func (s *story) collect(ctx context.Context, lot, id string) error {
	citizen := &client.Client{Base: s.base}
	c := &contractOf{}
	err := s.until(ctx, "the sealing of the contract", func() (bool, error) {
		err := s.who("manager").Get(ctx, contractPath(id, ""), &c.Contract)
		return err == nil && c.State == contract.Active, err
	})
	if err != nil {
		return err
	}
	if err := citizen.Get(ctx, contractPath(id, "/paper"), &c.paper); err != nil {
		return err
	}
	if err := must(hexSum(c.paper) == c.Sealed.SHA256, "the sealed paper has the hash on the record"); err != nil {
		return err
	}
	k, err := paper.CheckContract(c.paper, s.app.Papers.Roots())
	if err != nil {
		return err
	}
	s.awarded[lot] = c
	return must(k.Certificate.BodyHash == c.Body.SHA256 && len(k.Certificate.Signatures) == 2, "the certificate names both signatures over the paper")
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// deliver follows the first milestone until it is paid.
func (s *story) deliver(ctx context.Context) error {
	c := s.awarded[lotPrinters]
	supplier, manager := s.who(winners[lotPrinters]), s.who("manager")
	first := c.Milestones[0]
	if err := s.step(ctx, workday(s.now.AddDate(0, 0, 24), 9)); err != nil {
		return err
	}
	note := both("Two copiers and two printers stand on the first floor, tested.", "两台复印机和两台打印机已在一层安装并测试。")
	if err := supplier.Post(ctx, contractPath(c.ID, "/milestones/"+first.ID+"/deliver"), map[string]any{"note": note}, nil); err != nil {
		return err
	}
	s.tell.at(s.now, "%s reports: %s", s.name("bamboo"), note["en"])
	met := map[string]any{"status": contract.Met, "note": both("Seen, and printed a page on each.", "已现场查验，每台均试印一页。")}
	if err := manager.Post(ctx, contractPath(c.ID, "/milestones/"+first.ID+"/judge"), met, nil); err != nil {
		return err
	}
	s.tell.say("%s, who manages the contract, goes there and says: met.", manager.name)
	bill := map[string]any{"number": "BB-0001", "milestone": first.ID, "date": rules.DateIn(s.now, time.UTC), "amount": first.Amount}
	if err := supplier.Post(ctx, contractPath(c.ID, "/invoices"), bill, &c.Contract); err != nil {
		return err
	}
	s.tell.say("The firm sends an invoice over %s: %s percent of the price, due on %s.", sum(first.Amount), first.Percent, c.Invoices[0].Due)
	if err := s.step(ctx, workday(s.now.AddDate(0, 0, 12), 15)); err != nil {
		return err
	}
	pay := map[string]any{"invoice": c.Invoices[0].ID, "date": rules.DateIn(s.now, time.UTC), "amount": first.Amount, "reference": "TREASURY-77120"}
	twice := func() error { return manager.Post(ctx, contractPath(c.ID, "/payments"), pay, &c.Contract) }
	if err := twice(); err != nil {
		return err
	}
	s.tell.at(s.now, "The ministry pays, in time. The payment is public: %s of %s.", sum(c.Paid()), sum(c.Value))
	words, err := refusal(twice(), "payment.sum")
	if err != nil {
		return err
	}
	s.tell.refused("The same payment once more, by mistake: %s", words)
	return must(c.Paid() == first.Amount && c.Milestones[0].Status == contract.Met, "the first milestone is met and paid")
}
