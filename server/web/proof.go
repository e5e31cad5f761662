package web

import (
	"time"

	"probity/tender/contract"
	"probity/tender/fault"
)

// proofRoutes are the addresses that are printed on papers. They are served
// for ever.
func (s *Server) proofRoutes() []Route {
	return []Route{
		{At: "GET /verify/log/{index}", Name: "proveEntry", Right: Open, Status: ok, Do: do(s.proveEntry), Says: "Proves that an entry stands in the log; it shows the entry's hash and nothing of what it says."},
		{At: "GET /verify/contract/{contract}", Name: "proveContract", Right: Open, Status: ok, Do: do(s.proveContract), Says: "Tells what a contract's paper must be, to compare a copy with."},
	}
}

type entryIn struct {
	Index int64 `path:"index" validate:"gte=0"`
}

type entryOut struct {
	Index      int64    `json:"index"`
	Leaf       []byte   `json:"leaf"`
	Proof      []string `json:"proof" doc:"hashes in base64, RFC 6962 section 2.1.1"`
	Checkpoint string   `json:"checkpoint"`
}

func (s *Server) proveEntry(c *Call, in entryIn) (entryOut, error) {
	leaf, proof, checkpoint, err := s.Ledger.Prove(c.Context(), in.Index)
	return entryOut{in.Index, leaf, append([]string{}, proof...), string(checkpoint)}, err
}

// contractProof is what a copy of a contract is compared with.
type contractProof struct {
	Contract string    `json:"contract"`
	Tender   string    `json:"tender"`
	Status   string    `json:"status" doc:"OCDS contractStatus"`
	SHA256   string    `json:"sha256" doc:"of the sealed file, in hex"`
	Body     string    `json:"body" doc:"SHA-256 of what both sides signed, in hex"`
	Sealed   time.Time `json:"sealed"`
}

func (s *Server) proveContract(c *Call, in oneContract) (contractProof, error) {
	x, err := s.Contracts.Get(c.Context(), in.Contract, c.By)
	if err != nil {
		return contractProof{}, err
	}
	if x.Sealed == nil || x.Body == nil {
		return contractProof{}, fault.New(fault.Missing, contract.Kind+".unsealed", "This contract is not in force yet.")
	}
	return contractProof{x.ID, x.Record.Tender, x.Status(), x.Sealed.SHA256, x.Body.SHA256, x.Sealed.At}, nil
}
