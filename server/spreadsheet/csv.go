package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"probity/tender"
)

// CSV writes a small table as text, for programs and for those who have no
// spreadsheet. It begins with a byte order mark, without which some
// spreadsheets take it for another encoding. Text that a spreadsheet would run
// as a formula gets an apostrophe before it.
func CSV(s Sheet) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	err := w.Write(s.Head)
	if err == nil {
		err = s.Rows(func(cells ...any) error {
			row := make([]string, len(cells))
			for i, c := range cells {
				row[i] = plain(c)
			}
			return w.Write(row)
		})
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("spreadsheet: %s: %w", s.Name, err)
	}
	return b.Bytes(), nil
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if strings.ContainsAny(v[:min(len(v), 1)], "=+-@\t\r") {
			v = "'" + v
		}
		return text(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.UTC().Format(time.RFC3339)
	case tender.Money:
		if v.Currency == "" {
			return ""
		}
		return v.Amount()
	case *tender.Money:
		if v == nil {
			return ""
		}
		return plain(*v)
	}
	return fmt.Sprint(v)
}
