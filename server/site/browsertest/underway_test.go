package browsertest

import (
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/bidding/score"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/complaint"
	"probity/tender/party"
	"probity/tender/rules"
)

// procedure is one on its way, with what stands in addresses of its pages.
type procedure struct {
	*biddingtest.World
	site         *apptest.Site
	first, other *biddingtest.Bidder
	winner       *biddingtest.Bidder
	known        facts
	people       []party.Actor // beside those whom the platform knows
}

// underway takes a procedure from its draft to its delivery, and stops on the way.
func underway(t *testing.T, stop func(s *apptest.Site, stage string, known facts, more ...party.Actor)) {
	t.Helper()
	p := published(t)
	for _, stage := range []struct {
		name string
		come func(*procedure)
	}{
		{"bidding", (*procedure).bidding},
		{"opening", (*procedure).opening},
		{"rescue", (*procedure).rescue},
		{"judging", (*procedure).judging},
		{"asking", (*procedure).asking},
		{"deciding", (*procedure).deciding},
		{"writing", (*procedure).writing},
		{"signing", (*procedure).signing},
		{"delivering", (*procedure).delivering},
	} {
		stage.come(p)
		p.Settle()
		stop(p.site, stage.name, p.known, p.people...)
	}
}

func both(en, zh string) tender.Text { return tender.Text{"en": en, "zh-CN": zh} }

// published is a platform with a procedure in two envelopes and a draft.
func published(t *testing.T) *procedure {
	h := apptest.Open(t, apptest.Options{})
	p := &procedure{site: h.Serve(t)}
	estimate := tender.MustMoney("1200", "EUR")
	p.World = biddingtest.New(t, h.Bidding(), biddingtest.Terms{Envelopes: tender.TwoEnvelopes, Change: func(n *tender.Notice) {
		n.Title, n.Languages = both("Road salt for one winter", "一个冬季的道路用盐"), []string{"en", "zh-CN"}
		n.Description = both("Evaporated salt in bulk for the roads of the district, delivered to three depots before the first frost.",
			"为本区道路供应散装精制盐，于首次霜冻前送达三个仓库。")
		n.Reference, n.Classification = "NM-2026-07", n.Lots[0].Items[0].Classification
		n.Terms = tender.Terms{Text: both("Salt is weighed at the depot, in the presence of both sides.", "盐在仓库过磅，双方到场。"), Bilingual: true, PaymentDays: 30, Milestones: []tender.MilestonePlan{
			{ID: "m1", Title: both("Sixty tonnes at the depots", "六十吨运抵仓库"), Days: 30, Percent: tender.MustDecimal("60")},
			{ID: "m2", Title: both("All salt at the depots", "全部运抵仓库"), Days: 90, Percent: tender.MustDecimal("40")}}}
		n.Lots[0].Value, n.Lots[0].Criteria.Low = &estimate, tender.Low{BelowEstimate: tender.MustDecimal("30")}
		n.Lots[0].Title, n.Lots[0].Items[0].Description = both("Salt in bulk", "散装盐"), both("Evaporated salt", "精制盐")
		n.Lots[0].Criteria.Quality[0].Title, n.Requirements[0].Title = both("Method of delivery", "供货方案"), both("No unpaid taxes", "依法纳税")
	}})
	draft, err := h.Tenders.Create(p.Ctx(), biddingtest.Officer, tender.Plan{Notice: p.Tender().Notice, RuleSet: "generic", Groups: p.one(), Panel: p.Tender().Panel})
	p.Ok(err)
	for id, name := range map[string]tender.Text{biddingtest.Buyer: both("District of Northmoor, Roads", "北原区公路处"), biddingtest.Oversight: both("Court of Audit", "审计署")} {
		p.rename(id, name)
	}
	p.people = []party.Actor{
		{User: "u-keeper", Name: "Ada Keeper", Org: biddingtest.Oversight, OrgKind: party.KindOversight, Role: party.RoleAdministrator},
		biddingtest.Auditor, biddingtest.Officer, biddingtest.Approver, manager,
		biddingtest.Person("u-head", biddingtest.Buyer, party.KindBuyer, party.RoleAdministrator),
		biddingtest.Person("u-reviewer", "org-review", party.KindReview, party.RoleReviewer),
	}
	p.Org("org-review", party.KindReview)
	p.people = append(p.people, p.Evaluators()[0], p.Openers()[0].Actor)
	for _, by := range p.people {
		h.Session(by) // they have a place
	}
	p.known = facts{"id": {p.ID, draft.ID}, "lot": {p.Lot}, "step": {"basics", "lots", "requirements", "dates", "bids", "people", "terms"},
		"/buy/tenders/{id}/edit/{step}/ {step}": {"items", "criteria"}, "n": {"0"},
		"/admin/organisations {id}": {biddingtest.Buyer}, "/admin/people {id}": {"u-head"}, "/organisation/members {id}": {"u-approver"}, "/admin/rules {id}": {"generic"}}
	return p
}

// one is a committee of one opener.
func (p *procedure) one() []tender.OpenerGroup {
	o := p.Openers()[0]
	return []tender.OpenerGroup{{Name: "committee", K: 1, Members: []tender.Opener{{User: o.User, Name: o.Name}}}}
}

// rename gives an organisation a name that looks like one.
func (p *procedure) rename(id string, name tender.Text) {
	p.Helper()
	o, err := p.site.People.Orgs.Get(p.Ctx(), id)
	p.Ok(err)
	o.Name = name
	p.Admit(o)
}

