package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"

	"probity/tender/canon"
)

// Envelope is what sealing leaves behind: everything but the payload, which
// went to the writer.
type Envelope struct {
	Header      *Header
	HeaderBytes []byte
	Fingerprint Fingerprint

	// PartHashes are the parts' SHA-256, 32 bytes each, in order. The server
	// wants them before the upload.
	PartHashes []byte

	// Seed is S. The bidder keeps it in a recovery file and tells nobody
	// before the opening.
	Seed Seed
}

// Seal writes the sealed payload of files to dst and returns the header for one
// envelope under m; [Manifest.Context] makes c. It streams: memory does not
// grow with the files. The seed is fresh each time, so sealing the same files
// twice gives two different fingerprints. After an error what went to dst is
// worthless.
func Seal(dst io.Writer, m *Manifest, c Context, files []Source) (*Envelope, error) {
	if c.Openers != m.Openers() || c.Tender != m.Tender {
		return nil, refused(CauseContext, "The context belongs to another tender or opener manifest.")
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	var seed Seed
	rand.Read(seed[:])
	id, err := PayloadIdentity(seed, c)
	if err != nil {
		return nil, fmt.Errorf("seal: payload identity: %w", err)
	}
	size, err := cipherSize(id, describe(files))
	if err != nil {
		return nil, err
	}
	parts := NewPartHasher(PartSize(size))
	if err := encrypt(io.MultiWriter(dst, parts), id, files); err != nil {
		return nil, err
	}
	h, err := SealHeader(m, c, seed, parts.Payload())
	if err != nil {
		return nil, err
	}
	raw := h.Bytes()
	return &Envelope{h, raw, FingerprintOf(raw), parts.Sums(), seed}, nil
}

func encrypt(w io.Writer, id *age.HybridIdentity, files []Source) error {
	sealed, err := age.Encrypt(w, id.Recipient())
	if err != nil {
		return fmt.Errorf("seal: encrypt: %w", err)
	}
	if err := writeContainer(sealed, files); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("seal: encrypt: %w", err)
	}
	return nil
}

const (
	ageChunk = 64 << 10
	ageTag   = 16
)

// cipherSize foretells the payload's size, on which the part size depends. An
// empty age file to the same kind of key gives header, nonce and one tag.
func cipherSize(id *age.HybridIdentity, files []File) (int64, error) {
	if err := checkFiles(files); err != nil {
		return 0, err
	}
	empty := &counter{w: io.Discard}
	w, err := age.Encrypt(empty, id.Recipient())
	if err != nil {
		return 0, fmt.Errorf("seal: encrypt: %w", err)
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("seal: encrypt: %w", err)
	}
	plain := containerSize(len(canon.Must(fileManifest{files, containerForm})), files)
	chunks := (plain + ageChunk - 1) / ageChunk
	return empty.n + plain + (chunks-1)*ageTag, nil
}

// PartHasher computes the composite hash of a payload as it streams by. The
// zero value is not usable.
type PartHasher struct {
	part, inPart, size int64
	sums               []byte
	hash               hash.Hash
}

// NewPartHasher cuts into parts of part bytes.
func NewPartHasher(part int64) *PartHasher { return &PartHasher{part: part, hash: sha256.New()} }

// Write never fails.
func (p *PartHasher) Write(b []byte) (int, error) {
	total := len(b)
	for len(b) > 0 {
		if p.inPart == p.part {
			p.cut()
		}
		n := min(int64(len(b)), p.part-p.inPart)
		p.hash.Write(b[:n])
		p.inPart += n
		p.size += n
		b = b[n:]
	}
	return total, nil
}

func (p *PartHasher) cut() {
	p.sums = p.hash.Sum(p.sums)
	p.hash.Reset()
	p.inPart = 0
}

// Sums returns the parts' hashes so far, counting the last part as complete.
func (p *PartHasher) Sums() []byte {
	if p.inPart == 0 && len(p.sums) > 0 {
		return bytes.Clone(p.sums)
	}
	return p.hash.Sum(bytes.Clone(p.sums))
}

// Payload describes what has been written.
func (p *PartHasher) Payload() Payload {
	sums := p.Sums()
	return Payload{p.part, int64(len(sums) / sha256.Size), Composite(sums), p.size}
}

// Composite is the hex hash over concatenated part hashes.
func Composite(partHashes []byte) string {
	sum := sha256.Sum256(partHashes)
	return hex.EncodeToString(sum[:])
}

// PartLen is the length of part number n (from 0), 0 if there is none.
func (p Payload) PartLen(n int64) int64 {
	if n < 0 || n >= p.Parts {
		return 0
	}
	return min(p.Part, p.Size-n*p.Part)
}

// CheckPartHashes refuses part hashes that are not those of the header's
// payload. The server asks for them before it hands out upload addresses.
func (p Payload) CheckPartHashes(sums []byte) error {
	if int64(len(sums)) != p.Parts*sha256.Size || Composite(sums) != p.SHA256 {
		return invalid("seal.part_hashes", "The part hashes are not those of the sealed payload.")
	}
	return nil
}
