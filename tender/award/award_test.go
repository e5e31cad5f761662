package award_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/award"
	. "probity/tender/award/awardtest"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

func open(t testing.TB, kinds []store.Collection) store.Engine {
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// newWorld has both lots ranked.
func newWorld(t *testing.T) (*World, *award.Service) {
	w := New(t, open, award.Collections...)
	w.Close()
	return w, service(w)
}

func service(w *World) *award.Service {
	return &award.Service{
		Awards:  store.Shelf[award.Award, *award.Award]{Engine: w.Engine, Kind: award.Kind},
		Notices: store.Shelf[award.Notice, *award.Notice]{Engine: w.Engine, Kind: award.NoticeKind},
		Tenders: w.Tenders, Rankings: w.Rankings(), Complaints: NoComplaints{}, Devices: Devices{}, Clock: w.Clock,
	}
}

func propose(w *World, s *award.Service) *award.Award {
	w.Helper()
	a, err := s.Propose(w.Context(), OCID, Lot1, Officer, Text("Best bid by the published criteria."))
	w.Ok(err)
	return a
}

func decide(w *World, s *award.Service, a *award.Award) *award.Award {
	w.Helper()
	a, err := s.Decide(w.Context(), a.ID, Approver, Signature(w, Approver, sign.Approve, a.Decision.Record()))
	w.Ok(err)
	return a
}

// confirm waits for the end of the standstill.
func confirm(w *World) {
	w.Helper()
	w.Clock.Set(w.Lot().StandstillEnds)
	now, _ := w.Clock.Now(w.Context())
	_, err := w.Tenders.Tick(w.Context(), now)
	w.Ok(err)
}

func TestAwardFromProposalToForce(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	a := propose(w, s)
	if got := a.Decision.Winner; got.Supplier.ID != Alpha || got.Price.String() != "1634.57 CNY" || got.Rank != 1 {
		t.Errorf("winner %+v", got)
	}
	if a.Status(w.Lot()) != "" {
		t.Errorf("a proposal has status %q", a.Status(w.Lot()))
	}
	a = decide(w, s, a)
	l := w.Lot()
	want := w.Tender().Policy.StandstillEnds(Ranked)
	if l.Phase != tender.Standstill || l.Award != a.ID || !l.StandstillEnds.Equal(want) || a.Owed != "" || a.Status(l) != "pending" {
		t.Errorf("after the decision: lot %+v, award %+v", l, a)
	}
	w.Clock.Set(want.Add(-time.Millisecond))
	now, _ := w.Clock.Now(t.Context())
	_, err := w.Tenders.Tick(t.Context(), now)
	w.Ok(err)
	if a.Stands(w.Lot()) {
		t.Error("in force one millisecond before the standstill ends")
	}
	confirm(w)
	if l := w.Lot(); !a.Stands(l) || a.Status(l) != "active" {
		t.Errorf("after the standstill: %+v", l)
	}
}

func TestEveryBidderReadsItsOwnNoticeOnly(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	a := decide(w, s, propose(w, s))
	for _, c := range []struct {
		by   party.Actor
		won  bool
		rank int
		code string
	}{
		{AlphasRep, true, 1, ""}, {BetasRep, false, 2, ""}, {GammasRep, false, 0, ""},
		{StrangersRep, false, 0, "award-notice.missing"}, {Officer, false, 0, "award-notice.missing"},
		{party.PublicActor, false, 0, "award-notice.missing"},
	} {
		n, err := s.Notice(t.Context(), a.ID, c.by)
		w.Code(err, c.code)
		if c.code != "" {
			continue
		}
		if n.Won != c.won || n.Rank != c.rank || n.Bidder.ID != c.by.Org || n.Winner.Supplier.ID != Alpha || n.Reasons == nil {
			t.Errorf("%s: %+v", c.by.User, n)
		}
		if !strings.Contains(string(n.Debrief), "written for "+c.by.Org) {
			t.Errorf("%s reads %s", c.by.User, n.Debrief)
		}
		mine, _, err := s.MyNotices(t.Context(), c.by, "", 10)
		if err != nil || len(mine) != 1 || mine[0].ID != n.ID {
			t.Errorf("%s lists %v, %v", c.by.User, mine, err)
		}
		of, err := s.NoticesOf(t.Context(), a.Decision.Tender, a.Decision.Lot, c.by)
		if err != nil || len(of) != 1 || of[0].ID != n.ID {
			t.Errorf("%s lists of the lot %v, %v", c.by.User, of, err)
		}
	}
	if n, _ := s.Notice(t.Context(), a.ID, GammasRep); n.Why["en"] == "" {
		t.Error("the excluded bidder is not told why")
	}
	facts := w.Facts("award.notice")
	if len(facts) != 3 || facts[0].By != Approver.User {
		t.Errorf("%d facts about notices", len(facts))
	}
	for _, f := range facts {
		if strings.Contains(string(f.Data), "written for") {
			t.Errorf("a fact holds a debrief: %s", f.Data)
		}
	}
}

func TestNextInRankFollowsARefusal(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	a := decide(w, s, propose(w, s))
	confirm(w)
	_, err := s.Decline(t.Context(), a.ID, AlphasRep, Text("We have lost our supplier."))
	w.Ok(err)
	a, err = s.PassOver(t.Context(), a.ID, Officer, Text("The winner has declined."))
	w.Ok(err)
	if l := w.Lot(); l.Phase != tender.Ranked || a.Owed != "" || a.Status(l) != "cancelled" {
		t.Errorf("after the refusal: %+v, %+v", l, a)
	}
	b := decide(w, s, propose(w, s))
	if b.N != 2 || b.Decision.Winner.Supplier.ID != Beta || w.Lot().Award != b.ID {
		t.Errorf("second award %+v", b)
	}
	confirm(w)
	_, err = s.PassOver(t.Context(), b.ID, Officer, Text("It did not sign in time."))
	w.Ok(err)
	_, err = s.Propose(t.Context(), OCID, Lot1, Officer, Text("Who is left?"))
	w.Code(err, "award.nobody_left")
	n, err := s.ProposeNone(t.Context(), OCID, Lot1, Officer, "no-signed", Text("Nobody would sign."))
	w.Ok(err)
	n = decide(w, s, n)
	if l := w.Lot(); l.Phase != tender.LotUnsuccessful || l.Reason != "no-signed" || n.Status(l) != "unsuccessful" {
		t.Errorf("without an award: %+v, %q", l, n.Status(l))
	}
}

func TestSetAsideKeepsTheWinnerOutOfTheSameRanking(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	a := decide(w, s, propose(w, s))
	for range 2 { // the second time it has happened already
		_, err := s.SetAside(t.Context(), a.ID, "complaint-1", Reviewer, Text("The winner lacks a licence."))
		w.Ok(err)
	}
	if n := len(w.Facts("award.set-aside")); n != 1 {
		t.Errorf("%d facts", n)
	}
	_, err := w.Tenders.MoveLot(t.Context(), OCID, Lot1, tender.ReviseLot, tender.Ask{By: Reviewer, Reason: "complaint-1"}, nil)
	w.Ok(err)
	b := propose(w, s)
	if b.Decision.Winner.Supplier.ID != Beta {
		t.Errorf("by the same ranking: %+v", b.Decision.Winner)
	}
	_, err = s.Retract(t.Context(), b.ID, Officer, Text("The evaluation is done anew."))
	w.Ok(err)
	w.Ranking.Record = canon.Must(map[string]any{"lot": Lot1, "evaluation": 2})
	if c := propose(w, s); c.Decision.Winner.Supplier.ID != Alpha {
		t.Errorf("by a new ranking: %+v", c.Decision.Winner)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	ok := func(w *World, by party.Actor, a *award.Award) sign.Signature {
		return Signature(w, by, sign.Approve, a.Decision.Record())
	}
	for name, c := range map[string]struct {
		code string
		do   func(*World, *award.Service) error
	}{
		"a proposal while one is open": {"award.open", func(w *World, s *award.Service) error {
			propose(w, s)
			_, err := s.Propose(w.Context(), OCID, Lot1, Officer, Text("Once more"))
			return err
		}},
		"a proposal without reasons": {"text.empty", func(w *World, s *award.Service) error {
			_, err := s.Propose(w.Context(), OCID, Lot1, Officer, nil)
			return err
		}},
		"a proposal for no lot": {"lot.missing", func(w *World, s *award.Service) error {
			_, err := s.Propose(w.Context(), OCID, "lot-9", Officer, Text("Best"))
			return err
		}},
		"a proposal before the ranking": {"award.not_ranked", func(w *World, s *award.Service) error {
			w.Edit(func(x *tender.Tender) { x.Lots[0].Phase = tender.Priced })
			_, err := s.Propose(w.Context(), OCID, Lot1, Officer, Text("Best"))
			return err
		}},
		"a proposal while a complaint suspends": {"lot.suspended", func(w *World, s *award.Service) error {
			_, err := w.Tenders.Suspend(w.Context(), OCID, Lot1, "c1")
			w.Ok(err)
			_, err = s.Propose(w.Context(), OCID, Lot1, Officer, Text("Best"))
			return err
		}},
		"a decision while a complaint suspends": {"lot.suspended", func(w *World, s *award.Service) error {
			a := propose(w, s)
			_, err := w.Tenders.Suspend(w.Context(), OCID, "", "c1")
			w.Ok(err)
			_, err = s.Decide(w.Context(), a.ID, Approver, ok(w, Approver, a))
			return err
		}},
		"no award for no reason of the list": {"award.without", func(w *World, s *award.Service) error {
			_, err := s.ProposeNone(w.Context(), OCID, Lot1, Officer, "because", Text("So"))
			return err
		}},
		"an approval by the proposer in another role": {"award.same_person", func(w *World, s *award.Service) error {
			a, both := propose(w, s), Officer
			both.Role = party.RoleApprover
			_, err := s.Decide(w.Context(), a.ID, both, ok(w, both, a))
			return err
		}},
		"an approval by who has evaluated": {"duty.clash", func(w *World, s *award.Service) error {
			a, both := propose(w, s), Evaluator
			both.Role = party.RoleApprover
			_, err := s.Decide(w.Context(), a.ID, both, ok(w, both, a))
			return err
		}},
		"an approval signed by somebody else": {"sign.key", func(w *World, s *award.Service) error {
			a := propose(w, s)
			_, err := s.Decide(w.Context(), a.ID, Approver, ok(w, Officer, a))
			return err
		}},
		"an approval of another decision": {"sign.signature", func(w *World, s *award.Service) error {
			a := propose(w, s)
			other := *a
			other.Decision.Reasons = Text("Something else")
			_, err := s.Decide(w.Context(), a.ID, Approver, ok(w, Approver, &other))
			return err
		}},
		"an approval signed for another purpose": {"sign.signature", func(w *World, s *award.Service) error {
			a := propose(w, s)
			_, err := s.Decide(w.Context(), a.ID, Approver, Signature(w, Approver, sign.Statement, a.Decision.Record()))
			return err
		}},
		"an approval after the ranking was replaced": {"award.ranking_changed", func(w *World, s *award.Service) error {
			a := propose(w, s)
			w.Ranking.Record = canon.Must(map[string]any{"evaluation": 2})
			_, err := s.Decide(w.Context(), a.ID, Approver, ok(w, Approver, a))
			return err
		}},
		"a ranking that is not canonical": {"ranking.form", func(w *World, s *award.Service) error {
			w.Ranking.Record = []byte(`{ "a": 1 }`)
			_, err := s.Propose(w.Context(), OCID, Lot1, Officer, Text("Best"))
			return err
		}},
		"a return without a reason": {"award.no_reason", func(w *World, s *award.Service) error {
			_, err := s.Return(w.Context(), propose(w, s).ID, Approver, nil)
			return err
		}},
		"a decline by a loser": {"actor.foreign", func(w *World, s *award.Service) error {
			a := decide(w, s, propose(w, s))
			confirm(w)
			_, err := s.Decline(w.Context(), a.ID, BetasRep, Text("Not for us"))
			return err
		}},
		"a decline in the standstill": {"award.not_standing", func(w *World, s *award.Service) error {
			a := decide(w, s, propose(w, s))
			_, err := s.Decline(w.Context(), a.ID, AlphasRep, Text("Not for us"))
			return err
		}},
		"a proposal read by a bidder": {"award.missing", func(w *World, s *award.Service) error {
			_, err := s.Get(w.Context(), propose(w, s).ID, AlphasRep)
			return err
		}},
		"a proposal read by an auditor without a fact": {"award.missing", func(w *World, s *award.Service) error {
			_, err := s.Get(w.Context(), propose(w, s).ID, Auditor)
			return err
		}},
		"an award that is not there": {"award.missing", func(w *World, s *award.Service) error {
			_, err := s.Get(w.Context(), "nothing", Officer)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := newWorld(t)
			w.Code(c.do(w, s), c.code)
		})
	}
}

// Who may do what in which state stands here once more, by hand. Everything
// else must be refused and change nothing.
func TestEveryOtherStepIsRefused(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"proposed retract u-officer", "proposed return u-approver", "proposed return u-outside-approver",
		"proposed decide u-approver", "proposed decide u-outside-approver",
		"decided decline u-alpha", "decided pass-over u-officer", "declined pass-over u-officer",
		"decided set-aside u-reviewer", "declined set-aside u-reviewer",
		// where it has come to nothing already, nothing happens and nothing is said
		"returned set-aside *", "passed-over set-aside *", "set-aside set-aside *",
	}
	w, s := newWorld(t)
	steps := map[award.Action]func(*award.Award, party.Actor) error{
		award.Retract: func(a *award.Award, by party.Actor) error {
			_, err := s.Retract(t.Context(), a.ID, by, Text("R"))
			return err
		},
		award.Return: func(a *award.Award, by party.Actor) error {
			_, err := s.Return(t.Context(), a.ID, by, Text("R"))
			return err
		},
		award.Decline: func(a *award.Award, by party.Actor) error {
			_, err := s.Decline(t.Context(), a.ID, by, Text("R"))
			return err
		},
		award.PassOver: func(a *award.Award, by party.Actor) error {
			_, err := s.PassOver(t.Context(), a.ID, by, Text("R"))
			return err
		},
		award.Annul: func(a *award.Award, by party.Actor) error {
			_, err := s.SetAside(t.Context(), a.ID, "c1", by, Text("R"))
			return err
		},
		award.Decide: func(a *award.Award, by party.Actor) error {
			var sig sign.Signature
			if by.User != "" {
				sig = Signature(t, by, sign.Approve, a.Decision.Record())
			}
			_, err := s.Decide(t.Context(), a.ID, by, sig)
			return err
		},
	}
	n := 100
	for _, state := range []award.State{award.Proposed, award.Returned, award.Decided, award.Declined, award.PassedOver, award.SetAside} {
		for act, step := range steps {
			n++
			a := stored(w, s, n, state)
			for _, by := range Everybody() {
				name := fmt.Sprintf("%s %s %s", state, act, by.User)
				err := step(a, by)
				after, getErr := s.Awards.Get(t.Context(), a.ID)
				w.Ok(getErr)
				may := slices.Contains(allowed, name) || slices.Contains(allowed, fmt.Sprintf("%s %s *", state, act))
				if may != (err == nil) {
					t.Errorf("%s: %v", name, err)
				}
				if !slices.Contains(allowed, name) && (after.Version != 1 || after.State != state) {
					t.Errorf("%s changed it: %+v", name, after)
				}
				if err == nil {
					n++
					a = stored(w, s, n, state)
				}
			}
		}
	}
}

// stored puts an award in the state on the shelf, and its lot where it belongs.
func stored(w *World, s *award.Service, n int, state award.State) *award.Award {
	w.Helper()
	a := &award.Award{Root: store.Root{ID: award.ID(OCID, Lot1, n)}, N: n, State: state}
	a.Decision = award.Decision{Kind: award.Kind, ID: a.ID, Tender: OCID, Lot: Lot1, Ranking: w.Ranking.Hash(), Reasons: Text("R"),
		Winner: &award.Winner{Bid: Bid(Alpha), Supplier: Name(Alpha), Price: w.Ranking.Places[0].Price, Rank: 1}}
	a.Proposed = award.Word{Person: award.PersonOf(Officer), At: Ranked}
	phase := tender.Ranked
	if state != award.Proposed && state != award.Returned {
		a.Approved = &award.Approval{Word: award.Word{Person: award.PersonOf(Approver), At: Ranked}}
		phase = tender.Awarded
	}
	if state != award.Proposed && state != award.Decided {
		a.Ended = &award.End{}
	}
	w.Ok(s.Awards.Put(w.Context(), a))
	w.Edit(func(x *tender.Tender) { x.Lots[0].Phase, x.Lots[0].Award = phase, a.ID })
	if phase == tender.Ranked {
		w.Edit(func(x *tender.Tender) { x.Lots[0].Award = "" })
	}
	return a
}

// The engine breaks at each write of a decision, before and after it took
// effect. However often, the next run brings about the same.
func TestDecisionHealsAfterACrash(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		broke := false
		for _, after := range []bool{false, true} {
			w, s := newWorld(t)
			a := propose(w, s)
			sig := Signature(t, Approver, sign.Approve, a.Decision.Record())
			w.Engine.Break(n, after)
			_, _ = s.Decide(t.Context(), a.ID, Approver, sig)
			broke = broke || w.Engine.Broke()
			w.Engine.Break(0, false)
			w.Clock.Add(time.Hour)
			if now, err := s.Awards.Get(t.Context(), a.ID); err != nil || now.State == award.Proposed {
				_, err = s.Decide(t.Context(), a.ID, Approver, sig)
				w.Ok(err)
			}
			_, err := s.Heal(t.Context())
			w.Ok(err)
			checkDecided(w, s, a.ID, fmt.Sprintf("write %d, after %v", n, after))
		}
		if !broke {
			if n < 6 {
				t.Fatalf("only %d writes", n-1)
			}
			return
		}
	}
}

