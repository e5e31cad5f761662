package site

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"probity/tender"
	"probity/tender/rules"
)

// format writes dates, numbers and money as a language has them.
type format struct {
	lang string
	at   *time.Location
}

// moment is a date and a time with its zone, which nobody has to guess. A line
// breaks between the two, and nowhere else.
func (f format) moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	local := t.In(f.at)
	if f.lang == "zh" {
		return local.Format("2006年1月2日 15:04") + "\u2060（" + f.zone(t) + "）"
	}
	return local.Format("2\u00a0January\u00a02006, 15:04") + "\u00a0(" + f.zone(t) + ")"
}

// hour is a time of a day that stands beside it, in the zone that is shown.
func (f format) hour(t time.Time) string { return t.In(f.at).Format("15:04") }

// day is a date without its time: the day of an instant in the zone that is
// shown, or a day or month that is written as one, "2027-03-15" or "2027-03".
func (f format) day(d any) string {
	en, zh := "2\u00a0January\u00a02006", "2006年1月2日"
	t, instant := d.(time.Time)
	if instant && t.IsZero() || d == rules.Date(0) {
		return "–"
	}
	if instant {
		t = t.In(f.at)
	} else {
		written := fmt.Sprint(d)
		var err error
		if t, err = time.Parse(time.DateOnly, written); err != nil {
			if t, err = time.Parse("2006-01", written); err != nil {
				return cmp.Or(written, "–")
			}
			en, zh = "January\u00a02006", "2006年1月"
		}
	}
	if f.lang == "zh" {
		return t.Format(zh)
	}
	return t.Format(en)
}

func (f format) stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// zone is the offset of the shown time: "UTC+8".
func (f format) zone(t time.Time) string {
	_, seconds := t.In(f.at).Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	if m := seconds / 60 % 60; m != 0 {
		return fmt.Sprintf("UTC%s%d:%02d", sign, seconds/3600, m)
	}
	return fmt.Sprintf("UTC%s%d", sign, seconds/3600)
}

// signs are currencies that have a sign of their own in a language.
var signs = map[string]map[tender.Currency]string{
	"zh": {"CNY": "¥"},
	"en": {"EUR": "€", "GBP": "£", "USD": "US$"},
}

// money is an amount with its currency: "CNY 1,234.00", "¥1,234.00". An amount
// that is not there is a dash.
func (f format) money(m any) string {
	var x tender.Money
	switch m := m.(type) {
	case tender.Money:
		x = m
	case *tender.Money:
		if m != nil {
			x = *m
		}
	}
	if x.Currency == "" {
		return "–"
	}
	amount := group(x.Amount())
	if sign := signs[f.lang][x.Currency]; sign != "" {
		return sign + amount
	}
	return string(x.Currency) + "\u00a0" + amount
}

// number groups the digits of a whole number or a decimal.
func (f format) number(n any) string { return group(fmt.Sprint(n)) }

func (f format) percent(n any) string { return group(fmt.Sprint(n)) + "%" }

// group puts a comma between each three digits of the whole part, as both
// languages do.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// bytes is the size of a file.
func (f format) bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	x, i := float64(n), 0
	for x >= 1000 && i < len(units)-1 {
		x /= 1000
		i++
	}
	if i == 0 || x >= 100 {
		return fmt.Sprintf("%.0f\u00a0%s", x, units[i])
	}
	return fmt.Sprintf("%.1f\u00a0%s", x, units[i])
}
