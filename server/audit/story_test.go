package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/text"
)

func signersOf(w *world) []note.Signer { return []note.Signer{w.LogKey} }

func en(s string) tender.Text { return tender.Text{"en": s} }

var dec = tender.MustDecimal

// notice has two lots and two envelopes, quality and price.
func notice(now time.Time) tender.Notice {
	day := func(n int, hour int) time.Time {
		d := now.AddDate(0, 0, n).UTC()
		for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			d = d.AddDate(0, 0, 1)
		}
		return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, time.UTC)
	}
	item := func(id string, n int64) tender.Item {
		return tender.Item{ID: id, Description: en("Thing " + id), Quantity: tender.NewDecimal(n),
			Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2"}, Unit: tender.Unit{Code: "H87", Name: en("piece")}}
	}
	criteria := tender.Criteria{
		Price:     tender.Price{Weight: dec("60"), Formula: tender.LowestRatio},
		Quality:   []tender.Criterion{{ID: "q", Title: en("Quality"), Weight: dec("40"), Scale: &tender.Scale{Max: dec("10"), Step: dec("0.5")}}},
		Consensus: tender.Mean, MinimumQuality: dec("0"), Places: 2, Lines: tender.UnitPriceHolds, Ties: []tender.Tie{{By: tender.TieDraw}},
	}
	return tender.Notice{
		Title: en("Salt"), Description: en("Salt and sand."), Procedure: "open", Category: tender.Goods, Languages: []string{"en"}, Currency: "EUR",
		Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2"},
		Lots: []tender.LotNotice{
			{ID: lot, Title: en("Salt"), Items: []tender.Item{item("i1", 10), item("i2", 3)}, Criteria: criteria},
			{ID: other, Title: en("Brine"), Items: []tender.Item{item("i3", 5)}, Criteria: criteria},
		},
		Requirements: []tender.Requirement{{ID: "r1", Title: en("Taxes paid"), Kind: "exclusion"}},
		Timetable:    tender.Timetable{Publish: day(0, 23), EnquiriesUntil: day(12, 12), Deadline: day(25, 12), GraceMinutes: 120, Opens: day(25, 15)},
		Envelopes:    tender.TwoEnvelopes, ValidityDays: 90,
		Terms: tender.Terms{PaymentDays: 30, Milestones: []tender.MilestonePlan{
			{ID: "m1", Title: en("First"), Days: 30, Percent: dec("33.3")}, {ID: "m2", Title: en("Rest"), Days: 60, Percent: dec("66.7")}}},
	}
}

// publish takes the procedure from the draft to its publication.
func (w *world) publish(change func(*tender.Notice)) {
	w.Helper()
	n := notice(w.now())
	if change != nil {
		change(&n)
	}
	group := tender.OpenerGroup{Name: "committee", K: 2}
	for _, p := range committee {
		group.Members = append(group.Members, tender.Opener{User: p.User, Name: p.Name})
	}
	var panel []tender.Member
	for _, p := range evaluators {
		panel = append(panel, tender.Member{User: p.User, Name: p.Name})
	}
	plan := tender.Plan{Notice: n, RuleSet: "generic", Groups: []tender.OpenerGroup{group}, Panel: panel}
	t := must(w.Tenders.Create(ctx(), officer, plan))(w)
	w.id = t.ID
	plan.Notice.Documents = []tender.Document{w.document("spec", "What is wanted.")}
	must(w.Tenders.Edit(ctx(), w.id, t.Version, officer, plan))(w)
	for _, p := range committee {
		k := must(seal.GenerateOpenerKey())(w)
		w.openers[p.User] = k
		must(w.Tenders.GiveKey(ctx(), w.id, p, k.Public()))(w)
	}
	t = must(w.Tenders.Submit(ctx(), w.id, officer))(w)
	record := canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: t.Notice.Hash(), Tender: w.id})
	must(w.Tenders.Approve(ctx(), w.id, approver, w.sign(approver, sign.Approve, record)))(w)
	for _, p := range committee {
		record := must(w.Tenders.ConsentRecord(ctx(), w.id, p))(w)
		must(w.Tenders.SignManifest(ctx(), w.id, p, w.sign(p, sign.Manifest, record)))(w)
	}
	must(w.Tenders.Publish(ctx(), w.id, officer))(w)
}

// document stores a file of the notice.
func (w *world) document(id, content string) tender.Document {
	w.Helper()
	b := []byte(content)
	sum := sha256.Sum256(b)
	name := hex.EncodeToString(sum[:])
	w.ok(w.Objects.Put(ctx(), "notices/"+w.id+"/"+name, int64(len(b)), sum, bytes.NewReader(b)))
	return tender.Document{ID: id, Title: en("Specification"), Type: "technicalSpecifications", Versions: []tender.Version{
		{Number: 1, Name: "spec.txt", Media: "text/plain", Size: int64(len(b)), SHA256: name, At: w.now()}}}
}

