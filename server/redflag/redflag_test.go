package redflag

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/tender"
)

var day = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func eur(amount string) *tender.Money {
	m := tender.MustMoney(amount, "EUR")
	return &m
}

func bid(who, price string, valid bool) Bid { return Bid{who, eur(price), valid} }

func codes(list []Flag) (out []string) {
	for _, f := range list {
		out = append(out, f.Code)
	}
	return out
}

// Each definition at its border: just on it, and just beside it.
func TestBorders(t *testing.T) {
	lot := func(winner string, bids ...Bid) []Lot { return []Lot{{ID: "1", Winner: winner, Bids: bids}} }
	change := func(days int, move time.Duration) Amendment {
		end := day.AddDate(0, 0, 40)
		return Amendment{At: end.AddDate(0, 0, -days), Before: end, After: end.Add(move)}
	}
	won := func(n, of int) History { return History{Lots: of, Won: map[string]int{"a": n}} }
	two := []Bid{bid("a", "9", true), bid("b", "10", true)}
	for says, c := range map[string]struct {
		p    Procedure
		want []string
	}{
		"nothing at all": {Procedure{}, nil},
		"fifteen days":   {Procedure{Published: day, Deadline: day.AddDate(0, 0, 15)}, nil},
		"a moment less":  {Procedure{Published: day, Deadline: day.AddDate(0, 0, 15).Add(-1)}, []string{ShortPeriod}},

		"not in the plan":           {Procedure{PlanOf: 2026}, []string{NotPlanned}},
		"in the plan":               {Procedure{PlanOf: 2026, Planned: true}, nil},
		"one bid":                   {Procedure{Competitive: true, Lots: lot("", bid("a", "9", true))}, []string{SingleBidder}},
		"one bid, direct":           {Procedure{Lots: lot("", bid("a", "9", true))}, nil},
		"two bids":                  {Procedure{Competitive: true, Lots: lot("", two...)}, nil},
		"no bid":                    {Procedure{Competitive: true, Lots: lot("")}, nil},
		"the same price":            {Procedure{Lots: lot("", bid("a", "9", true), bid("b", "9.00", false))}, []string{EqualPrices}},
		"the rest is out":           {Procedure{Lots: lot("a", bid("a", "9", true), bid("b", "10", false))}, []string{OthersOut}},
		"cheaper and out":           {Procedure{Lots: lot("a", bid("a", "9", true), bid("b", "8.99", false), bid("c", "10", true))}, []string{CheaperOut}},
		"as cheap and out":          {Procedure{Lots: lot("a", bid("a", "9", true), bid("b", "9.01", false), bid("c", "10", true))}, nil},
		"half the price":            {Procedure{Lots: lot("a", bid("a", "5", true), bid("b", "10", true))}, nil},
		"less than half":            {Procedure{Lots: lot("a", bid("a", "4.99", true), bid("b", "10", true))}, []string{FarBelow}},
		"amended twice":             {Procedure{Amended: []Amendment{change(20, 0), change(10, 0)}}, nil},
		"amended three times":       {Procedure{Amended: []Amendment{change(20, 0), change(15, 0), change(10, 0)}}, []string{ManyAmendments}},
		"amended three days before": {Procedure{Amended: []Amendment{change(3, 0)}}, nil},
		"amended two days before":   {Procedure{Amended: []Amendment{change(2, 0)}}, []string{LateAmendment}},
		"and more time given":       {Procedure{Amended: []Amendment{change(2, time.Hour)}}, nil},
		"three of five":             {Procedure{Lots: lot("a", two...), History: won(3, 5)}, []string{SameWinner}},
		"two of five":               {Procedure{Lots: lot("a", two...), History: won(2, 5)}, nil},
		"three of four":             {Procedure{Lots: lot("a", two...), History: won(3, 4)}, nil},
	} {
		if got := codes(Find(c.p)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", says, got, c.want)
		}
	}
}

