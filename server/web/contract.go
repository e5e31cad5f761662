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
		{At: "GET " + one + "/preview", Name: "previewContract", Right: party.ContractRead, Status: ok, Costly: true, Do: do(s.previewContract), Says: "Draws a draft as PDF, as it would be; nothing is fixed by it."},
		{At: "POST " + one + "/draw", Name: "drawContract", Right: party.ContractDraft, Status: ok, Do: do(s.drawContract), Says: "Draws the paper and fixes its hash."},
		{At: "POST " + one + "/redraft", Name: "redraftContract", Right: party.ContractDraft, Status: ok, Do: do(s.redraftContract), Says: "Takes an unsigned paper back."},
		{At: "POST " + one + "/security", Name: "secureContract", Right: party.ContractDraft, Status: ok, Do: do(s.secureContract), Says: "Records the performance security."},
		{At: "POST " + one + "/security/return", Name: "returnSecurity", Right: party.ContractApprove, Status: ok, Do: do(s.returnSecurity), Says: "Returns the performance security."},
		{At: "POST " + one + "/sign", Name: "signContract", Right: SignedIn, Status: ok, Do: do(s.signContract), Says: "Signs the hash of the paper, for one side."},
		{At: "POST " + one + "/cancel", Name: "cancelContract", Right: SignedIn, Status: ok, Do: do(s.cancelContract), Says: "Gives up a contract that is not signed."},
	}
}

type oneContract struct {
	Contract string `path:"contract" validate:"max=200"`
}

// contractOut is a contract with what is derived from it.
type contractOut struct {
	*contract.Contract
	Status  string            `json:"status" doc:"OCDS contractStatus"`
	Actions []contract.Action `json:"actions" doc:"what the asker may do now"`
	Room    *contract.Room    `json:"room,omitempty" doc:"what the limit of changes leaves"`
	Change  *contract.Change  `json:"openChange,omitempty" doc:"the change that waits to be settled"`
	ToSign  map[string]toSign `json:"toSign,omitempty" doc:"what each side signs: the paper, or the open change"`
}

// contract shows a contract to whoever asks.
func (s *Server) contract(c *Call, x *contract.Contract, err error) (contractOut, error) {
	if err != nil {
		return contractOut{}, err
	}
	actions, err := s.Contracts.Actions(c.Context(), x, c.By)
	if err != nil {
		return contractOut{}, err
	}
	out := contractOut{Contract: x, Status: x.Status(), Actions: actions, Room: x.Room()}
	if x.Body != nil && x.Sealed == nil {
		out.ToSign = map[string]toSign{}
		for _, side := range []contract.Side{contract.BuyerSide, contract.SupplierSide} {
			out.ToSign[string(side)] = toSign{sign.Contract, string(x.Signing(side))}
		}
	}
	if x.State == contract.Active {
		out.Change = x.Waiting()
	}
	if out.Change != nil {
		out.ToSign = map[string]toSign{}
		for _, side := range []contract.Side{contract.BuyerSide, contract.SupplierSide} {
			out.ToSign[string(side)] = toSign{sign.Contract, string(x.ChangeSigning(out.Change, side))}
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
	return s.contract(c, x, err)
}

func (s *Server) getContract(c *Call, in oneContract) (contractOut, error) {
	x, err := s.Contracts.Get(c.Context(), in.Contract, c.By)
	return s.contract(c, x, err)
}

type editContractIn struct {
	oneContract
	Seen IfMatch `header:"If-Match"`
	contractPlanIn
}

func (s *Server) editContract(c *Call, in editContractIn) (contractOut, error) {
	x, err := s.Contracts.Edit(c.Context(), in.Contract, int64(in.Seen), c.By, in.plan())
	return s.contract(c, x, err)
}

func (s *Server) previewContract(c *Call, in oneContract) (*File, error) {
	b, err := s.Contracts.Preview(c.Context(), in.Contract, c.By)
	return pdf(in.Contract, b, err)
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
	x, err := s.Contracts.Draw(c.Context(), in.Contract, c.By)
	return s.contract(c, x, err)
}

type contractReasonIn struct {
	oneContract
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) redraftContract(c *Call, in contractReasonIn) (contractOut, error) {
	x, err := s.Contracts.Redraft(c.Context(), in.Contract, c.By, in.Reason)
	return s.contract(c, x, err)
}

func (s *Server) cancelContract(c *Call, in contractReasonIn) (contractOut, error) {
	x, err := s.Contracts.Cancel(c.Context(), in.Contract, c.By, in.Reason)
	return s.contract(c, x, err)
}

type secureIn struct {
	oneContract
	Seen      IfMatch      `header:"If-Match"`
	Issuer    string       `json:"issuer" validate:"required,max=300"`
	Reference string       `json:"reference" validate:"required,max=200"`
	Amount    tender.Money `json:"amount"`
	Until     rules.Date   `json:"until"`
}

func (s *Server) secureContract(c *Call, in secureIn) (contractOut, error) {
	g := contract.Guarantee{Issuer: in.Issuer, Reference: in.Reference, Amount: in.Amount, Until: in.Until}
	x, err := s.Contracts.Secure(c.Context(), in.Contract, int64(in.Seen), c.By, g)
	return s.contract(c, x, err)
}

func (s *Server) returnSecurity(c *Call, in oneContract) (contractOut, error) {
	x, err := s.Contracts.ReturnSecurity(c.Context(), in.Contract, c.By)
	return s.contract(c, x, err)
}

type contractSignatureIn struct {
	oneContract
	Signature sign.Signature `json:"signature"`
}

func (s *Server) signContract(c *Call, in contractSignatureIn) (contractOut, error) {
	x, err := s.Contracts.Sign(c.Context(), in.Contract, c.By, in.Signature)
	return s.contract(c, x, err)
}
