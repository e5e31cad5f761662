package web

import (
	"time"

	"probity/server/classify"
	"probity/tender/fault"
	"probity/tender/text"
)

// classOut is a list of codes.
type classOut struct {
	Scheme   string       `json:"scheme"`
	Title    text.Text    `json:"title"`
	Edition  int          `json:"edition" doc:"the newest, which is in use"`
	Codes    int          `json:"codes"`
	Editions []editionOut `json:"editions"`
}

type editionOut struct {
	Number int       `json:"number"`
	SHA256 string    `json:"sha256" doc:"of the codes in canonical JSON"`
	Codes  int       `json:"codes"`
	Source string    `json:"source"`
	Loaded time.Time `json:"loaded"`
}

func showClass(l *classify.List) classOut {
	e := l.Newest()
	out := classOut{l.ID, l.Title, e.Number, e.Codes, []editionOut{}}
	for _, e := range l.Editions {
		out.Editions = append(out.Editions, editionOut{e.Number, e.SHA256, e.Codes, e.Source, e.At})
	}
	return out
}

func (s *Server) listClassifications(c *Call, _ Nothing) (List[classOut], error) {
	list, err := s.Classes.All(c.Context())
	return listOf(list, "", showClass), err
}

// codeOut is a code in a list of codes.
type codeOut struct {
	ID     string    `json:"id"`
	Title  text.Text `json:"title"`
	Parent string    `json:"parent,omitempty"`
	Leaf   bool      `json:"leaf" doc:"nothing lies below it"`
}

func showCodes(t *classify.Tree, codes []classify.Code) []codeOut {
	list := []codeOut{}
	for _, c := range codes {
		list = append(list, codeOut{c.ID, c.Title, c.Parent, t.Leaf(c.ID)})
	}
	return list
}

type findCodesIn struct {
	Scheme  string `path:"scheme"`
	Edition int    `query:"edition" validate:"gte=0,lte=1000" doc:"the newest if absent"`
	Query   string `query:"q" validate:"max=200" doc:"words in any language, or part of a code; the top of the list if absent"`
	Limit   int    `query:"limit" validate:"gte=0,lte=200" doc:"of what is found; 50 if absent"`
}

// codesOut is what was found in a list, or its top.
type codesOut struct {
	Scheme  string    `json:"scheme"`
	Title   text.Text `json:"title"`
	Edition int       `json:"edition"`
	Items   []codeOut `json:"items"`
	More    bool      `json:"more" doc:"there are more than were asked for"`
}

func (s *Server) findCodes(c *Call, in findCodesIn) (codesOut, error) {
	l, t, err := s.Classes.Tree(c.Context(), in.Scheme, in.Edition)
	if err != nil {
		return codesOut{}, err
	}
	out := codesOut{Scheme: l.ID, Title: l.Title, Edition: max(in.Edition, 0)}
	if out.Edition == 0 {
		out.Edition = l.Newest().Number
	}
	if in.Query == "" {
		out.Items = showCodes(t, t.Under(""))
		return out, nil
	}
	found, more := t.Find(in.Query, Paging{Limit: in.Limit}.Size())
	out.Items, out.More = showCodes(t, found), more
	return out, nil
}

type getCodeIn struct {
	Scheme  string `path:"scheme"`
	Code    string `path:"code"`
	Edition int    `query:"edition" validate:"gte=0,lte=1000"`
}

// wholeCode is a code in its place.
type wholeCode struct {
	codeOut
	Above []codeOut `json:"above" doc:"from the top"`
	Below []codeOut `json:"below"`
}

func (s *Server) getCode(c *Call, in getCodeIn) (wholeCode, error) {
	_, t, err := s.Classes.Tree(c.Context(), in.Scheme, in.Edition)
	if err != nil {
		return wholeCode{}, err
	}
	x, ok := t.Code(in.Code)
	if !ok {
		return wholeCode{}, fault.New(fault.Missing, "classification.code", "There is no such code in this list.")
	}
	return wholeCode{showCodes(t, []classify.Code{x})[0], showCodes(t, t.Above(x.ID)), showCodes(t, t.Under(x.ID))}, nil
}

type loadClassIn struct {
	Scheme string    `path:"scheme"`
	Title  text.Text `json:"title" validate:"required,min=1,max=24"`
	Source string    `json:"source" validate:"required,max=500" doc:"where the list comes from"`
	CSV    string    `json:"csv" validate:"required,max=40000000" doc:"first row: code, parent (may be left out), language tags"`
}

func (s *Server) loadClassification(c *Call, in loadClassIn) (classOut, error) {
	l, err := s.Classes.Add(c.Context(), c.By, classify.Load{Scheme: in.Scheme, Title: in.Title, Source: in.Source, CSV: []byte(in.CSV)})
	if err != nil {
		return classOut{}, err
	}
	c.Location("/api/v1/classifications/%s", l.ID)
	return showClass(l), nil
}
