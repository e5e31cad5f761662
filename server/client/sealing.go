package client

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// Making is a bid that is to be sealed. Nothing in it leaves this machine
// unsealed.
type Making struct {
	Prepared *Prepared
	Bidder   string // id of the organisation
	Lot      string
	Seq      int64 // one more than the bidder's last record for the lot; 0 stands for 1

	// Prices are unit prices by item; they make the offer of the envelope that
	// names prices. Responses answer the requirements, in any order.
	Prices    map[string]tender.Decimal
	Responses []bidding.Response
	Statement string

	// Files go into the envelope of that name, beside its offer.
	Files map[string][]string

	Parties  []party.Party
	Security *bidding.Security

	// Dir is the folder that is made; it must not exist yet.
	Dir string

	// Recovery is the file that the key to the bid goes into, outside of Dir.
	// With a Passphrase it is locked.
	Recovery   string
	Passphrase string

	Progress Progress
}

// Seal makes the folder of a sealed bid. It needs no line. After an error
// nothing is left behind.
func (m Making) Seal() (f *Folder, err error) {
	if m.Seq == 0 {
		m.Seq = 1
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if err := os.Mkdir(m.Dir, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fault.New(fault.Conflict, "file.exists", "%s exists already and is not overwritten.", m.Dir)
		}
		return nil, fmt.Errorf("client: make %s: %w", m.Dir, err)
	}
	made := false
	defer func() {
		if err != nil {
			os.RemoveAll(m.Dir)
			if made {
				os.Remove(m.Recovery)
			}
		}
	}()
	x, sealed, err := m.envelopes()
	if err != nil {
		return nil, err
	}
	key, err := seal.NewRecovery(sealed...).File(m.Passphrase)
	if err != nil {
		return nil, err
	}
	// The key first: a bid that nobody could rescue is never complete.
	if err := create(m.Recovery, key, 0o600); err != nil {
		return nil, err
	}
	made = true
	if err := create(filepath.Join(m.Dir, bidFile), x.Bytes(), 0o644); err != nil {
		return nil, err
	}
	return OpenFolder(m.Dir)
}

// check refuses what would only be refused after the work.
func (m Making) check() error {
	names := m.Prepared.Tender.Notice.Envelopes.Names()
	for name := range m.Files {
		if !slices.Contains(names, name) {
			return fault.New(fault.Invalid, "bid.envelopes", "This tender has no envelope %q; it has %s.", name, strings.Join(names, " and "))
		}
	}
	if f := party.CheckParties(m.Bidder, m.Parties); f != nil {
		return f
	}
	if m.Recovery == "" {
		return fault.New(fault.Invalid, "bid.recovery", "Say where the key to the bid goes.")
	}
	rel, err := filepath.Rel(m.Dir, m.Recovery)
	if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return fault.New(fault.Invalid, "bid.recovery", "The key to the bid does not lie in the folder that is handed around.")
	}
	if _, err := os.Lstat(m.Recovery); err == nil {
		return fault.New(fault.Conflict, "file.exists", "%s exists already and is not overwritten.", m.Recovery)
	}
	return nil
}

// envelopes seals one envelope after the other.
func (m Making) envelopes() (Index, []*seal.Envelope, error) {
	record := seal.Bid{Bidder: m.Bidder, Lot: m.Lot, Openers: m.Prepared.Manifest.Openers(), Seq: m.Seq, Tender: m.Prepared.Tender.ID}
	x := Index{Parties: m.Parties, Security: inSeconds(m.Security)}
	var all []*seal.Envelope
	for _, name := range m.Prepared.Tender.Notice.Envelopes.Names() {
		files, err := m.contents(name)
		if err != nil {
			return x, nil, err
		}
		entry := IndexEntry{Header: name + ".header.json", Name: name, Payload: name + ".age", Sums: name + ".sums"}
		e, err := m.envelope(entry, m.Prepared.Manifest.Context(record, name), files)
		if err != nil {
			return x, nil, err
		}
		all = append(all, e)
		x.Envelopes = append(x.Envelopes, entry)
		record.Envelopes = append(record.Envelopes, seal.EnvelopeRef{F: e.Fingerprint.String(), Name: name})
	}
	x.Record = record
	return x, all, nil
}

// inSeconds writes the end of a security as every reader writes it again.
func inSeconds(s *bidding.Security) *bidding.Security {
	if s == nil {
		return nil
	}
	c := *s
	c.Until = c.Until.UTC().Truncate(time.Second)
	return &c
}

// envelope seals the files into the folder, in one pass.
func (m Making) envelope(x IndexEntry, c seal.Context, files []seal.Source) (*seal.Envelope, error) {
	var total, done int64
	for i, s := range files {
		total += s.Size
		open := s.Open
		files[i].Open = func() (io.ReadCloser, error) {
			r, err := open()
			if err != nil {
				return nil, err
			}
			start := done
			in := &counted{r: r, tell: func(n int64) {
				done = start + n
				m.Progress.tell("seal "+x.Name, done, total)
			}}
			return struct {
				io.Reader
				io.Closer
			}{in, r}, nil
		}
	}
	out, err := os.OpenFile(filepath.Join(m.Dir, x.Payload), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("client: seal: %w", err)
	}
	w := bufio.NewWriterSize(out, 256<<10)
	e, err := seal.Seal(w, m.Prepared.Manifest, c, files)
	if err == nil {
		err = w.Flush()
	}
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return nil, err
	}
	if err := create(filepath.Join(m.Dir, x.Header), e.HeaderBytes, 0o644); err != nil {
		return nil, err
	}
	return e, create(filepath.Join(m.Dir, x.Sums), e.PartHashes, 0o644)
}
