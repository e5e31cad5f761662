package papers

import (
	"strings"
	"time"

	"probity/documents/paper"
	"probity/tender"
	"probity/tender/contract"
)

// ContractOf is the data of the paper of a contract: everything that the record
// holds and what the paper says about the platform, nothing else. Whoever has
// both can tell whether a paper is the record's.
func ContractOf(r contract.Record, im Imprint) paper.Contract {
	langs := tongues(r)
	c := paper.Contract{
		Title: text(r.Title), Award: r.Award, Layout: paper.BesideLayout,
		Subject: subject(r), Currency: string(r.Price.Currency), Total: r.Price.Amount(),
		Lots: []paper.Lot{{ID: r.Lot, Total: r.Price.Amount()}},
	}
	c.Sheet = paper.Sheet{
		Number: r.ID, Languages: langs, Platform: im.Platform, At: time.Unix(int64(r.Date)*86400, 0).UTC(),
		VerifyURL: im.contractAddress(r.ID), Sandbox: im.Sandbox,
		Procedure: paper.Procedure{ID: r.Tender, Lot: r.Lot, Title: both("Lot "+r.Lot, "标段 "+r.Lot)},
	}
	if r.Number != "" {
		c.Number = tidy(r.Number)
	}
	for _, y := range r.Parties {
		c.Parties = append(c.Parties, partyOf(y, langs))
	}
	for _, l := range r.Items {
		c.Lots[0].Items = append(c.Lots[0].Items, itemOf(l, langs))
	}
	for _, m := range r.Milestones {
		c.Milestones = append(c.Milestones, paper.Milestone{ID: m.ID, Title: text(m.Title), Due: m.Due.String()})
		c.Payments = append(c.Payments, paper.Payment{ID: m.ID, When: accepted(m), Share: m.Percent.String() + " %", Amount: m.Amount.Amount()})
		c.Start, c.End = r.Date.String(), max(c.End, m.Due.String())
	}
	c.Terms = payment(r.PaymentDays)
	c.Clauses = clauses(r)
	return c
}

// tongues are the languages of a contract.
func tongues(r contract.Record) []string {
	if r.Bilingual {
		return []string{english, chinese}
	}
	return languages(r.Title.Languages())[:1]
}

func partyOf(y contract.Party, langs []string) paper.Party {
	return paper.Party{
		Role: string(y.Role), Name: legalName(y.Org, langs), Identifiers: []paper.Identifier{identifier(y.Org.Identifier)},
		Address: text(y.Address), Representative: tidy(y.Representative), Position: text(y.Position), Contact: tidy(y.Contact),
	}
}

func itemOf(l contract.Line, langs []string) paper.Item {
	code := l.Classification.Scheme + " " + l.Classification.ID
	if d := lines(text(l.Classification.Description), langs); d != "" {
		code += " " + strings.ReplaceAll(d, "\n", " ")
	}
	unit := text(l.Unit.Name)
	if unit == nil {
		unit = paper.Text{english: l.Unit.Code}
	} else if l.Unit.Code != "" {
		code += " · UN/ECE " + l.Unit.Code
	}
	return paper.Item{
		ID: l.ID, Description: text(l.Description), Classification: strings.TrimSpace(code), Quantity: l.Quantity.String(), Unit: unit,
		UnitPrice: l.UnitPrice.String(), Total: l.Total.Amount(),
	}
}

// clauses are the terms of the notice, what the record asks for beyond price
// and items, and the further clauses that were agreed on.
func clauses(r contract.Record) []paper.Clause {
	var list []paper.Clause
	if len(r.Terms) > 0 {
		list = append(list, paper.Clause{Title: both("Terms of the notice", "采购公告约定的条款"), Body: text(r.Terms)})
	}
	if r.Security != nil {
		list = append(list, paper.Clause{Title: both("Performance security", "履约保证金"), Body: security(*r.Security)})
	}
	if body := consortium(r.Parties); body != nil {
		list = append(list, paper.Clause{Title: both("Consortium", "联合体"), Body: body})
	}
	for _, x := range r.Clauses {
		list = append(list, paper.Clause{Title: text(x.Title), Body: text(x.Body)})
	}
	return list
}

// consortium says what each member does; nil if the supplier stands alone.
func consortium(list []contract.Party) paper.Text {
	t := both("The members of the consortium are bound by the signature of its leader, the supplier.",
		"联合体各成员受牵头人（供应商）签署的约束。")
	members := 0
	for _, y := range list {
		if y.Role != contract.MemberSide {
			continue
		}
		members++
		for lang := range t {
			t[lang] += "\n" + in(name(y.Org), lang)
			if part := in(text(y.Part), lang); part != "" {
				t[lang] += ": " + part
			}
		}
	}
	if members == 0 {
		return nil
	}
	return t
}

// in is a text in one language or, if it has none in it, in one that it has.
func in(t paper.Text, lang string) string { return tender.Text(t).In(lang) }
