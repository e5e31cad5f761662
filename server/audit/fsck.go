package audit

import (
	"context"
	"errors"
	"fmt"

	"probity/bidding"
	"probity/documents/blob"
	"probity/documents/ledger"
	sequencer "probity/server/ledger"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/fault"
	"probity/tender/store"
)

// Keeping is all that a platform keeps.
type Keeping struct {
	Engine  store.Engine
	Objects blob.Store
	Kinds   []store.Collection // that the engine was opened with
	Trust   ledger.Policy      // of the log; without keys, the log's own are taken

	// Deep reads every object whole. Otherwise an object's hash is the one that
	// the store has noted, and only small ones are read.
	Deep bool

	// Progress, if not nil, is told what is being looked at, and how far that is.
	Progress func(what string, done, of int64)
}

// Finding is one thing that does not fit together. Names are stable:
//
//	log.*              what server/ledger.CheckLog finds
//	fact.gap           a change between two facts of a document has none
//	document.missing   facts tell of a document that is not there
//	document.behind    a document is older than its last fact
//	document.ahead     a document has changed without a fact
//	document.factless  a document is there of which no fact tells
//	tender.state       a procedure does not stand where its facts lead
//	closing.list       a closing entry does not fit the facts before it
//	bid.state          a bid is not what the closing lists made of it
//	object.missing     bytes that something refers to are not there
//	object.changed     bytes are not those that were recorded
//	object.undeleted   sealed bytes are there that nobody may ever open
//	object.orphan      bytes are there to which nothing refers
type Finding struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// Fsck compares everything that a platform keeps with everything else: the log
// with itself, documents with facts, procedures with what their facts lead to,
// objects with those who refer to them. It changes nothing. The platform should
// be at rest, or a restored copy: what changes meanwhile may look wrong.
func Fsck(ctx context.Context, k Keeping) ([]Finding, error) {
	if k.Progress == nil {
		k.Progress = func(string, int64, int64) {}
	}
	f := &fsck{ctx: ctx, Keeping: k, last: map[string]turn{}, wanted: map[string]want{}, seen: map[string]bool{}}
	found, err := sequencer.CheckLog(ctx, k.Engine, k.Trust, func(done, of int64) { k.Progress("log", done, of) })
	if err != nil {
		return nil, err
	}
	for _, x := range found {
		f.found = append(f.found, Finding{x.Name, x.Path, x.String()})
	}
	for _, part := range []func() error{f.facts, f.documents, f.tenders, f.plans, f.contracts, f.objects} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("audit: fsck: %w", err)
		}
	}
	return f.found, nil
}

// fsck is a comparison under way.
type fsck struct {
	Keeping
	ctx    context.Context
	found  []Finding
	last   map[string]turn // the newest fact of each document, by subject
	wanted map[string]want // objects that something refers to, by key
	seen   map[string]bool // those that are there
	dead   []string        // prefixes under which nothing may be any more
	living []string        // prefixes under which something may be, while uploads go on
}

func (f *fsck) find(name, subject, format string, args ...any) {
	f.found = append(f.found, Finding{name, subject, fmt.Sprintf(format, args...)})
}

// facts notes the newest fact of every document: those in the log, then those
// that wait for it.
func (f *fsck) facts() error {
	for next := int64(0); ; {
		page, err := f.Engine.Entries(f.ctx, next, pageSize)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			f.newest(e.ID, e.Name)
		}
		next = page[len(page)-1].Index + 1
	}
	waiting, err := f.Engine.Pending(f.ctx, 1000000)
	for _, e := range waiting {
		f.newest(e.ID, e.Name)
	}
	return err
}

func (f *fsck) newest(id, name string) {
	t, ok := turnOf(id, name)
	if !ok || t.kind == "log" {
		return
	}
	before, some := f.last[t.subject]
	if !follows(before, t, some) {
		f.find("fact.gap", t.subject, "A change before the fact %s has no fact.", t.id)
	}
	f.last[t.subject] = t
}

// documents compares every document with its newest fact.
func (f *fsck) documents() error {
	n := int64(0)
	for subject, t := range f.last {
		f.Progress("documents", n, int64(len(f.last)))
		n++
		d, err := f.Engine.Get(f.ctx, t.kind, subject[len(t.kind)+1:])
		switch {
		case errors.Is(err, store.ErrMissing):
			f.find("document.missing", subject, "The fact %s tells of it, and it is not there.", t.id)
		case err != nil:
			return err
		case d.Version < t.version:
			f.find("document.behind", subject, "It is of version %d, and the fact %s is newer: the engine was set back.", d.Version, t.id)
		case d.Version > t.version+silentAfter(t):
			f.find("document.ahead", subject, "It is of version %d, and its last fact is %s.", d.Version, t.id)
		}
	}
	for _, c := range f.Kinds {
		if whole[c.Kind] || begun[c.Kind] {
			if err := f.factless(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// begun are the kinds, beside those that are whole, whose documents begin with
// a fact.
var begun = map[string]bool{award.NoticeKind: true, bidding.Kind: true, complaint.Kind: true, "refusal": true, "device": true}

// silentAfter is how many versions may follow a document's last fact.
func silentAfter(t turn) int64 {
	switch {
	case !whole[t.kind]:
		return 1 << 40
	case silent[t.name]:
		return 1
	}
	return 0
}

// factless finds the documents of a kind of which no fact tells.
func (f *fsck) factless(c store.Collection) error {
	for _, ix := range c.Indexes {
		q := store.Query{Kind: c.Kind, Index: ix.Name, Limit: pageSize}
		for {
			page, err := f.Engine.Find(f.ctx, q)
			if fault.Coded(err, store.ErrInput.Code) {
				break // this index wants a value; the next may not
			}
			if err != nil {
				return err
			}
			for _, d := range page.Docs {
				if subject := store.Subject(c.Kind, d.ID); f.last[subject].version == 0 {
					f.find("document.factless", subject, "It is there, and no fact tells of it.")
				}
			}
			if page.Next == "" {
				return nil
			}
			q.After = page.Next
		}
	}
	return nil
}

// tenders goes through all procedures.
func (f *fsck) tenders() error {
	shelf := store.Shelf[tender.Tender, *tender.Tender]{Engine: f.Engine, Kind: tender.Kind}
	n := int64(0)
	return shelf.All(f.ctx, store.Query{Index: "buyer"}, func(t *tender.Tender) error {
		n++
		f.Progress("procedures", n, 0)
		return f.tender(t)
	})
}
