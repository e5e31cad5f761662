// Package spreadsheet writes tables of a procedure's record as .xlsx files, row
// by row, so that a thousand bids need no more memory than one.
//
// Start with [Write]. Amounts are numbers, so that they can be added up; what
// bidders wrote is text, never a formula, whatever it begins with.
package spreadsheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"probity/tender"
)

// Sheet is one table. Rows calls put for each row, in order; a cell is a string,
// a whole number, a [tender.Money], a [tender.Decimal], a time or nil.
type Sheet struct {
	Name string
	Head []string
	Rows func(put func(cells ...any) error) error
}

// Most of a file that this format can hold; what is longer is cut, and says so.
const (
	mostRows = 1_000_000
	mostText = 32_000 // characters of a cell
)

// Write makes a file of sheets, and returns it with its size. The caller closes
// it, and it is gone.
func Write(sheets ...Sheet) (_ io.ReadCloser, size int64, err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	styles, err := stylesOf(book)
	if err != nil {
		return nil, 0, err
	}
	for i, s := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), s.Name)
		} else {
			_, err = book.NewSheet(s.Name)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("spreadsheet: %w", err)
		}
		if err := write(book, s, styles); err != nil {
			return nil, 0, err
		}
	}
	f, err := os.CreateTemp("", "probity-sheet-*")
	if err != nil {
		return nil, 0, fmt.Errorf("spreadsheet: %w", err)
	}
	err = os.Remove(f.Name()) // it goes with the last handle
	if err == nil {
		err = book.Write(f)
	}
	if err == nil {
		size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("spreadsheet: %w", err), f.Close())
	}
	return f, size, nil
}

type styles struct{ head, when, wrap int }

func stylesOf(book *excelize.File) (s styles, err error) {
	form := "yyyy-mm-dd hh:mm:ss"
	for to, style := range map[*int]*excelize.Style{
		&s.head: {Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}},
		&s.when: {CustomNumFmt: &form, Alignment: &excelize.Alignment{Vertical: "top"}},
		&s.wrap: {Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}},
	} {
		if *to, err = book.NewStyle(style); err != nil {
			return s, fmt.Errorf("spreadsheet: %w", err)
		}
	}
	return s, nil
}

func write(book *excelize.File, s Sheet, style styles) error {
	w, err := book.NewStreamWriter(s.Name)
	if err != nil {
		return fmt.Errorf("spreadsheet: %w", err)
	}
	err = w.SetColWidth(1, len(s.Head), 24)
	if err == nil {
		err = w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	head := make([]any, len(s.Head))
	for i, h := range s.Head {
		head[i] = excelize.Cell{StyleID: style.head, Value: h}
	}
	if err == nil {
		err = w.SetRow("A1", head)
	}
	row := 1
	if err == nil {
		err = s.Rows(func(cells ...any) error {
			if row++; row > mostRows {
				return nil
			}
			for i, c := range cells {
				cells[i] = style.cell(c)
			}
			return w.SetRow(fmt.Sprintf("A%d", row), cells)
		})
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return fmt.Errorf("spreadsheet: %s: %w", s.Name, err)
	}
	return nil
}

// cell writes one value. Decimals are written as the digits they are, so that
// none is lost on the way into a number of the spreadsheet.
func (s styles) cell(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return excelize.Cell{StyleID: s.wrap, Value: text(v)}
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return excelize.Cell{StyleID: s.when, Value: v.UTC()}
	case tender.Money:
		if v.Currency == "" {
			return nil
		}
		return digits(v.Amount())
	case *tender.Money:
		if v == nil {
			return nil
		}
		return s.cell(*v)
	case tender.Decimal:
		return digits(v.String())
	}
	return v
}

// exact is how many digits a spreadsheet's number holds without loss.
const exact = 15

// digits is a number where a spreadsheet can hold it, else its text.
func digits(s string) any {
	if len(strings.Trim(strings.ReplaceAll(s, ".", ""), "-0")) > exact {
		return s
	}
	var f float64
	if _, err := fmt.Sscan(s, &f); err != nil {
		return s
	}
	return f
}

// text takes out what a cell cannot hold.
func text(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > mostText {
		return string(r[:mostText]) + " […]"
	}
	return s
}
