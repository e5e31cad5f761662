package complaint_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/award"
	. "probity/tender/award/awardtest"
	"probity/tender/complaint"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
)

func open(t testing.TB, kinds []store.Collection) store.Engine {
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// world is a procedure whose awards and complaints know each other.
type world struct {
	*World
	*complaint.Service
	Clock   *Clock
	Tenders *tender.Service
	awards  *award.Service
}

func newWorld(t *testing.T) *world {
	w := New(t, open, append(award.Collections, complaint.Collection)...)
	a := &award.Service{
		Awards:  store.Shelf[award.Award, *award.Award]{Engine: w.Engine, Kind: award.Kind},
		Notices: store.Shelf[award.Notice, *award.Notice]{Engine: w.Engine, Kind: award.NoticeKind},
		Tenders: w.Tenders, Rankings: w.Rankings(), Devices: Devices{}, Clock: w.Clock,
	}
	s := &complaint.Service{
		Complaints: store.Shelf[complaint.Complaint, *complaint.Complaint]{Engine: w.Engine, Kind: complaint.Kind},
		Tenders:    w.Tenders, Awards: a, Suppliers: w.Register, Bidders: w.Register, Clock: w.Clock, NewID: w.NewID,
	}
	a.Complaints = s
	return &world{w, s, w.Clock, w.Tenders, a}
}

// award decides the first lot for Alpha; its standstill begins.
func (w *world) award() *award.Award {
	w.Helper()
	w.Close()
	a, err := w.awards.Propose(w.Context(), OCID, Lot1, Officer, Text("Best bid."))
	w.Ok(err)
	a, err = w.awards.Decide(w.Context(), a.ID, Approver, Signature(w, Approver, sign.Approve, a.Decision.Record()))
	w.Ok(err)
	return a
}

func (w *world) tick() {
	w.Helper()
	now, err := w.Clock.Now(w.Context())
	w.Ok(err)
	_, err = w.Tenders.Tick(w.Context(), now)
	w.Ok(err)
	_, err = w.Tick(w.Context(), now)
	w.Ok(err)
}

func against(a *award.Award) complaint.Filing {
	return complaint.Filing{Remedy: "complaint", Lot: Lot1, About: rules.AboutAward, Award: a.ID, Grounds: Text("Our score is wrong.")}
}

func (w *world) file(by party.Actor, f complaint.Filing) complaint.View {
	w.Helper()
	v, err := w.File(w.Context(), OCID, by, f)
	w.Ok(err)
	return v
}

func (w *world) accept(id string, hold bool) complaint.View {
	w.Helper()
	v, err := w.Accept(w.Context(), id, Reviewer, hold)
	w.Ok(err)
	return v
}

func (w *world) uphold(id string, o complaint.Order) complaint.View {
	w.Helper()
	v, err := w.Uphold(w.Context(), id, Reviewer, o, Text("The criteria were not applied as published."))
	w.Ok(err)
	return v
}

func (w *world) suspended() bool { return w.Tender().Clear("lot-1") != nil }

func TestDismissedComplaintGivesTheStandstillBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.award()
	ends := w.Lot().StandstillEnds
	w.Clock.Add(24 * time.Hour)
	c := w.file(BetasRep, against(a))
	if c.State != complaint.Pending || !c.Suspended || c.Due.IsZero() || !w.suspended() {
		t.Errorf("filed: %+v", c)
	}
	w.accept(c.ID, false)
	w.Clock.Set(ends.Add(time.Hour))
	w.tick()
	if p := w.Lot().Phase; p != tender.Standstill {
		t.Fatalf("the standstill ended under a complaint: %s", p)
	}
	v, err := w.Explain(t.Context(), c.ID, Officer, Text("The score is right."))
	w.Ok(err)
	if v.Statement.Text["en"] == "" {
		t.Errorf("statement: %+v", v)
	}
	v, err = w.Dismiss(t.Context(), c.ID, Reviewer, "rej-nirreg", Text("There is no error."))
	w.Ok(err)
	now, _ := w.Clock.Now(t.Context())
	l := w.Lot()
	if v.State != complaint.Declined || v.Suspended || w.suspended() || !l.StandstillEnds.After(now) {
		t.Errorf("dismissed: %+v, lot %+v", v, l)
	}
	w.Clock.Set(l.StandstillEnds)
	w.tick()
	if !a.Stands(w.Lot()) {
		t.Errorf("the award is not in force: %+v", w.Lot())
	}
}

