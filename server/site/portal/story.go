package portal

import (
	"slices"
	"strings"
	"time"

	"probity/server/site"
	"probity/tender"
)

// event is one line of the story of a procedure.
type event struct {
	At    time.Time
	State string // "done", "now", "ahead" or "failed", as the sheet names them
	Title string
	Text  string
	Same  bool // on the day of the event before it

	name string
	lots []string
}

// told are the facts that the story tells, with how each is shown. What is not
// here stands in the record, not in the story.
var told = map[string]string{
	"tender.publish": "done", "tender.amend": "done", "tender.extend": "done", "tender.prolong": "done", "tender.close": "done", "tender.window-prolong": "done", "tender.window-close": "done",
	"tender.cancel": "failed", "tender.suspend": "done", "tender.resume": "done", "tender.openers": "done",
	"lot.fail": "failed", "lot.cancel-lot": "failed", "lot.qualify": "done", "lot.rank": "done", "lot.revise": "done", "lot.next": "done", "lot.rejudge": "done", "lot.confirm": "done",
	"opening.record": "done", "award.decide": "done", "contract.seal": "done", "contract.milestone": "done", "contract.pay": "done",
	"contract.terminate": "failed", "contract.close": "done", "complaint.accept": "done", "complaint.decide": "done",
}

// story is what has happened, and what will.
func (p *procedure) story(v *site.Visit) []event {
	var list []event
	for _, f := range p.facts {
		state := told[f.Name]
		if state == "" || f.Name == "tender.window-close" && p.Notice.Timetable.GraceMinutes == 0 {
			continue
		}
		e := p.tell(v, f, state)
		if n := len(list); n > 0 && list[n-1].joins(e) {
			list[n-1].lots = append(list[n-1].lots, e.lots...)
			continue
		}
		list = append(list, e)
	}
	for i := range list {
		p.nameLots(v, &list[i])
	}
	ahead := p.ahead(v)
	if len(ahead) > 0 {
		ahead[0].State = "now"
	}
	list = append(list, ahead...)
	for i := 1; i < len(list); i++ {
		list[i].Same = !list[i].At.IsZero() && v.Day(list[i].At) == v.Day(list[i-1].At)
	}
	return list
}

// tell puts one fact into words.
func (p *procedure) tell(v *site.Visit, f fact, state string) event {
	e := event{name: f.Name, At: f.At, State: state, Title: v.T("portal.fact." + f.Name), Text: f.Data.reason(v.Lang)}
	lot := f.Data.Lot
	switch {
	case f.Name == "award.decide" && f.Data.Decision != nil:
		lot = f.Data.Decision.Lot
		if w := f.Data.Decision.Winner; w != nil {
			e.Text = v.T("portal.story.winner", "Name", w.Supplier.Name.In(v.Lang))
		} else {
			e.Text = v.T("portal.story.nobody")
		}
	case f.Name == "tender.window-prolong":
		e.Text = v.T("portal.story.until", "Time", v.Moment(f.Data.Until))
	case f.later():
		e.Text = v.T("portal.story.until", "Time", v.Moment(f.Data.Deadline)) + " " + e.Text
	case f.Name == "opening.record":
		e.Text = v.T("portal.envelope." + f.Data.Envelope)
	case f.Name == "contract.pay" && f.Data.Amount != nil:
		e.Text = v.Money(*f.Data.Amount)
	}
	if lot != "" {
		e.lots = []string{lot}
	}
	return e
}

// joins reports whether the same happened to another lot in the same minute,
// which is as far as the story tells.
func (e event) joins(next event) bool {
	return len(e.lots) > 0 && len(next.lots) > 0 && e.name == next.name && e.Text == next.Text && e.At.Truncate(time.Minute).Equal(next.At.Truncate(time.Minute)) && !slices.Contains(e.lots, next.lots[0])
}

