package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// assembly is a PDF file as numbered objects, before it is written.
type assembly struct {
	objects [][]byte // by number; 0 is unused
	pages   []int    // objects of the pages
	widget  int      // object of the seal's widget, 0 without a seal
	frame   int      // its looks
	info    int
	catalog int
	packer  *zlib.Writer
}

func (a *assembly) reserve() int {
	a.objects = append(a.objects, nil)
	return len(a.objects) - 1
}

func (a *assembly) set(n int, s string) { a.objects[n] = []byte(s) }

func (a *assembly) add(s string) int {
	n := a.reserve()
	a.set(n, s)
	return n
}

// stream adds a stream object; dict holds entries besides length and filter.
func (a *assembly) stream(dict string, data []byte, compress bool) int {
	n := a.reserve()
	a.setStream(n, dict, data, compress)
	return n
}

func (a *assembly) setStream(n int, dict string, data []byte, compress bool) {
	if compress {
		data, dict = a.deflate(data), dict+"/Filter/FlateDecode"
	}
	a.objects[n] = fmt.Appendf(nil, "<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

// deflate packs data. One writer serves the whole paper: each new one takes a
// megabyte.
func (a *assembly) deflate(data []byte) []byte {
	var b bytes.Buffer
	if a.packer == nil {
		a.packer = zlib.NewWriter(&b)
	} else {
		a.packer.Reset(&b)
	}
	a.packer.Write(data) // neither fails: a bytes.Buffer takes everything
	a.packer.Close()
	return b.Bytes()
}

// pack compresses the plain stream that gofpdf wrote as object n.
func (a *assembly) pack(n int) {
	_, data, _ := bytes.Cut(a.objects[n], []byte("\nstream\n"))
	a.setStream(n, "", bytes.TrimSuffix(data, []byte("\nendstream")), true)
}

// take reads the objects out of what gofpdf wrote, by its own cross-reference
// table. Its information and catalog objects, the last two, are left to us.
func take(raw []byte) (*assembly, error) {
	broken := func() (*assembly, error) { return nil, fmt.Errorf("pdf: gofpdf wrote a file of an unknown form") }
	_, tail, ok := cutLast(raw, "startxref\n")
	if !ok {
		return broken()
	}
	at, err := strconv.Atoi(strings.TrimSuffix(tail, "\n%%EOF\n"))
	if err != nil || at >= len(raw) {
		return broken()
	}
	lines := strings.Split(string(raw[at:]), "\n")
	var size int
	if _, err := fmt.Sscanf(lines[1], "0 %d", &size); err != nil || len(lines) < size+2 {
		return broken()
	}
	a := &assembly{objects: make([][]byte, size), info: size - 2, catalog: size - 1}
	for n := 1; n < size; n++ {
		from, err := strconv.Atoi(lines[2+n][:10])
		if err != nil || from >= at {
			return broken()
		}
		body, ok := bytes.CutPrefix(raw[from:], fmt.Appendf(nil, "%d 0 obj\n", n))
		end := objectEnd(body)
		if !ok || end < 0 {
			return broken()
		}
		a.objects[n] = body[:end]
		if bytes.HasPrefix(body, []byte("<</Type /Page\n")) {
			a.pages = append(a.pages, n)
		}
	}
	return a, nil
}

// objectEnd finds the end of the object that body starts with. A stream is
// skipped by its length, since its bytes may look like anything.
func objectEnd(body []byte) int {
	start := 0
	end := bytes.Index(body, []byte("\nendobj"))
	if s := bytes.Index(body, []byte("\nstream\n")); s >= 0 && s < end {
		dict := string(body[:s])
		var n int
		_, tail, _ := strings.Cut(dict, "/Length ")
		if _, err := fmt.Sscanf(tail, "%d", &n); err != nil || s+n > len(body) {
			return -1
		}
		start = s + n
		end = bytes.Index(body[start:], []byte("\nendobj"))
	}
	if end < 0 {
		return -1
	}
	return start + end
}

func cutLast(b []byte, sep string) (before, after string, ok bool) {
	i := bytes.LastIndex(b, []byte(sep))
	if i < 0 {
		return "", "", false
	}
	return string(b[:i]), string(b[i+len(sep):]), true
}

// write lays the objects out in one file of one revision. The identifier in
// the trailer is the hash of all before it, so equal papers have equal ones. It
// also returns where each object starts.
func (a *assembly) write() ([]byte, []int) {
	out := []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") // four high bytes: this is a binary file
	offsets := make([]int, len(a.objects))
	for n := 1; n < len(a.objects); n++ {
		offsets[n] = len(out)
		out = fmt.Appendf(out, "%d 0 obj\n", n)
		out = append(out, a.objects[n]...)
		out = append(out, "\nendobj\n"...)
	}
	start := len(out)
	out = fmt.Appendf(out, "xref\n0 %d\n0000000000 65535 f \n", len(a.objects))
	for _, at := range offsets[1:] {
		out = fmt.Appendf(out, "%010d 00000 n \n", at)
	}
	id := sha256.Sum256(out)
	out = fmt.Appendf(out, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(a.objects), a.catalog, a.info, id[:16], id[:16], start)
	return out, offsets
}

// textString writes a PDF text string: UTF-16 with its mark, in hex.
func textString(s string) string {
	b := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return "<" + hex.EncodeToString(b) + ">"
}

// date writes a PDF date, always in UTC.
func date(t time.Time) string { return "(D:" + t.UTC().Format("20060102150405") + "Z)" }
