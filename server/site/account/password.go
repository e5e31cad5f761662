package account

import (
	"net/http"

	"probity/server/site"
)

type passwordView struct{ Wrong *site.Wrong }

var passwordPage = site.PageOf[passwordView](name, "password")

func showPassword(v *site.Visit) error {
	return passwordPage.Show(v, http.StatusOK, passwordView{})
}

type passwordForm struct {
	Old      string `form:"old" json:"old"`
	Password string `form:"password" json:"password"`
}

func changePassword(v *site.Visit) error {
	var in passwordForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if err := v.Post(in, nil, "/api/v1/me/password"); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return passwordPage.Show(v, w.Status(), passwordView{w})
	}
	return v.SeeOther("account.done.password", "/account")
}
