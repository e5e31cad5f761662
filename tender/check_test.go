package tender_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/rules"
)

// refusal is one way to spoil a good notice. At is the field that is named,
// code the answer; "" if the notice stays good.
type refusal struct {
	name, at, code string
	spoil          func(*tender.Notice)
}

func checkAll(t *testing.T, list []refusal) {
	t.Helper()
	for _, c := range list {
		n := notice()
		c.spoil(&n)
		f := n.Check()
		switch {
		case c.code == "" && f != nil:
			t.Errorf("%s: %v", c.name, f)
		case c.code == "":
			n.Hash()
		case f == nil || f.Code != c.code || f.Kind != fault.Invalid || f.Text == "":
			t.Errorf("%s: got %v, want %s", c.name, f, c.code)
		case f.Field[c.at] == "":
			t.Errorf("%s: names %v, want %s", c.name, f.Field, c.at)
		}
	}
}

func TestAGoodNotice(t *testing.T) {
	n := notice()
	if f := n.Check(); f != nil {
		t.Fatal(f)
	}
	again := notice()
	if n.Hash() != again.Hash() || len(n.Hash()) != 64 {
		t.Errorf("the hash is %s, and %s", n.Hash(), again.Hash())
	}
	again.Lots[1].Items[0].Quantity = dec("11")
	if n.Hash() == again.Hash() {
		t.Error("another notice has the same hash")
	}
}

func TestHeadsThatAreRefused(t *testing.T) {
	beyond := "𠮷野家 🧂" // U+20BB7 and U+1F9C2
	checkAll(t, []refusal{
		{"no title", "title", "text.missing", func(n *tender.Notice) { n.Title = nil }},
		{"a title of spaces", "title.en", "text.empty", func(n *tender.Notice) { n.Title = en("  ") }},
		{"a title in no language", "title", "text.language", func(n *tender.Notice) { n.Title = tender.Text{"English": "Salt"} }},
		{"a title of two lines", "title.en", "text.control", func(n *tender.Notice) { n.Title = en("Salt\nand sand") }},
		{"a title with a bell", "title.en", "text.control", func(n *tender.Notice) { n.Title = en("Salt\x07") }},
		{"a title with a nul", "title.en", "text.control", func(n *tender.Notice) { n.Title = en("Sa\x00lt") }},
		{"a title with C1 controls", "title.en", "text.control", func(n *tender.Notice) { n.Title = en("Salt\u0085x") }},
		{"a title that turns around", "title.en", "text.bidi", func(n *tender.Notice) { n.Title = en("Salt \u202egnp.exe") }},
		{"a title that is not UTF-8", "title.en", "text.utf8", func(n *tender.Notice) { n.Title = en("Salt\xff") }},
		{"a title that ends in spaces", "title.en", "text.spaces", func(n *tender.Notice) { n.Title = en("Salt ") }},
		{"a title beyond the BMP", "", "", func(n *tender.Notice) { n.Title = tender.Text{"ja": beyond} }},
		{"a title of 300 characters beyond the BMP", "", "", func(n *tender.Notice) { n.Title = en(strings.Repeat("𠮷", 300)) }},
		{"a title of 301", "title.en", "text.long", func(n *tender.Notice) { n.Title = en(strings.Repeat("𠮷", 301)) }},
		{"no description", "", "", func(n *tender.Notice) { n.Description = nil }},
		{"a description beyond the BMP", "", "", func(n *tender.Notice) { n.Description = en(beyond + "\n\tmore") }},
		{"a description with an escape", "description.en", "text.control", func(n *tender.Notice) { n.Description = en("\x1b[31m") }},
		{"a description of carriage returns", "description.en", "text.spaces", func(n *tender.Notice) { n.Description = en("a\r\nb") }},
		{"a description of a book", "description.en", "text.long", func(n *tender.Notice) { n.Description = en(strings.Repeat("x", tender.MaxText+1)) }},
		{"no reference", "", "", func(n *tender.Notice) { n.Reference = "" }},
		{"a reference with a tab", "reference", "text.control", func(n *tender.Notice) { n.Reference = "a\tb" }},
		{"a reference that is a book", "reference", "text.long", func(n *tender.Notice) { n.Reference = strings.Repeat("x", 201) }},
		{"an entry of a plan", "", "", func(n *tender.Notice) { n.Planned = &tender.Planned{Plan: "ocds-213czf-plan", Entry: "12"} }},
		{"an entry without a number", "planned", "notice.planned", func(n *tender.Notice) { n.Planned = &tender.Planned{Plan: "ocds-213czf-plan"} }},
		{"a plan that is a path", "planned", "notice.planned", func(n *tender.Notice) { n.Planned = &tender.Planned{Plan: "../x", Entry: "1"} }},
		{"no classification", "", "", func(n *tender.Notice) { n.Classification = tender.Classification{} }},
		{"a code of no list", "classification", "notice.classification", func(n *tender.Notice) { n.Classification.Scheme = "" }},
		{"a list without a code", "classification", "notice.classification", func(n *tender.Notice) { n.Classification.ID = "" }},
		{"a code with a slash", "classification", "notice.classification", func(n *tender.Notice) { n.Classification.ID = "../1" }},
		{"a classification in controls", "classification.description.en", "text.control", func(n *tender.Notice) { n.Classification.Description = en("\x01") }},
		{"no category", "category", "notice.category", func(n *tender.Notice) { n.Category = "" }},
		{"an unknown category", "category", "notice.category", func(n *tender.Notice) { n.Category = "weapons" }},
		{"three envelopes", "envelopes", "notice.envelopes", func(n *tender.Notice) { n.Envelopes = "three" }},
		{"a circumstance", "", "", func(n *tender.Notice) { n.Circumstances = []rules.Fact{rules.Urgent} }},
		{"a made-up circumstance", "circumstances", "notice.circumstances", func(n *tender.Notice) { n.Circumstances = []rules.Fact{"friends"} }},
		{"a circumstance twice", "circumstances", "notice.circumstances", func(n *tender.Notice) { n.Circumstances = []rules.Fact{rules.Urgent, rules.Urgent} }},
		{"no language", "languages", "notice.languages", func(n *tender.Notice) { n.Languages = nil }},
		{"a language that is none", "languages", "text.language", func(n *tender.Notice) { n.Languages = []string{"en", "EN"} }},
		{"a language twice", "languages", "notice.languages", func(n *tender.Notice) { n.Languages = []string{"en", "en"} }},
		{"too many languages", "languages", "notice.languages", func(n *tender.Notice) { n.Languages = make([]string, 25) }},
	})
}

