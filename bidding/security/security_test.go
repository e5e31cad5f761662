package security_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/security"
	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/award"
	. "probity/tender/award/awardtest"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

type world struct {
	*World
	*security.Service
	engine *storetest.Faulty // counts what is asked of it
}

// newWorld is a procedure whose three bidders have given a security each, and
// where Gamma has withdrawn.
func newWorld(t *testing.T) *world {
	kinds := append(append([]store.Collection{security.Collection, contract.Collection}, award.Collections...), bidding.Collections...)
	w := &world{}
	w.World = New(t, func(t testing.TB, kinds []store.Collection) store.Engine {
		e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		w.engine = storetest.NewFaulty(e)
		return w.engine
	}, kinds...)
	w.Service = &security.Service{
		Settlements: store.Shelf[security.Settlement, *security.Settlement]{Engine: w.Engine, Kind: security.Kind},
		Bids:        store.Shelf[bidding.Bid, *bidding.Bid]{Engine: w.Engine, Kind: bidding.Kind},
		Awards:      store.Shelf[award.Award, *award.Award]{Engine: w.Engine, Kind: award.Kind},
		Contracts:   store.Shelf[contract.Contract, *contract.Contract]{Engine: w.Engine, Kind: contract.Kind},
		Tenders:     w.World.Tenders, Clock: w.World.Clock,
	}
	for org, state := range map[string]bidding.State{Alpha: bidding.Stored, Beta: bidding.Stored, Gamma: bidding.Withdrawn} {
		w.bid(org, state)
	}
	w.Ok(w.Bids.Put(t.Context(), &bidding.Bid{Root: store.Root{ID: Bid(Stranger)}, Tender: OCID, Lot: Lot1, Bidder: Name(Stranger), Seq: 1,
		Versions: []bidding.Version{{Seq: 1, State: bidding.Stored}}}))
	return w
}

// bid stores a bid of org with a security.
func (w *world) bid(org string, state bidding.State) {
	w.Helper()
	w.Ok(w.Bids.Put(w.Context(), &bidding.Bid{Root: store.Root{ID: Bid(org)}, Tender: OCID, Lot: Lot1, Bidder: Name(org), Seq: 1,
		Versions: []bidding.Version{{Seq: 1, State: state, Security: &bidding.Security{Kind: bidding.Deposit, Issuer: "Bank", Reference: "1",
			Amount: tender.MustMoney("100.00", "CNY"), Until: Deadline.AddDate(0, 3, 0)}}}}))
}

// Told is when bidders were told of the award; it was a Friday.
var Told = time.Date(2026, 5, 8, 9, 0, 0, 0, time.UTC)

// award stores an award of the lot to org.
func (w *world) award(n int, org string, state award.State) *award.Award {
	w.Helper()
	a := &award.Award{Root: store.Root{ID: award.ID(OCID, Lot1, n)}, N: n, State: state, Notified: Told, Approved: &award.Approval{},
		Decision: award.Decision{Tender: OCID, Lot: Lot1, Winner: &award.Winner{Supplier: Name(org), Price: tender.MustMoney("1.00", "CNY")}}}
	if state != award.Decided {
		a.Ended = &award.End{Word: award.Word{At: Told.Add(time.Hour)}}
	}
	w.Ok(w.Awards.Put(w.Context(), a))
	w.Edit(func(x *tender.Tender) { x.Lots[0].Phase, x.Lots[0].Award = tender.Standstill, a.ID })
	return a
}

// seen is how the securities of the lot stand, by bidder.
func (w *world) seen() map[string]security.Holding {
	w.Helper()
	m := map[string]security.Holding{}
	for after := ""; ; {
		list, next, err := w.List(w.Context(), w.Tender(), Lot1, Officer, store.Query{Limit: 1, After: after})
		w.Ok(err)
		for _, x := range list {
			m[x.Bidder.ID] = x
		}
		if after = next; next == "" {
			return m
		}
	}
}

