package tender

import (
	"time"

	"probity/tender/cycle"
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
	EndedAt        time.Time `json:"ended,omitzero"`
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
var lotLife = cycle.Of[LotPhase, Action, *Lot, lotScene]{
	State:   func(l *Lot) LotPhase { return l.Phase },
	Allowed: func(_ *Lot, right party.Action, s lotScene) error { return s.tender.mayDo(right, s.By) },
	None: func(p LotPhase, a Action) *fault.Error {
		return fault.New(fault.Conflict, "lot.phase", "A lot that is %s cannot take the step %q.", p, a)
	},
	Steps: []lotRow{
		lotStep(Competing, SealLot, Waiting, party.Clock),
		lotStep(Competing, FailLot, LotUnsuccessful, party.Clock).With(lotReason),
		lotStep(Waiting, OpenLot, Opened, party.OpeningRecord).When(notSuspended),
		lotStep(Waiting, FailLot, LotUnsuccessful, party.OpeningRecord).With(lotReason),
		lotStep(Opened, QualifyLot, Qualified, party.EvaluationDecide).When(notSuspended, twoEnvelopes),
		lotStep(Opened, RankLot, Ranked, party.EvaluationDecide).When(notSuspended, oneEnvelope),
		lotStep(Opened, FailLot, LotUnsuccessful, party.EvaluationDecide).With(lotReason),
		lotStep(Qualified, PriceLot, Priced, party.OpeningRecord).When(notSuspended),
		lotStep(Qualified, FailLot, LotUnsuccessful, party.EvaluationDecide).With(lotReason),
		lotStep(Priced, RankLot, Ranked, party.EvaluationDecide).When(notSuspended),
		lotStep(Priced, FailLot, LotUnsuccessful, party.EvaluationDecide).With(lotReason),
		lotStep(Ranked, AwardLot, Standstill, party.AwardApprove).When(notSuspended),
		lotStep(Ranked, RejudgeLot, Opened, party.AwardApprove).When(oneEnvelope).With(lotReason),
		lotStep(Ranked, RejudgeLot, Priced, party.AwardApprove).When(twoEnvelopes).With(lotReason),
		lotStep(Ranked, FailLot, LotUnsuccessful, party.AwardApprove).With(lotReason),
		lotStep(Standstill, ConfirmLot, Awarded, party.Clock).When(notSuspended, standstillOver),
		lotStep(Standstill, ReviseLot, Ranked, party.ComplaintDecide).With(lotReason),
		lotStep(Standstill, NextLot, Ranked, party.AwardDecide).With(lotReason),
		lotStep(Awarded, ReviseLot, Ranked, party.ComplaintDecide).With(lotReason),
		lotStep(Awarded, NextLot, Ranked, party.AwardDecide).With(lotReason),
		lotStep(Awarded, SignLot, Contracted, party.ContractSignBuyer).When(notSuspended),

		lotStep(Competing, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Waiting, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Opened, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Qualified, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Priced, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Ranked, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Standstill, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
		lotStep(Awarded, CancelLot, LotCancelled, party.TenderCancel).With(lotReason),
	},
}

type lotRow = cycle.Row[LotPhase, Action, *Lot, lotScene]

var lotStep = cycle.Step[LotPhase, Action, *Lot, lotScene]

// lotScene is what a decision about a lot looks at.
type lotScene struct {
	tender *Tender
	Ask
}

// doLot performs a on one lot and returns the fact. It is the only function
// that assigns Lot.Phase. On error nothing is changed.
func (t *Tender) doLot(lot string, a Action, ask Ask, data any) (event.Event, error) {
	l := t.Lot(lot)
	if l == nil {
		return event.Event{}, fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	r, err := lotLife.Find(l, a, lotScene{t, ask})
	if err != nil {
		return event.Event{}, err
	}
	l.Phase = r.To
	if l.Ended() {
		l.EndedAt = ask.Now
	}
	return event.New("lot."+string(a), t.ID, ask.By.ID(), ask.Now, data), nil
}

// LotActions lists what by could do to the lot at this moment.
func (t *Tender) LotActions(lot string, ask Ask) []Action {
	l := t.Lot(lot)
	if l == nil {
		return nil
	}
	return lotLife.Offered(l, lotScene{t, ask})
}

// Ended reports whether nothing more can become of the lot.
func (l Lot) Ended() bool {
	return l.Phase == Contracted || l.Phase == LotUnsuccessful || l.Phase == LotCancelled
}
