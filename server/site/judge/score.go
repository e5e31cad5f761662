package judge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
)

// bidView is one bid beside the scoring form.
type bidView struct {
	*scene
	Bid   *bidding.Outcome
	Files fileList
	Marks []markView
	Wrong *site.Wrong
	Seen  int64
	Prev  *bidding.Outcome
	Next  *bidding.Outcome
	Final bool // one's scores are handed in
}

// fileView is a file of the bid.
type fileView struct {
	Name  string
	Size  int64
	URL   string
	Shown bool // in the page; others are saved
}

type fileList []fileView

// First is the address of the first file that the page shows, or "".
func (l fileList) First() string {
	for _, f := range l {
		if f.Shown {
			return f.URL
		}
	}
	return ""
}

// markView is a score in the form.
type markView struct {
	tender.Criterion
	Value, Reason string
	At            int       // its place in the form
	Theirs        *markView // kept in another window while this form was open
}

// speaker says words in the visitor's language; a page's frame is one.
type speaker interface {
	T(key string, args ...any) string
}

// Scale says what a criterion takes, for a hint.
func (s *scene) Scale(v speaker, c tender.Criterion) string {
	switch {
	case len(c.Scale.Levels) > 0:
		var list []string
		for _, l := range c.Scale.Levels {
			list = append(list, l.String())
		}
		return v.T("judge.score.levels", "Levels", strings.Join(list, ", "))
	case c.Scale.Step.IsZero():
		return v.T("judge.score.scale_any", "Max", c.Scale.Max)
	}
	return v.T("judge.score.scale", "Max", c.Scale.Max, "Step", c.Scale.Step)
}

var bidPage = site.PageOf[bidView](name, "bid")

func showBid(v *site.Visit) error {
	s, err := stage(v, "lot")
	if err != nil {
		return err
	}
	view, err := s.bid(v)
	if err != nil {
		return err
	}
	var x bidding.Sheet
	if !s.Standing.May(bidding.ActScore) {
		view.Final = true
		return bidPage.Show(v, http.StatusOK, *view)
	}
	if err := v.Get(&x, s.API()+"/sheet"); err != nil {
		return err
	}
	view.show(&x)
	return bidPage.Show(v, http.StatusOK, *view)
}

// show puts what one has given so far into the form.
func (b *bidView) show(x *bidding.Sheet) {
	b.Seen = x.Version
	for i, c := range b.Scored() {
		m := markView{Criterion: c, At: i}
		for _, k := range x.Scores {
			if k.Bidder == b.Bid.Bidder.ID && k.Criterion == c.ID {
				m.Value, m.Reason = k.Value.String(), k.Reason
			}
		}
		for _, k := range x.Notes {
			if m.Value == "" && k.Bidder == b.Bid.Bidder.ID && k.Criterion == c.ID {
				m.Reason = k.Text
			}
		}
		b.Marks = append(b.Marks, m)
	}
}

// bid finds the bid of the address, with its files and its neighbours.
func (s *scene) bid(v *site.Visit) (*bidView, error) {
	all, err := s.first(v)
	if err != nil {
		return nil, err
	}
	all = readable(all)
	i := slices.IndexFunc(all, func(o *bidding.Outcome) bool { return o.Bidder.ID == v.Path("bidder") })
	if i < 0 {
		return nil, v.Missing()
	}
	view := &bidView{scene: s, Bid: all[i]}
	if i > 0 {
		view.Prev = all[i-1]
	}
	if i+1 < len(all) {
		view.Next = all[i+1]
	}
	view.Files = s.files(all[i], s.Tender.Notice.Envelopes.Names()[0])
	return view, nil
}

// files lists the documents of an envelope; what the offer says in figures
// stands in the page itself.
func (s *scene) files(o *bidding.Outcome, envelope string) (list fileList) {
	for i, f := range o.Files {
		if f.Name == bidding.OfferFile {
			continue
		}
		list = append(list, fileView{Name: f.Name, Size: f.Size, Shown: shownByName(f.Name),
			URL: fmt.Sprintf("%s/bids/%s/files/%s/%d", s.Path(), o.Bidder.ID, envelope, i+1)})
	}
	return list
}
