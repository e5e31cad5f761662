package audit

import (
	"strings"

	"probity/bidding"
	"probity/documents/paper"
	"probity/server/papers"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/contract"
	"probity/tender/sign"
)

// deal is one contract as the facts tell it.
type deal struct {
	id     string
	award  *decided
	draw   *bidding.Placed // the paper that stands
	body   string          // its hash
	record contract.Record
	signed map[contract.Side]bidding.Placed
	sealed string // hash of the sealed paper; "" until then

	value    tender.Money
	items    []contract.Line
	changes  map[string]*change
	charged  tender.Money
	invoices map[string]tender.Money
	paid     map[string]tender.Money
}

// contractSteps are the checks of contracts.
type contractSteps struct {
	*verifier
	signature, record, paper, sums *step
	all                            []*deal
}

// contractDir is where the papers of a contract are: its id without the
// procedure's.
func contractDir(ocid, id string) string {
	return "contracts/" + strings.ReplaceAll(strings.TrimPrefix(id, ocid+"~"), "~", "/") + "/"
}

// contracted checks every contract: what was signed is what was awarded and
// offered, by both sides over the same bytes, after the standstill; and that
// neither changes nor payments go beyond it.
func (v *verifier) contracted() error {
	s := &contractSteps{verifier: v,
		signature: v.step("contract.signature", "Both sides have signed the same paper, after the standstill"),
		record:    v.step("contract.record", "Items, prices, parties and milestones of the contract are those of the notice, the offer and the award"),
		paper:     v.step("contract.paper", "The contract's papers are those that were signed and sealed, and show what their data say"),
		sums:      v.step("contract.sums", "Changes, invoices and payments add up and stay within the contract"),
	}
	for _, f := range v.facts {
		if kind, id, ok := cutSubject(f.ID); ok && kind == contract.Kind {
			s.follow(s.deal(id), f)
		}
	}
	for _, c := range s.all {
		s.check(c)
	}
	for _, x := range []*step{s.signature, s.record, s.paper, s.sums} {
		x.end()
	}
	return nil
}

func (s *contractSteps) deal(id string) *deal {
	for _, c := range s.all {
		if c.id == id {
			return c
		}
	}
	c := &deal{id: id, signed: map[contract.Side]bidding.Placed{}, changes: map[string]*change{},
		invoices: map[string]tender.Money{}, paid: map[string]tender.Money{}}
	for _, a := range s.awards {
		if a.ID == id {
			c.award = a
		}
	}
	s.all = append(s.all, c)
	return c
}

// follow takes in one fact of a contract.
func (s *contractSteps) follow(c *deal, f bidding.Placed) {
	switch f.Name {
	case "contract.draw":
		d, ok := data[struct {
			Body   string
			Record contract.Record
		}](s.verifier, f)
		if ok {
			c.draw, c.body, c.record = &f, d.Body, d.Record
			c.value, c.items = d.Record.Price, d.Record.Items
			c.signed = map[contract.Side]bidding.Placed{}
		}
	case "contract.sign":
		s.sign(c, f)
	case "contract.seal":
		d, ok := data[struct{ Body, File string }](s.verifier, f)
		if ok && s.paper.expect(d.Body == c.body && len(c.signed) == 2, f.ID, "The paper was sealed before both sides had signed it.") {
			c.sealed = d.File
		}
	case "contract.propose-change":
		s.propose(c, f)
	case "contract.change":
		s.agree(c, f)
	case "contract.invoice":
		s.charge(c, f)
	case "contract.pay":
		s.pay(c, f)
	}
}

func (s *contractSteps) sign(c *deal, f bidding.Placed) {
	d, ok := data[struct {
		Body      string
		Side      contract.Side
		Signature sign.Signature
	}](s.verifier, f)
	if !ok {
		return
	}
	_, twice := c.signed[d.Side]
	s.signature.expect(d.Body == c.body && !twice && (d.Side == contract.BuyerSide || d.Side == contract.SupplierSide), f.ID, "The signature is over another paper, or by a side that had signed.")
	record, err := canon.Marshal(contract.Signing{Kind: contract.Kind, Contract: c.id, Body: d.Body, Side: d.Side})
	if err == nil && s.signed(s.signature, f, sign.Contract, record, d.Signature) {
		c.signed[d.Side] = f
	}
	if c.award != nil {
		s.signature.expect(c.award.confirmed != nil && c.award.confirmed.Index < f.Index, f.ID, "The contract was signed before the award had taken effect.")
	}
}

// check looks at a contract as a whole.
func (s *contractSteps) check(c *deal) {
	if c.draw == nil {
		return // nothing was fixed yet
	}
	s.agreed(c)
	dir := contractDir(s.OCID, c.id)
	body := s.listed[dir+"body.pdf"]
	s.paper.expect(body.SHA256 == c.body, dir+"body.pdf", "The paper that was signed is not there.")
	if c.sealed == "" {
		return
	}
	s.signature.expect(s.lotFacts[c.record.Lot]["lot.contract"] != "", c.id, "The log does not say that the lot was contracted.")
	s.signature.expect(len(c.signed) == 2, c.id, "The contract was sealed without the signatures of both sides.")
	s.paper.expect(s.listed[dir+"sealed.pdf"].SHA256 == c.sealed, dir+"sealed.pdf", "The sealed contract is not there as the log has it.")
	raw, err := s.in.Read(dir+"sealed.pdf", maxPaper)
	if err != nil {
		return // was said
	}
	k, err := paper.CheckContract(raw, s.roots())
	if !s.paper.expect(err == nil, dir+"sealed.pdf", "The sealed contract is not in order: %v.", err) {
		return
	}
	s.paper.expect(hexOf(k.Body.Hash) == c.body, dir+"sealed.pdf", "The paper inside the sealed contract is not the one that was signed.")
	s.printed(c, k)
}

// printed holds what the paper shows to the record and to the log.
func (s *contractSteps) printed(c *deal, k *paper.CheckedContract) {
	path := contractDir(s.OCID, c.id) + "sealed.pdf"
	err := papers.SameContract(k, c.record)
	s.paper.expect(err == nil, path, "The paper shows something else than the contract on record: %v.", err)
	for _, g := range k.Certificate.Signatures {
		f, ok := c.signed[contract.Side(g.Role)]
		s.paper.expect(ok && int64(g.LogIndex) == f.Index && g.LogLeaf == s.leaves[f.Index], path, "The certificate shows a signature of the %s that the log does not have there.", g.Role)
	}
}
