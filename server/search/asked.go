package search

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"probity/tender"
	"probity/tender/fault"
)

// Asked is a search as the API takes it. What is looked for, and what is
// noticed when something new is published, is read from it alone.
type Asked struct {
	Words     string    `query:"q" validate:"max=300" doc:"words; all of them must be there"`
	Status    string    `query:"status" validate:"max=60" doc:"open, evaluation, awarded, ended, planned; several with commas. What is planned is found only if it is named"`
	Category  string    `query:"category" validate:"max=60" doc:"goods, works, services; several with commas"`
	Procedure string    `query:"procedure" validate:"max=300" doc:"procedures of the rule sets; several with commas"`
	Buyer     string    `query:"buyer" validate:"max=120" doc:"id"`
	Supplier  string    `query:"supplier" validate:"max=120" doc:"id of somebody who was awarded something"`
	Scheme    string    `query:"scheme" validate:"max=40" doc:"of the code; CPV if absent"`
	Code      string    `query:"code" validate:"max=40" doc:"a code; those below it count"`
	From      time.Time `query:"publishedFrom" doc:"published at or after it"`
	To        time.Time `query:"publishedTo" doc:"published before it"`
	DueFrom   time.Time `query:"deadlineFrom" doc:"with a deadline at or after it"`
	DueTo     time.Time `query:"deadlineTo" doc:"with a deadline before it"`
	ComesFrom time.Time `query:"expectedFrom" doc:"planned, and expected to be published at or after it"`
	ComesTo   time.Time `query:"expectedTo" doc:"planned, and expected to be published before it"`
	Currency  string    `query:"currency" validate:"omitempty,len=3" doc:"of the estimated value; needed to narrow by value"`
	Min       string    `query:"valueMin" validate:"max=30" doc:"lowest estimated value"`
	Max       string    `query:"valueMax" validate:"max=30" doc:"highest estimated value"`
	Order     string    `query:"order" validate:"omitempty,oneof=newest deadline value" doc:"the best fit first if absent"`
	Page      int       `query:"page" validate:"gte=0,lte=500" doc:"from 1"`
	Size      int       `query:"size" validate:"gte=0,lte=100" doc:"of a page; 20 if absent"`
}

// Query is what the index is asked.
func (a Asked) Query() (Query, error) {
	q := Query{
		Words: a.Words, Buyer: a.Buyer, Supplier: a.Supplier, Procedure: listed[string](a.Procedure),
		Status: listed[Status](a.Status), Category: listed[tender.Category](a.Category),
		PublishedFrom: millis(a.From), PublishedTo: millis(a.To), DeadlineFrom: millis(a.DueFrom), DeadlineTo: millis(a.DueTo),
		ExpectedFrom: millis(a.ComesFrom), ExpectedTo: millis(a.ComesTo),
		Currency: tender.Currency(a.Currency), Order: Order(a.Order), Limit: cmp.Or(a.Size, 20),
	}
	q.Skip = (max(a.Page, 1) - 1) * q.Limit
	if len(q.Status) == 0 && (q.ExpectedFrom != 0 || q.ExpectedTo != 0) {
		q.Status = []Status{Planned} // nothing else is expected
	}
	if a.Code != "" {
		q.Class = Class{Scheme: cmp.Or(a.Scheme, "CPV"), ID: a.Code}
	}
	var err error
	if q.ValueMin, err = a.minor("valueMin", a.Min); err != nil {
		return q, err
	}
	q.ValueMax, err = a.minor("valueMax", a.Max)
	return q, err
}

// minor is an amount in the smallest units of the currency.
func (a Asked) minor(name, amount string) (int64, error) {
	if amount == "" {
		return 0, nil
	}
	if a.Currency == "" {
		return 0, fault.Field("search.currency", "currency", "Say in which currency the value is meant.")
	}
	m, err := tender.ParseMoney(amount, tender.Currency(a.Currency))
	if err != nil {
		return 0, fault.Field("search.value", name, "%s", fault.From(err).Sentence())
	}
	return m.Minor, nil
}

func listed[T ~string](s string) []T {
	var list []T
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, T(part))
		}
	}
	return list
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Address reads a search from the address of the page of results: what stands
// behind its question mark, as people save it. Days begin where the platform is.
func Address(q url.Values, zone *time.Location) Asked {
	a := Asked{
		Words: q.Get("q"), Buyer: q.Get("buyer"), Supplier: q.Get("supplier"), Scheme: q.Get("scheme"), Code: q.Get("code"), Order: q.Get("order"),
		Status: strings.Join(q["status"], ","), Category: strings.Join(q["category"], ","), Procedure: strings.Join(q["procedure"], ","),
		From: dayBegins(q.Get("from"), 0, zone), To: dayBegins(q.Get("to"), 1, zone),
		DueFrom: dayBegins(q.Get("due"), 0, zone), DueTo: dayBegins(q.Get("dueTo"), 1, zone),
		ComesFrom: dayBegins(q.Get("comes"), 0, time.UTC), ComesTo: dayBegins(q.Get("comesTo"), 1, time.UTC), // plans know days and months, no hours
	}
	if q.Get("min") != "" || q.Get("max") != "" {
		a.Currency, a.Min, a.Max = strings.ToUpper(q.Get("currency")), plain(q.Get("min")), plain(q.Get("max"))
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n >= 1 {
		a.Page = n
	}
	return a
}

// plain takes the separators out of an amount that people have typed.
func plain(amount string) string { return separators.Replace(amount) }

var separators = strings.NewReplacer(",", "", " ", "", "\u00a0", "")

// dayBegins is the beginning of a day where the reader is, some days later. What
// is no day asks for nothing.
func dayBegins(day string, later int, at *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, at)
	if err != nil || t.Year() < 1970 || t.Year() > 9000 {
		return time.Time{}
	}
	return t.AddDate(0, 0, later).UTC()
}

// Params are the parameters of the API that say the same; "" for what is not asked.
func (a Asked) Params() map[string]string {
	return map[string]string{
		"q": a.Words, "status": a.Status, "category": a.Category, "procedure": a.Procedure, "buyer": a.Buyer, "supplier": a.Supplier,
		"scheme": a.Scheme, "code": a.Code, "currency": a.Currency, "valueMin": a.Min, "valueMax": a.Max, "order": a.Order,
		"publishedFrom": stamp(a.From), "publishedTo": stamp(a.To), "deadlineFrom": stamp(a.DueFrom), "deadlineTo": stamp(a.DueTo),
		"expectedFrom": stamp(a.ComesFrom), "expectedTo": stamp(a.ComesTo),
		"page": count(a.Page), "size": count(a.Size),
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
