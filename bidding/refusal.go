package bidding

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"probity/bidding/seal"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

const refusalKind = "refusal"

// MaxRefusals is how many refusals of one bidder are recorded per tender; what
// comes after is refused just the same, without a record of its own.
const MaxRefusals = 100

// Refusal is the record that something was offered and not accepted. Its fact
// is in the log like a bid's, so its receipt proves the time and the reason.
type Refusal struct {
	store.Root

	Tender string    `json:"tender"`
	Bidder string    `json:"bidder"`
	By     string    `json:"by"`
	Code   string    `json:"code"`
	Text   string    `json:"text"`
	Hash   string    `json:"hash"` // hex H("offered", what was sent)
	At     time.Time `json:"at"`
}

// Keys make refusals searchable by tender and bidder.
func (r *Refusal) Keys() store.Keys {
	return store.Keys{"tender": r.Tender, "bidder": r.Bidder, "at": r.At.UnixMilli()}
}

// record writes the refusal down. The same offer refused for the same reason
// is one refusal.
func (s *Service) record(ctx context.Context, by party.Actor, offered sign.Signed, why *fault.Error) error {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return err
	}
	t, err := s.Tenders.Look(ctx, tenderOf(offered.Record), by)
	if k := fault.From(err).Kind; err != nil && (k == fault.Missing || k == fault.Invalid) {
		return nil // offered to no tender that the bidder can know of
	}
	if err != nil {
		return err
	}
	topic := t.ID
	list, _, err := s.Refusals.Find(ctx, store.Query{Index: "bidder", Eq: []any{topic, by.Org}, Limit: MaxRefusals})
	if err != nil || len(list) == MaxRefusals {
		return err
	}
	h := offeredHash(offered)
	name := canon.Hash("refusal", h[:], []byte(by.Org), []byte(why.Code))
	r := &Refusal{Root: store.Root{ID: hex.EncodeToString(name[:16])}, Tender: topic, Bidder: by.Org, By: by.User,
		Code: why.Code, Text: why.Text, Hash: hex.EncodeToString(h[:]), At: now}
	record := seal.Refusal{At: now.UTC().Truncate(time.Second).Format(time.RFC3339), Code: why.Code, Offered: r.Hash, Tender: topic}
	fact := event.New(FactRefuse, topic, by.ID(), now, map[string]any{"refusal": rawJSON(record.Bytes()), "bidder": by.Org})
	err = s.Refusals.Put(ctx, r, fact)
	if errors.Is(err, &fault.Error{Code: "refusal.taken"}) {
		return nil
	}
	return err
}

// RefusedFor lists what was refused from the actor's organisation.
func (s *Service) RefusedFor(ctx context.Context, by party.Actor, id string) ([]*Refusal, error) {
	list, _, err := s.Refusals.Find(ctx, store.Query{Index: "bidder", Eq: []any{id, by.Org}, Limit: MaxRefusals})
	return list, err
}
