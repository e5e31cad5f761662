package web

import (
	"context"
	"time"

	"probity/bidding"
	"probity/bidding/security"
	"probity/documents/uptime"
	"probity/server/classify"
	"probity/server/ledger"
	"probity/server/notify"
	"probity/server/people"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/enquiry"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

// Services are what the routes call. All are set in main.
type Services struct {
	Tenders  *tender.Service
	Bids     *bidding.Service
	Openings *bidding.Openings
	Judging  *bidding.Judging

	Enquiries  *enquiry.Service
	Complaints *complaint.Service
	Awards     *award.Service
	Contracts  *contract.Service
	Securities *security.Service
	Plans      *plan.Service

	Ledger    Ledger
	Tickets   Tickets
	Papers    Papers
	Documents Documents
	Archives  Archives
	Classes   *classify.Service
	Notices   *notify.Service
	Search    Search

	// State tells administrators how the platform stands.
	State func(ctx context.Context) (State, error)

	// Step moves the legal clock of a sandbox; nil elsewhere.
	Step func(ctx context.Context, by party.Actor, to time.Time) (time.Time, error)
}

// Papers draws what is printed.
type Papers interface {
	OpeningRecord(ctx context.Context, t *tender.Tender, r bidding.Record) ([]byte, error)
	EvaluationReport(ctx context.Context, t *tender.Tender, j *bidding.Judgement, sheets []*bidding.Sheet) ([]byte, error)
	Receipt(ctx context.Context, t *tender.Tender, receipt []byte) ([]byte, error)
}

// Tickets tell which part of which upload an address is good for.
type Tickets interface {
	Redeem(ctx context.Context, ticket string) (upload string, part int, err error)
}

// Ledger is the log as the routes need it.
type Ledger interface {
	// Receipt waits until the fact is in the log, at most for the given time,
	// and returns its receipt and entry. Missing if it is not there by then.
	Receipt(ctx context.Context, fact string, wait time.Duration) ([]byte, store.Entry, error)

	// Checkpoint returns the newest signed checkpoint.
	Checkpoint(ctx context.Context) ([]byte, error)

	// Tile returns the bytes under a path of the tlog-tiles form, "tile/0/000".
	Tile(ctx context.Context, path string) ([]byte, error)

	// Announcement is what the log says about itself: name, keys, handovers.
	Announcement(ctx context.Context) (ledger.Announcement, error)

	// Prove gives the hash of an entry and its path to the checkpoint's root.
	Prove(ctx context.Context, index int64) (leaf []byte, path []string, checkpoint []byte, err error)

	// Uptime tells when the platform was away in a span of time.
	Uptime(ctx context.Context, from, to time.Time) (uptime.Record, error)

	// Beats lists entries of the uptime record, from the n-th beat on.
	Beats(ctx context.Context, n int64, limit int) ([]store.Entry, error)

	// Consistency proves that the log of one size is the start of another.
	Consistency(ctx context.Context, from, to int64) ([]string, error)
}

// because is embedded by requests for what is closed to the public: those who
// oversee others say why they read it.
type because struct {
	Reason Reason `header:"Probity-Reason" doc:"why you read this; put on record if you oversee others"`
}

// noteRead stores the fact of a sensitive read, before anything is shown.
func (s *Server) noteRead(c *Call, why because, act party.Action, t *tender.Tender, subject string) error {
	return s.People.Read(c.Context(), c.By, people.Reading{Action: act, Topic: t.ID, Subject: subject, Reason: string(why.Reason)})
}
