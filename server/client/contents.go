package client

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
)

// contents lists what goes into an envelope: the offer first.
func (m Making) contents(envelope string) ([]seal.Source, error) {
	offer, err := m.offer(envelope)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(offer)
	list := []seal.Source{{
		File: seal.File{MediaType: "application/json", Name: bidding.OfferFile, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(offer))},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(offer))), nil },
	}}
	var total int64
	for _, path := range m.Files[envelope] {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return nil, fault.New(fault.Missing, "file.missing", "There is no file %s.", path)
		}
		total += info.Size()
	}
	var read int64
	for _, path := range m.Files[envelope] {
		s, err := m.source(path, func(n int64) { m.Progress.tell("read "+envelope, read+n, total) })
		if err != nil {
			return nil, err
		}
		read += s.Size
		list = append(list, s)
	}
	return list, m.named(envelope, list)
}

// offer makes the structured part of an envelope.
func (m Making) offer(envelope string) ([]byte, error) {
	t := m.Prepared.Tender
	responses, err := inOrder(t.Notice.RequirementsOf(m.Lot), m.Responses)
	if err != nil {
		return nil, err
	}
	o, err := bidding.MakeOffer(&t.Notice, m.Lot, m.Bidder, t.ID, envelope, m.Prices, responses)
	if err != nil {
		return nil, err
	}
	if o.Statement = m.Statement; o.Envelope == tender.Financial {
		o.Statement = ""
	}
	if err := o.Check(&t.Notice, t.ID, m.Bidder); err != nil {
		return nil, err
	}
	return o.Bytes(), nil
}

// inOrder brings responses into the order of the requirements.
func inOrder(want []tender.Requirement, given []bidding.Response) ([]bidding.Response, error) {
	var list []bidding.Response
	for _, r := range want {
		i := slices.IndexFunc(given, func(x bidding.Response) bool { return x.Requirement == r.ID })
		if i < 0 {
			return nil, fault.Field("offer.responses", "responses", "Requirement %q has no response.", r.ID)
		}
		list = append(list, given[i])
	}
	if len(given) != len(list) {
		return nil, fault.Field("offer.responses", "responses", "There are responses to something that this lot does not require.")
	}
	return list, nil
}

// named refuses responses that refer to files which are not in the envelope.
func (m Making) named(envelope string, list []seal.Source) error {
	if envelope == tender.Financial {
		return nil
	}
	for _, r := range m.Responses {
		for _, name := range r.Files {
			if !slices.ContainsFunc(list, func(s seal.Source) bool { return s.Name == name }) {
				return fault.Field("offer.files", "responses", "The response to %q refers to %q, which is not in the envelope.", r.Requirement, name)
			}
		}
	}
	return nil
}

// source reads a file once for its hash. It is read again when it is sealed,
// and must be the same then.
func (m Making) source(path string, tell func(int64)) (seal.Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return seal.Source{}, fmt.Errorf("client: read %s: %w", path, err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.CopyBuffer(h, &counted{r: f, tell: tell}, make([]byte, 256<<10))
	if err != nil {
		return seal.Source{}, fmt.Errorf("client: read %s: %w", path, err)
	}
	return seal.Source{
		File: seal.File{MediaType: media(path), Name: filepath.Base(path), SHA256: hex.EncodeToString(h.Sum(nil)), Size: n},
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, nil
}

// media guesses the type from the name; readers are told not to rely on it.
func media(path string) string {
	t, _, err := mime.ParseMediaType(mime.TypeByExtension(strings.ToLower(filepath.Ext(path))))
	if err != nil || strings.ToLower(t) != t || strings.Count(t, "/") != 1 {
		return "application/octet-stream"
	}
	return t
}
