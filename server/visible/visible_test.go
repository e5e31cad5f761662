package visible

import (
	"strings"
	"testing"
	"time"

	"probity/tender"
)

func TestNobodySeesWhatTheyMayNot(t *testing.T) {
	moment := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	draft := &tender.Tender{Phase: tender.Draft}
	open := &tender.Tender{Phase: tender.Published, Published: moment, Lots: []tender.Lot{{ID: "1", Phase: tender.Competing}}}
	over := &tender.Tender{Phase: tender.Sealed, Published: moment, Sealed: moment, Lots: []tender.Lot{{ID: "1", Phase: tender.Awarded, Award: "a"}}}
	for name := range table {
		if Public(name, draft) {
			t.Errorf("%s of a draft is public", name)
		}
		if strings.HasPrefix(name, "bid.") || strings.HasPrefix(name, "access.") {
			t.Errorf("%s stands in the table", name)
		}
		if !Public(name, over) {
			t.Errorf("%s is hidden when everything is over", name)
		}
	}
	for _, name := range []string{"opening.announce", "opening.record", "evaluation.rank", "award.decide", "bid.submit", "enquiry.ask", "tender.create"} {
		if Public(name, open) {
			t.Errorf("%s is public while bids come in", name)
		}
	}
	if !Public("tender.publish", open) || !Public("enquiry.answer", open) {
		t.Error("what was published is hidden")
	}
}
