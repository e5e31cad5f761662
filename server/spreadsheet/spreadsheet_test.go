package spreadsheet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"probity/tender"
)

func open(t *testing.T, sheets ...Sheet) *excelize.File {
	t.Helper()
	f, size, err := Write(sheets...)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil || int64(len(raw)) != size {
		t.Fatalf("%d bytes, said %d: %v", len(raw), size, err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestCells(t *testing.T) {
	at := time.Date(2026, 4, 20, 12, 0, 5, 0, time.UTC)
	book := open(t, Sheet{"Bids", []string{"a", "b"}, func(put func(...any) error) error {
		return errors.Join(put("=HYPERLINK(\"http://x\")", 7), put("竹桥\x01", tender.MustMoney("1234.50", "EUR")),
			put(at, tender.MustDecimal("0.1")), put(nil, tender.MustDecimal("12345678901234567.89")), put(strings.Repeat("x", 40000), (*tender.Money)(nil)))
	}}, Sheet{"Prices", []string{"c"}, func(func(...any) error) error { return nil }})
	want := map[string]string{"A1": "a", "B1": "b", "A2": "=HYPERLINK(\"http://x\")", "B2": "7", "A3": "竹桥", "B3": "1234.5",
		"A4": "2026-04-20 12:00:05", "B4": "0.1", "B5": "12345678901234567.89", "B6": ""}
	for cell, says := range want {
		if got, err := book.GetCellValue("Bids", cell); err != nil || got != says {
			t.Errorf("%s is %q, want %q: %v", cell, got, says, err)
		}
	}
	if f, err := book.GetCellFormula("Bids", "A2"); err != nil || f != "" {
		t.Errorf("a bidder's text became the formula %q", f)
	}
	if got, _ := book.GetCellValue("Bids", "A6"); !strings.HasSuffix(got, "[…]") {
		t.Error("what was cut does not say so")
	}
	if list := book.GetSheetList(); len(list) != 2 || list[1] != "Prices" {
		t.Errorf("sheets %v", list)
	}
}

func TestRowsThatFail(t *testing.T) {
	broke := errors.New("the store is away")
	_, _, err := Write(Sheet{"Bids", []string{"a"}, func(func(...any) error) error { return broke }})
	if !errors.Is(err, broke) {
		t.Error(err)
	}
}
