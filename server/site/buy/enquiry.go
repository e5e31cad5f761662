package buy

import (
	"slices"

	"probity/server/site"
	"probity/tender/enquiry"
)

// enquiriesView is the inbox of one procedure: what is unanswered first.
type enquiriesView struct {
	*procedure
	Open, Done []asked
}

// asked is a question with what its lot is called.
type asked struct {
	enquiry.View
	LotTitle string
}

// enquiryView is one question with the forms to settle it.
type enquiryView struct {
	enquiry.View
	P     *procedure
	Wrong *site.Wrong
	Act   string // the form that was refused
	Sheet sheet
	v     *site.Visit
}

var (
	enquiriesPage = site.PageOf[enquiriesView](name, "enquiries")
	enquiryPage   = site.PageOf[*enquiryView](name, "enquiry")
)

func (d *desk) enquiries(v *site.Visit) error {
	p, err := get(v)
	if err != nil {
		return err
	}
	view := enquiriesView{procedure: p}
	for after := ""; ; {
		var list site.List[enquiry.View]
		if err := v.Find(&list, map[string]string{"limit": "200", "after": after}, "/api/v1/tenders/%s/enquiries", p.ID); err != nil {
			return err
		}
		for _, e := range list.Items {
			q := asked{e, p.lotTitle(v, e.Lot)}
			if e.State == enquiry.Asked {
				view.Open = append(view.Open, q)
			} else {
				view.Done = append(view.Done, q)
			}
		}
		if after = list.Next; after == "" {
			break
		}
	}
	return enquiriesPage.Show(v, ok, view)
}

func (d *desk) enquiry(v *site.Visit) error {
	return d.showEnquiry(v, &enquiryView{Sheet: newSheet(), v: v})
}

func (d *desk) showEnquiry(v *site.Visit, view *enquiryView) error {
	if err := v.Get(&view.View, "/api/v1/enquiries/%s", v.Path("enquiry")); err != nil {
		return err
	}
	p, err := getTender(v, view.Tender)
	if err != nil {
		return err
	}
	view.P = p
	if view.Act == "" && view.Answer != nil {
		view.Sheet.text("answer", view.Answer)
	}
	return enquiryPage.Show(v, view.Wrong.Status(), view)
}

// May reports whether the API offers an action.
func (e *enquiryView) May(a string) bool { return slices.Contains(e.Actions, enquiry.Action(a)) }

// Two is a text in both languages; what was refused shows in its own form.
func (e *enquiryView) Two(act, name string, rows int) []site.Field {
	s := stepView{Sheet: e.Sheet, Wrong: e.Wrong, v: e.v}
	if act != e.Act {
		s.Wrong = nil
		if e.Act != "" {
			s.Sheet = newSheet()
			s.Sheet.text("answer", e.Answer)
		}
	}
	list := s.Two(name, rows)
	for i := range list {
		list[i].Describe = ""
	}
	return list
}

// settlements are what can be done with a question: the API's verb, and what
// the form holds.
var settlements = map[string][]string{"answer": {"answer"}, "correction": {"answer", "reason"}, "decline": {"reason"}}

func (d *desk) settleEnquiry(v *site.Visit) error {
	act := v.Path("act")
	members, known := settlements[act]
	if !known {
		return v.Missing()
	}
	if err := form(v); err != nil {
		return err
	}
	in := map[string]any{}
	for _, m := range members {
		in[m] = textIn(v, m)
	}
	var out enquiry.View
	wrong, err := v.Again(v.Post(in, &out, "/api/v1/enquiries/%s/%s", v.Path("enquiry"), act))
	if wrong != nil {
		return d.showEnquiry(v, &enquiryView{Wrong: wrong, Act: act, Sheet: sheet{v.R.PostForm}, v: v})
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done."+act, "/buy/tenders/%s/enquiries", out.Tender)
}