func TestAwardIsSetAside(t *testing.T) {
	t.Parallel()
	for _, order := range []complaint.Order{complaint.OrderSetAside, complaint.OrderReevaluate} {
		for _, phase := range []tender.LotPhase{tender.Standstill, tender.Awarded} {
			w := newWorld(t)
			a := w.award()
			c := w.file(BetasRep, against(a))
			w.accept(c.ID, false)
			w.Edit(func(x *tender.Tender) { x.Lots[0].Phase = phase })
			v := w.uphold(c.ID, order)
			a, err := w.awards.Get(t.Context(), a.ID, party.PublicActor)
			w.Ok(err)
			if v.State != complaint.Resolved || w.suspended() || w.Lot().Phase != tender.Ranked || a.State != award.SetAside || a.Ended.Complaint != c.ID {
				t.Errorf("%s in %s: %+v, %+v, %+v", order, phase, v, w.Lot(), a)
			}
			f := w.Facts("complaint.decide")
			if len(f) != 1 || Data(f[0], "award") != a.ID || f[0].By != Reviewer.User || Data(f[0], "reasons") == "" {
				t.Errorf("facts %v", f)
			}
			for range 3 { // nothing happens twice
				w.Ok(w.Apply(t.Context(), c.ID))
			}
			if n := len(w.Facts("lot.revise")); n != 1 {
				t.Errorf("the lot was revised %d times", n)
			}
		}
	}
}

// The buyer carries out an order to cancel, and can do nothing else meanwhile.
func TestOrderToCancelHoldsUntilObeyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Close()
	w.Edit(func(x *tender.Tender) { x.Lots[0].Phase = tender.Waiting })
	c := w.file(BetasRep, complaint.Filing{Remedy: "complaint", Lot: Lot1, About: rules.AboutProcedure, Known: Ranked, Grounds: Text("An opener bids.")})
	w.accept(c.ID, true)
	v := w.uphold(c.ID, complaint.OrderCancelLot)
	w.Clock.Add(90 * 24 * time.Hour)
	w.tick()
	if v.State != complaint.Satisfied || !w.suspended() {
		t.Errorf("before the buyer obeys: %+v, %+v", v, w.Lot())
	}
	_, err := w.Tenders.MoveLot(t.Context(), OCID, Lot1, tender.OpenLot, tender.Ask{By: Officer}, nil)
	w.Code(err, "lot.suspended")
	_, err = w.Tenders.MoveLot(t.Context(), OCID, Lot1, tender.CancelLot, tender.Ask{By: Approver, Reason: "ordered"}, nil)
	w.Ok(err)
	w.tick()
	v, err = w.Get(t.Context(), c.ID, party.PublicActor)
	w.Ok(err)
	if v.State != complaint.Resolved || w.suspended() || v.Resolved.IsZero() {
		t.Errorf("after: %+v", v)
	}
}

func TestOrderToCancelTheProcedure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.file(BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published, Grounds: Text("A brand is prescribed.")})
	w.accept(c.ID, true)
	w.uphold(c.ID, complaint.OrderCancelTender)
	if !w.suspended() {
		t.Error("not held up")
	}
	_, err := w.Tenders.Cancel(t.Context(), OCID, Approver, "ordered")
	w.Ok(err)
	w.tick()
	if v, err := w.Get(t.Context(), c.ID, BetasRep); err != nil || v.State != complaint.Resolved || w.suspended() {
		t.Errorf("after: %+v, %v", v, err)
	}
}

func TestOrderToCorrectLeavesEverythingStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.award()
	c := w.file(BetasRep, against(a))
	w.accept(c.ID, false)
	v := w.uphold(c.ID, complaint.OrderCorrect)
	if v.State != complaint.Resolved || w.suspended() || w.Lot().Phase != tender.Standstill || v.Decision.Award != "" {
		t.Errorf("%+v, %+v", v, w.Lot())
	}
}

func TestWithdrawalAndRefusalResume(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, string) (complaint.View, error){
		"withdrawn while pending": func(w *world, id string) (complaint.View, error) { return w.Withdraw(w.Context(), id, BetasRep) },
		"withdrawn while accepted": func(w *world, id string) (complaint.View, error) {
			w.accept(id, false)
			return w.Withdraw(w.Context(), id, BetasRep)
		},
		"not admitted": func(w *world, id string) (complaint.View, error) {
			return w.Refuse(w.Context(), id, Reviewer, "rej-ncomp", Text("Not for us."))
		},
	} {
		w := newWorld(t)
		c := w.file(BetasRep, against(w.award()))
		if !w.suspended() {
			t.Fatalf("%s: not suspended", name)
		}
		v, err := end(w, c.ID)
		w.Ok(err)
		if w.suspended() || v.Suspended || (v.State != complaint.Withdrawn && v.State != complaint.Declined) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// By the generic rules a filing holds up award and contract, not the opening:
// a complaint about the documents stops the procedure when it comes to an award.
func TestProcedureStopsWhereThePolicySays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.file(BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published, Grounds: Text("A brand is prescribed.")})
	if c.Suspended || w.suspended() {
		t.Fatalf("stopped at once: %+v", c)
	}
	w.Close()
	_, err := w.awards.Propose(t.Context(), OCID, Lot1, Officer, Text("Best"))
	w.Code(err, "lot.suspended")
	if v, err := w.Get(t.Context(), c.ID, BetasRep); err != nil || !v.Suspended {
		t.Errorf("%+v, %v", v, err)
	}
	// What the review body may hold up besides, it says when it accepts.
	w = newWorld(t)
	c = w.file(BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published, Grounds: Text("A brand is prescribed.")})
	if v := w.accept(c.ID, true); !v.Suspended || !w.suspended() {
		t.Errorf("not stopped before the opening: %+v", v)
	}
}

// China: a challenge goes to the buyer, then a complaint to the finance
// department, which may hold the procedure up for thirty days at most.
func TestChallengeThenComplaint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Edit(func(x *tender.Tender) { x.Policy = w.Policy("cn-gpl") })
	a := w.award()
	f := against(a)
	_, err := w.File(t.Context(), OCID, BetasRep, f)
	w.Code(err, "complaint.before")
	f.Remedy = "challenge"
	first := w.file(BetasRep, f)
	if !first.Suspended || first.To != rules.ToBuyer {
		t.Errorf("challenge: %+v", first)
	}
	f.Remedy, f.Before = "complaint", first.ID
	_, err = w.File(t.Context(), OCID, BetasRep, f)
	w.Code(err, "complaint.too_early")
	_, err = w.Accept(t.Context(), first.ID, Reviewer, false)
	w.Code(err, "complaint.not_review")
	v, err := w.Reply(t.Context(), first.ID, Officer, "rej-nirreg", Text("The score is right."))
	w.Ok(err)
	if v.State != complaint.Replied || w.suspended() {
		t.Errorf("reply: %+v", v)
	}
	_, err = w.File(t.Context(), OCID, GammasRep, f)
	w.Code(err, "complaint.before") // somebody else's challenge
	w.Clock.Add(24 * time.Hour)
	second := w.file(BetasRep, f)
	if w.suspended() {
		t.Error("held up without the reviewer's word")
	}
	now, _ := w.Clock.Now(t.Context())
	got := w.accept(second.ID, true)
	until, err := w.Policy("cn-gpl").SuspendedUntil("complaint", now)
	w.Ok(err)
	if !w.suspended() || !got.Until.Equal(until.At) {
		t.Errorf("accepted: %+v", got)
	}
	w.Clock.Set(until.At.Add(-time.Millisecond))
	w.tick()
	if !w.suspended() {
		t.Error("released one millisecond early")
	}
	w.Clock.Set(until.At)
	w.tick()
	if v, err := w.Get(t.Context(), second.ID, Reviewer); err != nil || w.suspended() || v.State != complaint.Accepted || v.Suspended {
		t.Errorf("after thirty days: %+v, %v", v, err)
	}
	if n := len(w.Facts("complaint.release")); n != 1 {
		t.Errorf("%d releases", n)
	}
}

