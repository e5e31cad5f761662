package bidding

import (
	"context"
	"sync"

	"probity/tender"
	"probity/tender/store"
)

// Parts are what the services of this package stand on.
type Parts struct {
	Tenders   *tender.Service
	Clock     tender.Clock
	Suppliers Suppliers
	Devices   tender.Devices
	Objects   Objects
	Log       Log
}

// NewService returns the service of bids over e.
func NewService(e store.Engine, p Parts) *Service {
	return &Service{
		Bids:     store.Shelf[Bid, *Bid]{Engine: e, Kind: Kind},
		Refusals: store.Shelf[Refusal, *Refusal]{Engine: e, Kind: refusalKind},
		Uploads:  store.Shelf[Upload, *Upload]{Engine: e, Kind: uploadKind},
		Parts:    p,
	}
}

// NewOpenings returns the service of openings beside that of bids.
func NewOpenings(s *Service) *Openings {
	e := s.Bids.Engine
	return &Openings{
		Openings: store.Shelf[Opening, *Opening]{Engine: e, Kind: openingKind},
		Answers:  store.Shelf[Answer, *Answer]{Engine: e, Kind: answerKind},
		Reveals:  store.Shelf[Reveal, *Reveal]{Engine: e, Kind: revealKind},
		Outcomes: store.Shelf[Outcome, *Outcome]{Engine: e, Kind: outcomeKind},
		Bids:     s.Bids,
		Parts:    s.Parts,
		progress: new(sync.Map),
	}
}

// NewJudging returns the service of evaluation, and lets openings ask it who
// has passed. root gives the public number that draws start from.
func NewJudging(o *Openings, root func(ctx context.Context, tender string) (string, error)) *Judging {
	e := o.Openings.Engine
	j := &Judging{
		Panels:         store.Shelf[Panel, *Panel]{Engine: e, Kind: panelKind},
		Sheets:         store.Shelf[Sheet, *Sheet]{Engine: e, Kind: sheetKind},
		Judgements:     store.Shelf[Judgement, *Judgement]{Engine: e, Kind: judgementKind},
		Clarifications: store.Shelf[Clarification, *Clarification]{Engine: e, Kind: clarificationKind},
		Openings:       o.Openings,
		Outcomes:       o.Outcomes,
		Tenders:        o.Tenders,
		Clock:          o.Clock,
		Devices:        o.Devices,
		Root:           root,
	}
	o.Panel = j
	return j
}
