package buy_test

import (
	"strconv"
	"strings"
	"testing"

	"probity/bidding/biddingtest"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/sign"
)

// year is that of the plans of these tests.
var year = strconv.Itoa(biddingtest.Published.Year())

// yearly starts a plan with one entry and returns its path.
func (h *house) yearly() string {
	h.Helper()
	v := h.officer()
	v.Get("/buy/plans").Want(200)
	p := v.Submit("/buy/plans", "year", year, "title.en", "Purchases", "title.zh-CN", "采购").Want(303)
	path := strings.TrimSuffix(p.Location, "/head")
	v.Get(path + "/head").Want(200)
	v.Submit(path+"/head", "contact.name", "Procurement office", "contact.email", "buy@example.org").Want(303)
	h.entry(path, "Road salt", "100,000.00")
	return path
}

// entry adds an entry to a plan.
func (h *house) entry(path, title, value string, more ...string) {
	h.Helper()
	v := h.officer()
	v.Get(path + "/new").Want(200)
	v.Submit(path+"/new", append([]string{"title.en", title, "title.zh-CN", "融雪盐", "category", "goods", "currency", "EUR", "value", value,
		"procedure", "generic/open", "classification.id", "34927100-2", "budget.line", "2210-07", "dates.publication", year + "-11", "dates.bidsDue", year + "-12-15"}, more...)...).Want(303)
}

// out approves and publishes what is written.
func (h *house) out(path string) {
	h.Helper()
	h.officer().Get(path).Want(200)
	h.officer().Submit(path + "/do/submit").Want(303)
	p, err := h.Plans.Plans.Get(h.Context(), tenderOf(path))
	if err != nil {
		h.Fatal(err)
	}
	boss := h.as(biddingtest.Approver)
	boss.Get(path + "/approve").Want(200)
	boss.Submit(path+"/approve", "signature", h.signed(biddingtest.Approver, sign.Approve, p.Record())).Want(303)
	boss.Get(path).Want(200)
	boss.Submit(path + "/do/publish").Want(303)
	h.Settle()
}

func TestAPlanFromDraftToTender(t *testing.T) {
	both(t, func(h *house) {
		path := h.yearly()
		id := tenderOf(path)
		nobody := h.Visitor(h.lang)
		nobody.Get("/plans/" + id).Want(404)
		nobody.Get(path).Want(401)
		h.out(path)
		if p := nobody.Get("/plans/" + id).Want(200); !strings.Contains(p.Text, "34927100-2") || !strings.Contains(p.Text, map[string]string{"en": "November\u00a0" + year, "zh": year + "年11月"}[h.lang]) {
			h.Errorf("the public page says %q", p.Text)
		}
		for _, page := range []string{"/plans", "/plans.atom", "/plans?category=goods", "/plans?from=" + year + "-10", "/buyers/" + biddingtest.Buyer} {
			if p := nobody.Get(page).Want(200); !strings.Contains(p.Text, "/plans/"+id) {
				h.Errorf("%s does not lead to the plan", page)
			}
		}
		nobody.Get("/plans?from=soon").Want(422)

		v := h.officer()
		v.Get("/buy/new?plan=" + id + "&entry=1").Want(200)
		made := v.Submit("/buy/new").Want(303)
		x, err := h.Tenders.Get(h.Context(), tenderOf(strings.TrimSuffix(made.Location, "/edit/basics")), biddingtest.Officer)
		if err != nil {
			h.Fatal(err)
		}
		n := x.Notice
		if n.Planned == nil || n.Planned.Plan != id || n.Planned.Entry != "1" || n.Title["zh-CN"] != "融雪盐" || n.Value.Amount() != "100000.00" || n.Currency != "EUR" ||
			n.Classification.ID != "34927100-2" || n.Procedure != "open" || x.RuleSet != "generic" || n.Timetable.Publish.Month() != 11 {
			h.Errorf("the draft begins with %+v", n)
		}
		v.Get("/buy/tenders/" + x.ID + "/edit/basics").Want(200)
		v.Submit("/buy/tenders/"+x.ID+"/edit/basics", "reference", "7").Want(303)
		if x, err = h.Tenders.Get(h.Context(), x.ID, biddingtest.Officer); err != nil || x.Notice.Planned == nil {
			h.Errorf("a saved step loses where the draft comes from: %v", err)
		}
	})
}

