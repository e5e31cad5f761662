package web

import (
	"bytes"
	"io"

	"probity/tender"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
)

// contractRoutes is the contract and its implementation.
func (s *Server) contractRoutes() []Route {
	const one = "/api/v1/contracts/{contract}"
	return []Route{
		{At: "GET /api/v1/tenders/{id}/contracts", Name: "listContracts", Right: Open, Status: ok, Do: do(s.listContracts), Says: "Lists the contracts of a tender."},
		{At: "GET /api/v1/desk/contracts", Name: "listOwnContracts", Right: party.ContractRead, Status: ok, Do: do(s.listOwnContracts), Says: "Lists the contracts of one's own organisation."},
		{At: "POST /api/v1/tenders/{id}/lots/{lot}/contract", Name: "draftContract", Right: party.ContractDraft, Status: made, Limit: 1 << 20, Do: do(s.draftContract), Says: "Drafts the contract of an awarded lot; prices come from the bid."},
		{At: "GET " + one, Name: "getContract", Right: Open, Status: ok, Do: do(s.getContract), Says: "Shows a contract, what is left of its limits, and what each side signs."},
		{At: "PUT " + one, Name: "editContract", Right: party.ContractDraft, Status: ok, Limit: 1 << 20, Do: do(s.editContract), Says: "Replaces a draft."},
		{At: "GET " + one + "/paper", Name: "getContractPaper", Right: Open, Status: ok, Do: do(s.getContractPaper), Says: "Gives the contract as PDF: sealed, or the body that is signed."},
		{At: "POST " + one + "/draw", Name: "drawContract", Right: party.ContractDraft, Status: ok, Do: do(s.drawContract), Says: "Draws the paper and fixes its hash."},
		{At: "POST " + one + "/redraft", Name: "redraftContract", Right: party.ContractDraft, Status: ok, Do: do(s.redraftContract), Says: "Takes an unsigned paper back."},
		{At: "POST " + one + "/security", Name: "secureContract", Right: party.ContractDraft, Status: ok, Do: do(s.secureContract), Says: "Records the performance security."},
		{At: "POST " + one + "/security/return", Name: "returnSecurity", Right: party.ContractMilestone, Status: ok, Do: do(s.returnSecurity), Says: "Returns the performance security."},
		{At: "POST " + one + "/sign", Name: "signContract", Right: SignedIn, Status: ok, Do: do(s.signContract), Says: "Signs the hash of the paper, for one side."},
		{At: "POST " + one + "/cancel", Name: "cancelContract", Right: SignedIn, Status: ok, Do: do(s.cancelContract), Says: "Gives up a contract that is not signed."},
		{At: "POST " + one + "/milestones/{milestone}/deliver", Name: "deliverMilestone", Right: party.ContractDeliver, Status: ok, Do: do(s.deliverMilestone), Says: "Reports that a milestone is reached."},
		{At: "POST " + one + "/milestones/{milestone}/judge", Name: "judgeMilestone", Right: party.ContractMilestone, Status: ok, Do: do(s.judgeMilestone), Says: "Says whether a milestone is met."},
		{At: "POST " + one + "/invoices", Name: "chargeContract", Right: party.ContractDeliver, Status: ok, Do: do(s.chargeContract), Says: "Sends an invoice."},
		{At: "POST " + one + "/payments", Name: "payContract", Right: party.ContractPay, Status: ok, Do: do(s.payContract), Says: "Records a payment."},
		{At: "POST " + one + "/changes", Name: "proposeChange", Right: party.ContractChange, Status: ok, Limit: 1 << 20, Do: do(s.proposeChange), Says: "Proposes a change; the limit is computed at once."},
		{At: "POST " + one + "/changes/{change}/agree", Name: "agreeChange", Right: SignedIn, Status: ok, Do: do(s.agreeChange), Says: "Signs a change, for one side."},
		{At: "POST " + one + "/changes/{change}/reject", Name: "rejectChange", Right: SignedIn, Status: ok, Do: do(s.rejectChange), Says: "Rejects a change."},
		{At: "POST " + one + "/terminate", Name: "terminateContract", Right: party.ContractTerminate, Status: ok, Do: do(s.terminateContract), Says: "Ends a contract early, with reasons."},
		{At: "POST " + one + "/close", Name: "closeContract", Right: party.ContractApprove, Status: ok, Do: do(s.closeContract), Says: "Accepts the whole delivery."},
	}
}

