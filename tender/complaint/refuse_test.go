package complaint_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/award"
	. "probity/tender/award/awardtest"
	"probity/tender/complaint"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	file := func(w *world, by party.Actor, f complaint.Filing) error {
		_, err := w.File(w.Context(), OCID, by, f)
		return err
	}
	for name, c := range map[string]struct {
		code string
		do   func(*world, *award.Award) error
	}{
		"filed at the end of the time": {"complaint.late", func(w *world, a *award.Award) error {
			until, err := w.Tender().Policy.ComplaintUntil("complaint", a.Notified)
			w.Ok(err)
			w.Clock.Set(until.At)
			return file(w, BetasRep, against(a))
		}},
		"filed one millisecond before": {"", func(w *world, a *award.Award) error {
			until, err := w.Tender().Policy.ComplaintUntil("complaint", a.Notified)
			w.Ok(err)
			w.Clock.Set(until.At.Add(-time.Millisecond))
			return file(w, BetasRep, against(a))
		}},
		"a remedy that the policy does not know": {"rules.remedy", func(w *world, a *award.Award) error {
			f := against(a)
			f.Remedy = "appeal"
			return file(w, BetasRep, f)
		}},
		"a matter that the remedy does not cover": {"complaint.matter", func(w *world, a *award.Award) error {
			return file(w, BetasRep, complaint.Filing{Remedy: "complaint", About: "weather", Known: Published, Grounds: Text("It rains.")})
		}},
		"no grounds": {"text.empty", func(w *world, a *award.Award) error {
			f := against(a)
			f.Grounds = nil
			return file(w, BetasRep, f)
		}},
		"known before publication": {"complaint.known", func(w *world, a *award.Award) error {
			return file(w, BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published.Add(-1), Grounds: Text("G")})
		}},
		"known in the future": {"complaint.known", func(w *world, a *award.Award) error {
			return file(w, BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Ranked.Add(time.Hour), Grounds: Text("G")})
		}},
		"no such lot": {"lot.missing", func(w *world, a *award.Award) error {
			f := against(a)
			f.Lot = "lot-9"
			return file(w, BetasRep, f)
		}},
		"the award of another lot": {"complaint.award", func(w *world, a *award.Award) error {
			f := against(a)
			f.Lot = Lot2
			return file(w, BetasRep, f)
		}},
		"no such award": {"award.missing", func(w *world, a *award.Award) error {
			f := against(a)
			f.Award = "nothing"
			return file(w, BetasRep, f)
		}},
		"an award that has fallen": {"complaint.award", func(w *world, a *award.Award) error {
			_, err := w.awards.SetAside(w.Context(), a.ID, "c9", Reviewer, Text("R"))
			w.Ok(err)
			return file(w, BetasRep, against(a))
		}},
		"a contract that is signed": {"complaint.contracted", func(w *world, a *award.Award) error {
			w.Edit(func(x *tender.Tender) { x.Lots[0].Phase = tender.Contracted })
			return file(w, BetasRep, against(a))
		}},
		"an unconfirmed firm": {"org.unconfirmed", func(w *world, a *award.Award) error {
			w.Register.Unconfirmed = []string{Beta}
			return file(w, BetasRep, against(a))
		}},
		"who has not bid, where the policy wants a bidder": {"complaint.standing", func(w *world, a *award.Award) error {
			w.Edit(func(x *tender.Tender) { x.Policy.Complaints[0].Who = rules.WhoBidder })
			return file(w, StrangersRep, against(a))
		}},
		"a code that is not in the list": {"complaint.code", func(w *world, a *award.Award) error {
			c := w.file(BetasRep, against(a))
			_, err := w.Refuse(w.Context(), c.ID, Reviewer, "rejected", Text("No"))
			return err
		}},
		"a decision without reasons": {"complaint.no_reason", func(w *world, a *award.Award) error {
			c := w.file(BetasRep, against(a))
			w.accept(c.ID, false)
			_, err := w.Uphold(w.Context(), c.ID, Reviewer, complaint.OrderSetAside, nil)
			return err
		}},
		"an order that does not exist": {"complaint.order", func(w *world, a *award.Award) error {
			c := w.file(BetasRep, against(a))
			w.accept(c.ID, false)
			_, err := w.Uphold(w.Context(), c.ID, Reviewer, "fine", Text("R"))
			return err
		}},
		"to set aside where there is no award": {"complaint.no_award", func(w *world, a *award.Award) error {
			c := w.file(BetasRep, complaint.Filing{Remedy: "complaint", Lot: Lot2, About: rules.AboutProcedure, Known: Ranked, Grounds: Text("G")})
			w.accept(c.ID, false)
			_, err := w.Uphold(w.Context(), c.ID, Reviewer, complaint.OrderSetAside, Text("R"))
			return err
		}},
		"to cancel a lot that is not named": {"complaint.no_lot", func(w *world, a *award.Award) error {
			c := w.file(BetasRep, complaint.Filing{Remedy: "complaint", About: rules.AboutProcedure, Known: Ranked, Grounds: Text("G")})
			w.accept(c.ID, false)
			_, err := w.Uphold(w.Context(), c.ID, Reviewer, complaint.OrderCancelLot, Text("R"))
			return err
		}},
		"a reviewer who had a part in the procedure": {"duty.clash", func(w *world, a *award.Award) error {
			w.Edit(func(x *tender.Tender) {
				x.Duties = append(x.Duties, tender.Duty{User: Reviewer.User, Duty: party.DutyDraft})
			})
			c := w.file(BetasRep, against(a))
			_, err := w.Accept(w.Context(), c.ID, Reviewer, false)
			return err
		}},
		"a withdrawal by a rival": {"complaint.missing", func(w *world, a *award.Award) error {
			_, err := w.Withdraw(w.Context(), w.file(BetasRep, against(a)).ID, AlphasRep)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Code(c.do(w, w.award()), c.code)
		})
	}
}

