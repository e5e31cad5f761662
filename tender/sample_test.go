package tender_test

import (
	"strings"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/party"
	"probity/tender/sign"
)

// today is a Tuesday: 20 days from it end on a Monday.
var today = time.Date(2026, 3, 3, 15, 0, 0, 0, time.UTC)

// deadline is far enough for every rule set.
var deadline = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

func en(s string) tender.Text { return tender.Text{"en": s} }

func eur(s string) *tender.Money {
	m := tender.MustMoney(s, "EUR")
	return &m
}

func item(id string) tender.Item {
	return tender.Item{ID: id, Description: en("Thing " + id), Quantity: dec("10"),
		Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2", Description: en("Road salt")},
		Unit:           tender.Unit{Code: "TNE", Name: en("tonne")}}
}

func scale() *tender.Scale { return &tender.Scale{Max: dec("10"), Step: dec("0.5"), Minimum: dec("2")} }

func criteria() tender.Criteria {
	return tender.Criteria{
		Price: tender.Price{Weight: dec("60"), Formula: tender.LowestRatio},
		Quality: []tender.Criterion{
			{ID: "q1", Title: en("Method"), Weight: dec("25"), Scale: scale()},
			{ID: "q2", Title: en("Service"), Weight: dec("15"), Parts: []tender.Criterion{
				{ID: "q2a", Title: en("On site"), Weight: dec("10.5"), Scale: scale()},
				{ID: "q2b", Title: en("By phone"), Weight: dec("4.5"), Scale: scale()},
			}},
		},
		Consensus: tender.Mean, MinimumQuality: dec("50"), Places: 2, Lines: tender.UnitPriceHolds,
		Low: tender.Low{BelowMean: dec("30"), Others: 3}, Ties: []tender.Tie{{By: tender.TieQuality}, {By: tender.TieDraw}},
	}
}

// notice is good, and uses everything that a notice can have but documents.
func notice() tender.Notice {
	return tender.Notice{
		Title: tender.Text{"en": "Road salt for one winter", "zh-CN": "一个冬季的融雪盐"}, Description: en("Salt and brine.\nDelivered."),
		Reference: "RS-2026/7", Procedure: "open", Category: tender.Goods, Languages: []string{"en", "zh-CN"}, Currency: "EUR",
		Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2", Description: en("Road salt")},
		Value:          eur("100000.00"), Budget: eur("120000.00"),
		Lots: []tender.LotNotice{
			{ID: "salt", Title: en("Salt"), Description: en("Coarse."), Value: eur("60000.00"), Items: []tender.Item{item("i1"), item("i2")}, Criteria: criteria()},
			{ID: "brine", Title: en("Brine"), Items: []tender.Item{item("i3")}, Criteria: criteria()},
		},
		Requirements: []tender.Requirement{
			{ID: "r1", Title: en("Taxes paid"), Kind: "exclusion"},
			{ID: "r2", Title: en("A tank lorry"), Kind: "technical", Lots: []string{"brine"}},
		},
		Timetable: tender.Timetable{Publish: today, EnquiriesUntil: deadline.AddDate(0, 0, -10), Deadline: deadline,
			GraceMinutes: 120, Opens: deadline.Add(3 * time.Hour)},
		Envelopes: tender.TwoEnvelopes, Security: &tender.Security{Amount: *eur("1000.00"), Days: 90}, ValidityDays: 90,
		Terms: tender.Terms{Text: en("Delivery to the yard."), Bilingual: true, PaymentDays: 30, SecurityAmount: eur("5000.00"),
			Milestones: []tender.MilestonePlan{
				{ID: "m1", Title: en("First third"), Days: 30, Percent: dec("33.3")},
				{ID: "m2", Title: en("The rest"), Days: 90, Percent: dec("66.7")},
			}},
	}
}

// version is the n-th version of a document, of 10 bytes.
func version(n int, sum string) tender.Version {
	return tender.Version{Number: n, Name: "spec.pdf", Media: "application/pdf", Size: 10, SHA256: strings.Repeat(sum, 64), At: today}
}

func document(id string, versions ...tender.Version) tender.Document {
	return tender.Document{ID: id, Title: en("Specification"), Type: "technicalSpecifications", Versions: versions}
}

func members(list ...party.Actor) []tender.Opener {
	var out []tender.Opener
	for _, a := range list {
		out = append(out, tender.Opener{User: a.User, Name: a.Name})
	}
	return out
}

// committee is two of three openers and one guardian.
func committee() []tender.OpenerGroup {
	return []tender.OpenerGroup{
		{Name: "committee", K: 2, Members: members(openers...)},
		{Name: "guardians", K: 1, Guardian: true, Members: members(guardian)},
	}
}

func plan() tender.Plan {
	return tender.Plan{Notice: notice(), RuleSet: "generic", Groups: committee(), Panel: []tender.Member{
		{User: judge.User, Name: judge.Name}, {User: "u-judge-2", Name: "Two"}, {User: "u-judge-3", Name: "Three"}}}
}

// draft creates the procedure.
func (w *world) draft(p tender.Plan) *world {
	w.Helper()
	x, err := w.Create(w.Context(), officer, p)
	w.ok(err)
	w.ID = x.ID
	return w
}

// submit hands it over.
func (w *world) submit() *world {
	w.Helper()
	_, err := w.Submit(w.Context(), w.ID, officer)
	w.ok(err)
	return w
}

// approval is the record that approvers sign.
func (w *world) approval() []byte {
	return canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: w.tender().Notice.Hash(), Tender: w.ID})
}

// approve has the second person approve.
func (w *world) approve() *world {
	w.Helper()
	_, err := w.Approve(w.Context(), w.ID, approver, w.sign(approver, sign.Approve, w.approval()))
	w.ok(err)
	return w
}

// everyOpener lists the openers and the guardian.
func everyOpener() []party.Actor { return append(append([]party.Actor(nil), openers...), guardian) }

// give has openers give their keys.
func (w *world) give(list ...party.Actor) *world {
	w.Helper()
	for _, a := range list {
		_, err := w.GiveKey(w.Context(), w.ID, a, w.secret(a.User).Public())
		w.ok(err)
	}
	return w
}

// agree has openers sign the manifest.
func (w *world) agree(list ...party.Actor) *world {
	w.Helper()
	for _, a := range list {
		record, err := w.ConsentRecord(w.Context(), w.ID, a)
		w.ok(err)
		_, err = w.SignManifest(w.Context(), w.ID, a, w.sign(a, sign.Manifest, record))
		w.ok(err)
	}
	return w
}

// ready is a procedure that only needs to be published.
func ready(w *world, p tender.Plan) *world {
	w.Helper()
	return w.draft(p).submit().approve().give(everyOpener()...).agree(everyOpener()...)
}

// published is a procedure for which bids come in.
func published(w *world, p tender.Plan) *world {
	w.Helper()
	ready(w, p)
	_, err := w.Publish(w.Context(), w.ID, officer)
	w.ok(err)
	return w
}

// planFor is the plan under another rule set.
func planFor(set string) tender.Plan {
	p := plan()
	p.RuleSet = set
	if set == "cn-gpl" { // which has no grace window, and a larger committee
		p.Notice.Timetable.GraceMinutes = 0
		p.Panel = append(p.Panel, tender.Member{User: "u-judge-4", Name: "Four"}, tender.Member{User: "u-judge-5", Name: "Five"})
	}
	return p
}

func n64(c string) string { return strings.Repeat(c, 64) }
