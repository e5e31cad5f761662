package story_test

import (
	"strings"
	"time"

	"probity/tender"
	"probity/tender/party"
)

// draft goes through the wizard, step by step, until nothing stops it.
func (s *story) draft() {
	p := s.at(officer)
	p.Go("/buy")
	p.Submit(`a[href="/buy/new"]`)
	p.Fill(`form[action="/buy/new"]`, "title.en", "Road salt", "title.zh-CN", "融雪盐", "procedure", "generic/open")
	p.Submit(`form[action="/buy/new"] button`)
	s.path = strings.TrimSuffix(p.Here(), "/edit/basics")
	s.id = last(s.path)
	s.step("basics", "currency", "EUR", "value", "100,000.00", "classification.scheme", "CPV", "classification.id", "34927100-2")
	s.row("lots", "lots")
	s.save("lots", "lots[0].title.en", "Salt", "lots[0].title.zh-CN", "盐", "lots[0].value", "100000")
	s.items()
	s.row("criteria/0", "lots[0].criteria.quality")
	q := "lots[0].criteria.quality[0]."
	s.save("criteria/0", "lots[0].criteria.price.weight", "60", "lots[0].criteria.price.formula", "lowest_ratio", q+"title.en", "Method", q+"title.zh-CN", "方法",
		q+"weight", "40", q+"scale.max", "10", q+"scale.step", "1", "lots[0].criteria.consensus", "mean")
	s.row("requirements", "requirements")
	s.save("requirements", "requirements[0].title.en", "No unpaid taxes", "requirements[0].title.zh-CN", "无欠税", "requirements[0].kind", "exclusion")
	day := func(n int) string { return s.now.AddDate(0, 0, n).Format(time.DateOnly) }
	s.step("dates", "timetable.publish.date", day(0), "timetable.publish.time", "09:00", "timetable.enquiriesUntil.date", day(14), "timetable.enquiriesUntil.time", "12:00",
		"timetable.deadline.date", day(35), "timetable.deadline.time", "12:00", "timetable.opens.date", day(36), "timetable.opens.time", "12:00",
		"timetable.graceMinutes", "60", "validityDays", "90")
	s.step("bids", "envelopes", "two")
	s.step("people", s.people()...)
	s.row("terms", "terms.milestones")
	s.row("", "terms.milestones", "terms.text.en", "Delivered within a week.", "terms.text.zh-CN", "一周内交货。", "terms.paymentDays", "30",
		"terms.milestones[0].title.en", "The first half", "terms.milestones[0].title.zh-CN", "前一半", "terms.milestones[0].days", "7", "terms.milestones[0].percent", "50")
	s.save("terms", "terms.milestones[1].title.en", "The rest", "terms.milestones[1].title.zh-CN", "其余", "terms.milestones[1].days", "30", "terms.milestones[1].percent", "50")
	p.Go(s.path + "/check")
	if !p.Has(".pb-verdict--ok") {
		s.t.Fatalf("something stops the draft: %s", p.Text("#findings"))
	}
	p.Submit(`form[action$="/submit"] button`)
	s.lot = s.tender().Notice.Lots[0].ID
}

// items are two rows of the lot.
func (s *story) items() {
	for i, x := range [][]string{{"Coarse salt", "粗盐", "100"}, {"Fine salt", "细盐", "20"}} {
		name, at := "items/0", "lots[0].items["+string(rune('0'+i))+"]."
		if i > 0 {
			name = ""
		}
		s.row(name, "lots[0].items")
		s.at(officer).Fill("form[data-autosave]", at+"description.en", x[0], at+"description.zh-CN", x[1], at+"quantity", x[2], at+"unit.code", "TNE")
	}
	s.save("items/0")
}

// people are the fields that name openers and panel.
func (s *story) people() (fields []string) {
	for _, o := range committee(party.RoleOpener) {
		fields = append(fields, "openers.groups[0].members", o.User+" "+o.Name)
	}
	for _, e := range s.panel() {
		fields = append(fields, "panel", e.User+" "+e.Name)
	}
	return append(fields, "openers.groups[0].k", "2")
}

// step opens a step of the wizard, fills it in and saves it.
func (s *story) step(name string, fields ...string) {
	s.t.Helper()
	s.at(officer).Go(s.path + "/edit/" + name)
	s.save(name, fields...)
}

// save fills in the step that is shown and goes on to the next.
func (s *story) save(name string, fields ...string) {
	s.t.Helper()
	p := s.at(officer)
	p.Fill("form[data-autosave]", fields...)
	p.Submit("form[data-autosave] .govuk-button-group button:not([name])")
	if p.Status() != 200 || strings.HasSuffix(p.Here(), "/edit/"+name) {
		s.t.Fatalf("%s is not saved: %d %s", name, p.Status(), p.Text("main"))
	}
}

// row asks for one more row of a list, in a step or in that which is shown.
func (s *story) row(name, list string, fields ...string) {
	s.t.Helper()
	p := s.at(officer)
	if name != "" {
		p.Go(s.path + "/edit/" + name)
	}
	p.Fill("form[data-autosave]", fields...)
	p.Submit(`form[data-autosave] button[name="add"][value="` + list + `"]`)
}

func (s *story) approval() {
	p := s.device(approver)
	p.Go("/buy")
	p.Submit(`.pb-result a[href="` + s.path + `/approve"]`)
	p.Sign("#approve")
	if phase := s.tender().Phase; phase != tender.Approved {
		s.t.Fatalf("the procedure is %s: %s", phase, p.Text("main"))
	}
}

func (s *story) openers() {
	path := "/open/tenders/" + s.id
	for _, o := range committee(party.RoleOpener) {
		s.device(o).MakeKey(path)
	}
	for _, o := range committee(party.RoleOpener) {
		s.at(o).Consent(path, "any 2 of 3")
	}
}

func (s *story) publish() {
	s.pass(s.now.Add(90 * time.Minute))
	p := s.at(officer)
	p.Go(s.path)
	p.Submit(`form[action$="/publish"] button`)
	s.site.Settle()
	if phase := s.tender().Phase; phase != tender.Published {
		s.t.Fatalf("the procedure is %s: %s", phase, p.Text("main"))
	}
	v := s.at(citizen)
	v.Go("/tenders?q=salt")
	v.Submit(`.pb-result a[href="/tenders/` + s.id + `"]`)
}
