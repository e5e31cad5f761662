package spreadsheet

import (
	"errors"
	"testing"
	"time"

	"probity/tender"
)

func TestCSV(t *testing.T) {
	value := tender.MustMoney("12.50", "EUR")
	at := time.Date(2026, 4, 20, 12, 0, 5, 0, time.UTC)
	got, err := CSV(Sheet{"Plan", []string{"a", "b"}, func(put func(...any) error) error {
		return errors.Join(put("=HYPERLINK(\"x\")", 7), put("盐, \"coarse\"\n", &value), put("-1", (*tender.Money)(nil)), put(at, time.Time{}), put(nil, tender.Money{}))
	}})
	want := "\ufeffa,b\r\n\"'=HYPERLINK(\"\"x\"\")\",7\r\n\"盐, \"\"coarse\"\"\r\n\",12.50\r\n'-1,\r\n2026-04-20T12:00:05Z,\r\n,\r\n"
	if err != nil || string(got) != want {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
	broke := errors.New("the store is away")
	if _, err := CSV(Sheet{"Plan", nil, func(func(...any) error) error { return broke }}); !errors.Is(err, broke) {
		t.Errorf("rows that fail: %v", err)
	}
}
