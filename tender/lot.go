package tender

import (
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// LotPhase is where a lot is in its life.
type LotPhase string

// The phases of a lot.
const (
	Competing       LotPhase = "competing"  // until the tender is sealed
	Waiting         LotPhase = "sealed"     // enough bids are stored; nothing is open
	Opened          LotPhase = "opened"     // the whole or the technical envelopes are open
	Qualified       LotPhase = "qualified"  // who has passed is decided; prices are sealed still
	Priced          LotPhase = "priced"     // every envelope that may be read has been
	Ranked          LotPhase = "ranked"     // the ranking stands; the award is to be decided
	Standstill      LotPhase = "standstill" // decided and told; the losers have their say
	Awarded         LotPhase = "awarded"    // the standstill is over; the contract may be signed
	Contracted      LotPhase = "contracted"
	LotUnsuccessful LotPhase = "unsuccessful"
	LotCancelled    LotPhase = "cancelled"
)

// Lot is where one lot stands.
type Lot struct {
	ID             string    `json:"id"`
	Phase          LotPhase  `json:"phase"`
	Stored         int       `json:"stored,omitempty"` // bids in the window-closed record; 0 until then
	StandstillEnds time.Time `json:"standstillEnds,omitzero"`
	HeldSince      time.Time `json:"heldSince,omitzero"` // a complaint about it is open since
	Award          string    `json:"award,omitempty"`    // the award that stands
	Contract       string    `json:"contract,omitempty"` // once signed
	Reason         string    `json:"reason,omitempty"`   // why it ended without one
}

// The actions on a lot.
const (
	SealLot    Action = "seal"       // the window is over and there are enough bids
	FailLot    Action = "fail"       // too few bids, or none is acceptable
	OpenLot    Action = "open"       // the first opening record stands
	QualifyLot Action = "qualify"    // the technical decision stands
	PriceLot   Action = "open-price" // the second opening record stands
	RankLot    Action = "rank"
	AwardLot   Action = "award"
	ReviseLot  Action = "revise"  // the review body has set the award aside
	NextLot    Action = "next"    // the winner has refused or failed
	RejudgeLot Action = "rejudge" // the panel is to rank again
	ConfirmLot Action = "confirm"
	SignLot    Action = "contract"
	CancelLot  Action = "cancel-lot"
)

// lotLife is the life of a lot.
var lotLife = []lotRule{
	// from        action      to         right of                provided that
	{Competing, SealLot, Waiting, party.Clock, nil},
	{Competing, FailLot, LotUnsuccessful, party.Clock, lotReason},
	{Waiting, OpenLot, Opened, party.OpeningRecord, notSuspended},
	{Waiting, FailLot, LotUnsuccessful, party.OpeningRecord, lotReason},
	{Opened, QualifyLot, Qualified, party.EvaluationDecide, both(notSuspended, twoEnvelopes)},
	{Opened, RankLot, Ranked, party.EvaluationDecide, both(notSuspended, oneEnvelope)},
	{Opened, FailLot, LotUnsuccessful, party.EvaluationDecide, lotReason},
	{Qualified, PriceLot, Priced, party.OpeningRecord, notSuspended},
	{Qualified, FailLot, LotUnsuccessful, party.EvaluationDecide, lotReason},
	{Priced, RankLot, Ranked, party.EvaluationDecide, notSuspended},
	{Priced, FailLot, LotUnsuccessful, party.EvaluationDecide, lotReason},
	{Ranked, AwardLot, Standstill, party.AwardApprove, notSuspended},
	{Ranked, RejudgeLot, Opened, party.AwardApprove, both(lotReason, oneEnvelope)},
	{Ranked, RejudgeLot, Priced, party.AwardApprove, both(lotReason, twoEnvelopes)},
	{Ranked, FailLot, LotUnsuccessful, party.AwardApprove, lotReason},
	{Standstill, ConfirmLot, Awarded, party.Clock, both(notSuspended, standstillOver)},
	{Standstill, ReviseLot, Ranked, party.ComplaintDecide, lotReason},
	{Standstill, NextLot, Ranked, party.AwardDecide, lotReason},
	{Awarded, ReviseLot, Ranked, party.ComplaintDecide, lotReason},
	{Awarded, NextLot, Ranked, party.AwardDecide, lotReason},
	{Awarded, SignLot, Contracted, party.ContractSignBuyer, notSuspended},

	{Competing, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Waiting, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Opened, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Qualified, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Priced, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Ranked, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Standstill, CancelLot, LotCancelled, party.TenderCancel, lotReason},
	{Awarded, CancelLot, LotCancelled, party.TenderCancel, lotReason},
}

type lotRule struct {
	from LotPhase
	do   Action
	to   LotPhase
	may  party.Action
	when func(*Tender, *Lot, Ask) *fault.Error // nil: always
}

// doLot performs a on one lot and returns the fact. It is the only function
// that assigns Lot.Phase. On error nothing is changed.
func (t *Tender) doLot(lot string, a Action, ask Ask, data any) (event.Event, error) {
	l := t.Lot(lot)
	if l == nil {
		return event.Event{}, fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	var refusal error = fault.New(fault.Conflict, "lot.phase", "A lot that is %s cannot take the step %q.", l.Phase, a)
	for _, r := range lotLife {
		if r.from != l.Phase || r.do != a {
			continue
		}
		if err := t.mayDo(r.may, ask.By); err != nil {
			return event.Event{}, err
		}
		if r.when != nil {
			if f := r.when(t, l, ask); f != nil {
				refusal = f
				continue
			}
		}
		l.Phase = r.to
		return event.New("lot."+string(a), t.ID, ask.By.ID(), ask.Now, data), nil
	}
	return event.Event{}, refusal
}

// LotActions lists what by could do to the lot at this moment.
func (t *Tender) LotActions(lot string, ask Ask) []Action {
	l := t.Lot(lot)
	if l == nil {
		return nil
	}
	var list []Action
	for _, r := range lotLife {
		if r.from == l.Phase && t.mayDo(r.may, ask.By) == nil {
			list = append(list, r.do)
		}
	}
	return list
}

// Ended reports whether nothing more can become of the lot.
func (l Lot) Ended() bool {
	return l.Phase == Contracted || l.Phase == LotUnsuccessful || l.Phase == LotCancelled
}
