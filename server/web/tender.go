package web

import (
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
)

// tenderRoutes is the life of a procedure up to its sealing.
func (s *Server) tenderRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders", Name: "listTenders", Right: Open, Status: 200, Do: do(s.listTenders), Says: "Lists published tenders, newest first."},
		{At: "GET /api/v1/desk/tenders", Name: "listOwnTenders", Right: party.TenderRead, Status: 200, Do: do(s.listOwnTenders), Says: "Lists the tenders of one's own organisation, drafts included."},
		{At: "POST /api/v1/tenders", Name: "createTender", Right: party.TenderCreate, Status: 201, Limit: noticeLimit, Do: do(s.createTender), Says: "Starts a draft."},
		{At: "GET /api/v1/tenders/{id}", Name: "getTender", Right: Open, Status: 200, Do: do(s.getTender), Says: "Shows a tender and what the asker may do to it."},
		{At: "PUT /api/v1/tenders/{id}", Name: "editTender", Right: party.TenderEdit, Status: 200, Limit: noticeLimit, Do: do(s.editTender), Says: "Replaces a draft."},
		{At: "POST /api/v1/tenders/{id}/submit", Name: "submitTender", Right: party.TenderSubmit, Status: 200, Do: do(s.submitTender), Says: "Hands a draft to a second person."},
		{At: "POST /api/v1/tenders/{id}/return", Name: "returnTender", Right: party.TenderApprove, Status: 200, Do: do(s.returnTender), Says: "Gives a notice back to its drafters."},
		{At: "GET /api/v1/tenders/{id}/approval", Name: "getApprovalRecord", Right: party.TenderRead, Status: 200, Do: do(s.getApprovalRecord), Says: "Gives the record that an approver signs."},
		{At: "POST /api/v1/tenders/{id}/approve", Name: "approveTender", Right: party.TenderApprove, Status: 200, Do: do(s.approveTender), Says: "Approves the notice as it stands, with a signature."},
		{At: "POST /api/v1/tenders/{id}/publish", Name: "publishTender", Right: party.TenderPublish, Status: 200, Do: do(s.publishTender), Says: "Publishes an approved notice with its opener manifest."},
		{At: "PUT /api/v1/tenders/{id}/notice", Name: "amendTender", Right: party.TenderAmend, Status: 200, Limit: noticeLimit, Do: do(s.amendTender), Says: "Amends a published notice; earlier versions stay."},
		{At: "POST /api/v1/tenders/{id}/extend", Name: "extendTender", Right: party.TenderAmend, Status: 200, Do: do(s.extendTender), Says: "Moves the deadline forward."},
		{At: "POST /api/v1/tenders/{id}/cancel", Name: "cancelTender", Right: party.TenderCancel, Status: 200, Do: do(s.cancelTender), Says: "Ends a procedure; sealed bids are never opened."},
		{At: "POST /api/v1/tenders/{id}/lots/{lot}/cancel", Name: "cancelLot", Right: party.TenderCancel, Status: 200, Do: do(s.cancelLot), Says: "Ends one lot."},
		{At: "GET /api/v1/tenders/{id}/evidence", Name: "getTenderEvidence", Right: Open, Status: 200, Do: do(s.getTenderEvidence), Says: "Gives what a bidder checks a tender by: receipts of its manifest and of later deadlines, and the openers' device keys."},
		{At: "GET /api/v1/tenders/{id}/timetable", Name: "reckonTimetable", Right: party.TenderRead, Status: 200, Do: do(s.reckonTimetable), Says: "Reckons the earliest deadline, with each step and its source."},
		{At: "GET /api/v1/rules", Name: "listRuleSets", Right: Open, Status: 200, Do: do(s.listRuleSets), Says: "Lists the rule sets and their procedures."},
	}
}

// noticeLimit is the largest notice that is read.
const noticeLimit = 4 << 20

