package account

import (
	"slices"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender/party"
	"probity/tender/text"
)

// token is what lets a program act for the person.
type token struct {
	Token   string     `json:"token"`
	ID      string     `json:"id"`
	Label   string     `json:"label"`
	Org     string     `json:"organisation"`
	Role    string     `json:"role"`
	Scopes  []string   `json:"scopes"`
	Made    time.Time  `json:"made"`
	Ends    time.Time  `json:"ends"`
	Revoked *time.Time `json:"revoked"`
	Live    bool       `json:"live"`
}

// tokensView lists tokens, with the form for a new one, and the new one itself
// in the page that answers the form.
type tokensView struct {
	Wrong  *site.Wrong
	In     tokenForm
	Made   *token
	Live   []token
	Over   []token
	Scopes []site.Option
	Place  text.Text // the organisation that a new one acts for; nil if none is chosen
}

type tokenForm struct {
	Label  string   `form:"label" json:"label"`
	Scopes []string `form:"scopes" json:"scopes"`
	Days   int      `form:"days" json:"days"`
}

var tokensPage = site.PageOf[tokensView](name, "tokens")

func showTokens(v *site.Visit) error {
	return tokens(v, tokensView{In: tokenForm{Scopes: []string{party.ScopeRead}, Days: 90}})
}

func tokens(v *site.Visit, view tokensView) error {
	var list site.List[token]
	if err := v.Get(&list, "/api/v1/tokens"); err != nil {
		return err
	}
	for _, x := range list.Items {
		if x.Live {
			view.Live = append(view.Live, x)
		} else {
			view.Over = append(view.Over, x)
		}
	}
	if v.Me.Org != "" {
		mine, err := organisations(v)
		if err != nil {
			return err
		}
		view.Place = mine[v.Me.Org].Name
	}
	view.Scopes = scopes(v, view.In.Scopes)
	return tokensPage.Show(v, view.Wrong.Status(), view)
}

// scopes offers what the person could let a program do in this place: read, or
// all that is about one noun.
func scopes(v *site.Visit, chosen []string) []site.Option {
	names := []string{party.ScopeRead}
	for _, a := range v.Me.Rights {
		noun, _, _ := strings.Cut(string(a), ".")
		all := noun + ".*"
		if !slices.Contains(names, all) && !party.Reads(a) && party.CheckScopes("scopes", []string{string(a)}) == nil && party.CheckScopes("scopes", []string{all}) == nil {
			names = append(names, all)
		}
	}
	var list []site.Option
	for _, n := range names {
		list = append(list, site.Option{Value: n, Label: v.T("account.scope." + strings.TrimSuffix(n, ".*")), Chosen: slices.Contains(chosen, n)})
	}
	return list
}

func issueToken(v *site.Visit) error {
	var in tokenForm
	if err := v.Form(&in); err != nil {
		return err
	}
	var made token
	if err := v.Post(in, &made, "/api/v1/tokens"); err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return tokens(v, tokensView{Wrong: w, In: in})
	}
	return tokens(v, tokensView{In: tokenForm{Scopes: []string{party.ScopeRead}, Days: 90}, Made: &made})
}

func revokeToken(v *site.Visit) error {
	if err := v.Delete("/api/v1/tokens/%s", v.Path("id")); err != nil {
		return err
	}
	return v.SeeOther("account.done.token", "/account/tokens")
}