func TestNobodyIsToldBeforeTheEnd(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.List(w.Context(), w.Tender(), Lot1, Officer, store.Query{Limit: 10})
	w.Code(err, "security.early")
	_, err = w.Return(w.Context(), w.Tender(), Lot1, Gamma, Officer, rules.DateIn(Ranked, time.UTC))
	w.Code(err, "security.early")
	if late, err := w.Late(w.Context(), w.Tender(), Lot1); err != nil || late != nil {
		t.Errorf("late: %v, %v", late, err)
	}
	w.Close()
	m := w.seen()
	if len(m) != 3 || m[Alpha].Why != "" || m[Beta].Why != "" || m[Gamma].Why != security.Unread || !m[Gamma].Since.Equal(Deadline) {
		t.Fatalf("%+v", m)
	}
	for _, by := range Everybody() {
		_, _, err := w.List(w.Context(), w.Tender(), Lot1, by, store.Query{Limit: 10})
		may := slices.Contains([]string{Officer.User, Auditor.User, Reviewer.User, BuyersAuditor.User}, by.User) && by.User != ""
		if (err == nil) != may {
			t.Errorf("%s: %v", by.User, err)
		}
		own, err := w.Own(w.Context(), w.Tender(), Lot1, by)
		mine := slices.Contains([]string{Alpha, Beta, Gamma}, by.Org)
		if (err == nil) != mine || mine && own.Bidder.ID != by.Org {
			t.Errorf("%s sees %+v, %v", by.User, own, err)
		}
	}
}

// What ends the need for a security, from when, and until when it is due: five
// working days under this rule set.
func TestDue(t *testing.T) {
	friday := time.Date(2026, 5, 16, 0, 0, 0, 0, time.UTC) // the end of the Friday after
	for name, c := range map[string]struct {
		is          func(*world)
		alpha, beta security.Cause
		since       time.Time // for beta
		due         time.Time
	}{
		"ranked":              {func(*world) {}, "", "", time.Time{}, time.Time{}},
		"awarded":             {func(w *world) { w.award(1, Alpha, award.Decided) }, "", security.Lost, Told, friday},
		"set aside":           {func(w *world) { w.award(1, Alpha, award.SetAside) }, "", "", time.Time{}, time.Time{}},
		"declined":            {func(w *world) { w.award(1, Beta, award.Declined) }, "", security.Forgone, Told.Add(time.Hour), friday},
		"passed over":         {func(w *world) { w.award(1, Beta, award.PassedOver); w.award(2, Alpha, award.Decided) }, "", security.Forgone, Told.Add(time.Hour), friday},
		"cancelled":           {func(w *world) { w.end(tender.LotCancelled) }, security.Cancelled, security.Cancelled, Told, friday},
		"without an award":    {func(w *world) { w.end(tender.LotUnsuccessful) }, security.NoAward, security.NoAward, Told, friday},
		"contracted":          {func(w *world) { w.contract(Beta) }, security.Lost, security.Contracted, Told.Add(2 * time.Hour), friday},
		"nothing, and lapsed": {func(w *world) { w.World.Clock.Set(Deadline.AddDate(0, 3, 0)) }, security.Expired, security.Expired, Deadline.AddDate(0, 3, 0), time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Close()
			c.is(w)
			m := w.seen()
			if b := m[Beta]; m[Alpha].Why != c.alpha || b.Why != c.beta || !b.Since.Equal(c.since) || !b.Due.Equal(c.due) {
				t.Errorf("alpha %q, beta %q since %s due %s", m[Alpha].Why, b.Why, b.Since, b.Due)
			}
			if len(w.seen()[Gamma].Actions) == 0 {
				t.Error("who withdrew cannot be given back")
			}
		})
	}
}

