package account

import (
	"net/http"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender/text"
)

// notice is one thing that the person was told.
type notice struct {
	ID   string     `json:"id"`
	Kind string     `json:"kind"`
	Text text.Text  `json:"text"`
	Path string     `json:"path"`
	At   time.Time  `json:"at"`
	Read *time.Time `json:"read"`
	Mail string     `json:"mail"`

	Searches []struct {
		Name string `json:"name"`
	} `json:"searches"`
}

type noticesView struct {
	Items  []notice
	Unread bool
	Next   string
}

var noticesPage = site.PageOf[noticesView](name, "notices")

func showNotices(v *site.Visit) error {
	var list site.List[notice]
	if err := v.Find(&list, map[string]string{"after": v.Query("after"), "limit": "30"}, "/api/v1/me/notices"); err != nil {
		return err
	}
	view := noticesView{Items: list.Items, Unread: v.Me.Unread > 0}
	if list.Next != "" {
		view.Next = v.With("after", list.Next)
	}
	return noticesPage.Show(v, http.StatusOK, view)
}

// openNotice marks a notice as read and goes where the rest is.
func openNotice(v *site.Visit) error {
	var n notice
	if err := v.Get(&n, "/api/v1/me/notices/%s", v.Path("id")); err != nil {
		return err
	}
	if err := v.Post(map[string]string{"id": n.ID}, nil, "/api/v1/me/notices/read"); err != nil {
		return err
	}
	if !strings.HasPrefix(n.Path, "/") || strings.HasPrefix(n.Path, "//") {
		return v.Missing()
	}
	return v.SeeOther("", n.Path)
}

func readAll(v *site.Visit) error {
	if err := v.Post(map[string]string{}, nil, "/api/v1/me/notices/read"); err != nil {
		return err
	}
	return v.SeeOther("account.done.read", "/account/notices")
}

// choicesView is what the person gets by mail.
type choicesView struct {
	Mails bool
	Kinds []site.Option
}

var choicesPage = site.PageOf[choicesView](name, "choices")

// choices are the API's.
type choices struct {
	Mails bool `json:"mails"`
	Kinds []struct {
		Kind string    `json:"kind"`
		Name text.Text `json:"name"`
		Mail bool      `json:"mail"`
	} `json:"kinds"`
}

func showChoices(v *site.Visit) error {
	var c choices
	if err := v.Get(&c, "/api/v1/me/mail"); err != nil {
		return err
	}
	view := choicesView{Mails: c.Mails}
	for _, k := range c.Kinds {
		view.Kinds = append(view.Kinds, site.Option{Value: k.Kind, Label: k.Name.In(v.Lang), Chosen: k.Mail})
	}
	return choicesPage.Show(v, http.StatusOK, view)
}

func saveChoices(v *site.Visit) error {
	var in struct {
		Kinds []string `form:"kinds"`
	}
	if err := v.Form(&in); err != nil {
		return err
	}
	var c choices
	if err := v.Get(&c, "/api/v1/me/mail"); err != nil {
		return err
	}
	on := map[string]bool{}
	for _, k := range in.Kinds {
		on[k] = true
	}
	off := []string{}
	for _, k := range c.Kinds {
		if !on[k.Kind] {
			off = append(off, k.Kind)
		}
	}
	if err := v.Put(map[string]any{"off": off}, nil, "/api/v1/me/mail"); err != nil {
		return err
	}
	return v.SeeOther("account.done.choices", "/account/notices/choices")
}
