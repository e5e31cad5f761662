package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	. "probity/tender/award/awardtest"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/sign"
)

// Who may do what in which state stands here once more, by hand. Everything
// else must be refused and change nothing.
func TestEveryOtherStepIsRefused(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"draft edit u-officer", "published edit u-officer", "draft submit u-officer", "draft drop u-officer",
		"submitted return u-approver", "submitted approve u-approver", "approved return u-approver", "approved publish u-approver",
	}
	steps := map[string]func(*house, string, party.Actor) error{
		"edit": func(h *house, id string, by party.Actor) error {
			_, err := h.Describe(h.Context(), id, 0, by, head())
			return err
		},
		"submit": func(h *house, id string, by party.Actor) error { _, err := h.Submit(h.Context(), id, by); return err },
		"return": func(h *house, id string, by party.Actor) error {
			_, err := h.Return(h.Context(), id, by, "No")
			return err
		},
		"approve": func(h *house, id string, by party.Actor) error { return h.approve(id, by) },
		"publish": func(h *house, id string, by party.Actor) error {
			_, err := h.Service.Publish(h.Context(), id, by)
			return err
		},
		"drop": func(h *house, id string, by party.Actor) error { _, err := h.Drop(h.Context(), id, 0, by); return err },
	}
	h := newHouse(t)
	id := h.published()
	fresh := first(h.Plans.Get(t.Context(), id))
	fresh.Editions[0].Content = "something else"
	for _, state := range []plan.State{plan.Draft, plan.Submitted, plan.Approved, plan.Published} {
		for action, step := range steps {
			for _, by := range Everybody() {
				p := *fresh
				p.State, p.Version, p.Drafters = state, first(h.Plans.Get(t.Context(), id)).Version, []string{Officer.User}
				if state == plan.Approved {
					p.Approval = &plan.Approval{Content: p.Content.Hash(), Signature: Signature(t, Approver, sign.Approve, p.Record())}
				}
				h.Ok(h.Plans.Put(t.Context(), &p))
				name := fmt.Sprintf("%s %s %s", state, action, by.User)
				err := step(h, id, by)
				after := first(h.Plans.Get(t.Context(), id))
				if slices.Contains(allowed, name) != (err == nil) {
					t.Errorf("%s: %v", name, err)
				}
				if err != nil && (after.Version != p.Version || after.State != state) {
					t.Errorf("%s was refused and changed it: %+v", name, after)
				}
				if k := fault.From(err).Kind; err != nil && k == fault.Internal {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.create()
	change := func(f func(*plan.Entry)) error {
		e := salt()
		f(&e)
		_, _, err := h.Add(t.Context(), v.ID, Officer, e)
		return err
	}
	describe := func(f func(*plan.Content)) error {
		c := head()
		f(&c)
		_, err := h.Describe(t.Context(), v.ID, 0, Officer, c)
		return err
	}
	for name, c := range map[string]struct {
		code, at string
		err      error
	}{
		"a good entry":             {"", "", change(func(*plan.Entry) {})},
		"no title":                 {"text.empty", "title", change(func(e *plan.Entry) { e.Title = nil })},
		"a title of two lines":     {"text.control", "title.en", change(func(e *plan.Entry) { e.Title = Text("a\nb") })},
		"no category":              {"notice.category", "category", change(func(e *plan.Entry) { e.Category = "" })},
		"half a code":              {"notice.classification", "classification", change(func(e *plan.Entry) { e.Classification.ID = "" })},
		"no procedure":             {"rules.procedure", "", change(func(e *plan.Entry) { e.Procedure = "lottery" })},
		"no rule set":              {"rules.set", "", change(func(e *plan.Entry) { e.RuleSet = "none" })},
		"no date":                  {"text.missing", "dates.publication", change(func(e *plan.Entry) { e.Dates = plan.Dates{} })},
		"a date that is none":      {"plan.date", "dates.award", change(func(e *plan.Entry) { e.Dates.Award = "2026-13" })},
		"a date in words":          {"plan.date", "dates.publication", change(func(e *plan.Entry) { e.Dates.Publication = "soon" })},
		"a day that is none":       {"plan.date", "dates.award", change(func(e *plan.Entry) { e.Dates.Award = "2026-02-30" })},
		"bids before publication":  {"plan.order", "dates.bidsDue", change(func(e *plan.Entry) { e.Dates.BidsDue = "2026-04-30" })},
		"bids in the same month":   {"", "", change(func(e *plan.Entry) { e.Dates.BidsDue = "2026-05-02" })},
		"the year after":           {"plan.outside", "dates.publication", change(func(e *plan.Entry) { e.Dates = plan.Dates{Publication: "2027-01"} })},
		"the year before":          {"plan.outside", "dates.publication", change(func(e *plan.Entry) { e.Dates = plan.Dates{Publication: "2025-12-31"} })},
		"a contact without form":   {"email.form", "contact.email", change(func(e *plan.Entry) { e.Contact = &plan.Contact{Email: "nobody"} })},
		"a telephone in words":     {"plan.telephone", "contact.telephone", change(func(e *plan.Entry) { e.Contact = &plan.Contact{Phone: "call me"} })},
		"two years in one":         {"plan.period", "period.to", describe(func(c *plan.Content) { c.Period = plan.Period{From: "2026-01-01", To: "2027-12-31"} })},
		"another year's period":    {"plan.period", "period.to", describe(func(c *plan.Content) { c.Period = plan.CalendarYear(2030) })},
		"a period of months":       {"plan.date", "period.from", describe(func(c *plan.Content) { c.Period = plan.Period{From: "2026-01", To: "2026-12"} })},
		"a period without entries": {"plan.outside", "period.to", describe(func(c *plan.Content) { c.Period = plan.Period{From: "2026-10-01", To: "2027-09-30"} })},
		"a text that is too long":  {"text.long", "description.en", describe(func(c *plan.Content) { c.Description = Text(strings.Repeat("x", plan.MaxText+1)) })},
	} {
		h.Code(c.err, c.code)
		if f := fault.From(c.err); c.at != "" && f.Field[c.at] == "" {
			t.Errorf("%s names %v", name, f.Field)
		}
	}
	_, err := h.Create(t.Context(), Officer, head())
	h.Code(err, "plan.taken")
	_, err = h.Create(t.Context(), OtherOfficer, plan.Content{Year: 26})
	h.Code(err, "plan.year")
	for _, by := range Everybody() {
		if _, err := h.Get(t.Context(), v.ID, by); (err == nil) != (party.Allowed(by, party.TenderRead, Buyer) == nil) {
			t.Errorf("%s looks at a draft: %v", by.User, err)
		}
	}
	_, err = h.Withdraw(t.Context(), v.ID, "1", 0, Officer, Text("No"))
	h.Code(err, "plan.entry_unpublished")
	_, err = h.Change(t.Context(), v.ID, 0, Officer, plan.Entry{ID: "99"})
	h.Code(err, "plan.no_entry")
	_, err = h.Drop(t.Context(), v.ID, 0, Officer)
	h.Code(err, "plan.unpublished")
}

// A plan that lacks something is not handed on, and nobody approves their own.
func TestWhatKeepsAPlanBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, err := h.Create(t.Context(), Officer, plan.Content{Year: 2026})
	h.Ok(err)
	_, err = h.Submit(t.Context(), v.ID, Officer)
	h.Code(err, "text.missing")
	c := head()
	c.Contact = plan.Contact{}
	_, err = h.Describe(t.Context(), v.ID, 0, Officer, c)
	h.Ok(err)
	_, err = h.Submit(t.Context(), v.ID, Officer)
	h.Code(err, "plan.contact")
	_, err = h.Describe(t.Context(), v.ID, 0, Officer, head())
	h.Ok(err)
	_, err = h.Submit(t.Context(), v.ID, Officer)
	h.Code(err, "plan.empty")
	h.add(v.ID, salt())
	_, err = h.Submit(t.Context(), v.ID, Officer)
	h.Ok(err)
	both := Officer
	both.Role = party.RoleApprover
	h.Code(h.approve(v.ID, both), "plan.same_person")
	_, err = h.Service.Approve(t.Context(), v.ID, Approver, Signature(t, Approver, sign.Approve, []byte("{}")))
	if err == nil {
		t.Error("a signature over something else counts")
	}
	_, err = h.Return(t.Context(), v.ID, Approver, " ")
	h.Code(err, "plan.no_reason")
	back, err := h.Return(t.Context(), v.ID, Approver, "The dates are wrong")
	h.Ok(err)
	if back.State != plan.Draft || back.Reason != "The dates are wrong" {
		t.Errorf("returned: %+v", back)
	}
	h.out(v.ID)
	e := first(h.Get(t.Context(), v.ID, Officer)).Content.Entries[0]
	_, err = h.Change(t.Context(), v.ID, 0, Officer, e)
	h.Ok(err)
	_, err = h.Submit(t.Context(), v.ID, Officer)
	h.Code(err, "plan.same")
}

func TestButtonsAreWhatIsAllowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.published()
	for _, c := range []struct {
		by   party.Actor
		want []plan.Action
	}{
		{Officer, []plan.Action{plan.Edit}}, {Approver, []plan.Action{}}, {OtherOfficer, []plan.Action{}}, {party.PublicActor, []plan.Action{}},
	} {
		if v := first(h.Get(t.Context(), id, c.by)); !slices.Equal(v.Actions, c.want) {
			t.Errorf("%s: %v", c.by.User, v.Actions)
		}
	}
	h.add(id, salt())
	if v := first(h.Get(t.Context(), id, Officer)); !slices.Equal(v.Actions, []plan.Action{plan.Edit, plan.Submit, plan.Drop}) {
		t.Errorf("of a revision: %v", v.Actions)
	}
}
