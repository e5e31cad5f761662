package ledger

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1"

	// maxReceipt bounds foreign bytes. The longest records are the closing
	// records of tenders with thousands of bids.
	maxReceipt = 8 << 20

	// maxProof is the longest path in a tree of 2^53 leaves.
	maxProof = 53
)

// Receipt proves that a record stands in the log: the record and its salt, the
// path from its leaf to the root, and a signed checkpoint over that root.
type Receipt struct {
	Index      int64
	Salt       []byte // 16 bytes
	Record     []byte // exact bytes
	Proof      tlog.RecordProof
	Checkpoint []byte // signed note
}

// Marshal returns the receipt as https://c2sp.org/tlog-proof@v1, whose extra
// data is the salt followed by the record.
func (r Receipt) Marshal() []byte {
	var b bytes.Buffer
	extra := append(append([]byte(nil), r.Salt...), r.Record...)
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(extra), r.Index)
	for _, h := range r.Proof {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteByte('\n')
	b.Write(r.Checkpoint)
	return b.Bytes()
}

// ParseReceipt reads a receipt and refuses every form that Marshal would not
// write. It verifies nothing.
func ParseReceipt(b []byte) (Receipt, error) {
	if len(b) > maxReceipt {
		return Receipt{}, fmt.Errorf("ledger: a receipt of %d bytes", len(b))
	}
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 3 || len(lines) > 3+maxProof || lines[0] != proofHeader {
		return Receipt{}, fmt.Errorf("ledger: not a receipt of form %s", proofHeader)
	}
	r := Receipt{Checkpoint: bytes.Clone(checkpoint)}
	extra, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil || len(extra) < SaltSize {
		return Receipt{}, fmt.Errorf("ledger: a receipt without salt and record")
	}
	r.Salt, r.Record = extra[:SaltSize:SaltSize], extra[SaltSize:]
	if r.Index, err = strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64); err != nil || r.Index < 0 {
		return Receipt{}, fmt.Errorf("ledger: %.40q is not the index of a receipt", lines[2])
	}
	for _, line := range lines[3:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return Receipt{}, fmt.Errorf("ledger: %.60q is not a hash of a receipt", line)
		}
		r.Proof = append(r.Proof, h)
	}
	if !bytes.Equal(r.Marshal(), b) {
		return Receipt{}, fmt.Errorf("ledger: a receipt in another form than %s", proofHeader)
	}
	return r, nil
}

// Verify reports whether the record stands in the log, at the receipt's index,
// under a checkpoint that p believes, and returns that checkpoint.
func (r Receipt) Verify(p Policy) (Checkpoint, error) {
	c, err := p.Open(r.Checkpoint)
	if err != nil {
		return Checkpoint{}, err
	}
	if len(r.Salt) != SaltSize {
		return Checkpoint{}, fmt.Errorf("ledger: a salt of %d bytes", len(r.Salt))
	}
	if r.Index < 0 || r.Index >= c.Size {
		return Checkpoint{}, fmt.Errorf("ledger: entry %d is not in a log of %d", r.Index, c.Size)
	}
	if err := tlog.CheckRecord(r.Proof, c.Size, c.Root, r.Index, nodeOf(Leaf(r.Salt, r.Record))); err != nil {
		return Checkpoint{}, fmt.Errorf("ledger: entry %d is not what the receipt says: %w", r.Index, err)
	}
	return c, nil
}

// CheckGrowth reports whether the log of checkpoint b begins with the whole
// log of checkpoint a, as the proof claims (RFC 6962, 2.1.2).
func CheckGrowth(a, b Checkpoint, p tlog.TreeProof) error {
	if a.Origin != b.Origin {
		return fmt.Errorf("ledger: %.80q and %.80q are two logs", a.Origin, b.Origin)
	}
	if a.Size > b.Size {
		return fmt.Errorf("ledger: a log of %d entries cannot grow to %d", a.Size, b.Size)
	}
	if a.Size == 0 {
		if a.Root != Empty(a.Origin).Root || len(p) > 0 {
			return fmt.Errorf("ledger: a wrong root of the empty log")
		}
		return nil // every log begins with the empty one
	}
	if len(p) > 2*maxProof {
		return fmt.Errorf("ledger: a proof of %d hashes", len(p))
	}
	if err := tlog.CheckTree(p, b.Size, b.Root, a.Size, a.Root); err != nil {
		return fmt.Errorf("ledger: the log of %d does not begin with the log of %d: %w", b.Size, a.Size, err)
	}
	return nil
}
