// Package blob keeps bytes under keys: sealed bids, documents, papers. Start
// with [Store], whose comments are the contract; every store passes
// blobtest.TestStore, and nothing else about one may be relied upon. A folder
// (blob/dir) and any S3 store can keep it.
//
// An object is written once and never changed: there is no overwriting, so a
// reference to a key is a reference to bytes. Bytes are checked against the
// hash that the caller names before they can be seen. Large objects come in
// parts that are sent in any order, again after a broken line, and by several
// at once; the object appears when all are there, all at once.
//
// The sum of an object in parts is that of sealbid/1 (part 6.10) and of S3's
// composite checksum: the SHA-256 of the SHA-256 of each part. It can be known
// before anything is sent, and checked without reading the object again.
package blob

import (
	"context"
	"crypto/sha256"
	"io"
	"regexp"
	"strings"
	"time"

	"probity/tender/fault"
)

// Sum is a SHA-256.
type Sum = [sha256.Size]byte

// What stores answer. Compare with errors.Is.
var (
	// ErrMissing: there is no such object.
	ErrMissing = fault.New(fault.Missing, "blob.missing", "There is no such file.")

	// ErrExists: there is an object under this key; it stays as it is.
	ErrExists = fault.New(fault.Conflict, "blob.exists", "There is a file in this place already.")

	// ErrUpload: there is no such upload, or it was completed or aborted.
	ErrUpload = fault.New(fault.Missing, "blob.upload", "There is no such upload any more.")

	// ErrIncomplete: parts of the upload are not there.
	ErrIncomplete = fault.New(fault.Conflict, "blob.incomplete", "Parts of this file have not arrived.")

	// ErrSum: the bytes are not those of the hash.
	ErrSum = fault.New(fault.Invalid, "blob.sum", "The bytes that arrived are not those that were announced.")

	// ErrSize: the bytes are more or fewer than announced.
	ErrSize = fault.New(fault.Invalid, "blob.size", "The file has another size than was announced.")

	// ErrKey: not a key.
	ErrKey = fault.New(fault.Invalid, "blob.key", "This is not the name of a place for files.")

	// ErrPart: there is no part of that number, or the plan is not one.
	ErrPart = fault.New(fault.Invalid, "blob.part", "This file has no such part.")

	// ErrFull: the store has no room. When there is some, the same call works.
	ErrFull = fault.New(fault.Busy, "blob.store_full", "The file store is full. Please try again later.")

	// ErrRange: the range begins at the end or behind it.
	ErrRange = fault.New(fault.Invalid, "blob.range", "The file is shorter than that.")
)

// Info is what is known of an object without reading it.
type Info struct {
	Key    string
	Size   int64
	Sum    Sum       // of the bytes, if Parts is 0; else of the parts' sums
	Parts  int       // 0 if the object was put in one piece
	Stored time.Time // UTC, whole seconds
}

// Item is an object in a list.
type Item struct {
	Key    string
	Size   int64
	Stored time.Time
}

// Upload is an object on its way. Whoever created it keeps it: stores need all
// of it again. It is plain data and survives the process.
type Upload struct {
	Key  string
	ID   string // given by the store
	Plan Plan
}

// Present is a part that has arrived whole and was checked.
type Present struct {
	N    int // from 1
	Size int64
}

// Target is where a client may send a part directly. A store that cannot take
// parts from clients returns the zero Target; the server then offers an
// address of its own and calls PutPart.
type Target struct {
	URL     string
	Headers map[string]string // to be sent exactly so
	Expires time.Time
}

// Store keeps objects. It is safe for concurrent use. A ctx that ends makes a
// method return its error; what it was to do is then done wholly or not at
// all. After any other error than those above the outcome is unknown: ask
// Head, or Parts.
type Store interface {
	Keeper

	// Put stores size bytes from r, whose SHA-256 is sum, under a new key:
	// ErrExists if there is one. ErrSize or ErrSum if r gives other bytes; then,
	// and when r fails, nothing is stored. When Put returns nil, the object
	// survives the loss of power.
	Put(ctx context.Context, key string, size int64, sum Sum, r io.Reader) error

	// Get returns length bytes from offset on; all that follow if length is
	// negative, or fewer where the object ends. ErrRange if there is no byte at
	// offset, except at 0 of an empty object. The caller closes the result, and
	// checks the bytes: stores are not trusted.
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)

	// Head returns what is known of an object.
	Head(ctx context.Context, key string) (Info, error)

	// Delete removes an object. It is not an error if there is none. When it
	// returns nil the object cannot be got any more, not after a loss of power
	// either. ErrLocked if the object is kept.
	Delete(ctx context.Context, key string) error

	// List returns up to limit (1 to 1000) objects whose keys begin with prefix
	// and sort behind after, in the order of the keys' bytes.
	List(ctx context.Context, prefix, after string, limit int) ([]Item, error)

	// Create begins an upload of an object in parts under a key. Several may go
	// on for one key; the first that completes has it.
	Create(ctx context.Context, key string, p Plan) (Upload, error)

	// Target returns where a client may send part n, for so long.
	Target(ctx context.Context, u Upload, n int, valid time.Duration) (Target, error)

	// PutPart stores part n from r: ErrSize or ErrSum if it gives other bytes
	// than planned, ErrPart if the plan has no such part. A part that is there
	// may be sent again. When it returns nil the part survives the loss of
	// power.
	PutPart(ctx context.Context, u Upload, n int, r io.Reader) error

	// Parts lists the parts that are there, by number, so that a broken upload
	// is resumed with the others.
	Parts(ctx context.Context, u Upload) ([]Present, error)

	// Complete makes the object of the parts: ErrIncomplete if some are not
	// there, ErrExists if the key has been taken. When it returns nil the
	// object survives the loss of power, and the upload has ended.
	Complete(ctx context.Context, u Upload) (Info, error)

	// Abort ends an upload and removes its parts. It is not an error if it has
	// ended; a completed object stays.
	Abort(ctx context.Context, u Upload) error

	// Sweep removes uploads that nothing was added to since before, and what a
	// crash has left behind, and returns how many. Objects stay.
	Sweep(ctx context.Context, before time.Time) (int, error)
}

// MaxKey is the longest key, in bytes.
const MaxKey = 512

// segment is a part of a key: letters, digits, - _ and dots that do not begin
// or end it, so that none is a path trick and each is a name everywhere.
var segment = regexp.MustCompile(`^[A-Za-z0-9_-]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$`)

// CheckKey refuses, as ErrKey, what is not one or more segments with / between.
func CheckKey(key string) error {
	if len(key) > MaxKey {
		return ErrKey
	}
	for s := range strings.SplitSeq(key, "/") {
		if !segment.MatchString(s) {
			return ErrKey
		}
	}
	return nil
}

var prefixForm = regexp.MustCompile(`^[A-Za-z0-9._/-]*$`)

// CheckPrefix refuses, as ErrKey, what no key can begin with.
func CheckPrefix(prefix string) error {
	if len(prefix) > MaxKey || !prefixForm.MatchString(prefix) {
		return ErrKey
	}
	return nil
}
