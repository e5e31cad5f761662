package keeping

import (
	"context"
	"fmt"
	"strings"
	"time"

	"probity/documents/blob"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/store"
)

// The bytes of a document come first and the notice that names it later, so
// there are bytes that nothing refers to. To look whether something refers to
// them and then delete them is not safe: it may be named in between. So an
// orphan is marked first, and deleted an hour later if nothing has referred to
// it and nobody has taken the mark away. Who is about to name a document calls
// [Service.Spare], which takes the mark away, or learns that it is too late.
//
// A mark that is taken away stays for a day, so that its versions go on
// counting: a sweep that has seen an earlier mark of the same object cannot take
// a new one for it.

const orphanKind = "orphan"

// blank is how long a mark stays that has been taken away.
const blank = 24 * time.Hour

// Collection declares marks to the engine.
var Collection = store.Collection{Kind: orphanKind, Ephemeral: true, Indexes: []store.Index{{Name: "since", Fields: []string{"since"}}}}

// orphan is an object to which nothing referred when it was marked.
type orphan struct {
	store.Root // ID is the object's key

	Since time.Time `json:"since"` // it is in its state
	State markState `json:"state"`
}

type markState string

const (
	waiting markState = "waiting" // for its hour to pass
	going   markState = "going"   // being deleted: too late to name it
	taken   markState = "taken"   // away: the object is spared, or gone
)

// Keys let marks be found by their age.
func (o *orphan) Keys() store.Keys { return store.Keys{"since": o.Since.UnixMilli()} }

func (s *Service) marks() store.Shelf[orphan, *orphan] {
	return store.Shelf[orphan, *orphan]{Engine: s.Engine, Kind: orphanKind}
}

// set writes a mark that nobody else has written since it was read.
func (s *Service) set(ctx context.Context, o *orphan, to markState, now time.Time) error {
	o.State, o.Since = to, now
	return s.marks().Put(ctx, o)
}

// Spare sees to it that an object is not swept within the next hour, or reports
// that it is being deleted.
func (s *Service) Spare(ctx context.Context, key string) (bool, error) {
	for {
		o, err := s.marks().Get(ctx, key)
		switch {
		case fault.Coded(err, "orphan.missing"):
			return true, nil
		case err != nil:
			return false, err
		case o.State != waiting:
			return o.State == taken, nil
		}
		if err := s.set(ctx, o, taken, time.Now()); !fault.Coded(err, "orphan.stale") {
			return err == nil, err
		}
	}
}

// mark marks documents that have been there for long and that no notice names.
func (s *Service) mark(ctx context.Context, now time.Time) error {
	var old []string
	err := s.list(ctx, "notices/", func(x blob.Item) {
		if x.Stored.Before(now.Add(-Unclaimed)) {
			old = append(old, x.Key)
		}
	})
	if err != nil {
		return err
	}
	for _, key := range old {
		wanted, err := s.named(ctx, key)
		if err != nil {
			return err
		}
		if wanted {
			continue
		}
		if err := s.markOne(ctx, key, now); err != nil {
			return err
		}
	}
	return nil
}

// markOne marks an object unless it is marked.
func (s *Service) markOne(ctx context.Context, key string, now time.Time) error {
	o, err := s.marks().Get(ctx, key)
	switch {
	case fault.Coded(err, "orphan.missing"):
		o = &orphan{Root: store.Root{ID: key}}
	case err != nil:
		return err
	case o.State != taken:
		return nil
	}
	return lost(s.set(ctx, o, waiting, now))
}

// orphans deletes what has been marked for long enough.
func (s *Service) orphans(ctx context.Context, now time.Time) (n int, err error) {
	var due []*orphan
	err = s.marks().All(ctx, store.Query{Index: "since", To: now.Add(-notice).UnixMilli()}, func(o *orphan) error {
		due = append(due, o)
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, o := range due {
		gone, err := s.orphan(ctx, o, now)
		if err := lost(err); err != nil {
			return n, err
		}
		n += gone
	}
	return n, nil
}

// orphan deletes one, once it has the mark for itself.
func (s *Service) orphan(ctx context.Context, o *orphan, now time.Time) (int, error) {
	if o.State == taken {
		if o.Since.After(now.Add(-blank)) {
			return 0, nil
		}
		return 0, s.marks().Delete(ctx, o)
	}
	wanted, err := s.named(ctx, o.ID)
	if err != nil {
		return 0, err
	}
	if wanted && o.State == waiting {
		return 0, s.set(ctx, o, taken, now)
	}
	if err := s.set(ctx, o, going, now); err != nil {
		return 0, err
	}
	inTime, cancel := context.WithTimeout(ctx, atOnce)
	defer cancel()
	gone, err := s.remove(inTime, o.ID)
	if err != nil {
		return 0, err
	}
	return gone, s.set(ctx, o, taken, now)
}

// lost takes losing a mark to somebody else for no fault: they have spared the
// object meanwhile, or are another server.
func lost(err error) error {
	if fault.Coded(err, "orphan.stale") || fault.Coded(err, "orphan.taken") {
		return nil
	}
	return err
}

// atOnce is how long whoever has claimed an orphan may take to delete it. It is
// far less than [notice], after which another may: one that was held up must not
// delete what has been stored again.
const atOnce = 5 * time.Minute

// named reports whether a notice names a document, in any of its versions. What
// does not look like one is left alone.
func (s *Service) named(ctx context.Context, key string) (bool, error) {
	p := strings.Split(key, "/")
	if len(p) != 3 {
		return true, nil
	}
	t, err := s.tender(ctx, p[1])
	if err != nil {
		return true, fmt.Errorf("keeping: look for %q: %w", key, err)
	}
	if t == nil {
		return false, nil
	}
	notices := []*tender.Notice{&t.Notice, t.Amendment}
	for _, n := range notices {
		if n != nil && names(n, p[2]) {
			return true, nil
		}
	}
	return false, nil
}

func names(n *tender.Notice, sum string) bool {
	for _, d := range n.Documents {
		for _, v := range d.Versions {
			if v.SHA256 == sum {
				return true
			}
		}
	}
	return false
}

var errGoing = fault.New(fault.Busy, "document.going", "This file is being removed, since nothing has named it. Send it again in a moment.")

// Claim is Spare for whoever stores an object that may be there already.
func (s *Service) Claim(ctx context.Context, key string) error {
	spared, err := s.Spare(ctx, key)
	if err == nil && !spared {
		err = errGoing
	}
	return err
}
