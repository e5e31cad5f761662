package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"probity/tender"
	. "probity/tender/award/awardtest"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/plan"
)

func TestATenderBeginsFromAnEntry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.published()
	entry := tender.Planned{Plan: id, Entry: "1"}
	h.Edit(func(x *tender.Tender) { x.Notice.Planned = &entry })
	x := h.Tender()
	f := event.New("tender.publish", x.ID, Officer.ID(), Published, map[string]any{"notice": x.Notice, "buyer": x.Buyer})
	for range 2 {
		h.Ok(h.Take(t.Context(), f))
	}
	lines := first(h.LinesOf(t.Context(), id))
	if lines[0].State != plan.Begun || !slices.Equal(lines[0].Tenders, []string{OCID}) {
		t.Errorf("line: %+v", lines[0])
	}
	if facts := h.Facts("plan.begin"); len(facts) != 1 || facts[0].Topic != id || Data(facts[0], "tender") != OCID {
		t.Errorf("facts: %v", facts)
	}
	_, err := h.Withdraw(t.Context(), id, "1", 0, Officer, Text("No money"))
	h.Code(err, "plan.begun")

	stranger := event.New("tender.publish", "ocds-x", "u", Published, map[string]any{"notice": x.Notice, "buyer": Name(OtherBuyer)})
	h.Ok(h.Take(t.Context(), stranger))
	if lines := first(h.LinesOf(t.Context(), id)); len(lines[0].Tenders) != 1 {
		t.Errorf("another body's tender counts: %v", lines[0].Tenders)
	}
}

// The facts of a plan and of a tender from it may be taken in in either order.
func TestATenderIsTakenInBeforeItsPlan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	h.add(v.ID, salt())
	_, err := h.Submit(t.Context(), v.ID, Officer)
	h.Ok(err)
	h.Ok(h.approve(v.ID, Approver))
	_, err = h.Service.Publish(t.Context(), v.ID, Approver)
	h.Ok(err)
	n := tender.Notice{Planned: &tender.Planned{Plan: v.ID, Entry: "1"}}
	h.Ok(h.Take(t.Context(), event.New("tender.publish", OCID, "u", Published, map[string]any{"notice": map[string]any{"planned": n.Planned}, "buyer": Name(Buyer)})))
	h.followAll()
	if lines := first(h.LinesOf(t.Context(), v.ID)); len(lines) != 1 || lines[0].State != plan.Begun {
		t.Errorf("lines: %+v", lines)
	}
}

// A write that fails, whether it took effect or not, leaves lines that the next
// run brings to where they belong.
func TestLinesSurviveACrash(t *testing.T) {
	t.Parallel()
	for _, applied := range []bool{false, true} {
		for writes := range 2 {
			h := newHouse(t)
			v := h.create()
			h.add(v.ID, salt())
			h.add(v.ID, salt())
			_, err := h.Submit(t.Context(), v.ID, Officer)
			h.Ok(err)
			h.Ok(h.approve(v.ID, Approver))
			_, err = h.Service.Publish(t.Context(), v.ID, Approver)
			h.Ok(err)
			h.Engine.Break(writes+1, applied)
			all, err := h.Engine.Pending(t.Context(), 1000)
			h.Ok(err)
			for _, f := range all {
				_ = h.Take(t.Context(), f)
			}
			h.Engine.Break(0, false)
			h.followAll()
			if lines := first(h.LinesOf(t.Context(), v.ID)); len(lines) != 2 {
				t.Errorf("%v, %d: %+v", applied, writes, lines)
			}
		}
	}
}

func TestAWithdrawnEntry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.published()
	_, err := h.Remove(t.Context(), id, "1", 0, Officer)
	h.Code(err, "plan.entry_published")
	_, err = h.Withdraw(t.Context(), id, "1", 0, Officer, Text("No money"))
	h.Ok(err)
	if l := first(h.LinesOf(t.Context(), id)); l[0].State != plan.Intended {
		t.Errorf("before the edition: %+v", l[0])
	}
	h.Ok(h.PlannedIn(t.Context(), Buyer, tender.Planned{Plan: id, Entry: "1"}))
	h.out(id)
	if l := first(h.LinesOf(t.Context(), id)); l[0].State != plan.Withdrawn || l[0].Entry.Withdrawn["en"] != "No money" {
		t.Errorf("after it: %+v", l[0])
	}
	h.Code(h.PlannedIn(t.Context(), Buyer, tender.Planned{Plan: id, Entry: "1"}), "notice.planned")
	_, err = h.Restore(t.Context(), id, "1", 0, Officer)
	h.Ok(err)
	h.out(id)
	h.Ok(h.PlannedIn(t.Context(), Buyer, tender.Planned{Plan: id, Entry: "1"}))
	h.Code(h.PlannedIn(t.Context(), OtherBuyer, tender.Planned{Plan: id, Entry: "1"}), "notice.planned")
	h.Code(h.PlannedIn(t.Context(), Buyer, tender.Planned{Plan: id, Entry: "9"}), "notice.planned")
	h.Code(h.PlannedIn(t.Context(), Buyer, tender.Planned{Plan: "nothing", Entry: "1"}), "notice.planned")
}

func TestNumbersAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	h.add(v.ID, salt())
	second := h.add(v.ID, salt())
	_, err := h.Remove(t.Context(), v.ID, second, 0, Officer)
	h.Ok(err)
	if third := h.add(v.ID, salt()); third != "3" {
		t.Errorf("the next is %s", third)
	}
}

func TestListsOfWhatIsPlanned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	for i, month := range []plan.Date{"2026-09", "2026-03", "2026-06"} {
		e := salt()
		e.Dates = plan.Dates{Publication: month}
		e.Category = []tender.Category{tender.Goods, tender.Works, tender.Goods}[i]
		h.add(v.ID, e)
	}
	h.out(v.ID)
	for name, c := range map[string]struct {
		filter plan.Filter
		want   string
	}{
		"all":         {plan.Filter{}, "2 3 1"},
		"from June":   {plan.Filter{From: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}, "3 1"},
		"before June": {plan.Filter{To: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}, "2"},
		"goods":       {plan.Filter{Category: tender.Goods}, "3 1"},
		"the body's":  {plan.Filter{Buyer: Buyer}, "2 3 1"},
		"another's":   {plan.Filter{Buyer: OtherBuyer}, ""},
		"begun":       {plan.Filter{State: plan.Begun}, ""},
		"newest":      {plan.Filter{Newest: true}, "3 2 1"},
	} {
		var got []string
		if c.filter.State == "" {
			c.filter.State = plan.Intended
		}
		for c.filter.Limit = 2; ; {
			list, next, err := h.Upcoming(t.Context(), c.filter)
			h.Ok(err)
			for _, l := range list {
				got = append(got, l.Entry.ID)
			}
			if c.filter.After = next; next == "" {
				break
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	_, _, err := h.Upcoming(t.Context(), plan.Filter{State: plan.Intended, Buyer: Buyer, Category: tender.Goods, Limit: 1})
	h.Code(err, "plan.filter")
	for name, n := range map[string]int{
		"all": len(first2(h.List(t.Context(), party.PublicActor, "", 0, "", 10))), "the year": len(first2(h.List(t.Context(), party.PublicActor, "", 2026, "", 10))),
		"the body": len(first2(h.List(t.Context(), party.PublicActor, Buyer, 0, "", 10))), "both": len(first2(h.List(t.Context(), party.PublicActor, Buyer, 2026, "", 10))),
		"its own": len(first2(h.Own(t.Context(), Officer, "", 10))),
	} {
		if n != 1 {
			t.Errorf("%s: %d plans", name, n)
		}
	}
	if n := len(first2(h.List(t.Context(), party.PublicActor, Buyer, 2027, "", 10))); n != 0 {
		t.Errorf("another year: %d", n)
	}
}

// A fiscal year holds its first and its last day, where the body is; the plan
// must have been out before.
func TestThePlanInForce(t *testing.T) {
	h := newHouse(t)
	abroad, now := time.FixedZone("", 8*3600), first(h.World.Clock.Now(t.Context()))
	for year, period := range map[int]plan.Period{2025: {From: "2025-04-01", To: "2026-03-31"}, 2026: {From: "2026-04-01", To: "2027-03-31"}} {
		c := head()
		c.Year, c.Period = year, period
		v, err := h.Create(t.Context(), Officer, c)
		h.Ok(err)
		e := salt()
		e.Dates = plan.Dates{Publication: period.To}
		h.add(v.ID, e)
		h.out(v.ID)
	}
	for _, c := range []struct {
		says string
		at   time.Time
		want int
	}{
		{"the last moment of a year", time.Date(2026, 3, 31, 23, 59, 59, 0, abroad), 2025},
		{"the first of the next", time.Date(2026, 4, 1, 0, 0, 0, 0, abroad), 2026},
		{"the last of that", time.Date(2027, 3, 31, 23, 59, 59, 0, abroad), 2026},
		{"behind both", time.Date(2027, 4, 1, 0, 0, 0, 0, abroad), 0},
		{"years later", time.Date(2036, 4, 1, 0, 0, 0, 0, abroad), 0},
		{"when it came out", now, 0},
		{"a moment later", now.Add(1), 2025},
		{"before any was out", time.Date(2025, 4, 1, 0, 0, 0, 0, abroad), 0},
	} {
		if got := first(h.InForce(t.Context(), Buyer, c.at)); got != c.want {
			t.Errorf("%s: the plan of %d, want %d", c.says, got, c.want)
		}
	}
	if got := first(h.InForce(t.Context(), OtherBuyer, time.Date(2026, 4, 1, 0, 0, 0, 0, abroad))); got != 0 {
		t.Errorf("another body's: %d", got)
	}
}
