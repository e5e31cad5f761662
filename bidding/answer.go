package bidding

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Answer takes in one opener's shares. A share that does not match its
// commitment names its sender: it is recorded, counted, and of no use. An
// opener answers once.
func (s *Openings) Answer(ctx context.Context, by party.Actor, id string, raw []byte, sig sign.Signature) (*Opening, error) {
	a, err := seal.ParseAnswer(raw)
	if err != nil {
		return nil, err
	}
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, now, err := s.may(ctx, by, o.Tender, party.OpeningRelease)
	if err != nil {
		return nil, err
	}
	if err := s.mine(ctx, by, t, o, a); err != nil {
		return nil, err
	}
	if err := s.Devices.Verify(ctx, by.User, sign.Open, raw, sig); err != nil {
		return nil, err
	}
	wrong, err := s.falseShares(ctx, t, o, a)
	if err != nil {
		return nil, err
	}
	doc := &Answer{Root: store.Root{ID: answerID(o.ID, Seat{a.Group, a.Opener})}, Opening: o.ID, Bytes: string(raw), Signature: sig}
	if err := s.keep(ctx, doc); err != nil {
		return nil, err
	}
	h := canon.Hash("answer", raw)
	given := Given{Seat: Seat{a.Group, a.Opener}, User: by.User, Name: by.Name, At: now, Answer: hex.EncodeToString(h[:]), False: wrong}
	return s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
		if slices.ContainsFunc(o.Given, func(g Given) bool { return g.Seat == given.Seat }) {
			return nil, answeredTwice
		}
		if err := o.do("answer"); err != nil {
			return nil, err
		}
		o.Given = append(o.Given, given)
		return []event.Event{event.New("opening.answer", o.Tender, by.ID(), now, map[string]any{
			"opening": o.ID, "answer": given.Answer, "group": a.Group, "opener": a.Opener, "false": wrong})}, nil
	})
}

var answeredTwice = fault.New(fault.Conflict, "opening.twice", "You have answered this batch already.")

// keep stores an answer. One that a crash has kept from being counted can be
// sent again, but not another in its place.
func (s *Openings) keep(ctx context.Context, a *Answer) error {
	err := s.Answers.Put(ctx, a)
	if !errors.Is(err, &fault.Error{Code: "answer.taken"}) {
		return err
	}
	was, err := s.Answers.Get(ctx, a.ID)
	if err != nil {
		return err
	}
	if was.Bytes != a.Bytes {
		return answeredTwice
	}
	return nil
}

// mine holds an answer to its batch and its sender to their seat.
func (s *Openings) mine(ctx context.Context, by party.Actor, t *tender.Tender, o *Opening, a seal.Answer) error {
	m, _, err := manifestOf(t)
	if err != nil {
		return err
	}
	batch, err := seal.ParseBatch([]byte(o.Batch))
	if err != nil {
		return err
	}
	if err := a.Check(batch, m); err != nil {
		return err
	}
	if m.Groups[a.Group].Openers[a.Opener-1].ID != by.User {
		return fault.New(fault.Denied, "opening.not_opener", "You do not hold this share.")
	}
	return nil
}

// falseShares counts the shares of an answer that do not match their
// commitment. Nothing counts that was released before the batch was logged.
func (s *Openings) falseShares(ctx context.Context, t *tender.Tender, o *Opening, a seal.Answer) (int, error) {
	l, err := s.read(ctx, t)
	if err != nil {
		return 0, err
	}
	if !slices.ContainsFunc(l.facts, func(f Placed) bool { return f.ID == announced(o) }) {
		return 0, fault.New(fault.Conflict, "opening.not_logged", "The batch is not in the log yet. Release nothing.")
	}
	op, err := s.gather(ctx, l, o)
	if err != nil {
		return 0, err
	}
	wrong, err := op.FalseShares(a)
	return len(wrong), err
}

func answerID(opening string, at Seat) string {
	return fmt.Sprintf("%s~%d~%d", opening, at.Group, at.Opener)
}

// announced is the id of the fact that fixed the batch.
func announced(o *Opening) string { return event.ID(store.Subject(openingKind, o.ID), 1, 0) }

// Fail puts on the record that an opener will not answer, so that a batch can
// be combined without: reason and who says so are in the fact.
func (s *Openings) Fail(ctx context.Context, by party.Actor, id string, seat Seat, reason string) (*Opening, error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, now, err := s.may(ctx, by, o.Tender, party.OpeningRecord)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, fault.Field("opening.no_reason", "reason", "Say why the opener cannot answer.")
	}
	g := t.Openers.Groups
	if seat.Group < 0 || seat.Group >= len(g) || seat.Opener < 1 || seat.Opener > len(g[seat.Group].Members) {
		return nil, fault.Field("opening.seat", "opener", "The manifest has no such opener.")
	}
	return s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
		if slices.ContainsFunc(o.Given, func(g Given) bool { return g.Seat == seat }) {
			return nil, fault.New(fault.Conflict, "opening.answered", "This opener has answered.")
		}
		if slices.Contains(o.Failed, seat) {
			return nil, nil
		}
		if err := o.do("fail"); err != nil {
			return nil, err
		}
		o.Failed = append(o.Failed, seat)
		return []event.Event{event.New("opening.fail", o.Tender, by.ID(), now, map[string]any{
			"opening": o.ID, "group": seat.Group, "opener": seat.Opener, "reason": reason})}, nil
	})
}

// change loads, changes and stores an opening, again if somebody was faster.
func (s *Openings) change(ctx context.Context, id string, f func(*Opening) ([]event.Event, error)) (*Opening, error) {
	for {
		o, err := s.Openings.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		facts, err := f(o)
		if err != nil || len(facts) == 0 {
			return o, err
		}
		err = s.Openings.Put(ctx, o, facts...)
		if errors.Is(err, &fault.Error{Code: "opening.stale"}) {
			continue
		}
		return o, err
	}
}
