package search

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

// Keeper fills an index and a book from the engine, and keeps both up with the
// log. It asks for what anybody may see, and so can put in nothing else.
type Keeper struct {
	Engine    store.Engine
	Tenders   store.Shelf[tender.Tender, *tender.Tender]
	Awards    *award.Service
	Contracts *contract.Service
	Plans     *plan.Service
	Index     *Index
	Book      *Book
	Log       *slog.Logger

	next  atomic.Int64 // first entry of the log that is not in
	ready atomic.Bool
}

// Ready reports whether everything that was published when the keeper started
// is in.
func (k *Keeper) Ready() bool { return k.ready.Load() }

// Kept is how much of the log is in.
func (k *Keeper) Kept() int64 { return k.next.Load() }

// pause is how long the keeper waits for something new without a hint, and
// after an error.
const pause = time.Second

// Run keeps the index until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	k.again(ctx, "search index not filled yet; will try again", k.fill)
	k.ready.Store(true)
	hints := k.Engine.Changes(ctx)
	for ctx.Err() == nil {
		k.again(ctx, "search index not up to date; will try again", k.follow)
		select {
		case <-ctx.Done():
		case <-hints:
		case <-time.After(pause):
		}
	}
}

// again does something until it works or ctx ends.
func (k *Keeper) again(ctx context.Context, trouble string, do func(context.Context) error) {
	for {
		err := do(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		k.Log.ErrorContext(ctx, trouble, slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// fill takes in all that is published. What changes meanwhile is in the log
// behind the head that was read first, and is taken in again afterwards.
func (k *Keeper) fill(ctx context.Context) error {
	head, err := k.Engine.Head(ctx)
	if err != nil {
		return err
	}
	all := store.Query{Index: "published", Eq: []any{"yes"}, Limit: 200}
	if err := k.fillPlanned(ctx); err != nil {
		return err
	}
	if err := k.Tenders.All(ctx, all, func(t *tender.Tender) error { return k.take(ctx, t) }); err != nil {
		return err
	}
	k.next.Store(head.Size)
	return nil
}

// follow takes in the plans and tenders that the new entries of the log are about.
func (k *Keeper) follow(ctx context.Context) error {
	for {
		from := k.next.Load()
		entries, err := k.Engine.Entries(ctx, from, 500)
		if err != nil || len(entries) == 0 {
			return err
		}
		var topics []string
		for _, e := range entries {
			if e.Topic != "" && !slices.Contains(topics, e.Topic) {
				topics = append(topics, e.Topic)
			}
		}
		for _, id := range topics {
			if err := k.reload(ctx, id); err != nil {
				return err
			}
		}
		k.next.Store(entries[len(entries)-1].Index + 1)
	}
}

// reload takes in what a topic of the log is about, if it is a published tender
// or plan.
func (k *Keeper) reload(ctx context.Context, id string) error {
	t, err := k.Tenders.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "tender.missing"}) {
		return k.reloadPlan(ctx, id)
	}
	if err != nil {
		return err
	}
	return k.take(ctx, t)
}

func (k *Keeper) take(ctx context.Context, t *tender.Tender) error {
	if !t.Public() {
		k.Index.Remove(t.ID)
		return nil
	}
	n := NoticeOf(t)
	for _, l := range t.Lots {
		if l.Award == "" {
			continue
		}
		a, err := k.Awards.Get(ctx, l.Award, party.PublicActor)
		if fault.From(err).Kind == fault.Missing {
			continue // decided, and not yet told
		}
		if err != nil {
			return err
		}
		if w := a.Decision.Winner; w != nil {
			n.Suppliers = append(n.Suppliers, w.Supplier.ID)
			n.Fields = append(n.Fields, texts(2, w.Supplier.Name)...)
		}
	}
	k.Index.Put(n)
	k.givesWay(t)
	return k.contracts(ctx, t)
}

// contracts takes in the public contracts of a tender.
func (k *Keeper) contracts(ctx context.Context, t *tender.Tender) error {
	if !slices.ContainsFunc(t.Lots, func(l tender.Lot) bool { return l.Award != "" }) {
		return nil
	}
	for after := ""; ; {
		list, next, err := k.Contracts.List(ctx, t.ID, party.PublicActor, after, 100)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.Public() {
				k.Book.Put(contractOf(c, t))
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// NoticeOf is a published tender as it is searched.
func NoticeOf(t *tender.Tender) Notice {
	n := Notice{
		ID: t.ID, Reference: t.Notice.Reference, Title: t.Notice.Title, Buyer: t.Buyer, Category: t.Notice.Category,
		Procedure: t.Notice.Procedure, Phase: t.Phase, Status: StatusOf(t), Value: t.Notice.Value,
		Published: t.Published.UnixMilli(), Deadline: t.Notice.Timetable.Deadline.UnixMilli(),
		Suspended: slices.ContainsFunc(t.Suspended, func(s tender.Suspension) bool { return s.Until.IsZero() }),
	}
	n.class(t.Notice.Classification)
	n.Fields = append(texts(6, t.Notice.Title), texts(3, t.Buyer.Name)...)
	n.Fields = append(n.Fields, Field{t.ID + " " + t.Notice.Reference + " " + t.Buyer.Identifier.ID, 4})
	n.Fields = append(n.Fields, texts(2, t.Notice.Classification.Description)...)
	n.Fields = append(n.Fields, texts(1, t.Notice.Description)...)
	for _, l := range t.Notice.Lots {
		n.Fields = append(n.Fields, texts(2, l.Title)...)
		n.Fields = append(n.Fields, texts(1, l.Description)...)
		for _, i := range l.Items {
			n.class(i.Classification)
			n.Fields = append(n.Fields, texts(2, i.Description)...)
			n.Fields = append(n.Fields, texts(1, i.Classification.Description)...)
		}
	}
	return n
}

func (n *Notice) class(c tender.Classification) {
	if x := (Class{c.Scheme, c.ID}); c.ID != "" && !slices.Contains(n.Classes, x) {
		n.Classes = append(n.Classes, x)
	}
}

func texts(weight int, t tender.Text) []Field {
	var list []Field
	for _, lang := range t.Languages() {
		list = append(list, Field{t[lang], weight})
	}
	return list
}

// StatusOf is where a published tender stands.
func StatusOf(t *tender.Tender) Status {
	switch t.Phase {
	case tender.Published:
		return Open
	case tender.Cancelled, tender.Failed:
		return Ended
	}
	for _, l := range t.Lots {
		switch l.Phase {
		case tender.Standstill, tender.Awarded, tender.Contracted:
			return Awarded
		}
	}
	if t.Phase == tender.Complete {
		return Ended
	}
	return Evaluation
}