func checkDecided(w *World, s *award.Service, id, name string) {
	w.Helper()
	a, err := s.Awards.Get(w.Context(), id)
	w.Ok(err)
	l := w.Lot()
	if a.Owed != "" || l.Phase != tender.Standstill || l.Award != id || !l.StandstillEnds.Equal(a.StandstillEnds) ||
		!l.StandstillEnds.Equal(w.Tender().Policy.StandstillEnds(a.Notified)) {
		w.Errorf("%s: lot %+v, award %+v", name, l, a)
	}
	notices, _, err := s.Notices.Find(w.Context(), store.Query{Index: "award", Eq: []any{id}, Limit: 10})
	if err != nil || len(notices) != 3 {
		w.Errorf("%s: %d notices, %v", name, len(notices), err)
	}
	for _, x := range notices {
		if x.At.After(a.Notified) {
			w.Errorf("%s: told at %s, after the standstill began", name, event.Time(x.At))
		}
	}
	for fact, want := range map[string]int{"award.decide": 1, "award.notice": 3, "award.notify": 1, "lot.award": 1} {
		if got := len(w.Facts(fact)); got != want {
			w.Errorf("%s: %d facts %s, want %d", name, got, fact, want)
		}
	}
}

func TestPassingOverHealsAfterACrash(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 3; n++ {
		for _, after := range []bool{false, true} {
			w, s := newWorld(t)
			a := decide(w, s, propose(w, s))
			confirm(w)
			w.Engine.Break(n, after)
			_, _ = s.PassOver(t.Context(), a.ID, Officer, Text("It failed."))
			w.Engine.Break(0, false)
			if now, err := s.Awards.Get(t.Context(), a.ID); err != nil || now.State == award.Decided {
				_, err = s.PassOver(t.Context(), a.ID, Officer, Text("It failed."))
				w.Ok(err)
			}
			_, err := s.Heal(t.Context())
			w.Ok(err)
			if l := w.Lot(); l.Phase != tender.Ranked || len(w.Facts("lot.next")) != 1 || propose(w, s).Decision.Winner.Supplier.ID != Beta {
				t.Errorf("write %d, after %v: %+v", n, after, l)
			}
		}
	}
}

