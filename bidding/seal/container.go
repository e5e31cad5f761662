package seal

import (
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"probity/tender/canon"
)

// containerForm labels the manifest inside a container.
const containerForm = "sealbid-container/1"

// Limits of a container. A ustar size field holds eleven octal digits.
const (
	maxFiles        = 9999
	maxFileSize     = 8<<30 - 1
	maxFileName     = 200 // bytes, so that every file system takes it
	maxFileManifest = 4 << 20
)

// File describes one document of a bid. The name is nowhere but in the
// container's manifest.json; the archive's members are numbered.
type File struct {
	MediaType string `json:"media"`
	Name      string `json:"name"`
	SHA256    string `json:"sha256"` // hex
	Size      int64  `json:"size"`   // bytes
}

type fileManifest struct {
	Files []File `json:"files"`
	V     string `json:"v"`
}

// Source is a file to be sealed. Open is called once; the bytes must be those
// that Size and SHA256 say, or sealing fails.
type Source struct {
	File
	Open func() (io.ReadCloser, error)
}

// checkFiles refuses lists that cannot be in a container.
func checkFiles(files []File) error {
	if len(files) > maxFiles {
		return invalid("seal.container_files", "An envelope holds at most %d files.", maxFiles)
	}
	taken := map[string]bool{}
	for _, f := range files {
		if err := CheckFileName(f.Name); err != nil {
			return err
		}
		if taken[foldName(f.Name)] {
			return invalid("seal.file_name", "Two files of the envelope have the same name: %q.", f.Name)
		}
		taken[foldName(f.Name)] = true
		if f.Size < 0 || f.Size > maxFileSize || !isHash(f.SHA256) {
			return invalid("seal.file_size", "The file %q has an impossible size or hash.", f.Name)
		}
		if !mediaType(f.MediaType) {
			return invalid("seal.file_media", "The file %q has a malformed media type.", f.Name)
		}
	}
	return nil
}

// CheckFileName refuses names that could leave a folder, hide, pretend to be
// something else, or not be written on a usual file system. Names are
// normalised text (NFC) of at most 200 bytes.
func CheckFileName(name string) error {
	bad := invalid("seal.file_name", "The file name %q cannot be used.", strings.ToValidUTF8(name[:min(len(name), maxFileName)], "?"))
	if len(name) > maxFileName || !plainText(name, maxFileName) || strings.ContainsAny(name, `/\:*?"<>|`) {
		return bad
	}
	if strings.TrimSpace(name) != name || name[0] == '.' || name[len(name)-1] == '.' {
		return bad
	}
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base = strings.TrimSpace(base); {
	case base == "CON" || base == "PRN" || base == "AUX" || base == "NUL":
		return bad
	case len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && base[3] >= '0' && base[3] <= '9':
		return bad
	}
	return nil
}

// foldName makes names equal that a file system or a person takes for one.
func foldName(name string) string {
	name = strings.NewReplacer("\u200c", "", "\u200d", "").Replace(name)
	return norm.NFKC.String(strings.ToLower(strings.ToUpper(name)))
}

// mediaType accepts type/subtype in lower case without parameters.
func mediaType(s string) bool {
	t, params, err := mime.ParseMediaType(s)
	return err == nil && t == s && len(params) == 0 && len(s) <= 100 && strings.Count(s, "/") == 1 && utf8.ValidString(s)
}

const block = 512

// tarHeader is the only header block that a member may have: ustar, mode 0644,
// owner 0, time 0, no names of people, no links (amendment 6).
func tarHeader(name string, size int64) [block]byte {
	var b [block]byte
	copy(b[0:], name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:], fmt.Sprintf("%011o\x00%011o\x00", size, 0))
	copy(b[148:], "        0")
	copy(b[257:], "ustar\x0000")
	copy(b[329:], "0000000\x000000000\x00")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// padding is the number of zeros after size bytes of a member.
func padding(size int64) int64 { return -size & (block - 1) }

// containerSize is the size of the whole container: members, two zero blocks,
// and zeros up to the size class.
func containerSize(manifest int, files []File) int64 {
	total := block + int64(manifest) + padding(int64(manifest)) + 2*block
	for _, f := range files {
		total += block + f.Size + padding(f.Size)
	}
	return SizeClass(total)
}

// smallest size class: most price envelopes look the same from outside.
const smallestClass = 64 << 10

// SizeClass rounds a container's size up so that the sealed size tells little:
// 64 KiB, and from there eight classes to each doubling. Padding costs at most
// an eighth. (Padmé pads less but has more classes, which tells more about the
// small files that bids mostly are.)
func SizeClass(size int64) int64 {
	if size <= smallestClass {
		return smallestClass
	}
	step := int64(smallestClass / 8)
	for step*16 < size {
		step *= 2
	}
	return (size + step - 1) / step * step
}

// zeroReader gives zeros for ever.
type zeroReader struct{}

func (zeroReader) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func zeros(w io.Writer, n int64) error {
	_, err := io.CopyN(w, zeroReader{}, n)
	return err
}

// writeContainer streams the container of files to w.
func writeContainer(w io.Writer, list []Source) error {
	files := describe(list)
	if err := checkFiles(files); err != nil {
		return err
	}
	manifest := canon.Must(fileManifest{files, containerForm})
	if len(manifest) > maxFileManifest {
		return invalid("seal.container_files", "The envelope's list of files is too long.")
	}
	count := &counter{w: w}
	if err := writeMember(count, "manifest.json", manifest); err != nil {
		return err
	}
	for i, s := range list {
		if err := s.writeTo(count, i+1); err != nil {
			return err
		}
	}
	return zeros(count, containerSize(len(manifest), files)-count.n)
}

func describe(list []Source) []File {
	files := make([]File, len(list))
	for i, s := range list {
		files[i] = s.File
	}
	return files
}

func writeMember(w io.Writer, name string, content []byte) error {
	head := tarHeader(name, int64(len(content)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	return zeros(w, padding(int64(len(content))))
}

// writeTo writes the file as member n and holds it to its size and hash.
func (s Source) writeTo(w io.Writer, n int) error {
	head := tarHeader(fmt.Sprintf("%04d", n), s.Size)
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	r, err := s.Open()
	if err != nil {
		return fmt.Errorf("seal: open %q: %w", s.Name, err)
	}
	defer r.Close()
	hash := newHash()
	size, err := io.Copy(io.MultiWriter(w, hash), io.LimitReader(r, s.Size+1))
	if err != nil {
		return fmt.Errorf("seal: read %q: %w", s.Name, err)
	}
	if size != s.Size || hex.EncodeToString(hash.Sum(nil)) != s.SHA256 {
		return refused("seal.file_changed", "The file %q changed while it was being sealed.", s.Name)
	}
	return zeros(w, padding(s.Size))
}
