package tender_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/party"
)

// sealed is a procedure whose window has ended.
func sealed(w *world, p tender.Plan) *world {
	w.Helper()
	published(w, p)
	w.tick("at the deadline", p.Notice.Timetable.Deadline, 1)
	w.tick("as the window ends", p.Notice.Timetable.WindowEnds(), 1)
	return w
}

// count takes over how many bids are stored.
func (w *world) count(stored map[string]int) *tender.Tender {
	w.Helper()
	x, err := w.Count(w.Context(), w.ID, stored)
	w.ok(err)
	return x
}

// move takes a lot one step further.
func (w *world) move(lot string, a tender.Action, by party.Actor, reason string) error {
	_, err := w.MoveLot(w.Context(), w.ID, lot, a, tender.Ask{By: by, Reason: reason}, nil)
	return err
}

func TestCounting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, set   string
		salt, brine int
		lots        [2]tender.LotPhase
		phase       tender.Phase
	}{
		{"one bid each", "generic", 1, 1, [2]tender.LotPhase{tender.Waiting, tender.Waiting}, tender.Sealed},
		{"no bid for brine", "generic", 4, 0, [2]tender.LotPhase{tender.Waiting, tender.LotUnsuccessful}, tender.Sealed},
		{"no bids", "generic", 0, 0, [2]tender.LotPhase{tender.LotUnsuccessful, tender.LotUnsuccessful}, tender.Failed},
		{"three bids in China", "cn-gpl", 3, 2, [2]tender.LotPhase{tender.Waiting, tender.LotUnsuccessful}, tender.Sealed},
		{"two bids in China", "cn-gpl", 2, 2, [2]tender.LotPhase{tender.LotUnsuccessful, tender.LotUnsuccessful}, tender.Failed},
	} {
		w := sealed(newWorld(t), planFor(c.set))
		stored := map[string]int{"salt": c.salt, "brine": c.brine, "sand": 100}
		x := w.count(stored)
		if x.Phase != c.phase || x.Lots[0].Phase != c.lots[0] || x.Lots[1].Phase != c.lots[1] {
			t.Errorf("%s: it is %s with %+v", c.name, x.Phase, x.Lots)
		}
		if x.Lots[0].Stored != c.salt || x.Lots[1].Stored != c.brine {
			t.Errorf("%s: stored are %+v", c.name, x.Lots)
		}
		for _, l := range x.Lots {
			if (l.Reason != "") != (l.Phase == tender.LotUnsuccessful) {
				t.Errorf("%s: lot %s is %s because %q", c.name, l.ID, l.Phase, l.Reason)
			}
		}
		if (c.phase == tender.Failed) == x.Ended.IsZero() || len(w.facts("tender.finish")) == 1 != (c.phase == tender.Failed) {
			t.Errorf("%s: ended %s", c.name, x.Ended)
		}
		if again := w.count(map[string]int{"salt": 9}); again.Version != x.Version {
			t.Errorf("%s: a second count changes something", c.name)
		}
		for _, f := range append(w.facts("lot.seal"), w.facts("lot.fail")...) {
			if strings.Contains(string(f.Data), `:4`) {
				t.Errorf("%s: a fact tells how many bids there are: %s", c.name, f.Data)
			}
		}
	}
}

// steps of a lot from its seal to its contract, and who takes them.
var steps = []struct {
	do   tender.Action
	by   party.Actor
	to   tender.LotPhase
	some string // reason
}{
	{tender.OpenLot, openers[0], tender.Opened, ""},
	{tender.QualifyLot, judge, tender.Qualified, ""},
	{tender.PriceLot, officer, tender.Priced, ""},
	{tender.RankLot, judge, tender.Ranked, ""},
	{tender.AwardLot, approver, tender.Standstill, ""},
	{tender.ConfirmLot, party.ClockActor, tender.Awarded, ""},
	{tender.SignLot, approver, tender.Contracted, ""},
}

// take takes a lot up to a phase.
func (w *world) take(lot string, to tender.LotPhase) {
	w.Helper()
	for _, s := range steps {
		if w.tender().Lot(lot).Phase == to {
			return
		}
		w.ok(w.move(lot, s.do, s.by, s.some))
	}
}

