package bid

import (
	"net/http"
	"slices"

	"probity/bidding"
	"probity/server/site"
	"probity/server/site/assets"
)

// rescueView is where a bidder opens its own bid because openers have failed.
type rescueView struct {
	lotLine
	Org    string
	Worker string // address of the script that unlocks the key
	Calls  []call
	Words  map[string]string
}

// call asks for the bidder's own key to one envelope.
type call struct {
	Opening bidding.Opening
	F       string // fingerprint of the bidder's envelope
	Now     bool   // keys are taken at this moment
}

// Published reports whether the key is in the log.
func (c call) Published() bool { return slices.Contains(c.Opening.Revealed, c.F) }

var rescuePage = site.PageOf[rescueView](name, "rescue")

func rescue(v *site.Visit) error {
	l, err := submitted(v)
	if err != nil {
		return err
	}
	view := rescueView{lotLine: l, Org: v.Me.Org, Worker: assets.Path("seal-worker.js"), Words: v.Script("bid.script.")}
	if view.Calls, err = calls(v, l); err != nil {
		return err
	}
	return rescuePage.Show(v, http.StatusOK, view)
}

// calls lists the openings of the lot in which bidders were asked for their own
// keys.
func calls(v *site.Visit, l lotLine) ([]call, error) {
	if l.Tender.Sealed.IsZero() || !l.Live() {
		return nil, nil
	}
	var openings site.List[bidding.Opening]
	if err := v.Get(&openings, "/api/v1/tenders/%s/openings", l.Tender.ID); err != nil {
		return nil, err
	}
	var list []call
	for _, o := range openings.Items {
		if o.Lot != l.Lot.ID || o.RescueEnds.IsZero() {
			continue
		}
		c := call{Now: o.State == bidding.Announced && l.Tender.Now.Before(o.RescueEnds)}
		for _, e := range l.Last.Envelopes {
			if e.Name == o.Envelope {
				c.F = e.Fingerprint
			}
		}
		if err := v.Get(&c.Opening, "/api/v1/openings/%s", o.ID); err != nil { // which says whether one's own key is published
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}
