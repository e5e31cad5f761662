// Package store is all that the domain knows about keeping things. It asks of
// an engine no more than the weakest of them can give: compare-and-swap on one
// document, with the facts of the change in the same write. Every engine
// passes storetest.TestEngine; nothing else about an engine may be relied upon.
//
// Start with [Engine], whose comments are the contract; then [Shelf], through
// which services use it. We do not have transactions over two documents, and
// need none: where two aggregates must move, the first one's fact moves the
// second, idempotently, and a crash between them heals on the next run.
package store

import (
	"context"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
)

// What engines answer. Compare with errors.Is; wrap with the operation.
var (
	// ErrMissing: there is no such document, entry or tile.
	ErrMissing = fault.New(fault.Missing, "store.missing", "There is no such thing.")

	// ErrStale: the stored version is not the one that was changed.
	ErrStale = fault.New(fault.Stale, "store.stale", "Somebody changed this meanwhile. Look again.")

	// ErrTaken: the id, or a value that must be unique, is in use.
	ErrTaken = fault.New(fault.Conflict, "store.taken", "This is taken already.")

	// ErrBusy: the engine is away or overloaded. Whether a write took effect
	// is unknown.
	ErrBusy = fault.New(fault.Busy, "store.busy", "The store is not to be reached. Try again in a moment.")

	// ErrCursor: After is not a cursor of this query.
	ErrCursor = fault.New(fault.Invalid, "store.cursor", "This cursor does not belong to this list.")
)

// Keys are the fields of a document that can be searched: string, int64, or
// []string for one entry per element. A field that is absent is in no index.
// Nothing else in a document can be searched.
type Keys map[string]any

// Doc is one stored aggregate.
type Doc struct {
	Kind    string
	ID      string
	Version int64  // what is stored; 0 for a document that is not
	Keys    Keys   // searchable fields
	Body    []byte // one JSON object; comes back equal as JSON, not byte for byte
}

// Index orders the documents of a kind by some of their keys. At most one
// field may hold []string.
type Index struct {
	Name   string
	Fields []string
	Unique bool // no two documents share the values; documents without them are free
}

// Collection declares a kind. Ephemeral documents (sessions, idempotency keys)
// take no facts and may be deleted; all others stay for ever.
type Collection struct {
	Kind      string
	Indexes   []Index
	Ephemeral bool
}

// Query is one range of one index: equality on its leading fields, then a range
// on the next one. Ties are ordered by ID. A field that holds []string must be
// among Eq. Strings are ordered by their bytes.
type Query struct {
	Kind     string
	Index    string
	Eq       []any  // string or int64, one per leading field
	From, To any    // From <= next field < To; nil is open
	Desc     bool   // last first
	After    string // cursor from the page before; "" for the first page
	Limit    int    // 1 to 1000
}

// Page is a part of a list. Next is "" at its end.
type Page struct {
	Docs []*Doc
	Next string
}

// Entry is one fact in its place in the log.
type Entry struct {
	Index  int64  // from 0, without gaps
	ID     string // of the fact; unique
	Name   string
	Topic  string
	Record []byte // exact bytes; nil once erased
	Salt   []byte // nil once erased
	Leaf   []byte // 32 bytes, stays for ever
}

// Head is the end of the log.
type Head struct {
	Size       int64
	Checkpoint []byte // signed note over Size and the root; nil when Size is 0
}

// Batch is what one append adds to the log. One without entries replaces the
// checkpoint (by one with more signatures). Tiles are stored under the path of
// the whole tile, whatever their width: a partial tile is a prefix of it.
type Batch struct {
	After   Head              // the head it was made for
	Head    Head              // the head when it is in
	Entries []Entry           // After.Size, After.Size+1, ...
	Tiles   map[string][]byte // path to bytes, each final or wider than what was there
}

// Engine keeps documents and the log. It is safe for concurrent use. Every
// method returns ctx's error, and does nothing, when ctx is done before it
// starts. The caller owns what is returned, and the engine keeps no reference
// to what it was given.
type Engine interface {
	// Get returns the document, or ErrMissing.
	Get(ctx context.Context, kind, id string) (*Doc, error)

	// Put stores d as version d.Version+1, with its keys and its facts, all or
	// nothing. d.Version must be what is stored (0 for a new document), else
	// ErrStale; a new id or unique value that is in use is ErrTaken. The facts
	// go to the outbox in the order given, behind all facts of d that are there,
	// under the IDs event.ID(kind/id, version, 0...). When Put returns nil the
	// change survives the loss of power. After any error but ErrStale, ErrTaken
	// or a fault of kind Invalid the outcome is unknown; nothing half done is
	// ever seen. Put leaves d as it is.
	Put(ctx context.Context, d *Doc, facts ...event.Event) error

	// Delete removes an ephemeral document of that version. It is not an error
	// if there is none; ErrStale if the version is another.
	Delete(ctx context.Context, kind, id string, version int64) error

	// Find returns one page, in the order of the index. A document that is
	// stored before Find starts and not changed during it is on exactly one
	// page of the list.
	Find(ctx context.Context, q Query) (Page, error)

	// Time is the engine's clock: UTC, whole milliseconds, never behind what
	// it has said before in this process. It decides deadlines.
	Time(ctx context.Context) (time.Time, error)

	// Pending returns up to limit facts that wait for the log, those of one
	// document in the order in which they were put. A fact that Append has
	// taken is never returned again.
	Pending(ctx context.Context, limit int) ([]event.Event, error)

	// Head returns the end of the log; the zero Head if it is empty.
	Head(ctx context.Context) (Head, error)

	// Append extends the log by b and takes its facts from the outbox, all or
	// nothing. Entries need not have waited there. ErrStale if the head is not
	// b.After, ErrTaken if an ID is in the log already, ErrInput if b does not
	// fit together: nothing happened. After any other error the outcome is
	// unknown: read Head before the next Append.
	// When it returns nil the batch survives the loss of power, and its tiles
	// and entries are to be read before its checkpoint is.
	Append(ctx context.Context, b Batch) error

	// Tile returns stored tile bytes, or ErrMissing.
	Tile(ctx context.Context, path string) ([]byte, error)

	// Entries returns up to limit entries from index from on.
	Entries(ctx context.Context, from int64, limit int) ([]Entry, error)

	// EntriesOn returns up to limit entries of one topic from index from on.
	EntriesOn(ctx context.Context, topic string, from int64, limit int) ([]Entry, error)

	// EntryOf returns the entry of a fact, or ErrMissing while it waits.
	EntryOf(ctx context.Context, eventID string) (Entry, error)

	// Changes receives after facts were put and after the log has grown, until
	// ctx ends. It is a hint: ticks may be lost, merged or spurious, so readers
	// poll as well.
	Changes(ctx context.Context) <-chan struct{}

	// Close ends the engine. Calls that are under way finish first.
	Close() error
}

// Subject names a document in facts: kind/id.
func Subject(kind, id string) string { return kind + "/" + id }
