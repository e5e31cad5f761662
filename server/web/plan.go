package web

import (
	"slices"
	"time"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/sign"
)

// planRoutes is what public bodies intend to buy.
func (s *Server) planRoutes() []Route {
	return slices.Concat([]Route{
		{At: "GET /api/v1/plans", Name: "listPlans", Right: Open, Status: ok, Do: do(s.listPlans), Says: "Lists published plans, of a buyer, of a year or all, without their entries."},
		{At: "GET /api/v1/desk/plans", Name: "listOwnPlans", Right: party.TenderRead, Status: ok, Do: do(s.listOwnPlans), Says: "Lists the plans of one's own organisation, drafts included."},
		{At: "POST /api/v1/plans", Name: "createPlan", Right: party.PlanEdit, Status: made, Do: do(s.createPlan), Says: "Starts one's own organisation's plan for a year."},
		{At: "GET /api/v1/plans/{id}", Name: "getPlan", Right: Open, Status: ok, Do: do(s.getPlan), Says: "Shows a plan: its last edition, and to the buyer's own people what is being written."},
		{At: "PUT /api/v1/plans/{id}", Name: "describePlan", Right: party.PlanEdit, Status: ok, Do: do(s.describePlan), Says: "Replaces what a plan says about itself; its entries stay."},
		{At: "GET /api/v1/plans/{id}/editions/{number}", Name: "getPlanEdition", Right: Open, Status: ok, Do: do(s.getPlanEdition), Says: "Shows a published edition of a plan."},
		{At: "GET /api/v1/plans/{id}/differences", Name: "comparePlan", Right: Open, Status: ok, Do: do(s.comparePlan), Says: "Compares two editions of a plan, or an edition with what is being written."},
		{At: "POST /api/v1/plans/{id}/entries", Name: "addPlanEntry", Right: party.PlanEdit, Status: made, Do: do(s.addPlanEntry), Says: "Adds an entry."},
		{At: "PUT /api/v1/plans/{id}/entries/{entry}", Name: "changePlanEntry", Right: party.PlanEdit, Status: ok, Do: do(s.changePlanEntry), Says: "Replaces an entry."},
		{At: "DELETE /api/v1/plans/{id}/entries/{entry}", Name: "removePlanEntry", Right: party.PlanEdit, Status: nothing, Do: do(s.removePlanEntry), Says: "Removes an entry that was never published."},
		{At: "POST /api/v1/plans/{id}/entries/{entry}/withdraw", Name: "withdrawPlanEntry", Right: party.PlanEdit, Status: ok, Do: do(s.withdrawPlanEntry), Says: "Withdraws a published entry with a reason, from the next edition on."},
		{At: "POST /api/v1/plans/{id}/entries/{entry}/restore", Name: "restorePlanEntry", Right: party.PlanEdit, Status: ok, Do: do(s.restorePlanEntry), Says: "Takes a withdrawal back, from the next edition on."},
		{At: "POST /api/v1/plans/{id}/submit", Name: "submitPlan", Right: party.PlanEdit, Status: ok, Do: do(s.submitPlan), Says: "Hands a plan to a second person."},
		{At: "POST /api/v1/plans/{id}/return", Name: "returnPlan", Right: party.PlanPublish, Status: ok, Do: do(s.returnPlan), Says: "Gives a plan back to its drafters."},
		{At: "GET /api/v1/plans/{id}/approval", Name: "getPlanApprovalRecord", Right: party.PlanPublish, Status: ok, Do: do(s.getPlanApprovalRecord), Says: "Gives the record that an approver signs."},
		{At: "POST /api/v1/plans/{id}/approve", Name: "approvePlan", Right: party.PlanPublish, Status: ok, Do: do(s.approvePlan), Says: "Approves a plan as it stands, with a signature."},
		{At: "POST /api/v1/plans/{id}/publish", Name: "publishPlan", Right: party.PlanPublish, Status: ok, Do: do(s.publishPlan), Says: "Publishes an approved plan as its next edition."},
		{At: "POST /api/v1/plans/{id}/drop", Name: "dropPlanRevision", Right: party.PlanEdit, Status: ok, Do: do(s.dropPlanRevision), Says: "Throws a revision away: the plan is its last edition again."},
		{At: "GET /api/v1/planned", Name: "listPlanned", Right: Open, Status: ok, Do: do(s.listPlanned), Says: "Lists the published entries of all plans, the next to be expected first."},
	}, s.planRecordRoutes(), s.announcedRoutes())
}

// planOut is a plan as one person may see it, with what became of its entries.
type planOut struct {
	plan.View
	Became map[string]became `json:"became" doc:"of published entries, by id"`
	Now    time.Time         `json:"now" doc:"the legal clock"`
}

func (o planOut) etag() string { return tag(o.Version) }

// became is what has become of a published entry.
type became struct {
	State   plan.LineState `json:"state"`
	Tenders []string       `json:"tenders,omitempty"`
	Updated time.Time      `json:"updated"`
}

func (s *Server) showPlan(c *Call, v plan.View, err error) (planOut, error) {
	if err != nil {
		return planOut{}, err
	}
	now, err := c.Now()
	if err != nil {
		return planOut{}, err
	}
	out := planOut{View: v, Became: map[string]became{}, Now: now}
	lines, err := s.Plans.LinesOf(c.Context(), v.ID)
	for _, l := range lines {
		out.Became[l.Entry.ID] = became{l.State, l.Tenders, l.Updated}
	}
	return out, err
}

