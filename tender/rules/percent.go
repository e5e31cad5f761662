package rules

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Percent is an exact percentage in millionths: 2.5 is 2500000. In JSON it is a
// decimal string, "2.5", with up to six decimals.
type Percent int64

const percentUnit = 1_000_000

// ParsePercent reads plain notation from "0" to "1000000", without needless
// zeros: the one form that [Percent.String] writes.
func ParsePercent(s string) (Percent, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(whole) <= 7 && len(fraction) <= 6 {
		w, err := strconv.ParseUint(whole, 10, 32)
		f, err2 := strconv.ParseUint("0"+fraction+strings.Repeat("0", 6-len(fraction)), 10, 32)
		p := Percent(w*percentUnit + f)
		if err == nil && err2 == nil && p <= 1e6*percentUnit && p.String() == s {
			return p, nil
		}
	}
	return 0, fmt.Errorf("rules: %.20q is not a percentage such as 2 or 2.5", s)
}

// Whole returns n percent.
func Whole(n int) Percent { return Percent(n) * percentUnit }

// String writes p in plain notation: "2.5".
func (p Percent) String() string {
	s := strconv.FormatInt(int64(p/percentUnit), 10)
	if rest := int64(p % percentUnit); rest != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%06d", rest), "0")
	}
	return s
}

// MarshalJSON writes p as a string.
func (p Percent) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

// UnmarshalJSON reads a string.
func (p *Percent) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("rules: a percentage travels as a string such as %q: %w", "2.5", err)
	}
	got, err := ParsePercent(s)
	*p = got
	return err
}

// Of compares part with p percent of whole, both in minor units of one
// currency: negative if part is less, 0 if equal, positive if more. Exact.
func (p Percent) Of(whole, part int64) int {
	x := new(big.Int).Mul(big.NewInt(part), big.NewInt(100*percentUnit))
	y := new(big.Int).Mul(big.NewInt(whole), big.NewInt(int64(p)))
	return x.Cmp(y)
}
