package seal

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"probity/tender/fault"
)

func packed(t testing.TB, list ...Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeContainer(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Amendment 6: every byte that is not content is made anew and compared. The
// test changes each byte of a container in turn. Files are found by their hash.
// The list of files itself is content that only the seal's own hash covers, so
// its bytes are left out here.
func TestEveryByteOfAContainerCounts(t *testing.T) {
	b := packed(t, source("a.txt", "first"), source("b.txt", strings.Repeat("second ", 100)))
	if _, err := readContainer(bytes.NewReader(b), nil); err != nil {
		t.Fatal(err)
	}
	list := bytes.IndexByte(b[block:], 0)
	for i := range b {
		if i >= block && i < block+list {
			continue
		}
		if i > 4200 && i < len(b)-600 && i%97 != 0 {
			continue // zeros to the size class; a sample will do
		}
		if _, err := readContainer(bytes.NewReader(flip(b, i)), nil); !fault.Coded(err, CauseContainer) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	for sentence, x := range map[string][]byte{
		"cut by one byte":        b[:len(b)-1],
		"one byte more":          append(bytes.Clone(b), 0),
		"one size class more":    append(bytes.Clone(b), make([]byte, 8<<10)...),
		"cut at the two blocks":  b[:block*2],
		"empty":                  nil,
		"a third, hidden member": hidden(b),
	} {
		if _, err := readContainer(bytes.NewReader(x), nil); !fault.Coded(err, CauseContainer) {
			t.Errorf("%s: %v", sentence, err)
		}
	}
}

// hidden puts a well-formed member where the zeros begin, which a stock tar
// would show.
func hidden(b []byte) []byte {
	b = bytes.Clone(b)
	for at := 0; at < len(b); at += block {
		if bytes.Equal(b[at:at+block], make([]byte, block)) {
			head := tarHeader("0003", 3)
			copy(b[at:], head[:])
			copy(b[at+block:], "boo")
			return b
		}
	}
	return b
}

func TestStockTarReadsAContainer(t *testing.T) {
	r := tar.NewReader(bytes.NewReader(packed(t, source("ж.txt", "first"), source("b.txt", ""))))
	var names []string
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Mode != 0o644 || h.Uid != 0 || h.Uname != "" || h.ModTime.Unix() != 0 || h.Typeflag != tar.TypeReg || h.Format != tar.FormatUSTAR {
			t.Errorf("%+v", h)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name+":"+string(b[:min(5, len(b))]))
	}
	if got := strings.Join(names, " "); got != `manifest.json:{"fil 0001:first 0002:` {
		t.Error(got)
	}
}

func TestASinkGetsTheFiles(t *testing.T) {
	got := map[string]*bytes.Buffer{}
	files, err := readContainer(bytes.NewReader(packed(t, source("a.txt", "first"), source("b.txt", "second"))), func(f File, n int) (io.Writer, error) {
		got[f.Name] = &bytes.Buffer{}
		return got[f.Name], nil
	})
	if err != nil || len(files) != 2 || got["a.txt"].String() != "first" || got["b.txt"].String() != "second" {
		t.Errorf("%v, %v, %v", files, got, err)
	}
	full := errors.New("the disk is full")
	_, err = readContainer(bytes.NewReader(packed(t, source("a.txt", "first"))), func(File, int) (io.Writer, error) { return nil, full })
	if !errors.Is(err, full) || fault.Coded(err, CauseContainer) {
		t.Errorf("a full disk is blamed on the bidder: %v", err)
	}
}

func TestFileNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"offer.pdf": true, "报价单 2026.pdf": true, "Angebot für Los 1.pdf": true, "نامه\u200cها.pdf": true, "a": true, "CONTRACT.pdf": true,
		"": false, ".": false, "..": false, "../x": false, "a/b": false, `a\b`: false, "C:x": false, ".hidden": false, "x.": false, "x ": false, " x": false,
		"a\x00b": false, "a\nb": false, "a\x7fb": false, "a\u202efdp.exe": false, "a\u200bb": false, "\ufeffa": false, "a\u2028b": false,
		"e\u0301.pdf": false, "con": false, "CON.txt": false, "com1.pdf": false, "LPT9": false, "a*": false, "a?": false, "a|b": false,
		strings.Repeat("x", 200): true, strings.Repeat("x", 201): false, strings.Repeat("报", 67): false, "a\xff": false, "\ue000": false,
	} {
		if err := CheckFileName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestListsOfFilesThatAreRefused(t *testing.T) {
	good := source("a.txt", "x").File
	with := func(change func(*File)) File { f := good; change(&f); return f }
	for sentence, x := range map[string]struct {
		files []File
		code  string
	}{
		"none":                         {nil, ""},
		"one":                          {[]File{good}, ""},
		"two of one name":              {[]File{good, good}, "seal.file_name"},
		"two that differ in case":      {[]File{good, with(func(f *File) { f.Name = "A.TXT" })}, "seal.file_name"},
		"two that differ in a joiner":  {[]File{good, with(func(f *File) { f.Name = "a\u200d.txt" })}, "seal.file_name"},
		"two that differ in width":     {[]File{good, with(func(f *File) { f.Name = "ａ.txt" })}, "seal.file_name"},
		"a negative size":              {[]File{with(func(f *File) { f.Size = -1 })}, "seal.file_size"},
		"a size that tar cannot write": {[]File{with(func(f *File) { f.Size = 8 << 30 })}, "seal.file_size"},
		"a hash in capitals":           {[]File{with(func(f *File) { f.SHA256 = strings.ToUpper(f.SHA256) })}, "seal.file_size"},
		"no media type":                {[]File{with(func(f *File) { f.MediaType = "" })}, "seal.file_media"},
		"half a media type":            {[]File{with(func(f *File) { f.MediaType = "text" })}, "seal.file_media"},
		"a media type with parameters": {[]File{with(func(f *File) { f.MediaType = "text/plain; charset=utf-8" })}, "seal.file_media"},
		"a media type in capitals":     {[]File{with(func(f *File) { f.MediaType = "Text/Plain" })}, "seal.file_media"},
		"too many":                     {make([]File, maxFiles+1), "seal.container_files"},
	} {
		t.Run(sentence, func(t *testing.T) { wantCode(t, checkFiles(x.files), x.code) })
	}
}

func TestAFileThatChangesWhileItIsSealedIsNoticed(t *testing.T) {
	for _, text := range []string{"firsX", "firs", "first and more"} {
		s := source("a.txt", "first")
		s.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
		wantCode(t, writeContainer(io.Discard, []Source{s}), "seal.file_changed")
	}
}

func TestSizeClasses(t *testing.T) {
	for size, want := range map[int64]int64{
		1: 64 << 10, 64 << 10: 64 << 10, 64<<10 + 1: 72 << 10, 128 << 10: 128 << 10, 128<<10 + 1: 144 << 10,
		1 << 30: 1 << 30, 1<<30 + 1: 1<<30 + 128<<20,
	} {
		if got := SizeClass(size); got != want {
			t.Errorf("%d is in class %d, want %d", size, got, want)
		}
	}
	for size := int64(1); size < 1<<40; size = size*5/4 + 1 {
		c := SizeClass(size)
		if c < size || c%block != 0 || SizeClass(c) != c || size > 64<<10 && c > size+size/8+block {
			t.Errorf("%d is in class %d", size, c)
		}
	}
}

// Two envelopes of one class cannot be told apart by size.
func TestSealedSizesTellOnlyTheClass(t *testing.T) {
	h := newHouse(t, shape{{1, 1}})
	c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	sizes := map[int64]bool{}
	for _, text := range []string{"", "12", strings.Repeat("x", 50000)} {
		e, err := Seal(io.Discard, h.manifest, c, []Source{source("a.txt", text)})
		if err != nil {
			t.Fatal(err)
		}
		sizes[e.Header.Payload.Size] = true
		if err := e.Header.Payload.CheckPartHashes(e.PartHashes); err != nil {
			t.Error(err)
		}
		wantCode(t, e.Header.Payload.CheckPartHashes(flip(e.PartHashes, 0)), "seal.part_hashes")
	}
	if len(sizes) != 1 {
		t.Errorf("sizes %v", sizes)
	}
}

func TestPartHashesDoNotDependOnHowBytesArrive(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 1000)
	for _, part := range []int64{1, 7, 100, 9999, 10000, 10001} {
		whole := NewPartHasher(part)
		whole.Write(data)
		drip := NewPartHasher(part)
		for i := range data {
			drip.Write(data[i : i+1])
		}
		want := (int64(len(data)) + part - 1) / part
		if whole.Payload() != drip.Payload() || whole.Payload().Parts != want {
			t.Errorf("part %d: %v, %v", part, whole.Payload(), drip.Payload())
		}
	}
	if p := NewPartHasher(5).Payload(); p.Parts != 1 || p.Size != 0 {
		t.Errorf("nothing at all is %v", p)
	}
}

// A network that breaks says nothing about the bid.
func TestABrokenReadIsNobodysVerdict(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	c := h.bid("b:1")
	f := c.Fingerprint().String()
	broken := errors.New("connection reset")
	for _, n := range []int{0, 100, 3000, 66000} {
		r := io.MultiReader(bytes.NewReader(h.payloads[f][:n]), failing{broken})
		if v, err := c.Judge(SeedProof(c.Fingerprint(), h.seeds[f]), r, nil); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v, %v", n, v, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