func TestAmountsThatAreRefused(t *testing.T) {
	yen := tender.MustMoney("100", "JPY")
	negative := tender.Money{Minor: -1, Currency: "EUR"}
	most := tender.Money{Minor: math.MaxInt64, Currency: "EUR"}
	checkAll(t, []refusal{
		{"an unknown currency", "currency", "money.currency", func(n *tender.Notice) { n.Currency = "EUX" }},
		{"gold", "currency", "money.currency", func(n *tender.Notice) { n.Currency = "XAU" }},
		{"no amounts", "", "", func(n *tender.Notice) { n.Value, n.Budget, n.Security, n.Terms.SecurityAmount = nil, nil, nil, nil }},
		{"the largest amount", "", "", func(n *tender.Notice) { n.Value = &most }},
		{"a value in yen", "value", "money.currency", func(n *tender.Notice) { n.Value = &yen }},
		{"a negative value", "value", "money.currency", func(n *tender.Notice) { n.Value = &negative }},
		{"a value in no currency", "value", "money.currency", func(n *tender.Notice) { n.Value = &tender.Money{} }},
		{"a budget in yen", "budget", "money.currency", func(n *tender.Notice) { n.Budget = &yen }},
		{"a performance security in yen", "terms.performanceSecurity", "money.currency", func(n *tender.Notice) { n.Terms.SecurityAmount = &yen }},
		{"a lot in yen", "lots[0].value", "money.currency", func(n *tender.Notice) { n.Lots[0].Value = &yen }},
		{"a negative lot", "lots[1].value", "money.currency", func(n *tender.Notice) { n.Lots[1].Value = &negative }},
		{"a ceiling in yen", "lots[0].criteria.price.ceiling", "score.formula", func(n *tender.Notice) { n.Lots[0].Criteria.Price.Ceiling = &yen }},
		{"a bid security in yen", "security.amount", "money.currency", func(n *tender.Notice) { n.Security.Amount = yen }},
		{"a bid security of nothing", "security.amount", "money.currency", func(n *tender.Notice) { n.Security.Amount = *eur("0.00") }},
		{"a bid security for no days", "", "", func(n *tender.Notice) { n.Security.Days = 0 }},
		{"a bid security for two years", "", "", func(n *tender.Notice) { n.Security.Days = 730 }},
		{"a bid security for longer", "security.days", "notice.security", func(n *tender.Notice) { n.Security.Days = 731 }},
		{"a bid security for negative days", "security.days", "notice.security", func(n *tender.Notice) { n.Security.Days = -1 }},
	})
}