type oneContract struct {
	Contract string `path:"contract" validate:"max=200"`
}

// contractOut is a contract with what is derived from it.
type contractOut struct {
	*contract.Contract
	Status string            `json:"status" doc:"OCDS contractStatus"`
	Room   *contract.Room    `json:"room,omitempty" doc:"what the limit of changes leaves"`
	ToSign map[string]toSign `json:"toSign,omitempty" doc:"what each side signs"`
}

func showContract(x *contract.Contract, err error) (contractOut, error) {
	if err != nil {
		return contractOut{}, err
	}
	out := contractOut{x, x.Status(), x.Room(), nil}
	if x.Body != nil && x.Sealed == nil {
		out.ToSign = map[string]toSign{}
		for _, side := range []contract.Side{contract.BuyerSide, contract.SupplierSide} {
			out.ToSign[string(side)] = toSign{sign.Contract, string(x.Signing(side))}
		}
	}
	return out, nil
}

type listContractsIn struct {
	oneTender
	Paging
}

func (s *Server) listContracts(c *Call, in listContractsIn) (List[*contract.Contract], error) {
	list, next, err := s.Contracts.List(c.Context(), in.ID, c.By, in.After, in.Size())
	return List[*contract.Contract]{Items: append([]*contract.Contract{}, list...), Next: next}, err
}

func (s *Server) listOwnContracts(c *Call, in Paging) (List[*contract.Contract], error) {
	list, next, err := s.Contracts.Mine(c.Context(), c.By, in.After, in.Size())
	return List[*contract.Contract]{Items: append([]*contract.Contract{}, list...), Next: next}, err
}

// contractPlanIn is what is typed of a contract; the rest is known.
type contractPlanIn struct {
	Number   string            `json:"number" validate:"max=100"`
	Title    tender.Text       `json:"title"`
	Date     rules.Date        `json:"date"`
	Clauses  []contract.Clause `json:"clauses" validate:"max=200"`
	Buyer    representativeIn  `json:"buyer"`
	Supplier representativeIn  `json:"supplier"`
}

type representativeIn struct {
	Name     string      `json:"name" validate:"max=200"`
	Position tender.Text `json:"position"`
}

func (p contractPlanIn) plan() contract.Plan {
	return contract.Plan{Number: p.Number, Title: p.Title, Date: p.Date, Clauses: p.Clauses,
		Buyer: contract.Representative(p.Buyer), Supplier: contract.Representative(p.Supplier)}
}

type draftContractIn struct {
	oneLot
	contractPlanIn
}

func (s *Server) draftContract(c *Call, in draftContractIn) (contractOut, error) {
	x, err := s.Contracts.Draft(c.Context(), in.ID, in.Lot, c.By, in.plan())
	if err == nil {
		c.Location("/api/v1/contracts/%s", x.ID)
	}
	return showContract(x, err)
}

func (s *Server) getContract(c *Call, in oneContract) (contractOut, error) {
	return showContract(s.Contracts.Get(c.Context(), in.Contract, c.By))
}

type editContractIn struct {
	oneContract
	Seen IfMatch `header:"If-Match"`
	contractPlanIn
}

func (s *Server) editContract(c *Call, in editContractIn) (contractOut, error) {
	return showContract(s.Contracts.Edit(c.Context(), in.Contract, int64(in.Seen), c.By, in.plan()))
}

func (s *Server) getContractPaper(c *Call, in oneContract) (*File, error) {
	b, err := s.Contracts.Paper(c.Context(), in.Contract, c.By)
	return pdf(in.Contract, b, err)
}

// pdf answers with a paper.
func pdf(name string, b []byte, err error) (*File, error) {
	if err != nil {
		return nil, err
	}
	return &File{Type: "application/pdf", Name: name + ".pdf", Body: io.NopCloser(bytes.NewReader(b)), Length: int64(len(b))}, nil
}

func (s *Server) drawContract(c *Call, in oneContract) (contractOut, error) {
	return showContract(s.Contracts.Draw(c.Context(), in.Contract, c.By))
}

type contractReasonIn struct {
	oneContract
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) redraftContract(c *Call, in contractReasonIn) (contractOut, error) {
	return showContract(s.Contracts.Redraft(c.Context(), in.Contract, c.By, in.Reason))
}

