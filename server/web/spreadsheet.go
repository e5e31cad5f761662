package web

import (
	"context"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/server/spreadsheet"
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/fault"
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

// bidRow is a bid with what became of it.
type bidRow struct {
	bidding.RecordedBid
	Envelope string
	Status   string // valid, disqualified, rejected; "" while nothing is decided
	Rank     int
}

// bidsOf lists the bids of a lot that were opened, with their prices as far as
// they were. A bid whose price stays sealed has none.
func (s *Server) bidsOf(ctx context.Context, t *tender.Tender, lot string) ([]bidRow, error) {
	var list []bidRow
	at := map[string]int{}
	for _, envelope := range t.Notice.Envelopes.Names() {
		o, err := s.Openings.Openings.Get(ctx, bidding.OpeningID(t.ID, lot, envelope))
		if fault.Coded(err, "opening.missing") || err == nil && o.State != bidding.Recorded {
			continue
		}
		if err != nil {
			return nil, err
		}
		r, err := s.Openings.ReadRecord(ctx, o)
		if err != nil {
			return nil, err
		}
		for _, b := range r.Bids {
			i, was := at[b.Bidder.ID]
			switch {
			case b.State != seal.Opened && !was:
				list = append(list, bidRow{RecordedBid: b, Envelope: envelope, Status: "rejected"})
			case !was:
				at[b.Bidder.ID] = len(list)
				list = append(list, bidRow{RecordedBid: b, Envelope: envelope, Status: "valid"})
			default:
				list[i].Price, list[i].Prices = b.Price, b.Prices
			}
		}
	}
	j, err := s.Judging.Judgement(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	for _, e := range decided(j) {
		if i, is := at[e.Bid]; is {
			list[i].Status, list[i].Rank = string(e.Status), e.Rank
		}
	}
	return list, nil
}

func decided(j *bidding.Judgement) []score.Entry {
	switch {
	case j.Ranking != nil:
		return j.Ranking.Entries
	case j.Decision != nil:
		return j.Decision.Entries
	}
	return nil
}

func (x tables) eachBid(f func(lot string, b bidRow) error) error {
	for _, l := range x.t.Lots {
		list, err := x.bidsOf(x.ctx, x.t, l.ID)
		if err != nil {
			return err
		}
		for _, b := range list {
			if err := f(l.ID, b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x tables) bids() spreadsheet.Sheet {
	head := []string{"Lot", "Bidder", "Name", "Number of the bid", "Fingerprint", "Opened", "Cause", "Whose fault", "Currency", "Price", "Result", "Rank"}
	return spreadsheet.Sheet{Name: "Bids", Head: head, Rows: func(put func(...any) error) error {
		return x.eachBid(func(lot string, b bidRow) error {
			var currency any
			if b.Price != nil {
				currency = string(b.Price.Currency)
			}
			return put(lot, b.Bidder.ID, b.Bidder.Name.In("en"), b.Seq, b.Fingerprint, string(b.State), b.Cause, string(b.Blame), currency, b.Price, b.Status, b.Rank)
		})
	}}
}

func (x tables) prices() spreadsheet.Sheet {
	head := []string{"Lot", "Bidder", "Item", "Quantity", "Unit price", "Stated total", "Computed total"}
	return spreadsheet.Sheet{Name: "Prices", Head: head, Rows: func(put func(...any) error) error {
		return x.eachBid(func(lot string, b bidRow) error {
			for _, p := range b.Prices {
				var quantity tender.Decimal
				for _, item := range x.t.Notice.Lot(lot).Items {
					if item.ID == p.Item {
						quantity = item.Quantity
					}
				}
				product, err := tender.LineTotal(p.UnitPrice, quantity, p.Total.Currency)
				if err != nil {
					product = tender.Money{}
				}
				if err := put(lot, b.Bidder.ID, p.Item, quantity, p.UnitPrice, p.Total, product); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

func (x tables) scores() spreadsheet.Sheet {
	head := []string{"Lot", "Evaluator", "Bidder", "Criterion", "Score", "Reason", "Handed in"}
	return spreadsheet.Sheet{Name: "Scores", Head: head, Rows: func(put func(...any) error) error {
		for _, l := range x.t.Lots {
			sheets, err := x.Judging.AllSheets(x.ctx, x.t, l.ID)
			if fault.From(err).Kind == fault.Conflict {
				continue // while one is missing they are nobody's to see
			}
			if err != nil {
				return err
			}
			for _, sheet := range sheets {
				for _, k := range sheet.Scores {
					if err := put(l.ID, sheet.Name, k.Bidder, k.Criterion, k.Value, k.Reason, sheet.HandedIn); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}}
}

func (x tables) eachJudgement(f func(*bidding.Judgement) error) error {
	for _, l := range x.t.Lots {
		j, err := x.Judging.Judgement(x.ctx, x.t, l.ID)
		if err == nil {
			err = f(j)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x tables) findings() spreadsheet.Sheet {
	head := []string{"Lot", "Bidder", "About", "Finding", "Reason"}
	return spreadsheet.Sheet{Name: "Findings", Head: head, Rows: func(put func(...any) error) error {
		return x.eachJudgement(func(j *bidding.Judgement) error {
			for _, f := range j.Findings {
				for _, a := range f.Answers {
					says := "not met"
					if a.Pass {
						says = "met"
					}
					if err := put(j.Lot, f.Bidder, a.Requirement, says, a.Reason); err != nil {
						return err
					}
				}
				for _, a := range f.Consensus {
					if err := put(j.Lot, f.Bidder, a.Criterion, a.Value, a.Reason); err != nil {
						return err
					}
				}
				if f.Rejected != "" {
					if err := put(j.Lot, f.Bidder, "bid", "put aside", f.Rejected); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}}
}

func (x tables) ranking() spreadsheet.Sheet {
	head := []string{"Lot", "Rank", "Bidder", "Result", "Price", "Quality points", "Price points", "All points"}
	return spreadsheet.Sheet{Name: "Ranking", Head: head, Rows: func(put func(...any) error) error {
		return x.eachJudgement(func(j *bidding.Judgement) error {
			for _, e := range decided(j) {
				if err := put(j.Lot, e.Rank, e.Bid, string(e.Status), e.Price, e.QualityScore, e.PriceScore, e.Total); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

func (x tables) eachContract(f func(*contract.Contract) error) error {
	for after := ""; ; {
		list, next, err := x.Contracts.List(x.ctx, x.t.ID, x.by, after, 100)
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := f(c); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

func (x tables) contracts() spreadsheet.Sheet {
	head := []string{"Contract", "Lot", "Number", "Supplier", "State", "Currency", "Price", "Value after changes", "Changes", "Sealed"}
	return spreadsheet.Sheet{Name: "Contracts", Head: head, Rows: func(put func(...any) error) error {
		return x.eachContract(func(c *contract.Contract) error {
			var sealed any
			if c.Sealed != nil {
				sealed = c.Sealed.At
			}
			return put(c.ID, c.Record.Lot, c.Record.Number, c.Supplier, string(c.State), string(c.Record.Price.Currency), c.Record.Price, c.Value, len(c.Changes), sealed)
		})
	}}
}

func (x tables) invoices() spreadsheet.Sheet {
	head := []string{"Contract", "Invoice", "Number", "Milestone", "Date", "Due", "Currency", "Amount", "By"}
	return spreadsheet.Sheet{Name: "Invoices", Head: head, Rows: func(put func(...any) error) error {
		return x.eachContract(func(c *contract.Contract) error {
			for _, i := range c.Invoices {
				if err := put(c.ID, i.ID, i.Number, i.Milestone, i.Date.String(), i.Due.String(), string(i.Amount.Currency), i.Amount, i.By.Name); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

func (x tables) payments() spreadsheet.Sheet {
	head := []string{"Contract", "Payment", "Invoice", "Date", "Currency", "Amount", "Reference", "By"}
	return spreadsheet.Sheet{Name: "Payments", Head: head, Rows: func(put func(...any) error) error {
		return x.eachContract(func(c *contract.Contract) error {
			for _, p := range c.Payments {
				if err := put(c.ID, p.ID, p.Invoice, p.Date.String(), string(p.Amount.Currency), p.Amount, p.Reference, p.By.Name); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}
