package client

import (
	"bytes"
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/party"
)

// Index is what bid.json holds, in canonical JSON.
type Index struct {
	Envelopes []IndexEntry      `json:"envelopes"`
	Parties   []party.Party     `json:"parties,omitempty"`
	Record    seal.Bid          `json:"record"` // as it will be signed
	Security  *bidding.Security `json:"security,omitempty"`
	V         string            `json:"v"`
}

// IndexEntry names the files of one envelope. They lie beside bid.json.
type IndexEntry struct {
	Header  string `json:"header"`
	Name    string `json:"name"`
	Payload string `json:"payload"`
	Sums    string `json:"sums"`
}

// Bytes returns the canonical bytes.
func (x Index) Bytes() []byte {
	x.V = folderForm
	x.Record.Kind, x.Record.V = "bid", seal.Version
	x.Record.Envelopes = append([]seal.EnvelopeRef{}, x.Record.Envelopes...) // an empty list has a form, nil has none
	x.Envelopes = append([]IndexEntry{}, x.Envelopes...)
	return canon.Must(x)
}

// ParseIndex reads bid.json strictly: canonical, complete, and naming no file
// outside its folder.
func ParseIndex(b []byte) (Index, error) {
	bad := fault.New(fault.Invalid, "folder.form", "This is not the bid.json of a sealed bid.")
	var x Index
	if len(b) > maxBidFile {
		return Index{}, bad
	}
	if err := canon.Parse(b, &x); err != nil || x.V != folderForm || !bytes.Equal(x.Bytes(), b) {
		return Index{}, bad.Because(err)
	}
	if _, err := seal.ParseBid(x.Record.Bytes()); err != nil {
		return Index{}, bad.Because(err)
	}
	if f := party.CheckParties(x.Record.Bidder, x.Parties); f != nil {
		return Index{}, bad.Because(f)
	}
	if len(x.Envelopes) != len(x.Record.Envelopes) {
		return Index{}, bad
	}
	taken := []string{bidFile, signedFile, receiptsDir}
	for i, e := range x.Envelopes {
		if e.Name != x.Record.Envelopes[i].Name {
			return Index{}, bad
		}
		for _, name := range []string{e.Header, e.Payload, e.Sums} {
			if seal.CheckFileName(name) != nil || slices.Contains(taken, name) {
				return Index{}, bad
			}
			taken = append(taken, name)
		}
	}
	return x, nil
}
