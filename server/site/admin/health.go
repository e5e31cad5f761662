package admin

import (
	"net/http"

	"probity/server/site"
	"probity/server/web"
)

// state is how the platform stands.
type state = web.State

type healthView struct {
	State state
	Slow  bool
}

var healthPage = site.PageOf[healthView](name, "health")

func showHealth(v *site.Visit) error {
	var view healthView
	if err := v.Get(&view.State, "/api/v1/platform"); err != nil {
		return err
	}
	view.Slow = view.State.Took > 500
	return healthPage.Show(v, http.StatusOK, view)
}

type accessesView struct {
	Why     string
	Subject string
	User    string
	Items   []site.Access
	Next    string
}

var accessesPage = site.PageOf[accessesView](name, "accesses")

func showAccesses(v *site.Visit) error {
	view := accessesView{Why: v.Reason, Subject: v.Query("subject"), User: v.Query("user")}
	var list site.List[site.Access]
	if err := v.Find(&list, map[string]string{"subject": view.Subject, "user": view.User, "after": v.Query("after")}, "/api/v1/accesses"); err != nil {
		return err
	}
	view.Items, view.Next = list.Items, next(v, list.Next)
	return accessesPage.Show(v, http.StatusOK, view)
}
