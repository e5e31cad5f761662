// Package archive is the form of an audit archive: the whole record of one
// procedure in one file that proves itself, offline and after many years. It
// knows files, log entries and the tiles that prove them, and nothing of
// procurement; what the entries mean is checked by server/audit.
//
// Start with [Manifest], then [Writer] and [Reader.Check].
//
// Frozen as "probity-archive/1", for these reasons:
//
//   - A zip, because every system can open one. Nothing is compressed: what is
//     large in a procedure is sealed and would not shrink, stored bytes are the
//     same bytes for ever whichever library wrote them, and no archive can grow
//     when it is opened.
//   - One record has one sequence of bytes. Files stand in the order of their
//     paths' bytes, manifest.json and manifest.note last; there are no times,
//     comments, folders or extra fields. The reader writes the archive again
//     and compares, so nothing can hide between, before or behind the files.
//   - log/entries.jsonl holds the entries one per line, canonical JSON, with
//     the record as it was logged inside it. An entry that the reader of the
//     archive may not see keeps its place: index, leaf and the fact's id stay.
//   - Places in the log are proved by tiles of https://c2sp.org/tlog-tiles, cut
//     to the tree of log/checkpoint, and only those that are needed. Entries of
//     one procedure stand close together, so they share tiles; a proof for each
//     would repeat most of its hashes.
//   - manifest.note is a signed note over the manifest, so that nobody but the
//     keeper of the log can leave anything out and make the rest fit.
package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"probity/tender/canon"
	"probity/tender/fault"
)

// Form labels manifests and the notes over them.
const Form = "probity-archive/1"

// The files that every archive has.
const (
	ReadmePath     = "README.txt"
	KeysPath       = "keys.json"          // device keys, and where they were registered
	CheckpointPath = "log/checkpoint"     // signed note
	EntriesPath    = "log/entries.jsonl"  // of the procedure
	LogKeysPath    = "log/keys.txt"       // verifier keys of the log, first to last
	PlatformPath   = "log/platform.jsonl" // entries about the log's and people's keys
	TilePrefix     = "log/"               // and the path of a tile
	ManifestPath   = "manifest.json"      // all files but itself and the note
	NotePath       = "manifest.note"      // signed note over the manifest; absent if unsigned
)

// Limits of what is read.
const (
	MaxFiles    = 1 << 20
	MaxPath     = 400       // bytes
	MaxManifest = 512 << 20 // bytes
	maxNote     = 32 << 10
)

// Manifest lists the files of an archive. Its canonical JSON is signed.
type Manifest struct {
	Files  []File `json:"files"`  // by path, all but manifest.json and manifest.note
	OCID   string `json:"ocid"`   // of the procedure
	Origin string `json:"origin"` // of the log
	Scope  string `json:"scope"`  // who may have it; the user of this package defines the words
	Size   int64  `json:"size"`   // of the log at its checkpoint
	V      string `json:"v"`      // Form
}

// File is one file of the archive.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // hex
	Size   int64  `json:"size"`   // bytes
}

// Bytes returns the canonical bytes.
func (m Manifest) Bytes() []byte {
	m.Files = append([]File{}, m.Files...) // an empty list has a form, nil has none
	return canon.Must(m)
}

// ParseManifest reads a manifest and refuses all that no Writer writes.
func ParseManifest(b []byte) (Manifest, error) {
	bad := fault.New(fault.Invalid, "archive.manifest", "The manifest is not one of form %s.", Form)
	var m Manifest
	if err := canon.Parse(b, &m); err != nil {
		return Manifest{}, bad.Because(err)
	}
	if m.V != Form || m.OCID == "" || m.Origin == "" || m.Size < 1 || len(m.Files) > MaxFiles || string(m.Bytes()) != string(b) {
		return Manifest{}, bad
	}
	for i, f := range m.Files {
		sum, err := hex.DecodeString(f.SHA256)
		if err != nil || len(sum) != sha256.Size || hex.EncodeToString(sum) != f.SHA256 || f.Size < 0 ||
			CheckPath(f.Path) != nil || i > 0 && f.Path <= m.Files[i-1].Path || f.Path == ManifestPath || f.Path == NotePath {
			return Manifest{}, bad
		}
	}
	return m, nil
}

// Sign returns the note over a manifest. Its first line is no log's origin and
// its second no number, so it can be taken for no checkpoint.
func (m Manifest) Sign(signers ...note.Signer) ([]byte, error) {
	b, err := note.Sign(&note.Note{Text: m.text()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("archive: sign the manifest of %q: %w", m.OCID, err)
	}
	return b, nil
}

func (m Manifest) text() string {
	sum := sha256.Sum256(m.Bytes())
	return fmt.Sprintf("%s\nmanifest %x\n%s\n%s\n", Form, sum, m.Origin, strings.ReplaceAll(m.OCID, "\n", " "))
}

// CheckNote refuses, as archive.note, a note that is not over m, or by none of
// the keys.
func (m Manifest) CheckNote(signed []byte, keys ...note.Verifier) error {
	bad := fault.New(fault.Invalid, "archive.note", "The manifest is not the one that the keeper of the log has signed.")
	if len(signed) > maxNote {
		return bad
	}
	n, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return bad.Because(err)
	}
	if n.Text != m.text() {
		return bad
	}
	return nil
}

// segment is a part of a path: a name on every system, and no trick on any.
var segment = regexp.MustCompile(`^[A-Za-z0-9_-]([A-Za-z0-9._-]{0,198}[A-Za-z0-9_-])?$`)

// CheckPath refuses, as archive.path, what is not one or more plain names with
// / between.
func CheckPath(path string) error {
	bad := fault.New(fault.Invalid, "archive.path", "%.80q is not the path of a file of an archive.", path)
	if len(path) > MaxPath {
		return bad
	}
	for s := range strings.SplitSeq(path, "/") {
		if !segment.MatchString(s) {
			return bad
		}
	}
	return nil
}
