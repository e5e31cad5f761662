package buy

import (
	"net/http"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

// startView is the form that begins a draft.
type startView struct {
	Wrong     *site.Wrong
	Sheet     sheet
	Options   []site.Option // procedures
	Templates []*procedure
	Planned   *planned // the entry of a plan that it comes from; may be nil

	v *site.Visit
}

// Two is a text in both languages.
func (s *startView) Two(name string, rows int) []site.Field {
	return (&stepView{Sheet: s.Sheet, Wrong: s.Wrong, v: s.v}).Two(name, rows)
}

// Has reports whether a choice was made.
func (s *startView) Has(name, value string) bool { return s.Sheet.Get(name) == value }

var startPage = site.PageOf[*startView](name, "start")

func (d *desk) showStart(v *site.Visit) error {
	if v.SignedIn() && v.Me.Role != "" && !v.Me.May(party.TenderCreate) {
		return v.Denied()
	}
	s := newSheet()
	s.Set("from", v.Query("from"))
	view := &startView{Sheet: s, v: v}
	if v.Query("plan") != "" {
		s.Set("planned.plan", v.Query("plan"))
		s.Set("planned.entry", v.Query("entry"))
		p, err := plannedIn(v, s)
		if err != nil {
			return err
		}
		s.text("title", p.Entry.Title)
		s.Set("procedure", p.Entry.RuleSet+"/"+p.Entry.Procedure)
	}
	return d.begin(v, view)
}

func (d *desk) begin(v *site.Visit, view *startView) (err error) {
	if view.Planned, err = plannedIn(v, view.Sheet); err != nil {
		return err
	}
	var sets site.List[*ruleSet]
	if err := v.Get(&sets, "/api/v1/rules"); err != nil {
		return err
	}
	view.Options = procedureOptions(v, sets.Items, view.Sheet.Get("procedure"))
	var mine site.List[*procedure]
	if err := v.Find(&mine, map[string]string{"limit": "50"}, "/api/v1/desk/tenders"); err != nil {
		return err
	}
	for _, p := range mine.Items {
		if p.Titled() {
			view.Templates = append(view.Templates, p)
		}
	}
	return startPage.Show(v, view.Wrong.Status(), view)
}

func (d *desk) start(v *site.Visit) error {
	if err := form(v); err != nil {
		return err
	}
	p, err := d.first(v)
	if err != nil {
		return err
	}
	var made procedure
	wrong, err := v.Again(v.Post(p, &made, "/api/v1/tenders"))
	if wrong != nil {
		return d.begin(v, &startView{Wrong: tidy(wrong), Sheet: sheet{v.R.PostForm}, v: v})
	}
	if err != nil {
		return err
	}
	return v.SeeOther("buy.done.started", "/buy/tenders/%s/edit/basics", made.ID)
}

// first is the plan that a draft begins with: empty, or an earlier one's.
func (d *desk) first(v *site.Visit) (plan, error) {
	p := plan{Openers: []tender.OpenerGroup{}, Panel: []tender.Member{}}
	from, err := plannedIn(v, sheet{v.R.PostForm})
	if err != nil {
		return p, err
	}
	if id := v.Value("from"); from != nil {
		p.Notice, p.RuleSet = from.notice(v.Now()), from.Entry.RuleSet
	} else if id != "" {
		was, err := getTender(v, id)
		if err != nil {
			return p, err
		}
		p = again(was, v.Now())
	} else {
		p.Notice = blank(v.Now())
	}
	if set, procedure, ok := strings.Cut(v.Value("procedure"), "/"); ok {
		p.RuleSet, p.Notice.Procedure = set, procedure
	}
	if t := textIn(v, "title"); len(t) > 0 {
		p.Notice.Title = t
	}
	return p, nil
}

// blank is a notice with what is usual.
func blank(now time.Time) tender.Notice {
	return tender.Notice{
		Category: tender.Goods, Languages: []string{"en", "zh-CN"}, Currency: "CNY", Envelopes: tender.OneEnvelope, ValidityDays: 90,
		Terms: tender.Terms{Bilingual: true, PaymentDays: 30}, Timetable: tender.Timetable{Publish: morning(now.AddDate(0, 0, 7))},
	}
}

func morning(t time.Time) time.Time { return t.Truncate(24 * time.Hour).Add(time.Hour) }

// again is an earlier procedure as a new draft: everything but what belongs to
// its own time - dates, files, its number.
func again(was *procedure, now time.Time) plan {
	p := planOf(was)
	p.Notice = was.Notice
	p.Notice.Documents, p.Notice.Reference, p.Notice.Planned = nil, "", nil
	old := p.Notice.Timetable
	p.Notice.Timetable = tender.Timetable{Publish: morning(now.AddDate(0, 0, 7)), GraceMinutes: old.GraceMinutes}
	if move := p.Notice.Timetable.Publish.Sub(old.Publish); !old.Publish.IsZero() {
		for _, x := range []struct{ to, from *time.Time }{
			{&p.Notice.Timetable.EnquiriesUntil, &old.EnquiriesUntil}, {&p.Notice.Timetable.Deadline, &old.Deadline}, {&p.Notice.Timetable.Opens, &old.Opens},
		} {
			if !x.from.IsZero() {
				*x.to = x.from.Add(move).Truncate(time.Minute)
			}
		}
	}
	for i, g := range p.Openers {
		for j := range g.Members {
			m := &p.Openers[i].Members[j]
			m.Key, m.Signature, m.Destroyed = "", nil, time.Time{}
		}
	}
	return p
}

// ok is the status of a page that was asked for.
const ok = http.StatusOK
