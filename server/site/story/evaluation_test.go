package story_test

import (
	"fmt"
	"time"

	"probity/server/site/browsertest"
	"probity/server/site/sitetest"
	"probity/tender"
	"probity/tender/party"
)

// at the evaluators' desk.
func (s *story) judge(more string) string { return "/judge/" + s.id + "/" + s.lot + more }

func (s *story) bidders() []party.Actor { return []party.Actor{bamboo, s.aurora, cedar} }

func (s *story) interests() {
	for _, e := range s.panel() {
		p := s.device(e)
		p.Go("/judge")
		p.Submit(`a[href="/judge/` + s.id + `"]`)
		p.Fill(`form[action$="/interests"]`, "statement", "I know none of them. 我与各投标人均无利害关系。")
		p.Submit(`form[action$="/interests"] button`)
		p.Sign("form[data-sign]")
		p.Go(s.judge(""))
		if !p.Has(`a[href^="` + s.judge("/bids/") + `"]`) {
			s.t.Errorf("%s sees no bids: %s", e.Name, p.Text("main"))
		}
	}
}

// expired is Maria, who thinks about a reason for so long that her session ends.
func (s *story) expired() {
	p := s.at(s.maria.Actor)
	p.Go(s.judge("/bids/" + s.aurora.Org))
	s.pass(s.now.Add(2 * time.Hour))
	s.tabs[s.maria.User].since = s.now // nobody signs her in but herself
	form := scoring(s.aurora)
	p.Fill(form, "scores[0].value", "9", "scores[0].reason", "Two lorries & a spare one: see method, page 3.")
	p.Submit(form + ` button[value=""]`)
	if p.Status() != 401 || !p.Has(`form[action="/sign-in"]`) {
		s.t.Fatalf("the form of a session that has ended gets %d: %s", p.Status(), p.Text("main"))
	}
	p.Fill(`form[action="/sign-in"]`, "email", s.maria.email, "password", sitetest.Password, "code", s.code(s.maria.secret))
	p.Submit(`form[action="/sign-in"] button`)
	p.Submit("main form button")
	s.tabs[s.maria.User].since = s.now
	p.Go(s.judge("/bids/" + s.aurora.Org))
	if got := p.Value(`[name="scores[0].reason"]`); got != "Two lorries & a spare one: see method, page 3." || p.Value(`[name="scores[0].value"]`) != "9" {
		s.t.Errorf("of what was typed is left %q: %s", got, p.Text("main"))
	}
}

func scoring(b party.Actor) string { return `form[action$="/bids/` + b.Org + `"]` }

func (s *story) scores() {
	for i, e := range s.panel() {
		p := s.at(e)
		for j, b := range s.bidders() {
			p.Go(s.judge("/bids/" + b.Org))
			p.Fill(scoring(b), "scores[0].value", fmt.Sprint(9-j-i%2), "scores[0].reason", "As read in the method. 见施工方法。")
			p.Submit(scoring(b) + ` button[value=""]`)
		}
		p.Go(s.judge("/hand-in"))
		p.Sign(`form[action$="/hand-in"]`)
		s.noError(p)
	}
}

// qualified is the meeting: who meets the requirements.
func (s *story) qualified() {
	p := s.at(s.panel()[1]) // in Chinese, on a telephone
	for _, b := range s.bidders() {
		p.Go(s.judge("/consensus"))
		p.Submit(`a[href$="/findings/` + b.Org + `"]`)
		form := `form[action$="/findings/` + b.Org + `"]`
		p.Fill(form, "answers[0].pass", "yes")
		p.Submit(form + " button")
		s.noError(p)
	}
	p.Go(s.judge("/consensus"))
	p.Submit(`form[action$="/qualify"] button`)
	s.site.Settle()
	if phase := s.tender().Lot(s.lot).Phase; phase != tender.Qualified {
		s.t.Fatalf("the lot is %s: %s", phase, p.Text("main"))
	}
}

func (s *story) ranked() {
	p := s.at(s.panel()[0])
	p.Go(s.judge("/prices"))
	p.Submit(`a[href$="/ranking"]`)
	p.Submit(`form[action$="/rank"] button`)
	s.site.Settle()
	if phase := s.tender().Lot(s.lot).Phase; phase != tender.Ranked {
		s.t.Fatalf("the lot is %s: %s", phase, p.Text("main"))
	}
}

// noError demands that the page shows no complaint.
func (s *story) noError(p *browsertest.Page) {
	s.t.Helper()
	if p.Has(".govuk-error-summary:not([hidden])") {
		s.t.Fatalf("%s: %s", p.Here(), p.Text(".govuk-error-summary:not([hidden])"))
	}
}
