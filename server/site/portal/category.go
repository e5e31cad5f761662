package portal

import (
	"net/http"

	"probity/server/site"
	"probity/tender"
)

// classList is a list of codes that the administrator has loaded.
type classList struct {
	Scheme string      `json:"scheme"`
	Title  tender.Text `json:"title"`
	Codes  int         `json:"codes"`
}

// code is one of its codes.
type code struct {
	Scheme string      `json:"scheme"`
	ID     string      `json:"id"`
	Title  tender.Text `json:"title"`
	Leaf   bool        `json:"leaf"`
}

// codeView is a code with what lies around it.
type codeView struct {
	Scheme string      `json:"scheme"`
	ID     string      `json:"id"`
	Title  tender.Text `json:"title"`
	Above  []code      `json:"above"`
	Below  []code      `json:"below"`
}

// categoriesView is the tree of codes, one level at a time.
type categoriesView struct {
	Lists []classList
	List  *classList
	Here  *codeView
	Codes []code
	Query string
	More  bool
}

var categoriesPage = site.PageOf[categoriesView](name, "categories")

// categories shows the top of a list, or the codes with a word.
func (d desk) categories(v *site.Visit) error {
	var lists site.List[classList]
	if err := v.Get(&lists, "/api/v1/classifications"); err != nil {
		return err
	}
	view := categoriesView{Lists: lists.Items, Query: v.Query("q")}
	for i, l := range lists.Items {
		if l.Scheme == v.Query("scheme") || v.Query("scheme") == "" && (view.List == nil || l.Scheme == "CPV") {
			view.List = &lists.Items[i]
		}
	}
	if view.List != nil {
		var codes struct {
			Items []code `json:"items"`
			More  bool   `json:"more"`
		}
		if err := v.Find(&codes, map[string]string{"q": view.Query}, "/api/v1/classifications/%s", view.List.Scheme); err != nil {
			return err
		}
		view.Codes, view.More = codes.Items, codes.More
	}
	return categoriesPage.Show(v, http.StatusOK, view)
}

// category shows one code with what lies below it.
func (d desk) category(v *site.Visit) error {
	var c codeView
	if err := v.Get(&c, "/api/v1/classifications/%s/%s", v.Path("scheme"), v.Path("code")); err != nil {
		return err
	}
	c.Scheme = v.Path("scheme")
	view := categoriesView{Here: &c, List: &classList{Scheme: c.Scheme}, Codes: c.Below}
	return categoriesPage.Show(v, http.StatusOK, view)
}
