package enquiry

import (
	"context"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Tenders gives the procedures that questions are about.
type Tenders interface {
	// Get returns a tender that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*tender.Tender, error)
}

// Suppliers tells about organisations that sell.
type Suppliers interface {
	// Supplier returns the organisation as papers name it, or a fault if its
	// claim to be what it says is not confirmed.
	Supplier(ctx context.Context, org string) (tender.OrgName, error)
}

// Service is what can be done with enquiries. Its fields are set once, in main.
type Service struct {
	Enquiries store.Shelf[Enquiry, *Enquiry]
	Tenders   Tenders
	Suppliers Suppliers
	Clock     tender.Clock
	NewID     func(context.Context) string // an id that was never used
}

// Ask puts a question about a lot, or with "" about the whole, to the buyer.
func (s *Service) Ask(ctx context.Context, tenderID string, by party.Actor, lot string, question tender.Text) (View, error) {
	sc, err := s.scene(ctx, tenderID, by)
	if err != nil {
		return View{}, err
	}
	e := &Enquiry{Root: store.Root{ID: s.NewID(ctx)}, Tender: tenderID, Lot: lot, Asked: sc.now}
	e.Asker = Asker{User: by.User, Org: tender.OrgName{ID: by.Org}}
	fact, err := e.do(Ask, sc, func() (map[string]any, error) {
		if lot != "" && sc.tender.Lot(lot) == nil {
			return nil, fault.Field("lot.missing", "lot", "This tender has no such lot.")
		}
		var err error
		if e.Question, err = question.CleanLines("question", MaxText); err != nil {
			return nil, err
		}
		e.Asker.Org, err = s.Suppliers.Supplier(ctx, by.Org)
		return map[string]any{"question": e.Question, "org": e.Asker.Org.ID}, err
	})
	if err != nil {
		return View{}, err
	}
	v, err := s.put(ctx, e, sc, fact)
	if fault.Coded(err, Kind+".taken") { // by this very request, before it broke off
		return s.Get(ctx, e.ID, by)
	}
	return v, err
}

// Answer publishes a question with its answer. The fact says all that readers
// need to tell every interested bidder.
func (s *Service) Answer(ctx context.Context, id string, by party.Actor, answer tender.Text) (View, error) {
	return s.change(ctx, id, by, Answer, nil, func(e *Enquiry, sc scene) (map[string]any, error) {
		return e.answer(answer, sc)
	})
}

// Correct replaces a published answer. Everybody is told again.
func (s *Service) Correct(ctx context.Context, id string, by party.Actor, answer, reason tender.Text) (View, error) {
	return s.CorrectSeen(ctx, id, by, Correction{Answer: answer, Reason: reason})
}

// Correction is a better answer, why it is better, and the version of the
// question that its writer saw; 0 for none.
type Correction struct {
	Answer, Reason tender.Text
	Seen           int64
}

// CorrectSeen is Correct for an officer who is not alone: an answer that
// somebody else has corrected meanwhile is not replaced unseen.
func (s *Service) CorrectSeen(ctx context.Context, id string, by party.Actor, c Correction) (View, error) {
	return s.change(ctx, id, by, Correct, c.Reason, func(e *Enquiry, sc scene) (map[string]any, error) {
		if c.Seen != 0 && c.Seen != e.Version {
			return nil, fault.New(fault.Stale, Kind+".stale", "Somebody changed this question meanwhile. Look again.")
		}
		data, err := e.answer(c.Answer, sc)
		if err == nil {
			data["reason"] = e.Reason
		}
		return data, err
	})
}

func (e *Enquiry) answer(answer tender.Text, sc scene) (_ map[string]any, err error) {
	if e.Answer, err = answer.CleanLines("answer", MaxText); err != nil {
		return nil, err
	}
	e.Dealt = sc.now
	return map[string]any{"question": e.Question, "answer": e.Answer}, nil
}

// Decline says in public why a question is not answered there. The question
// itself stays unpublished: often it is what gives the asker away.
func (s *Service) Decline(ctx context.Context, id string, by party.Actor, reason tender.Text) (View, error) {
	return s.change(ctx, id, by, Decline, reason, func(e *Enquiry, sc scene) (map[string]any, error) {
		e.Dealt = sc.now
		return map[string]any{"reason": e.Reason}, nil
	})
}

// Withdraw takes back a question that is not answered yet.
func (s *Service) Withdraw(ctx context.Context, id string, by party.Actor) (View, error) {
	return s.change(ctx, id, by, Withdraw, nil, func(*Enquiry, scene) (map[string]any, error) {
		return map[string]any{}, nil
	})
}

// Get returns by's view of an enquiry.
func (s *Service) Get(ctx context.Context, id string, by party.Actor) (View, error) {
	e, sc, err := s.load(ctx, id, by)
	if err != nil {
		return View{}, err
	}
	return e.show(sc.tender, by, sc.now), nil
}

// List returns by's view of one page of a tender's enquiries, first asked
// first, and the cursor of the next page. State narrows the list; "" is all.
func (s *Service) List(ctx context.Context, tenderID string, by party.Actor, state State, after string, limit int) ([]View, string, error) {
	sc, err := s.scene(ctx, tenderID, by)
	if err != nil {
		return nil, "", err
	}
	q := store.Query{Index: "tender", Eq: []any{tenderID}, After: after, Limit: limit}
	if state != "" {
		q.Index, q.Eq = "state", []any{tenderID, string(state)}
	}
	list, next, err := s.Enquiries.Find(ctx, q)
	if err != nil {
		return nil, "", err
	}
	views := make([]View, len(list))
	for i, e := range list {
		views[i] = e.show(sc.tender, by, sc.now)
	}
	return views, next, nil
}

// ReadAsker tells the oversight who asked. The reading is a fact, stored before
// anything is shown. The buyer's own auditors wait until bids are closed.
func (s *Service) ReadAsker(ctx context.Context, id string, by party.Actor) (Asker, error) {
	e, sc, err := s.load(ctx, id, by)
	if err != nil {
		return Asker{}, err
	}
	if err := party.Allowed(by, party.EnquiryReadAsker, sc.tender.Buyer.ID); err != nil {
		return Asker{}, err
	}
	if by.OrgKind == party.KindBuyer && sc.tender.Closed.IsZero() {
		return Asker{}, fault.New(fault.Denied, "enquiry.not_closed", "Who asked is not shown to the buyer's side before bids are closed.")
	}
	fact := event.New(Kind+".read-asker", e.Tender, by.ID(), sc.now, map[string]any{"enquiry": e.ID})
	if err := s.Enquiries.Put(ctx, e, fact); err != nil {
		return Asker{}, err
	}
	return e.Asker, nil
}

// change takes one step of a stored enquiry. Other people's changes never make
// it fail: it starts again.
func (s *Service) change(ctx context.Context, id string, by party.Actor, a Action, reason tender.Text, fill func(*Enquiry, scene) (map[string]any, error)) (View, error) {
	for try := 0; ; try++ {
		e, sc, err := s.load(ctx, id, by)
		if err != nil {
			return View{}, err
		}
		sc.reason = reason
		fact, err := e.do(a, sc, func() (map[string]any, error) {
			if len(reason) > 0 {
				var err error
				if e.Reason, err = reason.CleanLines("reason", MaxText); err != nil {
					return nil, err
				}
			}
			return fill(e, sc)
		})
		if err != nil {
			return View{}, err
		}
		v, err := s.put(ctx, e, sc, fact)
		if !fault.Coded(err, Kind+".stale") || try == 8 {
			return v, err
		}
	}
}

func (s *Service) put(ctx context.Context, e *Enquiry, sc scene, fact event.Event) (View, error) {
	if err := s.Enquiries.Put(ctx, e, fact); err != nil {
		return View{}, err
	}
	return e.show(sc.tender, sc.by, sc.now), nil
}

func (s *Service) load(ctx context.Context, id string, by party.Actor) (*Enquiry, scene, error) {
	e, err := s.Enquiries.Get(ctx, id)
	if err != nil {
		return nil, scene{}, err
	}
	sc, err := s.scene(ctx, e.Tender, by)
	return e, sc, err
}

// scene loads what decisions look at. The time is read last: a request that
// waited for the store must not be judged by the moment before it waited.
func (s *Service) scene(ctx context.Context, tenderID string, by party.Actor) (scene, error) {
	t, err := s.Tenders.Get(ctx, tenderID, by)
	if err != nil {
		return scene{}, err
	}
	now, err := s.Clock.Now(ctx)
	return scene{t, ask{by: by, now: now}}, err
}
