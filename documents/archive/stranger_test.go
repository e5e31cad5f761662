package archive

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// rezip lets a stranger pack files anew, with all that their zip program can do.
func rezip(t testing.TB, b []byte, pack func(w *zip.Writer, name string, content []byte)) []byte {
	t.Helper()
	a, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range append(a.Paths(), ManifestPath, NotePath) {
		content, err := a.Read(name, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		pack(w, name, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put(t testing.TB, w *zip.Writer, h zip.FileHeader, content []byte) {
	t.Helper()
	f, err := w.CreateHeader(&h)
	if err == nil && !strings.HasSuffix(h.Name, "/") {
		_, err = f.Write(content)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestStrangersZip: what other programs, or other intentions, make of the files.
func TestStrangersZip(t *testing.T) {
	b := sample(t)
	plain := func(w *zip.Writer, name string, content []byte) {
		put(t, w, zip.FileHeader{Name: name}, content)
	}
	twice := func(name string) func(*zip.Writer, string, []byte) {
		return func(w *zip.Writer, n string, content []byte) {
			plain(w, n, content)
			if n == "a/c.json" {
				put(t, w, zip.FileHeader{Name: name}, content)
			}
		}
	}
	for _, c := range []struct {
		what string
		pack func(*zip.Writer, string, []byte)
		want string
	}{
		{"nothing changed", plain, ""},
		{"a file left out", func(w *zip.Writer, n string, b []byte) {
			if n != "a/b" {
				plain(w, n, b)
			}
		}, "archive.missing a/b"},
		{"a file changed", func(w *zip.Writer, n string, b []byte) {
			if n == "a/c.json" {
				b = []byte("[]")
			}
			plain(w, n, b)
		}, "archive.changed a/c.json"},
		{"a file added", twice("a/d"), "archive.extra a/d"},
		{"a file twice", twice("a/c.json"), "archive.twice a/c.json"},
		{"a path out of the folder", twice("../d"), "archive.path ../d"},
		{"an absolute path", twice("/d"), "archive.path /d"},
		{"a backslash", twice(`a\d`), `archive.path a\d`},
		{"a drive", twice("c:d"), "archive.path c:d"},
		{"a hidden file", twice("a/.d"), "archive.path a/.d"},
		{"an empty name", twice(""), "archive.path"},
		{"a folder", twice("z/"), "archive.path z/"},
		{"no manifest", func(w *zip.Writer, n string, b []byte) {
			if n != ManifestPath {
				plain(w, n, b)
			}
		}, "archive.manifest manifest.json"},
		{"compressed", func(w *zip.Writer, n string, b []byte) {
			put(t, w, zip.FileHeader{Name: n, Method: zip.Deflate}, b)
		}, "archive.container README.txt"},
		{"a comment", func(w *zip.Writer, n string, b []byte) {
			put(t, w, zip.FileHeader{Name: n, Comment: "hello"}, b)
		}, "archive.container"},
		{"something extra", func(w *zip.Writer, n string, b []byte) {
			put(t, w, zip.FileHeader{Name: n, Extra: []byte{1, 0, 2, 0, 3, 4}}, b)
		}, "archive.container"},
		{"the manifest first", func(w *zip.Writer, n string, b []byte) {
			if n == "README.txt" {
				a, _ := Open(bytes.NewReader(sample(t)), int64(len(sample(t))))
				m, _ := a.Read(ManifestPath, 1<<20)
				plain(w, ManifestPath, m)
			}
			if n != ManifestPath {
				plain(w, n, b)
			}
		}, "archive.container README.txt"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := strings.Join(damages(t, rezip(t, b, c.pack)), "\n")
			if c.want == "" && got != "" || !strings.Contains("\n"+got+"\n", "\n"+c.want+"\n") {
				t.Errorf("found\n%s\nwant %s", got, c.want)
			}
		})
	}
}