// offers are the envelopes of a bid.
func (w *world) offers(org, lot string, price string) []bidding.Offer {
	w.Helper()
	n := &w.tender().Notice
	prices := map[string]tender.Decimal{}
	for _, i := range n.Lot(lot).Items {
		prices[i.ID] = dec(price)
	}
	var answers []bidding.Response
	for _, r := range n.RequirementsOf(lot) {
		answers = append(answers, bidding.Response{Requirement: r.ID, Met: true})
	}
	var list []bidding.Offer
	for _, e := range n.Envelopes.Names() {
		list = append(list, must(bidding.MakeOffer(n, lot, org, w.id, e, prices, answers))(w))
	}
	return list
}

// close steps to the deadline, and past the window.
func (w *world) close() {
	w.Helper()
	d := w.tender().Notice.Timetable
	w.step(d.Deadline)
	w.until("the closing", func() bool { return w.tender().Phase == tender.Closed })
}

func (w *world) endWindow() {
	w.Helper()
	d := w.tender().Notice.Timetable
	w.step(d.WindowEnds())
	w.until("the end of the window", func() bool {
		t := w.tender()
		return t.Phase != tender.Closed && !slices.ContainsFunc(t.Lots, func(l tender.Lot) bool { return l.Phase == tender.Competing })
	})
	w.step(d.Opens)
}

// open lets the committee open an envelope of a lot.
func (w *world) open(lot, envelope string, who ...party.Actor) {
	w.Helper()
	o := must(w.Openings.Announce(ctx(), officer, w.id, lot, envelope))(w)
	w.logged("opening/" + o.ID + "#1")
	for _, p := range who {
		pack := must(w.Openings.ForOpener(ctx(), p, o.ID))(w)
		op := seal.Opening{Manifest: must(seal.ParseManifest([]byte(pack.Manifest)))(w), Closed: pack.Closed.List, Window: pack.Window.List,
			Batch: must(seal.ParseBatch([]byte(pack.Batch)))(w), Now: pack.Now}
		for _, x := range pack.Extensions {
			op.Extensions = append(op.Extensions, must(seal.ParseExtension([]byte(x)))(w))
		}
		for more := true; more; {
			list, next, err := w.Openings.CasesFor(ctx(), p, o.ID, len(op.Cases))
			w.ok(err)
			op.Cases, more = append(op.Cases, list...), next
		}
		a := must(seal.OpenShares(w.openers[p.User], op))(w)
		must(w.Openings.Answer(ctx(), p, o.ID, a.Bytes(), w.sign(p, sign.Open, a.Bytes())))(w)
	}
	done := must(w.Openings.Combine(ctx(), officer, o.ID))(w)
	if done.State != bidding.Recorded {
		w.Fatalf("the opening is %s", done.State)
	}
}

// judge lets the panel score all bids of a lot, and decide who has passed.
func (w *world) judge(lot string, points map[string]string, fails ...string) {
	w.Helper()
	for _, p := range evaluators {
		r := bidding.DeclarationRecord{Statement: "No interest.", Tender: w.id, User: p.User}
		if _, err := w.Judging.Declare(ctx(), p, w.id, r, w.sign(p, sign.Declare, r.Bytes())); err != nil && !isFault(err, "evaluation.declared") {
			w.Fatal(err)
		}
	}
	for _, p := range evaluators {
		var list []bidding.SheetScore
		for org, v := range points {
			list = append(list, bidding.SheetScore{Bidder: org, Criterion: "q", Value: dec(v), Reason: "As it reads."})
		}
		x := must(w.Judging.Save(ctx(), p, w.id, lot, list))(w)
		must(w.Judging.HandIn(ctx(), p, w.id, lot, w.sign(p, sign.Score, x.Record().Bytes())))(w)
	}
	for org := range points {
		a := score.Answer{Requirement: "r1", Pass: !slices.Contains(fails, org)}
		if !a.Pass {
			a.Reason = "Taxes are owed."
		}
		must(w.Judging.Find(ctx(), evaluators[0], w.id, lot, bidding.Finding{Bidder: org, Answers: []score.Answer{a}}))(w)
	}
	must(w.Judging.Qualify(ctx(), evaluators[0], w.id, lot))(w)
	w.settled()
}

// award ranks and decides, and lets the standstill pass.
func (w *world) award(lot string) string {
	w.Helper()
	must(w.Judging.Rank(ctx(), evaluators[0], w.id, lot))(w)
	a := must(w.Awards.Propose(ctx(), w.id, lot, officer, en("Most points.")))(w)
	must(w.Awards.Decide(ctx(), a.ID, approver, w.sign(approver, sign.Approve, a.Decision.Record())))(w)
	must(w.Awards.Apply(ctx(), a.ID))(w)
	w.step(w.tender().Lot(lot).StandstillEnds)
	w.until("the end of the standstill", func() bool { return w.tender().Lot(lot).Phase == tender.Awarded })
	return a.ID
}

