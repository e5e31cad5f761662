package tender_test

import (
	"slices"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/party"
)

func codes(o *tender.Overview, stops bool) []string {
	var list []string
	for _, f := range o.Findings {
		if f.Stops == stops {
			list = append(list, f.Path+" "+f.Code)
		}
	}
	return list
}

// A draft that could be submitted has nothing that stops it, and every date
// with its source.
func TestLookOverAGoodDraft(t *testing.T) {
	w := newWorld(t).draft(plan())
	o, err := w.LookOver(t.Context(), w.ID, officer, nil)
	w.ok(err)
	if list := codes(o, true); len(list) != 0 {
		t.Errorf("it is stopped by %v", list)
	}
	if o.Earliest.At.IsZero() || len(o.Earliest.Steps) == 0 || o.Earliest.Steps[0].Cite == "" || o.Zone == "" {
		t.Errorf("the earliest deadline is %+v", o.Earliest)
	}
	if len(o.Dates) == 0 || o.Dates[0].Rule.Cite == "" {
		t.Errorf("the dates are %+v", o.Dates)
	}
}

// An empty draft hears of every part at once, and nothing of it is stored.
func TestLookOverWhatIsNotSaved(t *testing.T) {
	w := newWorld(t).draft(plan())
	before := w.tender().Version
	p := plan()
	p.Notice.Title, p.Notice.Lots, p.Notice.Terms.PaymentDays = nil, nil, -1
	p.Notice.Timetable.Deadline = today
	p.Panel, p.Groups = nil, nil
	o, err := w.LookOver(t.Context(), w.ID, officer, &p)
	w.ok(err)
	got := codes(o, true)
	for _, want := range []string{"title text.missing", "lots notice.lots", "terms terms.range", "openers openers.groups"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	if w.tender().Version != before {
		t.Error("looking has changed the draft")
	}
	p.Groups = committee()
	o, err = w.LookOver(t.Context(), w.ID, officer, &p)
	w.ok(err)
	if got := codes(o, true); !slices.Contains(got, "panel tender.no_panel") {
		t.Errorf("the panel is not missed in %q", got)
	}
	_, err = w.LookOver(t.Context(), w.ID, party.PublicActor, nil)
	w.code("a stranger", err, "tender.missing")
}

func TestAdvice(t *testing.T) {
	w := newWorld(t).draft(plan())
	for _, c := range []struct {
		sentence, want string
		change         func(*tender.Plan)
	}{
		{"a brand", "description.en advice.restrictive", func(p *tender.Plan) { p.Notice.Description = en("Brand Salz & Co") }},
		{"a brand in Chinese", "description.zh-CN advice.restrictive", func(p *tender.Plan) { p.Notice.Description = tender.Text{"zh-CN": "指定品牌"} }},
		{"a language that is missing", "description advice.language", func(p *tender.Plan) { p.Notice.Description = en("Salt") }},
		{"one opener is enough", "openers.groups[0].k advice.one_opener", func(p *tender.Plan) { p.Groups = committee(); p.Groups[0].K = 1 }},
		{"no opener to spare", "openers.groups[0].k advice.no_spare", func(p *tender.Plan) { p.Groups = committee(); p.Groups[0].K = len(p.Groups[0].Members) }},
		{"no value", "value advice.no_value", func(p *tender.Plan) { p.Notice.Value, p.Notice.Budget = nil, nil }},
		{"a deadline on a Sunday", "timetable.deadline advice.day_off", func(p *tender.Plan) { p.Notice.Timetable.Deadline = deadline.AddDate(0, 0, 4) }},
		{"a minimum that few reach", "lots[0].criteria.minimumQuality advice.high_minimum", func(p *tender.Plan) { p.Notice.Lots[0].Criteria.MinimumQuality = dec("81") }},
	} {
		p := plan()
		c.change(&p)
		o, err := w.LookOver(t.Context(), w.ID, officer, &p)
		w.ok(err)
		if got := codes(o, false); !slices.Contains(got, c.want) {
			t.Errorf("%s: %q is not among %q", c.sentence, c.want, got)
		}
	}
	p := plan()
	p.Notice.Description = tender.Text{"en": "Brand X or equivalent", "zh-CN": "品牌X或同等"}
	o, err := w.LookOver(t.Context(), w.ID, officer, &p)
	w.ok(err)
	for _, f := range o.Findings {
		if f.Code == "advice.restrictive" {
			t.Errorf("what is softened is warned of: %+v", f)
		}
	}
}

// The same kind bought twice without full competition is pointed at.
func TestAdviceAboutSplitting(t *testing.T) {
	w := newWorld(t).draft(plan())
	first := w.ID
	w.draft(plan())
	p := plan()
	p.Notice.Procedure = "limited"
	o, err := w.LookOver(t.Context(), w.ID, officer, &p)
	w.ok(err)
	if got := codes(o, false); !slices.Contains(got, "classification advice.splitting") {
		t.Errorf("%s is not seen: %q", first, got)
	}
	p.Notice.Classification.ID = "90000000-7"
	o, err = w.LookOver(t.Context(), w.ID, officer, &p)
	w.ok(err)
	if got := codes(o, false); slices.Contains(got, "classification advice.splitting") {
		t.Errorf("another kind is taken for the same: %q", got)
	}
}

func TestCompare(t *testing.T) {
	a, b := notice(), notice()
	if list := tender.Compare(a, b); len(list) != 0 {
		t.Errorf("equal notices differ in %v", list)
	}
	b.Title = tender.Text{"en": "Salt"}
	b.Lots[0].Items = b.Lots[0].Items[1:]
	b.Value = eur("1.00")
	var paths []string
	for _, d := range tender.Compare(a, b) {
		paths = append(paths, d.Path)
	}
	for _, want := range []string{"title.en", "title.zh-CN", "value", "lots[salt].items[i1].quantity"} {
		if !slices.Contains(paths, want) {
			t.Errorf("%q is not among %q", want, paths)
		}
	}
	if slices.Contains(paths, "lots[salt].items[i2].quantity") {
		t.Error("what stayed counts as changed because it moved")
	}
}

// What is written of an amendment is nobody's but the buyer's, changes nothing
// of the notice, and is gone when it is published.
func TestAmendmentThatIsBeingWritten(t *testing.T) {
	w := published(newWorld(t), plan())
	n := w.tender().Notice
	n.Description = en("More salt.")
	_, err := w.DraftAmendment(t.Context(), w.ID, w.tender().Version-1, officer, &n)
	w.code("a stale one", err, "tender.stale")
	_, err = w.DraftAmendment(t.Context(), w.ID, 0, approver, &n)
	w.code("by the approver", err, "actor.role")
	x, err := w.DraftAmendment(t.Context(), w.ID, 0, officer, &n)
	w.ok(err)
	if x.Amendment == nil || x.Notice.Description["en"] == "More salt." || x.Revision != 1 {
		t.Errorf("the tender is %+v", x)
	}
	later(&n, 21*24*time.Hour)
	x, err = w.Amend(t.Context(), w.ID, 0, officer, n, "More is needed.")
	w.ok(err)
	if x.Amendment != nil || x.Notice.Description["en"] != "More salt." {
		t.Errorf("after the amendment: %+v", x.Amendment)
	}
	_, err = w.DraftAmendment(t.Context(), w.ID, 0, officer, &n)
	w.ok(err)
	x, err = w.DraftAmendment(t.Context(), w.ID, 0, officer, nil)
	w.ok(err)
	if x.Amendment != nil {
		t.Error("what was thrown away is there")
	}
	y := newWorld(t).draft(plan())
	_, err = y.DraftAmendment(t.Context(), y.ID, 0, officer, &n)
	y.code("of a draft", err, "tender.phase")
}

// A notice that comes back is compared with what was returned.
func TestReturnedNoticeIsKept(t *testing.T) {
	w := newWorld(t).draft(plan()).submit()
	was := w.tender().Notice
	_, err := w.Return(t.Context(), w.ID, approver, "Say how fast.")
	w.ok(err)
	if r := w.tender().Returned; r == nil || r.Hash() != was.Hash() {
		t.Fatalf("kept is %+v", r)
	}
	w.submit().approve().give(everyOpener()...).agree(everyOpener()...)
	_, err = w.Publish(t.Context(), w.ID, officer)
	w.ok(err)
	if w.tender().Returned != nil {
		t.Error("it outlives the publication")
	}
}

func TestWaits(t *testing.T) {
	w := newWorld(t).draft(plan())
	next := func(do tender.Action, role party.Role, yet bool) {
		t.Helper()
		list := w.tender().Waits()
		if len(list) == 0 || list[0].Do != do || !slices.Contains(list[0].Roles, role) || (list[0].Yet != "") != yet {
			t.Errorf("want %s by %s, got %+v", do, role, list)
		}
	}
	next(tender.Submit, party.RoleOfficer, false)
	w.submit()
	next(tender.Approve, party.RoleApprover, false)
	w.approve()
	next(tender.Publish, party.RoleOfficer, true)
	w.give(everyOpener()...).agree(everyOpener()...)
	next(tender.Publish, party.RoleOfficer, false)
	_, err := w.Publish(t.Context(), w.ID, officer)
	w.ok(err)
	next(tender.Close, party.RoleClock, false)
	if at := w.tender().Waits()[0].At; !at.Equal(w.tender().Notice.Timetable.Deadline) {
		t.Errorf("it closes at %s", at)
	}
	for _, c := range []struct {
		phase tender.LotPhase
		do    tender.Action
		role  party.Role
	}{
		{tender.Waiting, tender.OpenLot, party.RoleOpener},
		{tender.Opened, tender.QualifyLot, party.RoleEvaluator}, // two envelopes
		{tender.Priced, tender.RankLot, party.RoleEvaluator},
		{tender.Ranked, tender.AwardLot, party.RoleOfficer},
		{tender.Standstill, tender.ConfirmLot, party.RoleClock},
		{tender.Awarded, tender.SignLot, party.RoleContractManager},
	} {
		w.force(func(x *tender.Tender) { x.Phase = tender.Sealed; x.Lots[0].Phase = c.phase })
		next(c.do, c.role, false)
	}
	w.force(func(x *tender.Tender) {
		x.Lots[0].Phase, x.Lots[1].Phase = tender.Contracted, tender.LotCancelled
	})
	if list := w.tender().Waits(); len(list) != 0 {
		t.Errorf("an ended procedure waits for %v", list)
	}
}
