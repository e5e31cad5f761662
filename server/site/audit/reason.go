package audit

import (
	"net/http"
	"time"

	"probity/server/site"
	"probity/tender/party"
)

// reasonLife is how long a reason holds: a day of work.
const reasonLife = 12 * time.Hour

// reasonView asks why somebody reads.
type reasonView struct {
	Action string // where the form goes
	Then   string // the page that they wanted
	Reason string
	Wrong  *site.Wrong
}

var reasonPage = site.PageOf[reasonView](name, "reason")

// home is the path that a reason holds for: that of one procedure, that of a
// plan, or that of the list of all reads.
func home(v *site.Visit) string {
	if id := v.Path("plan"); id != "" {
		return "/audit/plans/" + id
	}
	if id := v.Path("id"); id != "" {
		return "/audit/tenders/" + id
	}
	return "/audit/reads"
}

// because sees to it that a page is read for a reason.
func because(do func(*site.Visit) error) func(*site.Visit) error {
	return func(v *site.Visit) error {
		if err := admit(v); err != nil {
			return err
		}
		if v.Reason = v.Said(); v.Reason == "" {
			return askWhy(v, v.R.URL.RequestURI(), "", nil)
		}
		return do(v)
	}
}

// admit lets in who oversees something; whether it is this, the API says.
func admit(v *site.Visit) error {
	if v.SignedIn() && v.Me.May(party.RecordRead) {
		return nil
	}
	return v.Get(nil, "/api/v1/tenders/none/flags") // which says what the matter is
}

func askWhy(v *site.Visit, then, reason string, w *site.Wrong) error {
	if w == nil && v.R.Method != http.MethodGet {
		then = home(v)
	}
	return reasonPage.Show(v, w.Status(), reasonView{Action: home(v) + "/reason", Then: then, Reason: reason, Wrong: w})
}

// sayWhy keeps a reason for the procedure, and goes on to the page.
func sayWhy(v *site.Visit) error {
	var in struct {
		Reason string `form:"reason"`
		Then   string `form:"then"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := admit(v); err != nil {
		return err
	}
	then := site.Below(home(v), in.Then)
	if !v.Say(in.Reason, home(v), reasonLife) {
		return askWhy(v, then, in.Reason, site.NoReason("reason", v.T("audit.reason.short")))
	}
	return v.SeeOther("", then)
}