// The security of a bid that was withdrawn has a period of its own, from when
// the buyer learns of it; where the rules have none, it is that of all who did
// not win.
func TestDueAfterWithdrawal(t *testing.T) {
	for name, c := range map[string]struct {
		limits map[rules.LimitID]int
		days   int // in which Gamma and Beta get theirs back; 0: nothing is said
		beta   int
	}{
		"a period of its own": {map[rules.LimitID]int{rules.SecurityReturnWithdrawn: 2, rules.SecurityReturnLosers: 9}, 2, 9},
		"one for all":         {map[rules.LimitID]int{rules.SecurityReturnLosers: 9}, 9, 9},
		"none for the others": {map[rules.LimitID]int{rules.SecurityReturnWithdrawn: 2}, 2, 0},
		"none":                {nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Close()
			w.award(1, Alpha, award.Decided)
			w.Edit(func(x *tender.Tender) {
				x.Policy.Limits = map[rules.LimitID]rules.Limit{}
				for id, n := range c.limits {
					x.Policy.Limits[id] = rules.Limit{Span: rules.Span{N: n, Unit: rules.CalendarDays}}
				}
				x.Policy.Rolls.On = false
			})
			m := w.seen()
			for org, want := range map[string]struct {
				from time.Time
				days int
			}{Gamma: {Deadline, c.days}, Beta: {Told, c.beta}} {
				due := time.Time{}
				if want.days > 0 {
					due = (rules.DateIn(want.from, time.UTC) + rules.Date(want.days) + 1).Start(time.UTC)
				}
				if !m[org].Due.Equal(due) {
					t.Errorf("%s gets it back by %s, not %s", org, m[org].Due, due)
				}
			}
		})
	}
}

func (w *world) end(p tender.LotPhase) {
	w.Edit(func(x *tender.Tender) { x.Lots[0].Phase, x.Lots[0].EndedAt = p, Told })
}

func (w *world) contract(org string) {
	a := w.award(1, org, award.Decided)
	w.Ok(w.Contracts.Put(w.Context(), &contract.Contract{Root: store.Root{ID: a.ID}, State: contract.Active, Record: contract.Record{Date: 20000, Price: tender.MustMoney("1.00", "CNY")},
		Signatures: []contract.Signature{{Word: award.Word{At: Told.Add(2 * time.Hour)}}, {Word: award.Word{At: Told.Add(time.Hour)}}}}))
	w.Edit(func(x *tender.Tender) { x.Lots[0].Phase, x.Lots[0].Contract = tender.Contracted, a.ID })
}

// Every step that is offered is taken, and what is not offered is refused, for
// everybody and in every state.
func TestOfferedStepsAreAccepted(t *testing.T) {
	states := map[string]func(*world){
		"held":     func(*world) {},
		"lost":     func(w *world) { w.award(1, Alpha, award.Decided) },
		"forgone":  func(w *world) { w.award(1, Beta, award.Declined) },
		"returned": func(w *world) { w.award(1, Alpha, award.Decided); w.give(Beta) },
		"kept": func(w *world) {
			w.award(1, Beta, award.Declined)
			_, err := w.Keep(w.Context(), w.Tender(), Lot1, Beta, Officer, Text("It did not sign."))
			w.Ok(err)
		},
	}
	accepted := 0
	for name, is := range states {
		var w *world
		for _, by := range Everybody() {
			for _, act := range []security.Action{security.Return, security.Keep, security.Correct} {
				if w == nil {
					w = newWorld(t)
					w.Close()
					w.World.Clock.Set(Told.Add(48 * time.Hour))
					is(w)
				}
				offered, err := w.offered(act, by), w.take(act, by)
				if offered != (err == nil) {
					t.Errorf("%s: %s by %q: offered is %v, and %v", name, act, by.User, offered, err)
				}
				if err == nil {
					accepted++
					w = nil
				}
			}
		}
	}
	if accepted != 5 {
		t.Errorf("%d steps were taken", accepted)
	}
}

// offered tells whether the list offers by a step with Beta's security.
func (w *world) offered(act security.Action, by party.Actor) bool {
	list, _, err := w.List(w.Context(), w.Tender(), Lot1, by, store.Query{Limit: 10})
	return err == nil && slices.ContainsFunc(list, func(x security.Holding) bool { return x.Bidder.ID == Beta && slices.Contains(x.Actions, act) })
}

