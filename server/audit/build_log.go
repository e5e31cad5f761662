package audit

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"probity/bidding"
	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/store"
)

// pageSize is how many entries are read at once.
const pageSize = 500

// log adds the procedure's entries, those of them whole that the scope shows.
func (b *build) log() error {
	head, err := b.Engine.Head(b.ctx)
	if err != nil {
		return err
	}
	b.checkpoint, b.size = head.Checkpoint, head.Size
	entries, err := b.entries()
	if err != nil {
		return err
	}
	if b.facts, err = bidding.Read(entries); err != nil {
		return err
	}
	var lines bytes.Buffer
	shown, left := b.shown(), b.left()
	for _, e := range entries {
		if left(e) {
			continue
		}
		if e.Record != nil && !shown(e) {
			e.Record, e.Salt = nil, nil
		} else if f, err := bidding.Read([]store.Entry{e}); err == nil {
			b.open = append(b.open, f...)
		}
		lines.Write(archived(e).Line())
		b.indexes = append(b.indexes, e.Index)
	}
	b.add(archive.CheckpointPath, b.checkpoint)
	b.add(archive.EntriesPath, lines.Bytes())
	return nil
}

// archived writes an entry of the log as an archive has it.
func archived(e store.Entry) archive.Entry {
	x := archive.Entry{Index: e.Index, Leaf: hex.EncodeToString(e.Leaf)}
	if e.Record == nil {
		x.ID, x.Name = e.ID, e.Name
		return x
	}
	x.Record, x.Salt = e.Record, hex.EncodeToString(e.Salt)
	return x
}

// entries reads all entries of the procedure that the checkpoint covers.
func (b *build) entries() ([]store.Entry, error) {
	var all []store.Entry
	for from := int64(0); ; {
		page, err := b.Engine.EntriesOn(b.ctx, b.ocid, from, pageSize)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if e.Index < b.size {
				all = append(all, e)
			}
		}
		if len(page) < pageSize {
			return all, nil
		}
		from = page[len(page)-1].Index + 1
	}
}

// proofs adds the entries about the log's own keys and about those with which
// what is shown was signed, those about outages, and the tiles that prove all entries.
func (b *build) proofs() error {
	chain, entries, err := b.logKeys()
	if err != nil {
		return err
	}
	keys, more, err := b.devices()
	if err != nil {
		return err
	}
	entries = append(entries, more...)
	beats, err := b.beats()
	if err != nil {
		return err
	}
	entries = append(entries, beats...)
	slices.SortFunc(entries, func(x, y store.Entry) int { return cmp.Compare(x.Index, y.Index) })
	var lines bytes.Buffer
	for _, e := range entries {
		lines.Write(archived(e).Line())
		b.indexes = append(b.indexes, e.Index)
	}
	b.add(archive.PlatformPath, lines.Bytes())
	b.add(archive.LogKeysPath, logKeysFile(chain))
	b.add(archive.KeysPath, keysFile(keys))
	return b.prove()
}

// logKeys reads the facts about the log's own keys, first to last.
func (b *build) logKeys() (chain []logKey, entries []store.Entry, err error) {
	for n := int64(1); ; n++ {
		e, err := b.entry(event.ID("log/key", n, 0))
		if err != nil || e == nil {
			return chain, entries, err
		}
		var d struct{ Data logKey }
		if err := json.Unmarshal(e.Record, &d); err != nil {
			return nil, nil, err
		}
		chain, entries = append(chain, d.Data), append(entries, *e)
	}
}

// entry returns the entry of a fact, or nil if the checkpoint has none.
func (b *build) entry(id string) (*store.Entry, error) {
	e, err := b.Engine.EntryOf(b.ctx, id)
	if errors.Is(err, store.ErrMissing) || err == nil && (e.Index >= b.size || e.Record == nil) {
		return nil, nil
	}
	return &e, err
}

// devices finds the facts about the keys that people signed with.
func (b *build) devices() (keys []deviceKey, entries []store.Entry, err error) {
	signers(b.open, b.keys)
	for _, id := range slices.Sorted(maps.Keys(b.keys)) {
		add, err := b.entry(event.ID("device/"+id, 1, 0))
		if err != nil {
			return nil, nil, err
		}
		if add == nil {
			continue // whoever verifies will say so
		}
		var d struct{ Data deviceKey }
		if err := json.Unmarshal(add.Record, &d); err != nil {
			return nil, nil, err
		}
		d.Data.Entry = add.Index
		entries = append(entries, *add)
		revoke, err := b.entry(event.ID("device/"+id, 2, 0))
		if err != nil {
			return nil, nil, err
		}
		if revoke != nil {
			d.Data.Revoked = revoke.Index
			entries = append(entries, *revoke)
		}
		keys = append(keys, d.Data)
	}
	return keys, entries, nil
}

// signers notes the ids of the keys whose signatures stand in facts.
func signers(facts []bidding.Placed, found map[string]bool) {
	for _, f := range facts {
		var v any
		if strings.Contains(string(f.Data), `"sig"`) && json.Unmarshal(f.Data, &v) == nil {
			collectKeys(v, found)
		}
	}
}

// collectKeys walks a fact for signatures: objects that name alg, key and sig.
func collectKeys(v any, found map[string]bool) {
	switch x := v.(type) {
	case []any:
		for _, y := range x {
			collectKeys(y, found)
		}
	case map[string]any:
		if id, ok := x["key"].(string); ok && x["sig"] != nil && x["alg"] != nil {
			found[id] = true
		}
		for _, y := range x {
			collectKeys(y, found)
		}
	}
}

// prove adds the tiles that prove the entries, and the root that draws start
// from.
func (b *build) prove() error {
	c, err := ledger.Peek(b.checkpoint)
	if err != nil {
		return err
	}
	var sizes []int64
	for _, f := range b.named(bidding.FactCloseWindow) {
		sizes = append(sizes, f.Index+1)
	}
	slices.Sort(b.indexes)
	tiles, err := archive.Needed(c, slices.Compact(b.indexes), sizes, b.tile)
	for path, t := range tiles {
		b.add(path, t)
	}
	return err
}
