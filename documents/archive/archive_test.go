package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"probity/tender/fault"
)

const origin = "log.example/probity"

var about = Manifest{OCID: "ocds-test-1", Origin: origin, Scope: "full", Size: 7}

// sample writes an archive of a few files.
func sample(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, about)
	for _, f := range [][2]string{{"README.txt", "read me"}, {"a/b", ""}, {"a/c.json", "{}"}, {"log/checkpoint", "three\nlines\n"}} {
		if err := w.AddBytes(f[0], []byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(func(m Manifest) ([]byte, error) { return m.Sign(signer(t)) }); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// signer is a key whose seed is fixed, so that bytes repeat.
func signer(t testing.TB) note.Signer {
	t.Helper()
	skey, _, err := note.GenerateKey(strings.NewReader(strings.Repeat("k", 64)), origin)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verifier(t testing.TB) note.Verifier {
	t.Helper()
	_, vkey, err := note.GenerateKey(strings.NewReader(strings.Repeat("k", 64)), origin)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// damages lists what Open or Check finds, as "code path".
func damages(t testing.TB, b []byte) []string {
	t.Helper()
	a, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return []string{fault.From(err).Code}
	}
	list, err := a.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range list {
		out = append(out, strings.TrimSpace(d.Code+" "+d.Path))
	}
	return out
}

func TestSoundArchive(t *testing.T) {
	b := sample(t)
	if got := damages(t, b); len(got) > 0 {
		t.Fatal(got)
	}
	a, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(a.Paths(), " "); got != "README.txt a/b a/c.json log/checkpoint" {
		t.Errorf("files: %s", got)
	}
	if got, err := a.Read("README.txt", 7); err != nil || string(got) != "read me" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := a.Read("README.txt", 6); !fault.Coded(err, "archive.large") {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := a.Open("a"); !errors.Is(err, ErrMissing) {
		t.Errorf("a folder: %v", err)
	}
	if err := a.Manifest.CheckNote(a.Note, verifier(t)); err != nil {
		t.Error(err)
	}
	other := a.Manifest
	other.Files = other.Files[:3]
	if err := other.CheckNote(a.Note, verifier(t)); !fault.Coded(err, "archive.note") {
		t.Errorf("a note over another manifest: %v", err)
	}
	if err := a.Manifest.CheckNote(nil, verifier(t)); !fault.Coded(err, "archive.note") {
		t.Errorf("no note: %v", err)
	}
}

// TestFrozen: equal records give equal bytes, with every version of the
// libraries that write them. If this fails, archives that exist would not be
// accepted any more: mend the writer, not the hash.
func TestFrozen(t *testing.T) {
	sum := sha256.Sum256(sample(t))
	const want = "4713acb60b88c1f24be4036fa705550c64b8d0f50d825ae40960d82f91f170a7"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("an archive has the hash %s, not %s", got, want)
	}
}

// TestEveryByte flips every byte of an archive and cuts it at every length:
// nothing goes unnoticed.
func TestEveryByte(t *testing.T) {
	b := sample(t)
	for i := range b {
		x := bytes.Clone(b)
		x[i] ^= 1
		if len(damages(t, x)) == 0 {
			t.Errorf("byte %d can be changed", i)
		}
		if len(damages(t, b[:i])) == 0 {
			t.Errorf("the archive can be cut at %d", i)
		}
	}
	for _, x := range [][]byte{append(bytes.Clone(b), 0), append([]byte{0}, b...), append([]byte("PK\x03\x04"), b...)} {
		if len(damages(t, x)) == 0 {
			t.Error("something can be added around the archive")
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, paths := range [][]string{{"b", "a"}, {"a", "a"}, {"../a"}, {"a//b"}, {""}, {ManifestPath}, {NotePath}, {"a b"}, {strings.Repeat("a/", 300) + "a"}} {
		w := NewWriter(new(bytes.Buffer), about)
		var err error
		for _, p := range paths {
			err = w.AddBytes(p, nil)
		}
		if err == nil {
			t.Errorf("took %q", paths)
		}
		if _, again := w.Close(nil); again == nil {
			t.Errorf("closed after %q", paths)
		}
	}
}
