package web

import (
	"probity/tender"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
)

// deliveryRoutes is a contract's implementation: deliveries, invoices,
// payments, changes, and its end.
func (s *Server) deliveryRoutes() []Route {
	const one = "/api/v1/contracts/{contract}"
	return []Route{
		{At: "POST " + one + "/milestones/{milestone}/deliver", Name: "deliverMilestone", Right: party.ContractDeliver, Status: ok, Do: do(s.deliverMilestone), Says: "Reports that a milestone is reached."},
		{At: "POST " + one + "/milestones/{milestone}/judge", Name: "judgeMilestone", Right: party.ContractMilestone, Status: ok, Do: do(s.judgeMilestone), Says: "Says whether a milestone is met."},
		{At: "POST " + one + "/invoices", Name: "chargeContract", Right: party.ContractDeliver, Status: ok, Once: true, Do: do(s.chargeContract), Says: "Sends an invoice."},
		{At: "POST " + one + "/payments", Name: "payContract", Right: party.ContractPay, Status: ok, Once: true, Do: do(s.payContract), Says: "Records a payment."},
		{At: "POST " + one + "/changes", Name: "proposeChange", Right: party.ContractChange, Status: ok, Limit: 1 << 20, Do: do(s.proposeChange), Says: "Proposes a change; the limit is computed at once."},
		{At: "POST " + one + "/changes/try", Name: "tryChange", Right: party.ContractChange, Status: ok, Limit: 1 << 20, Do: do(s.tryChange), Says: "Computes what a change would come to and whether the limit leaves room; nothing is stored."},
		{At: "POST " + one + "/changes/{change}/agree", Name: "agreeChange", Right: SignedIn, Status: ok, Do: do(s.agreeChange), Says: "Signs a change, for one side."},
		{At: "POST " + one + "/changes/{change}/reject", Name: "rejectChange", Right: SignedIn, Status: ok, Do: do(s.rejectChange), Says: "Rejects a change."},
		{At: "POST " + one + "/terminate", Name: "terminateContract", Right: party.ContractTerminate, Status: ok, Do: do(s.terminateContract), Says: "Ends a contract early, with reasons."},
		{At: "POST " + one + "/close", Name: "closeContract", Right: party.ContractApprove, Status: ok, Do: do(s.closeContract), Says: "Accepts the whole delivery."},
	}
}

type milestonePath struct {
	oneContract
	Milestone string `path:"milestone" validate:"max=40"`
}

type deliverIn struct {
	milestonePath
	Note tender.Text `json:"note"`
}

func (s *Server) deliverMilestone(c *Call, in deliverIn) (contractOut, error) {
	x, err := s.Contracts.Deliver(c.Context(), in.Contract, c.By, in.Milestone, in.Note)
	return s.contract(c, x, err)
}

type judgeIn struct {
	deliverIn
	Status string `json:"status" validate:"required,oneof=met notMet partiallyMet"`
}

func (s *Server) judgeMilestone(c *Call, in judgeIn) (contractOut, error) {
	x, err := s.Contracts.Judge(c.Context(), in.Contract, c.By, in.Milestone, contract.Status(in.Status), in.Note)
	return s.contract(c, x, err)
}

type invoiceIn struct {
	oneContract
	Number    string       `json:"number" validate:"required,max=100"`
	Milestone string       `json:"milestone" validate:"max=40"`
	Date      rules.Date   `json:"date"`
	Amount    tender.Money `json:"amount"`
}

func (s *Server) chargeContract(c *Call, in invoiceIn) (contractOut, error) {
	bill := contract.Invoice{Number: in.Number, Milestone: in.Milestone, Date: in.Date, Amount: in.Amount}
	x, err := s.Contracts.Charge(c.Context(), in.Contract, c.By, bill)
	return s.contract(c, x, err)
}

type paymentIn struct {
	oneContract
	Invoice   string       `json:"invoice" validate:"required,max=80"`
	Date      rules.Date   `json:"date"`
	Amount    tender.Money `json:"amount"`
	Reference string       `json:"reference" validate:"max=200"`
}

func (s *Server) payContract(c *Call, in paymentIn) (contractOut, error) {
	pay := contract.Payment{Invoice: in.Invoice, Date: in.Date, Amount: in.Amount, Reference: in.Reference}
	x, err := s.Contracts.Pay(c.Context(), in.Contract, c.By, pay)
	return s.contract(c, x, err)
}

type changeIn struct {
	oneContract
	Code       string               `json:"code" validate:"required,max=60" doc:"of eForms modification-justification"`
	Reason     tender.Text          `json:"reason" validate:"required"`
	Lines      []contract.Line      `json:"lines" validate:"max=500"`
	Removed    []string             `json:"removed" validate:"max=500"`
	Milestones []contract.Milestone `json:"milestones" validate:"max=200"`
}

func (in changeIn) change() contract.Change {
	return contract.Change{Code: in.Code, Reason: in.Reason, Lines: in.Lines, Removed: in.Removed, Milestones: in.Milestones}
}

func (s *Server) tryChange(c *Call, in changeIn) (*contract.Trial, error) {
	return s.Contracts.Try(c.Context(), in.Contract, c.By, in.change())
}

func (s *Server) proposeChange(c *Call, in changeIn) (contractOut, error) {
	x, err := s.Contracts.Propose(c.Context(), in.Contract, c.By, in.change())
	return s.contract(c, x, err)
}

type changePath struct {
	oneContract
	Change string `path:"change" validate:"max=80"`
}

type agreeIn struct {
	changePath
	Signature sign.Signature `json:"signature"`
}

func (s *Server) agreeChange(c *Call, in agreeIn) (contractOut, error) {
	x, err := s.Contracts.Agree(c.Context(), in.Contract, in.Change, c.By, in.Signature)
	return s.contract(c, x, err)
}

type rejectIn struct {
	changePath
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) rejectChange(c *Call, in rejectIn) (contractOut, error) {
	x, err := s.Contracts.Reject(c.Context(), in.Contract, in.Change, c.By, in.Reason)
	return s.contract(c, x, err)
}

func (s *Server) terminateContract(c *Call, in contractReasonIn) (contractOut, error) {
	x, err := s.Contracts.Terminate(c.Context(), in.Contract, c.By, in.Reason)
	return s.contract(c, x, err)
}

func (s *Server) closeContract(c *Call, in contractReasonIn) (contractOut, error) {
	x, err := s.Contracts.Close(c.Context(), in.Contract, c.By, in.Reason)
	return s.contract(c, x, err)
}
