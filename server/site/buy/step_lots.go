package buy

import (
	"slices"
	"strings"

	"probity/server/site"
	"probity/tender"
	"probity/tender/rules"
)

func writeBasics(s sheet, p *plan, _ int, _ *site.Visit) {
	n := &p.Notice
	s.text("title", n.Title)
	s.text("description", n.Description)
	s.Set("reference", n.Reference)
	s.Set("procedure", p.RuleSet+"/"+n.Procedure)
	s.Set("category", string(n.Category))
	s.Set("classification.scheme", n.Classification.Scheme)
	s.Set("classification.id", n.Classification.ID)
	s.text("classification.description", n.Classification.Description)
	for _, c := range n.Circumstances {
		s.Add("circumstances", string(c))
	}
	for _, l := range n.Languages {
		s.Add("languages", l)
	}
	s.Set("currency", string(n.Currency))
	s.amount("value", n.Value)
	s.amount("budget", n.Budget)
}

func readBasics(r *reader, p *plan, _ int) {
	n := &p.Notice
	n.Title, n.Description = r.text("title", n.Title), r.text("description", n.Description)
	n.Reference = r.line("reference")
	if set, procedure, ok := strings.Cut(r.line("procedure"), "/"); ok {
		p.RuleSet, n.Procedure = set, procedure
	}
	n.Category = tender.Category(r.line("category"))
	n.Classification = tender.Classification{Scheme: r.line("classification.scheme"), ID: r.line("classification.id"),
		Description: r.text("classification.description", n.Classification.Description)}
	if n.Classification.ID == "" && len(n.Classification.Description) == 0 {
		n.Classification = tender.Classification{}
	}
	n.Circumstances = nil
	for _, c := range r.Values["circumstances"] {
		n.Circumstances = append(n.Circumstances, rules.Fact(c))
	}
	n.Languages = r.Values["languages"]
	was := n.Currency
	n.Currency = tender.Currency(strings.ToUpper(r.line("currency")))
	n.Value, n.Budget = r.amount("value", n.Currency), r.amount("budget", n.Currency)
	if was != n.Currency && n.Currency.Valid() {
		recount(n)
	}
}

// recount writes the other amounts of a notice in its new currency: the same
// digits, as far as the currency has them.
func recount(n *tender.Notice) {
	all := []*tender.Money{n.Terms.SecurityAmount}
	if n.Security != nil {
		all = append(all, &n.Security.Amount)
	}
	for i := range n.Lots {
		all = append(all, n.Lots[i].Value, n.Lots[i].Criteria.Price.Ceiling)
	}
	for _, m := range all {
		if m == nil || m.Currency == "" {
			continue
		}
		if x, err := tender.MoneyOf(m.Decimal(), n.Currency); err == nil {
			*m = x
		}
	}
}

func writeLots(s sheet, p *plan, _ int, _ *site.Visit) {
	s.count("lots", len(p.Notice.Lots))
	for i, l := range p.Notice.Lots {
		path := at("lots", i)
		s.Set(path+".id", l.ID)
		s.text(path+".title", l.Title)
		s.text(path+".description", l.Description)
		s.amount(path+".value", l.Value)
	}
}

func readLots(r *reader, p *plan, _ int) {
	was := p.Notice.Lots
	p.Notice.Lots = nil
	for i := range r.n("lots") {
		path := at("lots", i)
		l := tender.LotNotice{Criteria: usual()}
		id := r.line(path + ".id")
		if j := slices.IndexFunc(was, func(x tender.LotNotice) bool { return x.ID == id && id != "" }); j >= 0 {
			l = was[j]
		}
		l.Title, l.Description = r.text(path+".title", l.Title), r.text(path+".description", l.Description)
		l.Value = r.amount(path+".value", p.Notice.Currency)
		if l.ID = id; id == "" {
			l.ID = fresh("lot-", func(x string) bool {
				known := func(l tender.LotNotice) bool { return l.ID == x }
				return slices.ContainsFunc(was, known) || slices.ContainsFunc(p.Notice.Lots, known)
			})
		}
		p.Notice.Lots = append(p.Notice.Lots, l)
	}
	dropStrangers(&p.Notice)
}

// dropStrangers takes lots out of requirements that are not there any more.
func dropStrangers(n *tender.Notice) {
	for i, r := range n.Requirements {
		n.Requirements[i].Lots = slices.DeleteFunc(slices.Clone(r.Lots), func(id string) bool { return n.Lot(id) == nil })
	}
}

