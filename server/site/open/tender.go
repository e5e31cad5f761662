package open

import (
	"net/http"
	"slices"
	"time"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// tenderOut is a tender as the API shows it.
type tenderOut struct {
	tender.Tender
	Now time.Time `json:"now"`
}

// Opens is when the first envelope may be opened at the earliest.
func (t tenderOut) Opens() time.Time { return t.Tender.Opens() }

// openers are those whose manifest is being made, or is in force.
func (t tenderOut) openers() tender.Openers {
	if t.Phase == tender.Published && t.Next != nil {
		return *t.Next
	}
	return t.Openers
}

// seat is the visitor's place among the openers, or nil.
func (t tenderOut) seat(user string) *tender.Opener {
	o := t.openers()
	for i := range o.Groups {
		for j := range o.Groups[i].Members {
			if m := &o.Groups[i].Members[j]; m.User == user {
				return m
			}
		}
	}
	return nil
}

func getTender(v *site.Visit, id string) (tenderOut, error) {
	var t tenderOut
	err := v.Get(&t, "/api/v1/tenders/%s", id)
	return t, err
}

// seatView is a tender in which the visitor opens.
type seatView struct {
	Tender tenderOut
	Seat   tender.Opener
	Groups []tender.OpenerGroup
}

// Signed reports whether the visitor has signed the manifest that is drawn.
func (s seatView) Signed() bool { return s.Seat.Signature != nil }

// Todo names what the visitor has to do.
func (s seatView) Todo() string {
	switch {
	case s.Signed() && !s.Seat.Destroyed.IsZero():
		return "gone"
	case !s.Seat.Ready():
		return "key"
	case s.Signed():
		return "none"
	case s.Drawn():
		return "sign"
	}
	return "wait"
}

// Drawn reports whether there is a manifest to sign.
func (s seatView) Drawn() bool { return s.Tender.openers().Manifest != "" }

type homeView struct{ Seats []seatView }

var (
	homePage   = site.PageOf[homeView](name, "home")
	tenderPage = site.PageOf[tenderView](name, "tender")
)

// home lists the tenders in which the visitor opens: those of their own
// organisation, and published ones that name them as a guardian.
func home(v *site.Visit) error {
	var view homeView
	seen := map[string]bool{}
	for _, path := range []string{"/api/v1/desk/tenders", "/api/v1/tenders"} {
		var list site.List[tenderOut]
		if err := v.Get(&list, path); err != nil {
			if p, ok := site.Refused(err); ok && p.Status == http.StatusForbidden {
				continue // no desk of a buyer
			}
			return err
		}
		for _, t := range list.Items {
			if s := t.seat(v.Me.User); s != nil && !seen[t.ID] {
				seen[t.ID] = true
				view.Seats = append(view.Seats, seatView{t, *s, t.openers().Groups})
			}
		}
	}
	return homePage.Show(v, http.StatusOK, view)
}

// tenderView is the visitor's part in one tender.
type tenderView struct {
	Wrong    *site.Wrong
	Tender   tenderOut
	Seat     *seatView // nil for those who do not open
	Openings []*bidding.Opening
	Announce []envelopeOf // what may be announced by the visitor
	Over     bool         // nothing will be opened any more: the key may be destroyed
	Words    map[string]string
}

// envelopeOf names one envelope of one lot.
type envelopeOf struct{ Lot, Envelope string }

func showTender(v *site.Visit) error { return theTender(v, nil) }

func theTender(v *site.Visit, wrong *site.Wrong) error {
	t, err := getTender(v, v.Path("id"))
	if err != nil {
		return err
	}
	view := tenderView{Wrong: wrong, Tender: t, Words: v.Script("open.script.")}
	if s := t.seat(v.Me.User); s != nil {
		view.Seat = &seatView{t, *s, t.openers().Groups}
	}
	if !t.Published.IsZero() {
		var list site.List[*bidding.Opening]
		if err := v.Get(&list, "/api/v1/tenders/%s/openings", t.ID); err != nil {
			return err
		}
		view.Openings = list.Items
	}
	view.Over = t.over()
	if v.Me.May(party.OpeningRecord) {
		view.Announce = t.next(view.Openings)
	}
	return tenderPage.Show(v, wrong.Status(), view)
}

// LotTitle is what a lot buys.
func (t tenderOut) LotTitle(id string) tender.Text { return t.Notice.LotTitle(id) }

// next lists the envelopes that come next: the first of each sealed lot, the
// second of those whose technical part is decided. The API has the last word.
func (t tenderOut) next(openings []*bidding.Opening) []envelopeOf {
	names := t.Notice.Envelopes.Names()
	var list []envelopeOf
	for _, l := range t.Lots {
		envelope := ""
		switch l.Phase {
		case tender.Waiting:
			envelope = names[0]
		case tender.Qualified:
			envelope = names[len(names)-1]
		}
		done := slices.ContainsFunc(openings, func(o *bidding.Opening) bool { return o.Lot == l.ID && o.Envelope == envelope })
		if envelope != "" && !done && !t.Now.Before(t.Opens()) {
			list = append(list, envelopeOf{l.ID, envelope})
		}
	}
	return list
}

// over reports whether every lot has ended, with a contract or without.
func (t tenderOut) over() bool {
	return len(t.Lots) > 0 && !slices.ContainsFunc(t.Lots, func(l tender.Lot) bool { return !l.Ended() })
}

type consentForm struct {
	Signature string `form:"signature"`
}

// consent hands in an opener's signature over the manifest.
func consent(v *site.Visit) error {
	var in consentForm
	if err := v.Form(&in); err != nil {
		return err
	}
	s, wrong := v.Signature(in.Signature)
	if wrong != nil {
		return theTender(v, wrong)
	}
	if err := v.Post(map[string]any{"signature": s}, nil, "/api/v1/tenders/%s/openers/signature", v.Path("id")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return theTender(v, w)
	}
	return v.SeeOther("open.done.consent", "/open/tenders/%s", v.Path("id"))
}

type announceForm struct {
	Lot      string `form:"lot" json:"lot"`
	Envelope string `form:"envelope" json:"envelope"`
}

// announce fixes in the log what will be opened, and goes to the ceremony.
func announce(v *site.Visit) error {
	var in announceForm
	if err := v.Form(&in); err != nil {
		return err
	}
	var o bidding.Opening
	if err := v.Post(in, &o, "/api/v1/tenders/%s/openings", v.Path("id")); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return theTender(v, w)
	}
	return v.SeeOther("", "/open/openings/%s", o.ID)
}
