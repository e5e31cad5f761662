package bid

import (
	"encoding/json"
	"testing"

	"probity/bidding"
	"probity/tender"
	"probity/tender/award"
)

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
