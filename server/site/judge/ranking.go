package judge

import (
	"net/http"

	"probity/bidding"
	"probity/bidding/score"
	"probity/server/site"
)

// rankingView is the result: the technical decision, or the ranking with every
// step of its sum.
type rankingView struct {
	*scene
	Judgement *bidding.Judgement
	Wrong     *site.Wrong
}

// Points reports whether there are points, and not the price alone.
func (r rankingView) Points() bool { return r.Lot.Criteria.Price.Formula != score.LowestPrice }

// Tie is what put a bid before or behind those with the same result.
func (r rankingView) Tie(bid string) (list []tieView) {
	for _, t := range r.Judgement.Ranking.Ties {
		for i, b := range t.Bids {
			if b != bid {
				continue
			}
			for _, rule := range t.Rules {
				if i < len(rule.Values) {
					list = append(list, tieView{string(rule.Rule.By), rule.Rule.Criterion, rule.Values[i]})
				}
			}
		}
	}
	return list
}

type tieView struct{ By, Of, Value string }

var rankingPage = site.PageOf[rankingView](name, "ranking")

func ranking(v *site.Visit) error { return rankingAgain(v, nil) }

func rankingAgain(v *site.Visit, w *site.Wrong) error {
	s, err := stage(v, "ranking")
	if err != nil {
		return err
	}
	view := rankingView{scene: s, Wrong: w}
	if s.May("sheets") {
		if view.Judgement, err = s.judgement(v); err != nil {
			return err
		}
		if _, err := s.first(v); err != nil { // for the names
			return err
		}
	}
	return rankingPage.Show(v, w.Status(), view)
}

func rank(v *site.Visit) error {
	if err := v.Form(&struct{}{}); err != nil {
		return err
	}
	err := v.Post(nil, nil, "/api/v1/tenders/%s/lots/%s/rank", v.Path("id"), v.Path("lot"))
	if err == nil {
		return v.SeeOther("judge.done.ranked", "/judge/%s/%s/ranking", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return rankingAgain(v, w)
}

// report hands on the evaluation report.
func report(v *site.Visit) error {
	return v.Pass(func(api http.Header, start []byte) {
		v.Attach(api, start)
		v.W.Header().Set("Content-Disposition", `attachment; filename="evaluation-report-`+v.Path("lot")+`.pdf"`)
	}, "/api/v1/tenders/%s/lots/%s/report.pdf", v.Path("id"), v.Path("lot"))
}
