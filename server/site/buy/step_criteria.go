package buy

import (
	"slices"
	"strings"

	"probity/bidding/score"
	"probity/server/site"
	"probity/tender"
)

func writeCriteria(s sheet, p *plan, n int, _ *site.Visit) {
	c, path := &p.Notice.Lots[n].Criteria, at("lots", n)+".criteria"
	s.decimal(path+".price.weight", c.Price.Weight)
	s.Set(path+".price.formula", string(c.Price.Formula))
	s.Set(path+".price.zero", string(c.Price.Zero))
	s.decimal(path+".price.above", c.Price.Above)
	s.decimal(path+".price.below", c.Price.Below)
	s.decimal(path+".price.factor", c.Price.Factor)
	s.whole(path+".price.trim", c.Price.Trim)
	s.whole(path+".price.trimFrom", c.Price.TrimFrom)
	s.amount(path+".price.ceiling", c.Price.Ceiling)
	s.Set(path+".price.costs", strings.Join(c.Price.Costs, ", "))
	writeQuality(s, path+".quality", c.Quality)
	s.Set(path+".consensus", string(c.Consensus))
	s.decimal(path+".minimumQuality", c.MinimumQuality)
	s.Set(path+".places", tender.NewDecimal(int64(c.Places)).String())
	s.Set(path+".lines", string(c.Lines))
	s.flag(path+".confirmCorrections", c.ConfirmCorrections)
	s.decimal(path+".low.belowMean", c.Low.BelowMean)
	s.whole(path+".low.others", c.Low.Others)
	s.decimal(path+".low.belowEstimate", c.Low.BelowEstimate)
	for _, t := range c.Ties {
		s.Add(path+".ties", strings.TrimSuffix(string(t.By)+":"+t.Criterion, ":"))
	}
}

func (s sheet) whole(name string, n int) {
	if n != 0 {
		s.Set(name, tender.NewDecimal(int64(n)).String())
	}
}

// writeQuality writes criteria as rows; parts follow what they are parts of.
func writeQuality(s sheet, list string, quality []tender.Criterion) {
	i := 0
	var write func(q tender.Criterion, of string)
	write = func(q tender.Criterion, of string) {
		path := at(list, i)
		i++
		s.Set(path+".id", q.ID)
		s.Set(path+".of", of)
		s.text(path+".title", q.Title)
		s.text(path+".description", q.Description)
		s.decimal(path+".weight", q.Weight)
		if q.Scale != nil {
			s.decimal(path+".scale.max", q.Scale.Max)
			s.decimal(path+".scale.step", q.Scale.Step)
			s.decimal(path+".scale.minimum", q.Scale.Minimum)
		}
		for _, part := range q.Parts {
			write(part, q.ID)
		}
	}
	for _, q := range quality {
		write(q, "")
	}
	s.count(list, i)
}

func readCriteria(r *reader, p *plan, n int) {
	path := at("lots", n) + ".criteria"
	was := p.Notice.Lots[n].Criteria
	c := tender.Criteria{Price: tender.Price{
		Weight: r.decimal(path + ".price.weight"), Formula: tender.Formula(r.line(path + ".price.formula")), Zero: tender.Zero(r.line(path + ".price.zero")),
		Above: r.decimal(path + ".price.above"), Below: r.decimal(path + ".price.below"), Factor: r.decimal(path + ".price.factor"),
		Trim: r.whole(path + ".price.trim"), TrimFrom: r.whole(path + ".price.trimFrom"),
		Ceiling: r.amount(path+".price.ceiling", p.Notice.Currency),
	}}
	c.Price.Costs = append(c.Price.Costs, strings.FieldsFunc(r.line(path+".price.costs"), func(x rune) bool { return strings.ContainsRune(",， ", x) })...)
	onlyWhatCounts(&c.Price)
	c.Quality = readQuality(r, path+".quality", &was)
	if len(c.Quality) > 0 {
		c.Consensus = tender.Consensus(r.line(path + ".consensus"))
		c.MinimumQuality = r.decimal(path + ".minimumQuality")
	}
	c.Places = r.whole(path + ".places")
	c.Lines = tender.LineRule(r.line(path + ".lines"))
	c.ConfirmCorrections = r.yes(path + ".confirmCorrections")
	c.Low = tender.Low{BelowMean: r.decimal(path + ".low.belowMean"), Others: r.whole(path + ".low.others"), BelowEstimate: r.decimal(path + ".low.belowEstimate")}
	c.Ties = readTies(r.Values[path+".ties"])
	p.Notice.Lots[n].Criteria = c
	if r.yes("all") {
		for i := range p.Notice.Lots {
			p.Notice.Lots[i].Criteria = c
		}
	}
}

