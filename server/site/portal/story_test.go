package portal

import (
	"testing"
	"time"

	"probity/tender"
)

func TestTheStoryTellsOnceWhatHappensToSeveralLots(t *testing.T) {
	noon := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	first := event{name: "lot.rank", At: noon, lots: []string{"a"}}
	for what, c := range map[string]struct {
		next event
		want bool
	}{
		"another lot":              {event{name: "lot.rank", At: noon, lots: []string{"b"}}, true},
		"the same lot again":       {event{name: "lot.rank", At: noon, lots: []string{"a"}}, false},
		"in the same minute":       {event{name: "lot.rank", At: noon.Add(59 * time.Second), lots: []string{"b"}}, true},
		"in another minute":        {event{name: "lot.rank", At: noon.Add(time.Minute), lots: []string{"b"}}, false},
		"another thing":            {event{name: "lot.confirm", At: noon, lots: []string{"b"}}, false},
		"in other words":           {event{name: "lot.rank", At: noon, Text: "It goes to B.", lots: []string{"b"}}, false},
		"of the procedure, no lot": {event{name: "lot.rank", At: noon}, false},
	} {
		if got := first.joins(c.next); got != c.want {
			t.Errorf("%s: joins is %v", what, got)
		}
	}
}

func TestWinnersAreThoseWhoseAwardStands(t *testing.T) {
	decided := func(lot, name string) fact {
		var f fact
		f.Name = "award.decide"
		f.Data.Decision = &awardDecision{Lot: lot}
		if name != "" {
			f.Data.Decision.Winner = &struct{ Supplier tender.OrgName }{tender.OrgName{Name: tender.Text{"en": name}}}
		}
		return f
	}
	p := &procedure{facts: []fact{decided("a", "First"), decided("a", "Second"), decided("b", "Nobody yet"), decided("c", "")}}
	p.Lots = []tender.Lot{{ID: "a", Phase: tender.Standstill}, {ID: "b", Phase: tender.Ranked}, {ID: "c", Phase: tender.Awarded}}
	got := p.winners("en")
	if len(got) != 1 || got[0].Name != "Second" || got[0].Lot != "" {
		t.Errorf("the winners are %+v", got)
	}
}
