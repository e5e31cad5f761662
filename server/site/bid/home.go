package bid

import (
	"net/http"

	"probity/bidding"
	"probity/server/site"
)

// homeView is what one's own organisation has submitted. What only lies in the
// browser is added by the page's script.
type homeView struct {
	Bids  []lotLine
	Next  string
	Words map[string]string
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
		l, err := lineOf(v, t, b.Lot, b)
		if err != nil {
			return err
		}
		view.Bids = append(view.Bids, l)
	}
	return homePage.Show(v, http.StatusOK, view)
}

// profileView is a page that the script fills: the documents are in the browser.
type profileView struct{ Words map[string]string }

func profile(v *site.Visit) error {
	return profilePage.Show(v, http.StatusOK, profileView{v.Script("bid.script.")})
}
