package tender_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/tender"
	"probity/tender/fault"
)

var dec = tender.MustDecimal

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct{ in, want, code string }{
		{"0", "0", ""},
		{"12.5", "12.5", ""},
		{"12.50", "12.5", ""},
		{"100", "100", ""},
		{"-0.25", "-0.25", ""},
		{"0.000001", "0.000001", ""},
		{"999999999999999999.999999", "999999999999999999.999999", ""},
		{"1000000000000000000", "", "decimal.precision"},
		{"0.0000001", "", "decimal.precision"},
		{"1.0000000", "", "decimal.precision"},
		{strings.Repeat("9", 1<<16), "", "decimal.precision"},
		{"", "", "decimal.form"},
		{"-", "", "decimal.form"},
		{".", "", "decimal.form"},
		{".5", "", "decimal.form"},
		{"5.", "", "decimal.form"},
		{"-.5", "", "decimal.form"},
		{"+5", "", "decimal.form"},
		{"05", "", "decimal.form"},
		{"00", "", "decimal.form"},
		{"-0", "", "decimal.form"},
		{"-0.00", "", "decimal.form"},
		{"--1", "", "decimal.form"},
		{"1-", "", "decimal.form"},
		{"1e3", "", "decimal.form"},
		{"1E+3", "", "decimal.form"},
		{"0x10", "", "decimal.form"},
		{"1_000", "", "decimal.form"},
		{"1,000", "", "decimal.form"},
		{"1.2.3", "", "decimal.form"},
		{" 1", "", "decimal.form"},
		{"1 ", "", "decimal.form"},
		{"1\n", "", "decimal.form"},
		{"NaN", "", "decimal.form"},
		{"Infinity", "", "decimal.form"},
		{"１２", "", "decimal.form"},
	} {
		got, err := tender.ParseDecimal(c.in)
		switch {
		case c.code != "" && !fault.Coded(err, c.code):
			t.Errorf("%.30q: want %s, got %v, %v", c.in, c.code, got, err)
		case c.code == "" && (err != nil || got.String() != c.want):
			t.Errorf("%q: want %s, got %v, %v", c.in, c.want, got, err)
		}
	}
}

func TestRoundIsHalfUpAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   string
	}{
		{"0.005", 2, "0.01"},
		{"0.004999", 2, "0"},
		{"0.015", 2, "0.02"},
		{"0.025", 2, "0.03"},
		{"-0.005", 2, "-0.01"},
		{"-0.0049", 2, "0"},
		{"99.995", 2, "100"},
		{"2.5", 0, "3"},
		{"3.5", 0, "4"},
		{"-2.5", 0, "-3"},
		{"12", 2, "12"},
		{"150", -2, "200"},
	} {
		if got := dec(c.in).Round(c.places); got.String() != c.want {
			t.Errorf("%s to %d places: want %s, got %s", c.in, c.places, c.want, got)
		}
	}
}

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   string
	}{
		{"0", 2, "0.00"}, {"12.5", 2, "12.50"}, {"12.345", 2, "12.35"}, {"100", 0, "100"},
		{"-1.5", 0, "-2"}, {"1000000", 3, "1000000.000"}, {"-0.001", 2, "0.00"},
	} {
		if got := dec(c.in).Fixed(c.places); got != c.want {
			t.Errorf("%s with %d places: want %s, got %s", c.in, c.places, c.want, got)
		}
	}
}

func TestDivRoundsOnce(t *testing.T) {
	for _, c := range []struct {
		a      tender.Decimal
		b      string
		places int
		want   string
	}{
		{dec("1"), "3", 6, "0.333333"},
		{dec("2"), "3", 6, "0.666667"},
		{dec("1"), "8", 2, "0.13"},
		{dec("-1"), "8", 2, "-0.13"},
		{dec("1"), "-8", 2, "-0.13"},
		{dec("100"), "0.5", 0, "200"},
		{dec("0"), "7", 2, "0"},
		{dec("999999999999999999"), "0.000001", 0, "999999999999999999000000"},
		// To six places first and then to two it would be 0.01.
		{tender.DecimalOf(49999999999, 11), "100", 2, "0"},
	} {
		if got, err := c.a.Div(dec(c.b), c.places); err != nil || got.String() != c.want {
			t.Errorf("%s / %s to %d places: want %s, got %s, %v", c.a, c.b, c.places, c.want, got, err)
		}
	}
	if _, err := dec("1").Div(tender.Decimal{}, 2); !fault.Coded(err, "decimal.zero") {
		t.Errorf("division by zero gave %v", err)
	}
}

