package account

import (
	"net/http"
	"time"

	"probity/server/site"
)

// session is one sign-in of the person.
type session struct {
	ID      string    `json:"id"`
	Began   time.Time `json:"began"`
	Seen    time.Time `json:"seen"`
	Ends    time.Time `json:"ends"`
	Current bool      `json:"current"`
}

type sessionsView struct{ Sessions []session }

var sessionsPage = site.PageOf[sessionsView](name, "sessions")

func showSessions(v *site.Visit) error {
	var list site.List[session]
	if err := v.Get(&list, "/api/v1/sessions"); err != nil {
		return err
	}
	return sessionsPage.Show(v, http.StatusOK, sessionsView{list.Items})
}

// endSession ends one. Pressed twice, the second finds it gone, which is what
// was wanted.
func endSession(v *site.Visit) error {
	err := v.Delete("/api/v1/sessions/%s", v.Path("id"))
	if p, ok := site.Refused(err); err != nil && (!ok || p.Status != http.StatusNotFound) {
		return err
	}
	return v.SeeOther("account.done.session", "/account/sessions")
}