type listPlansIn struct {
	Paging
	Buyer string `query:"buyer" validate:"max=120" doc:"id"`
	Year  int    `query:"year" validate:"gte=0,lte=9999"`
}

// planBrief is a plan in a list, without its entries.
type planBrief struct{ plan.View }

func briefly(v plan.View) planBrief { return planBrief{v} }

func (s *Server) listPlans(c *Call, in listPlansIn) (List[planBrief], error) {
	found, next, err := s.Plans.List(c.Context(), party.PublicActor, in.Buyer, in.Year, in.After, in.Size())
	return listOf(found, next, briefly), err
}

func (s *Server) listOwnPlans(c *Call, in Paging) (List[planBrief], error) {
	found, next, err := s.Plans.Own(c.Context(), c.By, in.After, in.Size())
	return listOf(found, next, briefly), err
}

// planHead is what a plan says about itself.
type planHead struct {
	Period      *plan.Period `json:"period,omitempty" doc:"the fiscal year; the calendar's if absent"`
	Title       tender.Text  `json:"title,omitempty"`
	Description tender.Text  `json:"description,omitempty"`
	Contact     plan.Contact `json:"contact,omitempty"`
}

func (h planHead) content() plan.Content {
	c := plan.Content{Title: h.Title, Description: h.Description, Contact: h.Contact}
	if h.Period != nil {
		c.Period = *h.Period
	}
	return c
}

type createPlanIn struct {
	Year int `json:"year" validate:"gte=2000,lte=2199"`
	planHead
}

func (s *Server) createPlan(c *Call, in createPlanIn) (planOut, error) {
	content := in.content()
	content.Year = in.Year
	v, err := s.Plans.Create(c.Context(), c.By, content)
	c.Location("/api/v1/plans/%s", v.ID)
	return s.showPlan(c, v, err)
}

type onePlan struct {
	ID string `path:"id" validate:"max=120"`
}

func (s *Server) getPlan(c *Call, in onePlan) (planOut, error) {
	v, err := s.Plans.Get(c.Context(), in.ID, c.By)
	return s.showPlan(c, v, err)
}

type describePlanIn struct {
	onePlan
	Seen IfMatch `header:"If-Match"`
	planHead
}

func (s *Server) describePlan(c *Call, in describePlanIn) (planOut, error) {
	v, err := s.Plans.Describe(c.Context(), in.ID, int64(in.Seen), c.By, in.content())
	return s.showPlan(c, v, err)
}

type planEditionIn struct {
	onePlan
	Number int `path:"number" validate:"gte=0,lte=9999"`
}

// planEdition is a published edition whole.
type planEdition struct {
	plan.Edition
	Content plan.Content `json:"says"`
}

func (s *Server) getPlanEdition(c *Call, in planEditionIn) (planEdition, error) {
	e, content, err := s.Plans.Edition(c.Context(), in.ID, c.By, in.Number)
	return planEdition{e, content}, err
}

type comparePlanIn struct {
	onePlan
	From int `query:"from" validate:"gte=0,lte=9999" doc:"number of an edition; 0 for what is being written"`
	To   int `query:"to" validate:"gte=0,lte=9999" doc:"the same"`
}

func (s *Server) comparePlan(c *Call, in comparePlanIn) (List[tender.Difference], error) {
	found, err := s.Plans.Compare(c.Context(), in.ID, c.By, in.From, in.To)
	return List[tender.Difference]{Items: append([]tender.Difference{}, found...)}, err
}

func (s *Server) submitPlan(c *Call, in onePlan) (planOut, error) {
	v, err := s.Plans.Submit(c.Context(), in.ID, c.By)
	return s.showPlan(c, v, err)
}

type returnPlanIn struct {
	onePlan
	Reason string `json:"reason" validate:"required,max=1500"`
}

func (s *Server) returnPlan(c *Call, in returnPlanIn) (planOut, error) {
	v, err := s.Plans.Return(c.Context(), in.ID, c.By, in.Reason)
	return s.showPlan(c, v, err)
}

// planToSign lets the approver's device compare what it signs with what it is
// shown.
type planToSign struct {
	toSign
	Content plan.Content `json:"content" doc:"what the record is about: the plan as the public will see it"`
}

func (s *Server) getPlanApprovalRecord(c *Call, in onePlan) (planToSign, error) {
	record, content, err := s.Plans.ToSign(c.Context(), in.ID, c.By)
	return planToSign{toSign{sign.Approve, string(record)}, content}, err
}

type approvePlanIn struct {
	onePlan
	Signature sign.Signature `json:"signature"`
}

func (s *Server) approvePlan(c *Call, in approvePlanIn) (planOut, error) {
	v, err := s.Plans.Approve(c.Context(), in.ID, c.By, in.Signature)
	return s.showPlan(c, v, err)
}

func (s *Server) publishPlan(c *Call, in onePlan) (planOut, error) {
	v, err := s.Plans.Publish(c.Context(), in.ID, c.By)
	return s.showPlan(c, v, err)
}

type dropPlanIn struct {
	onePlan
	Seen IfMatch `header:"If-Match"`
}

func (s *Server) dropPlanRevision(c *Call, in dropPlanIn) (planOut, error) {
	v, err := s.Plans.Drop(c.Context(), in.ID, int64(in.Seen), c.By)
	return s.showPlan(c, v, err)
}
