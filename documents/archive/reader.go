package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"

	"probity/tender/fault"
)

// Damage is something wrong with the archive as a file. The codes are stable:
//
//	archive.container  the bytes around the files are not those that a Writer writes
//	archive.manifest   there is no manifest, or it is malformed
//	archive.missing    a file of the manifest is not there
//	archive.changed    a file is not the one that the manifest names
//	archive.extra      a file is not in the manifest
//	archive.path       a file has a name that could leave its folder, or is odd
//	archive.twice      two files have one name
type Damage struct {
	Code string
	Path string // "" if it is not about one file
	Said fault.Sentence
}

// Reader reads an archive. It is safe for concurrent use.
type Reader struct {
	Manifest Manifest // zero if it cannot be read
	Note     []byte   // nil if there is none

	raw    io.ReaderAt
	size   int64
	files  map[string]*zip.File
	order  []*zip.File // as they stand in the archive
	damage []Damage    // found when it was opened
}

// ErrMissing: there is no such file in the archive.
var ErrMissing = fault.New(fault.Missing, "archive.missing", "The archive has no such file.")

// Open reads the directory and the manifest. It fails, as archive.container,
// only if the bytes are no zip of stored files at all; whatever else is wrong
// is for [Reader.Check] to name, so that the rest can still be looked at.
func Open(r io.ReaderAt, size int64) (*Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.New(fault.Invalid, "archive.container", "This is not an archive, or its directory of files is damaged.").Because(err)
	}
	if len(z.File) > MaxFiles+2 {
		return nil, fault.New(fault.Invalid, "archive.container", "An archive has at most %d files; this has %d.", MaxFiles, len(z.File))
	}
	a := &Reader{raw: r, size: size, files: make(map[string]*zip.File, len(z.File)), order: z.File}
	left := uint64(size)
	for _, f := range z.File {
		if f.CompressedSize64 > left { // they overlap, or are not there
			return nil, fault.New(fault.Invalid, "archive.container", "The directory speaks of more bytes than the archive has.")
		}
		left -= f.CompressedSize64
		a.take(f)
	}
	a.readManifest()
	return a, nil
}

func (a *Reader) found(code, path, format string, args ...any) {
	a.damage = append(a.damage, Damage{code, path, fault.Say(format, args...)})
}

func (a *Reader) take(f *zip.File) {
	switch {
	case CheckPath(f.Name) != nil:
		a.found("archive.path", f.Name, "A file has a name that no archive has; it was not looked at.")
	case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64:
		a.found("archive.container", f.Name, "The file is compressed; archives store their files as they are.")
	case a.files[f.Name] != nil:
		a.found("archive.twice", f.Name, "There are two files of this name; the second was not looked at.")
	default:
		a.files[f.Name] = f
	}
}

func (a *Reader) readManifest() {
	b, err := a.Read(ManifestPath, MaxManifest)
	if err != nil {
		a.found("archive.manifest", ManifestPath, "The archive has no manifest that can be read.")
		return
	}
	if a.Manifest, err = ParseManifest(b); err != nil {
		a.found("archive.manifest", ManifestPath, "%s", fault.From(err).Sentence())
	}
	if a.Note, err = a.Read(NotePath, maxNote); err != nil && !errors.Is(err, ErrMissing) {
		a.found("archive.container", NotePath, "The note over the manifest cannot be read.")
	}
}

// Has reports whether the archive has the file.
func (a *Reader) Has(path string) bool { return a.files[path] != nil }

// Open reads a file from its start; ErrMissing if there is none. It checks
// nothing: the content is as it stands there.
func (a *Reader) Open(path string) (io.Reader, error) {
	f := a.files[path]
	if f == nil {
		return nil, ErrMissing
	}
	r, err := f.OpenRaw() // stored, so raw bytes are the content
	if err != nil {
		return nil, fault.New(fault.Invalid, "archive.container", "The file %s cannot be found where the archive says.", path).Because(err)
	}
	return r, nil
}

// Read returns a file of up to limit bytes.
func (a *Reader) Read(path string, limit int64) ([]byte, error) {
	r, err := a.Open(path)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fault.New(fault.Invalid, "archive.large", "The file %s has more than %d bytes.", path, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("archive: read %s: %w", path, err)
	}
	return b, nil
}

// Paths lists the files that can be read, apart from the manifest and its note,
// in the order in which they stand in the archive.
func (a *Reader) Paths() []string {
	var list []string
	for _, f := range a.order {
		if a.files[f.Name] == f && f.Name != ManifestPath && f.Name != NotePath {
			list = append(list, f.Name)
		}
	}
	return list
}
