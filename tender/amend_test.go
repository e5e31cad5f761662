package tender_test

import (
	"encoding/json"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// upload stores the bytes of a version.
func (w *world) upload(v tender.Version) tender.Version {
	w.Shelf.Store(w.ID+"/"+v.SHA256+"/10", true)
	return v
}

// later moves deadline and opening.
func later(n *tender.Notice, d time.Duration) {
	n.Timetable.Deadline, n.Timetable.Opens = n.Timetable.Deadline.Add(d), n.Timetable.Opens.Add(d)
}

func TestAmendmentsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	p := plan()
	w.draft(p)
	p.Notice.Documents = []tender.Document{document("spec", w.upload(version(1, "a")), w.upload(version(2, "b")))}
	_, err := w.Edit(t.Context(), w.ID, 0, officer, p)
	w.ok(err)
	w.submit().approve().give(everyOpener()...).agree(everyOpener()...)
	_, err = w.Publish(t.Context(), w.ID, officer)
	w.ok(err)
	rewrite := func(f func(*tender.Version)) func(*tender.Notice) {
		return func(n *tender.Notice) { f(&n.Documents[0].Versions[0]) }
	}
	for _, c := range []refusal{
		{"another procedure", "procedure", "amend.frozen", func(n *tender.Notice) { n.Procedure = "selective" }},
		{"another currency", "procedure", "amend.frozen", func(n *tender.Notice) {
			n.Currency, n.Value, n.Budget, n.Security, n.Terms.SecurityAmount, n.Lots[0].Value = "CNY", nil, nil, nil, nil, nil
		}},
		{"another number of envelopes", "procedure", "amend.frozen", func(n *tender.Notice) { n.Envelopes = tender.OneEnvelope }},
		{"a deadline a second earlier", "timetable.deadline", "tender.deadline_back", func(n *tender.Notice) { n.Timetable.Deadline = deadline.Add(-time.Second) }},
		{"an opening a second earlier", "timetable.opens", "tender.deadline_back", func(n *tender.Notice) { n.Timetable.Opens = n.Timetable.Opens.Add(-time.Second) }},
		{"a later opening alone", "timetable.deadline", "amend.window", func(n *tender.Notice) { n.Timetable.Opens = n.Timetable.Opens.Add(time.Hour) }},
		{"a window a minute shorter", "timetable.graceMinutes", "amend.grace", func(n *tender.Notice) { n.Timetable.GraceMinutes = 119 }},
		{"a longer window alone", "timetable.deadline", "amend.window", func(n *tender.Notice) { n.Timetable.GraceMinutes = 121 }},
		{"a window that ends after the opening", "timetable.opens", "timetable.opens", func(n *tender.Notice) { n.Timetable.GraceMinutes = 181 }},
		{"another entry of a plan", "planned", "amend.planned", func(n *tender.Notice) { n.Planned = &tender.Planned{Plan: "ocds-plan", Entry: "1"} }},
		{"a lot less", "lots", "amend.lots", func(n *tender.Notice) { n.Lots, n.Requirements = n.Lots[:1], n.Requirements[:1] }},
		{"a lot more", "lots", "amend.lots", func(n *tender.Notice) { n.Lots = append(n.Lots, manyLots(1)...) }},
		{"lots in another order", "lots[0].id", "amend.lots", func(n *tender.Notice) { n.Lots[0], n.Lots[1] = n.Lots[1], n.Lots[0] }},
		{"a lot of another name", "lots[0].id", "amend.lots", func(n *tender.Notice) { n.Lots[0].ID = "sand" }},
		{"a document less", "documents", "amend.documents", func(n *tender.Notice) { n.Documents = nil }},
		{"a version less", "documents", "amend.documents", func(n *tender.Notice) { n.Documents[0].Versions = n.Documents[0].Versions[:1] }},
		{"other bytes under an old number", "documents", "amend.documents", rewrite(func(v *tender.Version) { v.SHA256 = n64("c") })},
		{"another name of an old file", "documents", "amend.documents", rewrite(func(v *tender.Version) { v.Name = "other.pdf" })},
		{"another type of an old file", "documents", "amend.documents", rewrite(func(v *tender.Version) { v.Media = "text/plain" })},
		{"another day of an old file", "documents", "amend.documents", rewrite(func(v *tender.Version) { v.At = v.At.Add(time.Second) })},
		{"a file that nobody has uploaded", "documents[0].versions[2]", "document.missing", func(n *tender.Notice) {
			n.Documents[0].Versions = append(n.Documents[0].Versions, version(3, "d"))
		}},
		{"weights that do not sum to 100", "lots[0].criteria.price.weight", "score.weights", func(n *tender.Notice) { n.Lots[0].Criteria.Price.Weight = dec("1") }},
		{"a negative number of days", "terms", "terms.range", func(n *tender.Notice) { n.Terms.PaymentDays, n.Terms.Milestones = -1, nil }},
		{"a bid security above the limit", "security.amount", "rules.percent", func(n *tender.Notice) { n.Security.Amount = *eur("3000.01") }},
		{"bids that bind for 59 days", "validityDays", "rules.timetable", func(n *tender.Notice) { n.ValidityDays = 59 }},
		{"questions until a day before the deadline", "timetable.enquiriesUntil", "rules.timetable", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = deadline.AddDate(0, 0, -1) }},
	} {
		n := p.Notice
		n.Lots = append([]tender.LotNotice(nil), p.Notice.Lots...)
		n.Security = &tender.Security{Amount: p.Notice.Security.Amount, Days: 90}
		n.Documents = []tender.Document{document("spec", version(1, "a"), version(2, "b"))}
		w.Shelf.Store(w.ID+"/"+n64("c")+"/10", true)
		c.spoil(&n)
		_, err := w.Amend(t.Context(), w.ID, 0, officer, n, "because")
		w.code(c.name, err, c.code)
		if err != nil && fieldsOf(err)[c.at] == "" {
			t.Errorf("%s: names %v, want %s", c.name, fieldsOf(err), c.at)
		}
	}
	if x := w.tender(); x.Revision != 1 || len(w.facts("tender.amend")) != 0 || len(x.Openers.Extensions) != 0 {
		t.Errorf("refused amendments left revision %d", x.Revision)
	}
}

