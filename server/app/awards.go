package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"probity/bidding"
	"probity/bidding/score"
	"probity/bidding/security"
	"probity/server/papers"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/enquiry"
	"probity/tender/fault"
	"probity/tender/party"
)

// openAwards builds what follows the ranking, and fits to it what evaluation
// and accounts have to offer.
func (a *App) openAwards() {
	a.Enquiries = &enquiry.Service{
		Enquiries: shelf[enquiry.Enquiry](a.Engine, enquiry.Kind),
		Tenders:   a.Tenders, Suppliers: a.People, Clock: a.Clock, NewID: newID,
	}
	a.Awards = &award.Service{
		Awards:  shelf[award.Award](a.Engine, award.Kind),
		Notices: shelf[award.Notice](a.Engine, award.NoticeKind),
		Tenders: a.Tenders, Rankings: rankings{a}, Devices: a.People, Clock: a.Clock,
	}
	a.Complaints = &complaint.Service{
		Complaints: shelf[complaint.Complaint](a.Engine, complaint.Kind),
		Tenders:    a.Tenders, Awards: a.Awards, Suppliers: a.People, Bidders: bidders{a.Bids}, Clock: a.Clock, NewID: newID,
	}
	a.Awards.Complaints = a.Complaints
	a.Contracts = &contract.Service{
		Contracts: shelf[contract.Contract](a.Engine, contract.Kind),
		Tenders:   a.Tenders, Awards: a.Awards, Complaints: a.Complaints, Offers: offers{a}, Parties: parties{a},
		Drawer: a.Papers, Files: a.Papers, Devices: a.People, Clock: a.Clock,
	}
	a.Securities = &security.Service{
		Settlements: shelf[security.Settlement](a.Engine, security.Kind),
		Bids:        a.Bids.Bids, Awards: a.Awards.Awards, Contracts: a.Contracts.Contracts, Tenders: a.Tenders, Clock: a.Clock,
	}
	a.Papers.Sources = papers.Sources{Organisation: a.orgName, Panel: a.Judging.PanelOf, Award: a.awardOf}
}

// orgName names an organisation for papers.
func (a *App) orgName(ctx context.Context, id string) (tender.OrgName, error) {
	o, err := a.People.Orgs.Get(ctx, id)
	if err != nil {
		return tender.OrgName{}, err
	}
	return tender.OrgName{ID: o.ID, Name: o.Name, Identifier: o.Identifier()}, nil
}

// awardOf finds the award that stands for a lot.
func (a *App) awardOf(ctx context.Context, id, lot string) (*award.Award, error) {
	t, err := a.Tenders.Tenders.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	l := t.Lot(lot)
	if l == nil || l.Award == "" {
		return nil, fault.New(fault.Missing, "award.missing", "This lot has no award.")
	}
	return a.Awards.Awards.Get(ctx, l.Award)
}

// rankings gives awards what the panel has decided.
type rankings struct{ *App }

func (r rankings) Ranking(ctx context.Context, id, lot string) (award.Ranking, error) {
	j, err := r.Judging.Judgements.Get(ctx, id+"~"+lot)
	if err != nil && !errors.Is(err, &fault.Error{Code: "judgement.missing"}) {
		return award.Ranking{}, err
	}
	if err != nil || j.Ranking == nil {
		return award.Ranking{}, fault.New(fault.Conflict, "award.no_ranking", "This lot has no ranking yet.")
	}
	out := award.Ranking{Record: canon.Must(j.Ranking)}
	for _, e := range j.Ranking.Entries {
		p, err := r.place(ctx, j, e)
		if err != nil {
			return award.Ranking{}, err
		}
		out.Places = append(out.Places, p)
	}
	return out, nil
}

func (r rankings) place(ctx context.Context, j *bidding.Judgement, e score.Entry) (award.Place, error) {
	b, err := r.Bids.Bids.Get(ctx, bidding.BidID(j.Tender, j.Lot, e.Bid))
	if err != nil {
		return award.Place{}, err
	}
	p := award.Place{Bid: b.ID, Bidder: b.Bidder, Rank: e.Rank, Score: e.Total, Why: why(e)}
	if e.Price != nil {
		p.Price = *e.Price
	}
	if v := b.Last(); v != nil {
		for _, m := range v.Parties {
			if m.Role == party.PartyMember {
				o, err := r.People.Orgs.Get(ctx, m.Organisation)
				if err != nil {
					return award.Place{}, err
				}
				p.Members = append(p.Members, award.Member{Org: tender.OrgName{ID: o.ID, Name: o.Name, Identifier: o.Identifier()}})
			}
		}
	}
	p.Debrief = canon.Must(map[string]any{"entry": e, "finding": j.FindingOn(e.Bid)})
	return p, nil
}

// why says in words on which grounds a bid is out.
func why(e score.Entry) tender.Text {
	if len(e.Reasons) == 0 {
		return nil
	}
	var words []string
	for _, r := range e.Reasons {
		words = append(words, strings.TrimSpace(strings.Join([]string{strings.ReplaceAll(r.Code, "_", " "), r.Of, r.Text}, " ")))
	}
	return tender.Text{"en": strings.Join(words, "; ")}
}

// bidders tells complaints who has bid.
type bidders struct{ *bidding.Service }

func (b bidders) HasBid(ctx context.Context, id, lot, org string) (bool, error) {
	if lot != "" {
		return b.Has(ctx, id, lot, org)
	}
	t, err := b.Tenders.Tenders.Get(ctx, id)
	if err != nil {
		return false, err
	}
	for _, l := range t.Lots {
		if has, err := b.Has(ctx, id, l.ID, org); err != nil || has {
			return has, err
		}
	}
	return false, nil
}

// offers gives contracts the prices of the winner, from its opened bid.
type offers struct{ *App }

func (o offers) Prices(ctx context.Context, id, lot, bid string) (map[string]tender.Decimal, error) {
	t, err := o.Tenders.Tenders.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := o.Bids.Bids.Get(ctx, bid)
	if err != nil {
		return nil, err
	}
	names := t.Notice.Envelopes.Names()
	x, err := o.Openings.Outcomes.Get(ctx, bidding.OpeningID(id, lot, names[len(names)-1])+"~"+b.Bidder.ID)
	if err != nil {
		return nil, err
	}
	if x.Offer == nil {
		return nil, fmt.Errorf("app: the winning bid %q has no offer", bid)
	}
	prices := map[string]tender.Decimal{}
	for _, p := range x.Offer.Prices {
		prices[p.Item] = p.UnitPrice
	}
	return prices, nil
}

// parties gives contracts organisations as papers name them.
type parties struct{ *App }

func (p parties) Party(ctx context.Context, org string) (contract.Party, error) {
	o, err := p.People.Orgs.Get(ctx, org)
	if err != nil {
		return contract.Party{}, err
	}
	return contract.Party{
		Org:     tender.OrgName{ID: o.ID, Name: o.Name, Identifier: o.Identifier()},
		Address: address(o.Address), Contact: o.Contact.Email,
	}, nil
}

// address is an address on one line.
func address(a party.Address) tender.Text {
	var parts []string
	for _, s := range []string{a.Street, a.Postcode, a.Locality, a.Region, a.Country} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return tender.Text{"en": strings.Join(parts, ", ")}
}
