package bid

import (
	"net/http"

	"probity/bidding"
	"probity/server/site"
)

// homeView is what one's own organisation has submitted. What only lies in the
// browser is added by the page's script.
type homeView struct {
	Bids  []bidLine
	Next  string
	Words map[string]string
}

type bidLine struct {
	lotLine
	Seq int64
}

var (
	homePage    = site.PageOf[homeView](name, "home")
	profilePage = site.PageOf[profileView](name, "profile")
)

func home(v *site.Visit) error {
	var list site.List[*bidding.Bid]
	if err := v.Find(&list, map[string]string{"after": v.Query("after")}, "/api/v1/desk/bids"); err != nil {
		return err
	}
	view := homeView{Next: list.Next, Words: v.Script("bid.script.")}
	for _, b := range list.Items {
		t, err := getTender(v, b.Tender)
		if err != nil {
			return err
		}
		n := t.Notice.Lot(b.Lot)
		if n == nil {
			continue
		}
		l := lotLine{Tender: t, Lot: *n, Bid: b, Last: last(b)}
		if at := t.Lot(b.Lot); at != nil {
			l.Phase = at.Phase
		}
		view.Bids = append(view.Bids, bidLine{l, b.Seq})
	}
	return homePage.Show(v, http.StatusOK, view)
}

// profileView is a page that the script fills: the documents are in the browser.
type profileView struct{ Words map[string]string }

func profile(v *site.Visit) error {
	return profilePage.Show(v, http.StatusOK, profileView{v.Script("bid.script.")})
}
