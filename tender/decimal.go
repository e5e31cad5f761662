package tender

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"probity/tender/fault"
)

// Bounds of a decimal that is read or stored. Eighteen digits hold every amount
// of money that fits 64 bits; six decimals are what unit prices and quantities
// need in practice. The text of a decimal is a stored and signed format: both
// bounds and the grammar of [ParseDecimal] are frozen.
const (
	DecimalDigits = 18
	DecimalPlaces = 6
)

// Decimal is an exact decimal number: a quantity, a unit price, a weight, a
// score. It is a value: no method changes it. The zero value is 0.
//
// Adding and multiplying are exact however many digits that takes; only
// [Decimal.Div] and what is made of it round, to places that the caller names.
// Two decimals are compared with Equal or Cmp; == does not compile.
type Decimal struct {
	_ [0]func()
	d apd.Decimal // finite, no trailing zeros, never minus zero
}

// exact computes without rounding; any loss of a digit is an error.
var exact = apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Traps: apd.DefaultTraps | apd.Inexact}

// NewDecimal returns the whole number n.
func NewDecimal(n int64) Decimal { return DecimalOf(n, 0) }

// DecimalOf returns unscaled / 10^places: DecimalOf(12345, 2) is 123.45.
func DecimalOf(unscaled int64, places int) Decimal {
	return lowest(apd.New(unscaled, int32(-places)))
}

// MustDecimal is [ParseDecimal] for texts that stand in the source.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// ParseDecimal reads plain notation: an optional minus, digits without needless
// leading zeros, and perhaps a point with at least one digit behind it. It
// refuses everything else, minus zero too, as decimal.form, and more than
// [DecimalDigits] before or [DecimalPlaces] behind the point as decimal.precision.
func ParseDecimal(s string) (Decimal, error) {
	whole, fraction, f := plain(s)
	switch {
	case f != nil:
		return Decimal{}, f
	case len(whole) > DecimalDigits, len(fraction) > DecimalPlaces:
		return Decimal{}, fault.New(fault.Invalid, "decimal.precision",
			"A number has at most %d digits before and %d behind the decimal point.", DecimalDigits, DecimalPlaces)
	}
	d, _, err := apd.NewFromString(s)
	if err != nil {
		return Decimal{}, fmt.Errorf("tender: read decimal %q: %w", s, err)
	}
	return lowest(d), nil
}

// plain splits a number in plain notation into its digits before and behind
// the point.
func plain(s string) (whole, fraction string, _ *fault.Error) {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	ok := digits(whole) && (whole == "0" || whole[0] != '0') &&
		(!point || digits(fraction)) && (s[0] != '-' || strings.Trim(s, "-0.") != "")
	if !ok {
		return "", "", fault.New(fault.Invalid, "decimal.form",
			"A number is written as digits with at most one decimal point, like 12.5.")
	}
	return whole, fraction, nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// lowest brings d to the one form that its value has here.
func lowest(d *apd.Decimal) Decimal {
	var r Decimal
	r.d.Reduce(d)
	if r.d.IsZero() {
		return Decimal{}
	}
	return r
}

// run gives the result of an exact operation. It fails only past 10^100000,
// which no chain of operations on read decimals reaches.
func run(op func(d, x, y *apd.Decimal) (apd.Condition, error), x, y Decimal) Decimal {
	var r apd.Decimal
	if _, err := op(&r, &x.d, &y.d); err != nil {
		panic(fmt.Sprintf("tender: decimal arithmetic: %v", err))
	}
	return lowest(&r)
}

// Add returns d + x, exactly.
func (d Decimal) Add(x Decimal) Decimal { return run(exact.Add, d, x) }

// Sub returns d - x, exactly.
func (d Decimal) Sub(x Decimal) Decimal { return run(exact.Sub, d, x) }

// Mul returns d * x, exactly.
func (d Decimal) Mul(x Decimal) Decimal { return run(exact.Mul, d, x) }

// Neg returns -d.
func (d Decimal) Neg() Decimal { return Decimal{}.Sub(d) }

// Div returns d / x rounded once, half-up, to places behind the point. It is
// the only division in the product. Half-up means half away from zero: 0.125
// to two places is 0.13 and -0.125 is -0.13. Division by zero is the fault
// decimal.zero.
func (d Decimal) Div(x Decimal, places int) (Decimal, error) {
	if x.IsZero() {
		return Decimal{}, fault.New(fault.Invalid, "decimal.zero", "Nothing can be divided by zero.")
	}
	num, den := new(apd.BigInt).Set(&d.d.Coeff), new(apd.BigInt).Set(&x.d.Coeff)
	if shift := int64(d.d.Exponent) - int64(x.d.Exponent) + int64(places); shift >= 0 {
		num.Mul(num, pow10(shift))
	} else {
		den.Mul(den, pow10(-shift))
	}
	q, rest := new(apd.BigInt).QuoRem(num, den, new(apd.BigInt))
	if rest.Add(rest, rest).Cmp(den) >= 0 {
		q.Add(q, apd.NewBigInt(1))
	}
	r := apd.NewWithBigInt(q, int32(-places))
	r.Negative = d.d.Negative != x.d.Negative
	return lowest(r), nil
}

func pow10(n int64) *apd.BigInt {
	return new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(n), nil)
}

// Round returns d rounded half-up (away from zero) to places.
func (d Decimal) Round(places int) Decimal {
	if int(-d.d.Exponent) <= places {
		return d
	}
	r, _ := d.Div(NewDecimal(1), places)
	return r
}

// Cmp returns -1, 0 or 1 as d is less than, equal to or greater than x.
func (d Decimal) Cmp(x Decimal) int { return d.d.Cmp(&x.d) }

// Equal reports whether d and x are the same number.
func (d Decimal) Equal(x Decimal) bool { return d.Cmp(x) == 0 }

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int { return d.d.Sign() }

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.d.IsZero() }

// Places counts the digits that d needs behind the point.
func (d Decimal) Places() int { return max(0, int(-d.d.Exponent)) }

// String writes d in plain notation without trailing zeros: "12.5", "-3", "0".
// This is its canonical text.
func (d Decimal) String() string { return d.d.Text('f') }

// Fixed writes d with exactly places digits behind the point, rounded half-up
// if it has more: "12.50".
func (d Decimal) Fixed(places int) string {
	s := d.Round(places).String()
	_, fraction, point := strings.Cut(s, ".")
	if !point && places > 0 {
		s += "."
	}
	return s + strings.Repeat("0", max(0, places-len(fraction)))
}

// MarshalJSON writes d as a string. A value beyond the bounds that
// [ParseDecimal] reads back is an error: such a value belongs into the midst of
// a computation, not into a document.
func (d Decimal) MarshalJSON() ([]byte, error) {
	s := d.String()
	if _, err := ParseDecimal(s); err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what [ParseDecimal] reads, from a JSON string only: a
// JSON number has already been through a binary fraction in many programs.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil || s == nil {
		return fault.New(fault.Invalid, "decimal.form", `A number travels as a string, like "12.5".`).Because(err)
	}
	got, err := ParseDecimal(*s)
	if err != nil {
		return err
	}
	*d = got
	return nil
}
