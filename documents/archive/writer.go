package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// Writer writes an archive in one pass. It keeps no content, so the size of an
// archive does not matter.
type Writer struct {
	zip  *zip.Writer
	m    Manifest
	last string
	err  error // the first; nothing is written after it
}

// NewWriter begins an archive. m says all but the files.
func NewWriter(w io.Writer, m Manifest) *Writer {
	m.Files, m.V = nil, Form
	return &Writer{zip: zip.NewWriter(w), m: m}
}

// Add writes one file. Paths must come in the order of their bytes, which is
// what makes two archives of one record equal.
func (w *Writer) Add(path string, r io.Reader) error {
	if w.err != nil {
		return w.err
	}
	if err := CheckPath(path); err != nil {
		return w.fail(path, err)
	}
	if path <= w.last || path == ManifestPath || path == NotePath || len(w.m.Files) == MaxFiles {
		return w.fail(path, fmt.Errorf("it does not belong behind %q", w.last))
	}
	h := sha256.New()
	n, err := w.store(path, io.TeeReader(r, h))
	if err != nil {
		return w.fail(path, err)
	}
	w.last = path
	w.m.Files = append(w.m.Files, File{path, hex.EncodeToString(h.Sum(nil)), n})
	return nil
}

// AddBytes is Add for what is in memory.
func (w *Writer) AddBytes(path string, b []byte) error { return w.Add(path, bytes.NewReader(b)) }

// Close writes the manifest and, unless sign is nil, the note that sign makes
// over it, and ends the archive.
func (w *Writer) Close(sign func(Manifest) ([]byte, error)) (Manifest, error) {
	if w.err != nil {
		return Manifest{}, w.err
	}
	if _, err := w.store(ManifestPath, bytes.NewReader(w.m.Bytes())); err != nil {
		return Manifest{}, w.fail(ManifestPath, err)
	}
	if sign != nil {
		b, err := sign(w.m)
		if err != nil {
			return Manifest{}, w.fail(NotePath, err)
		}
		if _, err := w.store(NotePath, bytes.NewReader(b)); err != nil {
			return Manifest{}, w.fail(NotePath, err)
		}
	}
	if err := w.zip.Close(); err != nil {
		return Manifest{}, w.fail("the directory", err)
	}
	return w.m, nil
}

func (w *Writer) store(path string, r io.Reader) (int64, error) {
	f, err := w.zip.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Store})
	if err != nil {
		return 0, err
	}
	return io.Copy(f, r)
}

func (w *Writer) fail(path string, err error) error {
	w.err = fmt.Errorf("archive: write %s: %w", path, err)
	return w.err
}
