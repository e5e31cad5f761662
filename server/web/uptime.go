package web

import (
	"cmp"
	"encoding/json"
	"time"

	"probity/documents/uptime"
	"probity/tender/fault"
)

// uptimeRoutes tell when bids could be handed in. What they tell is computed
// from the log alone, and anybody can compute it again.
func (s *Server) uptimeRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/uptime", Name: "getUptime", Right: Open, Status: ok, Do: do(s.getUptime), Says: "Tells when the platform could not take bids, with receipts of the log that prove it."},
		{At: "GET /api/v1/uptime/beats", Name: "listBeats", Right: Open, Status: ok, Do: do(s.listBeats), Says: "Lists the beats of the uptime record as they stand in the log."},
	}
}

type uptimeIn struct {
	From time.Time `query:"from" doc:"30 days ago if it is not given"`
	To   time.Time `query:"to" doc:"now if it is not given"`
}

// lookBack is the span that is told of if nobody says which.
const lookBack = 30 * 24 * time.Hour

func (s *Server) getUptime(c *Call, in uptimeIn) (uptime.Record, error) {
	now, err := s.Engine.Time(c.Context())
	if err != nil {
		return uptime.Record{}, err
	}
	if in.To.IsZero() {
		in.To = now
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-lookBack)
	}
	if in.To.Before(in.From) {
		return uptime.Record{}, fault.Field("uptime.span", "to", "The span ends before it begins.")
	}
	return s.Ledger.Uptime(c.Context(), in.From, in.To)
}

type beatsIn struct {
	From int64 `query:"from" validate:"gte=0" doc:"number of the first beat; 1 if it is not given"`
}

// beatOut is a beat in its place.
type beatOut struct {
	Index  int64           `json:"index"`
	Record json.RawMessage `json:"record" doc:"canonical JSON, exactly these bytes"`
	Salt   []byte          `json:"salt"`
}

type beatsOut struct {
	Beats []beatOut `json:"beats"`
}

// beatPage is how many beats are on a page: a little more than eight hours.
const beatPage = 500

func (s *Server) listBeats(c *Call, in beatsIn) (beatsOut, error) {
	list, err := s.Ledger.Beats(c.Context(), cmp.Or(in.From, 1), beatPage)
	out := beatsOut{Beats: []beatOut{}}
	for _, e := range list {
		out.Beats = append(out.Beats, beatOut{e.Index, e.Record, e.Salt})
	}
	return out, err
}
