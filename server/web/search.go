package web

import (
	"cmp"
	"context"
	"time"

	"probity/server/search"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/plan"
)

// searchRoutes find what is published, and add up what was contracted.
func (s *Server) searchRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/search/tenders", Name: "searchTenders", Right: Open, Status: ok, Do: do(s.searchTenders), Says: "Finds published tenders, and what is planned, by words in any language and by filters."},
		{At: "GET /api/v1/spending", Name: "sumSpending", Right: Open, Status: ok, Do: do(s.sumSpending), Says: "Adds up the public contracts of a buyer, of a supplier or of all."},
	}
}

// Search is what the routes need of the index.
type Search struct {
	Index *search.Index
	Book  *search.Book

	Memory search.Memory // what people have saved
	Ready  func() bool   // everything that was published at the start is in
}

type searchIn struct {
	search.Asked
	Lang string `query:"lang" validate:"max=35" doc:"in which titles and snippets are shown; en if absent"`
}

// foundOut is a notice, or an entry of a plan, in a list of results.
type foundOut struct {
	ID        string          `json:"id"`
	Reference string          `json:"reference,omitempty"`
	Title     tender.Text     `json:"title"`
	Buyer     tender.OrgName  `json:"buyer"`
	Category  tender.Category `json:"category"`
	Procedure string          `json:"procedure"`
	Status    search.Status   `json:"status"`
	Phase     tender.Phase    `json:"phase,omitempty" doc:"absent of what is planned"`
	Suspended bool            `json:"suspended,omitempty"`
	Published time.Time       `json:"published" doc:"the notice; of what is planned, its entry of the plan"`
	Deadline  time.Time       `json:"deadline,omitzero" doc:"of what is planned, the end of the day or month in which bids will be due, if that is known"`
	Value     *tender.Money   `json:"value,omitempty"`
	Planned   *plannedOut     `json:"planned,omitempty" doc:"of what is planned alone"`
	Marked    []search.Piece  `json:"marked" doc:"the title in the language of the request, with what was looked for"`
	Snippet   []search.Piece  `json:"snippet,omitempty" doc:"a place in the text where it stands"`
}

// plannedOut is where something is planned, and for when.
type plannedOut struct {
	Plan     string    `json:"plan" doc:"id of the plan"`
	Entry    string    `json:"entry" doc:"number of its entry"`
	Expected plan.Date `json:"expected" doc:"the month or day in which the notice is expected"`
}

// searchOut is one page of results.
type searchOut struct {
	Items  []foundOut `json:"items"`
	Total  int        `json:"total"`
	Page   int        `json:"page"`
	Pages  int        `json:"pages"`
	Facets facetsOut  `json:"facets" doc:"how many there would be with each value of a filter"`
	Ready  bool       `json:"ready" doc:"false for a moment after a start, while results may be missing"`
	Now    time.Time  `json:"now"`
}

type facetsOut struct {
	Status    map[string]int `json:"status"`
	Category  map[string]int `json:"category"`
	Procedure map[string]int `json:"procedure"`
	Buyers    []search.Count `json:"buyers" doc:"those with most of what was found"`
}

