package archive

import (
	"bytes"
	"testing"
)

// FuzzReader: whatever is read without damage is, byte for byte, what a Writer
// makes of the same files.
func FuzzReader(f *testing.F) {
	b := sample(f)
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		list, err := a.Check(t.Context(), nil)
		if err != nil || len(list) > 0 {
			return
		}
		var out bytes.Buffer
		w := NewWriter(&out, a.Manifest)
		for _, path := range a.Paths() {
			r, err := a.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Add(path, r); err != nil {
				t.Fatal(err)
			}
		}
		sign := func(Manifest) ([]byte, error) { return a.Note, nil }
		if a.Note == nil {
			sign = nil
		}
		if _, err := w.Close(sign); err != nil || !bytes.Equal(out.Bytes(), b) {
			t.Errorf("read without damage, written otherwise: %v", err)
		}
	})
}

func FuzzManifest(f *testing.F) {
	m := about
	m.V, m.Files = Form, []File{{"a", "00000000000000000000000000000000000000000000000000000000000000ff", 3}}
	f.Add(m.Bytes())
	f.Add([]byte(`{"files":[],"ocid":"o","origin":"l","scope":"","size":1,"v":"probity-archive/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := ParseManifest(b); err == nil && !bytes.Equal(m.Bytes(), b) {
			t.Errorf("%q is written as %q", b, m.Bytes())
		}
	})
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte(`{"index":1,"leaf":"00000000000000000000000000000000000000000000000000000000000000ff","record":{},"salt":"00"}` + "\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		whole := true
		for _, p := range Entries(bytes.NewReader(b)) {
			whole = whole && p.Err == nil
			out.Write(p.Entry.Line())
		}
		if whole && !bytes.Equal(out.Bytes(), b) {
			t.Errorf("%q is written as %q", b, out.Bytes())
		}
	})
}
