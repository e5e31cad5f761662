package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"probity/bidding"
	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/tender/event"
)

// Names of the facts about the log itself.
const (
	factLogStart = "log.start"
	factLogKey   = "log.key"
)

// logKey is the data of these facts.
type logKey struct {
	Handover string `json:"handover"`
	Key      string `json:"key"`
	Origin   string `json:"origin"`
}

// log checks that every entry stands in the log at its place: record and salt
// give the leaf, the tiles lead from the leaf to the root, the root is signed.
func (v *verifier) log() error {
	steps := entrySteps{
		form:   v.step("log.entry", "Every line is an entry"),
		order:  v.step("log.order", "The entries stand in the order of the log"),
		leaf:   v.step("log.leaf", "Every leaf is the one of its record and salt"),
		record: v.step("log.record", "Every record is a fact of this procedure"),
	}
	v.platform = v.entries(archive.PlatformPath, "", steps)
	v.facts = v.entries(archive.EntriesPath, v.OCID, steps)
	for _, s := range []*step{steps.form, steps.order, steps.leaf, steps.record} {
		s.end()
	}
	c, ok := v.checkpoint()
	if ok {
		v.proof(c)
	}
	return nil
}

type entrySteps struct{ form, order, leaf, record *step }

// entries reads a file of entries.
func (v *verifier) entries(path, topic string, s entrySteps) []bidding.Placed {
	r, err := v.in.Open(path)
	if err != nil {
		s.form.fail(path, "The file of entries is not there.")
		return nil
	}
	var list []bidding.Placed
	last := int64(-1)
	for n, p := range archive.Entries(r) {
		e := p.Entry
		if !s.form.expect(p.Err == nil, fmt.Sprintf("%s:%d", path, n), "Line %d is not an entry of an archive.", n) {
			continue
		}
		s.order.expect(e.Index > last, entry(e.Index), "The entry stands behind entry %d.", last)
		last = max(last, e.Index)
		if before, twice := v.leaves[e.Index]; twice {
			s.order.expect(before == e.Leaf, entry(e.Index), "The entry is there twice, with two leaves.")
		}
		v.leaves[e.Index] = e.Leaf
		if e.ID != "" {
			v.withheld[e.Name]++
			v.turn(e.ID, e.Name, topic)
			continue
		}
		s.leaf.expect(e.Commits(), entry(e.Index), "Record and salt do not give the leaf: one of the three was changed.")
		if f, ok := placed(e, topic, s.record); ok {
			list = append(list, f)
			v.turn(f.ID, f.Name, topic)
		}
	}
	return list
}

// turn notes the place of a fact of the procedure among those of its document.
func (v *verifier) turn(id, name, topic string) {
	if t, ok := turnOf(id, name); ok && topic != "" {
		v.turns = append(v.turns, t)
	}
}

func entry(index int64) string { return fmt.Sprintf("entry %d", index) }

// placed reads the fact of an entry.
func placed(e archive.Entry, topic string, s *step) (bidding.Placed, bool) {
	f, err := event.Parse(e.Record)
	if !s.expect(err == nil, entry(e.Index), "The record is not a fact: %v.", err) {
		return bidding.Placed{}, false
	}
	if !s.expect(f.Topic == topic, f.ID, "The fact belongs to %q.", f.Topic) {
		return bidding.Placed{}, false
	}
	f.Salt, _ = hex.DecodeString(e.Salt)
	return bidding.Placed{Index: e.Index, Event: f}, true
}

// checkpoint opens the signed head of the log with the keys that are believed.
func (v *verifier) checkpoint() (ledger.Checkpoint, bool) {
	s := v.step("log.checkpoint", "The head of the log is signed by the log's key")
	defer s.end()
	keys := v.believed()
	v.manifestSigned(keys)
	raw, err := v.in.Read(archive.CheckpointPath, 1<<16)
	if err != nil {
		s.fail(archive.CheckpointPath, "There is no signed head of the log.")
		return ledger.Checkpoint{}, false
	}
	p := ledger.Policy{Origin: v.Origin, Log: keys, Witnesses: v.trust.Witnesses, Quorum: v.trust.Quorum}
	c, err := p.Open(raw)
	if !s.expect(err == nil, archive.CheckpointPath, "The head of the log is not signed by whom it must be: %v.", err) {
		if c, err = ledger.Peek(raw); err != nil {
			return c, false
		}
	}
	s.expect(c.Size == v.in.Manifest.Size, archive.CheckpointPath, "The log has %d entries there; the manifest says %d.", c.Size, v.in.Manifest.Size)
	v.Size, v.Root = c.Size, hexOf(c.Root)
	return c, true
}

