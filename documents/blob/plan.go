package blob

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// The limits of S3 on parts, which hold for every store.
const (
	MinPart  = 5 << 20 // bytes of every part but the last
	MaxPart  = 5 << 30
	MaxParts = 10_000
)

// Plan says of what parts an object will be made: all of Part bytes but the
// last, with the SHA-256 of each.
type Plan struct {
	Size int64 // of the object
	Part int64 // of every part but the last
	Sums []Sum // of the parts, in order
}

// Check refuses, as ErrPart, a plan that does not fit together or that a store
// cannot carry out.
func (p Plan) Check() error {
	if p.Size < 1 || p.Part < 1 || p.Part > MaxPart || len(p.Sums) < 1 || len(p.Sums) > MaxParts {
		return ErrPart.Because(fmt.Errorf("blob: a plan of %d bytes in %d parts of %d", p.Size, len(p.Sums), p.Part))
	}
	if want := (p.Size + p.Part - 1) / p.Part; int64(len(p.Sums)) != want {
		return ErrPart.Because(fmt.Errorf("blob: %d bytes in parts of %d are %d parts, not %d", p.Size, p.Part, want, len(p.Sums)))
	}
	if len(p.Sums) > 1 && p.Part < MinPart {
		return ErrPart.Because(fmt.Errorf("blob: parts of %d bytes; the least is %d", p.Part, MinPart))
	}
	return nil
}

// Len returns the size of part n, from 1; 0 if there is none.
func (p Plan) Len(n int) int64 {
	if n < 1 || n > len(p.Sums) {
		return 0
	}
	return min(p.Part, p.Size-int64(n-1)*p.Part)
}

// Sum returns the sum of the whole: SHA-256 over the sums of the parts.
func (p Plan) Sum() Sum { return sha256.Sum256(p.raw()) }

func (p Plan) raw() []byte {
	b := make([]byte, 0, len(p.Sums)*sha256.Size)
	for _, s := range p.Sums {
		b = append(b, s[:]...)
	}
	return b
}

// planJSON is how plans are stored: the sums as one base64 text.
type planJSON struct {
	Size int64  `json:"size"`
	Part int64  `json:"part"`
	Sums string `json:"sums"`
}

// MarshalJSON writes the sums as base64 of all their bytes.
func (p Plan) MarshalJSON() ([]byte, error) {
	return json.Marshal(planJSON{p.Size, p.Part, base64.StdEncoding.EncodeToString(p.raw())})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Plan) UnmarshalJSON(b []byte) error {
	var j planJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("blob: plan: %w", err)
	}
	sums, err := ParseSums(j.Sums)
	if err != nil {
		return err
	}
	*p = Plan{j.Size, j.Part, sums}
	return nil
}

// ParseSums reads the sums of parts from base64 of all their bytes.
func ParseSums(text string) ([]Sum, error) {
	if len(text) > base64.StdEncoding.EncodedLen(MaxParts*sha256.Size) {
		return nil, ErrPart
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw)%sha256.Size != 0 {
		return nil, ErrPart.Because(fmt.Errorf("blob: %d bytes are not the sums of parts", len(raw)))
	}
	var sums []Sum
	for ; len(raw) > 0; raw = raw[sha256.Size:] {
		sums = append(sums, Sum(raw))
	}
	return sums, nil
}