func TestARevisedPlan(t *testing.T) {
	both(t, func(h *house) {
		path := h.yearly()
		id := tenderOf(path)
		h.out(path)
		h.entry(path, "A bridge", "", "category", "works")
		v, nobody := h.officer(), h.Visitor(h.lang)
		if p := nobody.Get("/plans/" + id); strings.Contains(p.Text, "A bridge") {
			h.Error("a draft shows")
		}
		v.Get(path + "/entries/1").Want(200)
		v.Submit(path+"/entries/1/withdraw", "reason.en", "").Want(422)
		v.Submit(path+"/entries/1/withdraw", "reason.en", "No money", "reason.zh-CN", "没有资金").Want(303)
		if p := h.as(biddingtest.Approver).Get(path + "/approve").Want(200); !strings.Contains(p.Text, "entries[2].title.en") {
			h.Error("the approver is not shown what differs")
		}
		h.out(path)
		reason := map[string]string{"en": "No money", "zh": "没有资金"}[h.lang]
		if p := nobody.Get("/plans/" + id).Want(200); !strings.Contains(p.Text, reason) {
			h.Errorf("the public is not told why: %q", p.Text)
		}
		if p := nobody.Get("/plans/" + id + "?edition=1").Want(200); strings.Contains(p.Text, reason) {
			h.Error("the first edition has changed")
		}
		if p := nobody.Get("/plans/" + id + "/differences?edition=2").Want(200); !strings.Contains(p.Text, reason) {
			h.Errorf("differences: %q", p.Text)
		}
		nobody.Get("/plans/" + id + "?edition=9").Want(404)
		if p := nobody.Get("/plans/" + id + "?category=services").Want(200); strings.Contains(p.Text, reason) {
			h.Error("the filter does not filter")
		}
		if p := nobody.Get("/plans/" + id + "?quarter=" + year + "-1").Want(200); strings.Contains(p.Text, reason) {
			h.Error("the filter by quarter does not filter")
		}
		if p := nobody.Get("/plans/" + id + "?quarter=" + year + "-4").Want(200); !strings.Contains(p.Text, reason) {
			h.Error("the filter by quarter hides what is in it")
		}
		stranger := biddingtest.Person("u-stranger", "org-stranger", party.KindBuyer, party.RoleOfficer)
		(&biddingtest.World{TB: h.T, House: h.Bidding()}).Org(stranger.Org, party.KindBuyer)
		h.as(stranger).Get(path).Want(404)
		h.as(stranger).Get("/buy/new?entry=1&plan=" + id).Want(404)
		v.Get("/buy/new?plan=" + id + "&entry=1").Want(200)
		v.Submit("/buy/new").Want(422)
		v.Get(path + "/entries/1").Want(200)
		v.Submit(path + "/entries/1/restore").Want(303)
		v.Get(path).Want(200)
		v.Submit(path + "/do/drop").Want(303)
		if p, err := h.Plans.Get(h.Context(), id, biddingtest.Officer); err != nil || p.State != plan.Published || len(p.Content.Entries[0].Withdrawn) == 0 {
			h.Errorf("after the revision was thrown away: %+v, %v", p, err)
		}
	})
}

// What is refused comes back with what was typed, beside the field.
func TestAnEntryThatIsRefused(t *testing.T) {
	both(t, func(h *house) {
		path, v := h.yearly(), h.officer()
		v.Get(path + "/new").Want(200)
		p := v.Submit(path+"/new", "title.en", "Salt", "category", "goods", "value", "12.345", "currency", "EUR", "procedure", "generic/open", "dates.publication", year+"-11").Want(422)
		if got := p.Find("input[name='title.en']").AttrOr("value", ""); got != "Salt" {
			h.Errorf("the title comes back as %q", got)
		}
		p = v.Submit(path+"/new", "title.en", "Salt", "category", "goods", "value", "", "currency", "EUR", "procedure", "generic/open", "dates.publication", "soon").Want(422)
		if p.Find("#f-dates-publication-error").Length() != 1 {
			h.Errorf("the date is not named: %q", p.Text)
		}
		v.Get(path + "/entries/1").Want(200)
		v.Submit(path + "/entries/1/remove").Want(303)
		v.Get(path).Want(200)
		v.Submit(path + "/do/submit").Want(409)
		boss := h.as(biddingtest.Approver)
		boss.Get(path + "/approve").Want(200)
		v.Get(path + "/entries/1").Want(404)
	})
}