func (s *Server) cancelContract(c *Call, in contractReasonIn) (contractOut, error) {
	return showContract(s.Contracts.Cancel(c.Context(), in.Contract, c.By, in.Reason))
}

func (s *Server) terminateContract(c *Call, in contractReasonIn) (contractOut, error) {
	return showContract(s.Contracts.Terminate(c.Context(), in.Contract, c.By, in.Reason))
}

func (s *Server) closeContract(c *Call, in contractReasonIn) (contractOut, error) {
	return showContract(s.Contracts.Close(c.Context(), in.Contract, c.By, in.Reason))
}

type secureIn struct {
	oneContract
	Issuer    string       `json:"issuer" validate:"required,max=300"`
	Reference string       `json:"reference" validate:"required,max=200"`
	Amount    tender.Money `json:"amount"`
	Until     rules.Date   `json:"until"`
}

func (s *Server) secureContract(c *Call, in secureIn) (contractOut, error) {
	g := contract.Guarantee{Issuer: in.Issuer, Reference: in.Reference, Amount: in.Amount, Until: in.Until}
	return showContract(s.Contracts.Secure(c.Context(), in.Contract, c.By, g))
}

func (s *Server) returnSecurity(c *Call, in oneContract) (contractOut, error) {
	return showContract(s.Contracts.ReturnSecurity(c.Context(), in.Contract, c.By))
}

type contractSignatureIn struct {
	oneContract
	Signature sign.Signature `json:"signature"`
}

func (s *Server) signContract(c *Call, in contractSignatureIn) (contractOut, error) {
	return showContract(s.Contracts.Sign(c.Context(), in.Contract, c.By, in.Signature))
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
	return showContract(s.Contracts.Deliver(c.Context(), in.Contract, c.By, in.Milestone, in.Note))
}

type judgeIn struct {
	deliverIn
	Status string `json:"status" validate:"required,oneof=met notMet partiallyMet"`
}

func (s *Server) judgeMilestone(c *Call, in judgeIn) (contractOut, error) {
	return showContract(s.Contracts.Judge(c.Context(), in.Contract, c.By, in.Milestone, contract.Status(in.Status), in.Note))
}

type invoiceIn struct {
	oneContract
	Number    string       `json:"number" validate:"required,max=100"`
	Milestone string       `json:"milestone" validate:"max=40"`
	Date      rules.Date   `json:"date"`
	Amount    tender.Money `json:"amount"`
}

func (s *Server) chargeContract(c *Call, in invoiceIn) (contractOut, error) {
	x := contract.Invoice{ID: c.NewID(), Number: in.Number, Milestone: in.Milestone, Date: in.Date, Amount: in.Amount}
	return showContract(s.Contracts.Charge(c.Context(), in.Contract, c.By, x))
}

type paymentIn struct {
	oneContract
	Invoice   string       `json:"invoice" validate:"required,max=80"`
	Date      rules.Date   `json:"date"`
	Amount    tender.Money `json:"amount"`
	Reference string       `json:"reference" validate:"max=200"`
}

func (s *Server) payContract(c *Call, in paymentIn) (contractOut, error) {
	x := contract.Payment{ID: c.NewID(), Invoice: in.Invoice, Date: in.Date, Amount: in.Amount, Reference: in.Reference}
	return showContract(s.Contracts.Pay(c.Context(), in.Contract, c.By, x))
}

type changeIn struct {
	oneContract
	Code       string               `json:"code" validate:"required,max=60" doc:"of eForms modification-justification"`
	Reason     tender.Text          `json:"reason" validate:"required"`
	Lines      []contract.Line      `json:"lines" validate:"max=500"`
	Removed    []string             `json:"removed" validate:"max=500"`
	Milestones []contract.Milestone `json:"milestones" validate:"max=200"`
}

func (s *Server) proposeChange(c *Call, in changeIn) (contractOut, error) {
	x := contract.Change{ID: c.NewID(), Code: in.Code, Reason: in.Reason, Lines: in.Lines, Removed: in.Removed, Milestones: in.Milestones}
	return showContract(s.Contracts.Propose(c.Context(), in.Contract, c.By, x))
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
	return showContract(s.Contracts.Agree(c.Context(), in.Contract, in.Change, c.By, in.Signature))
}

type rejectIn struct {
	changePath
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) rejectChange(c *Call, in rejectIn) (contractOut, error) {
	return showContract(s.Contracts.Reject(c.Context(), in.Contract, in.Change, c.By, in.Reason))
}
