package tender

import (
	"context"
	"encoding/json"
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
		if f := n.Check(); f != nil {
			return nil, f
		}
		if err := s.checkFiles(ctx, id, &n); err != nil {
			return nil, err
		}
		if f := t.amendable(n, ask.Now); f != nil {
			return nil, f
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
		t.Notice, t.Revision = n, revision
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
		if !deadline.Equal(deadline.Truncate(time.Second)) {
			return nil, fault.Field("timetable.precision", "deadline", "Dates are given in whole seconds.")
		}
		fact, err := t.do(Extend, ask, map[string]any{"deadline": event.Time(deadline), "reason": reason})
		if err != nil {
			return nil, err
		}
		by := deadline.Sub(d)
		t.Notice.Timetable.Deadline = deadline.UTC()
		t.Notice.Timetable.Opens = t.Notice.Timetable.Opens.Add(by)
		t.Revision++
		extend, err := s.extension(t, ask)
		return []event.Event{fact, extend}, err // in this order, see extension
	})
}

// extension writes the record of a later deadline beside the manifest. Its fact
// is the second of the change.
func (s *Service) extension(t *Tender, ask Ask) (event.Event, error) {
	record, err := s.Sealing.Extension(t)
	if err != nil {
		return event.Event{}, err
	}
	t.Openers.Extensions = append(t.Openers.Extensions, record)
	t.Openers.ExtensionFacts = append(t.Openers.ExtensionFacts, t.nextFact(1))
	return event.New("openers.extend", t.ID, ask.By.ID(), ask.Now, map[string]any{"extension": json.RawMessage(record)}), nil
}

// amendable refuses changes that bids already made could not survive.
func (t *Tender) amendable(n Notice, now time.Time) *fault.Error {
	was := t.Notice
	switch {
	case n.Procedure != was.Procedure || n.Currency != was.Currency || n.Envelopes != was.Envelopes:
		return fault.Field("amend.frozen", "procedure", "Procedure, currency and envelopes do not change after publication.")
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
	earliest := t.Policy.AmendmentDeadline(now)
	if n.Timetable.Deadline.Before(earliest) {
		return fault.Field("amend.notice", "timetable.deadline",
			"After this amendment the deadline must be %s or later.", event.Time(earliest))
	}
	return nil
}

// keepsVersions refuses an amendment that hides an old document or version.
func keepsVersions(was Document, now []Document) *fault.Error {
	for _, d := range now {
		if d.ID != was.ID {
			continue
		}
		if len(d.Versions) >= len(was.Versions) {
			same := true
			for i, v := range was.Versions {
				same = same && v.SHA256 == d.Versions[i].SHA256 && v.Number == d.Versions[i].Number
			}
			if same {
				return nil
			}
		}
	}
	return fault.Field("amend.documents", "documents", "Document %q must keep all its versions.", was.ID)
}
