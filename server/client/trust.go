package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/fault"
)

// Log is what this machine believes about one transparency log: its name, its
// keys, and the newest checkpoint it has seen. Everything signed that comes
// later must continue that checkpoint; what does not is refused as a fork, and
// both checkpoints are kept as evidence against whoever signed them.
//
// The first key that is seen is trusted, unless one was given: see [Log.Pin].
// It is safe for concurrent use.
type Log struct {
	file string // "" for memory only

	mu    sync.Mutex
	state trust
}

// trust is the file: canonical JSON, readable by its owner.
type trust struct {
	Checkpoint string   `json:"checkpoint"` // newest signed note; "" if none was seen
	Keys       []string `json:"keys"`       // verifier keys of the log, any of which may sign
	Origin     string   `json:"origin"`     // "" if nothing is pinned yet
	Quorum     int      `json:"quorum"`     // so many of the witnesses must have signed
	V          string   `json:"v"`
	Witnesses  []string `json:"witnesses"`
}

const trustForm = "probity-trust/1"

// Source is where a log's public parts come from. It is not trusted.
type Source interface {
	// Announced returns what the log says about itself.
	Announced(ctx context.Context) (Announcement, error)

	// Tile returns the bytes at a path of https://c2sp.org/tlog-tiles.
	Tile(ctx context.Context, path string) ([]byte, error)
}

// Announcement is what a log says about itself.
type Announcement struct {
	Origin    string   `json:"origin"`
	Keys      []string `json:"keys"`      // verifier keys, newest last
	Handovers []string `json:"handovers"` // signed notes in which an old key names a new one
}

// NewLog believes in the log whose verifier keys are given, and keeps what it
// learns in memory. Without a key the first one seen is trusted.
func NewLog(vkeys ...string) (*Log, error) {
	l := &Log{state: trust{V: trustForm}}
	if len(vkeys) == 0 {
		return l, nil
	}
	return l, l.Pin(vkeys...)
}

// OpenLog reads the trust file, or begins one that is written once something
// is known.
func OpenLog(file string) (*Log, error) {
	l := &Log{file: file, state: trust{V: trustForm}}
	b, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, nil
	case err != nil:
		return nil, fmt.Errorf("client: read trust file: %w", err)
	}
	bad := fault.New(fault.Invalid, "log.trust_file", "%s is not a file of trusted logs.", file)
	var s trust
	if err := canon.Parse(b, &s); err != nil || s.V != trustForm {
		return nil, bad.Because(err)
	}
	l.state = s
	if _, err := l.policy(); s.Origin != "" && err != nil {
		return nil, bad.Because(err)
	}
	return l, nil
}

// Pin fixes the log's keys. All must carry one name, the log's origin. A log
// that is pinned already keeps its keys: other ones are refused.
func (l *Log) Pin(vkeys ...string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pin(vkeys)
}

func (l *Log) pin(vkeys []string) error {
	origin := ""
	for _, k := range vkeys {
		v, err := note.NewVerifier(k)
		if err != nil || origin != "" && v.Name() != origin {
			return fault.New(fault.Invalid, "log.key", "%.120q is not the verifier key of the log.", k)
		}
		origin = v.Name()
	}
	switch {
	case origin == "":
		return fault.New(fault.Invalid, "log.key", "There is no key to trust the log by.")
	case l.state.Origin == "":
		l.state.Origin, l.state.Keys = origin, slices.Clone(vkeys)
		return l.save()
	case l.state.Origin != origin || !slices.ContainsFunc(vkeys, func(k string) bool { return slices.Contains(l.state.Keys, k) }):
		return fault.New(fault.Conflict, "log.other_key",
			"This machine trusts the log %s by another key. If the log was really replaced, remove %s yourself.", l.state.Origin, l.name())
	}
	return nil
}

// RequireWitnesses wants so many of the witnesses to have signed every
// checkpoint from now on.
func (l *Log) RequireWitnesses(quorum int, vkeys ...string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range vkeys {
		if _, err := ledger.NewWitness(k); err != nil {
			return fault.New(fault.Invalid, "log.witness", "%.120q is not the key of a witness.", k).Because(err)
		}
	}
	if quorum < 0 || quorum > len(vkeys) {
		return fault.New(fault.Invalid, "log.witness", "So many witnesses are not named.")
	}
	l.state.Quorum, l.state.Witnesses = quorum, slices.Clone(vkeys)
	return l.save()
}

// Origin names the log; "" while nothing is pinned.
func (l *Log) Origin() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Origin
}

// Keys are the log's pinned verifier keys.
func (l *Log) Keys() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.state.Keys)
}

// Seen is the newest checkpoint that was believed, as a signed note.
func (l *Log) Seen() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return []byte(l.state.Checkpoint)
}

func (l *Log) name() string {
	if l.file == "" {
		return "what it holds in memory"
	}
	return l.file
}

// policy is what a checkpoint must satisfy.
func (l *Log) policy() (ledger.Policy, error) {
	p := ledger.Policy{Origin: l.state.Origin, Quorum: l.state.Quorum}
	for _, k := range l.state.Keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return p, fmt.Errorf("client: key of the log: %w", err)
		}
		p.Log = append(p.Log, v)
	}
	for _, k := range l.state.Witnesses {
		w, err := ledger.NewWitness(k)
		if err != nil {
			return p, fmt.Errorf("client: key of a witness: %w", err)
		}
		p.Witnesses = append(p.Witnesses, w)
	}
	return p, nil
}