// Who may do what in which state stands here once more, by hand. Everything
// else must be refused and change nothing.
func TestEveryOtherStepIsRefused(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"pending accept u-reviewer", "pending refuse u-reviewer", "pending withdraw u-beta",
		"accepted state u-officer", "accepted dismiss u-reviewer", "accepted decide u-reviewer", "accepted withdraw u-beta",
	}
	w := newWorld(t)
	ctx := t.Context()
	step := func(_ complaint.View, err error) error { return err }
	steps := map[complaint.Action]func(string, party.Actor) error{
		complaint.Reply:   func(id string, by party.Actor) error { return step(w.Reply(ctx, id, by, "other", Text("R"))) },
		complaint.Explain: func(id string, by party.Actor) error { return step(w.Explain(ctx, id, by, Text("R"))) },
		complaint.Accept:  func(id string, by party.Actor) error { return step(w.Accept(ctx, id, by, false)) },
		complaint.Refuse:  func(id string, by party.Actor) error { return step(w.Refuse(ctx, id, by, "other", Text("R"))) },
		complaint.Dismiss: func(id string, by party.Actor) error { return step(w.Dismiss(ctx, id, by, "other", Text("R"))) },
		complaint.Uphold: func(id string, by party.Actor) error {
			return step(w.Uphold(ctx, id, by, complaint.OrderCorrect, Text("R")))
		},
		complaint.Withdraw: func(id string, by party.Actor) error { return step(w.Withdraw(ctx, id, by)) },
	}
	remedy, err := w.Tender().Policy.Remedy("complaint")
	w.Ok(err)
	states := []complaint.State{complaint.Pending, complaint.Accepted, complaint.Replied, complaint.Satisfied, complaint.Declined, complaint.Withdrawn, complaint.Resolved}
	for _, state := range states {
		for act, do := range steps {
			for _, by := range Everybody() {
				c := &complaint.Complaint{Root: store.Root{ID: w.World.NewID(w.Context())}, Tender: OCID, Lot: Lot1, State: state, Remedy: remedy,
					About: rules.AboutProcedure, By: Name(Beta), Grounds: Text("G")}
				if state != complaint.Pending {
					c.Accepted = &complaint.Words{}
				}
				w.Ok(w.Complaints.Put(ctx, c))
				name := fmt.Sprintf("%s %s %s", state, act, by.User)
				err := do(c.ID, by)
				after, getErr := w.Complaints.Get(ctx, c.ID)
				w.Ok(getErr)
				if slices.Contains(allowed, name) != (err == nil) {
					t.Errorf("%s: %v", name, err)
				}
				if err != nil && (after.Version != 1 || after.State != state) {
					t.Errorf("%s was refused and changed it: %+v", name, after)
				}
			}
		}
	}
	for _, by := range Everybody() {
		_, err := w.File(ctx, OCID, by, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments, Known: Published, Grounds: Text("G")})
		if (by.Role == party.RoleRepresentative) != (err == nil) {
			t.Errorf("%s files: %v", by.User, err)
		}
	}
}

// The engine breaks at each write of a whole complaint, before and after it took
// effect. However often, the clock's next run brings about the same.
func TestOrdersHealAfterACrash(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		broke := false
		for _, after := range []bool{false, true} {
			w := newWorld(t)
			a := w.award()
			c := w.file(BetasRep, against(a))
			w.accept(c.ID, false)
			uphold := func() {
				_, _ = w.Uphold(context.WithoutCancel(t.Context()), c.ID, Reviewer, complaint.OrderSetAside, Text("R"))
			}
			w.Engine.Break(n, after)
			uphold()
			broke = broke || w.Engine.Broke()
			w.Engine.Break(0, false)
			uphold() // refused where the first has been stored
			w.tick()
			v, err := w.Get(t.Context(), c.ID, Reviewer)
			w.Ok(err)
			if v.State != complaint.Resolved || w.suspended() || w.Lot().Phase != tender.Ranked {
				t.Errorf("write %d, after %v: %+v, %+v", n, after, v, w.Lot())
			}
			for fact, want := range map[string]int{"complaint.decide": 1, "award.set-aside": 1, "lot.revise": 1, "tender.resume": 1, "complaint.resolve": 1} {
				if got := len(w.Facts(fact)); got != want {
					t.Errorf("write %d, after %v: %d facts %s", n, after, got, fact)
				}
			}
		}
		if !broke {
			if n < 5 {
				t.Fatalf("only %d writes", n-1)
			}
			return
		}
	}
}

func TestSuspensionHealsAfterACrash(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 4; n++ {
		for _, after := range []bool{false, true} {
			w := newWorld(t)
			a := w.award()
			w.Engine.Break(n, after)
			_, err := w.File(t.Context(), OCID, BetasRep, against(a))
			w.Engine.Break(0, false)
			list, _, listErr := w.List(t.Context(), OCID, Reviewer, "", 10)
			w.Ok(listErr)
			if len(list) == 0 {
				if err == nil {
					t.Errorf("write %d, after %v: filed and lost", n, after)
				}
				continue
			}
			w.Clock.Set(w.Lot().StandstillEnds.Add(-time.Second))
			w.tick()
			w.Clock.Add(time.Minute)
			w.tick()
			if !w.suspended() || w.Lot().Phase != tender.Standstill || len(w.Facts("tender.suspend")) != 1 {
				t.Errorf("write %d, after %v: %+v", n, after, w.Lot())
			}
		}
	}
}