// Many servers apply one decision; every effect happens once.
func TestManyServersApplyOnce(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	a := propose(w, s)
	w.Engine.Break(2, false) // the decision is stored, and nothing else
	_, err := s.Decide(t.Context(), a.ID, Approver, Signature(t, Approver, sign.Approve, a.Decision.Record()))
	w.Ok(err) // the approver's word stands
	w.Engine.Break(0, false)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { _, _ = s.Apply(t.Context(), a.ID) })
	}
	wg.Wait()
	_, err = s.Heal(t.Context())
	w.Ok(err)
	checkDecided(w, s, a.ID, "six servers")
}

func TestSuspensionDelaysTheEffectOnly(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	a := propose(w, s)
	w.Engine.Break(2, false)
	_, err := s.Decide(t.Context(), a.ID, Approver, Signature(t, Approver, sign.Approve, a.Decision.Record()))
	w.Ok(err)
	w.Engine.Break(0, false)
	_, err = w.Tenders.Suspend(t.Context(), OCID, Lot1, "c1")
	w.Ok(err)
	_, err = s.Heal(t.Context())
	w.Code(err, "lot.suspended")
	_, err = w.Tenders.Resume(t.Context(), OCID, "c1")
	w.Ok(err)
	_, err = s.Heal(t.Context())
	w.Ok(err)
	checkDecided(w, s, a.ID, "resumed")
}