// contract has the contract drawn, signed, sealed, and a first payment made.
func (w *world) contract(lot string, winner party.Actor) {
	w.Helper()
	today := rules.DateIn(w.now(), time.UTC)
	plan := contract.Plan{Number: "C-1", Title: en("Contract"), Date: today,
		Buyer: contract.Representative{Name: "B. Uyer"}, Supplier: contract.Representative{Name: "S. Upplier"}}
	c := must(w.Contracts.Draft(ctx(), w.id, lot, manager, plan))(w)
	c = must(w.Contracts.Draw(ctx(), c.ID, manager))(w)
	must(w.Contracts.Sign(ctx(), c.ID, winner, w.sign(winner, sign.Contract, c.Signing(contract.SupplierSide))))(w)
	w.settled() // the certificate names the signatures' places in the log
	must(w.Contracts.Sign(ctx(), c.ID, approver, w.sign(approver, sign.Contract, c.Signing(contract.BuyerSide))))(w)
	w.settled()
	c = must(w.Contracts.Apply(ctx(), c.ID))(w)
	if c.State != contract.Active {
		w.Fatalf("the contract is %s", c.State)
	}
	must(w.Contracts.Deliver(ctx(), c.ID, winner, "m1", text.Text{"en": "Delivered."}))(w)
	must(w.Contracts.Judge(ctx(), c.ID, manager, "m1", contract.Met, nil))(w)
	invoice := contract.Invoice{Number: "1", Milestone: "m1", Date: today, Amount: c.Milestones[0].Amount}
	must(w.Contracts.Charge(ctx(), c.ID, winner, invoice))(w)
	must(w.Contracts.Pay(ctx(), c.ID, manager, contract.Payment{Invoice: "i1", Date: today, Amount: c.Milestones[0].Amount}))(w)
}

// play is the whole purchase of the tests: alpha wins; beta replaces its bid and
// comes second; gamma withdraws; delta never uploads; epsilon is late; zeta does
// not pass. The second lot has one bid and ends without a contract.
func (w *world) play() {
	w.Helper()
	w.publish(nil)
	orgs := map[string]party.Actor{}
	for _, org := range []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta"} {
		orgs[org] = w.supplier(org)
	}
	q := must(w.Enquiries.Ask(ctx(), w.id, orgs["alpha"], "", en("How coarse?")))(w)
	must(w.Enquiries.Answer(ctx(), q.ID, officer, en("Medium.")))(w)
	n := w.tender().Notice
	n.Description = en("Salt and sand, delivered.")
	must(w.Tenders.Amend(ctx(), w.id, w.tender().Version, officer, n, "to be clear"))(w)
	must(w.Tenders.Extend(ctx(), w.id, officer, n.Timetable.Deadline.AddDate(0, 0, 1), "more time"))(w)

	for _, b := range [][2]string{{"alpha", "10.50"}, {"beta", "99"}, {"gamma", "7"}, {"delta", "8"}, {"zeta", "5"}} {
		s := w.seal(orgs[b[0]], lot, 1, w.offers(b[0], lot, b[1])...)
		w.ok(w.submit(s))
		if b[0] != "delta" {
			w.upload(s)
		}
	}
	again := w.seal(orgs["beta"], lot, 2, w.offers("beta", lot, "12.25")...)
	w.ok(w.submit(again))
	gone := seal.Withdrawal{Bidder: "gamma", Lot: lot, Seq: 2, Tender: w.id}.Bytes()
	_, fact, err := w.Bids.Withdraw(ctx(), orgs["gamma"], sign.Signed{Record: gone, Signature: w.sign(orgs["gamma"], sign.Withdraw, gone)})
	w.ok(err)
	w.logged(fact)
	brine := w.seal(orgs["alpha"], other, 1, w.offers("alpha", other, "3")...)
	w.ok(w.submit(brine))
	w.upload(brine)
	late := w.seal(orgs["epsilon"], lot, 1, w.offers("epsilon", lot, "1")...)
	w.close()
	if err := w.submit(late); !isFault(err, "bid.late") {
		w.Fatalf("a late bid: %v", err)
	}
	w.upload(again) // within the grace window
	w.endWindow()

	w.open(lot, tender.Technical, committee[0], committee[2])
	w.judge(lot, map[string]string{"alpha": "8", "beta": "9.5", "zeta": "10"}, "zeta")
	w.open(lot, tender.Financial, committee...)
	w.award(lot)
	w.contract(lot, orgs["alpha"])
	w.settled()
}