// tenderOut is a tender as one person may see it.
type tenderOut struct {
	tender.Tender
	Actions    []tender.Action            `json:"actions" doc:"what the asker may do now"`
	LotActions map[string][]tender.Action `json:"lotActions,omitempty"`
	Waits      []tender.Wait              `json:"waits,omitempty" doc:"what the procedure waits for, and whose step it is; for the buyer's people"`
	Now        time.Time                  `json:"now" doc:"the legal clock"`
	Sandbox    bool                       `json:"sandbox,omitempty"`
}

func (o tenderOut) etag() string { return tag(o.Version) }

// show leaves out what the asker may not see: who judges, until it is over,
// and any number that would tell how many bids there are before the opening.
func (s *Server) show(c *Call, t *tender.Tender, err error) (tenderOut, error) {
	if err != nil {
		return tenderOut{}, err
	}
	now, err := c.Now()
	if err != nil {
		return tenderOut{}, err
	}
	ask := tender.Ask{By: c.By, Now: now}
	out := tenderOut{Tender: *t, Actions: t.Actions(ask), Now: now, Sandbox: s.Sandbox, LotActions: map[string][]tender.Action{}}
	if out.Actions == nil {
		out.Actions = []tender.Action{}
	}
	if party.Allowed(c.By, party.TenderRead, t.Buyer.ID) == nil {
		out.Waits = t.Waits()
	} else {
		out.Duties, out.Panel, out.Next, out.Returned, out.Amendment = nil, nil, nil, nil, nil
	}
	out.Lots = append([]tender.Lot(nil), t.Lots...)
	for i, l := range out.Lots {
		if l.Phase == tender.Competing || l.Phase == tender.Waiting {
			out.Lots[i].Stored = 0
		}
		if a := t.LotActions(l.ID, ask); len(a) > 0 {
			out.LotActions[l.ID] = a
		}
	}
	return out, nil
}

// planIn is a draft as an officer sends it.
type planIn struct {
	Notice  tender.Notice        `json:"notice"`
	RuleSet string               `json:"ruleSet" validate:"required,max=80"`
	Openers []tender.OpenerGroup `json:"openers" validate:"max=8"`
	Panel   []tender.Member      `json:"panel" validate:"max=100"`
}

func (p planIn) plan() tender.Plan {
	return tender.Plan{Notice: p.Notice, RuleSet: p.RuleSet, Groups: p.Openers, Panel: p.Panel}
}

func (s *Server) createTender(c *Call, in planIn) (tenderOut, error) {
	t, err := s.Tenders.Create(c.Context(), c.By, in.plan())
	if err == nil {
		c.Location("/api/v1/tenders/%s", t.ID)
	}
	return s.show(c, t, err)
}

type oneTender struct {
	ID string `path:"id" validate:"max=120"`
}

func (s *Server) getTender(c *Call, in oneTender) (tenderOut, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	return s.show(c, t, err)
}

type editTenderIn struct {
	oneTender
	Seen IfMatch `header:"If-Match"`
	planIn
}

func (s *Server) editTender(c *Call, in editTenderIn) (tenderOut, error) {
	t, err := s.Tenders.Edit(c.Context(), in.ID, int64(in.Seen), c.By, in.plan())
	return s.show(c, t, err)
}

func (s *Server) submitTender(c *Call, in oneTender) (tenderOut, error) {
	t, err := s.Tenders.Submit(c.Context(), in.ID, c.By)
	return s.show(c, t, err)
}

type tenderReasonIn struct {
	oneTender
	Reason string `json:"reason" validate:"required,max=4000"`
}

func (s *Server) returnTender(c *Call, in tenderReasonIn) (tenderOut, error) {
	t, err := s.Tenders.Return(c.Context(), in.ID, c.By, in.Reason)
	return s.show(c, t, err)
}

// toSign is a record that somebody is to sign, with its domain.
type toSign struct {
	Domain sign.Domain `json:"domain"`
	Record string      `json:"record" doc:"canonical JSON, exactly these bytes"`
}

