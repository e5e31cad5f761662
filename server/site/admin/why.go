package admin

import (
	"net/http"
	"net/url"
	"time"

	"probity/server/site"
)

// home is the path of the pages that a reason holds for, for half an hour.
const (
	home       = "/admin"
	reasonLife = 30 * time.Minute
)

// because lets in who has said why they read.
func because(do func(*site.Visit) error) func(*site.Visit) error {
	return site.Whole(func(v *site.Visit) error {
		if v.Reason = v.Said(); v.Reason == "" {
			return v.SeeOther("", "/admin/why?next="+url.QueryEscape(v.R.URL.RequestURI()))
		}
		return do(v)
	})
}

type whyView struct {
	Wrong *site.Wrong
	Why   string
	Next  string
}

var whyPage = site.PageOf[whyView](name, "why")

func showWhy(v *site.Visit) error {
	return whyPage.Show(v, http.StatusOK, whyView{Why: v.Said(), Next: site.Below(home, v.Query("next"))})
}

type whyForm struct {
	Why  string `form:"why"`
	Next string `form:"next"`
}

func keepWhy(v *site.Visit) error {
	var in whyForm
	if err := v.Form(&in); err != nil {
		return err
	}
	next := site.Below(home, in.Next)
	if !v.Say(in.Why, home, reasonLife) {
		w := site.NoReason("why", v.T("admin.why.needed"))
		return whyPage.Show(v, w.Status(), whyView{w, in.Why, next})
	}
	return v.SeeOther("", next)
}