func TestDatesThatAreRefused(t *testing.T) {
	late := func(n *tender.Notice, d time.Duration) {
		n.Timetable.Deadline, n.Timetable.Opens = n.Timetable.Deadline.Add(d), n.Timetable.Opens.Add(d)
	}
	checkAll(t, []refusal{
		{"no date of publication", "timetable", "timetable.missing", func(n *tender.Notice) { n.Timetable.Publish = time.Time{} }},
		{"no end of questions", "timetable", "timetable.missing", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = time.Time{} }},
		{"no deadline", "timetable", "timetable.missing", func(n *tender.Notice) { n.Timetable.Deadline = time.Time{} }},
		{"no opening", "timetable", "timetable.missing", func(n *tender.Notice) { n.Timetable.Opens = time.Time{} }},
		{"questions end before they begin", "timetable.enquiriesUntil", "timetable.order", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = today.Add(-time.Second) }},
		{"questions end after bids", "timetable.enquiriesUntil", "timetable.order", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = deadline.Add(time.Second) }},
		{"questions end with bids", "", "", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = deadline }},
		{"a deadline before publication", "timetable.enquiriesUntil", "timetable.order", func(n *tender.Notice) { n.Timetable.Deadline = today.Add(-time.Hour) }},
		{"a window of a day", "timetable.opens", "timetable.opens", func(n *tender.Notice) { n.Timetable.GraceMinutes = 1440 }},
		{"a window of a day, opened after it", "", "", func(n *tender.Notice) {
			n.Timetable.GraceMinutes, n.Timetable.Opens = 1440, deadline.Add(24*time.Hour)
		}},
		{"a window of a day and a minute", "timetable.graceMinutes", "timetable.grace", func(n *tender.Notice) {
			n.Timetable.GraceMinutes, n.Timetable.Opens = 1441, deadline.Add(25*time.Hour)
		}},
		{"a negative window", "timetable.graceMinutes", "timetable.grace", func(n *tender.Notice) { n.Timetable.GraceMinutes = -1 }},
		{"a window that no number holds", "timetable.graceMinutes", "timetable.grace", func(n *tender.Notice) { n.Timetable.GraceMinutes = math.MaxInt }},
		{"opening as the window ends", "", "", func(n *tender.Notice) { n.Timetable.Opens = deadline.Add(2 * time.Hour) }},
		{"opening a second before", "timetable.opens", "timetable.opens", func(n *tender.Notice) { n.Timetable.Opens = deadline.Add(2*time.Hour - time.Second) }},
		{"bids that bind for no day", "validityDays", "notice.validity", func(n *tender.Notice) { n.ValidityDays = 0 }},
		{"bids that bind for negative days", "validityDays", "notice.validity", func(n *tender.Notice) { n.ValidityDays = math.MinInt }},
		{"bids that bind for two years", "", "", func(n *tender.Notice) { n.ValidityDays = 730 }},
		{"bids that bind for longer", "validityDays", "notice.validity", func(n *tender.Notice) { n.ValidityDays = 731 }},
		{"a deadline in milliseconds", "timetable", "timetable.precision", func(n *tender.Notice) { late(n, time.Millisecond) }},
		{"a deadline in nanoseconds", "timetable", "timetable.precision", func(n *tender.Notice) { late(n, 1) }},
		{"a publication in milliseconds", "timetable", "timetable.precision", func(n *tender.Notice) { n.Timetable.Publish = today.Add(time.Millisecond) }},
		{"questions until a millisecond", "timetable", "timetable.precision", func(n *tender.Notice) {
			n.Timetable.EnquiriesUntil = n.Timetable.EnquiriesUntil.Add(time.Millisecond)
		}},
		{"a deadline in 2200", "timetable", "timetable.range", func(n *tender.Notice) { late(n, 174*366*24*time.Hour) }},
		{"a publication in antiquity", "timetable", "timetable.range", func(n *tender.Notice) { n.Timetable.Publish = time.Date(90, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"a publication before the year 0", "timetable", "timetable.range", func(n *tender.Notice) { n.Timetable.Publish = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }},
	})
}
