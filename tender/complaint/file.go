package complaint

import (
	"context"
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Filing is what a complainant states.
type Filing struct {
	Remedy  string       // id of a remedy of the procedure's policy: "complaint"
	Lot     string       // "" for the whole procedure
	About   rules.Matter // what is challenged
	Award   string       // id of the award that is challenged, if About it
	Before  string       // id of the challenge that had to be taken first, if any
	Known   time.Time    // when the complainant knew of what it challenges
	Grounds tender.Text
}

// File files a complaint, or a challenge that goes to the buyer first.
func (s *Service) File(ctx context.Context, tenderID string, by party.Actor, f Filing) (View, error) {
	sc, err := s.scene(ctx, tenderID, by)
	if err != nil {
		return View{}, err
	}
	if err := party.Allowed(by, party.ComplaintFile, by.Org); err != nil {
		return View{}, err
	}
	c := &Complaint{Root: store.Root{ID: s.NewID(ctx)}, Tender: tenderID, Lot: f.Lot, About: f.About, Award: f.Award, Before: f.Before}
	c.By = tender.OrgName{ID: by.Org}
	c.Filed = award.Word{Person: award.PersonOf(by), At: sc.now}
	if c.Remedy, err = sc.tender.Policy.Remedy(f.Remedy); err != nil {
		return View{}, err
	}
	if c.Basis, err = s.basis(ctx, c, sc, f.Known); err != nil {
		return View{}, err
	}
	fact, err := c.do(File, sc, func() (map[string]any, error) { return s.fill(ctx, c, sc, f.Grounds) })
	if err != nil {
		return View{}, err
	}
	err = s.Complaints.Put(ctx, c, fact)
	if err != nil && !fault.Coded(err, Kind+".taken") { // by this very request, before it broke off
		return View{}, err
	}
	return s.after(ctx, c.ID, sc)
}

// fill completes a complaint that may be filed now.
func (s *Service) fill(ctx context.Context, c *Complaint, sc scene, grounds tender.Text) (_ map[string]any, err error) {
	if c.Grounds, err = grounds.CleanLines("grounds", MaxText); err != nil {
		return nil, err
	}
	if c.By, err = s.Suppliers.Supplier(ctx, sc.by.Org); err != nil {
		return nil, err
	}
	if err := s.standing(ctx, c); err != nil {
		return nil, err
	}
	due, err := sc.tender.Policy.DecisionDue(c.Remedy.ID, sc.now)
	if err != nil {
		return nil, err
	}
	c.Due = due.At
	c.hold(c.Remedy.Suspends)
	data := map[string]any{"org": c.By.ID, "remedy": c.Remedy.ID, "about": c.About, "grounds": c.Grounds}
	if len(c.Holds) > 0 {
		data["holds"] = c.Holds
	}
	if !c.Due.IsZero() {
		data["due"] = event.Time(c.Due)
	}
	return data, nil
}

// hold notes what may not be done until the decision.
func (c *Complaint) hold(what []rules.Held) {
	c.Holds = append(c.Holds, what...)
	if len(c.Holds) > 0 && !c.Suspended {
		c.Owed = OwesSuspension
	}
}

// release notes that what it held up goes on. It does so whether or not the
// procedure is known to have been stopped: a run that stops it may be under way.
func (c *Complaint) release() {
	if len(c.Holds) > 0 {
		c.Owed = OwesRelease
	}
}

// standing refuses complainants to whom the policy does not open the remedy.
func (s *Service) standing(ctx context.Context, c *Complaint) error {
	if c.Remedy.Who != rules.WhoBidder {
		return nil
	}
	has, err := s.Bidders.HasBid(ctx, c.Tender, c.Lot, c.By.ID)
	if err != nil {
		return err
	}
	if !has {
		return fault.New(fault.Denied, "complaint.standing", "This complaint is open only to those who have bid.")
	}
	return nil
}

// basis finds from when the time to file runs, and refuses a filing whose basis
// is not there.
func (s *Service) basis(ctx context.Context, c *Complaint, sc scene, known time.Time) (time.Time, error) {
	t := sc.tender
	if c.Lot != "" && t.Lot(c.Lot) == nil {
		return time.Time{}, fault.Field("lot.missing", "lot", "This tender has no such lot.")
	}
	if first, ok := earlier(t.Policy, c); ok {
		return s.taken(ctx, c, first, sc.now)
	}
	if c.About == rules.AboutAward {
		return s.notified(ctx, c, t)
	}
	if known.Before(t.Published) || known.After(sc.now) {
		return time.Time{}, fault.Field("complaint.known", "known", "Say when you knew of this: after publication, and not in the future.")
	}
	return known.UTC().Truncate(time.Millisecond), nil
}

// notified is when the challenged award was told to the bidders.
func (s *Service) notified(ctx context.Context, c *Complaint, t *tender.Tender) (time.Time, error) {
	a, err := s.Awards.Get(ctx, c.Award, party.PublicActor)
	if err != nil {
		return time.Time{}, err
	}
	l := t.Lot(c.Lot)
	switch {
	case a.Decision.Tender != c.Tender || a.Decision.Lot != c.Lot:
		return time.Time{}, fault.Field("complaint.award", "award", "This award is of another lot.")
	case a.Notified.IsZero() || a.State != award.Decided && a.State != award.Declined:
		return time.Time{}, fault.New(fault.Conflict, "complaint.award", "This award is not in force.")
	case l.Phase == tender.Contracted:
		return time.Time{}, fault.New(fault.Conflict, "complaint.contracted", "The contract has been signed.")
	}
	return a.Notified, nil
}

// earlier returns the remedy that has to be taken before c's: the nearest one
// before it that is open for the matter.
func earlier(p *rules.Policy, c *Complaint) (first rules.Remedy, found bool) {
	for _, r := range p.Complaints {
		if r.ID == c.Remedy.ID {
			return first, found
		}
		if r.Covers(c.About) {
			first, found = r, true
		}
	}
	return first, found
}

// taken refuses a complaint before its challenge has been answered or is
// overdue, and returns when that was.
func (s *Service) taken(ctx context.Context, c *Complaint, first rules.Remedy, now time.Time) (time.Time, error) {
	missing := fault.Field("complaint.before", "before", "Take the remedy %q first.", fault.Name{Of: "remedy", Word: first.ID})
	if c.Before == "" {
		return time.Time{}, missing
	}
	b, err := s.Complaints.Get(ctx, c.Before)
	if fault.Coded(err, Kind+".missing") {
		return time.Time{}, missing
	}
	if err != nil {
		return time.Time{}, err
	}
	if b.By.ID != c.By.ID || b.Tender != c.Tender || b.Lot != c.Lot || b.About != c.About || b.Award != c.Award || b.Remedy.ID != first.ID {
		return time.Time{}, missing
	}
	switch {
	case b.Decision != nil:
		return b.Decision.At, nil
	case b.State == Withdrawn:
		return time.Time{}, missing
	case b.Due.IsZero() || now.Before(b.Due):
		return time.Time{}, fault.New(fault.Conflict, "complaint.too_early", "The challenge that comes first is not decided yet.")
	}
	return b.Due, nil
}