func (s *Server) searchTenders(c *Call, in searchIn) (searchOut, error) {
	q, err := in.Asked.Query()
	if err != nil {
		return searchOut{}, err
	}
	now, err := c.Now()
	if err != nil {
		return searchOut{}, err
	}
	f := s.Search.Index.Search(q)
	out := searchOut{Items: []foundOut{}, Total: f.Total, Page: max(in.Page, 1), Pages: (f.Total + q.Limit - 1) / q.Limit,
		Facets: facetsOut{f.Status, f.Category, f.Procedure, append([]search.Count{}, f.Buyers...)}, Ready: s.Search.Ready(), Now: now}
	for _, n := range f.Notices {
		item, err := s.showFound(c, n, cmp.Or(in.Lang, "en"), in.Words)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (s *Server) showFound(c *Call, n search.Notice, lang, words string) (foundOut, error) {
	out := foundOut{ID: n.ID, Reference: n.Reference, Title: n.Title, Buyer: n.Buyer, Category: n.Category, Procedure: n.Procedure, Status: n.Status,
		Phase: n.Phase, Suspended: n.Suspended, Published: time.UnixMilli(n.Published).UTC(), Value: n.Value, Marked: search.Mark(n.Title.In(lang), words)}
	if n.Deadline != 0 {
		out.Deadline = time.UnixMilli(n.Deadline).UTC()
	}
	if n.Intent != nil {
		out.Planned = &plannedOut{n.Intent.Plan, n.Intent.Entry, n.Intent.Expected}
	}
	if words == "" {
		return out, nil
	}
	title, rest, err := s.says(c.Context(), n)
	out.Snippet = snippet(title, rest, lang, words)
	return out, err
}

// says is the texts of what was found: its title, and the rest in their order.
func (s *Server) says(ctx context.Context, n search.Notice) (title tender.Text, rest []tender.Text, err error) {
	if n.Intent != nil {
		l, err := s.Plans.Planned.Get(ctx, n.ID)
		if fault.From(err).Kind == fault.Missing { // it was published this moment
			return n.Title, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		return l.Entry.Title, []tender.Text{l.Entry.Description, l.Entry.Rationale}, nil
	}
	t, err := s.Tenders.Get(ctx, n.ID, party.PublicActor)
	if err != nil {
		return nil, nil, err
	}
	rest = []tender.Text{t.Notice.Description}
	for _, l := range t.Notice.Lots {
		rest = append(rest, l.Title, l.Description)
		for _, i := range l.Items {
			rest = append(rest, i.Description)
		}
	}
	return t.Notice.Title, rest, nil
}

// snippetBytes is about how long a snippet is.
const snippetBytes = 220

// snippet finds a place where the words stand, in the reader's language first.
func snippet(title tender.Text, rest []tender.Text, lang, words string) []search.Piece {
	for _, t := range rest {
		if p := search.Snippet(t.In(lang), words, snippetBytes); p != nil {
			return p
		}
	}
	for _, t := range append(rest, title) {
		for _, l := range t.Languages() {
			if p := search.Snippet(t[l], words, snippetBytes); p != nil {
				return p
			}
		}
	}
	return nil
}

type spendingIn struct {
	Buyer    string `query:"buyer" validate:"max=120" doc:"id"`
	Supplier string `query:"supplier" validate:"max=120" doc:"id"`
	Page     int    `query:"page" validate:"gte=0,lte=10000" doc:"of the contracts, from 1"`
}

// spendingOut is where money goes. Sums are by currency; currencies are never
// added to each other.
type spendingOut struct {
	Sums      []search.Sum      `json:"sums"`
	Contracts []search.Contract `json:"contracts" doc:"the newest first"`
	Total     int               `json:"total" doc:"contracts on all pages"`
	Pages     int               `json:"pages"`
}

// contractPage is how many contracts are on a page; sharesMost how many of the
// other side a sum names.
const (
	contractPage = 50
	sharesMost   = 100
)

func (s *Server) sumSpending(_ *Call, in spendingIn) (spendingOut, error) {
	sums, list := s.Search.Book.Spent(in.Buyer, in.Supplier)
	out := spendingOut{Sums: append([]search.Sum{}, sums...), Contracts: []search.Contract{}, Total: len(list), Pages: (len(list) + contractPage - 1) / contractPage}
	for i := range out.Sums {
		out.Sums[i].With = out.Sums[i].With[:min(sharesMost, len(out.Sums[i].With))]
	}
	from := min((max(in.Page, 1)-1)*contractPage, len(list))
	out.Contracts = append(out.Contracts, list[from:min(from+contractPage, len(list))]...)
	return out, nil
}
