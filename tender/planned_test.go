package tender_test

import (
	"context"
	"testing"

	"probity/tender"
	"probity/tender/fault"
)

// plans has one entry, until it is withdrawn.
type plans struct {
	withdrawn bool
	asked     int
}

func (p *plans) PlannedIn(_ context.Context, org string, from tender.Planned) error {
	p.asked++
	if p.withdrawn || org != buyer || from != (tender.Planned{Plan: "ocds-plan", Entry: "1"}) {
		return fault.Field("notice.planned", "planned", "This is no entry of a published plan of yours, or it is withdrawn.")
	}
	return nil
}

// A draft names an entry of its buyer's published plan or none. It is asked for
// once: what is withdrawn later must not keep the draft from being saved.
func TestADraftFromAPlan(t *testing.T) {
	w := newWorld(t)
	p := plan()
	p.Notice.Planned = &tender.Planned{Plan: "ocds-plan", Entry: "1"}
	_, err := w.Create(t.Context(), officer, p)
	w.code("on a platform without plans", err, "notice.planned")

	known := &plans{}
	w.Plans = known
	other := plan()
	other.Notice.Planned = &tender.Planned{Plan: "ocds-plan", Entry: "2"}
	_, err = w.Create(t.Context(), officer, other)
	w.code("another entry", err, "notice.planned")
	x, err := w.Create(t.Context(), officer, p)
	w.ok(err)

	known.withdrawn, known.asked = true, 0
	x, err = w.Edit(t.Context(), x.ID, 0, officer, p)
	w.ok(err)
	if known.asked != 0 || x.Notice.Planned == nil {
		t.Errorf("asked %d times; planned %v", known.asked, x.Notice.Planned)
	}
	p.Notice.Planned = nil
	_, err = w.Edit(t.Context(), x.ID, 0, officer, p)
	w.ok(err)
	p.Notice.Planned = &tender.Planned{Plan: "ocds-plan", Entry: "1"}
	_, err = w.Edit(t.Context(), x.ID, 0, officer, p)
	w.code("a withdrawn entry", err, "notice.planned")
}
