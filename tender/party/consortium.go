package party

import (
	"slices"

	"probity/tender/fault"
)

// Party is one organisation behind a bid.
type Party struct {
	Organisation string    `json:"organisation"` // id on this platform
	Role         PartyRole `json:"role"`

	// Share of the work, in hundredths of a percent; 0 if it is not said.
	Share int `json:"share,omitempty"`
}

// PartyRole is what an organisation is in a bid.
type PartyRole string

// The roles. Lead and members are the bidder together, and answer for all of it.
const (
	PartyLead          PartyRole = "lead"
	PartyMember        PartyRole = "member"
	PartySubcontractor PartyRole = "subcontractor"
)

// whole is all of it, in hundredths of a percent.
const whole = 10000

// maxParties bounds a consortium and its subcontractors.
const maxParties = 100

// Competes reports whether the organisation competes with this bid, and so may
// not compete with another for the same lot. A subcontractor does not.
func (p Party) Competes() bool { return p.Role == PartyLead || p.Role == PartyMember }

// CheckParties refuses parties that do not fit together. No parties at all
// stand for a bidder alone; else the bidder is among them as the one lead,
// nobody is named twice, and the shares of all, if they are said, are not more
// than the whole, and exactly the whole if every lead and member says theirs
// and there are no subcontractors.
func CheckParties(bidder string, parties []Party) *fault.Error {
	if len(parties) > maxParties {
		return fault.Field("parties.many", "parties", "A bid has up to %d parties.", maxParties)
	}
	total, said, subcontractors := 0, true, false
	leads := 0
	for i, p := range parties {
		path := at("parties", i)
		switch {
		case p.Organisation == "":
			return fault.Field("parties.organisation", path+".organisation", "Name the organisation.")
		case !slices.Contains([]PartyRole{PartyLead, PartyMember, PartySubcontractor}, p.Role):
			return fault.Field("parties.role", path+".role", "A party is lead, member or subcontractor.")
		case p.Share < 0 || p.Share > whole:
			return fault.Field("parties.share", path+".share", "A share is 0 to 10000 hundredths of a percent.")
		case slices.ContainsFunc(parties[:i], func(q Party) bool { return q.Organisation == p.Organisation }):
			return fault.Field("parties.twice", path+".organisation", "This organisation is named twice.")
		case p.Role == PartyLead && p.Organisation != bidder:
			return fault.Field("parties.lead", path+".role", "The lead is the organisation that bids.")
		}
		if p.Role == PartyLead {
			leads++
		}
		total += p.Share
		said = said && (p.Share > 0 || !p.Competes())
		subcontractors = subcontractors || !p.Competes()
	}
	switch {
	case len(parties) == 0:
		return nil
	case leads != 1:
		return fault.Field("parties.lead", "parties", "One party, the organisation that bids, is the lead.")
	case total > whole:
		return fault.Field("parties.share", "parties", "The shares are more than the whole.")
	case said && !subcontractors && total != whole:
		return fault.Field("parties.share", "parties", "The shares are less than the whole.")
	}
	return nil
}

// CompeteTwice lists the organisations that compete with more than one of the
// given bids, which are bids for one lot: a member of a consortium may bid
// neither alone nor in another one. For a bidder alone give a lead alone.
func CompeteTwice(bids ...[]Party) []string {
	seen := map[string]int{}
	for _, parties := range bids {
		for _, p := range parties {
			if p.Competes() {
				seen[p.Organisation]++
			}
		}
	}
	var list []string
	for org, n := range seen {
		if n > 1 {
			list = append(list, org)
		}
	}
	slices.Sort(list)
	return list
}
