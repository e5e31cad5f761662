package portal

import (
	"encoding/xml"
	"net/http"
	"time"

	"probity/server/site"
)

// Atom, as RFC 4287 has it.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		Title   string      `xml:"title"`
		ID      string      `xml:"id"`
		Updated time.Time   `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Title     string     `xml:"title"`
		ID        string     `xml:"id"`
		Link      atomLink   `xml:"link"`
		Published time.Time  `xml:"published"`
		Updated   time.Time  `xml:"updated"`
		Author    atomAuthor `xml:"author"`
		Summary   string     `xml:"summary"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
)

// feed is any search as a feed: the newest fifty of what it finds.
func (d desk) feed(v *site.Visit) error {
	q := v.R.URL.Query()
	asked := ask(v, q)
	asked["order"], asked["size"], asked["page"] = "newest", "50", ""
	var r searchResult
	if err := v.Find(&r, asked, "/api/v1/search/tenders"); err != nil {
		return err
	}
	origin := v.Site().Origin
	self := origin + "/tenders.atom"
	if rest := withoutPage(q).Encode(); rest != "" {
		self += "?" + rest
	}
	f := atomFeed{Lang: v.Lang, Title: v.T("portal.feed.title", "Name", v.Site().Name), ID: self, Updated: time.Unix(0, 0).UTC(),
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: self}, {Rel: "alternate", Type: "text/html", Href: origin + "/tenders?" + withoutPage(q).Encode()}}}
	for _, n := range r.Items {
		if n.Published.After(f.Updated) {
			f.Updated = n.Published
		}
		e := atomEntry{
			Title: n.Title.In(v.Lang), ID: "urn:ocds:" + n.ID, Link: atomLink{Href: origin + n.Path()},
			Published: n.Published, Updated: n.Published, Author: atomAuthor{n.Buyer.Name.In(v.Lang)},
		}
		if n.Planned != nil {
			e.Summary = v.T("portal.feed.planned", "Year", n.Planned.Year(), "N", n.Planned.Quarter(), "Value", v.Money(n.Value))
		} else {
			e.Summary = v.T("portal.feed.entry", "Deadline", v.Moment(n.Deadline), "Value", v.Money(n.Value))
		}
		f.Entries = append(f.Entries, e)
	}
	return f.answer(v)
}

func (f atomFeed) answer(v *site.Visit) error {
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return v.Answer(http.StatusOK, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), b...))
}