// TestALotsLife: every step is taken once however often it is asked for, leaves
// one fact, and the last lot ends the tender.
func TestALotsLife(t *testing.T) {
	w := sealed(newWorld(t), plan())
	w.count(map[string]int{"salt": 2, "brine": 0})
	for _, s := range steps {
		w.ok(w.move("salt", s.do, s.by, s.some))
		before := w.tender()
		if before.Lot("salt").Phase != s.to {
			t.Fatalf("after %s it is %s", s.do, before.Lot("salt").Phase)
		}
		w.ok(w.move("salt", s.do, s.by, s.some))
		if w.tender().Version != before.Version || len(w.facts("lot."+string(s.do))) != 1 {
			t.Errorf("%s a second time changes something", s.do)
		}
	}
	x := w.stand("after the contract", tender.Complete)
	if f := w.facts("tender.finish"); len(f) != 1 || f[0].By != "clock" || x.Ended.IsZero() {
		t.Errorf("ended %s by %v", x.Ended, f)
	}
	_, err := w.Cancel(t.Context(), w.ID, officer, "because")
	w.code("cancelling what is complete", err, "tender.phase")
}

func TestMovesThatAreRefused(t *testing.T) {
	w := sealed(newWorld(t), plan())
	w.count(map[string]int{"salt": 2, "brine": 2})
	refuse := errors.New("not as expected")
	for _, c := range []struct {
		name, code string
		do         tender.Action
		by         party.Actor
		lot        string
		reason     string
	}{
		{"a lot that there is not", "lot.missing", tender.OpenLot, officer, "sand", ""},
		{"a step too far", "lot.phase", tender.RankLot, judge, "salt", ""},
		{"by a supplier", "actor.role", tender.OpenLot, bidder, "salt", ""},
		{"by another buyer", "actor.foreign", tender.OpenLot, foreign, "salt", ""},
		{"by the wrong role", "actor.role", tender.OpenLot, judge, "salt", ""},
		{"failing without a reason", "tender.no_reason", tender.FailLot, officer, "salt", ""},
		{"cancelling without a reason", "tender.no_reason", tender.CancelLot, officer, "salt", " "},
		{"cancelling by an evaluator", "actor.role", tender.CancelLot, judge, "salt", "because"},
	} {
		err := w.move(c.lot, c.do, c.by, c.reason)
		w.code(c.name, err, c.code)
	}
	version := w.tender().Version
	_, err := w.MoveLot(t.Context(), w.ID, "salt", tender.OpenLot, tender.Ask{By: officer}, func(*tender.Lot) error { return refuse })
	if !errors.Is(err, refuse) || w.tender().Version != version {
		t.Errorf("a step whose result is refused: %v", err)
	}
	_, err = w.MoveLot(t.Context(), w.ID, "salt", tender.OpenLot, tender.Ask{By: officer}, func(l *tender.Lot) error { l.Award = "a1"; return nil })
	w.ok(err)
	if l := w.tender().Lot("salt"); l.Award != "a1" || l.Phase != tender.Opened {
		t.Errorf("the lot is %+v", l)
	}
	w.code("ranking before the prices are open", w.move("salt", tender.RankLot, judge, ""), "lot.prices_sealed")
	w.take("salt", tender.Standstill)
	w.force(func(x *tender.Tender) { x.Lot("salt").StandstillEnds = *w.now.Load() })
	w.set(w.now.Load().Add(-1))
	w.code("confirming a nanosecond early", w.move("salt", tender.ConfirmLot, party.ClockActor, ""), "lot.standstill")
	w.code("confirming by hand", w.move("salt", tender.ConfirmLot, officer, ""), "actor.role")
}

// TestStandstillEnds by the clock, for each lot by itself.
func TestStandstillEnds(t *testing.T) {
	w := sealed(newWorld(t), plan())
	w.count(map[string]int{"salt": 2, "brine": 2})
	ends := deadline.AddDate(0, 1, 0)
	for i, lot := range []string{"salt", "brine"} {
		w.take(lot, tender.Ranked)
		_, err := w.MoveLot(t.Context(), w.ID, lot, tender.AwardLot, tender.Ask{By: approver}, func(l *tender.Lot) error {
			l.Award, l.StandstillEnds = "award-"+lot, ends.Add(time.Duration(i)*time.Hour)
			return nil
		})
		w.ok(err)
	}
	w.tick("a nanosecond early", ends.Add(-1), 0)
	w.tick("at the end of the first", ends, 1)
	w.tick("at the end of the first, again", ends, 0)
	w.tick("at the end of the second", ends.Add(time.Hour), 1)
	if f := w.facts("lot.confirm"); len(f) != 2 || f[1].By != party.ClockActor.User || !strings.Contains(string(f[0].Data), "award-salt") {
		t.Errorf("the facts are %v", f)
	}
	for _, l := range w.tender().Lots {
		if l.Phase != tender.Awarded {
			t.Errorf("lot %s is %s", l.ID, l.Phase)
		}
	}
}
