package client

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// Folder is a sealed bid on disk. It holds all that is needed to submit it from
// any machine with the device key, and nothing that could open it:
//
//	bid.json               what is to be signed, and the names of the files
//	ENVELOPE.header.json   the seal header, exactly the bytes that are fingerprinted
//	ENVELOPE.sums          SHA-256 of each part of the payload, 32 bytes each
//	ENVELOPE.age           the sealed payload
//	signed.json            the signed record, once it was signed; sent again as it is
//	receipts/              what the log has answered (c2sp.org/tlog-proof@v1)
//
// bid.json is written last: a folder without it is not complete. The key to the
// bid is in the recovery file, which is somewhere else.
type Folder struct {
	Dir       string
	Record    seal.Bid
	Parties   []party.Party
	Security  *bidding.Security
	Envelopes []Sealed // in the record's order
}

// Sealed is one envelope in a folder.
type Sealed struct {
	Name   string
	Header []byte
	Sums   []byte
	seal.Payload
	file string // of the payload
}

const (
	folderForm  = "probity-sealed-bid/1"
	bidFile     = "bid.json"
	signedFile  = "signed.json"
	receiptsDir = "receipts"
	maxBidFile  = 1 << 20
	maxHeader   = 6 << 20
	maxSums     = 32 * 1 << 20 // a payload of 8 TiB in parts of 8 MiB
)

// OpenFolder reads a sealed bid and holds its parts to each other: headers to
// the fingerprints of the record, part hashes to the headers, sizes. The bytes
// of the payloads are for [Folder.Verify].
func OpenFolder(dir string) (*Folder, error) {
	b, err := slurp(filepath.Join(dir, bidFile), maxBidFile)
	if fault.From(err).Kind == fault.Missing && err != nil {
		return nil, fault.New(fault.Missing, "folder.missing", "There is no sealed bid in %s.", dir)
	}
	if err != nil {
		return nil, err
	}
	x, err := ParseIndex(b)
	if err != nil {
		return nil, err
	}
	f := &Folder{Dir: dir, Record: x.Record, Parties: x.Parties, Security: x.Security}
	for _, e := range x.Envelopes {
		s, err := f.envelope(e)
		if err != nil {
			return nil, err
		}
		f.Envelopes = append(f.Envelopes, s)
	}
	return f, nil
}

// envelope reads the small files of an envelope and checks them.
func (f *Folder) envelope(e IndexEntry) (Sealed, error) {
	s := Sealed{Name: e.Name, file: filepath.Join(f.Dir, e.Payload)}
	var err error
	if s.Header, err = slurp(filepath.Join(f.Dir, e.Header), maxHeader); err != nil {
		return s, err
	}
	if s.Sums, err = slurp(filepath.Join(f.Dir, e.Sums), maxSums); err != nil {
		return s, err
	}
	print, _ := f.Record.Envelope(e.Name)
	if seal.FingerprintOf(s.Header) != print {
		return s, fault.New(fault.Invalid, "folder.fingerprint", "%s is not the header that the bid's record names.", e.Header)
	}
	h, err := seal.ParseHeader(s.Header)
	if err != nil {
		return s, err
	}
	r := f.Record
	if h.Context != (seal.Context{Bidder: r.Bidder, Envelope: e.Name, Lot: r.Lot, Openers: r.Openers, Seq: r.Seq, Tender: r.Tender}) {
		return s, fault.New(fault.Invalid, "folder.context", "%s was sealed for another place.", e.Header)
	}
	if err := h.Payload.CheckPartHashes(s.Sums); err != nil {
		return s, err
	}
	s.Payload = h.Payload
	info, err := os.Stat(s.file)
	if err != nil || !info.Mode().IsRegular() || info.Size() != s.Size {
		return s, fault.New(fault.Invalid, "folder.payload", "%s is missing or has another size than it was sealed with.", e.Payload)
	}
	return s, nil
}

// Progress is told how far a long piece of work has come. It may be called from
// several goroutines at once, and must return quickly.
type Progress func(what string, done, total int64)

func (p Progress) tell(what string, done, total int64) {
	if p != nil {
		p(what, done, total)
	}
}

// Verify reads the payloads and compares them with the headers, so that nobody
// registers the fingerprint of something that the disk has lost.
func (f *Folder) Verify(progress Progress) error {
	for _, s := range f.Envelopes {
		if err := s.verify(progress); err != nil {
			return err
		}
	}
	return nil
}

func (s Sealed) verify(progress Progress) error {
	r, err := os.Open(s.file)
	if err != nil {
		return fmt.Errorf("client: read payload: %w", err)
	}
	defer r.Close()
	h := seal.NewPartHasher(s.Part)
	in := &counted{r: r, tell: func(n int64) { progress.tell("check "+s.Name, n, s.Size) }}
	if _, err := io.CopyBuffer(h, in, make([]byte, 256<<10)); err != nil {
		return fmt.Errorf("client: read payload: %w", err)
	}
	if h.Payload() != s.Payload {
		return fault.New(fault.Invalid, "folder.payload", "%s is not what was sealed. Seal the bid again.", filepath.Base(s.file))
	}
	return nil
}

// counted tells how much was read.
type counted struct {
	r    io.Reader
	n    int64
	tell func(int64)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// Signed returns the record with its signature: the one made before, or a new
// one. It is stored before it is sent, so that every later try sends the same.
func (f *Folder) Signed(device sign.Signer) (sign.Signed, error) {
	name := filepath.Join(f.Dir, signedFile)
	b, err := os.ReadFile(name)
	if err == nil {
		s, err := sign.ParseSigned(b)
		if err != nil || string(s.Record) != string(f.Record.Bytes()) {
			return s, fault.New(fault.Invalid, "folder.signed", "%s does not hold the record of this bid.", name).Because(err)
		}
		return s, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return sign.Signed{}, fmt.Errorf("client: read %s: %w", name, err)
	}
	if device == nil {
		return sign.Signed{}, fault.New(fault.Invalid, "folder.unsigned", "The bid is not signed yet. Name your device key.")
	}
	s, err := sign.Record(device, sign.Bid, f.Record.Bytes())
	if err != nil {
		return s, err
	}
	return s, create(name, s.Bytes(), 0o600)
}

// KeepReceipt writes a receipt into the folder, once.
func (f *Folder) KeepReceipt(name string, raw []byte) error {
	return keepReceipt(filepath.Join(f.Dir, receiptsDir), name, raw)
}

func keepReceipt(dir, name string, raw []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("client: keep receipt: %w", err)
	}
	return replace(filepath.Join(dir, name+receiptExt), raw, 0o644)
}

const receiptExt = ".tlog-proof"

// Receipt reads a receipt that was kept; Missing if there is none.
func (f *Folder) Receipt(name string) ([]byte, error) {
	return slurp(filepath.Join(f.Dir, receiptsDir, name+receiptExt), 8<<20)
}
