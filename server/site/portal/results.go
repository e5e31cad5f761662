package portal

import (
	"net/http"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/contract"
)

// lotResult is what has become of one lot.
type lotResult struct {
	tender.Lot
	Title     tender.Text
	Openings  []opened
	Award     *award.Award
	Winner    *award.Winner
	Ranking   []ranked
	Contracts []contractView
}

// opened is the public record of one opening.
type opened struct {
	ID       string
	Envelope string
	bidding.Record
}

// ranked is one bid in the ranking, with its sum.
type ranked struct {
	score.Entry
	Name tender.Text
	Won  bool
}

// contractView is a contract with what has been paid of it.
type contractView struct {
	contract.Contract
	PaidSum tender.Money
	Percent int // of the value, for the bar
}

// resultsView is what came out.
type resultsView struct {
	head
	Results    []lotResult
	Complaints []complaint.View
	Any        bool
}

var resultsPage = site.PageOf[resultsView](name, "results")

func (d desk) results(v *site.Visit) error {
	p, err := load(v)
	if err != nil {
		return err
	}
	view := resultsView{head: p.head("results")}
	openings, err := records(v, p.ID)
	if err != nil {
		return err
	}
	contracts, err := contractsOf(v, p.ID)
	if err != nil {
		return err
	}
	for _, l := range p.Lots {
		r := lotResult{Lot: l, Title: p.Notice.Lot(l.ID).Title, Openings: openings[l.ID], Contracts: contracts[l.ID]}
		if err := r.judged(v, p.ID); err != nil {
			return err
		}
		view.Any = view.Any || len(r.Openings) > 0 || l.Ended()
		view.Results = append(view.Results, r)
	}
	var list site.List[complaint.View]
	if err := v.Get(&list, "/api/v1/tenders/%s/complaints", p.ID); err != nil {
		return err
	}
	view.Complaints = list.Items
	return resultsPage.Show(v, http.StatusOK, view)
}

// records are the public opening records, by lot, in the order of envelopes.
func records(v *site.Visit, id string) (map[string][]opened, error) {
	var list site.List[bidding.Opening]
	if err := v.Get(&list, "/api/v1/tenders/%s/openings", id); err != nil {
		return nil, err
	}
	out := map[string][]opened{}
	for _, o := range list.Items {
		if o.State != bidding.Recorded {
			continue
		}
		x := opened{ID: o.ID, Envelope: o.Envelope}
		if err := v.Get(&x.Record, "/api/v1/openings/%s/record", o.ID); err != nil {
			return nil, err
		}
		out[o.Lot] = append(out[o.Lot], x)
	}
	for _, l := range out {
		slices.SortFunc(l, func(a, b opened) int { return compareText(a.Announced, b.Announced) })
	}
	return out, nil
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// judged adds the award that stands and the ranking behind it.
func (r *lotResult) judged(v *site.Visit, id string) error {
	if r.Lot.Award == "" {
		return nil
	}
	a := new(award.Award)
	if err := v.Get(a, "/api/v1/awards/%s", r.Lot.Award); err != nil {
		return hidden(err)
	}
	r.Award, r.Winner = a, a.Decision.Winner
	var j bidding.Judgement
	if err := v.Get(&j, "/api/v1/tenders/%s/lots/%s/ranking", id, r.ID); err != nil {
		return hidden(err)
	}
	if j.Ranking == nil {
		return nil
	}
	names := map[string]tender.Text{}
	for _, o := range r.Openings {
		for _, b := range o.Bids {
			names[b.Bidder.ID] = b.Bidder.Name
		}
	}
	for _, e := range j.Ranking.Entries {
		x := ranked{Entry: e, Name: names[e.Bid]}
		x.Won = r.Winner != nil && r.Winner.Supplier.ID == e.Bid
		r.Ranking = append(r.Ranking, x)
	}
	slices.SortStableFunc(r.Ranking, func(a, b ranked) int { return place(a) - place(b) })
	return nil
}

// place puts bids without a rank behind those with one.
func place(r ranked) int {
	if r.Rank == 0 {
		return 1 << 20
	}
	return r.Rank
}

// hidden takes what is not for everybody yet for nothing.
func hidden(err error) error {
	if p, ok := site.Refused(err); ok && p.Status < 500 {
		return nil
	}
	return err
}

// contractsOf are the public contracts, by lot.
func contractsOf(v *site.Visit, id string) (map[string][]contractView, error) {
	out := map[string][]contractView{}
	for after := ""; ; {
		var list site.List[contract.Contract]
		if err := v.Find(&list, map[string]string{"after": after}, "/api/v1/tenders/%s/contracts", id); err != nil {
			return nil, err
		}
		for _, c := range list.Items {
			if !c.Public() {
				continue
			}
			x := contractView{Contract: c, PaidSum: c.Paid()}
			if x.Value.Currency == "" {
				x.Value = c.Record.Price
			}
			if x.PaidSum.Currency == "" {
				x.PaidSum.Currency = x.Value.Currency
			}
			x.Percent = share(x.PaidSum, x.Value)
			out[c.Record.Lot] = append(out[c.Record.Lot], x)
		}
		if after = list.Next; after == "" {
			return out, nil
		}
	}
}

// share is how many percent of an amount another is, for the length of a bar.
func share(part, whole tender.Money) int {
	if whole.Minor <= 0 {
		return 0
	}
	return int(min(100, max(0, part.Minor*100/whole.Minor)))
}

// winner is whom a lot goes to.
type winner struct {
	Lot  string // its title, where there are several
	Name string
}

// winners are those of the lots whose award stands.
func (p *procedure) winners(lang string) (list []winner) {
	for _, l := range p.Lots {
		if !slices.Contains([]tender.LotPhase{tender.Standstill, tender.Awarded, tender.Contracted}, l.Phase) {
			continue
		}
		w := winner{}
		if len(p.Notice.Lots) > 1 {
			w.Lot = lotTitle(&p.Tender, l.ID, lang)
		}
		for _, f := range p.facts { // the last decision is the one that stands
			if d := f.Data.Decision; f.Name == "award.decide" && d != nil && d.Lot == l.ID && d.Winner != nil {
				w.Name = d.Winner.Supplier.Name.In(lang)
			}
		}
		if w.Name != "" {
			list = append(list, w)
		}
	}
	return list
}
