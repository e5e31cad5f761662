package enquiry_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender"
	. "probity/tender/award/awardtest"
	"probity/tender/enquiry"
	"probity/tender/party"
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

func newWorld(t *testing.T) (*World, *enquiry.Service) {
	w := New(t, open, enquiry.Collection)
	return w, &enquiry.Service{
		Enquiries: store.Shelf[enquiry.Enquiry, *enquiry.Enquiry]{Engine: w.Engine, Kind: enquiry.Kind},
		Tenders:   w.Tenders, Suppliers: w.Register, Clock: w.Clock, NewID: w.NewID,
	}
}

func TestQuestionIsAnsweredInPublic(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	asked, err := s.Ask(t.Context(), OCID, AlphasRep, Lot1, Text("How coarse is the salt?"))
	w.Ok(err)
	if asked.State != enquiry.Asked || !asked.Mine || asked.Due.IsZero() {
		t.Errorf("asked: %+v", asked)
	}
	_, err = s.Answer(t.Context(), asked.ID, Officer, Text("Up to 5 mm."))
	w.Ok(err)
	for _, by := range []party.Actor{BetasRep, party.PublicActor} {
		v, err := s.Get(t.Context(), asked.ID, by)
		w.Ok(err)
		if v.State != enquiry.Answered || v.Question["en"] != "How coarse is the salt?" || v.Answer["en"] != "Up to 5 mm." || v.Mine {
			t.Errorf("%s sees %+v", by.User, v)
		}
	}
	f := w.Facts("enquiry.answer")
	if len(f) != 1 || f[0].Topic != OCID || f[0].By != Officer.User || !strings.Contains(string(f[0].Data), "5 mm") || Data(f[0], "lot") != Lot1 {
		t.Errorf("facts for those who tell the bidders: %v", f)
	}
	_, err = s.Correct(t.Context(), asked.ID, Officer, Text("Up to 3 mm."), Text("The first answer had the wrong figure."))
	w.Ok(err)
	if f := w.Facts("enquiry.correct"); len(f) != 1 || !strings.Contains(string(f[0].Data), "3 mm") {
		t.Errorf("correction: %v", f)
	}
}

// Whoever looks, and whatever happens to a question, nothing that leaves the
// package names the asker; nor does any fact that is not secret.
func TestNobodyLearnsWhoAsked(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	ask := func() string {
		v, err := s.Ask(t.Context(), OCID, AlphasRep, "", Text("A question"))
		w.Ok(err)
		return v.ID
	}
	answered, declined, withdrawn := ask(), ask(), ask()
	ask() // one that waits
	_, err := s.Answer(t.Context(), answered, Officer, Text("An answer"))
	w.Ok(err)
	_, err = s.Decline(t.Context(), declined, Officer, Text("It tells who asks."))
	w.Ok(err)
	_, err = s.Withdraw(t.Context(), withdrawn, AlphasRep)
	w.Ok(err)
	for _, by := range Everybody() {
		list, _, err := s.List(t.Context(), OCID, by, "", "", 100)
		w.Ok(err)
		b, _ := json.Marshal(list)
		if strings.Contains(string(b), Alpha) || strings.Contains(string(b), AlphasRep.User) {
			t.Errorf("%s sees the asker: %s", by.User, b)
		}
		insider := by.Org == Alpha || by.User == Officer.User
		for _, v := range list {
			secret := v.ID != answered && !insider
			if secret && v.Question != nil {
				t.Errorf("%s reads question %s", by.User, v.State)
			}
		}
	}
	all, err := w.Engine.Pending(t.Context(), 100)
	w.Ok(err)
	for _, f := range all {
		if !slices.Contains(enquiry.Secret, f.Name) && strings.Contains(string(f.Record()), "alpha") {
			t.Errorf("%s names the asker: %s", f.Name, f.Record())
		}
	}
}

