package rules

import (
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar without a place: days since
// 1970-01-01. In JSON it is "2006-01-02".
type Date int32

const dateForm = "2006-01-02"

// ParseDate reads "2006-01-02", from 1970-01-02 to 9999-12-31. The first day
// of 1970 is the zero value and means no date.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateForm, s)
	if err != nil || t.Format(dateForm) != s || t.Unix() < 86400 {
		return 0, fmt.Errorf("rules: %.20q is not a date such as 2026-12-31", s)
	}
	return dateOf(t), nil
}

// DateIn returns the day that it is at the instant t in loc.
func DateIn(t time.Time, loc *time.Location) Date { return dateOf(t.In(loc)) }

// dateOf takes the day from the clock that t shows.
func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// String writes d as "2006-01-02".
func (d Date) String() string { return d.utc().Format(dateForm) }

// MarshalText writes d as "2006-01-02".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDate] reads.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDate(string(b))
	return err
}

// addMonths returns the same day n months later or, where that month has no
// such day, its last.
func (d Date) addMonths(n int) Date {
	y, m, day := d.utc().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return dateOf(last) - Date(last.Day()-min(day, last.Day()))
}

// Start returns the instant at which the day begins in loc: midnight, or the
// first instant there is where clocks are put forward over midnight.
func (d Date) Start(loc *time.Location) time.Time {
	y, m, day := d.utc().Date()
	t := time.Date(y, m, day, 0, 0, 0, 0, loc)
	begin, end := t.ZoneBounds()
	if DateIn(t, loc) < d && !end.IsZero() {
		return end.UTC() // midnight does not exist
	}
	if begin.IsZero() {
		return t.UTC()
	}
	eve := begin.Add(-time.Nanosecond).In(loc)
	switch {
	case DateIn(eve, loc) < d && t.After(begin) && DateIn(begin, loc) >= d:
		return begin.UTC() // the day began when the clocks were put forward
	case DateIn(eve, loc) == d && t.Sub(begin) < 24*time.Hour:
		// Clocks are put back to midnight: the first midnight counts.
		h, m, s := eve.Clock()
		passed := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s+1)*time.Second
		if first := begin.Add(-passed); first.Before(t) {
			return first.UTC()
		}
	}
	return t.UTC()
}
