package portal

import (
	"net/http"

	"probity/server/client"
	"probity/server/ledger"
	"probity/server/site"
	"probity/tender/fault"
)

// checkView is the page where anybody checks a receipt.
type checkView struct {
	Receipt string
	Good    *client.Receipt
	Bad     string // code of what is wrong with it
	Text    string
	Log     ledger.Announcement
}

var checkPage = site.PageOf[checkView](name, "check")

func (d desk) showCheck(v *site.Visit) error {
	view := checkView{}
	if err := v.Get(&view.Log, "/api/v1/log"); err != nil {
		return err
	}
	return checkPage.Show(v, http.StatusOK, view)
}

// check verifies a receipt by the log's keys alone, the newest first. It looks
// nothing up: a receipt proves itself, here as on any other machine.
func (d desk) check(v *site.Visit) error {
	var in struct {
		Receipt string `form:"receipt"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	view := checkView{Receipt: in.Receipt}
	if err := v.Get(&view.Log, "/api/v1/log"); err != nil {
		return err
	}
	for i := len(view.Log.Keys) - 1; i >= 0 && view.Good == nil; i-- {
		r, err := client.VerifyReceipt([]byte(in.Receipt+"\n"), view.Log.Keys[i])
		if err == nil {
			view.Good, view.Bad = r, ""
			break
		}
		f := fault.From(err)
		view.Bad, view.Text = f.Code, f.Text
	}
	status := http.StatusOK
	if view.Good == nil {
		status = http.StatusUnprocessableEntity
	}
	return checkPage.Show(v, status, view)
}