// release is as much of an OCDS release as the indicators look at.
type release struct {
	OCID   string `json:"ocid"`
	Tender struct {
		Period struct {
			Start string `json:"startDate"`
			End   string `json:"endDate"`
		} `json:"tenderPeriod"`
		Method    string `json:"procurementMethod"`
		Details   string `json:"procurementMethodDetails"`
		Status    string `json:"status"`
		Tenderers int    `json:"numberOfTenderers"`
	} `json:"tender"`
	Bids struct {
		Details []struct {
			Status    string `json:"status"`
			Tenderers []struct {
				ID string `json:"id"`
			} `json:"tenderers"`
			Value struct {
				Amount   json.Number `json:"amount"`
				Currency string      `json:"currency"`
			} `json:"value"`
		} `json:"details"`
	} `json:"bids"`
	Awards []award `json:"awards"`
}

type award struct {
	Status    string `json:"status"`
	Suppliers []struct {
		ID string `json:"id"`
	} `json:"suppliers"`
}

func (r release) procedure() Procedure {
	p := Procedure{Competitive: r.Tender.Method == "open" || r.Tender.Method == "selective"}
	p.Cancelled = r.Tender.Status == "cancelled"
	p.Published, _ = time.Parse(time.RFC3339, r.Tender.Period.Start)
	p.Deadline, _ = time.Parse(time.RFC3339, r.Tender.Period.End)
	l := Lot{ID: "all"}
	for i := range max(0, r.Tender.Tenderers) {
		l.Bids = append(l.Bids, Bid{Bidder: fmt.Sprint("tenderer ", i), Valid: true})
	}
	for _, b := range r.Bids.Details {
		var who []string
		for _, t := range b.Tenderers {
			who = append(who, t.ID)
		}
		slices.Sort(who)
		x := Bid{Bidder: strings.Join(who, "+"), Valid: b.Status == "valid"}
		if m, err := tender.ParseMoney(b.Value.Amount.String(), tender.Currency(b.Value.Currency)); err == nil {
			x.Price = &m
		}
		if b.Status == "valid" || b.Status == "disqualified" {
			l.Bids = append(l.Bids, x)
		}
	}
	winners := map[string]bool{}
	settled := !slices.ContainsFunc(r.Awards, func(a award) bool { return a.Status == "pending" || a.Status == "invalid" })
	for _, a := range r.Awards {
		for _, s := range a.Suppliers {
			if a.Status == "active" && settled {
				winners[s.ID] = true
			}
		}
	}
	for id := range winners {
		if len(winners) == 1 {
			l.Winner = id
		}
	}
	p.Lots = []Lot{l}
	return p
}

// The published cases of the indicators, where they are on this machine.
func TestPublishedCases(t *testing.T) {
	dir := "../../../shared/data/cardinal/fixtures"
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("not run: needs published data that is not at %s", dir)
	}
	for indicator, code := range map[string]string{"R003": ShortPeriod, "R018": SingleBidder, "R028": EqualPrices, "R035": OthersOut} {
		raw, err := os.ReadFile(filepath.Join(dir, indicator+".expected"))
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ OCID map[string]map[string]float64 }
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(filepath.Join(dir, indicator+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines, n := bufio.NewScanner(f), 0
		for lines.Scan() {
			var r release
			if json.Unmarshal(lines.Bytes(), &r) != nil {
				continue // a case about the reading of files
			}
			if r.Tender.Details != "" {
				continue // a case about settings that these flags do not have
			}
			n++
			value, is := want.OCID[r.OCID][indicator]
			i := slices.IndexFunc(Find(r.procedure()), func(f Flag) bool { return f.Code == code })
			if (i >= 0) != is {
				t.Errorf("%s: %s is flagged: %v, want %v: %s", indicator, r.OCID, i >= 0, is, lines.Bytes())
			}
			if indicator == "R035" && is && i >= 0 && Find(r.procedure())[i].Value != int64(value) {
				t.Errorf("%s: %s counts %d, want %v", indicator, r.OCID, Find(r.procedure())[i].Value, value)
			}
		}
		if n == 0 {
			t.Errorf("%s has no cases", indicator)
		}
	}
}

// Securities that are overdue are flagged, also where nothing came of the lot.
func TestLateSecurities(t *testing.T) {
	for _, cancelled := range []bool{false, true} {
		list := Find(Procedure{Cancelled: cancelled, Lots: []Lot{{ID: "1", Owed: []string{"a", "b"}}, {ID: "2"}}})
		if len(list) != 1 || list[0].Code != LateSecurity || list[0].Lot != "1" || list[0].Value != 2 || len(list[0].Bidders) != 2 {
			t.Errorf("%+v", list)
		}
	}
}