// Believe returns the checkpoint in a signed note if the log's pinned key (and
// the witnesses) have signed it and if it continues, or is continued by, the
// newest one seen before. It remembers the newer of the two.
func (l *Log) Believe(ctx context.Context, signed []byte, from Source) (ledger.Checkpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.meet(ctx, from); err != nil {
		return ledger.Checkpoint{}, err
	}
	fresh, err := l.open(ctx, signed, from)
	if err != nil {
		return fresh, err
	}
	if l.state.Checkpoint == "" {
		l.state.Checkpoint = string(signed)
		return fresh, l.save()
	}
	seen, err := ledger.Peek([]byte(l.state.Checkpoint))
	if err != nil {
		return fresh, fmt.Errorf("client: checkpoint in the trust file: %w", err)
	}
	if err := continues(ctx, seen, fresh, from); err != nil {
		if fault.From(err).Kind == fault.Conflict {
			err = errors.Join(err, l.keepEvidence(signed))
		}
		return fresh, err
	}
	if fresh.Size <= seen.Size {
		return fresh, nil
	}
	l.state.Checkpoint = string(signed)
	return fresh, l.save()
}

// meet trusts the log's key on first use.
func (l *Log) meet(ctx context.Context, from Source) error {
	if l.state.Origin != "" {
		return nil
	}
	a, err := from.Announced(ctx)
	if err != nil {
		return err
	}
	return l.pin(a.Keys)
}

// open holds a note to the policy. If no pinned key has signed, one of them may
// have named its successor.
func (l *Log) open(ctx context.Context, signed []byte, from Source) (ledger.Checkpoint, error) {
	p, err := l.policy()
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c, err := p.Open(signed)
	if err == nil {
		return c, nil
	}
	a, away := from.Announced(ctx)
	if away == nil && l.learn(p, a.Handovers) {
		if p, away = l.policy(); away == nil {
			c, err = p.Open(signed)
		}
	}
	if err != nil {
		return c, fault.New(fault.Denied, "log.signature", "This is not signed by the log %s as this machine knows it.", l.state.Origin).Because(err)
	}
	return c, nil
}

// learn takes over keys that a pinned key has named, and reports whether there
// were any.
func (l *Log) learn(p ledger.Policy, handovers []string) (learned bool) {
	for _, h := range handovers {
		for _, old := range p.Log {
			fresh, err := ledger.OpenHandover(p.Origin, old, []byte(h))
			if err != nil || slices.Contains(l.state.Keys, fresh) {
				continue
			}
			v, err := note.NewVerifier(fresh)
			if err != nil {
				continue
			}
			p.Log, learned = append(p.Log, v), true
			l.state.Keys = append(l.state.Keys, fresh)
		}
	}
	return learned
}

// continues refuses two checkpoints of which neither is the start of the other.
func continues(ctx context.Context, a, b ledger.Checkpoint, from Source) error {
	if a.Size > b.Size {
		a, b = b, a
	}
	if a.Size == b.Size {
		if a == b {
			return nil
		}
		return forked.Because(fmt.Errorf("client: two roots at size %d", a.Size))
	}
	tree := ledger.NewTree(b.Size, func(base string) ([]byte, error) { return tileAt(ctx, from, base, b.Size) })
	proof, err := tree.ProveGrowth(a.Size)
	if err != nil {
		if k := fault.From(err).Kind; k == fault.Busy || k == fault.Limited {
			return err // the line; nothing is said about the log
		}
		return unproven.Because(err)
	}
	if err := ledger.CheckGrowth(a, b, proof); err != nil {
		return forked.Because(err)
	}
	return nil
}

var forked = fault.New(fault.Conflict, "log.fork",
	"The log does not continue what this machine has seen of it before: its history was changed, or there are two. Nothing it says now counts.")

var unproven = fault.New(fault.Conflict, "log.unproven",
	"The log does not show that it continues what this machine has seen of it before. It may have been set back. Nothing it says now counts.")

// tileAt reads as much of a tile as a log of this size has.
func tileAt(ctx context.Context, from Source, base string, size int64) ([]byte, error) {
	t, err := ledger.ParsePath(base)
	if err != nil {
		return nil, err
	}
	t.W = ledger.WidthAt(t, size)
	if t.W == 0 {
		return nil, fmt.Errorf("client: tile %s is beyond the log", base)
	}
	b, err := from.Tile(ctx, ledger.Path(t))
	if err == nil && len(b) != ledger.TileSize(t) {
		err = fault.New(fault.Internal, "client.answer", "The server's answer is not a tile of the log.")
	}
	return b, err
}

// keepEvidence writes the two signed checkpoints of a fork where nobody
// overwrites them.
func (l *Log) keepEvidence(signed []byte) error {
	if l.file == "" {
		return nil
	}
	sum := canon.Hash("fork", []byte(l.state.Checkpoint), signed)
	name := fmt.Sprintf("%s.fork-%x.txt", l.file, sum[:6])
	return create(name, fmt.Appendf(nil, "%s\n---\n%s", l.state.Checkpoint, signed), 0o600)
}

// save writes the file in one step. What another process has written meanwhile
// is a checkpoint of the same log, and will be met again.
func (l *Log) save() error {
	if l.file == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(l.file), 0o700); err != nil {
		return fmt.Errorf("client: trust file: %w", err)
	}
	s := l.state
	s.Keys, s.Witnesses = append([]string{}, s.Keys...), append([]string{}, s.Witnesses...)
	return replace(l.file, canon.Must(s), 0o600)
}
