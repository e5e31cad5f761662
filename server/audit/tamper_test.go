package audit_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"regexp"
	"slices"
	"testing"

	"probity/documents/archive"
	"probity/server/audit"
)

// files is an archive taken apart.
type files map[string][]byte

func unpack(t testing.TB, b []byte) files {
	t.Helper()
	a, err := archive.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f := files{}
	for _, path := range a.Paths() {
		if f[path], err = a.Read(path, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// who packs an archive after it was changed.
type who int

const (
	stranger who = iota // has no key of the log: the manifest fits, its note does not
	keeper              // has it, and signs
)

// pack puts an archive together, with a manifest that fits.
func (f files) pack(t testing.TB, original []byte, by who) []byte {
	t.Helper()
	a, err := archive.Open(bytes.NewReader(original), int64(len(original)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := archive.NewWriter(&out, a.Manifest)
	for _, path := range slices.Sorted(maps.Keys(f)) {
		if err := w.AddBytes(path, f[path]); err != nil {
			t.Fatal(err)
		}
	}
	sign := func(archive.Manifest) ([]byte, error) { return a.Note, nil }
	if by == keeper {
		sign = func(m archive.Manifest) ([]byte, error) { return m.Sign(told().w.LogKey) }
	}
	if _, err := w.Close(sign); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// codes lists what a verification names.
func codes(t testing.TB, b []byte) []string {
	t.Helper()
	p := told()
	var list []string
	for _, c := range verify(t, b, audit.Trust{Log: []string{p.w.LogKey.Public}, Seals: p.w.Papers.Roots()}).Wrong() {
		if !slices.Contains(list, c.Name) {
			list = append(list, c.Name)
		}
	}
	return list
}

// named lists the files that a verification names under a code.
func named(t testing.TB, b []byte, code string) []string {
	t.Helper()
	var list []string
	for _, c := range verify(t, b, audit.Trust{}).Wrong() {
		if c.Name == code {
			list = append(list, c.Subject)
		}
	}
	slices.Sort(list)
	return list
}

// flip changes one byte in the middle of every file that is named.
func flip(t testing.TB, b []byte, paths ...string) []byte {
	t.Helper()
	all := unpack(t, b)
	x := bytes.Clone(b)
	for _, path := range paths {
		at := bytes.Index(b, append([]byte(path), all[path]...)) + len(path)
		x[at+len(all[path])/2] ^= 1
	}
	return x
}

// TestChangedFiles: a byte is changed in every file, and every file is named;
// every file is removed, and every one is missed.
func TestChangedFiles(t *testing.T) {
	p := told()
	for name, b := range map[string][]byte{"full": p.full, "public": p.public} {
		paths := slices.Sorted(maps.Keys(unpack(t, b)))
		if got := named(t, flip(t, b, paths...), "archive.changed"); !slices.Equal(got, paths) {
			t.Errorf("%s: %d files were changed, %d are named", name, len(paths), len(got))
		}
		if got := named(t, drop(t, b, paths...), "archive.missing"); !slices.Equal(got, paths) {
			t.Errorf("%s: %d files were removed, %d are named", name, len(paths), len(got))
		}
		for _, path := range []string{"log/checkpoint", "log/entries.jsonl", "keys.json", "README.txt"} {
			changed := unpack(t, b)
			changed[path][len(changed[path])/2] ^= 1
			if got := codes(t, changed.pack(t, b, stranger)); !slices.Contains(got, "archive.signed") {
				t.Errorf("%s: %s changed by a stranger: %v", name, path, got)
			}
			delete(changed, path)
			if got := codes(t, changed.pack(t, b, stranger)); !slices.Contains(got, "archive.signed") {
				t.Errorf("%s: %s removed by a stranger: %v", name, path, got)
			}
		}
	}
}

// kindOf strips from a path what tells it from others of its kind.
var kindOf = regexp.MustCompile(`alpha|beta|zeta|[0-9a-f]{64}|[0-9]-00[0-9]`)

// TestChangedByTheKeeper: the keeper of the log changes or removes one file of
// each kind and signs a manifest that fits. What the file says still gives it away, but for
// the text for people and the certificate that the reader has brought along.
func TestChangedByTheKeeper(t *testing.T) {
	p := told()
	all, kinds := unpack(t, p.full), map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		content, kind := all[path], kindOf.ReplaceAllString(path, "")
		if path == archive.ReadmePath || path == "seals.pem" || kinds[kind] {
			continue
		}
		kinds[kind] = true
		changed := unpack(t, p.full)
		changed[path][len(content)/2] ^= 1
		if got := codes(t, changed.pack(t, p.full, keeper)); len(got) == 0 {
			t.Errorf("%s can be changed", path)
		}
		delete(changed, path)
		if got := codes(t, changed.pack(t, p.full, keeper)); len(got) == 0 {
			t.Errorf("%s can be removed", path)
		}
	}
}

// drop packs the files anew without some of them, and with the old manifest.
func drop(t testing.TB, b []byte, paths ...string) []byte {
	t.Helper()
	a, err := archive.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range append(a.Paths(), archive.ManifestPath, archive.NotePath) {
		if slices.Contains(paths, name) {
			continue
		}
		content, err := a.Read(name, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