// The form of what approvers sign is frozen.
func TestDecisionIsFrozen(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	const want = `{"award":"ocds-test-1~lot-1~1","kind":"award","lot":"lot-1","ranking":"%s","reasons":{"en":"Best bid by the published criteria."},"tender":"ocds-test-1",` +
		`"winner":{"bid":"ocds-test-1~lot-1~org-alpha","price":{"amount":"1634.57","currency":"CNY"},"rank":1,"score":"93.5",` +
		`"supplier":{"id":"org-alpha","identifier":{"id":"org-alpha","legalName":"Name of org-alpha","scheme":"XX-TEST"},"name":{"en":"Name of org-alpha"}}}}`
	if got := string(propose(w, s).Decision.Record()); got != fmt.Sprintf(want, w.Ranking.Hash()) {
		t.Errorf("got %s", got)
	}
}

// The awards of all lots are read together, and nobody sees more of them so than
// one by one.
func TestCurrentAwards(t *testing.T) {
	var engine *storetest.Faulty
	w := New(t, func(t testing.TB, kinds []store.Collection) store.Engine {
		engine = storetest.NewFaulty(open(t, kinds))
		return engine
	}, award.Collections...)
	w.Close()
	s := service(w)
	current := func(by party.Actor, questions int) map[string]*award.Award {
		t.Helper()
		x := w.Tender()
		before := engine.Calls("Get") + engine.Calls("Find")
		m, err := s.Current(t.Context(), x, by)
		w.Ok(err)
		if n := engine.Calls("Get") + engine.Calls("Find") - before; n != questions {
			t.Errorf("the engine is asked %d times, not %d", n, questions)
		}
		return m
	}
	if m := current(Officer, 0); len(m) != 0 {
		t.Errorf("before any award there are %d", len(m))
	}
	a := decide(w, s, propose(w, s))
	b, err := s.Propose(t.Context(), OCID, Lot2, Officer, Text("Best bid by the published criteria."))
	w.Ok(err)
	b = decide(w, s, b)
	for _, by := range Everybody() {
		m := current(by, 1)
		for lot, x := range map[string]*award.Award{Lot1: a, Lot2: b} {
			_, err := s.Get(t.Context(), x.ID, by)
			if got := m[lot]; (got != nil) != (err == nil) || got != nil && got.ID != x.ID {
				t.Errorf("%q: of %s there is %v, and alone %v", by.User, lot, got, err)
			}
		}
	}
}
