package tender_test

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"probity/tender"
	"probity/tender/fault"
)

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		amount   string
		currency tender.Currency
		want     string
		code     string
	}{
		{"123.45", "CNY", "123.45 CNY", ""},
		{"123.4", "CNY", "123.40 CNY", ""},
		{"123", "CNY", "123.00 CNY", ""},
		{"0", "EUR", "0.00 EUR", ""},
		{"0.01", "EUR", "0.01 EUR", ""},
		{"123", "JPY", "123 JPY", ""},
		{"1.234", "KWD", "1.234 KWD", ""},
		{"1.2345", "CLF", "1.2345 CLF", ""},
		{"92233720368547758.07", "CNY", "92233720368547758.07 CNY", ""},
		{"92233720368547758.08", "CNY", "", "money.range"},
		{"99999999999999999999", "JPY", "", "money.range"},
		{"-1", "CNY", "", "money.range"},
		{"-0.01", "CNY", "", "money.range"},
		{"123.456", "CNY", "", "money.precision"},
		{"123.450", "CNY", "", "money.precision"},
		{"123.0", "JPY", "", "money.precision"},
		{"-0", "CNY", "", "money.form"},
		{"1e3", "CNY", "", "money.form"},
		{"1,000", "CNY", "", "money.form"},
		{"¥5", "CNY", "", "money.form"},
		{"", "CNY", "", "money.form"},
		{"01", "CNY", "", "money.form"},
		{"1", "", "", "money.currency"},
		{"1", "cny", "", "money.currency"},
		{"1", "XAU", "", "money.currency"},
		{"1", "HRK", "", "money.currency"},
		{"1", "CNYX", "", "money.currency"},
	} {
		got, err := tender.ParseMoney(c.amount, c.currency)
		switch {
		case c.code != "" && !fault.Coded(err, c.code):
			t.Errorf("%s %s: want %s, got %v, %v", c.amount, c.currency, c.code, got, err)
		case c.code == "" && (err != nil || got.String() != c.want):
			t.Errorf("%s %s: want %s, got %v, %v", c.amount, c.currency, c.want, got, err)
		}
	}
}

func TestEveryCurrencyHasItsDecimals(t *testing.T) {
	all := tender.Currencies()
	if len(all) != 165 {
		t.Errorf("%d currencies are known, want 165", len(all))
	}
	for _, c := range all {
		n, err := c.Decimals()
		if len(c) != 3 || !c.Valid() || err != nil || n < 0 || n > 4 {
			t.Errorf("%q has %d decimals, %v", c, n, err)
		}
	}
	if tender.Currency("XAU").Valid() || tender.Currency("").Valid() {
		t.Error("gold or nothing is taken for a currency")
	}
}

func TestLineTotalRoundsHalfUpOnce(t *testing.T) {
	for _, c := range []struct {
		price, quantity string
		currency        tender.Currency
		want, code      string
	}{
		{"0.005", "1", "CNY", "0.01", ""},
		{"0.004999", "1", "CNY", "0.00", ""},
		{"0.333333", "3", "CNY", "1.00", ""},
		{"12.345678", "1000", "CNY", "12345.68", ""},
		{"0.5", "1", "JPY", "1", ""},
		{"0.499999", "1", "JPY", "0", ""},
		{"1.0005", "1", "KWD", "1.001", ""},
		{"0", "5", "CNY", "0.00", ""},
		{"5", "0", "CNY", "0.00", ""},
		{"0.000001", "0.000001", "CNY", "0.00", ""},
		{"92233720368547758.07", "1", "CNY", "92233720368547758.07", ""},
		{"92233720368547758.07", "1.000001", "CNY", "", "money.range"},
		{"92233720368547758.075", "1", "CNY", "", "money.range"},
		{"999999999999999999", "999999999999999999", "JPY", "", "money.range"},
		{"-1", "1", "CNY", "", "money.range"},
		{"-1", "-1", "CNY", "", "money.range"},
		{"1", "1", "???", "", "money.currency"},
	} {
		got, err := tender.LineTotal(dec(c.price), dec(c.quantity), c.currency)
		switch {
		case c.code != "" && !fault.Coded(err, c.code):
			t.Errorf("%s x %s: want %s, got %v, %v", c.price, c.quantity, c.code, got, err)
		case c.code == "" && (err != nil || got.Amount() != c.want):
			t.Errorf("%s x %s: want %s, got %v, %v", c.price, c.quantity, c.want, got, err)
		}
	}
	if _, err := tender.LineTotal(tender.DecimalOf(1, 7), dec("1"), "CNY"); !fault.Coded(err, "decimal.precision") {
		t.Errorf("a unit price with seven decimals gave %v", err)
	}
}

