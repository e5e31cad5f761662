package rules

import (
	"slices"

	"probity/tender/fault"
	"probity/tender/text"
)

// Calendar says which days are worked. A rule set comes with its weekend alone;
// holidays, and the weekend days that are worked to make up for them, are
// announced year by year, so the operator loads them (see [ParseCalendar]).
type Calendar struct {
	Weekend []Weekday `json:"weekend"`

	// Holidays are not worked. Workdays are days of a weekend that are. Both
	// are in order, without doubles, and have no day in common.
	Holidays []Day `json:"holidays,omitempty"`
	Workdays []Day `json:"workdays,omitempty"`

	// KnownUntil is the last day for which holidays have been announced; no
	// date if none have. Reckonings that go beyond it say so.
	KnownUntil Date `json:"knownUntil,omitzero"`

	// Cite is where the holidays were announced.
	Cite string `json:"cite,omitempty"`
}

// Day is a day that is not what its place in the week says.
type Day struct {
	Date Date      `json:"date"`
	Name text.Text `json:"name,omitempty"`
}

// Weekday is a day of the week by its English name in small letters.
type Weekday string

var weekdays = []Weekday{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// CalendarForm labels a calendar file.
const CalendarForm = "probity-calendar/1"

// maxDays bounds the days of a calendar: thirty years of long holidays.
const maxDays = 2000

// ParseCalendar reads a calendar file: the JSON of [Calendar] with the member
// "v" that says [CalendarForm].
func ParseCalendar(b []byte) (Calendar, error) {
	var file struct {
		V string `json:"v"`
		Calendar
	}
	if err := decode(b, &file); err != nil {
		return Calendar{}, err
	}
	if file.V != CalendarForm {
		return Calendar{}, fault.Field("rules.calendar", "v", "A calendar file says %q here.", CalendarForm)
	}
	if f := file.Calendar.check("calendar"); f != nil {
		return Calendar{}, f
	}
	return file.Calendar, nil
}

func (c Calendar) check(path string) *fault.Error {
	bad := func(at, format string, args ...any) *fault.Error {
		return fault.Field("rules.calendar", path+at, format, args...)
	}
	for i, w := range c.Weekend {
		if !slices.Contains(weekdays, w) || slices.Contains(c.Weekend[:i], w) {
			return bad(".weekend", "%.20q is not a day of the week such as sunday, or stands here twice.", w)
		}
	}
	if len(c.Weekend) > 6 {
		return bad(".weekend", "A week has at least one working day.")
	}
	if len(c.Holidays)+len(c.Workdays) > maxDays {
		return bad("", "A calendar has up to %d days.", maxDays)
	}
	if f := checkDays(path+".holidays", c.Holidays); f != nil {
		return f
	}
	if f := checkDays(path+".workdays", c.Workdays); f != nil {
		return f
	}
	for _, d := range c.Workdays {
		if has(c.Holidays, d.Date) {
			return bad(".workdays", "%s cannot be worked and be a holiday.", d.Date)
		}
	}
	if len(c.Holidays) > 0 && c.KnownUntil < c.Holidays[len(c.Holidays)-1].Date {
		return bad(".knownUntil", "Say until when the holidays are known; it is not before the last of them.")
	}
	return cited(path+".cite", c.Cite, len(c.Holidays)+len(c.Workdays) > 0)
}

func checkDays(path string, days []Day) *fault.Error {
	for i, d := range days {
		if d.Date == 0 || i > 0 && d.Date <= days[i-1].Date {
			return fault.Field("rules.calendar", path, "Days stand in order, each once; %s does not.", d.Date)
		}
		if f := d.Name.CheckLine(path, 200); f != nil {
			return f
		}
	}
	return nil
}

func has(days []Day, d Date) bool {
	_, ok := slices.BinarySearchFunc(days, d, func(x Day, d Date) int { return int(x.Date - d) })
	return ok
}

// IsWorkingDay reports whether d is worked.
func (c Calendar) IsWorkingDay(d Date) bool {
	if has(c.Workdays, d) {
		return true
	}
	return !has(c.Holidays, d) && !slices.Contains(c.Weekend, weekdays[d.Weekday()])
}

// AddWorkingDays returns the n-th working day after d. d itself is not counted,
// worked or not; for n = 0 it is the answer.
func (c Calendar) AddWorkingDays(d Date, n int) Date {
	for n > 0 {
		if d++; c.IsWorkingDay(d) {
			n--
		}
	}
	return d
}

// NextWorkingDay returns d if it is worked, else the first day after it that is.
func (c Calendar) NextWorkingDay(d Date) Date {
	for !c.IsWorkingDay(d) {
		d++
	}
	return d
}

// WorkingDays counts the working days after from, up to and including to.
func (c Calendar) WorkingDays(from, to Date) int {
	n := 0
	for d := from + 1; d <= to; d++ {
		if c.IsWorkingDay(d) {
			n++
		}
	}
	return n
}

// Covers reports whether the holidays up to d have been announced.
func (c Calendar) Covers(d Date) bool { return d <= c.KnownUntil }
