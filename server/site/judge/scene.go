package judge

import (
	"net/http"
	"slices"
	"strings"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
	"probity/tender/text"
)

// scene is a lot under evaluation, as every page about it shows it.
type scene struct {
	Tender   tender.Tender
	Lot      *tender.LotNotice
	Standing bidding.Standing
	Page     string            // which of the steps is shown
	Names    map[string]called // of bidders
}

// called is how a bidder is called.
type called = text.Text

// stage asks what every page about a lot needs.
func stage(v *site.Visit, page string) (*scene, error) {
	s := &scene{Page: page, Names: map[string]called{}}
	if err := v.Get(&s.Tender, "/api/v1/tenders/%s", v.Path("id")); err != nil {
		return nil, err
	}
	if s.Lot = s.Tender.Notice.Lot(v.Path("lot")); s.Lot == nil {
		return nil, v.Missing()
	}
	return s, v.Get(&s.Standing, "/api/v1/tenders/%s/lots/%s/standing", s.Tender.ID, s.Lot.ID)
}

// May reports whether the API offers the act.
func (s *scene) May(act string) bool { return s.Standing.May(bidding.Act(act)) }

// Path is the address of the lot's pages, or of one of them.
func (s *scene) Path() string { return "/judge/" + s.Tender.ID + "/" + s.Lot.ID }

// API is the address of the lot in the API.
func (s *scene) API() string { return "/api/v1/tenders/" + s.Tender.ID + "/lots/" + s.Lot.ID }

// Two reports whether prices come in an envelope of their own.
func (s *scene) Two() bool { return s.Tender.Notice.Envelopes == tender.TwoEnvelopes }

// Ended reports whether nothing is judged any more.
func (s *scene) Ended() bool {
	return !slices.Contains([]tender.LotPhase{tender.Competing, tender.Waiting, tender.Opened, tender.Qualified, tender.Priced}, s.Standing.Phase)
}

// Requirements are those that a bid for the lot must meet.
func (s *scene) Requirements() []tender.Requirement { return s.Tender.Notice.RequirementsOf(s.Lot.ID) }

// Scored are the criteria that people score, parts in place of their whole.
func (s *scene) Scored() []tender.Criterion { return s.Lot.Criteria.Scored() }

// Title is what a requirement or criterion is called.
func (s *scene) Title(id string) text.Text {
	for _, r := range s.Tender.Notice.Requirements {
		if r.ID == id {
			return r.Title
		}
	}
	if called := s.Lot.Called(id); len(called) > 0 {
		return called
	}
	return text.Text{"en": id}
}

// Name is what a bidder is called.
func (s *scene) Name(id string) text.Text {
	if n := s.Names[id]; len(n) > 0 {
		return n
	}
	return text.Text{"en": id}
}

// want is something that the next decision lacks.
type want struct{ Bidder, What, Of string }

// Wants lists what the next decision lacks, as the API names the places:
// bids.BIDDER.PART.ID.
func (s *scene) Wants() (list []want) {
	for place := range s.Standing.Wants {
		rest, ok := strings.CutPrefix(place, "bids.")
		for _, part := range []string{"answers", "consensus", "scores", "price", "low", "correction"} {
			if bidder, of, found := strings.Cut(rest, "."+part); ok && found {
				list = append(list, want{bidder, part, strings.TrimPrefix(of, ".")})
				break
			}
		}
	}
	slices.SortFunc(list, func(a, b want) int { return compare(a.Bidder+a.What+a.Of, b.Bidder+b.What+b.Of) })
	return list
}

// bids reads what was in the opened envelopes; nil before the envelope's
// opening is on record.
func (s *scene) bids(v *site.Visit, envelope string) ([]*bidding.Outcome, error) {
	var l site.List[*bidding.Outcome]
	err := v.Get(&l, "/api/v1/openings/%s/bids", bidding.OpeningID(s.Tender.ID, s.Lot.ID, envelope))
	if p, ok := site.Refused(err); ok && (p.Code == "opening.missing" || p.Code == "opening.no_record") {
		return nil, nil
	}
	for _, o := range l.Items {
		s.Names[o.Bidder.ID] = o.Bidder.Name
	}
	slices.SortFunc(l.Items, func(a, b *bidding.Outcome) int { return compare(a.Bidder.Name.In(v.Lang), b.Bidder.Name.In(v.Lang)) })
	return l.Items, err
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// first reads the bids that are judged: the technical or the only envelopes.
func (s *scene) first(v *site.Visit) ([]*bidding.Outcome, error) {
	return s.bids(v, s.Tender.Notice.Envelopes.Names()[0])
}

// readable lists the bids that were opened.
func readable(all []*bidding.Outcome) (list []*bidding.Outcome) {
	for _, o := range all {
		if o.State == "opened" {
			list = append(list, o)
		}
	}
	return list
}

// judgement reads what the panel has found.
func (s *scene) judgement(v *site.Visit) (*bidding.Judgement, error) {
	var j bidding.Judgement
	return &j, v.Get(&j, s.API()+"/judgement")
}

// listView is what somebody is to judge.
type listView struct {
	Due, Later, Over []bidding.Assignment
	Next             string
}

var listPage = site.PageOf[listView](name, "list")

// list shows what one is to judge: first what waits for oneself.
func list(v *site.Visit) error {
	var l site.List[bidding.Assignment]
	if err := v.Find(&l, map[string]string{"after": v.Query("after")}, "/api/v1/desk/evaluations"); err != nil {
		return err
	}
	view := listView{Next: l.Next}
	for _, a := range l.Items {
		switch {
		case slices.ContainsFunc(a.Lots, due):
			view.Due = append(view.Due, a)
		case slices.ContainsFunc(a.Lots, func(x bidding.Standing) bool { return !(&scene{Standing: x}).Ended() }):
			view.Later = append(view.Later, a)
		default:
			view.Over = append(view.Over, a)
		}
	}
	return listPage.Show(v, http.StatusOK, view)
}

// due reports whether something waits for the person.
func due(x bidding.Standing) bool {
	return x.May(bidding.ActDeclare) || x.May(bidding.ActScore) || x.May(bidding.ActFind) || x.May(bidding.ActQualify) || x.May(bidding.ActRank)
}

// overviewView is where a lot stands.
type overviewView struct {
	*scene
	Bids []*bidding.Outcome
	Done map[string]int // scores that one has given, by bidder
}

var overviewPage = site.PageOf[overviewView](name, "lot")

func overview(v *site.Visit) error {
	s, err := stage(v, "lot")
	if err != nil {
		return err
	}
	if s.May("declare") {
		return v.SeeOther("", "/judge/%s", s.Tender.ID)
	}
	view := overviewView{scene: s, Done: map[string]int{}}
	if s.May("read") {
		if view.Bids, err = s.first(v); err != nil {
			return err
		}
	}
	if s.May("score") {
		var x bidding.Sheet
		if err := v.Get(&x, s.API()+"/sheet"); err != nil {
			return err
		}
		for _, c := range x.Scores {
			if c.Reason != "" {
				view.Done[c.Bidder]++
			}
		}
	}
	return overviewPage.Show(v, http.StatusOK, view)
}