func TestMoneyArithmetic(t *testing.T) {
	one, most := tender.MustMoney("0.01", "CNY"), tender.Money{Minor: math.MaxInt64, Currency: "CNY"}
	euro := tender.MustMoney("1", "EUR")
	for name, c := range map[string]struct {
		do   func() (tender.Money, error)
		want int64
		code string
	}{
		"add":                     {func() (tender.Money, error) { return one.Add(one) }, 2, ""},
		"add across currencies":   {func() (tender.Money, error) { return one.Add(euro) }, 0, "money.currency"},
		"add past the range":      {func() (tender.Money, error) { return most.Add(one) }, 0, "money.range"},
		"add nothing to the most": {func() (tender.Money, error) { return most.Add(tender.Money{Currency: "CNY"}) }, math.MaxInt64, ""},
		"take away":               {func() (tender.Money, error) { return one.Sub(one) }, 0, ""},
		"take away too much":      {func() (tender.Money, error) { return one.Sub(most) }, 0, "money.range"},
		"a negative difference":   {func() (tender.Money, error) { return one.Difference(most) }, 1 - math.MaxInt64, ""},
		"difference out of range": {func() (tender.Money, error) {
			return one.Difference(tender.Money{Minor: math.MinInt64, Currency: "CNY"})
		}, 0, "money.range"},
		"difference of currencies": {func() (tender.Money, error) { return one.Difference(euro) }, 0, "money.currency"},
		"sum":                      {func() (tender.Money, error) { return tender.Sum("CNY", one, one, one) }, 3, ""},
		"sum of none":              {func() (tender.Money, error) { return tender.Sum("CNY") }, 0, ""},
		"sum across currencies":    {func() (tender.Money, error) { return tender.Sum("CNY", one, euro) }, 0, "money.currency"},
		"sum past the range":       {func() (tender.Money, error) { return tender.Sum("CNY", most, one) }, 0, "money.range"},
		"sum of no currency":       {func() (tender.Money, error) { return tender.Sum("") }, 0, "money.currency"},
		"amount of a negative":     {func() (tender.Money, error) { return tender.MoneyOf(dec("-1"), "CNY") }, 0, "money.range"},
	} {
		got, err := c.do()
		switch {
		case c.code != "" && !fault.Coded(err, c.code):
			t.Errorf("%s: want %s, got %v, %v", name, c.code, got, err)
		case c.code == "" && (err != nil || got != tender.Money{Minor: c.want, Currency: "CNY"}):
			t.Errorf("%s: want %d, got %v, %v", name, c.want, got, err)
		}
	}
	if n, err := one.Cmp(most); n != -1 || err != nil {
		t.Errorf("compared as %d, %v", n, err)
	}
	if _, err := one.Cmp(euro); !fault.Coded(err, "money.currency") {
		t.Errorf("two currencies were compared: %v", err)
	}
}

