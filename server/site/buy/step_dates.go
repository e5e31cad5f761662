package buy

import (
	"probity/server/site"
	"probity/tender"
)

func writeDates(s sheet, p *plan, _ int, v *site.Visit) {
	t, zone := p.Notice.Timetable, v.Site().Zone
	s.moment("timetable.publish", t.Publish, zone)
	s.moment("timetable.enquiriesUntil", t.EnquiriesUntil, zone)
	s.moment("timetable.deadline", t.Deadline, zone)
	s.moment("timetable.opens", t.Opens, zone)
	s.whole("timetable.graceMinutes", t.GraceMinutes)
	s.whole("validityDays", p.Notice.ValidityDays)
}

func readDates(r *reader, p *plan, _ int) {
	t := &p.Notice.Timetable
	t.Publish, t.EnquiriesUntil = r.moment("timetable.publish"), r.moment("timetable.enquiriesUntil")
	t.Deadline, t.Opens = r.moment("timetable.deadline"), r.moment("timetable.opens")
	t.GraceMinutes = r.whole("timetable.graceMinutes")
	p.Notice.ValidityDays = r.whole("validityDays")
}

func writeBids(s sheet, p *plan, _ int, _ *site.Visit) {
	s.Set("envelopes", string(p.Notice.Envelopes))
	if x := p.Notice.Security; x != nil {
		s.amount("security.amount", &x.Amount)
		s.whole("security.days", x.Days)
	}
}

func readBids(r *reader, p *plan, _ int) {
	n := &p.Notice
	n.Envelopes = tender.Envelopes(r.line("envelopes"))
	n.Security = nil
	if m := r.amount("security.amount", n.Currency); m != nil {
		n.Security = &tender.Security{Amount: *m, Days: r.whole("security.days")}
	}
}

func writeTerms(s sheet, p *plan, _ int, _ *site.Visit) {
	t := &p.Notice.Terms
	s.text("terms.text", t.Text)
	s.flag("terms.bilingual", t.Bilingual)
	s.whole("terms.paymentDays", t.PaymentDays)
	s.amount("terms.performanceSecurity", t.SecurityAmount)
	s.count("terms.milestones", len(t.Milestones))
	for i, m := range t.Milestones {
		path := at("terms.milestones", i)
		s.Set(path+".id", m.ID)
		s.text(path+".title", m.Title)
		s.Set(path+".days", tender.NewDecimal(int64(m.Days)).String())
		s.decimal(path+".percent", m.Percent)
	}
}

func readTerms(r *reader, p *plan, _ int) {
	t := &p.Notice.Terms
	was := t.Milestones
	*t = tender.Terms{Text: r.text("terms.text", t.Text), Bilingual: r.yes("terms.bilingual"), PaymentDays: r.whole("terms.paymentDays"),
		SecurityAmount: r.amount("terms.performanceSecurity", p.Notice.Currency)}
	for i := range r.n("terms.milestones") {
		path := at("terms.milestones", i)
		m := tender.MilestonePlan{ID: r.line(path + ".id"), Days: r.whole(path + ".days"), Percent: r.decimal(path + ".percent")}
		known := func(id string) *tender.MilestonePlan {
			for j := range was {
				if was[j].ID == id {
					return &was[j]
				}
			}
			return nil
		}
		if old := known(m.ID); old != nil && m.ID != "" {
			m.Title = old.Title
		}
		m.Title = r.text(path+".title", m.Title)
		if m.ID == "" {
			m.ID = fresh("m", func(id string) bool {
				for _, x := range t.Milestones {
					if x.ID == id {
						return true
					}
				}
				return known(id) != nil
			})
		}
		t.Milestones = append(t.Milestones, m)
	}
}
