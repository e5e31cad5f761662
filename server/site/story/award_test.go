package story_test

import (
	"strings"
	"time"

	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/party"
)

// says demands that somebody's page says something.
func (s *story) says(by party.Actor, selector, want string) {
	s.t.Helper()
	if said := s.at(by).Text(selector); !strings.Contains(said, want) {
		s.t.Errorf("the page does not say %q: %s", want, said)
	}
}

func (s *story) lotPage() string { return s.path + "/lots/" + s.lot }

// award is proposed by the officer, without script, and decided by somebody else.
func (s *story) award() {
	p := s.at(officer)
	p.Go(s.lotPage())
	p.Fill("#propose", "reasons.en", "The most points.", "reasons.zh-CN", "综合得分最高。")
	p.Submit("#propose > button:last-child")
	s.noError(p)
	a := s.device(approver)
	a.Go(s.lotPage())
	a.Submit("#awards a")
	a.Sign("#decide")
	s.noError(a)
	s.site.Settle()
	if phase := s.tender().Lot(s.lot).Phase; phase != tender.Standstill {
		s.t.Fatalf("the lot is %s: %s", phase, a.Text("main"))
	}
	b := s.at(cedar)
	b.Go(s.wizard() + "/outcome")
	s.says(cedar, "main", "Name of org-bamboo")
}

func (s *story) standstill() {
	s.pass(s.tender().Lot(s.lot).StandstillEnds.Add(time.Hour))
	s.until("the award stands", func() bool { return s.tender().Lot(s.lot).Phase == tender.Awarded })
}

// until waits for what the platform does by itself.
func (s *story) until(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("it does not come about that %s", what)
		}
	}
}

func (s *story) contract() {
	p := s.at(manager)
	p.Go(s.lotPage())
	p.Submit(`#contracts a[href$="/contract"]`)
	form := `form[action$="/contract"]`
	p.Fill(form, "date", s.now.Format(time.DateOnly), "buyer.name", "A. Prover", "supplier.name", "竹先生")
	p.Submit(form + " .govuk-button-group button:first-child")
	s.noError(p)
	s.deal = strings.TrimSuffix(p.Here(), "/edit")
	p.Go(s.deal)
	p.Submit("#draw button")
	s.is(contract.Drawn)
}

// agreement is the contract as it is stored.
func (s *story) agreement() *contract.Contract {
	s.t.Helper()
	c, err := s.site.Contracts.Get(s.whole.Context(), last(s.deal), officer)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *story) is(want contract.State) {
	s.t.Helper()
	s.until("the contract is "+string(want), func() bool { return s.agreement().State == want })
}

func (s *story) signing() {
	a := s.at(approver)
	a.Go(s.deal)
	a.Sign("#sign")
	s.noError(a)
	b := s.at(bamboo)
	b.Go("/bid/contracts")
	b.Submit(`main a[href="` + s.theirs() + `"]`)
	b.Sign(`form[action$="/sign"]`)
	s.noError(b)
	s.is(contract.Active)
}

// theirs is the contract at the supplier's desk.
func (s *story) theirs() string { return "/bid/contracts/" + s.agreement().ID }

func (s *story) paid() {
	m := s.agreement().Milestones[0]
	b := s.at(bamboo)
	b.Go(s.theirs())
	deliver := `form[action$="/deliver"]`
	b.Click(`details:has(` + deliver + `) summary`)
	b.Fill(deliver, "note", "前一半已交付。")
	b.Submit(deliver + " button")
	p := s.at(manager)
	p.Go(s.deal)
	p.Click("details:has(#judge-" + m.ID + ") summary")
	p.Fill("#judge-"+m.ID, "status", "met", "note.en", "Seen and weighed.")
	p.Submit("#judge-" + m.ID + " button")
	s.invoice(b, m.ID, m.Amount)
	p.Go(s.deal)
	p.Fill("#pay", "amount", m.Amount.Amount(), "date", s.now.Format(time.DateOnly), "reference", "Transfer 1")
	p.Submit("#pay > button")
	s.noError(p)
	if n := len(s.agreement().Payments); n != 1 {
		s.t.Errorf("%d payments", n)
	}
	s.site.Settle()
}

// invoice is sent by the supplier.
func (s *story) invoice(b *browsertest.Page, milestone string, sum tender.Money) {
	s.t.Helper()
	b.Go(s.theirs())
	form := `form[action$="/invoices"]`
	b.Fill(form, "number", "竹-1", "milestone", milestone, "date", s.now.Format(time.DateOnly), "amount", sum.Amount())
	b.Submit(form + " button")
	s.noError(b)
}
