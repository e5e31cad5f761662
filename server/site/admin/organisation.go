package admin

import (
	"net/http"
	"time"

	"probity/server/site"
	"probity/tender/party"
	"probity/tender/text"
)

// org is an organisation as the API shows it.
type org struct {
	ID         string            `json:"id"`
	Version    int64             `json:"version"`
	Kind       party.OrgKind     `json:"kind"`
	Name       text.Text         `json:"name"`
	Claims     []claim           `json:"claims"`
	Address    party.Address     `json:"address"`
	Contact    party.Contact     `json:"contact"`
	Owners     []party.Owner     `json:"owners"`
	Debarments []party.Debarment `json:"debarments"`
	Created    time.Time         `json:"created"`
}

type startView struct {
	Waiting []org
	More    bool
	State   state
}

var startPage = site.PageOf[startView](name, "start")

func showStart(v *site.Visit) error {
	var view startView
	if err := v.Get(&view.State, "/api/v1/platform"); err != nil {
		return err
	}
	var list site.List[org]
	if err := v.Find(&list, map[string]string{"waiting": "true", "limit": "5"}, "/api/v1/organisations"); err != nil {
		return err
	}
	view.Waiting, view.More = list.Items, list.Next != ""
	return startPage.Show(v, http.StatusOK, view)
}

var (
	claimsPage = site.PageOf[listView](name, "claims")
	orgsPage   = site.PageOf[listView](name, "organisations")
)

func next(v *site.Visit, cursor string) string {
	if cursor == "" {
		return ""
	}
	return v.With("after", cursor)
}

func findOrgs(v *site.Visit) error {
	view := listView{Query: v.Query("q"), Kind: v.Query("kind")}
	if view.Kind == "" {
		view.Kind = string(party.KindSupplier)
	}
	for _, k := range party.Kinds() {
		view.Kinds = append(view.Kinds, site.Option{Value: string(k), Label: v.T("admin.kind." + string(k)), Chosen: view.Kind == string(k)})
	}
	var list site.List[org]
	if err := v.Find(&list, map[string]string{"kind": view.Kind, "q": view.Query, "after": v.Query("after")}, "/api/v1/organisations"); err != nil {
		return err
	}
	view.Items, view.Next = list.Items, next(v, list.Next)
	return orgsPage.Show(v, http.StatusOK, view)
}

// orgView is one organisation for those who oversee it.
type orgView struct {
	Wrong  *site.Wrong
	Org    org
	In     settleForm
	Debar  debarForm
	Debars []debarment
	May    bool // settle claims and debar
}

var orgPage = site.PageOf[orgView](name, "organisation")

func showOrg(v *site.Visit) error { return orgWith(v, orgView{}) }

func orgWith(v *site.Visit, view orgView) error {
	if err := v.Get(&view.Org, "/api/v1/organisations/%s", v.Path("id")); err != nil {
		return err
	}
	for i, d := range view.Org.Debarments {
		view.Debars = append(view.Debars, debarment{d, i, d.At(v.Now())})
	}
	view.May = v.Me.May(party.OrgConfirm)
	return orgPage.Show(v, view.Wrong.Status(), view)
}