func (s *Server) getApprovalRecord(c *Call, in oneTender) (toSign, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return toSign{}, err
	}
	record := tender.ApprovalRecord{Kind: "approve", Notice: t.Notice.Hash(), Tender: t.ID}
	return toSign{sign.Approve, string(canon.Must(record))}, nil
}

type signatureIn struct {
	oneTender
	Signature sign.Signature `json:"signature"`
}

func (s *Server) approveTender(c *Call, in signatureIn) (tenderOut, error) {
	t, err := s.Tenders.Approve(c.Context(), in.ID, c.By, in.Signature)
	return s.show(c, t, err)
}

func (s *Server) publishTender(c *Call, in oneTender) (tenderOut, error) {
	t, err := s.Tenders.Publish(c.Context(), in.ID, c.By)
	return s.show(c, t, err)
}

type amendIn struct {
	oneTender
	Seen   IfMatch       `header:"If-Match"`
	Notice tender.Notice `json:"notice"`
	Reason string        `json:"reason" validate:"required,max=4000"`
}

func (s *Server) amendTender(c *Call, in amendIn) (tenderOut, error) {
	t, err := s.Tenders.Amend(c.Context(), in.ID, int64(in.Seen), c.By, in.Notice, in.Reason)
	return s.show(c, t, err)
}

type extendIn struct {
	oneTender
	Deadline time.Time `json:"deadline"`
	Reason   string    `json:"reason" validate:"required,max=4000"`
}

func (s *Server) extendTender(c *Call, in extendIn) (tenderOut, error) {
	t, err := s.Tenders.Extend(c.Context(), in.ID, c.By, in.Deadline, in.Reason)
	return s.show(c, t, err)
}

func (s *Server) cancelTender(c *Call, in tenderReasonIn) (tenderOut, error) {
	t, err := s.Tenders.Cancel(c.Context(), in.ID, c.By, in.Reason)
	return s.show(c, t, err)
}

type oneLot struct {
	oneTender
	Lot string `path:"lot" validate:"max=40"`
}

type cancelLotIn struct {
	oneLot
	Reason string `json:"reason" validate:"required,max=4000"`
}

func (s *Server) cancelLot(c *Call, in cancelLotIn) (tenderOut, error) {
	t, err := s.Tenders.MoveLot(c.Context(), in.ID, in.Lot, tender.CancelLot, tender.Ask{By: c.By, Reason: in.Reason}, nil)
	return s.show(c, t, err)
}

// reckoned is a date with the way to it.
type reckoned struct {
	Earliest time.Time `json:"earliest"`
	Steps    []string  `json:"steps"`
}

func (s *Server) reckonTimetable(c *Call, in oneTender) (reckoned, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return reckoned{}, err
	}
	r := t.Policy.EarliestDeadline(t.Notice.Timetable.Publish, append(rules.Platform(), t.Notice.Circumstances...))
	out := reckoned{Earliest: r.At, Steps: []string{}}
	for _, step := range r.Steps {
		out.Steps = append(out.Steps, step.String())
	}
	return out, nil
}

// ruleSetOut is a rule set with the policy of each of its procedures.
type ruleSetOut struct {
	ID         string          `json:"id"`
	Edition    string          `json:"edition"`
	Title      tender.Text     `json:"title"`
	Laws       []rules.Law     `json:"laws"`
	Procedures []*rules.Policy `json:"procedures"`
}

func (s *Server) listRuleSets(*Call, Nothing) (List[ruleSetOut], error) {
	out := List[ruleSetOut]{Items: []ruleSetOut{}}
	for _, set := range s.Tenders.Rules.Sets() {
		x := ruleSetOut{set.ID, set.Edition, set.Title, append([]rules.Law{}, set.Laws...), nil}
		for _, name := range set.Procedures() {
			p, err := set.Policy(name)
			if err != nil {
				return out, err
			}
			x.Procedures = append(x.Procedures, p)
		}
		out.Items = append(out.Items, x)
	}
	return out, nil
}