func TestAnAmendment(t *testing.T) {
	w := published(newWorld(t), plan())
	was := w.tender()
	n := was.Notice
	n.Description = en("Salt and brine, delivered to two yards.")
	n.Documents = []tender.Document{document("map", w.upload(version(1, "a")))}
	for _, c := range []struct {
		name, code, reason string
		by                 party.Actor
		version            int64
	}{
		{"without a reason", "tender.no_reason", "\t", officer, was.Version},
		{"by an approver", "actor.role", "because", approver, was.Version},
		{"by a supplier", "actor.role", "because", bidder, was.Version},
		{"by an officer of another buyer", "actor.foreign", "because", foreign, was.Version},
		{"by an officer who evaluates", "duty.clash", "because", person(judge.User, buyer, party.KindBuyer, party.RoleOfficer), was.Version},
		{"of a version that was", "tender.stale", "because", officer, was.Version - 1},
		{"well", "", "a second yard", colleague, was.Version},
		{"of the same version again", "tender.stale", "because", officer, was.Version},
	} {
		_, err := w.Amend(t.Context(), w.ID, c.version, c.by, n, c.reason)
		w.code(c.name, err, c.code)
	}
	x := w.tender()
	if x.Revision != 2 || x.Phase != tender.Published || x.Notice.Hash() != n.Hash() || len(x.Openers.Extensions) != 0 {
		t.Errorf("revision %d is %s", x.Revision, x.Phase)
	}
	if !x.Has(colleague.User, party.DutyDraft) {
		t.Error("who has amended may approve the award")
	}
	if x.Openers.Manifest != was.Openers.Manifest || x.Approval.Notice != was.Notice.Hash() {
		t.Error("an amendment changes the manifest or the approval")
	}
	var said struct {
		Notice   tender.Notice `json:"notice"`
		Before   string        `json:"before"`
		Reason   string        `json:"reason"`
		Revision int           `json:"revision"`
	}
	w.ok(json.Unmarshal(w.facts("tender.amend")[0].Data, &said))
	if said.Notice.Hash() != n.Hash() || said.Before != was.Notice.Hash() || said.Reason != "a second yard" || said.Revision != 2 {
		t.Errorf("the fact says %+v", said)
	}
	var first struct {
		Notice tender.Notice `json:"notice"`
	}
	w.ok(json.Unmarshal(w.facts("tender.publish")[0].Data, &first))
	if first.Notice.Hash() != said.Before {
		t.Error("the version before is not in the facts")
	}
}

