package portal

import (
	"net/url"
	"time"

	"probity/server/site"
	"probity/tender/plan"
)

// plannedView is what all bodies intend to buy, the next to be expected first.
type plannedView struct {
	Wrong    *site.Wrong
	Items    []*plan.Line
	Next     string
	Category string
	From, To string
	Buyer    *organisation // nil for all
}

var plannedPage = site.PageOf[plannedView](name, "planned")

func (d desk) planned(v *site.Visit) error {
	view := plannedView{Category: v.Query("category"), From: v.Query("from"), To: v.Query("to")}
	if view.From == "" {
		view.From = v.Now().In(v.Site().Zone).Format("2006-01")
	}
	q := map[string]string{"category": view.Category, "from": view.From, "to": view.To, "after": v.Query("after"), "limit": "50"}
	if id := v.Query("buyer"); id != "" {
		view.Buyer = new(organisation)
		if err := v.Get(view.Buyer, "/api/v1/organisations/%s", id); err != nil {
			return err
		}
		q["buyer"], q["category"], view.Category = id, "", ""
	}
	var list site.List[*plan.Line]
	var err error
	if view.Wrong, err = v.Again(v.Find(&list, q, "/api/v1/planned")); err != nil {
		return err
	}
	view.Items = list.Items
	if list.Next != "" {
		view.Next = v.With("after", list.Next)
	}
	return plannedPage.Show(v, view.Wrong.Status(), view)
}

// plannedFeed is the entries that were published last.
func (d desk) plannedFeed(v *site.Visit) error {
	var list site.List[*plan.Line]
	if err := v.Find(&list, map[string]string{"order": "newest", "limit": "50"}, "/api/v1/planned"); err != nil {
		return err
	}
	origin := v.Site().Origin
	self := origin + "/plans.atom"
	f := atomFeed{Lang: v.Lang, Title: v.T("portal.planned.feed", "Name", v.Site().Name), ID: self, Updated: time.Unix(0, 0).UTC(),
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: self}, {Rel: "alternate", Type: "text/html", Href: origin + "/plans"}}}
	for _, l := range list.Items {
		if l.Updated.After(f.Updated) {
			f.Updated = l.Updated
		}
		f.Entries = append(f.Entries, atomEntry{
			Title: l.Entry.Title.In(v.Lang), ID: "urn:ocds:" + l.ID, Link: atomLink{Href: origin + "/plans/" + url.PathEscape(l.Plan) + "#entry-" + l.Entry.ID},
			Published: l.Listed, Updated: l.Updated, Author: atomAuthor{l.Buyer.Name.In(v.Lang)},
			Summary: v.T("portal.planned.expected", "Date", string(l.Entry.Dates.Publication)),
		})
	}
	return f.answer(v)
}