// usual are criteria to begin with: the lower price is better.
func usual() tender.Criteria {
	return tender.Criteria{
		Price:  tender.Price{Weight: tender.NewDecimal(100), Formula: tender.LowestPrice},
		Places: tender.DefaultPlaces, Lines: tender.UnitPriceHolds, Ties: []tender.Tie{{By: tender.TieDraw}},
	}
}

func writeItems(s sheet, p *plan, n int, _ *site.Visit) {
	list := at("lots", n) + ".items"
	s.count(list, len(p.Notice.Lots[n].Items))
	for i, x := range p.Notice.Lots[n].Items {
		path := at(list, i)
		s.Set(path+".id", x.ID)
		s.text(path+".description", x.Description)
		s.Set(path+".classification.scheme", x.Classification.Scheme)
		s.Set(path+".classification.id", x.Classification.ID)
		s.decimal(path+".quantity", x.Quantity)
		s.Set(path+".unit.code", x.Unit.Code)
		s.text(path+".unit.name", x.Unit.Name)
	}
}

func readItems(r *reader, p *plan, n int) {
	list, lot := at("lots", n)+".items", &p.Notice.Lots[n]
	was := lot.Items
	lot.Items = nil
	for i := range r.n(list) {
		path := at(list, i)
		x := tender.Item{ID: r.line(path + ".id")}
		if j := slices.IndexFunc(was, func(y tender.Item) bool { return y.ID == x.ID && x.ID != "" }); j >= 0 {
			x = was[j]
		}
		x.Description = r.text(path+".description", x.Description)
		x.Quantity = r.decimal(path + ".quantity")
		x.Unit = tender.Unit{Code: strings.ToUpper(r.line(path + ".unit.code")), Name: r.text(path+".unit.name", x.Unit.Name)}
		code := r.line(path + ".classification.id")
		if x.Classification.ID != code {
			x.Classification = tender.Classification{ID: code, Scheme: r.line(path + ".classification.scheme")}
			if x.Classification.Scheme == "" && code != "" {
				x.Classification.Scheme = "CPV"
			}
		}
		if x.ID == "" || hasItem(&p.Notice, x.ID) { // ids are of the whole notice
			x.ID = fresh(itemPrefix(n), func(id string) bool {
				return hasItem(&p.Notice, id) || slices.ContainsFunc(was, func(y tender.Item) bool { return y.ID == id })
			})
		}
		lot.Items = append(lot.Items, x)
	}
}

func itemPrefix(n int) string {
	return strings.TrimSuffix(strings.TrimPrefix(at("", n+1), "["), "]") + "."
}

func hasItem(n *tender.Notice, id string) bool {
	return slices.ContainsFunc(n.Lots, func(l tender.LotNotice) bool {
		return slices.ContainsFunc(l.Items, func(x tender.Item) bool { return x.ID == id })
	})
}

// pasteRows adds the lines of a table that was copied from a spreadsheet:
// description in English, in Chinese, quantity, unit, code.
func pasteRows(s sheet, list string) {
	for line := range strings.Lines(s.Get("table")) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells = append(cells, "", "", "", "", "")
		path := at(list, s.n(list))
		for i, name := range []string{".description.en", ".description.zh-CN", ".quantity", ".unit.code", ".classification.id"} {
			s.Set(path+name, strings.TrimSpace(cells[i]))
		}
		s.add(list)
	}
	s.Del("table")
}

func writeRequirements(s sheet, p *plan, _ int, _ *site.Visit) {
	s.count("requirements", len(p.Notice.Requirements))
	for i, x := range p.Notice.Requirements {
		path := at("requirements", i)
		s.Set(path+".id", x.ID)
		s.text(path+".title", x.Title)
		s.Set(path+".kind", x.Kind)
		for _, l := range x.Lots {
			s.Add(path+".lots", l)
		}
	}
}

func readRequirements(r *reader, p *plan, _ int) {
	was := p.Notice.Requirements
	p.Notice.Requirements = nil
	for i := range r.n("requirements") {
		path := at("requirements", i)
		x := tender.Requirement{ID: r.line(path + ".id"), Kind: r.line(path + ".kind"), Lots: r.Values[path+".lots"]}
		same := func(y tender.Requirement) bool { return y.ID == x.ID && x.ID != "" }
		if j := slices.IndexFunc(was, same); j >= 0 {
			x.Title = was[j].Title
		}
		x.Title = r.text(path+".title", x.Title)
		if x.ID == "" {
			x.ID = fresh("r", func(id string) bool {
				known := func(y tender.Requirement) bool { return y.ID == id }
				return slices.ContainsFunc(was, known) || slices.ContainsFunc(p.Notice.Requirements, known)
			})
		}
		p.Notice.Requirements = append(p.Notice.Requirements, x)
	}
}