// TestAmendingLate: after an amendment bidders have five days, all of them. An
// amendment that gives them with a later deadline is welcome, up to the end.
func TestAmendingLate(t *testing.T) {
	w := published(newWorld(t), plan())
	n := w.tender().Notice
	n.Description = en("Otherwise.")
	lastDay := utc(3, 27, 0) // a Friday; five days after 26 March end on Tuesday 31, before 1 April 12:00
	for _, c := range []struct {
		name, code string
		at         time.Time
		add        time.Duration
	}{
		{"in the last second in which five days are left", "", lastDay.Add(-time.Second), 0},
		{"a second later", "amend.notice", lastDay, 0},
		{"a second later, with a deadline a second too early", "amend.notice", lastDay, 12*time.Hour - time.Second},
		{"a second later, with a deadline after five days", "", lastDay, 12 * time.Hour},
		{"in the last nanosecond, with a week more", "", deadline.Add(12*time.Hour - 1), 12*time.Hour + 7*24*time.Hour},
		{"at the deadline", "tender.deadline_passed", deadline.Add(12*time.Hour + 7*24*time.Hour), 30 * 24 * time.Hour},
	} {
		w.set(c.at)
		m := n
		later(&m, c.add)
		_, err := w.Amend(t.Context(), w.ID, 0, officer, m, "because")
		w.code(c.name, err, c.code)
	}
	x := w.tender()
	if x.Revision != 4 || len(x.Openers.Extensions) != 2 {
		t.Errorf("revision %d, %d extensions", x.Revision, len(x.Openers.Extensions))
	}
	w.checkWindow()
}

func TestExtending(t *testing.T) {
	w := published(newWorld(t), plan())
	day := 24 * time.Hour
	for _, c := range []struct {
		name, code, reason string
		by                 party.Actor
		at, to             time.Time
	}{
		{"without a reason", "tender.no_reason", "", officer, today, deadline.Add(day)},
		{"to the same", "tender.deadline_back", "because", officer, today, deadline},
		{"to a second earlier", "tender.deadline_back", "because", officer, today, deadline.Add(-time.Second)},
		{"to half a second later", "timetable.precision", "because", officer, today, deadline.Add(time.Second / 2)},
		{"to the end of the world", "timetable.range", "because", officer, today, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"after the end of the world", "timetable.range", "because", officer, today, time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"by an approver", "actor.role", "because", approver, today, deadline.Add(day)},
		{"by who evaluates", "duty.clash", "because", person(judge.User, buyer, party.KindBuyer, party.RoleOfficer), today, deadline.Add(day)},
		{"a nanosecond before the deadline, by a second", "", "the platform was away", officer, deadline.Add(-1), deadline.Add(time.Second)},
		{"in another zone", "", "again", colleague, deadline, deadline.Add(day).In(time.FixedZone("", 3600))},
		{"at the deadline", "tender.deadline_passed", "because", officer, deadline.Add(day), deadline.Add(2 * day)},
	} {
		w.set(c.at)
		_, err := w.Extend(t.Context(), w.ID, c.by, c.to, c.reason)
		w.code(c.name, err, c.code)
	}
	x := w.tender()
	if !x.Notice.Timetable.Deadline.Equal(deadline.Add(day)) || x.Revision != 3 || x.Notice.Timetable.Deadline.Location() != time.UTC {
		t.Errorf("the deadline is %s in revision %d", x.Notice.Timetable.Deadline, x.Revision)
	}
	if !x.Notice.Timetable.Opens.Equal(deadline.Add(day + 3*time.Hour)) {
		t.Errorf("the opening is %s", x.Notice.Timetable.Opens)
	}
	w.checkWindow()
}

// TestAmendingElsewhere: only what is published can be amended, and the answer
// says so whatever else is wrong.
func TestAmendingElsewhere(t *testing.T) {
	w := newWorld(t).draft(plan())
	for name, f := range map[string]func(*tender.Tender){
		"a draft":            func(*tender.Tender) {},
		"what is closed":     func(x *tender.Tender) { x.Phase, x.Published = tender.Closed, today },
		"what has failed":    func(x *tender.Tender) { x.Phase, x.Published = tender.Failed, today },
		"what was cancelled": func(x *tender.Tender) { x.Phase, x.Published = tender.Cancelled, today },
	} {
		w.force(f)
		_, err := w.Amend(t.Context(), w.ID, 0, officer, tender.Notice{}, "because")
		w.code("amending "+name, err, "tender.phase")
		_, err = w.Extend(t.Context(), w.ID, officer, deadline.Add(time.Hour), "because")
		w.code("extending "+name, err, "tender.phase")
		_, err = w.ReplaceOpeners(t.Context(), w.ID, officer, committee())
		w.code("other openers for "+name, err, "tender.phase")
		if fault.From(err).Kind != fault.Conflict {
			t.Errorf("%s: %v is no conflict", name, err)
		}
	}
}