// manifestSigned checks the note over the manifest.
func (v *verifier) manifestSigned(keys []note.Verifier) {
	s := v.step("archive.signed", "The manifest is signed by the keeper of the log: nothing was left out since")
	if s.expect(v.in.Note != nil, archive.NotePath, "Nobody has signed the manifest: files and entries could have been left out.") {
		err := v.in.Manifest.CheckNote(v.in.Note, keys...)
		s.expect(err == nil, archive.NotePath, "The manifest is not the one that the keeper of the log has signed.")
	}
	s.end()
}

// believed returns the keys of the log that the checkpoint may be signed by:
// those that the caller trusts, and those that they have handed over to.
func (v *verifier) believed() []note.Verifier {
	s := v.step("log.key", "The log's keys vouch for each other, from the first to the last")
	defer s.end()
	chain := v.chain(s)
	known := map[string]bool{}
	for _, k := range v.trust.Log {
		known[strings.TrimSpace(k)] = true
	}
	if len(known) == 0 {
		if len(chain) == 0 {
			return nil
		}
		v.Key = chain[len(chain)-1].Key
		v.note("log.key_not_compared", "The log's key was taken from the archive itself and compared with nothing. Compare it with one that you have from elsewhere: %s", v.Key)
		known[v.Key] = true
	}
	var list []note.Verifier
	for i, k := range chain {
		if i > 0 && known[chain[i-1].Key] {
			known[k.Key] = true // chain has checked the handover
		}
		if known[k.Key] {
			v.Key = k.Key
		}
	}
	for k := range known {
		n, err := note.NewVerifier(k)
		if s.expect(err == nil, k, "This is not the key of a log.") {
			list = append(list, n)
		}
	}
	return list
}

// chain lists the log's keys from its own facts, as far as each is vouched for
// by the one before it, and compares them with the file for people.
func (v *verifier) chain(s *step) []logKey {
	var list []logKey
	for _, f := range v.platform {
		if f.Name != factLogStart && f.Name != factLogKey {
			continue
		}
		d, ok := data[logKey](v, f)
		if !ok || !s.expect(f.ID == event.ID("log/key", int64(len(list)+1), 0) && d.Origin == v.Origin, f.ID, "A key of the log is missing before this one, or it is of another log.") {
			break
		}
		if len(list) > 0 && !s.expect(vouched(v.Origin, list[len(list)-1].Key, d), f.ID, "The key before this one has not handed over to it.") {
			break
		}
		list = append(list, d)
	}
	s.expect(len(list) > 0, archive.PlatformPath, "The archive does not say which key the log has.")
	want := logKeysFile(list)
	got, err := v.in.Read(archive.LogKeysPath, 1<<16)
	s.expect(err == nil && bytes.Equal(got, want), archive.LogKeysPath, "The list of the log's keys is not the one that the log itself gives.")
	return list
}

func vouched(origin, by string, d logKey) bool {
	old, err := note.NewVerifier(by)
	if err != nil {
		return false
	}
	key, err := ledger.OpenHandover(origin, old, []byte(d.Handover))
	return err == nil && key == d.Key
}

// logKeysFile is the list of keys for people, first to last.
func logKeysFile(list []logKey) []byte {
	var b bytes.Buffer
	for _, k := range list {
		b.WriteString(k.Key + "\n")
	}
	return b.Bytes()
}

// proof checks that all leaves stand under the root.
func (v *verifier) proof(c ledger.Checkpoint) {
	s := v.step("log.proof", "Every leaf stands at its place under the signed root")
	defer s.end()
	var indexes []int64
	for i := range v.leaves {
		if s.expect(i < c.Size, entry(i), "The log had only %d entries.", c.Size) {
			indexes = append(indexes, i)
		}
	}
	slices.Sort(indexes)
	hashes, err := archive.Leaves(c, indexes, v.in.Tile)
	if err != nil {
		s.fail("log/tile", "The tiles do not lead to the signed root, so no entry is proved: %v.", err)
		return
	}
	for n, i := range indexes {
		leaf, _ := hex.DecodeString(v.leaves[i])
		s.expect(tlog.RecordHash(leaf) == hashes[n], entry(i), "The log has another entry at this place.")
	}
}

// rawMember returns one member of a fact's data as the bytes that were logged.
func rawMember(f bidding.Placed, name string) json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(f.Data, &m) != nil {
		return nil
	}
	return m[name]
}