func TestDecimalJSON(t *testing.T) {
	for in, code := range map[string]string{
		`"12.5"`: "", `"\u0031"`: "",
		`12.5`: "decimal.form", `1`: "decimal.form", `null`: "decimal.form", `true`: "decimal.form",
		`{}`: "decimal.form", `["1"]`: "decimal.form", `""`: "decimal.form", `"1e1"`: "decimal.form",
		`"1.1234567"`: "decimal.precision",
	} {
		var v struct{ D tender.Decimal }
		err := json.Unmarshal([]byte(`{"D":`+in+`}`), &v)
		if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
			t.Errorf("%s: want %q, got %v", in, code, err)
		}
	}
	if b, err := json.Marshal(dec("12.50")); err != nil || string(b) != `"12.5"` {
		t.Errorf("got %s, %v", b, err)
	}
	if b, err := json.Marshal(tender.DecimalOf(1, 7)); err == nil {
		t.Errorf("%s was written, though it could not be read back", b)
	}
}

func TestEqualDecimalsAreAlikeInMemory(t *testing.T) {
	big := dec("999999999999999999.999999")
	for _, pair := range [][2]tender.Decimal{
		{dec("0.1").Add(dec("0.9")), dec("1")},
		{dec("5").Sub(dec("5")), {}},
		{dec("-5").Mul(tender.Decimal{}), {}},
		{tender.DecimalOf(1000, 3), tender.NewDecimal(1)},
		{big.Mul(big).Sub(big.Mul(big)).Add(dec("1")), dec("1")},
		{dec("7").Neg(), dec("-7")},
	} {
		if !pair[0].Equal(pair[1]) || !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s and %s differ", pair[0], pair[1])
		}
	}
}

func aDecimal() *rapid.Generator[tender.Decimal] {
	return rapid.Custom(func(t *rapid.T) tender.Decimal {
		return tender.DecimalOf(rapid.Int64().Draw(t, "unscaled"), rapid.IntRange(0, 6).Draw(t, "places"))
	})
}

func rational(t *rapid.T, d tender.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		t.Fatalf("%s is no number", d)
	}
	return r
}

// The arithmetic is compared with another implementation of exact numbers.
func TestArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := aDecimal().Draw(t, "a"), aDecimal().Draw(t, "b")
		x, y := rational(t, a), rational(t, b)
		for name, pair := range map[string][2]*big.Rat{
			"sum":        {rational(t, a.Add(b)), new(big.Rat).Add(x, y)},
			"difference": {rational(t, a.Sub(b)), new(big.Rat).Sub(x, y)},
			"product":    {rational(t, a.Mul(b)), new(big.Rat).Mul(x, y)},
			"negative":   {rational(t, a.Neg()), new(big.Rat).Neg(x)},
		} {
			if pair[0].Cmp(pair[1]) != 0 {
				t.Fatalf("%s of %s and %s: got %s, want %s", name, a, b, pair[0], pair[1])
			}
		}
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() {
			t.Fatalf("%s and %s compare as %d", a, b, a.Cmp(b))
		}
	})
}

// A quotient is at most half a unit away from the true one, and exactly half a
// unit only on the far side from zero.
func TestDivIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := aDecimal().Draw(t, "a")
		b := aDecimal().Filter(func(d tender.Decimal) bool { return !d.IsZero() }).Draw(t, "b")
		places := rapid.IntRange(0, 8).Draw(t, "places")
		q, err := a.Div(b, places)
		if err != nil {
			t.Fatal(err)
		}
		truth := new(big.Rat).Quo(rational(t, a), rational(t, b))
		got := rational(t, q)
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		half := new(big.Rat).Quo(unit, big.NewRat(2, 1))
		off := new(big.Rat).Sub(truth, got)
		switch off.Abs(off).Cmp(half) {
		case 1:
			t.Fatalf("%s / %s = %s is off by %s", a, b, q, off)
		case 0:
			if new(big.Rat).Abs(got).Cmp(new(big.Rat).Abs(truth)) < 0 {
				t.Fatalf("%s / %s = %s was rounded down from the half", a, b, q)
			}
		}
		if q.Places() > places {
			t.Fatalf("%s has more than %d places", q, places)
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-1.5", "999999999999999999.999999", "1e9", "00.1", "-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := tender.ParseDecimal(s)
		if err != nil {
			if k := fault.From(err).Kind; k != fault.Invalid {
				t.Fatalf("%q: %v is not the sender's fault", s, err)
			}
			return
		}
		again, err := tender.ParseDecimal(d.String())
		if err != nil || !again.Equal(d) || again.String() != d.String() {
			t.Fatalf("%q became %q and then %q, %v", s, d, again, err)
		}
		want, _ := new(big.Rat).SetString(s)
		if got, _ := new(big.Rat).SetString(d.String()); want == nil || got.Cmp(want) != 0 {
			t.Fatalf("%q was read as %s", s, d)
		}
		b, err := json.Marshal(d)
		var back tender.Decimal
		if err != nil || json.Unmarshal(b, &back) != nil || !back.Equal(d) {
			t.Fatalf("%q as JSON is %s, and reads back as %s", s, b, back)
		}
	})
}