// bidding: two bids, a question and a complaint that wait, and an opener who is
// to sign a new list.
func (p *procedure) bidding() {
	p.Set(biddingtest.Published.Add(2 * time.Hour))
	p.first, p.other = p.Bidder("alpha"), p.Bidder("beta")
	p.rename(p.first.Org, both("Alpha Salt Works", "阿尔法盐业"))
	p.rename(p.other.Org, both("Beta Minerals and Logistics", "贝塔矿产物流"))
	for _, by := range []party.Actor{p.first.Actor, p.other.Actor} {
		p.site.Session(by)
		p.people = append(p.people, by)
	}
	q, err := p.site.Enquiries.Ask(p.Ctx(), p.ID, p.first.Actor, "", both("How coarse may the salt be?", "盐的颗粒可以多粗？"))
	p.Ok(err)
	x, err := p.site.Complaints.File(p.Ctx(), p.ID, p.first.Actor, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments,
		Known: biddingtest.Published.Add(time.Hour), Grounds: both("The grain named in the notice is that of one maker alone.", "公告所列粒径仅一家厂商可供。")})
	p.Ok(err)
	p.first.Bid(1, "9")
	p.other.Bid(1, "8")
	_, err = p.Tenders.ReplaceOpeners(p.Ctx(), p.ID, biddingtest.Officer, p.one())
	p.Ok(err)
	_, err = p.Tenders.GiveKey(p.Ctx(), p.ID, p.Openers()[0].Actor, p.Openers()[0].Secret.Public())
	p.Ok(err)
	p.known["enquiry"], p.known["complaint"] = []string{q.ID}, []string{x.ID}
	p.known["bidder"] = []string{p.first.Org}
}

// opening: the technical envelopes are open, the prices announced.
func (p *procedure) opening() {
	p.Close()
	p.Shut()
	p.known["opening"] = []string{p.Announce(tender.Technical)}
}

// rescue: two of three openers have failed, so bidders may publish their own
// keys for a day.
func (p *procedure) rescue() {
	id := p.known["opening"][0]
	for n := 2; n <= 3; n++ {
		_, err := p.Openings.Fail(p.Ctx(), biddingtest.Officer, id, bidding.Seat{Opener: n}, "Not to be reached since Monday.")
		p.Ok(err)
	}
	_, err := p.Openings.Rescue(p.Ctx(), biddingtest.Officer, id, p.Tender().Notice.Timetable.Opens.Add(24*time.Hour), "Only one opener is left.")
	p.Ok(err)
}

// judging: all have declared, one has handed in, one is about to.
func (p *procedure) judging() {
	p.Set(p.Tender().Notice.Timetable.Opens.Add(24 * time.Hour))
	p.Open(tender.Technical)
	e := p.Evaluators()
	for _, by := range e {
		p.Ok(p.Declare(by))
	}
	p.Ok(p.Score(e[1], p.first.Give("9"), p.other.Give("8")))
	_, err := p.Judging.Save(p.Ctx(), e[0], p.ID, p.Lot, []bidding.SheetScore{p.first.Give("9"), p.other.Give("8")})
	p.Ok(err)
	p.known["envelope"], p.known["number"] = []string{tender.Technical}, []string{"1"}
}

// asking: the technical decision is made, and a bidder is asked about its price.
func (p *procedure) asking() {
	_, err := p.site.Complaints.Withdraw(p.Ctx(), p.known["complaint"][0], p.first.Actor)
	p.Ok(err)
	e := p.Evaluators()
	p.Ok(p.Score(e[0], p.first.Give("9"), p.other.Give("8")))
	p.Ok(p.Score(e[2], p.first.Give("7"), p.other.Give("8")))
	for _, b := range []*biddingtest.Bidder{p.first, p.other} {
		p.found(b, nil)
	}
	_, err = p.Judging.Qualify(p.Ctx(), e[0], p.ID, p.Lot)
	p.Ok(err)
	p.Open(tender.Financial)
	q, err := p.Judging.Clarify(p.Ctx(), e[0], p.ID, p.Lot, bidding.Asking{Bidder: p.other.Org, About: score.QuestionLow,
		Question: "Your price is far below the estimate. How is it made up?", Due: biddingtest.Deadline.AddDate(0, 0, 9)})
	p.Ok(err)
	p.known["clarification"] = []string{q.ID}
}

// deciding: the answer was found good, and an award is proposed.
func (p *procedure) deciding() {
	_, err := p.Judging.Explain(p.Ctx(), p.other.Actor, p.known["clarification"][0], bidding.Explanation{Answer: "We own the mine and the barges."})
	p.Ok(err)
	p.found(p.other, &score.Decision{Accepted: true, Reason: "The costs are shown."})
	_, err = p.Judging.Rank(p.Ctx(), p.Evaluators()[0], p.ID, p.Lot)
	p.Ok(err)
	p.Settle()
	a, err := p.site.Awards.Propose(p.Ctx(), p.ID, p.Lot, biddingtest.Officer, both("Best by the criteria.", "按标准得分最高。"))
	p.Ok(err)
	p.known["award"] = []string{a.ID}
}

// found has the panel find that a bid meets the requirements.
func (p *procedure) found(b *biddingtest.Bidder, low *score.Decision) {
	p.Helper()
	_, err := p.Judging.Find(p.Ctx(), p.Evaluators()[0], p.ID, p.Lot, bidding.Finding{Bidder: b.Org, Answers: []score.Answer{{Requirement: "r1", Pass: true}}, Low: low})
	p.Ok(err)
}
