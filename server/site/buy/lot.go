package buy

import (
	"slices"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/contract"
)

// lotView is one lot after closing: opening, ranking, award, contract.
type lotView struct {
	*procedure
	L         tender.Lot
	N         *tender.LotNotice
	Wait      *tender.Wait
	Wrong     *site.Wrong
	Sheet     sheet
	Openings  []bidding.Opening
	Ranking   *score.Ranking
	Names     map[string]tender.Text // of bidders, by their ids
	Awards    []*awardOf
	Contracts []*contract.Contract
	v         *site.Visit
}

// Two is a text in both languages.
func (l *lotView) Two(name string, rows int) []site.Field {
	return (&stepView{Sheet: l.Sheet, Wrong: l.Wrong, v: l.v}).Two(name, rows)
}

// Reasons are the codes for a lot that ends without an award.
func (l *lotView) Reasons() site.Field {
	return (&stepView{Sheet: l.Sheet, Wrong: l.Wrong, v: l.v}).Choose("why", "without",
		"all-rej chan-need ins-fund no-rece no-signed one-admis other rev-body rev-buyer tch-pr-error")
}

// Bad is what was refused about a field.
func (l *lotView) Bad(name string) string { return l.Wrong.On(name) }

// Envelope is the one that is to be opened next, or "".
func (l *lotView) Envelope() string {
	names := l.Notice.Envelopes.Names()
	switch {
	case l.MayLot(l.L.ID, string(tender.OpenLot)):
		return names[0]
	case l.MayLot(l.L.ID, string(tender.PriceLot)) && len(names) > 1:
		return names[1]
	}
	return ""
}

// Announced reports whether the opening of an envelope is announced.
func (l *lotView) Announced(envelope string) bool {
	return slices.ContainsFunc(l.Openings, func(o bidding.Opening) bool { return o.Lot == l.L.ID && o.Envelope == envelope })
}

// Proposed is the award that waits for a second person, or nil.
func (l *lotView) Proposed() *awardOf {
	for _, a := range l.Awards {
		if a.State == award.Proposed {
			return a
		}
	}
	return nil
}

var (
	lotPage   = site.PageOf[*lotView](name, "lot")
	awardPage = site.PageOf[*awardView](name, "award")
)

func (d *desk) lot(v *site.Visit) error { return d.showLot(v, newSheet(), nil) }

func (d *desk) showLot(v *site.Visit, s sheet, wrong *site.Wrong) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	id := v.Path("lot")
	l := p.Tender.Lot(id)
	if l == nil {
		return v.Missing()
	}
	view := &lotView{procedure: p, L: *l, N: p.Notice.Lot(id), Wait: p.WaitOf(id), Wrong: wrong, Sheet: s, v: v}
	if err := view.load(v); err != nil {
		return err
	}
	return lotPage.Show(v, wrong.Status(), view)
}

// load asks for what has been done about the lot. What the visitor may not see
// yet is not there.
func (l *lotView) load(v *site.Visit) error {
	var openings site.List[bidding.Opening]
	if err := allowed(v.Get(&openings, "/api/v1/tenders/%s/openings", l.ID)); err != nil {
		return err
	}
	for _, o := range openings.Items {
		if o.Lot == l.L.ID {
			l.Openings = append(l.Openings, o)
		}
	}
	slices.SortFunc(l.Openings, func(a, b bidding.Opening) int { return a.Announced.Compare(b.Announced) })
	var awards site.List[*awardOf]
	if err := allowed(v.Get(&awards, "/api/v1/tenders/%s/lots/%s/awards", l.ID, l.L.ID)); err != nil {
		return err
	}
	l.Awards = awards.Items
	var judged struct {
		Ranking *score.Ranking `json:"ranking"`
	}
	if err := allowed(v.Get(&judged, "/api/v1/tenders/%s/lots/%s/ranking", l.ID, l.L.ID)); err != nil {
		return err
	}
	if l.Ranking = judged.Ranking; l.Ranking != nil {
		if err := l.names(v); err != nil {
			return err
		}
	}
	var contracts site.List[*contract.Contract]
	if err := allowed(v.Get(&contracts, "/api/v1/tenders/%s/contracts", l.ID)); err != nil {
		return err
	}
	for _, c := range contracts.Items {
		if c.Record.Lot == l.L.ID {
			l.Contracts = append(l.Contracts, c)
		}
	}
	return nil
}

// maxNames bounds how many bidders are asked for; the others show their ids.
const maxNames = 50

// names asks who the bidders are.
func (l *lotView) names(v *site.Visit) error {
	l.Names = map[string]tender.Text{}
	for _, e := range l.Ranking.Entries[:min(len(l.Ranking.Entries), maxNames)] {
		var org struct {
			Name tender.Text `json:"name"`
		}
		if err := allowed(v.Get(&org, "/api/v1/organisations/%s", e.Bid)); err != nil {
			return err
		}
		l.Names[e.Bid] = org.Name
	}
	return nil
}

// allowed lets pass what the API does not show: the page leaves it out.
func allowed(err error) error {
	if p, refused := site.Refused(err); refused && (p.Status == 403 || p.Status == 404 || p.Status == 409) {
		return nil
	}
	return err
}

func (d *desk) announce(v *site.Visit) error {
	return d.onLot(v, "buy.done.announced", map[string]any{"lot": v.Path("lot"), "envelope": value(v, "envelope")}, "/api/v1/tenders/%s/openings", v.Path("id"))
}

// value reads a field of a form that may not have been read yet.
func value(v *site.Visit, name string) string {
	if v.R.PostForm == nil {
		if err := form(v); err != nil {
			return ""
		}
	}
	return v.Value(name)
}

func (d *desk) propose(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	in, path := map[string]any{"reasons": textIn(v, "reasons")}, "/api/v1/tenders/%s/lots/%s/awards"
	if v.Value("none") == "yes" {
		in["why"], path = v.Value("why"), path+"/none"
	}
	return d.onLot(v, "buy.done.proposed", in, path, v.Path("id"), v.Path("lot"))
}

func (d *desk) cancelLot(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	return d.onLot(v, "buy.done.lot_cancelled", map[string]any{"reason": v.Value("reason")}, "/api/v1/tenders/%s/lots/%s/cancel", v.Path("id"), v.Path("lot"))
}

// onLot does something about a lot, and shows its page again.
func (d *desk) onLot(v *site.Visit, done string, in any, path string, args ...any) error {
	wrong, err := v.Again(v.Post(in, nil, path, args...))
	if wrong != nil {
		return d.showLot(v, sheet{v.R.PostForm}, wrong)
	}
	if err != nil {
		return err
	}
	return v.SeeOther(done, "/buy/tenders/%s/lots/%s", v.Path("id"), v.Path("lot"))
}
