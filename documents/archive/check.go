package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"probity/tender/fault"
)

// Check reads every byte of the archive once and lists what is not as a Writer
// leaves it: no damage, no list. progress, if not nil, is told how many bytes
// of how many were read. The error is ctx's, or of reading the archive itself.
func (a *Reader) Check(ctx context.Context, progress func(done, of int64)) ([]Damage, error) {
	c := &check{Reader: a, again: &again{r: a.raw, size: a.size, progress: progress}}
	c.damage = append([]Damage(nil), a.damage...)
	sums, err := c.rewrite(ctx)
	if err != nil {
		return nil, err
	}
	c.compare(sums)
	return c.damage, nil
}

type check struct {
	*Reader
	again  *again
	damage []Damage
}

func (c *check) find(code, path, format string, args ...any) {
	c.damage = append(c.damage, Damage{code, path, fault.Say(format, args...)})
}

// rewrite writes the archive once more out of its own files and compares, and
// returns what each file hashes to.
func (c *check) rewrite(ctx context.Context) (map[string]File, error) {
	z := zip.NewWriter(c.again)
	sums := make(map[string]File, len(c.order))
	last := ""
	for _, f := range c.order {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if c.files[f.Name] != f {
			continue // named when it was opened
		}
		if rank(f.Name) <= last {
			c.find("archive.container", f.Name, "The file stands in the wrong place: files are in the order of their names.")
		}
		last = rank(f.Name)
		sum, err := c.copy(z, f)
		if err != nil {
			return nil, err
		}
		sums[f.Name] = sum
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("archive: compare: %w", err)
	}
	if c.again.err != nil {
		return nil, fmt.Errorf("archive: read: %w", c.again.err)
	}
	if at, ok := c.again.differs(); ok {
		c.find("archive.container", "", "At byte %d the archive is not as it was written: something around the files was changed, cut, added or moved.", at)
	}
	return sums, nil
}

// rank orders files by path, the manifest and its note behind all others.
func rank(path string) string {
	if path == ManifestPath || path == NotePath {
		return "~" + path // paths have no tilde, which sorts behind their bytes
	}
	return path
}

func (c *check) copy(z *zip.Writer, f *zip.File) (File, error) {
	w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
	if err != nil {
		return File{}, fmt.Errorf("archive: compare: %w", err)
	}
	h := sha256.New()
	r, err := f.OpenRaw()
	if err != nil {
		c.find("archive.container", f.Name, "The file cannot be found where the archive says.")
		return File{Path: f.Name, Size: -1}, nil
	}
	n, err := io.Copy(io.MultiWriter(w, h), r)
	if err != nil {
		return File{}, fmt.Errorf("archive: read %s: %w", f.Name, err)
	}
	return File{f.Name, hex.EncodeToString(h.Sum(nil)), n}, nil
}

// compare holds the files to the manifest.
func (c *check) compare(sums map[string]File) {
	if c.Manifest.V == "" {
		return // there is nothing to compare with, and that was said
	}
	listed := make(map[string]bool, len(c.Manifest.Files))
	for _, want := range c.Manifest.Files {
		listed[want.Path] = true
		switch got, ok := sums[want.Path]; {
		case !ok:
			c.find("archive.missing", want.Path, "The file is in the manifest and not in the archive.")
		case got != want:
			c.find("archive.changed", want.Path, "The file was changed: it has %d bytes with SHA-256 %s, the manifest says %d with %s.", got.Size, got.SHA256, want.Size, want.SHA256)
		}
	}
	for _, path := range c.Paths() {
		if !listed[path] {
			c.find("archive.extra", path, "The file is not in the manifest.")
		}
	}
}

// again compares what is written to it with what stands in the archive. It
// goes on after a difference, so that every file is still hashed.
type again struct {
	r        io.ReaderAt
	size     int64
	at       int64
	first    int64 // where the first difference is, if wrong
	wrong    bool
	err      error
	buf      []byte
	progress func(done, of int64)
}

func (a *again) Write(b []byte) (int, error) {
	if cap(a.buf) < len(b) {
		a.buf = make([]byte, len(b))
	}
	was := a.buf[:len(b)]
	n, err := a.r.ReadAt(was, a.at)
	if err != nil && err != io.EOF && a.err == nil {
		a.err = err
	}
	if !a.wrong && !bytes.Equal(was[:n], b) {
		a.wrong, a.first = true, a.at+int64(prefix(was[:n], b))
	}
	a.at += int64(len(b))
	if a.progress != nil {
		a.progress(min(a.at, a.size), a.size)
	}
	return len(b), nil
}

// differs tells where the archive first departs from what was written.
func (a *again) differs() (int64, bool) {
	if !a.wrong && a.at != a.size {
		return min(a.at, a.size), true
	}
	return a.first, a.wrong
}

func prefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
