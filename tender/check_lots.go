package tender

import "probity/tender/fault"

func (n *Notice) checkLots() *fault.Error {
	if len(n.Lots) == 0 || len(n.Lots) > MaxLots {
		return fault.Field("notice.lots", "lots", "A tender has 1 to %d lots.", MaxLots)
	}
	if n.items() > MaxItems {
		return fault.Field("notice.items", "lots", "A tender has at most %d items.", MaxItems)
	}
	var seen []string
	items := map[string]bool{}
	for i, l := range n.Lots {
		at := "lots[" + itoa(i) + "]"
		if f := named(at, l.ID, seen); f != nil {
			return f
		}
		seen = append(seen, l.ID)
		if f := needLine(at+".title", l.Title); f != nil {
			return f
		}
		if f := l.Description.Check(at+".description", MaxText); f != nil {
			return f
		}
		if l.Value != nil && (l.Value.Currency != n.Currency || l.Value.Minor < 0) {
			return fault.Field("money.currency", at+".value", "This amount must be in %s.", n.Currency)
		}
		if len(l.Items) == 0 {
			return fault.Field("notice.items", at+".items", "A lot has at least one item.")
		}
		for j, item := range l.Items {
			if f := item.check(at+".items["+itoa(j)+"]", items); f != nil {
				return f
			}
		}
		if f := l.checkCriteria(at+".criteria", n.Currency); f != nil {
			return f
		}
	}
	return nil
}

// items counts the items of all lots.
func (n *Notice) items() (count int) {
	for _, l := range n.Lots {
		count += len(l.Items)
	}
	return count
}

// checkCriteria holds the criteria against each other, and wants a title for
// each that people score.
func (l *LotNotice) checkCriteria(path string, c Currency) *fault.Error {
	if err := l.Criteria.Check(c); err != nil {
		return under(path, fault.From(err))
	}
	for _, q := range l.Criteria.Quality {
		for _, x := range append([]Criterion{q}, q.Parts...) {
			at := path + ".quality." + x.ID
			if f := needLine(at+".title", x.Title); f != nil {
				return f
			}
			if f := x.Description.Check(at+".description", MaxText); f != nil {
				return f
			}
		}
	}
	return nil
}

// under names the fields of a fault by where they stand in the notice.
func under(path string, f *fault.Error) *fault.Error {
	g := *f
	g.Field, g.Parts = map[string]string{}, map[string]fault.Sentence{}
	for at, sentence := range f.Field {
		g.Field[path+"."+at], g.Parts[path+"."+at] = sentence, f.FieldSentence(at)
	}
	return &g
}

// check adds the item's id to those seen: there are thousands.
func (i Item) check(path string, seen map[string]bool) *fault.Error {
	if f := named(path, i.ID, nil); f != nil {
		return f
	}
	if seen[i.ID] {
		return twice(path, i.ID)
	}
	seen[i.ID] = true
	if len(i.Description) == 0 {
		return missing(path + ".description")
	}
	if f := i.Description.Check(path+".description", MaxTitle); f != nil {
		return f
	}
	if f := i.Classification.Check(path + ".classification"); f != nil {
		return f
	}
	if i.Quantity.Sign() <= 0 {
		return fault.Field("item.quantity", path+".quantity", "The quantity must be above 0.")
	}
	if !unitForm.MatchString(i.Unit.Code) {
		return fault.Field("item.unit", path+".unit", "Give a unit of UN/ECE Recommendation 20.")
	}
	return i.Unit.Name.CheckLine(path+".unit.name", MaxTitle)
}
