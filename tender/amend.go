package tender

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// Amend changes a published notice. What bids are bound to - lots that exist,
// envelopes, currency, openers - stays; the deadline only moves forward, and
// far enough for the rule set.
func (s *Service) Amend(ctx context.Context, id string, version int64, by party.Actor, n Notice, reason string) (*Tender, error) {
	n = n.inUTC()
	return s.changeSeen(ctx, id, version, by, party.TenderAmend, func(t *Tender, ask Ask) ([]event.Event, error) {
		ask.Reason = reason
		if _, err := life.Find(t, Amend, ask); err != nil {
			return nil, err
		}
		if f := n.Check(); f != nil {
			return nil, f
		}
		if err := s.checkFiles(ctx, id, &n); err != nil {
			return nil, err
		}
		if f := t.amendable(n, ask.Now); f != nil {
			return nil, f
		}
		if err := t.take(by.User, party.DutyDraft); err != nil {
			return nil, err
		}
		before := t.Notice.Hash()
		moved := !n.Timetable.Deadline.Equal(t.Notice.Timetable.Deadline)
		revision := t.Revision + 1
		fact, err := t.do(Amend, ask, map[string]any{
			"notice": n, "before": before, "reason": reason, "revision": revision,
		})
		if err != nil {
			return nil, err
		}
		t.Notice, t.Revision, t.Amendment = n, revision, nil
		if !moved {
			return []event.Event{fact}, nil
		}
		extend, err := s.extension(t, ask)
		return []event.Event{fact, extend}, err // in this order, see extension
	})
}

// Extend moves the deadline, and what hangs on it, forward.
func (s *Service) Extend(ctx context.Context, id string, by party.Actor, deadline time.Time, reason string) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderAmend, func(t *Tender, ask Ask) ([]event.Event, error) {
		ask.Reason = reason
		d := t.Notice.Timetable.Deadline
		if !deadline.After(d) {
			return nil, fault.Field("tender.deadline_back", "deadline", "The deadline moves forward only.")
		}
		fact, err := t.do(Extend, ask, map[string]any{"deadline": event.Time(deadline), "reason": reason})
		if err != nil {
			return nil, err
		}
		if err := t.take(by.User, party.DutyDraft); err != nil {
			return nil, err
		}
		t.Notice.Timetable.Deadline = deadline.UTC()
		t.Notice.Timetable.Opens = t.Notice.Timetable.Opens.Add(deadline.Sub(d))
		if f := t.Notice.checkDates(); f != nil {
			return nil, f
		}
		t.Revision++
		extend, err := s.extension(t, ask)
		return []event.Event{fact, extend}, err // in this order, see extension
	})
}

// extension writes the record of a later deadline beside the manifest. Its fact
// is the second of the change. A manifest that is to replace the one in force
// would be of the old deadline, so it is drawn again and must be signed again.
func (s *Service) extension(t *Tender, ask Ask) (event.Event, error) {
	record, err := s.Sealing.Extension(t)
	if err != nil {
		return event.Event{}, err
	}
	t.Openers.Extensions = append(t.Openers.Extensions, record)
	t.Openers.ExtensionFacts = append(t.Openers.ExtensionFacts, t.nextFact(1))
	if t.Next != nil {
		t.Next.forget()
		if err := s.draw(t, t.Next); err != nil {
			return event.Event{}, err
		}
	}
	return event.New("openers.extend", t.ID, ask.By.ID(), ask.Now, map[string]any{"extension": json.RawMessage(record)}), nil
}

// amendable refuses changes that bids already made could not survive, that come
// too late, or that the policy would not have let be published.
func (t *Tender) amendable(n Notice, now time.Time) *fault.Error {
	if f := t.Notice.survives(n); f != nil {
		return f
	}
	earliest := t.Policy.AmendmentDeadline(now)
	if n.Timetable.Deadline.Before(earliest) {
		return fault.Field("amend.notice", "timetable.deadline",
			"After this amendment the deadline must be %s or later.", event.Time(earliest))
	}
	next := *t
	next.Notice = n
	if f := next.checkRules(); f != nil {
		return f
	}
	return next.checkTimetable(t.Published)
}

// survives refuses an amendment by n of what bids are bound to.
func (was *Notice) survives(n Notice) *fault.Error {
	switch {
	case n.Procedure != was.Procedure || n.Currency != was.Currency || n.Envelopes != was.Envelopes:
		return fault.Field("amend.frozen", "procedure", "Procedure, currency and envelopes do not change after publication.")
	case (n.Planned == nil) != (was.Planned == nil) || n.Planned != nil && *n.Planned != *was.Planned:
		return fault.Field("amend.planned", "planned", "The entry of the plan that a procedure comes from does not change after publication.")
	case n.Timetable.Deadline.Before(was.Timetable.Deadline):
		return fault.Field("tender.deadline_back", "timetable.deadline", "The deadline moves forward only.")
	case n.Timetable.Opens.Before(was.Timetable.Opens):
		return fault.Field("tender.deadline_back", "timetable.opens", "The opening moves forward only.")
	case n.Timetable.GraceMinutes < was.Timetable.GraceMinutes:
		return fault.Field("amend.grace", "timetable.graceMinutes", "The grace window does not get shorter.")
	case n.Timetable.Deadline.Equal(was.Timetable.Deadline) &&
		(n.Timetable.GraceMinutes != was.Timetable.GraceMinutes || !n.Timetable.Opens.Equal(was.Timetable.Opens)):
		return fault.Field("amend.window", "timetable.deadline", "Grace window and opening move together with the deadline only.")
	case len(n.Lots) != len(was.Lots):
		return fault.Field("amend.lots", "lots", "Lots are not added or removed after publication; cancel the lot instead.")
	}
	for i, l := range n.Lots {
		if l.ID != was.Lots[i].ID {
			return fault.Field("amend.lots", "lots["+itoa(i)+"].id", "Lots keep their ids and their order.")
		}
	}
	for _, d := range was.Documents {
		if f := keepsVersions(d, n.Documents); f != nil {
			return f
		}
	}
	return nil
}

// keepsVersions refuses an amendment that hides or rewrites an old version.
func keepsVersions(was Document, now []Document) *fault.Error {
	i := slices.IndexFunc(now, func(d Document) bool { return d.ID == was.ID })
	if i >= 0 && len(now[i].Versions) >= len(was.Versions) &&
		slices.EqualFunc(was.Versions, now[i].Versions[:len(was.Versions)], Version.is) {
		return nil
	}
	return fault.Field("amend.documents", "documents", "Document %q must keep all its versions.", was.ID)
}

// is reports whether v and x say the same.
func (v Version) is(x Version) bool {
	same := v.At.Equal(x.At)
	v.At = x.At
	return same && v == x
}
