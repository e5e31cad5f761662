package tender

import (
	"slices"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/rules"
)

// advice lists what might be better about a notice, although no rule forbids it.
func (t *Tender) advice() []Finding {
	var list []Finding
	add := func(code, path, format string, args ...any) {
		list = append(list, found(false, "advice."+code, path, fault.Say(format, args...)))
	}
	t.adviseDates(add)
	t.advisePeople(add)
	t.Notice.adviseWords(add)
	t.Notice.adviseBids(add)
	slices.SortStableFunc(list, byPath)
	return list
}

type adviser func(code, path, format string, args ...any)

// adviseDates: periods that are lawful and still too short for a good bid.
func (t *Tender) adviseDates(add adviser) {
	d := t.Notice.Timetable
	if d.Publish.IsZero() || d.Deadline.IsZero() {
		return
	}
	earliest := t.Policy.EarliestDeadline(d.Publish, append(rules.Platform(), t.Notice.Circumstances...)).At
	if spare := d.Deadline.Sub(earliest); !earliest.IsZero() && spare >= 0 && spare < 48*time.Hour && t.Notice.items()+len(t.Notice.Requirements) > 20 {
		add("short_period", "timetable.deadline", "Bids are taken for little more than the least time, for a purchase with many parts. More time brings more bids.")
	}
	if !d.EnquiriesUntil.IsZero() && d.EnquiriesUntil.Sub(d.Publish) < 3*24*time.Hour {
		add("short_enquiries", "timetable.enquiriesUntil", "Questions are taken for less than three days after publication.")
	}
	day := rules.DateIn(d.Deadline, t.Policy.Location())
	if !t.Policy.Calendar.IsWorkingDay(day) {
		add("day_off", "timetable.deadline", "The deadline is on a day off: nobody will help a bidder in trouble.")
	}
	if !d.Opens.IsZero() && d.Opens.Sub(d.WindowEnds()) > 5*24*time.Hour {
		add("late_opening", "timetable.opens", "Bids wait more than five days for their opening. The sooner they are opened, the fewer doubts arise.")
	}
}

// advisePeople: thresholds that let one person open bids, or one person lose
// them all.
func (t *Tender) advisePeople(add adviser) {
	for i, g := range t.Openers.Groups {
		path := "openers.groups[" + itoa(i) + "].k"
		switch n := len(g.Members); {
		case g.K == 1 && n > 0 && g.Guardian:
			add("one_opener", path, "A single guardian could release the part of the guardians alone.")
		case g.K == 1 && n > 0:
			add("one_opener", path, "A single member of the committee could release its part alone.")
		case g.K == n && n > 1 && g.Guardian:
			add("no_spare", path, "Every guardian is needed: if one loses the key, no bid can ever be opened.")
		case g.K == n && n > 1:
			add("no_spare", path, "Every member of the committee is needed: if one loses the key, no bid can ever be opened.")
		}
	}
}

// adviseBids: conditions that keep bidders away.
func (n *Notice) adviseBids(add adviser) {
	if n.Value == nil && n.Budget == nil {
		add("no_value", "value", "There is no estimated value: bidders cannot tell whether the purchase is for them.")
	}
	if len(n.Documents) == 0 {
		add("no_documents", "documents", "The notice has no document.")
	}
	if len(n.Requirements) > 25 {
		add("many_requirements", "requirements", "There are %d requirements. Each can cost a bid; keep those that matter.", len(n.Requirements))
	}
	for i, l := range n.Lots {
		if l.Criteria.MinimumQuality.Cmp(NewDecimal(80)) > 0 {
			add("high_minimum", "lots["+itoa(i)+"].criteria.minimumQuality", "Few bids reach %s percent of the quality points.", l.Criteria.MinimumQuality)
		}
	}
}

// adviseWords reads every text of the notice for terms that favour somebody,
// and for languages that are missing.
func (n *Notice) adviseWords(add adviser) {
	n.eachText(func(path string, t Text) {
		for _, lang := range n.Languages {
			if _, ok := t[lang]; !ok && len(t) > 0 {
				add("language", path, "This is not written in %s, a language in which bids may be made.", lang)
			}
		}
		for _, lang := range t.Languages() {
			if word := restrictive(t[lang]); word != "" {
				add("restrictive", path+"."+lang, "“%s” may favour somebody. Describe what is needed, or add “or equivalent”.", word)
			}
		}
	})
}

// eachText calls f for every text that bidders must read.
func (n *Notice) eachText(f func(path string, t Text)) {
	f("title", n.Title)
	f("description", n.Description)
	for i, l := range n.Lots {
		at := "lots[" + itoa(i) + "]"
		f(at+".title", l.Title)
		f(at+".description", l.Description)
		for j, x := range l.Items {
			f(at+".items["+itoa(j)+"].description", x.Description)
		}
		for _, q := range l.Criteria.Quality {
			f(at+".criteria.quality."+q.ID+".title", q.Title)
			f(at+".criteria.quality."+q.ID+".description", q.Description)
		}
	}
	for i, r := range n.Requirements {
		f("requirements["+itoa(i)+"].title", r.Title)
	}
	f("terms.text", n.Terms.Text)
}

// The terms that restrict competition where nothing softens them.
var (
	restricting = []string{
		"brand", "trademark", "manufactured by", "made in", "model number", "sole supplier", "only supplier",
		"local company", "local supplier", "registered in this", "headquartered in", "previous contract with us", "incumbent",
		"品牌", "商标", "型号", "指定厂家", "指定供应商", "原厂授权", "唯一供应商", "本地企业", "本市企业", "本省企业", "注册在本", "原供应商",
	}
	softening = []string{"or equivalent", "or equal", "or similar", "any brand", "或同等", "或相当于", "或等同", "同等性能", "不限品牌"}
)

// restrictive returns a term that restricts competition, or "".
func restrictive(s string) string {
	low := strings.ToLower(s)
	for _, w := range softening {
		if strings.Contains(low, w) {
			return ""
		}
	}
	for _, w := range restricting {
		if strings.Contains(low, w) {
			return w
		}
	}
	return ""
}
