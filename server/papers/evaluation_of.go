package papers

import (
	"fmt"
	"slices"
	"time"

	"probity/bidding"
	"probity/bidding/score"
	"probity/documents/paper"
	"probity/tender"
)

// report is an evaluation on its way to paper.
type report struct {
	Evaluation
	langs    []string
	criteria tender.Criteria
	entries  []score.Entry
}

// EvaluationOf is the data of the paper of an evaluation, without its number
// and its place in the log.
func EvaluationOf(e Evaluation, im Imprint) paper.Evaluation {
	j := e.Judgement
	x := paper.Evaluation{Sheet: sheetOf(e.Tender, j.Lot, im)}
	x.At = decided(j)
	r := report{Evaluation: e, langs: x.Languages, entries: entries(j)}
	if l := e.Tender.Notice.Lot(j.Lot); l != nil {
		r.criteria = l.Criteria
	}
	x.Members = r.members()
	x.Requirements = r.requirements()
	x.Criteria = r.scored()
	x.PriceFormula = formula(r.criteria.Price)
	x.Prices = r.sums()
	x.Low = r.questions()
	x.Ranking = r.ranking()
	x.TieRule = ties(r.criteria.Ties, r.title)
	x.Recommendation = r.decision()
	for _, d := range j.Dissent {
		x.Dissents = append(x.Dissents, paper.Dissent{Member: tidy(d.Name), View: tidy(d.Text) + "\n" + d.At.UTC().Format("2006-01-02 15:04 UTC")})
	}
	return x
}

// decided is the date of the report.
func decided(j *bidding.Judgement) time.Time {
	switch {
	case j.Ranking != nil:
		return j.Ranked
	case j.Decision != nil:
		return j.Decision.At
	}
	return time.Time{}
}

// bidder names a bidder in all languages of the report, and short in the main
// one, for headings.
func (r report) bidder(id string) string { return lines(r.Names.of(id), r.langs) }
func (r report) short(id string) string  { return in(r.Names.of(id), r.langs[0]) }

// title names a criterion or a requirement.
func (r report) title(id string) paper.Text {
	for _, q := range r.Tender.Notice.Requirements {
		if q.ID == id {
			return text(q.Title)
		}
	}
	if c := r.criteria.Find(id); c != nil && len(c.Title) > 0 {
		return text(c.Title)
	}
	return both(id, id)
}

// members lists the panel, its chair first.
func (r report) members() (list []paper.Member) {
	for i, m := range r.Tender.Panel {
		x := paper.Member{Name: tidy(m.Name), Position: both("Evaluator", "评审专家")}
		if i == 0 {
			x.Position = both("Chair", "评审组长")
		}
		if r.Panel != nil {
			i := slices.IndexFunc(r.Panel.Declared, func(d bidding.Declaration) bool { return d.User == m.User })
			if i >= 0 {
				x.Declaration, x.Remark = r.declared(r.Panel.Declared[i])
			}
		}
		list = append(list, x)
	}
	return list
}

func (r report) declared(d bidding.Declaration) (string, paper.Text) {
	words := tidy(d.Statement)
	for _, id := range d.Conflicts {
		words += "\n– " + r.short(id)
	}
	state := "none"
	if len(d.Conflicts) > 0 {
		state = "excluded"
	}
	if words == "" {
		return state, nil
	}
	return state, paper.Text{r.langs[0]: words}
}

// requirements lists what bids had to pass, and last the technical decision
// that was made before any price was opened.
func (r report) requirements() (list []paper.Requirement) {
	for _, q := range r.Tender.Notice.RequirementsOf(r.Judgement.Lot) {
		x := paper.Requirement{ID: q.ID, Title: text(q.Title)}
		for _, f := range r.Judgement.Findings {
			for _, a := range f.Answers {
				if a.Requirement == q.ID {
					x.Findings = append(x.Findings, paper.Finding{Bidder: r.bidder(f.Bidder), Passed: a.Pass, Reason: tidy(a.Reason)})
				}
			}
		}
		list = append(list, x)
	}
	d := r.Judgement.Decision
	if d == nil {
		return list
	}
	x := paper.Requirement{ID: "→", Title: technical(d.At)}
	for _, e := range d.Entries {
		x.Findings = append(x.Findings, paper.Finding{Bidder: r.bidder(e.Bid), Passed: e.Status == score.Valid, Reason: r.grounds(e)})
	}
	return append(list, x)
}

// ranking lists all bids: those in rank, then the others with the reason why.
func (r report) ranking() (list []paper.Rank) {
	for _, e := range r.entries {
		x := paper.Rank{Place: "–", Bidder: r.bidder(e.Bid), Price: amount(e.Price), Remark: r.grounds(e)}
		if e.Rank > 0 {
			x.Place = fmt.Sprint(e.Rank)
		}
		if e.Status == score.Valid && r.criteria.Price.Formula != score.LowestPrice {
			x.Quality, x.Points, x.Total = e.QualityScore.String(), e.PriceScore.String(), e.Total.String()
		}
		if !e.QualityScore.IsZero() {
			x.Quality = e.QualityScore.String()
		}
		if r.Judgement.Ranking == nil {
			x.Points, x.Total = "", ""
		}
		list = append(list, x)
	}
	return list
}

// decision is what followed from the ranking.
func (r report) decision() paper.Text {
	if r.Award == nil {
		return nil
	}
	d := r.Award.Decision
	if d.Winner == nil {
		return join(withoutAward(d.Without), text(d.Reasons))
	}
	w := d.Winner
	return join(awarded(name(w.Supplier), w.Price, r.Award), text(d.Reasons))
}
