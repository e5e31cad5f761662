package web

import (
	"encoding/json"
	"strconv"
	"time"

	"probity/bidding"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// openingRoutes is the opening of bids by k of n openers.
func (s *Server) openingRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/openings", Name: "listOpenings", Right: Open, Status: 200, Do: do(s.listOpenings), Says: "Lists the openings of a tender."},
		{At: "POST /api/v1/tenders/{id}/openings", Name: "announceOpening", Right: party.OpeningRecord, Status: 201, Do: do(s.announceOpening), Says: "Fixes in the log what will be opened."},
		{At: "GET /api/v1/openings/{opening}", Name: "getOpening", Right: Open, Status: 200, Do: do(s.getOpening), Says: "Shows how far an opening is."},
		{At: "GET /api/v1/openings/{opening}/package", Name: "getOpeningPackage", Right: party.OpeningRelease, Status: 200, Do: do(s.getOpeningPackage), Says: "Gives an opener what their device checks before it releases anything."},
		{At: "GET /api/v1/openings/{opening}/cases", Name: "listOpeningCases", Right: party.OpeningRelease, Status: 200, Do: do(s.listOpeningCases), Says: "Gives an opener the records and seal headers of the batch."},
		{At: "POST /api/v1/openings/{opening}/answers", Name: "answerOpening", Right: party.OpeningRelease, Status: 200, Limit: 32 << 20, Within: 2 * time.Minute, Do: do(s.answerOpening), Says: "Takes an opener's shares."},
		{At: "POST /api/v1/openings/{opening}/failures", Name: "failOpener", Right: party.OpeningRecord, Status: 200, Do: do(s.failOpener), Says: "Puts on the record that an opener will not answer."},
		{At: "POST /api/v1/openings/{opening}/rescue", Name: "callRescue", Right: party.OpeningRecord, Status: 200, Do: do(s.callRescue), Says: "Calls on bidders to publish their own keys, until a fixed time."},
		{At: "POST /api/v1/openings/{opening}/reveals", Name: "revealKey", Right: party.BidRescue, Status: 204, Do: do(s.revealKey), Says: "Takes a bidder's own key to its own envelope."},
		{At: "POST /api/v1/openings/{opening}/combine", Name: "combineOpening", Right: party.OpeningRecord, Status: 200, Within: 10 * time.Minute, Do: do(s.combineOpening), Says: "Opens the bids with the shares that were given."},
		{At: "GET /api/v1/openings/{opening}/record", Name: "getOpeningRecord", Right: Open, Status: 200, Do: do(s.getOpeningRecord), Says: "Shows the public record of an opening."},
		{At: "GET /api/v1/openings/{opening}/rows", Name: "listOpeningRows", Right: Open, Status: 200, Do: do(s.listOpeningRows), Says: "Shows bids as they open, in the order of the batch, before there is a record."},
		{At: "GET /api/v1/openings/{opening}/bids", Name: "listOpenedBids", Right: party.BidRead, Status: 200, Do: do(s.listOpenedBids), Says: "Shows what was in the opened envelopes."},
		{At: "GET /api/v1/openings/{opening}/bids/{bidder}/files/{number}", Name: "getOpenedFile", Right: party.BidRead, Status: 200, Do: do(s.getOpenedFile), Says: "Gives one file of an opened envelope."},
	}
}

type oneOpening struct {
	Opening string `path:"opening" validate:"max=250"`
}

func (s *Server) listOpenings(c *Call, in oneTender) (List[*bidding.Opening], error) {
	found, err := s.Openings.List(c.Context(), c.By, in.ID)
	return List[*bidding.Opening]{Items: found}, err
}

type announceIn struct {
	oneTender
	Lot      string `json:"lot" validate:"required,max=40"`
	Envelope string `json:"envelope" validate:"required,max=40"`
}