func (w *world) take(act security.Action, by party.Actor) (err error) {
	switch act {
	case security.Return:
		_, err = w.Return(w.Context(), w.Tender(), Lot1, Beta, by, rules.DateIn(Told, time.UTC)+1)
	case security.Keep:
		_, err = w.Keep(w.Context(), w.Tender(), Lot1, Beta, by, Text("It did not sign."))
	case security.Correct:
		_, err = w.Correct(w.Context(), w.Tender(), Lot1, Beta, by, Text("Of another bidder."), w.seen()[Beta].Version)
	}
	return err
}

func (w *world) give(org string) {
	w.Helper()
	_, err := w.Return(w.Context(), w.Tender(), Lot1, org, Officer, rules.DateIn(Told, time.UTC)+1)
	w.Ok(err)
}

// A security that comes back too late is found, whether it came back or not.
func TestLate(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.award(1, Alpha, award.Decided)
	last := time.Date(2026, 5, 16, 0, 0, 0, 0, time.UTC)
	late := func() []string {
		list, err := w.Late(w.Context(), w.Tender(), Lot1)
		w.Ok(err)
		return list
	}
	w.World.Clock.Set(last.Add(-time.Millisecond))
	if l := late(); fmt.Sprint(l) != fmt.Sprint([]string{Gamma}) {
		t.Errorf("late: %v", l)
	}
	w.World.Clock.Set(last)
	if l := late(); len(l) != 2 {
		t.Errorf("late: %v", l)
	}
	day := rules.DateIn(last, time.UTC)
	for name, d := range map[string]rules.Date{"tomorrow": day + 1, "before it was owed": rules.DateIn(Told, time.UTC) - 1} {
		_, err := w.Return(w.Context(), w.Tender(), Lot1, Beta, Officer, d)
		if !fault.Coded(err, "security.day") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.Return(w.Context(), w.Tender(), Lot1, Beta, Officer, day-1)
	w.Ok(err)
	if l := late(); fmt.Sprint(l) != fmt.Sprint([]string{Gamma}) {
		t.Errorf("late: %v", l)
	}
	v, err := w.Return(w.Context(), w.Tender(), Lot1, Gamma, Officer, day)
	if w.Ok(err); !v.Late || v.State != security.Returned || v.Settled == nil {
		t.Errorf("%+v", v)
	}
	if l := late(); fmt.Sprint(l) != fmt.Sprint([]string{Gamma}) {
		t.Errorf("late: %v", l)
	}
	facts := w.Facts("security.return")
	if len(facts) != 2 || Data(facts[0], "late") != "false" || Data(facts[1], "late") != "true" || Data(facts[1], "why") != "unread" {
		t.Errorf("%s", facts)
	}
}

// What was recorded wrongly is taken back with a reason, stays to be read, and
// makes room for what is right.
func TestCorrect(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.award(1, Beta, award.Declined)
	w.World.Clock.Set(Told.Add(48 * time.Hour))
	day := rules.DateIn(Told, time.UTC) + 1
	correct := func(reason tender.Text, seen int64) (*security.Holding, error) {
		return w.Correct(w.Context(), w.Tender(), Lot1, Beta, Officer, reason, seen)
	}
	_, err := correct(Text("Nothing is recorded yet."), 0)
	w.Code(err, "security.state")
	_, err = w.Keep(w.Context(), w.Tender(), Lot1, Beta, Officer, Text("It did not sign."))
	w.Ok(err)
	_, err = correct(nil, 1)
	w.Code(err, "security.no_reason")

	v, err := correct(Text("It was ill, and has signed."), 1)
	w.Ok(err)
	if v.State != security.Held || v.Why != security.Forgone || v.Settled != nil || len(v.Reason) != 0 || !slices.Contains(v.Actions, security.Return) {
		t.Errorf("%+v", v)
	}
	w.give(Beta)
	_, err = correct(Text("This is of the first record."), 1)
	w.Code(err, "security.seen")
	v, err = correct(Text("It was a day later."), 3)
	w.Ok(err)
	if len(v.Earlier) != 2 {
		t.Fatalf("%+v", v)
	}
	kept, returned := v.Earlier[0], v.Earlier[1]
	if kept.State != security.Kept || kept.Reason["en"] != "It did not sign." || kept.Correction.Reason["en"] != "It was ill, and has signed." || kept.Correction.User != Officer.User {
		t.Errorf("%+v", kept)
	}
	if returned.State != security.Returned || returned.Day != day || returned.By.User != Officer.User || !returned.Correction.At.Equal(Told.Add(48*time.Hour)) {
		t.Errorf("%+v", returned)
	}
	facts := w.Facts("security.correct")
	if len(facts) != 2 || Data(facts[0], "recorded") != "kept" || Data(facts[1], "day") != day.String() || facts[1].By != Officer.User {
		t.Errorf("%s", facts)
	}
}

// Nobody goes back and forth for ever.
func TestCorrectionsEnd(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.award(1, Alpha, award.Decided)
	w.World.Clock.Set(Told.Add(48 * time.Hour))
	for range security.MaxCorrections {
		w.give(Beta)
		w.Ok(w.take(security.Correct, Officer))
	}
	w.give(Beta)
	w.Code(w.take(security.Correct, Officer), "security.corrections")
	if v := w.seen()[Beta]; v.State != security.Returned || len(v.Actions) != 0 {
		t.Errorf("%+v", v)
	}
}

// What was recorded is read for many bidders at a time: who lists securities, or
// looks for late ones, asks the engine as often for fifty as for three.
func TestSecuritiesAreReadTogether(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.award(1, Alpha, award.Decided)
	w.World.Clock.Set(Told.Add(48 * time.Hour))
	asked := func() int {
		t.Helper()
		x := w.Tender()
		before := w.engine.Calls("Get") + w.engine.Calls("Find")
		_, next, err := w.List(w.Context(), x, Lot1, Officer, store.Query{Limit: 200})
		if w.Ok(err); next != "" {
			t.Fatal("there is more than a page")
		}
		_, err = w.Late(w.Context(), x, Lot1)
		w.Ok(err)
		return w.engine.Calls("Get") + w.engine.Calls("Find") - before
	}
	few := asked()
	for i := range 47 {
		org := fmt.Sprintf("org-more-%d", i)
		w.bid(org, bidding.Stored)
		w.give(org)
	}
	if n := len(w.seen()); n != 50 {
		t.Fatalf("there are %d securities", n)
	}
	if many := asked(); many != few {
		t.Errorf("for 50 securities the engine is asked %d times, for 3 %d times", many, few)
	}
}

// Of those who settle one security at a time one does, and the others are told.
func TestSettledOnce(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.award(1, Beta, award.Declined)
	w.World.Clock.Set(Told.Add(48 * time.Hour))
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			if i%2 == 0 {
				_, errs[i] = w.Return(w.Context(), w.Tender(), Lot1, Beta, Officer, rules.DateIn(Told, time.UTC)+1)
			} else {
				_, errs[i] = w.Keep(w.Context(), w.Tender(), Lot1, Beta, Officer, Text("It did not sign."))
			}
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			w.Code(err, "security.state")
		}
	}
	if n := len(w.Facts("security.return")) + len(w.Facts("security.keep")); won != 1 || n != 1 {
		t.Errorf("%d have settled it, with %d facts", won, n)
	}
	_, err := w.Keep(w.Context(), w.Tender(), Lot1, Stranger, Officer, Text("x"))
	w.Code(err, "security.missing")
	_, err = w.Own(w.Context(), w.Tender(), "no-lot", party.Actor{OrgKind: party.KindSupplier, Role: party.RoleRepresentative, Org: Beta, User: "u"})
	w.Code(err, "lot.missing")
}