func TestReadingTheAskerIsAFact(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	v, err := s.Ask(t.Context(), OCID, AlphasRep, "", Text("A question"))
	w.Ok(err)
	for _, c := range []struct {
		by   party.Actor
		code string
	}{
		{Auditor, ""}, {Reviewer, ""},
		{BuyersAuditor, "enquiry.not_closed"},
		{Officer, "actor.role"}, {BetasRep, "actor.role"}, {party.PublicActor, "actor.unknown"},
	} {
		before := len(w.Facts("enquiry.read-asker"))
		a, err := s.ReadAsker(t.Context(), v.ID, c.by)
		w.Code(err, c.code)
		facts := w.Facts("enquiry.read-asker")
		if c.code == "" && (a.Org.ID != Alpha || len(facts) != before+1 || facts[before].By != c.by.User) {
			t.Errorf("%s: %+v, %v", c.by.User, a, facts)
		}
		if c.code != "" && (a.User != "" || len(facts) != before) {
			t.Errorf("%s was refused and got %+v", c.by.User, a)
		}
	}
	w.Close()
	_, err = s.ReadAsker(t.Context(), v.ID, BuyersAuditor)
	w.Ok(err)

	w.Engine.Break(1, false)
	if a, err := s.ReadAsker(t.Context(), v.ID, Auditor); err == nil || a.User != "" {
		t.Errorf("a reading that could not be recorded gave %+v", a)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", enquiry.MaxText+1)
	for name, c := range map[string]struct {
		code string
		do   func(*World, *enquiry.Service, string) error
	}{
		"a question at the end of the period itself": {"enquiry.period_over", func(w *World, s *enquiry.Service, _ string) error {
			w.Clock.Set(Enquiries)
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text("Late?"))
			return err
		}},
		"a question one millisecond before it": {"", func(w *World, s *enquiry.Service, _ string) error {
			w.Clock.Set(Enquiries.Add(-time.Millisecond))
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text("In time?"))
			return err
		}},
		"a question about a closed procedure": {"enquiry.period_over", func(w *World, s *enquiry.Service, _ string) error {
			w.Edit(func(x *tender.Tender) { x.Phase = tender.Cancelled })
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text("Still there?"))
			return err
		}},
		"a question about a draft": {"tender.missing", func(w *World, s *enquiry.Service, _ string) error {
			w.Edit(func(x *tender.Tender) { x.Phase, x.Published = tender.Draft, time.Time{} })
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text("Anything new?"))
			return err
		}},
		"a question about no lot": {"lot.missing", func(w *World, s *enquiry.Service, _ string) error {
			_, err := s.Ask(w.Context(), OCID, BetasRep, "lot-9", Text("What is in it?"))
			return err
		}},
		"an empty question": {"text.empty", func(w *World, s *enquiry.Service, _ string) error {
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", nil)
			return err
		}},
		"a long question": {"text.long", func(w *World, s *enquiry.Service, _ string) error {
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text(long))
			return err
		}},
		"a question with control characters": {"text.control", func(w *World, s *enquiry.Service, _ string) error {
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text("a\x00b"))
			return err
		}},
		"a question of an unconfirmed firm": {"org.unconfirmed", func(w *World, s *enquiry.Service, _ string) error {
			w.Register.Unconfirmed = []string{Beta}
			_, err := s.Ask(w.Context(), OCID, BetasRep, "", Text("May I?"))
			return err
		}},
		"an answer at the deadline": {"tender.deadline_passed", func(w *World, s *enquiry.Service, id string) error {
			w.Clock.Set(Deadline)
			_, err := s.Answer(w.Context(), id, Officer, Text("Too late"))
			return err
		}},
		"an answer too near to the deadline": {"enquiry.answer_late", func(w *World, s *enquiry.Service, id string) error {
			w.Edit(func(x *tender.Tender) { x.Policy = w.Policy("wto-gpa") }) // four days
			w.Clock.Set(Deadline.Add(-24 * time.Hour))
			_, err := s.Answer(w.Context(), id, Officer, Text("Late"))
			return err
		}},
		"an empty answer": {"text.empty", func(w *World, s *enquiry.Service, id string) error {
			_, err := s.Answer(w.Context(), id, Officer, Text(" "))
			return err
		}},
		"no reason to decline": {"enquiry.no_reason", func(w *World, s *enquiry.Service, id string) error {
			_, err := s.Decline(w.Context(), id, Officer, nil)
			return err
		}},
		"a correction without a reason": {"enquiry.no_reason", func(w *World, s *enquiry.Service, id string) error {
			_, err := s.Answer(w.Context(), id, Officer, Text("5 mm"))
			w.Ok(err)
			_, err = s.Correct(w.Context(), id, Officer, Text("3 mm"), nil)
			return err
		}},
		"a withdrawal by a rival": {"actor.foreign", func(w *World, s *enquiry.Service, id string) error {
			_, err := s.Withdraw(w.Context(), id, BetasRep)
			return err
		}},
		"a page of none": {"store.input", func(w *World, s *enquiry.Service, id string) error {
			_, _, err := s.List(w.Context(), OCID, Officer, "", "", 0)
			return err
		}},
		"a foreign cursor": {"store.cursor", func(w *World, s *enquiry.Service, id string) error {
			_, _, err := s.List(w.Context(), OCID, Officer, "", "rubbish", 10)
			return err
		}},
		"an enquiry that is not there": {"enquiry.missing", func(w *World, s *enquiry.Service, id string) error {
			_, err := s.Get(w.Context(), "nothing", Officer)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := newWorld(t)
			v, err := s.Ask(t.Context(), OCID, AlphasRep, "", Text("How coarse?"))
			w.Ok(err)
			w.Code(c.do(w, s, v.ID), c.code)
		})
	}
}