func (s *Server) announceOpening(c *Call, in announceIn) (*bidding.Opening, error) {
	o, err := s.Openings.Announce(c.Context(), c.By, in.ID, in.Lot, in.Envelope)
	if err == nil {
		c.Location("/api/v1/openings/%s", o.ID)
	}
	return o, err
}

// openingOut is an opening and, while its bids are opened one after the other,
// how far that is.
type openingOut struct {
	bidding.Opening
	Opened int `json:"opened,omitempty" doc:"bids opened so far"`
}

func (s *Server) getOpening(c *Call, in oneOpening) (openingOut, error) {
	o, err := s.Openings.Get(c.Context(), c.By, in.Opening)
	if err != nil {
		return openingOut{}, err
	}
	out := openingOut{Opening: *o}
	if o.Size > 0 { // the asker may know how many there are
		out.Opened = s.Openings.Opened(o.ID)
	}
	return out, nil
}

// packageOut is what an opener's device judges by. The receipts bind the two
// closing entries and the batch to the log.
type packageOut struct {
	Manifest   string            `json:"manifest"`
	Extensions []string          `json:"extensions"`
	Closed     json.RawMessage   `json:"closed"`
	Window     json.RawMessage   `json:"window"`
	Batch      string            `json:"batch"`
	Receipts   map[string]string `json:"receipts" doc:"of the entries closed, window and batch"`
	Now        time.Time         `json:"now"`
}

func (s *Server) getOpeningPackage(c *Call, in oneOpening) (packageOut, error) {
	p, err := s.Openings.ForOpener(c.Context(), c.By, in.Opening)
	if err != nil {
		return packageOut{}, err
	}
	out := packageOut{Manifest: p.Manifest, Extensions: append([]string{}, p.Extensions...), Closed: p.Closed.List.Bytes(),
		Window: p.Window.List.Bytes(), Batch: p.Batch, Receipts: map[string]string{}, Now: p.Now}
	for name, fact := range map[string]string{"closed": p.Closed.Fact, "window": p.Window.Fact, "batch": p.Announced} {
		r, _, err := s.Ledger.Receipt(c.Context(), fact, receiptTime)
		if err != nil {
			return packageOut{}, err
		}
		out.Receipts[name] = string(r)
	}
	return out, nil
}

type casesIn struct {
	oneOpening
	After int `query:"after" validate:"gte=0" doc:"how many cases the asker has"`
}

// caseOut is one bid of the batch. The record is the one in the log.
type caseOut struct {
	Record json.RawMessage `json:"record"`
	Header []byte          `json:"header,omitempty"`
}

func (s *Server) listOpeningCases(c *Call, in casesIn) (List[caseOut], error) {
	cases, more, err := s.Openings.CasesFor(c.Context(), c.By, in.Opening, in.After)
	l := List[caseOut]{Items: []caseOut{}}
	for _, x := range cases {
		l.Items = append(l.Items, caseOut{x.Bid.Bytes(), x.Header})
	}
	if more {
		l.Next = strconv.Itoa(in.After + len(cases))
	}
	return l, err
}

type answerIn struct {
	oneOpening
	Answer    json.RawMessage `json:"answer" doc:"canonical seal.Answer"`
	Signature sign.Signature  `json:"signature"`
}

func (s *Server) answerOpening(c *Call, in answerIn) (*bidding.Opening, error) {
	return s.Openings.Answer(c.Context(), c.By, in.Opening, in.Answer, in.Signature)
}

type failIn struct {
	oneOpening
	Group  int    `json:"group" validate:"gte=0,lt=8"`
	Opener int    `json:"opener" validate:"gte=1,lte=255"`
	Reason string `json:"reason" validate:"required,max=4000"`
}

func (s *Server) failOpener(c *Call, in failIn) (*bidding.Opening, error) {
	return s.Openings.Fail(c.Context(), c.By, in.Opening, bidding.Seat{Group: in.Group, Opener: in.Opener}, in.Reason)
}

