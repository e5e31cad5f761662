// Package ledger is the form of the transparency log, and everything that can
// be computed and checked without keeping one: leaves, tiles, checkpoints,
// receipts, consistency. It does no input or output, so that the offline
// verifier, the sequencer and strangers run the same lines. Start with [Leaf]
// and [Receipt]; then [Tree], which is how a log grows.
//
// The form is that of C2SP, so that standard witnesses and clients work:
// https://c2sp.org/tlog-tiles, https://c2sp.org/tlog-checkpoint,
// https://c2sp.org/tlog-proof@v1, https://c2sp.org/signed-note,
// https://c2sp.org/tlog-cosignature; hashes are those of RFC 6962. The
// arithmetic is golang.org/x/mod/sumdb/tlog's.
//
// Frozen: all of it. Receipts are in the hands of bidders, and a checkpoint
// once signed cannot be taken back.
package ledger

import (
	"crypto/sha256"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// SaltSize is the number of random bytes that keep a leaf from being guessed.
const SaltSize = 16

// LeafSize is the number of bytes of every entry of the log.
const LeafSize = sha256.Size

// Leaf returns the entry that commits to a record: SHA-256("sealbid/1 leaf\n"
// || salt || record). All entries are of this size, so the log shows neither
// what they are about nor how much; and when salt and record are erased, as
// the protection of persons may demand, the log stays whole.
func Leaf(salt, record []byte) []byte {
	h := sha256.New()
	io.WriteString(h, "sealbid/1 leaf\n")
	h.Write(salt)
	h.Write(record)
	return h.Sum(nil)
}

// nodeOf is the leaf's hash in the Merkle tree.
func nodeOf(leaf []byte) tlog.Hash { return tlog.RecordHash(leaf) }
