package story_test

import (
	"net/url"
	"strings"
	"time"

	"probity/server/site/sitetest"
	"probity/tender/party"
)

// invites gives Maria a place on the panel, a password and a second factor.
func (s *story) invites() {
	const email = "maria@example.org"
	p := s.at(head)
	p.Go("/organisation/members")
	p.Fill(`form[action="/organisation/members"]`, "person.name", "Maria Evaluator", "person.email", email, "roles", string(party.RoleEvaluator))
	p.Submit(`form[action="/organisation/members"] button`)
	link, err := url.Parse(p.Text("#ticket"))
	if err != nil {
		s.t.Fatal(err)
	}
	m := s.newcomer()
	m.Go(link.RequestURI())
	m.Fill(`form[action="/invitation"]`, "password", sitetest.Password)
	m.Submit(`form[action="/invitation"] button`)
	s.maria.secret = s.factor(m)
	s.maria.email, s.maria.Actor = email, s.settled(m, email)
}

// registers brings a business in, which the platform's administrator confirms.
func (s *story) registers() {
	const email = "aurora@example.org"
	p := s.newcomer()
	p.Go("/register")
	p.Fill(`form[action="/register"]`, "kind", "supplier", "name", "Aurora Salt", "identifier.scheme", "GB-COH", "identifier.id", "01234567",
		"person.name", "Aurora Salter", "person.email", email, "password", sitetest.Password)
	p.Submit(`form[action="/register"] button`)
	s.factor(p)
	s.aurora = s.settled(p, email)
	a := s.at(keeper)
	a.Go("/admin/claims")
	a.Submit(`main a[href^="/admin/organisations/` + s.aurora.Org + `"]`)
	a.Fill(`form[action$="/claim"]`, "kind", "register", "evidence", "The entry of today in the register.")
	a.Submit(`form[action$="/claim"] button[value="confirm"]`)
	if a.Has(".govuk-error-summary") {
		s.t.Fatal(a.Text(".govuk-error-summary"))
	}
}

// enquiry has a bidder ask, and the officer answer and amend.
func (s *story) enquiry() {
	s.pass(s.now.AddDate(0, 0, 1))
	p := s.at(s.aurora)
	p.Go("/tenders/" + s.id + "/enquiries")
	form := `form[action$="/enquiries"]`
	p.Fill(form, "question", "How coarse is coarse?")
	p.Submit(form + " button")
	o := s.at(officer)
	o.Go("/buy")
	o.Submit(`.pb-result a[href="` + s.path + `/enquiries"]`)
	if strings.Contains(o.Text("main"), "Aurora") {
		s.t.Error("the officer sees who asks")
	}
	o.Submit("#open a")
	o.Fill("#answer", "answer.en", "Three millimetres.", "answer.zh-CN", "三毫米。")
	o.Submit("#answer button")
	o.Go(s.path + "/edit/basics")
	s.save("basics", "description.en", "Coarse means three millimetres.", "description.zh-CN", "粗指三毫米。")
	o.Go(s.path + "/amend")
	o.Fill("#amend", "reason", "A question has shown that it was unclear.")
	o.Submit("#amend button")
	s.site.Settle()
	p.Go("/tenders/" + s.id + "/enquiries")
	if said := p.Text("main"); !strings.Contains(said, "Three millimetres.") || strings.Contains(said, "Aurora") {
		s.t.Errorf("the public page says %s", said)
	}
	z := s.at(bamboo)
	z.Go("/tenders/" + s.id + "/changes")
	if said := z.Text("main"); !strings.Contains(said, "粗指三毫米。") {
		s.t.Errorf("the changes in Chinese are %s", said)
	}
	s.pass(s.now.Add(time.Hour))
}
