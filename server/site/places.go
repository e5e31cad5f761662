package site

import (
	"net/http"
	"time"

	"probity/server/web"
	"probity/tender/text"
)

// placesView is where a person may act.
type placesView struct {
	Next   string
	Places []placeView
}

type placeView struct {
	Value, Role string
	Org         text.Text
	Here        bool
}

func (s *Site) showPlaces(v *Visit) error {
	if !v.SignedIn() {
		return s.askSignIn(v)
	}
	view := placesView{Next: next(v.Query("next"))}
	var mine List[struct {
		ID   string    `json:"id"`
		Name text.Text `json:"name"`
	}]
	if err := v.Get(&mine, "/api/v1/me/organisations"); err != nil {
		return err
	}
	names := map[string]text.Text{}
	for _, o := range mine.Items {
		names[o.ID] = o.Name
	}
	for _, p := range v.Me.Places {
		if names[p.Org] == nil {
			continue
		}
		for _, r := range p.Roles {
			view.Places = append(view.Places, placeView{p.Org + "/" + string(r), string(r), names[p.Org], v.Me.Org == p.Org && v.Me.Role == r})
		}
	}
	return placesPage.Show(v, http.StatusOK, view)
}

type placeForm struct {
	Place string `form:"place"`
	Next  string `form:"next"`
}

func (s *Site) choosePlace(v *Visit) error {
	var in placeForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if !v.SignedIn() {
		return s.askSignIn(v)
	}
	for _, p := range v.Me.Places {
		for _, r := range p.Roles {
			if in.Place == p.Org+"/"+string(r) {
				v.remember(web.PlaceCookie, in.Place, 12*time.Hour)
				return v.SeeOther("", next(in.Next))
			}
		}
	}
	return s.showPlaces(v)
}
