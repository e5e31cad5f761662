package seal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"probity/tender/canon"
)

// coverLeaves is the least size of a closing tree. Up to a thousand records
// the tree looks the same; above, it tells the number within a factor of two.
const coverLeaves = 1024

// maxDepth bounds a foreign proof: a tree of 2^40 records is no tender.
const maxDepth = 40

// EntryProof lets one bidder check that its entry is under a closing head,
// without seeing any other.
type EntryProof struct {
	Entry Entry    `json:"entry"`
	Index int64    `json:"index"` // position in the tree, tells nothing
	Path  []string `json:"path"`  // hex hashes from the leaf's sibling up
	Salt  string   `json:"salt"`  // hex, 16 bytes
	V     string   `json:"v"`
}

// tree returns the levels from leaves to root, and for every entry its leaf.
func (c Closing) tree() (levels [][][32]byte, own [][32]byte) {
	size := coverLeaves
	for size < len(c.Entries) {
		size *= 2
	}
	level := make([][32]byte, size)
	for i := range level {
		if i < len(c.Entries) {
			level[i] = entryLeaf(c.entrySalt(i), c.Entries[i])
			continue
		}
		level[i] = canon.Hash("close-cover", []byte(c.Salt), number(i))
	}
	own = slices.Clone(level[:len(c.Entries)])
	slices.SortFunc(level, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	levels = [][][32]byte{level}
	for len(level) > 1 {
		up := make([][32]byte, len(level)/2)
		for i := range up {
			up[i] = closeNode(level[2*i], level[2*i+1])
		}
		levels, level = append(levels, up), up
	}
	return levels, own
}

func number(i int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }

func (c Closing) entrySalt(i int) []byte {
	h := canon.Hash("close-salt", []byte(c.Salt), number(i))
	return h[:16]
}

func entryLeaf(salt []byte, e Entry) [32]byte {
	return canon.Hash("close-entry", salt, canon.Must(e))
}

func closeNode(left, right [32]byte) [32]byte { return canon.Hash("close-node", left[:], right[:]) }

// Prove returns the proof for entry number i of the list.
func (c Closing) Prove(i int) EntryProof {
	levels, own := c.tree()
	index, _ := slices.BinarySearchFunc(levels[0], own[i], func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	p := EntryProof{Entry: c.Entries[i], Index: int64(index), Path: []string{}, Salt: hex.EncodeToString(c.entrySalt(i)), V: Version}
	for _, level := range levels[:len(levels)-1] {
		p.Path = append(p.Path, hex.EncodeToString(level[index^1][:]))
		index /= 2
	}
	return p
}

// Verify refuses p unless its entry is under h.
func (p EntryProof) Verify(h ClosingHead) error {
	bad := refused("seal.closing_proof", "The entry is not in the closing record.")
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || p.check() != nil {
		return bad
	}
	hash, index := entryLeaf(salt, p.Entry), p.Index
	for _, s := range p.Path {
		sibling, _ := unhex(s)
		if index&1 == 0 {
			hash = closeNode(hash, sibling)
		} else {
			hash = closeNode(sibling, hash)
		}
		index /= 2
	}
	if index != 0 || hex.EncodeToString(hash[:]) != h.Root {
		return bad
	}
	return nil
}

// Bytes returns the canonical bytes.
func (p EntryProof) Bytes() []byte { return canon.Must(p) }

// ParseEntryProof reads a proof strictly.
func ParseEntryProof(b []byte) (EntryProof, error) {
	var p EntryProof
	if err := read(b, &p); err != nil {
		return EntryProof{}, invalid("seal.closing_form", "This is not the proof of a closing entry.").Because(err)
	}
	return p, p.check()
}

func (p EntryProof) check() error {
	ok := p.V == Version && isHex(p.Salt, 16) && p.Index >= 0 && len(p.Path) <= maxDepth && checkEnvelopes(p.Entry.Envelopes)
	for _, s := range p.Path {
		ok = ok && isHash(s)
	}
	if !ok {
		return invalid("seal.closing_form", "This is not the proof of a closing entry.")
	}
	return nil
}
