// Package classify keeps the lists that goods, works and services are
// classified by, such as CPV: what an administrator has loaded, by edition, and
// how to find a code in it.
//
// Start with [Service]. A list is a small document with its editions; the codes
// of an edition are one object, named by its hash, so that an edition never
// changes and a tender that names a code of an older one stays readable.
// csv.go reads what is loaded, tree.go finds codes.
//
// The object store is not trusted: what comes back is held to the hash.
//
// Frozen: the kind, ids and facts of lists, and the form of the objects.
package classify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"time"

	"probity/documents/blob"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// List is one list, by the name that notices use for it ("CPV").
type List struct {
	store.Root

	Title    text.Text `json:"title"`
	Editions []Edition `json:"editions"` // oldest first
}

// Edition is the list as it was loaded once.
type Edition struct {
	Number int       `json:"number"` // from 1
	SHA256 string    `json:"sha256"` // of the object
	Codes  int       `json:"codes"`
	Source string    `json:"source"` // where it comes from, in words
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Keys makes lists findable all together.
func (l *List) Keys() store.Keys { return store.Keys{"all": "yes"} }

// Newest is the edition that is in use.
func (l *List) Newest() Edition { return l.Editions[len(l.Editions)-1] }

// Collection declares lists to the engine.
var Collection = store.Collection{Kind: "classification", Indexes: []store.Index{{Name: "all", Fields: []string{"all"}}}}

// Service is what can be done with lists.
type Service struct {
	Lists   store.Shelf[List, *List]
	Objects blob.Store

	mu    sync.Mutex
	trees map[string]*Tree // by hash
}

// Bounds of a list.
const (
	maxCodes    = 60_000
	maxEditions = 100
	maxObject   = 64 << 20
	maxTrees    = 8 // in memory
)

var schemeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// Load is a list in an edition to be.
type Load struct {
	Scheme string
	Title  text.Text
	Source string
	CSV    []byte
}

// Add loads an edition. The same codes again make no new one.
func (s *Service) Add(ctx context.Context, by party.Actor, in Load) (*List, error) {
	if err := party.Allowed(by, party.PlatformSettings); err != nil {
		return nil, err
	}
	if !schemeForm.MatchString(in.Scheme) {
		return nil, fault.Field("classification.scheme", "scheme", "The name of a list has up to 40 letters, digits, dots, dashes or underscores.")
	}
	title, err := in.Title.Clean("title", 200)
	if err != nil {
		return nil, err
	}
	source, err := text.Require("source", in.Source, 500)
	if err != nil {
		return nil, err
	}
	codes, err := readCSV(in.Scheme, in.CSV)
	if err != nil {
		return nil, err
	}
	body := write(codes)
	sum := sha256.Sum256(body)
	l, err := s.Lists.Get(ctx, in.Scheme)
	if fault.Coded(err, "classification.missing") {
		l, err = &List{Root: store.Root{ID: in.Scheme}}, nil
	}
	if err != nil {
		return nil, err
	}
	e := Edition{Number: len(l.Editions) + 1, SHA256: hex.EncodeToString(sum[:]), Codes: len(codes), Source: source, By: by.ID()}
	switch {
	case len(l.Editions) > 0 && l.Newest().SHA256 == e.SHA256:
		return l, nil
	case len(l.Editions) >= maxEditions:
		return nil, fault.New(fault.Conflict, "classification.editions", "This list has too many editions.")
	}
	// The object comes first: a list never names codes that are not there.
	if err := s.Objects.Put(ctx, key(e.SHA256), int64(len(body)), sum, bytes.NewReader(body)); err != nil && !errors.Is(err, blob.ErrExists) {
		return nil, fmt.Errorf("classify: keep %s: %w", in.Scheme, err)
	}
	if e.At, err = s.Lists.Engine.Time(ctx); err != nil {
		return nil, err
	}
	l.Title, l.Editions = title, append(l.Editions, e)
	return l, s.Lists.Put(ctx, l, event.New("classification.load", "", by.ID(), e.At, map[string]any{
		"scheme": l.ID, "number": e.Number, "sha256": e.SHA256, "codes": e.Codes, "source": e.Source}))
}

func key(hash string) string { return "classification/" + hash + ".json" }

// All shows every list.
func (s *Service) All(ctx context.Context) ([]*List, error) {
	list, _, err := s.Lists.Find(ctx, store.Query{Index: "all", Eq: []any{"yes"}, Limit: 100})
	return list, err
}

// Tree returns the codes of an edition, or of the newest if edition is 0.
func (s *Service) Tree(ctx context.Context, scheme string, edition int) (*List, *Tree, error) {
	if !schemeForm.MatchString(scheme) {
		return nil, nil, fault.New(fault.Missing, "classification.missing", "There is no such classification.")
	}
	l, err := s.Lists.Get(ctx, scheme)
	if err != nil {
		return nil, nil, err
	}
	e := l.Newest()
	if edition != 0 {
		i := slices.IndexFunc(l.Editions, func(e Edition) bool { return e.Number == edition })
		if i < 0 {
			return nil, nil, fault.New(fault.Missing, "classification.edition", "This list has no such edition.")
		}
		e = l.Editions[i]
	}
	t, err := s.tree(ctx, e.SHA256)
	return l, t, err
}

// tree returns codes by their hash, from memory where they have been read.
func (s *Service) tree(ctx context.Context, hash string) (*Tree, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.trees[hash]; t != nil {
		return t, nil
	}
	r, err := s.Objects.Get(ctx, key(hash), 0, -1)
	if err != nil {
		return nil, fmt.Errorf("classify: codes %s: %w", hash, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxObject))
	if err != nil {
		return nil, fmt.Errorf("classify: codes %s: %w", hash, err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("classify: the store gives other codes than %s", hash)
	}
	codes, err := read(b)
	if err != nil {
		return nil, err
	}
	if s.trees == nil || len(s.trees) >= maxTrees {
		s.trees = map[string]*Tree{}
	}
	s.trees[hash] = newTree(codes)
	return s.trees[hash], nil
}
