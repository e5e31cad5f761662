package portal

import (
	"net/http"

	"probity/server/search"
	"probity/server/site"
)

// stopView is where the link of a mail leads that stops the next one.
type stopView struct {
	Searches []search.Saved
	Ticket   string
	Done     bool
}

var stopPage = site.PageOf[stopView](name, "stop")

// askStop asks first: programs that look at mail follow its links.
func (d desk) askStop(v *site.Visit) error { return d.showStop(v, false) }

// stop answers with a page, not with another address: some mail programs post
// here by themselves, as RFC 8058 has it, and follow nothing.
func (d desk) stop(v *site.Visit) error {
	if err := v.Post(nil, nil, "/api/v1/mail/stop/%s", v.Path("ticket")); err != nil {
		return err
	}
	return d.showStop(v, true)
}

func (d desk) showStop(v *site.Visit, done bool) error {
	view := stopView{Ticket: v.Path("ticket"), Done: done}
	if err := v.Get(&view, "/api/v1/mail/stop/%s", v.Path("ticket")); err != nil {
		return err
	}
	return stopPage.Show(v, http.StatusOK, view)
}
