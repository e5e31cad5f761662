package web

import (
	"context"
	"slices"

	"probity/server/spreadsheet"
	"probity/tender"
	"probity/tender/party"
)

type spreadsheetIn struct {
	recordIn
	Kind string `path:"kind" validate:"oneof=bids scores contracts payments"`
}

func (s *Server) getSpreadsheet(c *Call, in spreadsheetIn) (*File, error) {
	t, err := s.record(c, in.recordIn, party.RecordRead, "spreadsheet "+in.Kind)
	if err != nil {
		return nil, err
	}
	x := tables{s, c.Context(), t, c.By}
	var sheets []spreadsheet.Sheet
	switch in.Kind {
	case "bids":
		sheets = []spreadsheet.Sheet{x.bids(), x.prices()}
	case "scores":
		sheets = []spreadsheet.Sheet{x.scores(), x.findings(), x.ranking()}
	case "contracts":
		sheets = []spreadsheet.Sheet{x.contracts()}
	case "payments":
		sheets = []spreadsheet.Sheet{x.invoices(), x.payments()}
	}
	body, size, err := spreadsheet.Write(headed(c.lang(), sheets)...)
	if err != nil {
		return nil, err
	}
	return &File{Type: xlsx, Name: t.ID + "-" + in.Kind + ".xlsx", Body: body, Length: size}, nil
}

// headed are the tables with their names and headings in a language.
func headed(lang string, sheets []spreadsheet.Sheet) []spreadsheet.Sheet {
	list := make([]spreadsheet.Sheet, len(sheets))
	for i, s := range sheets {
		s.Name, s.Head = heading(lang, s.Name), slices.Clone(s.Head)
		for j, h := range s.Head {
			s.Head[j] = heading(lang, h)
		}
		list[i] = s
	}
	return list
}

// heading is what stands above a column in a language.
func heading(lang, english string) string {
	if s, ok := headings[lang][english]; ok {
		return s
	}
	return english
}

// tables are the spreadsheets of one procedure.
type tables struct {
	*Server
	ctx context.Context
	t   *tender.Tender
	by  party.Actor
}
