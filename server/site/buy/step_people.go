package buy

import (
	"slices"
	"strings"

	"probity/server/people"
	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// The groups of a form: the buyer's committee, and guardians from outside it.
var groups = []struct {
	name     string
	guardian bool
}{{"committee", false}, {"guardians", true}}

func writePeople(s sheet, p *plan, _ int, _ *site.Visit) { writeGroups(s, p.Openers, p.Panel) }

func writeGroups(s sheet, openers []tender.OpenerGroup, panel []tender.Member) {
	for i, g := range groups {
		path := at("openers.groups", i)
		for _, x := range openers {
			if x.Guardian != g.guardian {
				continue
			}
			s.Set(path+".k", tender.NewDecimal(int64(x.K)).String())
			s.Set(path+".name", x.Name)
			for _, m := range x.Members {
				s.Add(path+".members", m.User+" "+m.Name)
			}
		}
	}
	for i, m := range panel {
		s.Add("panel", m.User+" "+m.Name)
		if i == 0 {
			s.Set("chair", m.User+" "+m.Name)
		}
	}
}

func readPeople(r *reader, p *plan, _ int) {
	p.Openers = readGroups(r)
	p.Panel = []tender.Member{}
	chair := r.line("chair")
	for _, x := range r.Values["panel"] {
		user, called, _ := strings.Cut(x, " ")
		p.Panel = append(p.Panel, tender.Member{User: user, Name: called})
	}
	slices.SortStableFunc(p.Panel, func(a, b tender.Member) int {
		switch {
		case a.User+" "+a.Name == chair:
			return -1
		case b.User+" "+b.Name == chair:
			return 1
		}
		return 0
	})
}

func readGroups(r *reader) []tender.OpenerGroup {
	list := []tender.OpenerGroup{}
	for i, g := range groups {
		path := at("openers.groups", i)
		x := tender.OpenerGroup{Name: g.name, Guardian: g.guardian, K: r.whole(path + ".k")}
		if had := r.line(path + ".name"); had != "" {
			x.Name = had
		}
		for _, m := range r.Values[path+".members"] {
			user, called, _ := strings.Cut(m, " ")
			x.Members = append(x.Members, tender.Opener{User: user, Name: called})
		}
		if len(x.Members) > 0 {
			list = append(list, x)
		}
	}
	return list
}

// candidates lists the people who may stand in a group, as choices.
func candidates(all []people.Colleague, kind party.OrgKind, role party.Role, chosen []string) []site.Option {
	var list []site.Option
	for _, c := range all {
		if c.Kind == kind && slices.Contains(c.Roles, role) {
			value := c.User + " " + c.Name
			list = append(list, site.Option{Value: value, Label: c.Name, Chosen: slices.Contains(chosen, value)})
		}
	}
	for _, x := range chosen { // who is named and not in the list stays to be seen
		if user, called, ok := strings.Cut(x, " "); ok && !slices.ContainsFunc(list, func(o site.Option) bool { return strings.HasPrefix(o.Value, user+" ") }) {
			list = append(list, site.Option{Value: x, Label: called, Chosen: true})
		}
	}
	return list
}
