package site

import "time"

// Moment, Money and Says are for handlers what they are for templates.

// Moment is a date and a time with its zone, in the visitor's language.
func (v *Visit) Moment(t time.Time) string { return format{v.Lang, v.site.Zone}.moment(t) }

// Day is the date alone: of an instant, or of one that is written as a day or a
// month.
func (v *Visit) Day(d any) string { return format{v.Lang, v.site.Zone}.day(d) }

// Money is an amount with its currency; a dash if there is none.
func (v *Visit) Money(m any) string { return format{v.Lang, v.site.Zone}.money(m) }

// Says reports whether the catalogues have a message.
func (v *Visit) Says(key string) bool { return v.site.words.has(key) }
