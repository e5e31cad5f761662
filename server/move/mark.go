package move

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	sequencer "probity/server/ledger"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// Kind is the kind of marks.
const Kind = "restored"

// Collection declares marks. There is one for each time that a platform was
// restored, or found to be older than it once was.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{
	{Name: "open", Fields: []string{"open"}}, {Name: "accepted", Fields: []string{"accepted"}},
}}

// Mark says that what is here may be older than what the world has seen: there
// may be receipts in other hands for entries that this log does not have. While
// a mark is open nothing is accepted and the log stands still, for another
// entry in the place of a lost one would be a fork. [Accept] closes it.
type Mark struct {
	store.Root

	Backup   string    `json:"backup,omitempty"` // the hash of its SHA256SUMS; "" if the age was found at start
	Began    time.Time `json:"began"`
	Done     bool      `json:"done"` // everything is in its place
	Size     int64     `json:"size"` // of the log that is here
	Hash     string    `json:"root"` // of it, in base64
	Accepted time.Time `json:"accepted,omitzero"`
}

// Keys let open marks be found.
func (m *Mark) Keys() store.Keys {
	if m.Accepted.IsZero() {
		return store.Keys{"open": "yes"}
	}
	return store.Keys{"accepted": m.Accepted.UnixMilli()}
}

func marks(e store.Engine) store.Shelf[Mark, *Mark] {
	return store.Shelf[Mark, *Mark]{Engine: e, Kind: Kind}
}

