package portal

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"probity/server/search"
	"probity/server/site"
	"probity/tender"
	"probity/tender/plan"
)

// found is a notice in a list of results.
type found struct {
	ID        string          `json:"id"`
	Reference string          `json:"reference"`
	Title     tender.Text     `json:"title"`
	Buyer     tender.OrgName  `json:"buyer"`
	Category  tender.Category `json:"category"`
	Procedure string          `json:"procedure"`
	Status    search.Status   `json:"status"`
	Suspended bool            `json:"suspended"`
	Published time.Time       `json:"published"`
	Deadline  time.Time       `json:"deadline"`
	Value     *tender.Money   `json:"value"`
	Planned   *intent         `json:"planned"` // nil for a tender
	Marked    []search.Piece  `json:"marked"`
	Snippet   []search.Piece  `json:"snippet"`
}

// Path is the page of what was found.
func (f found) Path() string {
	if f.Planned != nil {
		return "/plans/" + f.Planned.Plan + "#entry-" + f.Planned.Entry
	}
	return "/tenders/" + f.ID
}

// intent is where something is planned, and for when.
type intent struct {
	Plan     string    `json:"plan"`
	Entry    string    `json:"entry"`
	Expected plan.Date `json:"expected"`
}

// Year and Quarter say when the notice is expected.
func (i intent) Year() int { t, _ := i.Expected.Start(); return t.Year() }

// Quarter is that of the year, from 1.
func (i intent) Quarter() int { t, _ := i.Expected.Start(); return (int(t.Month()) + 2) / 3 }

// searchResult is one page of results.
type searchResult struct {
	Items  []found `json:"items"`
	Total  int     `json:"total"`
	Page   int     `json:"page"`
	Pages  int     `json:"pages"`
	Facets struct {
		Status    map[string]int `json:"status"`
		Category  map[string]int `json:"category"`
		Procedure map[string]int `json:"procedure"`
		Buyers    []search.Count `json:"buyers"`
	} `json:"facets"`
	Ready bool      `json:"ready"`
	Now   time.Time `json:"now"`
}

// searchView is the page of results with its filters.
type searchView struct {
	searchResult
	Q          url.Values
	Wrong      *site.Wrong
	Status     []choice
	Category   []choice
	Procedure  []choice
	Buyers     []choice
	Order      []choice
	Code       *code // that narrows, as its list names it
	HasClasses bool
	Narrowed   bool
	Coming     string // what is planned that fits; "" if it is looked for, or there is none
	Steps      []step
	Feed       string
	Saving     string // the search as it would be saved
}

// ForPlanned reports whether what is planned is looked for.
func (s searchView) ForPlanned() bool {
	return s.Q.Get("comes") != "" || s.Q.Get("comesTo") != "" || slices.Contains(s.Q["status"], string(search.Planned))
}

// choice is one value of a filter.
type choice struct {
	Value  string
	Count  int
	Chosen bool
	Text   tender.Text // for values that have names of their own
}

// step is a link to another page of results; Number is 0 for a gap.
type step struct {
	Number int
	Path   string
	Here   bool
}

var searchPage = site.PageOf[searchView](name, "search")

func (d desk) search(v *site.Visit) error {
	q := v.R.URL.Query()
	view := searchView{Q: q, Saving: withoutPage(q).Encode(), Feed: "/tenders.atom?" + withoutPage(q).Encode(), Narrowed: narrowed(q)}
	err := v.Find(&view.searchResult, ask(v, q), "/api/v1/search/tenders")
	if err != nil {
		wrong, err := v.Again(err)
		if err != nil {
			return err
		}
		view.Wrong = wrong
		view.Ready = true
	}
	f := view.Facets
	view.Status = choices(q["status"], f.Status, string(search.Open), string(search.Evaluation), string(search.Awarded), string(search.Ended), string(search.Planned))
	view.Category = choices(q["category"], f.Category, string(tender.Goods), string(tender.Works), string(tender.Services))
	view.Procedure = choices(q["procedure"], f.Procedure)
	view.Order = choices(q["order"], nil, "", "newest", "deadline", "value")
	view.Buyers = buyerChoices(q.Get("buyer"), f.Buyers)
	view.Steps = steps(v, view.Page, view.Pages)
	if f.Status[string(search.Planned)] > 0 && !view.ForPlanned() {
		view.Coming = v.With("status", string(search.Planned))
	}
	if err := d.describe(v, q, &view); err != nil {
		return err
	}
	return searchPage.Show(v, view.Wrong.Status(), view)
}

// describe names the code that narrows the results, if its list is loaded.
func (d desk) describe(v *site.Visit, q url.Values, view *searchView) error {
	var lists site.List[classList]
	if err := v.Get(&lists, "/api/v1/classifications"); err != nil {
		return err
	}
	view.HasClasses = len(lists.Items) > 0
	id := q.Get("code")
	if id == "" {
		return nil
	}
	scheme := cmp.Or(q.Get("scheme"), "CPV")
	view.Code = &code{Scheme: scheme, ID: id}
	var c codeView
	err := v.Get(&c, "/api/v1/classifications/%s/%s", scheme, id)
	if _, refused := site.Refused(err); err != nil && !refused {
		return err
	}
	if err == nil {
		view.Code = &code{scheme, id, c.Title, false}
	}
	return nil
}

// ask is what the page's address asks of the API.
func ask(v *site.Visit, q url.Values) map[string]string {
	m := search.Address(q, v.Site().Zone).Params()
	m["lang"] = v.Lang
	return m
}

// filterNames are the parts of the address that narrow.
var filterNames = []string{"status", "category", "procedure", "buyer", "supplier", "code", "from", "to", "due", "dueTo", "comes", "comesTo", "min", "max"}

func narrowed(q url.Values) bool {
	return slices.ContainsFunc(filterNames, func(n string) bool { return q.Get(n) != "" })
}

func withoutPage(q url.Values) url.Values {
	out := url.Values{}
	for k, list := range q {
		for _, x := range list {
			if k != "page" && k != "lang" && x != "" {
				out.Add(k, x)
			}
		}
	}
	return out
}

// choices are the values of a filter: those named, in their order, or else
// those that there are, the most frequent first.
func choices(chosen []string, counts map[string]int, values ...string) []choice {
	if len(values) == 0 {
		for v := range counts {
			values = append(values, v)
		}
		for _, c := range chosen {
			if c != "" && !slices.Contains(values, c) {
				values = append(values, c)
			}
		}
		slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	}
	var list []choice
	for _, v := range values {
		list = append(list, choice{Value: v, Count: counts[v], Chosen: slices.Contains(chosen, v)})
	}
	return list
}

func buyerChoices(chosen string, counts []search.Count) []choice {
	var list []choice
	for _, c := range counts {
		list = append(list, choice{c.Org.ID, c.Count, c.Org.ID == chosen, c.Org.Name})
	}
	return list
}

// steps are the links to other pages of results: the ends, and those nearby.
func steps(v *site.Visit, page, pages int) []step {
	if pages < 2 {
		return nil
	}
	var list []step
	for n := 1; n <= min(pages, 500); n++ {
		switch {
		case n == 1 || n == pages || n >= page-1 && n <= page+1:
			list = append(list, step{n, v.With("page", strconv.Itoa(n)), n == page})
		case list[len(list)-1].Number != 0:
			list = append(list, step{})
		}
	}
	return list
}
