package judge

import (
	"probity/bidding"
	"probity/server/site"
)

// handInView is the whole sheet before it is signed.
type handInView struct {
	*scene
	Rows  []handInRow
	Gaps  int
	Wrong *site.Wrong
}

type handInRow struct {
	Bidder, Criterion string
	Value, Reason     string
	Missing           bool
}

var handInPage = site.PageOf[handInView](name, "hand-in")

func showHandIn(v *site.Visit) error { return handInAgain(v, nil) }

func handInAgain(v *site.Visit, w *site.Wrong) error {
	s, err := stage(v, "lot")
	if err != nil {
		return err
	}
	if !s.May("hand-in") {
		return v.SeeOther("", "/judge/%s/%s", s.Tender.ID, s.Lot.ID)
	}
	all, err := s.first(v)
	if err != nil {
		return err
	}
	var x bidding.Sheet
	if err := v.Get(&x, s.API()+"/sheet"); err != nil {
		return err
	}
	view := handInView{scene: s, Wrong: w}
	for _, o := range readable(all) {
		if o.OfferFault != "" {
			continue
		}
		for _, c := range s.Scored() {
			r := handInRow{Bidder: o.Bidder.ID, Criterion: c.ID, Missing: true}
			for _, k := range x.Scores {
				if k.Bidder == o.Bidder.ID && k.Criterion == c.ID {
					r.Value, r.Reason, r.Missing = k.Value.String(), k.Reason, k.Reason == ""
				}
			}
			if r.Missing {
				view.Gaps++
			}
			view.Rows = append(view.Rows, r)
		}
	}
	return handInPage.Show(v, w.Status(), view)
}

func handIn(v *site.Visit) error {
	var in struct {
		Signature string `form:"signature"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	err := v.Post(map[string]any{"signature": signature(in.Signature)}, nil, "/api/v1/tenders/%s/lots/%s/sheet/hand-in", v.Path("id"), v.Path("lot"))
	if err == nil {
		return v.SeeOther("judge.done.handed_in", "/judge/%s/%s", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	return handInAgain(v, w)
}
