package complaint

import (
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
)

// View is what somebody may see of a complaint.
type View struct {
	ID      string         `json:"id"`
	Version int64          `json:"version"`
	Tender  string         `json:"tender"`
	Lot     string         `json:"lot,omitempty"`
	State   State          `json:"state"`
	Remedy  string         `json:"remedy"`
	To      string         `json:"to"`
	About   rules.Matter   `json:"about"`
	Award   string         `json:"award,omitempty"`
	By      tender.OrgName `json:"by,omitzero"`
	Filed   time.Time      `json:"filed"`
	Grounds tender.Text    `json:"grounds,omitempty"`

	Due       time.Time    `json:"decisionDue,omitzero"` // decided strictly before it
	Until     time.Time    `json:"heldUntil,omitzero"`   // held up by the reviewer at most until it
	Holds     []rules.Held `json:"holds,omitempty"`
	Suspended bool         `json:"suspended"`
	Statement *Words       `json:"statement,omitempty"`
	Accepted  time.Time    `json:"accepted,omitzero"`
	Decision  *Decision    `json:"decision,omitempty"`
	Withdrawn time.Time    `json:"withdrawn,omitzero"`
	Resolved  time.Time    `json:"resolved,omitzero"`
	Mine      bool         `json:"mine,omitempty"` // filed by the viewer's own organisation
	Actions   []Action     `json:"actions,omitempty"`
}

func (c *Complaint) mine(sc scene) bool { return sc.by.SignedIn() && sc.by.Org == c.By.ID }

// overseen reports whether by sees everything: the reviewers and the oversight,
// but nobody of the buyer.
func (c *Complaint) overseen(sc scene) bool {
	return sc.by.Role == party.RoleClock || party.Allowed(sc.by, party.ComplaintRead) == nil
}

// Heard reports whether the complaint has come before those who decide it, or
// has ended there: from then on it is no secret that there is one.
func (c *Complaint) Heard() bool {
	return c.Accepted != nil || c.Decision != nil || c.Remedy.To == rules.ToBuyer
}

// visible hides a complaint that is not heard yet from all but the complainant,
// the reviewers and the oversight.
func (c *Complaint) visible(sc scene) error {
	if c.mine(sc) || c.overseen(sc) || c.Heard() {
		return nil
	}
	return fault.New(fault.Missing, Kind+".missing", "There is no such complaint.")
}

// show gives the view. Until bids are closed the complainant's name is for the
// reviewers and the oversight, and the grounds, which may tell it, for those who
// must answer them.
func (c *Complaint) show(sc scene) View {
	v := View{
		ID: c.ID, Version: c.Version, Tender: c.Tender, Lot: c.Lot, State: c.State,
		Remedy: c.Remedy.ID, To: c.Remedy.To, About: c.About, Award: c.Award, Filed: c.Filed.At,
		Due: c.Due, Until: c.Until, Holds: c.Holds, Suspended: c.Suspended, Statement: c.Statement, Decision: c.Decision,
		Resolved: c.Resolved, Mine: c.mine(sc),
	}
	if c.Accepted != nil {
		v.Accepted = c.Accepted.At
	}
	if c.Withdrawn != nil {
		v.Withdrawn = c.Withdrawn.At
	}
	named := v.Mine || c.overseen(sc) || !sc.tender.Closed.IsZero()
	if named {
		v.By = c.By
	}
	if named || party.Allowed(sc.by, party.ComplaintReply, sc.tender.Buyer.ID) == nil {
		v.Grounds = c.Grounds
	}
	v.Actions = life.Offered(c, sc)
	return v
}