// Who may do what in which state stands here once more, by hand. Everything
// else must be refused and change nothing.
func TestEveryOtherStepIsRefused(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"asked answer u-officer", "answered correct u-officer", "asked decline u-officer", "asked withdraw u-alpha",
	}
	steps := map[enquiry.Action]func(*World, *enquiry.Service, string, party.Actor) error{
		enquiry.Answer: func(w *World, s *enquiry.Service, id string, by party.Actor) error {
			_, err := s.Answer(w.Context(), id, by, Text("An answer"))
			return err
		},
		enquiry.Correct: func(w *World, s *enquiry.Service, id string, by party.Actor) error {
			_, err := s.Correct(w.Context(), id, by, Text("A better one"), Text("It was wrong"))
			return err
		},
		enquiry.Decline: func(w *World, s *enquiry.Service, id string, by party.Actor) error {
			_, err := s.Decline(w.Context(), id, by, Text("Not here"))
			return err
		},
		enquiry.Withdraw: func(w *World, s *enquiry.Service, id string, by party.Actor) error {
			_, err := s.Withdraw(w.Context(), id, by)
			return err
		},
	}
	w, s := newWorld(t)
	for _, state := range []enquiry.State{enquiry.Asked, enquiry.Answered, enquiry.Declined, enquiry.Withdrawn} {
		for a, step := range steps {
			for _, by := range Everybody() {
				id := w.NewID(w.Context())
				e := &enquiry.Enquiry{Root: store.Root{ID: id}, Tender: OCID, State: state, Question: Text("A question"), Asked: Published}
				e.Asker = enquiry.Asker{User: AlphasRep.User, Org: Name(Alpha)}
				w.Ok(s.Enquiries.Put(t.Context(), e))
				name := fmt.Sprintf("%s %s %s", state, a, by.User)
				err := step(w, s, id, by)
				after, getErr := s.Enquiries.Get(t.Context(), id)
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
		_, err := s.Ask(t.Context(), OCID, by, "", Text("A question"))
		supplier := by.Role == party.RoleRepresentative
		if supplier != (err == nil) {
			t.Errorf("%s asks: %v", by.User, err)
		}
	}
}

func TestButtonsAreWhatIsAllowed(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	v, err := s.Ask(t.Context(), OCID, AlphasRep, "", Text("A question"))
	w.Ok(err)
	for _, c := range []struct {
		by   party.Actor
		want []enquiry.Action
	}{
		{Officer, []enquiry.Action{enquiry.Answer, enquiry.Decline}},
		{AlphasRep, []enquiry.Action{enquiry.Withdraw}},
		{BetasRep, nil}, {OtherOfficer, nil}, {party.PublicActor, nil},
	} {
		v, err := s.Get(t.Context(), v.ID, c.by)
		w.Ok(err)
		if !slices.Equal(v.Actions, c.want) {
			t.Errorf("%s: %v", c.by.User, v.Actions)
		}
	}
}

func TestListTurnsPages(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	var ids []string
	for range 7 {
		v, err := s.Ask(t.Context(), OCID, AlphasRep, "", Text("A question"))
		w.Ok(err)
		ids = append(ids, v.ID)
		w.Clock.Add(time.Minute)
	}
	_, err := s.Answer(t.Context(), ids[3], Officer, Text("Yes"))
	w.Ok(err)
	var seen []string
	for after := ""; ; {
		page, next, err := s.List(t.Context(), OCID, party.PublicActor, "", after, 3)
		w.Ok(err)
		for _, v := range page {
			seen = append(seen, v.ID)
		}
		if after = next; after == "" {
			break
		}
	}
	if !slices.Equal(seen, ids) {
		t.Errorf("got %v, want %v", seen, ids)
	}
	page, _, err := s.List(t.Context(), OCID, party.PublicActor, enquiry.Answered, "", 10)
	if err != nil || len(page) != 1 || page[0].ID != ids[3] {
		t.Errorf("answered: %v, %v", page, err)
	}
}

// Two officers who deal with one question do not both succeed.
func TestOneOfTwoOfficersWins(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	v, err := s.Ask(t.Context(), OCID, AlphasRep, "", Text("A question"))
	w.Ok(err)
	done := make(chan error, 2)
	go func() { _, err := s.Answer(t.Context(), v.ID, Officer, Text("Yes")); done <- err }()
	go func() { _, err := s.Decline(t.Context(), v.ID, Officer, Text("No")); done <- err }()
	a, b := <-done, <-done
	if (a == nil) == (b == nil) {
		t.Errorf("got %v and %v", a, b)
	}
}

// A request that broke off after it took effect, and is repeated, asks once.
func TestARepeatedRequestAsksOnce(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	for range 2 {
		ctx := store.WithIDs(t.Context(), func() string { return "the-question" })
		v, err := s.Ask(ctx, OCID, AlphasRep, Lot1, Text("How coarse?"))
		if w.Ok(err); v.ID != "the-question" || !v.Mine || v.Question["en"] != "How coarse?" {
			t.Errorf("asked: %+v", v)
		}
	}
	if n := len(w.Facts("enquiry.ask")); n != 1 {
		t.Errorf("%d facts", n)
	}
}

// An answer that somebody has corrected meanwhile is not replaced unseen.
func TestCorrectionsDoNotReplaceUnseen(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	v, err := s.Ask(t.Context(), OCID, AlphasRep, Lot1, Text("How coarse?"))
	w.Ok(err)
	v, err = s.Answer(t.Context(), v.ID, Officer, Text("5 mm"))
	w.Ok(err)
	better := enquiry.Correction{Answer: Text("3 mm"), Reason: Text("A slip."), Seen: v.Version}
	_, err = s.CorrectSeen(t.Context(), v.ID, Officer, better)
	w.Ok(err)
	better.Answer = Text("2 mm")
	_, err = s.CorrectSeen(t.Context(), v.ID, Officer, better)
	w.Code(err, "enquiry.stale")
	if now, err := s.Get(t.Context(), v.ID, Officer); err != nil || now.Answer["en"] != "3 mm" {
		t.Errorf("the answer is %v, %v", now.Answer, err)
	}
}
