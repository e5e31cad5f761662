package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
)

func newHash() hash.Hash { return sha256.New() }

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// Sink gives the writer that a file's content goes to. Content arrives before
// it is known to be right: keep it aside until the verdict is Opened. A nil
// Sink drops all content.
type Sink func(f File, number int) (io.Writer, error)

// badContainer marks what the bidder wrote wrongly, as against broken reads.
func badContainer(why string, args ...any) error {
	return invalid(CauseContainer, "The container is malformed: %s.", fmt.Sprintf(why, args...))
}

// containerReader reads the one form of a container. Every byte that is not
// content is made anew and compared, so nothing can hide between the files and
// no two readers can see different files.
type containerReader struct {
	r    io.Reader
	n    int64
	sink Sink
}

// readContainer checks the whole of r to its end and returns its files.
func readContainer(r io.Reader, sink Sink) ([]File, error) {
	c := &containerReader{r: r, sink: sink}
	raw, err := c.manifest()
	if err != nil {
		return nil, err
	}
	var m fileManifest
	if err := read(raw, &m); err != nil || m.V != containerForm {
		return nil, badContainer("manifest.json is not canonical")
	}
	if err := checkFiles(m.Files); err != nil {
		return nil, badContainer("%s", err)
	}
	for i, f := range m.Files {
		if err := c.file(f, i+1); err != nil {
			return nil, err
		}
	}
	if err := c.zeros(containerSize(len(raw), m.Files) - c.n); err != nil {
		return nil, err
	}
	if n, err := io.ReadFull(c.r, make([]byte, 1)); n > 0 || err != io.EOF {
		return nil, short(err, "bytes follow its end")
	}
	return m.Files, nil
}

// short turns an early or late end into the bidder's fault, and leaves failures
// of the reader what they are.
func short(err error, why string) error {
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return badContainer("%s", why)
	}
	return err
}

func (c *containerReader) fill(b []byte) error {
	n, err := io.ReadFull(c.r, b)
	c.n += int64(n)
	if err != nil {
		return short(err, "it ends early")
	}
	return nil
}

// manifest reads the first member, whose size is the only thing taken from a
// header block.
func (c *containerReader) manifest() ([]byte, error) {
	var head [block]byte
	if err := c.fill(head[:]); err != nil {
		return nil, err
	}
	size, err := strconv.ParseInt(string(head[124:135]), 8, 64)
	if err != nil || size < 2 || size > maxFileManifest || tarHeader("manifest.json", size) != head {
		return nil, badContainer("its first member is not manifest.json")
	}
	b := make([]byte, size)
	if err := c.fill(b); err != nil {
		return nil, err
	}
	return b, c.zeros(padding(size))
}

func (c *containerReader) file(f File, number int) error {
	var head [block]byte
	if err := c.fill(head[:]); err != nil {
		return err
	}
	if tarHeader(fmt.Sprintf("%04d", number), f.Size) != head {
		return badContainer("member %d does not have the one right header", number)
	}
	sum := newHash()
	var w io.Writer = sum
	if c.sink != nil {
		out, err := c.sink(f, number)
		if err != nil {
			return err
		}
		w = io.MultiWriter(sum, out)
	}
	n, err := io.CopyN(w, c.r, f.Size)
	c.n += n
	if err != nil {
		return short(err, "it ends early")
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return badContainer("member %d is not what manifest.json says", number)
	}
	return c.zeros(padding(f.Size))
}

var zeroChunk [32 << 10]byte

// zeros wants the next n bytes to be zero.
func (c *containerReader) zeros(n int64) error {
	var buf [32 << 10]byte
	for n > 0 {
		part := buf[:min(n, int64(len(buf)))]
		if err := c.fill(part); err != nil {
			return err
		}
		if !bytes.Equal(part, zeroChunk[:len(part)]) {
			return badContainer("there are bytes where zeros belong")
		}
		n -= int64(len(part))
	}
	return nil
}
