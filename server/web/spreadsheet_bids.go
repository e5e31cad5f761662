package web

import (
	"context"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/server/spreadsheet"
	"probity/tender"
	"probity/tender/fault"
)

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