// A challenge that the buyer leaves unanswered opens the way to the complaint
// once the answer is overdue.
func TestUnansweredChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Edit(func(x *tender.Tender) { x.Policy = w.Policy("cn-gpl") })
	f := against(w.award())
	f.Remedy = "challenge"
	first := w.file(BetasRep, f)
	f.Remedy, f.Before = "complaint", first.ID
	w.Clock.Set(first.Due)
	w.file(BetasRep, f)
	late, err := w.Policy("cn-gpl").ComplaintUntil("complaint", first.Due)
	w.Ok(err)
	w.Clock.Set(late.At)
	_, err = w.File(t.Context(), OCID, BetasRep, f)
	w.Code(err, "complaint.late")
}

func TestNobodyLearnsWhoComplainsBeforeClosing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.file(BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published, Grounds: Text("A brand is prescribed.")})
	for _, by := range []party.Actor{Officer, AlphasRep, party.PublicActor, BuyersAuditor} {
		_, err := w.Get(t.Context(), c.ID, by)
		w.Code(err, "complaint.missing")
	}
	w.accept(c.ID, false)
	for _, x := range []struct {
		by             party.Actor
		named, grounds bool
	}{
		{BetasRep, true, true}, {Reviewer, true, true}, {Auditor, true, true},
		{Officer, false, true}, {AlphasRep, false, false}, {party.PublicActor, false, false}, {BuyersAuditor, false, false},
	} {
		v, err := w.Get(t.Context(), c.ID, x.by)
		w.Ok(err)
		if (v.By.ID != "") != x.named || (v.Grounds != nil) != x.grounds {
			t.Errorf("%s sees %+v", x.by.User, v)
		}
	}
	all, err := w.Engine.Pending(t.Context(), 100)
	w.Ok(err)
	for _, f := range all {
		if !slices.Contains(complaint.Sealed, f.Name) && (f.By == BetasRep.User || Data(f, "org") == Beta) {
			t.Errorf("%s names the complainant: %s", f.Name, f.Record())
		}
	}
	w.Close()
	if v, err := w.Get(t.Context(), c.ID, party.PublicActor); err != nil || v.By.ID != Beta {
		t.Errorf("after closing: %+v, %v", v, err)
	}
	list, _, err := w.List(t.Context(), OCID, party.PublicActor, "", 10)
	if err != nil || len(list) != 1 {
		t.Errorf("list: %v, %v", list, err)
	}
	desk, _, err := w.Desk(t.Context(), Reviewer, complaint.Accepted, "", 10)
	if err != nil || len(desk) != 1 || desk[0].By.ID != Beta {
		t.Errorf("desk: %v, %v", desk, err)
	}
	_, _, err = w.Desk(t.Context(), Officer, complaint.Accepted, "", 10)
	w.Code(err, "actor.role")
}

// A request that broke off after it took effect, and is repeated, files once.
func TestARepeatedRequestFilesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published, Grounds: Text("A brand is prescribed.")}
	for range 2 {
		v, err := w.File(store.WithIDs(t.Context(), func() string { return "the-complaint" }), OCID, BetasRep, f)
		if w.Ok(err); v.ID != "the-complaint" {
			t.Errorf("filed: %+v", v)
		}
	}
	if n := len(w.Facts("complaint.file")); n != 1 {
		t.Errorf("%d facts", n)
	}
}