type rescueIn struct {
	oneOpening
	Until  time.Time `json:"until"`
	Reason string    `json:"reason" validate:"required,max=4000"`
}

func (s *Server) callRescue(c *Call, in rescueIn) (*bidding.Opening, error) {
	return s.Openings.Rescue(c.Context(), c.By, in.Opening, in.Until, in.Reason)
}

type revealIn struct {
	oneOpening
	Proof json.RawMessage `json:"proof" doc:"canonical seal.Proof with a seed"`
}

func (s *Server) revealKey(c *Call, in revealIn) (Nothing, error) {
	return Nothing{}, s.Openings.Reveal(c.Context(), c.By, in.Opening, in.Proof)
}

func (s *Server) combineOpening(c *Call, in oneOpening) (*bidding.Opening, error) {
	return s.Openings.Combine(c.Context(), c.By, in.Opening)
}

func (s *Server) getOpeningRecord(c *Call, in oneOpening) (bidding.Record, error) {
	o, err := s.Openings.Get(c.Context(), c.By, in.Opening)
	if err != nil {
		return bidding.Record{}, err
	}
	return s.Openings.ReadRecord(c.Context(), o)
}

type rowsIn struct {
	oneOpening
	After int `query:"after" validate:"gte=0" doc:"how many bids the asker has seen"`
}

func (s *Server) listOpeningRows(c *Call, in rowsIn) (List[bidding.RecordedBid], error) {
	rows, more, err := s.Openings.Rows(c.Context(), c.By, in.Opening, in.After)
	l := List[bidding.RecordedBid]{Items: append([]bidding.RecordedBid{}, rows...)}
	if more {
		l.Next = strconv.Itoa(in.After + len(rows))
	}
	return l, err
}

// cleared is the gate before everything that was in a bid: the right, the
// declaration of interests, and for those who oversee, a fact of its own.
func (s *Server) cleared(c *Call, why because, opening string) (*bidding.Opening, error) {
	o, err := s.Openings.Get(c.Context(), c.By, opening)
	if err != nil {
		return nil, err
	}
	t, err := s.Tenders.Get(c.Context(), o.Tender, c.By)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(c.By, party.BidRead, t.Buyer.ID); err != nil {
		return nil, err
	}
	if o.State != bidding.Recorded {
		return nil, fault.New(fault.Conflict, "opening.no_record", "These envelopes are not open.")
	}
	if err := s.Judging.Cleared(c.Context(), c.By, t); err != nil {
		return nil, err
	}
	return o, s.noteRead(c, why, party.BidRead, t, o.ID)
}

type openedIn struct {
	oneOpening
	because
}

func (s *Server) listOpenedBids(c *Call, in openedIn) (List[*bidding.Outcome], error) {
	o, err := s.cleared(c, in.because, in.Opening)
	if err != nil {
		return List[*bidding.Outcome]{}, err
	}
	l := List[*bidding.Outcome]{Items: []*bidding.Outcome{}}
	err = s.Openings.Outcomes.All(c.Context(), store.Query{Index: "opening", Eq: []any{o.ID}}, func(x *bidding.Outcome) error {
		l.Items = append(l.Items, x)
		return nil
	})
	return l, err
}

type openedFileIn struct {
	openedIn
	Bidder string `path:"bidder" validate:"max=80"`
	Number int    `path:"number" validate:"gte=1,lte=10000"`
}

func (s *Server) getOpenedFile(c *Call, in openedFileIn) (*File, error) {
	o, err := s.cleared(c, in.because, in.Opening)
	if err != nil {
		return nil, err
	}
	f, body, err := s.Openings.File(c.Context(), o, in.Bidder, in.Number)
	if err != nil {
		return nil, err
	}
	return &File{Type: "application/octet-stream", Name: f.Name, Body: body, Length: f.Size, Tag: f.SHA256}, nil
}
