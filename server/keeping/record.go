package keeping

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/blob"
	"probity/tender"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/store"
)

// record lists what a published procedure is made of, as it stands. It is nil
// if the procedure is not public.
func (s *Service) record(ctx context.Context, id string, at time.Time) (record, error) {
	t, err := s.tender(ctx, id)
	if err != nil || t == nil || !t.Public() || t.Policy == nil {
		return nil, err
	}
	r := record{}
	until := t.Policy.RetainUntil(at)
	for _, d := range t.Notice.Documents {
		for _, v := range d.Versions {
			r["notices/"+t.ID+"/"+v.SHA256] = until
		}
	}
	opened, err := s.opened(ctx, r, t.ID, until)
	if err != nil {
		return nil, err
	}
	sealed := at.Add(SealedTerm)
	if t.Phase == tender.Complete || t.Phase == tender.Failed || sealed.After(until) {
		sealed = until // it stays as it is from now on, opened or not
	}
	if err := s.bids(ctx, r, t, func(lot, envelope string) time.Time {
		if opened[lot+"/"+envelope] {
			return until
		}
		return sealed
	}); err != nil {
		return nil, err
	}
	return r, s.contracts(ctx, r, t.ID, until)
}

// opened adds what came out of envelopes, and says which have been opened.
func (s *Service) opened(ctx context.Context, r record, id string, until time.Time) (map[string]bool, error) {
	which := map[string]bool{}
	openings := store.Shelf[bidding.Opening, *bidding.Opening]{Engine: s.Engine, Kind: "opening"}
	err := openings.All(ctx, store.Query{Index: "tender", Eq: []any{id}}, func(o *bidding.Opening) error {
		if o.State != bidding.Recorded {
			return nil
		}
		which[o.Lot+"/"+o.Envelope] = true
		return s.list(ctx, fmt.Sprintf("opened/%s/%s/%s/", o.Tender, o.Lot, o.Envelope), func(x blob.Item) { r[x.Key] = until })
	})
	return which, err
}

// bids adds the sealed objects of the bids that stand, by the lists of the two
// closing entries: what a document says may be ahead of the log or behind it.
func (s *Service) bids(ctx context.Context, r record, t *tender.Tender, until func(lot, envelope string) time.Time) error {
	facts, err := s.facts(ctx, t.ID)
	if err != nil {
		return err
	}
	closed, window, err := bidding.Lists(facts)
	if err != nil || closed == nil {
		return err
	}
	if window == nil { // what has not come whole by now may lapse, and then goes
		w, err := bidding.WindowList(*closed, facts, nil)
		if err != nil {
			return err
		}
		window = &w
	}
	dropped := dropped(facts)
	for _, e := range window.Entries {
		l := t.Lot(e.Lot)
		if e.State != seal.Stored || l == nil || l.Phase == tender.LotCancelled || t.Phase == tender.Cancelled {
			continue
		}
		for _, x := range e.Envelopes {
			if slices.Contains(dropped[e.Lot], x.Name) {
				continue
			}
			for _, name := range []string{"header", "payload"} {
				r[bidFolder(t.ID, e.Lot, e.Bidder, e.Seq)+x.Name+"/"+name] = until(e.Lot, x.Name)
			}
		}
	}
	return nil
}

func (s *Service) facts(ctx context.Context, topic string) ([]bidding.Placed, error) {
	var all []bidding.Placed
	for from := int64(0); ; {
		page, err := s.Engine.EntriesOn(ctx, topic, from, 1000)
		if err != nil {
			return nil, fmt.Errorf("keeping: facts of %q: %w", topic, err)
		}
		list, err := bidding.Read(page)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(page) < 1000 {
			return all, nil
		}
		from = page[len(page)-1].Index + 1
	}
}

// dropped are the envelopes, by lot, that a cancellation has left unopened.
func dropped(facts []bidding.Placed) map[string][]string {
	all := map[string][]string{}
	for _, f := range facts {
		var d struct{ Sealed map[string][]string }
		if (f.Name == "tender.cancel" || f.Name == "lot.cancel-lot") && json.Unmarshal(f.Data, &d) == nil {
			for lot, names := range d.Sealed {
				all[lot] = append(all[lot], names...)
			}
		}
	}
	return all
}

// contracts adds the papers of contracts that are in force or were.
func (s *Service) contracts(ctx context.Context, r record, id string, until time.Time) error {
	shelf := store.Shelf[contract.Contract, *contract.Contract]{Engine: s.Engine, Kind: contract.Kind}
	return shelf.All(ctx, store.Query{Index: "tender", Eq: []any{id}}, func(c *contract.Contract) error {
		if c.Sealed != nil && c.Body != nil {
			r[c.Body.Key], r[c.Sealed.Key] = until, until
		}
		return nil
	})
}

// disputed reports whether a complaint about a procedure is not at its end.
func (s *Service) disputed(ctx context.Context, id string) (yes bool, err error) {
	shelf := store.Shelf[complaint.Complaint, *complaint.Complaint]{Engine: s.Engine, Kind: complaint.Kind}
	err = shelf.All(ctx, store.Query{Index: "tender", Eq: []any{id}}, func(c *complaint.Complaint) error {
		yes = yes || c.State == complaint.Pending || c.State == complaint.Accepted || c.State == complaint.Satisfied
		return nil
	})
	return yes, err
}