// nameLots says which lots an event is about, if not all.
func (p *procedure) nameLots(v *site.Visit, e *event) {
	if len(e.lots) == 0 || len(e.lots) == len(p.Notice.Lots) {
		return
	}
	var titles []string
	for _, id := range e.lots {
		titles = append(titles, lotTitle(&p.Tender, id, v.Lang))
	}
	e.Title += " – " + strings.Join(titles, ", ")
}

// ahead is what is still to come, the next first.
func (p *procedure) ahead(v *site.Visit) []event {
	t := p.Notice.Timetable
	var list []event
	add := func(at time.Time, key string) {
		list = append(list, event{At: at, State: "ahead", Title: v.T("portal.ahead." + key + ".title"), Text: v.T("portal.ahead." + key + ".text")})
	}
	switch p.Phase {
	case tender.Published:
		if p.Now.Before(t.EnquiriesUntil) {
			add(t.EnquiriesUntil, "enquiries")
		}
		add(t.Deadline, "deadline")
		fallthrough
	case tender.Closed:
		if t.GraceMinutes > 0 {
			add(p.WindowEnds(), "window")
		}
	}
	switch p.Phase {
	case tender.Published, tender.Closed:
		add(p.Opens(), "opening")
		add(time.Time{}, "judging")
		add(time.Time{}, "award")
		add(time.Time{}, "contract")
	case tender.Sealed:
		p.lotsAhead(add)
	}
	return list
}

// lotsAhead is what the lot that is least far has still before it.
func (p *procedure) lotsAhead(add func(time.Time, string)) {
	order := []tender.LotPhase{tender.Waiting, tender.Opened, tender.Ranked, tender.Standstill, tender.Awarded}
	least := len(order)
	var standstill time.Time
	for _, l := range p.Lots {
		phase := l.Phase
		if phase == tender.Qualified || phase == tender.Priced {
			phase = tender.Opened
		}
		if i := slices.Index(order, phase); i >= 0 && i < least {
			least, standstill = i, l.StandstillEnds
		}
	}
	if least == len(order) {
		return
	}
	if least <= 0 {
		add(p.Opens(), "opening")
	}
	if least <= 1 {
		add(time.Time{}, "judging")
	}
	if least <= 2 {
		add(time.Time{}, "award")
	}
	if least == 3 {
		add(standstill, "standstill")
	}
	add(time.Time{}, "contract")
}

// stage is one of the six stations of every procedure, for people in a hurry.
type stage struct{ Key, State string }

var stations = []string{"published", "bids", "opening", "judging", "award", "contract"}

func (p *procedure) stages() []stage {
	at := p.station()
	var list []stage
	for i, key := range stations {
		state := "ahead"
		switch {
		case i < at:
			state = "done"
		case i == at:
			state = "now"
		}
		list = append(list, stage{key, state})
	}
	if p.Phase == tender.Cancelled || p.Phase == tender.Failed {
		return nil
	}
	return list
}

// station is where the procedure stands; that of its least lot.
func (p *procedure) station() int {
	switch p.Phase {
	case tender.Published:
		return 1
	case tender.Closed:
		return 2
	case tender.Complete:
		return len(stations)
	}
	least := len(stations)
	of := map[tender.LotPhase]int{tender.Competing: 2, tender.Waiting: 2, tender.Opened: 3, tender.Qualified: 3, tender.Priced: 3,
		tender.Ranked: 4, tender.Standstill: 4, tender.Awarded: 5}
	for _, l := range p.Lots {
		if n, ok := of[l.Phase]; ok {
			least = min(least, n)
		}
	}
	return least
}

// recordView is the whole public record, fact by fact.
type recordView struct {
	head
	Facts []fact
}

var recordPage = site.PageOf[recordView](name, "record")

func (d desk) record(v *site.Visit) error {
	p, err := load(v)
	if err != nil {
		return err
	}
	return recordPage.Show(v, 200, recordView{p.head("record"), p.facts})
}