// onlyWhatCounts leaves out what the form has fields for and the formula no
// use: without a script all fields show.
func onlyWhatCounts(p *tender.Price) {
	if p.Formula != tender.Linear {
		p.Zero = ""
	}
	if p.Formula != tender.MeanBased {
		p.Below, p.Factor, p.Trim, p.TrimFrom = tender.Decimal{}, tender.Decimal{}, 0, 0
		if p.Zero != tender.ZeroBySlope {
			p.Above = tender.Decimal{}
		}
	}
}

func readTies(list []string) []tender.Tie {
	var ties []tender.Tie
	for _, x := range list {
		by, criterion, _ := strings.Cut(x, ":")
		t := tender.Tie{By: tender.TieRule(by), Criterion: criterion}
		if by != "" && t.By != tender.TieDraw && !slices.Contains(ties, t) {
			ties = append(ties, t)
		}
	}
	return append(ties, tender.Tie{By: tender.TieDraw})
}

// readQuality reads the rows, and puts parts where they belong.
func readQuality(r *reader, list string, was *tender.Criteria) []tender.Criterion {
	var all []tender.Criterion
	var parents []string
	for i := range r.n(list) {
		path := at(list, i)
		q := tender.Criterion{ID: r.line(path + ".id"), Weight: r.decimal(path + ".weight")}
		if old := was.Find(q.ID); old != nil {
			q.Title, q.Description = old.Title, old.Description
		}
		q.Title, q.Description = r.text(path+".title", q.Title), r.text(path+".description", q.Description)
		q.Scale = &tender.Scale{Max: r.decimal(path + ".scale.max"), Step: r.decimal(path + ".scale.step"), Minimum: r.decimal(path + ".scale.minimum")}
		if old := was.Find(q.ID); old != nil && old.Scale != nil && old.Scale.Max.Equal(q.Scale.Max) {
			q.Scale.Levels = old.Scale.Levels
		}
		if q.ID == "" {
			q.ID = fresh("q", func(id string) bool {
				return was.Find(id) != nil || slices.ContainsFunc(all, func(x tender.Criterion) bool { return x.ID == id })
			})
			r.Set(path+".id", q.ID)
		}
		all, parents = append(all, q), append(parents, r.line(path+".of"))
	}
	var top []tender.Criterion
	for i, q := range all {
		if parents[i] != "" && parents[i] != q.ID && slices.ContainsFunc(all, func(x tender.Criterion) bool { return x.ID == parents[i] }) {
			continue
		}
		for j, part := range all {
			if parents[j] == q.ID && j != i {
				q.Parts = append(q.Parts, part)
			}
		}
		if len(q.Parts) > 0 {
			q.Scale = nil
		}
		top = append(top, q)
	}
	return top
}

// example is what the criteria make of imagined bids.
type example struct {
	Ranking score.Ranking
	Offers  []score.Offered
	Refusal string // why nothing can be computed yet
}

// Entry is what became of the n-th imagined bid, from 1.
func (e *example) Entry(id string) *score.Entry {
	for i := range e.Ranking.Entries {
		if e.Ranking.Entries[i].Bid == id {
			return &e.Ranking.Entries[i]
		}
	}
	return nil
}

// work has the API rank three imagined bids by the criteria.
func (d *desk) work(v *site.Visit, view *stepView, p plan) error {
	lot := p.Notice.Lots[view.N]
	r := newReader(v, view.Sheet)
	e := &example{}
	view.Example = e
	for i := range r.n("offers") {
		path := at("offers", i)
		o := score.Offered{Quality: r.decimal(path + ".quality")}
		if m := r.amount(path+".price", p.Notice.Currency); m != nil {
			o.Price = *m
			e.Offers = append(e.Offers, o)
		}
	}
	if len(r.wrong) > 0 || len(e.Offers) == 0 {
		e.Refusal = v.T("buy.example.unreadable")
		return nil
	}
	in := map[string]any{"currency": p.Notice.Currency, "criteria": lot.Criteria, "offers": e.Offers}
	if lot.Value != nil && lot.Value.Minor > 0 {
		in["estimate"] = lot.Value
	}
	err := v.Post(in, &e.Ranking, "/api/v1/criteria/example")
	if refused, ok := site.Refused(err); ok && refused.Status < 500 {
		e.Refusal = refused.Detail
		return nil
	}
	return err
}

// imagine fills in bids to try the criteria with: around the estimated value,
// the dearer the better.
func imagine(s sheet, lot tender.LotNotice, c tender.Currency) {
	if s.n("offers") > 0 || !c.Valid() {
		return
	}
	base := tender.NewDecimal(100000)
	if lot.Value != nil && lot.Value.Minor > 0 {
		base = lot.Value.Decimal()
	}
	for i, o := range []struct{ share, quality string }{{"0.85", "60"}, {"0.95", "80"}, {"1", "100"}} {
		m, err := tender.MoneyOf(base.Mul(tender.MustDecimal(o.share)), c)
		if err != nil {
			return
		}
		s.amount(at("offers", i)+".price", &m)
		s.Set(at("offers", i)+".quality", o.quality)
	}
	s.count("offers", 3)
}
