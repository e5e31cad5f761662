package judge

import (
	"fmt"
	"net/http"
	"strings"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
)

type scoresForm struct {
	Scores []struct {
		Criterion string `form:"criterion"`
		Value     string `form:"value"`
		Reason    string `form:"reason"`
	} `form:"scores"`
	Version int64  `form:"_version"`
	Then    string `form:"then"`
}

// saveBid keeps the scores of one bid, whole or half done. The page saves them
// while they are typed, and then wants no page back.
func saveBid(v *site.Visit) error {
	var in scoresForm
	if err := v.Form(&in); err != nil {
		return err
	}
	err := in.save(v)
	if v.R.Header.Get("X-Autosave") != "" {
		return answerAutosave(v, err)
	}
	if err == nil {
		to := "/judge/%s/%s/bids/%s"
		if in.Then != "" {
			return v.SeeOther("judge.done.saved", to, v.Path("id"), v.Path("lot"), in.Then)
		}
		return v.SeeOther("judge.done.saved", "/judge/%s/%s", v.Path("id"), v.Path("lot"))
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	s, err := stage(v, "lot")
	if err != nil {
		return err
	}
	view, err := s.bid(v)
	if err != nil {
		return err
	}
	var x bidding.Sheet
	if err := v.Get(&x, s.API()+"/sheet"); err != nil {
		return err
	}
	view.show(&x)
	in.keep(view, w)
	return bidPage.Show(v, w.Status(), *view)
}

// keep puts what was typed back into the form. What was kept in another window
// meanwhile is shown beside it, and the next attempt replaces that.
func (in scoresForm) keep(view *bidView, w *site.Wrong) {
	view.Wrong = w
	if !w.Stale() {
		view.Seen = in.Version
	}
	for i := range view.Marks {
		m := &view.Marks[i]
		for _, x := range in.Scores {
			if x.Criterion != m.ID {
				continue
			}
			if was := *m; w.Stale() && was.Value+was.Reason != "" && (was.Value != x.Value || was.Reason != x.Reason) {
				m.Theirs = &was
			}
			m.Value, m.Reason = x.Value, x.Reason
		}
	}
}

// save puts the scores of this bid before those of the others, so that the
// places that the API complains about are those of the form.
func (in scoresForm) save(v *site.Visit) error {
	path := "/api/v1/tenders/%s/lots/%s/sheet"
	var x bidding.Sheet
	if err := v.Get(&x, path, v.Path("id"), v.Path("lot")); err != nil {
		return err
	}
	scores, notes := []any{}, []bidding.SheetNote{}
	for i, k := range in.Scores {
		if k.Value == "" {
			if k.Reason != "" {
				notes = append(notes, bidding.SheetNote{Bidder: v.Path("bidder"), Criterion: k.Criterion, Text: k.Reason})
			}
			continue
		}
		d, err := tender.ParseDecimal(strings.ReplaceAll(k.Value, ",", "."))
		if err != nil {
			return wrong(v, fmt.Sprintf("scores[%d].value", i), "judge.score.number").Problem
		}
		scores = append(scores, bidding.SheetScore{Bidder: v.Path("bidder"), Criterion: k.Criterion, Value: d, Reason: k.Reason})
	}
	kept := len(scores)
	for _, k := range x.Scores {
		if k.Bidder != v.Path("bidder") {
			scores = append(scores, k)
		}
	}
	for _, k := range x.Notes {
		if k.Bidder != v.Path("bidder") {
			notes = append(notes, k)
		}
	}
	body := map[string]any{"scores": scores, "notes": notes, "seen": in.Version}
	err := v.Put(body, &x, path, v.Path("id"), v.Path("lot"))
	if p, ok := site.Refused(err); ok && kept < len(in.Scores) {
		p.Errors = in.replaced(p.Errors)
	}
	if err == nil {
		v.W.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(x.Version)))
	}
	return err
}

// replaced moves complaints from the places of the scores that were sent to
// those of the form, which has gaps.
func (in scoresForm) replaced(errors map[string]string) map[string]string {
	out := map[string]string{}
	for at, words := range errors {
		n := 0
		for i, k := range in.Scores {
			if k.Value == "" {
				continue
			}
			if rest, ok := strings.CutPrefix(at, fmt.Sprintf("scores[%d]", n)); ok {
				at = fmt.Sprintf("scores[%d]%s", i, rest)
				break
			}
			n++
		}
		out[at] = words
	}
	return out
}

// answerAutosave says to a script how saving went.
func answerAutosave(v *site.Visit, err error) error {
	status := http.StatusNoContent
	if err != nil {
		p, ok := site.Refused(err)
		if !ok {
			return err
		}
		status = p.Status
	}
	v.W.Header().Set("Cache-Control", "no-store")
	v.W.WriteHeader(status)
	return nil
}
