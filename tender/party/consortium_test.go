package party_test

import (
	"slices"
	"strings"
	"testing"

	"probity/tender/party"
)

// parties reads "a:lead:5000 b:member c:subcontractor".
func parties(s string) []party.Party {
	var list []party.Party
	for w := range strings.FieldsSeq(s) {
		part := strings.Split(w, ":")
		p := party.Party{Organisation: part[0], Role: party.PartyRole(part[1])}
		if len(part) == 3 {
			for _, c := range part[2] {
				p.Share = p.Share*10 + int(c-'0')
			}
		}
		list = append(list, p)
	}
	return list
}

func TestCheckParties(t *testing.T) {
	for _, c := range []struct{ name, parties, code string }{
		{"alone", "", ""},
		{"alone, and said so", "a:lead", ""},
		{"a consortium", "a:lead b:member", ""},
		{"a bidder with a subcontractor", "a:lead s:subcontractor", ""},
		{"with shares", "a:lead:6000 b:member:4000", ""},
		{"with some of the shares", "a:lead:6000 b:member", ""},
		{"with a subcontractor's share", "a:lead:6000 b:member:3000 s:subcontractor:1000", ""},
		{"a subcontractor's share is part of the bidder's", "a:lead:6000 b:member:3000 s:subcontractor", ""},
		{"no lead", "a:member b:member", "parties.lead"},
		{"two leads", "a:lead b:lead", "parties.lead"},
		{"another leads", "b:lead a:member", "parties.lead"},
		{"the bidder is missing", "b:member", "parties.lead"},
		{"only a subcontractor", "s:subcontractor", "parties.lead"},
		{"twice", "a:lead b:member b:member", "parties.twice"},
		{"its own subcontractor", "a:lead a:subcontractor", "parties.twice"},
		{"member and subcontractor", "a:lead b:member b:subcontractor", "parties.twice"},
		{"an unknown role", "a:lead b:friend", "parties.role"},
		{"nobody", "a:lead :member", "parties.organisation"},
		{"more than the whole", "a:lead:6000 b:member:4001", "parties.share"},
		{"less than the whole", "a:lead:6000 b:member:3999", "parties.share"},
		{"a share of more than all", "a:lead:10001", "parties.share"},
	} {
		f := party.CheckParties("a", parties(c.parties))
		if (c.code == "") != (f == nil) || f != nil && (f.Code != c.code || len(f.Field) != 1) {
			t.Errorf("%s: %v", c.name, f)
		}
	}
	if f := party.CheckParties("a", []party.Party{{Organisation: "a", Role: party.PartyLead, Share: -1}}); f == nil || f.Code != "parties.share" {
		t.Errorf("a negative share: %v", f)
	}
	if f := party.CheckParties("a", make([]party.Party, 101)); f == nil || f.Code != "parties.many" {
		t.Errorf("a crowd: %v", f)
	}
}

func TestCompeteTwice(t *testing.T) {
	for _, c := range []struct {
		name string
		bids []string
		want string
	}{
		{"apart", []string{"a:lead b:member", "c:lead"}, ""},
		{"a member bids alone", []string{"a:lead b:member", "b:lead"}, "b"},
		{"a member of two", []string{"a:lead b:member", "c:lead b:member"}, "b"},
		{"a lead is a member elsewhere", []string{"a:lead b:member", "c:lead a:member", "b:lead"}, "a b"},
		{"a subcontractor may serve all", []string{"a:lead s:subcontractor", "b:lead s:subcontractor"}, ""},
		{"a rival may be a subcontractor", []string{"a:lead b:subcontractor", "b:lead"}, ""},
		{"none", nil, ""},
	} {
		var bids [][]party.Party
		for _, b := range c.bids {
			bids = append(bids, parties(b))
		}
		if got := party.CompeteTwice(bids...); !slices.Equal(got, strings.Fields(c.want)) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}
