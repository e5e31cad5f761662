package archive

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/fault"
)

// maxLine bounds one line of entries: a record with its place.
const maxLine = 32 << 20

// Entry is one entry of the log. Record is the JSON object that was logged,
// byte for byte. Where it is withheld, or was erased, ID and Name say which fact
// stood there; they are the word of whoever made the archive, and not proved.
type Entry struct {
	ID     string          `json:"id,omitempty"`
	Index  int64           `json:"index"`
	Leaf   string          `json:"leaf"` // hex
	Name   string          `json:"name,omitempty"`
	Record json.RawMessage `json:"record,omitempty"`
	Salt   string          `json:"salt,omitempty"` // hex
}

// Line returns the entry as it stands in a file: canonical JSON and a newline.
func (e Entry) Line() []byte { return append(canon.Must(e), '\n') }

// Hash returns the leaf as bytes; nil if it is none.
func (e Entry) Hash() []byte {
	b, err := hex.DecodeString(e.Leaf)
	if err != nil || len(b) != ledger.LeafSize {
		return nil
	}
	return b
}

// Commits reports whether the leaf is the one of record and salt.
func (e Entry) Commits() bool {
	salt, err := hex.DecodeString(e.Salt)
	return err == nil && len(salt) == ledger.SaltSize && bytes.Equal(ledger.Leaf(salt, e.Record), e.Hash())
}

// ParseEntry reads one line without its newline and refuses, as archive.entry,
// every other form of it.
func ParseEntry(line []byte) (Entry, error) {
	bad := fault.New(fault.Invalid, "archive.entry", "This is not an entry of an archive.")
	var e Entry
	if err := canon.Parse(line, &e); err != nil {
		return Entry{}, bad.Because(err)
	}
	open := len(e.Record) > 0
	if e.Index < 0 || e.Hash() == nil || open != (e.Salt != "") || open == (e.ID != "") || open == (e.Name != "") ||
		open && e.Record[0] != '{' || string(e.Line()) != string(line)+"\n" {
		return Entry{}, bad
	}
	return e, nil
}

// Entries reads a file of entries, line by line. After a line that is none it
// goes on with the next; numbers of lines count from 1.
func Entries(r io.Reader) iter.Seq2[int, ParsedEntry] {
	return func(yield func(int, ParsedEntry) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(nil, maxLine)
		s.Split(lines)
		n := 0
		for s.Scan() {
			n++
			e, err := ParseEntry(s.Bytes())
			if !yield(n, ParsedEntry{e, err}) {
				return
			}
		}
		if err := s.Err(); err != nil {
			yield(n+1, ParsedEntry{Err: fmt.Errorf("archive: line %d: %w", n+1, err)})
		}
	}
}

// ParsedEntry is an entry, or why the line is none.
type ParsedEntry struct {
	Entry Entry
	Err   error
}

// lines splits at newlines alone; a last line without one keeps a mark that
// makes it none.
func lines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), append(bytes.Clone(data), 0), nil
	}
	return 0, nil, nil
}