// Open returns the open mark of a platform, or nil.
func Open(ctx context.Context, e store.Engine) (*Mark, error) {
	list, _, err := marks(e).Find(ctx, store.Query{Index: "open", Eq: []any{"yes"}, Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// newMark opens a mark on a log.
func newMark(backup string, c ledger.Checkpoint) *Mark {
	var b [8]byte
	rand.Read(b[:])
	return &Mark{Root: store.Root{ID: hex.EncodeToString(b[:])}, Backup: backup, Began: time.Now().UTC().Truncate(time.Second), Size: c.Size, Hash: c.Root.String()}
}

// What an open mark refuses with.
var (
	// ErrUnfinished: a restore was cut off.
	ErrUnfinished = fault.New(fault.Conflict, "restore.unfinished", "A restore of this platform was cut off. Run it again with the same backup.")

	// ErrClosed: nobody has said yet that the log is the newest that was seen.
	ErrClosed = fault.New(fault.Busy, "platform.restored", "The platform was restored, and what was accepted before is being checked. Nothing new is accepted until that is done.")

	// ErrBehind: the world has seen more of the log than is here.
	ErrBehind = fault.New(fault.Conflict, "restore.behind", "The log that is here is older than what others have seen of it.")

	// ErrFork: the world has seen another log under this name.
	ErrFork = fault.New(fault.Conflict, "restore.fork", "The log that is here is not the one that others have seen.")
)

// Suspect opens a mark if the log is older than a checkpoint that was seen of
// it at a time, or another one; it is no error then. What was seen before the
// last acceptance has been answered by it. The caller knows that seen is of the
// log's own key.
func Suspect(ctx context.Context, e store.Engine, origin string, seen ledger.Checkpoint, at time.Time) error {
	if m, err := Open(ctx, e); m != nil || err != nil {
		return err
	}
	answered, _, err := marks(e).Find(ctx, store.Query{Index: "accepted", From: at.UnixMilli(), Limit: 1})
	if err != nil || len(answered) > 0 {
		return err
	}
	err = covered(ctx, e, origin, seen)
	if !errors.Is(err, ErrBehind) && !errors.Is(err, ErrFork) {
		return err
	}
	h, err := e.Head(ctx)
	if err != nil {
		return fmt.Errorf("move: end of the log: %w", err)
	}
	if h.Size == 0 {
		return fault.New(fault.Conflict, "log.lost", "This server has seen the log with %d entries, and the database has none: it is another one, or it was lost. Restore it.", seen.Size)
	}
	here, err := ledger.Peek(h.Checkpoint)
	if err != nil {
		return err
	}
	m := newMark("", here)
	m.Done = true
	return marks(e).Put(ctx, m)
}

// covered reports, as nil, that the log that is here begins with the one that
// was seen.
func covered(ctx context.Context, e store.Engine, origin string, seen ledger.Checkpoint) error {
	h, err := e.Head(ctx)
	if err != nil {
		return fmt.Errorf("move: end of the log: %w", err)
	}
	if seen.Size > h.Size {
		return fault.New(ErrBehind.Kind, ErrBehind.Code, "The log that is here ends with entry %d, and others have seen it with %d: %d entries are lost.",
			h.Size, seen.Size, seen.Size-h.Size)
	}
	if seen.Size == 0 {
		return nil
	}
	root, err := sequencer.NewReader(e, origin).Root(ctx, seen.Size)
	if err != nil {
		return err
	}
	if root != seen.Root {
		return ErrFork
	}
	return nil
}

// Acceptance is what an operator says to close a mark.
type Acceptance struct {
	Origin string

	// Newest are checkpoints or receipts that others have of the log, the newest
	// that could be found: from witnesses, from bidders, from the old machine.
	Newest [][]byte

	// Gap is why the platform goes on although entries are lost. It goes on
	// record, with what is known of the lost ones.
	Gap string
}

// FactAccept is the fact of an acceptance. It stands among the first entries
// behind the log that was restored.
const FactAccept = "platform.accept"

type accepted struct {
	Gap    string   `json:"gap,omitempty"`
	Newest []string `json:"newest"` // checkpoints
	Root   string   `json:"root"`
	Size   int64    `json:"size"`
}

// Accept closes the open mark of a platform. The log that is here must cover
// all that Newest proves, or Gap must say why it may go on without.
func Accept(ctx context.Context, e store.Engine, a Acceptance) (*Mark, error) {
	m, err := Open(ctx, e)
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		return nil, fault.New(fault.Missing, "restore.nothing", "This platform waits for no acceptance.")
	case !m.Done:
		return nil, ErrUnfinished
	case len(a.Newest) == 0 && a.Gap == "":
		return nil, fault.New(fault.Invalid, "restore.newest", "Name the newest checkpoint or receipt that others have of the log, or say why the platform goes on without.")
	}
	fact := accepted{Gap: a.Gap, Newest: []string{}, Root: m.Hash, Size: m.Size}
	trust, err := trusted(ctx, e, a.Origin)
	if err != nil {
		return nil, err
	}
	for _, raw := range a.Newest {
		signed, seen, err := read(raw, trust)
		if err != nil {
			return nil, err
		}
		if err := covered(ctx, e, a.Origin, seen); err != nil && (a.Gap == "" || !errors.Is(err, ErrBehind) && !errors.Is(err, ErrFork)) {
			return nil, err
		}
		fact.Newest = append(fact.Newest, string(signed))
	}
	now, err := e.Time(ctx)
	if err != nil {
		return nil, fmt.Errorf("move: time: %w", err)
	}
	m.Accepted = now
	return m, marks(e).Put(ctx, m, event.New(FactAccept, "", "operator", now, fact))
}

// trusted is the log's own keys, as the log that is here names them.
func trusted(ctx context.Context, e store.Engine, origin string) (ledger.Policy, error) {
	p := ledger.Policy{Origin: origin}
	keys, err := sequencer.Keys(ctx, e, origin)
	if err != nil {
		return p, err
	}
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return p, fmt.Errorf("move: key of the log: %w", err)
		}
		p.Log = append(p.Log, v)
	}
	return p, nil
}

// read takes a checkpoint, or the one of a receipt.
func read(raw []byte, trust ledger.Policy) (signed []byte, c ledger.Checkpoint, err error) {
	signed = raw
	if r, parseErr := ledger.ParseReceipt(raw); parseErr == nil {
		signed = r.Checkpoint
		c, err = r.Verify(trust)
	} else {
		c, err = trust.Open(raw)
	}
	if err != nil {
		err = fault.New(fault.Invalid, "restore.evidence", "This is no checkpoint of the log %s and no receipt of it.", trust.Origin).Because(err)
	}
	return signed, c, err
}
