package web

import (
	"encoding/json"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// bidRoutes is submission by fingerprint, and the sealed parts that follow.
func (s *Server) bidRoutes() []Route {
	return []Route{
		{At: "POST /api/v1/tenders/{id}/bids", Name: "submitBid", Right: party.BidSubmit, Status: 201, Do: do(s.submitBid), Says: "Registers the fingerprints of a sealed bid. Only the receipt means accepted."},
		{At: "POST /api/v1/tenders/{id}/withdrawals", Name: "withdrawBid", Right: party.BidWithdraw, Status: 201, Do: do(s.withdrawBid), Says: "Takes a bid back, by a signed record."},
		{At: "GET /api/v1/desk/bids", Name: "listOwnBids", Right: party.BidReadOwn, Status: 200, Do: do(s.listOwnBids), Says: "Lists the bids of one's own organisation."},
		{At: "GET /api/v1/tenders/{id}/lots/{lot}/bid", Name: "getOwnBid", Right: party.BidReadOwn, Status: 200, Do: do(s.getOwnBid), Says: "Shows one's own bid for a lot."},
		{At: "GET /api/v1/tenders/{id}/lots/{lot}/bid/closing", Name: "getClosingProof", Right: party.BidReadOwn, Status: 200, Do: do(s.getClosingProof), Says: "Proves what the closing entries say about one's own bid."},
		{At: "POST /api/v1/tenders/{id}/lots/{lot}/bid/{seq}/envelopes/{envelope}", Name: "beginUpload", Right: party.BidUpload, Status: 200, Limit: 24 << 20, Do: do(s.beginUpload), Says: "Takes in a seal header and tells where its parts go; repeat it to resume."},
		{At: "POST /api/v1/tenders/{id}/lots/{lot}/bid/{seq}/envelopes/{envelope}/complete", Name: "completeUpload", Right: party.BidUpload, Status: 200, Within: 5 * time.Minute, Do: do(s.completeUpload), Says: "Says that all parts of an envelope are there."},
		{At: "PUT /upload/{ticket}", Name: "putPart", Right: Open, Status: 200, Limit: 64<<20 + 1, Do: do(s.putPart), Says: "Stores one part; the ticket says which, and what bytes it must be."},
		{At: "GET /api/v1/tenders/{id}/refusals", Name: "listRefusals", Right: party.BidReadOwn, Status: 200, Do: do(s.listRefusals), Says: "Lists what was offered by one's own organisation and refused."},
		{At: "GET /api/v1/desk/receipts", Name: "getReceipt", Right: party.BidReadOwn, Status: 200, Do: do(s.getReceipt), Says: "Gives the receipt for a record of one's own organisation."},
	}
}

// receiptTime is how long a submission waits for its place in the log.
const receiptTime = 20 * time.Second

// receiptOut is a record's place in the log. Receipt is a
// c2sp.org/tlog-proof@v1 whose extra data is salt and record.
type receiptOut struct {
	Fact     string `json:"fact"`
	Accepted bool   `json:"accepted" doc:"false: the record reached the log behind the closing entry"`
	Index    int64  `json:"index"`
	Receipt  string `json:"receipt"`
}

func (s *Server) receipt(c *Call, fact string) (receiptOut, error) {
	b, e, err := s.Ledger.Receipt(c.Context(), fact, receiptTime)
	if err != nil {
		return receiptOut{}, err
	}
	return receiptOut{Fact: fact, Accepted: e.Name != bidding.FactLate, Index: e.Index, Receipt: string(b)}, nil
}

type submitIn struct {
	oneTender
	Bid      sign.Signed       `json:"bid"`
	Parties  []party.Party     `json:"parties" validate:"max=100"`
	Security *bidding.Security `json:"security"`
}

type submitOut struct {
	Bid     *bidding.Bid `json:"bid"`
	Seq     int64        `json:"seq"`
	Receipt receiptOut   `json:"receipt"`
}

func (s *Server) submitBid(c *Call, in submitIn) (submitOut, error) {
	if err := names(in.Bid.Record, in.ID); err != nil {
		return submitOut{}, err
	}
	b, v, err := s.Bids.Submit(c.Context(), c.By, bidding.Submission{Signed: in.Bid, Parties: in.Parties, Security: in.Security})
	if err != nil {
		return submitOut{}, err
	}
	r, err := s.receipt(c, v.Fact)
	c.Location("/api/v1/tenders/%s/lots/%s/bid", b.Tender, b.Lot)
	return submitOut{b, v.Seq, r}, err
}

// names refuses a record that is about another tender than the path.
func names(record json.RawMessage, id string) error {
	var r struct {
		Tender string `json:"tender"`
	}
	if err := json.Unmarshal(record, &r); err != nil || r.Tender != id {
		return fault.New(fault.Invalid, "bid.other_tender", "The record is not about this tender.")
	}
	return nil
}

type withdrawIn struct {
	oneTender
	Withdrawal sign.Signed `json:"withdrawal"`
}

func (s *Server) withdrawBid(c *Call, in withdrawIn) (receiptOut, error) {
	if err := names(in.Withdrawal.Record, in.ID); err != nil {
		return receiptOut{}, err
	}
	_, fact, err := s.Bids.Withdraw(c.Context(), c.By, in.Withdrawal)
	if err != nil {
		return receiptOut{}, err
	}
	return s.receipt(c, fact)
}

func (s *Server) listOwnBids(c *Call, in Paging) (List[*bidding.Bid], error) {
	found, next, err := s.Bids.Bids.Find(c.Context(), store.Query{Index: "bidder", Eq: []any{c.By.Org}, After: in.After, Limit: in.Size()})
	return List[*bidding.Bid]{Items: found, Next: next}, err
}

func (s *Server) getOwnBid(c *Call, in oneLot) (*bidding.Bid, error) {
	return s.Bids.Own(c.Context(), c.By, in.ID, in.Lot)
}

// closingOut is what the closing entries say about one bid, each with a proof
// under the head that is in the log.
type closingOut struct {
	Closed *closingProof `json:"closed,omitempty"`
	Window *closingProof `json:"window,omitempty"`
}

type closingProof struct {
	Head    seal.ClosingHead `json:"head"`
	Proof   seal.EntryProof  `json:"proof"`
	Receipt string           `json:"receipt" doc:"of the closing entry itself"`
}

func (s *Server) getClosingProof(c *Call, in oneLot) (closingOut, error) {
	b, err := s.Bids.Own(c.Context(), c.By, in.ID, in.Lot)
	if err != nil {
		return closingOut{}, err
	}
	bounds, err := s.Openings.Bounds(c.Context(), in.ID)
	if err != nil {
		return closingOut{}, err
	}
	if bounds.Closed == nil {
		return closingOut{}, fault.New(fault.Conflict, "closing.not_yet", "The closing entry is not in the log yet.")
	}
	var out closingOut
	if out.Closed, err = s.prove(c, bounds.Closed, b); err != nil {
		return out, err
	}
	out.Window, err = s.prove(c, bounds.Window, b)
	return out, err
}

// prove finds the bidder's last entry in a closing list.
func (s *Server) prove(c *Call, list *bidding.Boundary, b *bidding.Bid) (*closingProof, error) {
	if list == nil {
		return nil, nil
	}
	for i := len(list.List.Entries) - 1; i >= 0; i-- {
		if e := list.List.Entries[i]; e.Lot == b.Lot && e.Bidder == b.Bidder.ID {
			r, _, err := s.Ledger.Receipt(c.Context(), list.Fact, 0)
			return &closingProof{list.List.Head(), list.List.Prove(i), string(r)}, err
		}
	}
	return nil, nil
}

type envelopePath struct {
	oneLot
	Seq      int64  `path:"seq" validate:"gte=1"`
	Envelope string `path:"envelope" validate:"max=40"`
}

func (p envelopePath) delivery() bidding.Delivery {
	return bidding.Delivery{Tender: p.ID, Lot: p.Lot, Seq: p.Seq, Envelope: p.Envelope}
}

type beginIn struct {
	envelopePath
	Header []byte `json:"header" validate:"required" doc:"the seal header, exactly"`
	Sums   []byte `json:"sums" validate:"required" doc:"SHA-256 of each part, one after the other"`
}

// uploadOut says which parts are there and where the others go.
type uploadOut struct {
	Payload seal.Payload     `json:"payload"`
	Done    bool             `json:"done"`
	Present []int            `json:"present" doc:"parts that are there, from 1"`
	Targets []bidding.Target `json:"targets" doc:"where to PUT the next parts; ask again for more"`
}

func (s *Server) beginUpload(c *Call, in beginIn) (uploadOut, error) {
	d := in.delivery()
	d.Header, d.Sums = in.Header, in.Sums
	u, present, targets, err := s.Bids.Begin(c.Context(), c.By, d)
	if err != nil {
		return uploadOut{}, err
	}
	return uploadOut{u.Payload, u.Done, append([]int{}, present...), append([]bidding.Target{}, targets...)}, nil
}

type completeOut struct {
	Bid     *bidding.Bid `json:"bid"`
	Stored  bool         `json:"stored" doc:"every envelope is complete"`
	Receipt *receiptOut  `json:"receipt,omitempty" doc:"that the bid is stored"`
}

func (s *Server) completeUpload(c *Call, in envelopePath) (completeOut, error) {
	b, v, err := s.Bids.Finish(c.Context(), c.By, in.delivery())
	if err != nil {
		return completeOut{}, err
	}
	out := completeOut{Bid: b, Stored: v.State == bidding.Stored}
	if v.Complete == "" {
		return out, nil
	}
	r, err := s.receipt(c, v.Complete)
	out.Receipt = &r
	return out, err
}

type partIn struct {
	Ticket string `path:"ticket" validate:"max=2000"`
	Body   Stream
}

type partOut struct {
	Stored bool `json:"stored"`
}

// putPart needs no session: the ticket was given to the bidder, says what bytes
// it is good for, and lives for minutes.
func (s *Server) putPart(c *Call, in partIn) (partOut, error) {
	upload, part, err := s.Tickets.Redeem(c.Context(), in.Ticket)
	if err != nil {
		return partOut{}, err
	}
	return partOut{true}, s.Bids.Part(c.Context(), upload, part, in.Body)
}

func (s *Server) listRefusals(c *Call, in oneTender) (List[*bidding.Refusal], error) {
	found, err := s.Bids.RefusedFor(c.Context(), c.By, in.ID)
	return List[*bidding.Refusal]{Items: found}, err
}

type receiptIn struct {
	Fact string `query:"fact" validate:"required,max=300" doc:"id of the fact, as in a bid or refusal"`
}

func (s *Server) getReceipt(c *Call, in receiptIn) (receiptOut, error) {
	if err := s.Bids.Mine(c.Context(), c.By, in.Fact); err != nil {
		return receiptOut{}, err
	}
	return s.receipt(c, in.Fact)
}
