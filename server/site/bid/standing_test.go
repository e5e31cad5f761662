package bid

import (
	"encoding/json"
	"testing"
	"time"

	"probity/bidding"
	"probity/tender"
	"probity/tender/award"
)

// TestOwed: whoever has registered a bid and not sent its documents is told until
// when they are taken, also when an outage has moved that.
func TestOwed(t *testing.T) {
	deadline := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	x := tender.Tender{Notice: tender.Notice{Timetable: tender.Timetable{Deadline: deadline, GraceMinutes: 60}}}
	long := x
	long.Window = deadline.Add(3 * time.Hour)
	for _, c := range []struct {
		state bidding.State
		at    tender.Tender
		now   time.Duration // from the deadline
		want  time.Time
	}{
		{bidding.Registered, x, -time.Hour, deadline.Add(time.Hour)},
		{bidding.Registered, x, 59 * time.Minute, deadline.Add(time.Hour)},
		{bidding.Registered, x, time.Hour, time.Time{}},
		{bidding.Registered, long, time.Hour, long.Window},
		{bidding.Stored, x, 0, time.Time{}},
		{bidding.Lapsed, long, 0, time.Time{}},
	} {
		l := lotLine{Tender: tenderOut{c.at, deadline.Add(c.now)}, Last: &bidding.Version{State: c.state}}
		if got := l.Owed(); !got.Equal(c.want) {
			t.Errorf("%s, %s after the deadline: until %s, want %s", c.state, c.now, got, c.want)
		}
	}
	if got := (lotLine{}).Owed(); !got.IsZero() {
		t.Errorf("without a bid: %s", got)
	}
}

// TestStanding: a bidder's list says how far the lot is, and at last what came of
// the bid, in both languages.
func TestStanding(t *testing.T) {
	words := map[string]map[string]any{"en": {}, "zh": {}}
	for lang, m := range words {
		b, err := files.ReadFile("words/" + lang + ".json")
		if err == nil {
			err = json.Unmarshal(b, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	won, lost, none := &award.Notice{Won: true}, &award.Notice{}, &award.Notice{Without: "no-rece"}
	for _, c := range []struct {
		state bidding.State
		phase tender.LotPhase
		told  *award.Notice
		want  string
		tone  string
	}{
		{"", tender.Competing, nil, "none", "grey"},
		{bidding.Registered, tender.Competing, nil, "registered", "yellow"},
		{bidding.Stored, tender.Competing, nil, "stored", "green"},
		{bidding.Withdrawn, tender.Competing, nil, "withdrawn", "grey"},
		{bidding.Superseded, tender.Competing, nil, "superseded", "yellow"},
		{bidding.Stored, tender.Waiting, nil, "sealed", ""},
		{bidding.Withdrawn, tender.Waiting, nil, "withdrawn", "grey"},
		{bidding.Lapsed, tender.Opened, nil, "lapsed", "grey"},
		{bidding.Stored, tender.Opened, nil, "opened", ""},
		{bidding.Stored, tender.Qualified, nil, "qualified", ""},
		{bidding.Stored, tender.Priced, nil, "priced", ""},
		{bidding.Stored, tender.Ranked, nil, "ranked", ""},
		{bidding.Stored, tender.Standstill, won, "won", "green"},
		{bidding.Stored, tender.Standstill, lost, "lost", "grey"},
		{bidding.Stored, tender.Standstill, nil, "standstill", "grey"},
		{bidding.Stored, tender.Awarded, nil, "awarded", "grey"},
		{bidding.Stored, tender.Contracted, nil, "contracted", "grey"},
		{bidding.Stored, tender.LotUnsuccessful, none, "unsuccessful", "grey"},
		{bidding.Stored, tender.LotUnsuccessful, nil, "unsuccessful", "grey"},
		{bidding.Dropped, tender.LotCancelled, nil, "dropped", "grey"},
		{bidding.Stored, tender.LotCancelled, nil, "cancelled", "grey"},
	} {
		l := lotLine{Phase: c.phase, Told: c.told}
		if c.state != "" {
			l.Last = &bidding.Version{State: c.state}
		}
		if got, tone := l.Standing(), l.Tone(); got != c.want || tone != c.tone {
			t.Errorf("%s, %s: %s, %q; want %s, %q", c.state, c.phase, got, tone, c.want, c.tone)
		}
		for lang, m := range words {
			if m["bid.standing."+c.want] == nil {
				t.Errorf("no words for %s in %s", c.want, lang)
			}
		}
	}
}
