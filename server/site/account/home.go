package account

import (
	"slices"

	"probity/server/site"
	"probity/tender/party"
	"probity/tender/text"
)

// me is the account as its owner sees it.
type me struct {
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Languages []string `json:"languages"`
	Version   int64    `json:"version"`
}

// homeView is what a person keeps here, and where they may act.
type homeView struct {
	Wrong   *site.Wrong
	Me      me
	Address address
	Service site.Service // outside
	Speaks  []site.Option
	Places  []placeView
	Codes   int // recovery codes left
}

type placeView struct {
	ID     string
	Org    text.Text
	Kind   string
	Roles  []string
	State  string // of the claim to its identifier
	Number string // the identifier
	Admin  bool
}

// orgView is an organisation as the API shows it.
type orgView struct {
	ID     string    `json:"id"`
	Name   text.Text `json:"name"`
	Claims []struct {
		Identifier party.Identifier `json:"identifier"`
		State      party.ClaimState `json:"state"`
	} `json:"claims"`
}

var homePage = site.PageOf[homeView](name, "home")

func showHome(v *site.Visit) error {
	var m me
	if err := v.Get(&m, "/api/v1/me"); err != nil {
		return err
	}
	return home(v, m, nil)
}

func home(v *site.Visit, m me, wrong *site.Wrong) error {
	view := homeView{Wrong: wrong, Me: m, Speaks: speaks(v, m.Languages)}
	mine, err := organisations(v)
	if err != nil {
		return err
	}
	for _, p := range v.Me.Places {
		o, there := mine[p.Org]
		if !there {
			continue
		}
		x := placeView{ID: p.Org, Org: o.Name, Kind: string(p.Kind), Admin: slices.Contains(p.Roles, party.RoleAdministrator)}
		for _, r := range p.Roles {
			x.Roles = append(x.Roles, v.T("site.role."+string(r)))
		}
		for _, c := range o.Claims {
			if x.Number == "" || c.State == party.Confirmed {
				x.Number, x.State = c.Identifier.ID, string(c.State)
			}
		}
		view.Places = append(view.Places, x)
	}
	var f struct {
		Codes int `json:"codes"`
	}
	if err := v.Get(&f, "/api/v1/me/factor"); err != nil {
		return err
	}
	view.Codes = f.Codes
	if err := v.Get(&view.Address, "/api/v1/me/address"); err != nil {
		return err
	}
	if view.Service, err = v.Outside(); err != nil {
		return err
	}
	return homePage.Show(v, wrong.Status(), view)
}

// organisations are those in which the visitor has a place, by id.
func organisations(v *site.Visit) (map[string]orgView, error) {
	var list site.List[orgView]
	if err := v.Get(&list, "/api/v1/me/organisations"); err != nil {
		return nil, err
	}
	by := map[string]orgView{}
	for _, o := range list.Items {
		by[o.ID] = o
	}
	return by, nil
}

// speaks are the languages that mail comes in, the person's first one chosen.
func speaks(v *site.Visit, have []string) []site.Option {
	first := v.Lang
	if len(have) > 0 {
		first = have[0]
	}
	var list []site.Option
	for _, l := range site.Languages {
		list = append(list, site.Option{Value: l, Label: v.T("account.language." + l), Chosen: base(first) == l})
	}
	return list
}

func base(tag string) string {
	if len(tag) > 2 && tag[2] == '-' {
		return tag[:2]
	}
	return tag
}

type homeForm struct {
	Name     string `form:"name" json:"name"`
	Language string `form:"language" json:"-"`
}

func saveHome(v *site.Visit) error {
	var in homeForm
	if err := v.Form(&in); err != nil {
		return err
	}
	var m me
	if err := v.Get(&m, "/api/v1/me"); err != nil {
		return err
	}
	// The other languages that the person reads stay, behind the one chosen.
	languages := []string{in.Language}
	for _, l := range m.Languages {
		if base(l) != in.Language {
			languages = append(languages, l)
		}
	}
	err := v.Put(map[string]any{"name": in.Name, "languages": languages}, nil, "/api/v1/me")
	if err == nil {
		return v.SeeOther("account.done.saved", "/account")
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	m.Name, m.Languages = in.Name, languages
	return home(v, m, w)
}
