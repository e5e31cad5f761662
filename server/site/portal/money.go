package portal

import (
	"net/http"
	"strconv"

	"probity/server/search"
	"probity/server/site"
	"probity/tender"
)

// spent is where money goes, as the API adds it up.
type spent struct {
	Sums      []sum             `json:"sums"`
	Contracts []search.Contract `json:"contracts"`
	Total     int               `json:"total"`
	Pages     int               `json:"pages"`
}

// sum is what the contracts in one currency come to.
type sum struct{ search.Sum }

// bar is one bar of a chart: where it lies, how long it is, and what it says.
type bar struct {
	Label  string
	Name   tender.Text // in place of a label
	Path   string
	Money  tender.Money
	Count  int
	Offset int // along the axis
	Length int // in thousandths of the longest
}

// Months are the sums by month, the last twelve at most, as upright bars.
func (s sum) Months() []bar {
	list := s.Sum.Months
	list = list[max(0, len(list)-12):]
	return bars(list, func(x search.Share) bar { return bar{Label: x.Month} })
}

// With are the other sides with the largest sums.
func (s sum) Largest(path string) []bar {
	list := s.With
	list = list[:min(12, len(list))]
	return bars(list, func(x search.Share) bar { return bar{Name: x.Org.Name, Path: path + x.Org.ID} })
}

func bars(list []search.Share, make func(search.Share) bar) []bar {
	var most int64 = 1
	for _, x := range list {
		most = max(most, x.Value.Minor)
	}
	var out []bar
	for i, x := range list {
		b := make(x)
		b.Money, b.Count, b.Offset = x.Value, x.Contracts, i
		b.Length = int(float64(x.Value.Minor) / float64(most) * 1000) // of pixels, not of money
		out = append(out, b)
	}
	return out
}

// PaidPercent is the share that has been paid.
func (s sum) PaidPercent() int { return share(s.Paid, s.Value) }

// moneyView is where money goes: of all, of a buyer, or to a supplier.
type moneyView struct {
	spent
	Kind    string // "all", "buyer" or "supplier"
	Org     *organisation
	Other   string // path of the other sides' pages
	Steps   []step
	Notices searchResult
	Plans   []yearPlan // of a buyer
	Query   string     // of the search for the organisation's notices
}

var (
	spendingPage = site.PageOf[moneyView](name, "spending")
	orgPage      = site.PageOf[moneyView](name, "organisation")
)

func (d desk) spending(v *site.Visit) error {
	view := moneyView{Kind: "all", Other: "/suppliers/"}
	if err := view.read(v, "", ""); err != nil {
		return err
	}
	return spendingPage.Show(v, http.StatusOK, view)
}

func (view *moneyView) read(v *site.Visit, buyer, supplier string) error {
	page := v.Query("page")
	if n, err := strconv.Atoi(page); err != nil || n < 1 {
		page = ""
	}
	if err := v.Find(&view.spent, map[string]string{"buyer": buyer, "supplier": supplier, "page": page}, "/api/v1/spending"); err != nil {
		return err
	}
	n, _ := strconv.Atoi(page)
	view.Steps = steps(v, max(1, n), view.Pages)
	return nil
}

func (d desk) buyer(v *site.Visit) error { return d.org(v, "buyer", "/suppliers/") }

func (d desk) supplier(v *site.Visit) error { return d.org(v, "supplier", "/buyers/") }

func (d desk) org(v *site.Visit, kind, other string) error {
	id := v.Path("org")
	view := moneyView{Kind: kind, Other: other, Org: new(organisation), Query: kind + "=" + id}
	if err := v.Get(view.Org, "/api/v1/organisations/%s", id); err != nil {
		return err
	}
	if string(view.Org.Kind) != kind {
		return v.Missing()
	}
	buyer, supplier := id, ""
	if kind == "supplier" {
		buyer, supplier = "", id
	}
	if err := view.read(v, buyer, supplier); err != nil {
		return err
	}
	if err := v.Find(&view.Notices, map[string]string{"buyer": buyer, "supplier": supplier, "size": "10", "lang": v.Lang}, "/api/v1/search/tenders"); err != nil {
		return err
	}
	if kind == "buyer" {
		var plans site.List[yearPlan]
		if err := v.Find(&plans, map[string]string{"buyer": id, "limit": "10"}, "/api/v1/plans"); err != nil {
			return err
		}
		view.Plans = plans.Items
	}
	return orgPage.Show(v, http.StatusOK, view)
}

// orgsView is a list of organisations of a kind.
type orgsView struct {
	Kind  string
	Path  string
	Items []organisation
	Next  string
}

var orgsPage = site.PageOf[orgsView](name, "organisations")

func (d desk) buyers(v *site.Visit) error { return d.orgs(v, "buyer", "/buyers") }

func (d desk) suppliers(v *site.Visit) error { return d.orgs(v, "supplier", "/suppliers") }

func (d desk) orgs(v *site.Visit, kind, path string) error {
	var list site.List[organisation]
	if err := v.Find(&list, map[string]string{"kind": kind, "after": v.Query("after")}, "/api/v1/organisations"); err != nil {
		return err
	}
	view := orgsView{Kind: kind, Path: path, Items: list.Items}
	if list.Next != "" {
		view.Next = v.With("after", list.Next)
	}
	return orgsPage.Show(v, http.StatusOK, view)
}

func itoa(n int) string { return strconv.Itoa(n) }
