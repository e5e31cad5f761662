package buy

import (
	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
)

// ruleSet is a rule set with its procedures, as the API has it.
type ruleSet struct {
	ID         string          `json:"id"`
	Title      tender.Text     `json:"title"`
	Procedures []*rules.Policy `json:"procedures"`
}

// Procedures lists the procedures of all rule sets.
func (s *stepView) Procedures() site.Field {
	f := s.field("procedure")
	f.Options = procedureOptions(s.v, s.Rules, s.value("procedure"))
	return f
}

func procedureOptions(v *site.Visit, sets []*ruleSet, chosen string) (list []site.Option) {
	for _, set := range sets {
		for _, p := range set.Procedures {
			value := set.ID + "/" + p.Procedure
			list = append(list, site.Option{Value: value, Label: set.Title.In(v.Lang) + " – " + p.Title.In(v.Lang), Chosen: value == chosen})
		}
	}
	return list
}

// procedureName is what people call a procedure of a rule set.
func procedureName(v *site.Visit, sets []*ruleSet, set, procedure string) string {
	value := set + "/" + procedure
	for _, o := range procedureOptions(v, sets, value) {
		if o.Chosen {
			return o.Label
		}
	}
	return value
}

// Facts lists the circumstances that can shorten periods and that the officer
// knows of: those of the platform hold anyway.
func (s *stepView) Facts() site.Field {
	return s.choose("circumstances", "fact", string(rules.PlannedNotice), string(rules.Recurring), string(rules.Urgent), string(rules.Commercial))
}

// LotChoices are the lots, for a requirement that is of some of them.
func (s *stepView) LotChoices(name string) site.Field {
	f := s.field(name)
	for _, l := range s.Writing().Lots {
		f.Options = append(f.Options, site.Option{Value: l.ID, Label: titleOr(s.v, l.Title, l.ID), Chosen: s.Has(name, l.ID)})
	}
	return f
}

func titleOr(v *site.Visit, t tender.Text, id string) string {
	if len(t) > 0 {
		return t.In(v.Lang)
	}
	return id
}

// Group are the people who may stand in the n-th group of openers.
func (s *stepView) Group(n int) site.Field {
	name := at("openers.groups", n) + ".members"
	f := s.field(name)
	kind := party.KindBuyer
	if groups[n].guardian {
		kind = party.KindOversight
	}
	f.Label = s.v.T("buy.group." + groups[n].name)
	f.Hint = s.v.T("buy.group." + groups[n].name + ".hint")
	f.Options = candidates(s.People, kind, party.RoleOpener, s.Sheet.Values[name])
	if f.Error == "" && s.Wrong != nil {
		f.Error = s.Wrong.On(at("openers.groups", n))
	}
	return f
}

// Evaluators are the people who may sit on the panel.
func (s *stepView) Evaluators() site.Field {
	f := s.field("panel")
	f.Options = candidates(s.People, party.KindBuyer, party.RoleEvaluator, s.Sheet.Values["panel"])
	return f
}

// Chair is who leads the panel.
func (s *stepView) Chair() site.Field {
	f := s.field("chair")
	f.Options = append([]site.Option{{Label: s.v.T("buy.chair.first")}}, candidates(s.People, party.KindBuyer, party.RoleEvaluator, s.Sheet.Values["chair"])...)
	return f
}

// TieChoices are the ways to tell equal bids apart, before the draw.
func (s *stepView) TieChoices(n int) site.Field {
	name := at("lots", s.N) + ".criteria.ties"
	f := s.field(name)
	if n > 0 {
		f.Label, f.Hint = s.v.T("buy.f.ties.next"), ""
	}
	chosen := ""
	if list := s.Sheet.Values[name]; n < len(list) && list[n] != string(tender.TieDraw) {
		chosen = list[n]
	}
	options := []site.Option{{Value: "draw", Label: s.v.T("buy.tie.draw"), Chosen: chosen == ""}}
	for _, x := range []string{"price", "quality"} {
		options = append(options, site.Option{Value: x, Label: s.v.T("buy.tie." + x), Chosen: chosen == x})
	}
	list := at("lots", s.N) + ".criteria.quality"
	for i := range s.Sheet.n(list) {
		if id := s.value(at(list, i) + ".id"); id != "" {
			options = append(options, site.Option{Value: "criterion:" + id, Chosen: chosen == "criterion:"+id,
				Label: s.v.T("buy.tie.criterion", "Title", s.rowTitle(at(list, i)))})
		}
	}
	f.Name = name
	f.Options = options
	return f
}

func (s *stepView) rowTitle(row string) string {
	t := tender.Text{}
	for _, lang := range texts {
		if x := s.value(row + ".title." + lang); x != "" {
			t[lang] = x
		}
	}
	return titleOr(s.v, t, s.value(row+".id"))
}

// Parents are the criteria that a row can be a part of.
func (s *stepView) Parents(list string, row int) site.Field {
	name := at(list, row) + ".of"
	f := s.field(name)
	f.Options = []site.Option{{Label: s.v.T("buy.of.none")}}
	for i := range s.Sheet.n(list) {
		if id := s.value(at(list, i) + ".id"); i != row && id != "" && s.value(at(list, i)+".of") == "" {
			f.Options = append(f.Options, site.Option{Value: id, Label: s.rowTitle(at(list, i)), Chosen: s.value(name) == id})
		}
	}
	return f
}
