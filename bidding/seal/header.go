package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"probity/tender/canon"
)

// Payload describes the sealed payload: what the object store holds, and the
// composite hash that S3 and we both compute over its parts (6.10).
type Payload struct {
	Part   int64  `json:"part"`   // bytes per part; the last may be shorter
	Parts  int64  `json:"parts"`  // at least 1
	SHA256 string `json:"sha256"` // hex SHA-256 over the parts' SHA-256
	Size   int64  `json:"size"`   // bytes
}

// Part sizes and the size above which the larger one is used.
const (
	partSmall   = 8 << 20
	partLarge   = 64 << 20
	largeAbove  = 64 << 30
	maxPayload  = 5 << 40 // what object stores take
	minAgeBytes = 200     // less is no age file
)

// PartSize is the one right part size for a payload of size bytes.
func PartSize(size int64) int64 {
	if size > largeAbove {
		return partLarge
	}
	return partSmall
}

func (p Payload) check() error {
	if p.Size < minAgeBytes || p.Size > maxPayload || !isHash(p.SHA256) {
		return invalid("seal.payload_form", "The seal header describes no possible payload.")
	}
	if p.Part != PartSize(p.Size) || p.Parts != (p.Size+p.Part-1)/p.Part {
		return invalid("seal.payload_parts", "The seal header's part size or number of parts breaks the rule.")
	}
	return nil
}

// Header is the sealed envelope without its payload (6.11). It may be shown to
// openers after the deadline and tells nothing of the bid but its size class.
type Header struct {
	Context Context
	Groups  [][]Wrapped
	Payload Payload
}

// maxHeader bounds foreign headers: eight groups of 255 hybrid openers fit.
const maxHeader = 6 << 20

type headerJSON struct {
	Context Context      `json:"ctx"`
	Groups  [][]shareHex `json:"groups"`
	Payload Payload      `json:"payload"`
	V       string       `json:"v"`
}

type shareHex struct {
	C string `json:"c"`
	W []byte `json:"w"`
}

// Bytes writes the canonical header. It is written by hand because an opening
// writes thousands of them to compare; the tests hold it to package canon.
func (h *Header) Bytes() []byte {
	b := make([]byte, 0, 512+len(h.Groups)*16+h.shareBytes())
	b = append(b, `{"ctx":`...)
	b = append(b, canon.Must(h.Context)...)
	b = append(b, `,"groups":[`...)
	for j, g := range h.Groups {
		b = comma(b, j)
		b = append(b, '[')
		for i, w := range g {
			b = comma(b, i)
			b = append(b, `{"c":"`...)
			b = hex.AppendEncode(b, w.Commitment[:])
			b = append(b, `","w":"`...)
			b = base64.StdEncoding.AppendEncode(b, w.Cipher)
			b = append(b, `"}`...)
		}
		b = append(b, ']')
	}
	b = append(b, `],"payload":{"part":`...)
	b = strconv.AppendInt(b, h.Payload.Part, 10)
	b = append(b, `,"parts":`...)
	b = strconv.AppendInt(b, h.Payload.Parts, 10)
	b = append(b, `,"sha256":"`...)
	b = append(b, h.Payload.SHA256...)
	b = append(b, `","size":`...)
	b = strconv.AppendInt(b, h.Payload.Size, 10)
	return append(b, `},"v":"`+Version+`"}`...)
}

func comma(b []byte, n int) []byte {
	if n > 0 {
		return append(b, ',')
	}
	return b
}

func (h *Header) shareBytes() int {
	n := 0
	for _, g := range h.Groups {
		for _, w := range g {
			n += 84 + base64.StdEncoding.EncodedLen(len(w.Cipher))
		}
	}
	return n
}

// Fingerprint is H("header", bytes).
func (h *Header) Fingerprint() Fingerprint { return FingerprintOf(h.Bytes()) }

// ParseHeader reads a header strictly: canonical bytes, limits, the part rule.
// Whether it fits a manifest and a bid record is [Case.Device]'s question. The
// fault's code is "seal.header_form", "seal.context" or "seal.payload_...".
func ParseHeader(b []byte) (*Header, error) {
	bad := invalid("seal.header_form", "This is not a seal header in canonical form.")
	if len(b) > maxHeader {
		return nil, bad
	}
	var w headerJSON
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil || w.V != Version || !isHash(w.Payload.SHA256) {
		return nil, bad.Because(err)
	}
	h := &Header{Context: w.Context, Payload: w.Payload}
	if err := h.takeGroups(w.Groups); err != nil {
		return nil, err
	}
	// Writing it again must give the same bytes: what is missing, doubled,
	// unknown, spaced or escaped otherwise shows here.
	if !bytes.Equal(h.Bytes(), b) {
		return nil, bad
	}
	if err := h.Context.check(); err != nil {
		return nil, err
	}
	return h, h.Payload.check()
}

// takeGroups checks shape and lengths: all wrapped shares of one header are of
// one kind, and a kind has one length.
func (h *Header) takeGroups(groups [][]shareHex) error {
	bad := invalid("seal.header_form", "The seal header's shares are malformed.")
	if len(groups) < 1 || len(groups) > maxGroups {
		return bad
	}
	length := 0
	for _, g := range groups {
		if len(g) < 1 || len(g) > maxOpeners {
			return bad
		}
		list := make([]Wrapped, len(g))
		for i, s := range g {
			if length == 0 {
				length = len(s.W)
			}
			c, ok := unhex(s.C)
			if !ok || len(s.W) != length || length != wrapX25519 && length != wrapHybrid {
				return bad
			}
			list[i] = Wrapped{c, s.W}
		}
		h.Groups = append(h.Groups, list)
	}
	return nil
}

// fits reports whether h has exactly the seats and the kind of keys of m.
func (h *Header) fits(m *Manifest) bool {
	if len(h.Groups) != len(m.Groups) {
		return false
	}
	for j, g := range m.Groups {
		if len(h.Groups[j]) != len(g.Openers) {
			return false
		}
	}
	return len(h.Groups[0][0].Cipher) == m.kind.wrapLen()
}

// SealHeader writes the header that an honest bidder with seed s writes in
// context c for payload p. Everybody can repeat it once s is known.
func SealHeader(m *Manifest, c Context, s Seed, p Payload) (*Header, error) {
	groups, err := wrapShares(s, c, m.Groups)
	if err != nil {
		return nil, err
	}
	return &Header{Context: c, Groups: groups, Payload: p}, nil
}
