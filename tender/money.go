package tender

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"probity/tender/fault"
)

// Currency is an alphabetic code of ISO 4217: "CNY".
type Currency string

// minorUnits lists the active codes of ISO 4217 by their number of decimals.
// Codes for which the standard names none (gold, SDR, testing) are not here:
// nobody can be paid in them to the last digit.
var minorUnits = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP " +
		"BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB " +
		"EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES " +
		"KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR " +
		"MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD " +
		"RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP " +
		"TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

var decimalsOf = func() map[Currency]int {
	m := map[Currency]int{}
	for decimals, codes := range minorUnits {
		for code := range strings.FieldsSeq(codes) {
			m[Currency(code)] = decimals
		}
	}
	return m
}()

// Currencies returns all known codes in order.
func Currencies() []Currency {
	all := make([]Currency, 0, len(decimalsOf))
	for c := range decimalsOf {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// Decimals returns how many decimals an amount in c has, or the fault
// money.currency if c is not an active code.
func (c Currency) Decimals() (int, error) {
	n, ok := decimalsOf[c]
	if !ok {
		return 0, fault.New(fault.Invalid, "money.currency", "%.8q is not a currency code of ISO 4217.", string(c))
	}
	return n, nil
}

// Valid reports whether c is an active code.
func (c Currency) Valid() bool {
	_, ok := decimalsOf[c]
	return ok
}

// Money is an amount in whole minor units of its currency (fen, cents; whole
// yen). The zero value has no currency and is no amount; JSON with omitzero
// leaves it out, and writing it out is an error.
//
// In JSON it is {"amount":"123.45","currency":"CNY"} with exactly the decimals
// of the currency. That form is stored, signed and sealed: it is frozen. What
// is read or written is never negative; negative amounts exist only as results
// of [Money.Difference].
type Money struct {
	Minor    int64
	Currency Currency
}

// ParseMoney reads an amount in plain notation with at most as many decimals as
// the currency has: "123.45", "123.4", "123". Its faults are money.form,
// money.precision (too many decimals), money.range (negative, or past 64 bits
// of minor units) and money.currency.
func ParseMoney(amount string, c Currency) (Money, error) {
	decimals, err := c.Decimals()
	if err != nil {
		return Money{}, err
	}
	whole, fraction, f := plain(amount)
	switch {
	case f != nil:
		return Money{}, fault.New(fault.Invalid, "money.form", "An amount is written as digits with at most one decimal point, like 123.45.")
	case len(fraction) > decimals:
		return Money{}, fault.New(fault.Invalid, "money.precision", "An amount in %s has at most %d decimals.", c, decimals)
	case amount[0] == '-':
		return Money{}, fault.New(fault.Invalid, "money.range", "An amount cannot be negative here.")
	}
	minor, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	if err != nil {
		return Money{}, tooMuch()
	}
	return Money{minor, c}, nil
}

// MustMoney is [ParseMoney] for amounts that stand in the source.
func MustMoney(amount string, c Currency) Money {
	m, err := ParseMoney(amount, c)
	if err != nil {
		panic(err)
	}
	return m
}

func tooMuch() error {
	return fault.New(fault.Invalid, "money.range", "The amount is too large.")
}

// LineTotal returns unit price times quantity in c, rounded half-up to the
// minor unit once, at the end. Neither factor may be negative (money.range) or
// have more than [DecimalPlaces] decimals (decimal.precision).
func LineTotal(unitPrice, quantity Decimal, c Currency) (Money, error) {
	if unitPrice.Sign() < 0 || quantity.Sign() < 0 {
		return Money{}, fault.New(fault.Invalid, "money.range", "Unit price and quantity cannot be negative.")
	}
	if unitPrice.Places() > DecimalPlaces || quantity.Places() > DecimalPlaces {
		return Money{}, fault.New(fault.Invalid, "decimal.precision", "Unit price and quantity have at most %d decimals.", DecimalPlaces)
	}
	return MoneyOf(unitPrice.Mul(quantity), c)
}

// MoneyOf returns d as an amount in c, rounded half-up to the minor unit.
// Negative values are refused (money.range).
func MoneyOf(d Decimal, c Currency) (Money, error) {
	decimals, err := c.Decimals()
	if err != nil {
		return Money{}, err
	}
	if d.Sign() < 0 {
		return Money{}, fault.New(fault.Invalid, "money.range", "An amount cannot be negative here.")
	}
	minor := d.Mul(DecimalOf(1, -decimals)).Round(0)
	n, err := minor.d.Int64()
	if err != nil {
		return Money{}, tooMuch()
	}
	return Money{n, c}, nil
}

// Sum adds up amounts of one currency. The sum of none is zero of c.
func Sum(c Currency, amounts ...Money) (Money, error) {
	if _, err := c.Decimals(); err != nil {
		return Money{}, err
	}
	total := Money{0, c}
	for _, m := range amounts {
		var err error
		if total, err = total.Add(m); err != nil {
			return Money{}, err
		}
	}
	return total, nil
}

// same refuses to mix currencies.
func (m Money) same(x Money) error {
	if m.Currency != x.Currency {
		return fault.New(fault.Invalid, "money.currency", "Amounts in %.8q and %.8q cannot be taken together.", string(m.Currency), string(x.Currency))
	}
	return nil
}

// Add returns m + x: money.currency if they differ in currency, money.range if
// the sum does not fit.
func (m Money) Add(x Money) (Money, error) {
	if err := m.same(x); err != nil {
		return Money{}, err
	}
	n := m.Minor + x.Minor
	if (n > m.Minor) != (x.Minor > 0) && x.Minor != 0 {
		return Money{}, tooMuch()
	}
	return Money{n, m.Currency}, nil
}

// Sub returns m - x and refuses to go below zero (money.range).
func (m Money) Sub(x Money) (Money, error) {
	d, err := m.Difference(x)
	if err == nil && d.Minor < 0 {
		return Money{}, fault.New(fault.Invalid, "money.range", "The amount would become negative.")
	}
	return d, err
}

// Difference returns m - x, which may be negative. Such an amount is for
// comparing and showing; it cannot be written as JSON.
func (m Money) Difference(x Money) (Money, error) {
	if x.Minor == math.MinInt64 {
		return Money{}, tooMuch()
	}
	return m.Add(Money{-x.Minor, x.Currency})
}

// Cmp returns -1, 0 or 1, or money.currency if the currencies differ.
func (m Money) Cmp(x Money) (int, error) {
	return cmp.Compare(m.Minor, x.Minor), m.same(x)
}

// IsZero reports whether m is the zero value, without amount and currency. An
// amount of nothing in some currency is not zero in this sense: see Minor.
func (m Money) IsZero() bool { return m == Money{} }

// Decimal returns the amount in major units, exactly.
func (m Money) Decimal() Decimal { return DecimalOf(m.Minor, decimalsOf[m.Currency]) }

// Amount writes the amount with exactly the currency's decimals: "123.45".
func (m Money) Amount() string { return m.Decimal().Fixed(decimalsOf[m.Currency]) }

// String writes amount and currency: "123.45 CNY".
func (m Money) String() string { return m.Amount() + " " + string(m.Currency) }

// moneyJSON is the frozen form of an amount.
type moneyJSON struct {
	Amount   *string  `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes the frozen form. It is an error for a negative amount and
// for one without a currency, since neither would be read back.
func (m Money) MarshalJSON() ([]byte, error) {
	amount := m.Amount()
	if _, err := ParseMoney(amount, m.Currency); err != nil {
		return nil, err
	}
	return json.Marshal(moneyJSON{&amount, m.Currency})
}

// UnmarshalJSON reads an amount as [ParseMoney] does. JSON numbers, unknown
// members and missing ones are refused as money.form.
func (m *Money) UnmarshalJSON(b []byte) error {
	var j moneyJSON
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil || j.Amount == nil {
		return fault.New(fault.Invalid, "money.form", `An amount is written like {"amount":"123.45","currency":"CNY"}.`).Because(err)
	}
	got, err := ParseMoney(*j.Amount, j.Currency)
	if err != nil {
		return err
	}
	*m = got
	return nil
}