func TestMoneyJSON(t *testing.T) {
	for in, code := range map[string]string{
		`{"amount":"123.45","currency":"CNY"}`:               "",
		`{"amount":123.45,"currency":"CNY"}`:                 "money.form",
		`{"amount":"123.45"}`:                                "money.currency",
		`{"currency":"CNY"}`:                                 "money.form",
		`{"amount":null,"currency":"CNY"}`:                   "money.form",
		`{"amount":"1","currency":"CNY","vat":"1"}`:          "money.form",
		`{"amount":"1","currency":7}`:                        "money.form",
		`"1 CNY"`:                                            "money.form",
		`null`:                                               "money.form",
		`{"amount":"1.234","currency":"CNY"}`:                "money.precision",
		`{"amount":"-1","currency":"CNY"}`:                   "money.range",
		`{"amount":"1","currency":"CNY\u0000"}`:              "money.currency",
		`{"amount":"9999999999999","currency":"CNY"}`:        "",
		`{"amount":"99999999999999999999","currency":"CNY"}`: "money.range",
	} {
		var v struct{ M tender.Money }
		err := json.Unmarshal([]byte(`{"M":`+in+`}`), &v)
		if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
			t.Errorf("%s: want %q, got %v", in, code, err)
		}
	}
	for m, want := range map[tender.Money]string{
		tender.MustMoney("123.4", "CNY"):  `{"amount":"123.40","currency":"CNY"}`,
		tender.MustMoney("5", "JPY"):      `{"amount":"5","currency":"JPY"}`,
		{Minor: -1, Currency: "CNY"}:      "",
		{}:                                "",
		{Minor: 1, Currency: "ABC"}:       "",
		{Minor: 1 << 62, Currency: "CLF"}: `{"amount":"461168601842738.7904","currency":"CLF"}`,
	} {
		b, err := json.Marshal(m)
		if string(b) != want || (err == nil) != (want != "") {
			t.Errorf("%v: want %q, got %q, %v", m, want, b, err)
		}
	}
}

func TestAmountThatIsNotThereIsLeftOut(t *testing.T) {
	type offer struct {
		Price tender.Money `json:"price,omitzero"`
	}
	for want, o := range map[string]offer{
		`{}`: {},
		`{"price":{"amount":"0.00","currency":"CNY"}}`: {tender.MustMoney("0", "CNY")},
	} {
		if b, err := json.Marshal(o); string(b) != want || err != nil {
			t.Errorf("want %s, got %s, %v", want, b, err)
		}
	}
}

// Money and decimals agree on every amount of every currency.
func TestMoneySurvivesItsForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := tender.Money{
			Minor:    rapid.Int64Min(0).Draw(t, "minor"),
			Currency: rapid.SampledFrom(tender.Currencies()).Draw(t, "currency"),
		}
		if got, err := tender.ParseMoney(m.Amount(), m.Currency); got != m || err != nil {
			t.Fatalf("%s was read as %v, %v", m, got, err)
		}
		if got, err := tender.MoneyOf(m.Decimal(), m.Currency); got != m || err != nil {
			t.Fatalf("%s became %v, %v", m, got, err)
		}
		x := tender.Money{Minor: rapid.Int64Range(0, math.MaxInt64-m.Minor).Draw(t, "more"), Currency: m.Currency}
		sum, err := m.Add(x)
		if err != nil || !sum.Decimal().Equal(m.Decimal().Add(x.Decimal())) {
			t.Fatalf("%s + %s = %s, %v", m, x, sum, err)
		}
		if back, err := sum.Sub(x); back != m || err != nil {
			t.Fatalf("%s - %s = %s, %v", sum, x, back, err)
		}
	})
}

func TestSumRefusesExactlyWhatDoesNotFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		_, err := tender.Money{Minor: a, Currency: "EUR"}.Add(tender.Money{Minor: b, Currency: "EUR"})
		truth := tender.NewDecimal(a).Add(tender.NewDecimal(b))
		fits := truth.Cmp(tender.NewDecimal(math.MaxInt64)) <= 0 && truth.Cmp(tender.NewDecimal(math.MinInt64)) >= 0
		if fits != (err == nil) {
			t.Fatalf("%d + %d: %v", a, b, err)
		}
	})
}

func FuzzMoneyJSON(f *testing.F) {
	f.Add([]byte(`{"amount":"123.45","currency":"CNY"}`))
	f.Add([]byte(`{"amount":"-0","currency":"JPY"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var m tender.Money
		if json.Unmarshal(in, &m) != nil {
			return
		}
		b, err := json.Marshal(m)
		var again tender.Money
		if err != nil || json.Unmarshal(b, &again) != nil || again != m || m.Minor < 0 {
			t.Fatalf("%q was read as %v, written as %s and read as %v", in, m, b, again)
		}
	})
}
