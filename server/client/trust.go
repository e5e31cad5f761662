package client

import (
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
