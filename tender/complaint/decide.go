package complaint

import (
	"context"
	"slices"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
)

// rejections are the codes of eForms review-decision-type for complaints that
// are not upheld.
var rejections = []string{
	"rej-dl-passed", "rej-ncomp", "rej-nirreg", "rej-npaid", "rej-other", "rej-resolv", "rej-signed", "other",
}

// upheld is the code for those that are.
const upheld = "accepted"

// Accept admits a complaint for a hearing. With hold, what the policy lets the
// review body hold up is so from here on, besides what the filing holds up.
func (s *Service) Accept(ctx context.Context, id string, by party.Actor, hold bool) (View, error) {
	return s.change(ctx, id, by, Accept, nil, func(c *Complaint, sc scene) (map[string]any, error) {
		c.Accepted = &Words{Word: word(sc)}
		data := map[string]any{"about": c.About, "remedy": c.Remedy.ID}
		if hold && len(c.Remedy.MaySuspend) > 0 {
			until, err := sc.tender.Policy.SuspendedUntil(c.Remedy.ID, sc.now)
			if err != nil {
				return nil, err
			}
			c.Until = until.At
			c.hold(c.Remedy.MaySuspend)
		}
		if len(c.Holds) > 0 {
			data["holds"] = c.Holds
		}
		return data, nil
	})
}

// Refuse does not admit a complaint. code is one of review-decision-type.
func (s *Service) Refuse(ctx context.Context, id string, by party.Actor, code string, reasons tender.Text) (View, error) {
	return s.change(ctx, id, by, Refuse, reasons, rejected(code))
}

// Dismiss ends a hearing without result for the complainant.
func (s *Service) Dismiss(ctx context.Context, id string, by party.Actor, code string, reasons tender.Text) (View, error) {
	return s.change(ctx, id, by, Dismiss, reasons, rejected(code))
}

func rejected(code string) fill {
	return func(c *Complaint, sc scene) (map[string]any, error) {
		if !slices.Contains(rejections, code) {
			return nil, fault.Field("complaint.code", "code", "Give a code of review-decision-type such as rej-nirreg.")
		}
		return c.decide(sc, Decision{Code: code})
	}
}

// Uphold decides for the complainant and orders what must be done.
func (s *Service) Uphold(ctx context.Context, id string, by party.Actor, order Order, reasons tender.Text) (View, error) {
	return s.change(ctx, id, by, Uphold, reasons, func(c *Complaint, sc scene) (map[string]any, error) {
		d := Decision{Code: upheld, Order: order, Award: c.contested(sc.tender)}
		if f := c.feasible(d, sc.tender); f != nil {
			return nil, f
		}
		if order != OrderSetAside && order != OrderReevaluate {
			d.Award = ""
		}
		data, err := c.decide(sc, d)
		c.Owed = OwesOrder
		return data, err
	})
}

// Reply is the buyer's answer to a challenge that goes to it. code is one of
// review-decision-type; what the buyer concedes it does by its own means.
func (s *Service) Reply(ctx context.Context, id string, by party.Actor, code string, reasons tender.Text) (View, error) {
	return s.change(ctx, id, by, Reply, reasons, func(c *Complaint, sc scene) (map[string]any, error) {
		if code != upheld && !slices.Contains(rejections, code) {
			return nil, fault.Field("complaint.code", "code", "Give a code of review-decision-type such as accepted or rej-nirreg.")
		}
		return c.decide(sc, Decision{Code: code})
	})
}

// decide puts the decision into c and ends the suspension.
func (c *Complaint) decide(sc scene, d Decision) (_ map[string]any, err error) {
	if d.Reasons, err = sc.text.CleanLines("reasons", MaxText); err != nil {
		return nil, err
	}
	d.Word = word(sc)
	c.Decision = &d
	c.release()
	data := map[string]any{"code": d.Code, "reasons": d.Reasons}
	if d.Order != "" {
		data["order"] = d.Order
	}
	if d.Award != "" {
		data["award"] = d.Award
	}
	return data, nil
}

// contested is the award that would fall: the one that is challenged, or the
// one that is in force.
func (c *Complaint) contested(t *tender.Tender) string {
	if c.Award != "" {
		return c.Award
	}
	if l := t.Lot(c.Lot); l != nil && (l.Phase == tender.Standstill || l.Phase == tender.Awarded) {
		return l.Award
	}
	return ""
}

// feasible refuses orders that the procedure cannot obey any more, or never could.
func (c *Complaint) feasible(d Decision, t *tender.Tender) *fault.Error {
	l := t.Lot(c.Lot)
	open := l != nil && !l.Ended()
	switch d.Order {
	case OrderCorrect:
		return nil
	case OrderSetAside:
		return fault.Unless(open && d.Award != "", "complaint.no_award", "There is no award of this lot that could be set aside.")
	case OrderReevaluate:
		judged := open && l.Phase != tender.Competing && l.Phase != tender.Waiting
		return fault.Unless(judged, "complaint.not_judged", "The bids for this lot are not being judged.")
	case OrderCancelLot:
		return fault.Unless(open, "complaint.no_lot", "There is no open lot that could be cancelled.")
	case OrderCancelTender:
		return fault.Unless(t.Ended.IsZero() && !contracted(t), "complaint.ended", "The procedure has ended, or a contract is signed.")
	}
	return fault.Field("complaint.order", "order", "There is no such order.")
}

func contracted(t *tender.Tender) bool {
	return slices.ContainsFunc(t.Lots, func(l tender.Lot) bool { return l.Phase == tender.Contracted })
}

// Explain is the buyer's statement before the review body.
func (s *Service) Explain(ctx context.Context, id string, by party.Actor, statement tender.Text) (View, error) {
	return s.change(ctx, id, by, Explain, statement, func(c *Complaint, sc scene) (map[string]any, error) {
		text, err := statement.CleanLines("statement", MaxText)
		c.Statement = &Words{word(sc), text}
		return map[string]any{"statement": text}, err
	})
}

// Withdraw takes a complaint back that is not decided.
func (s *Service) Withdraw(ctx context.Context, id string, by party.Actor) (View, error) {
	return s.change(ctx, id, by, Withdraw, nil, func(c *Complaint, sc scene) (map[string]any, error) {
		c.Withdrawn = &Words{Word: word(sc)}
		c.release()
		return map[string]any{"org": c.By.ID}, nil
	})
}

func word(sc scene) award.Word { return award.Word{Person: award.PersonOf(sc.by), At: sc.now} }
