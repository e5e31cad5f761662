package admin

import (
	"net/http"
	"time"

	"probity/server/site"
	"probity/tender/text"
)

// letter is a mail that was given up.
type letter struct {
	ID   string    `json:"id"`
	User string    `json:"user"`
	Name text.Text `json:"name"` // of its kind
	Why  string    `json:"why"`
	Made time.Time `json:"made"`
}

type mailView struct {
	Items []letter
	Next  string
}

var mailPage = site.PageOf[mailView](name, "mail")

func showMail(v *site.Visit) error {
	var list site.List[letter]
	if err := v.Find(&list, map[string]string{"after": v.Query("after")}, "/api/v1/platform/mail"); err != nil {
		return err
	}
	return mailPage.Show(v, http.StatusOK, mailView{list.Items, next(v, list.Next)})
}

func sendAgain(v *site.Visit) error {
	if err := v.Post(nil, nil, "/api/v1/platform/mail/%s", v.Path("id")); err != nil {
		return err
	}
	return v.SeeOther("admin.done.again", "/admin/mail")
}
