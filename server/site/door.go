package site

import (
	"net/http"

	"probity/server/web"
)

// Known lets people in whom we know, in a half session too. What a stranger has
// filled in is kept until the sign-in is done.
func Known(do func(*Visit) error) func(*Visit) error {
	return func(v *Visit) error {
		if v.R.Method == http.MethodPost && !v.SignedIn() {
			if err := v.Form(new(struct{})); err != nil { // so that it is kept
				return err
			}
		}
		if err := v.Known(); err != nil {
			return err
		}
		return do(v)
	}
}

// Whole lets people in who have a second factor; the others make one first.
func Whole(do func(*Visit) error) func(*Visit) error {
	return Known(func(v *Visit) error {
		if v.Me.Half {
			return v.SeeOther("", "/account/factor")
		}
		return do(v)
	})
}

// Known is the error of a page that is for people whom we know; nil if the
// visitor is one. A stranger is asked to sign in, and comes back to it.
func (v *Visit) Known() error {
	if v.SignedIn() {
		return nil
	}
	return &Problem{web.Problem{Status: http.StatusUnauthorized, Code: "actor.unknown", Detail: v.T("site.sign_in.title")}}
}
