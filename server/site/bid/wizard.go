package bid

import (
	"net/http"
	"time"

	"probity/bidding"
	"probity/server/site"
	"probity/server/site/assets"
	"probity/tender"
)

// lotsView lists the lots of a tender, with one's own bids.
type lotsView struct {
	Tender  tenderOut
	Lots    []lotLine
	Org     string
	Refused []*bidding.Refusal
	Words   map[string]string
}

// wizardView is all that the wizard must know to make a bid in the browser.
type wizardView struct {
	lotLine
	Org          string
	Worker       string // address of the script that seals
	Decimals     int    // of the currency
	Requirements []tender.Requirement
	Envelopes    []string
	Answers      string // the envelope that holds the answers
	Priced       string // the envelope that holds the prices
	Replaces     bool
	// SecurityKinds and SecurityUntil are what may secure a bid, and the last day
	// on which it must; of use where the notice asks for a security.
	SecurityKinds []bidding.SecurityKind
	SecurityUntil string
	Words         map[string]string
}

var (
	lotsPage   = site.PageOf[lotsView](name, "lots")
	wizardPage = site.PageOf[wizardView](name, "wizard")
)

func lots(v *site.Visit) error {
	t, err := getTender(v, v.Path("id"))
	if err != nil {
		return err
	}
	if len(t.Notice.Lots) == 1 && t.Takes() {
		return v.SeeOther("", "/bid/tenders/%s/lots/%s", t.ID, t.Notice.Lots[0].ID)
	}
	view := lotsView{Tender: t, Org: v.Me.Org, Words: v.Script("bid.script.")}
	if view.Refused, err = refusals(v, t.ID); err != nil {
		return err
	}
	for _, n := range t.Notice.Lots {
		l, err := line(v, t, n.ID)
		if err != nil {
			return err
		}
		view.Lots = append(view.Lots, l)
	}
	return lotsPage.Show(v, http.StatusOK, view)
}

func wizard(v *site.Visit) error {
	t, err := getTender(v, v.Path("id"))
	if err != nil {
		return err
	}
	l, err := line(v, t, v.Path("lot"))
	if err != nil {
		return err
	}
	decimals, err := t.Notice.Currency.Decimals()
	if err != nil {
		return err
	}
	names := t.Notice.Envelopes.Names()
	view := wizardView{
		lotLine: l, Org: v.Me.Org, Worker: assets.Path("seal-worker.js"), Decimals: decimals,
		Requirements: t.Notice.RequirementsOf(l.Lot.ID), Envelopes: names, Answers: names[0], Priced: names[len(names)-1],
		Replaces: l.Live(), Words: v.Script("bid.script."),
	}
	if s := t.Notice.Security; s != nil {
		view.SecurityKinds, view.SecurityUntil = bidding.SecurityKinds(), t.Notice.Timetable.Deadline.AddDate(0, 0, s.Days).UTC().Format(time.DateOnly)
	}
	return wizardPage.Show(v, http.StatusOK, view)
}
