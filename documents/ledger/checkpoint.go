package ledger

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxNote bounds a signed checkpoint: a log key or two and some witnesses.
const maxNote = 32 << 10

// Checkpoint is what a log commits to at one size.
type Checkpoint struct {
	Origin string // names the log; also the name of its keys
	Size   int64
	Root   tlog.Hash
}

// Empty is the root of a log without entries: the hash of nothing.
func Empty(origin string) Checkpoint {
	root, err := tlog.TreeHash(0, nil)
	if err != nil {
		panic(err) // there is nothing to read
	}
	return Checkpoint{Origin: origin, Root: root}
}

// Text returns the body of the note, as https://c2sp.org/tlog-checkpoint.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// Sign returns the checkpoint as a signed note, one signature per signer.
func (c Checkpoint) Sign(signers ...note.Signer) ([]byte, error) {
	for _, s := range signers {
		if s.Name() != c.Origin {
			return nil, fmt.Errorf("ledger: key %q cannot sign for the log %q", s.Name(), c.Origin)
		}
	}
	b, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("ledger: sign checkpoint: %w", err)
	}
	return b, nil
}

// ParseCheckpoint reads a note's body and refuses any other form of it.
// Extension lines are allowed by the format, and refused here: this log has
// none, and what we do not understand we do not vouch for.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(text) > maxNote || len(lines) != 4 || lines[3] != "" || lines[0] == "" {
		return Checkpoint{}, fmt.Errorf("ledger: a checkpoint is three lines, not %.80q", text)
	}
	c := Checkpoint{Origin: lines[0]}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > 1<<53 {
		return Checkpoint{}, fmt.Errorf("ledger: %.40q is not the size of a log", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("ledger: %.60q is not a root", lines[2])
	}
	c.Size, c.Root = size, tlog.Hash(root)
	if c.Text() != text {
		return Checkpoint{}, fmt.Errorf("ledger: %.80q is not in the form of a checkpoint", text)
	}
	return c, nil
}

// Peek reads a stored checkpoint without looking at its signatures: for the
// log itself, which signed it, and for messages. Everybody else opens it with
// a Policy.
func Peek(signed []byte) (Checkpoint, error) {
	i := bytes.Index(signed, []byte("\n\n"))
	if i < 0 || len(signed) > maxNote {
		return Checkpoint{}, fmt.Errorf("ledger: no signed note: %.60q", signed)
	}
	return ParseCheckpoint(string(signed[:i+1]))
}

// Merge returns the checkpoint a with the signature lines of b that it lacks.
// Both must be of the same text. It checks no signature.
func Merge(a, b []byte) ([]byte, error) {
	i, j := bytes.Index(a, []byte("\n\n")), bytes.Index(b, []byte("\n\n"))
	if i < 0 || j < 0 || !bytes.Equal(a[:i], b[:j]) {
		return nil, fmt.Errorf("ledger: signatures of another checkpoint")
	}
	merged := bytes.Clone(a)
	for line := range bytes.Lines(b[j+2:]) {
		if !bytes.Contains(a[i+1:], append([]byte("\n"), line...)) {
			merged = append(merged, line...)
		}
	}
	if len(merged) > maxNote {
		return nil, fmt.Errorf("ledger: a checkpoint of %d bytes", len(merged))
	}
	return merged, nil
}

// Policy says whom a reader believes: one of the log's keys, and so many of
// the witnesses. A log that rotates its key has two for a while.
type Policy struct {
	Origin    string
	Log       []note.Verifier // any one must have signed
	Witnesses []note.Verifier
	Quorum    int // so many of Witnesses must have signed
}

// Open returns the checkpoint in a signed note if p believes it. A signature
// that is wrong, by a key that p knows, spoils the whole note.
func (p Policy) Open(signed []byte) (Checkpoint, error) {
	if len(signed) > maxNote {
		return Checkpoint{}, fmt.Errorf("ledger: a checkpoint of %d bytes", len(signed))
	}
	n, err := note.Open(signed, note.VerifierList(append(append([]note.Verifier(nil), p.Log...), p.Witnesses...)...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("ledger: open checkpoint: %w", err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != p.Origin {
		return Checkpoint{}, fmt.Errorf("ledger: a checkpoint of the log %.80q, not of %q", c.Origin, p.Origin)
	}
	if signedBy(n, p.Log) == 0 {
		return Checkpoint{}, fmt.Errorf("ledger: no key of the log %q has signed", p.Origin)
	}
	if got := signedBy(n, p.Witnesses); got < p.Quorum {
		return Checkpoint{}, fmt.Errorf("ledger: %d witnesses have signed, %d must", got, p.Quorum)
	}
	return c, nil
}

// signedBy counts the verifiers whose signature is on the note. Open has
// dropped repeated signatures of one key.
func signedBy(n *note.Note, list []note.Verifier) (count int) {
	for _, v := range list {
		for _, s := range n.Sigs {
			if s.Name == v.Name() && s.Hash == v.KeyHash() {
				count++
				break
			}
		}
	}
	return count
}
