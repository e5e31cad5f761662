package web

import (
	"bytes"
	"io"
	"time"

	"probity/server/ledger"
	"probity/tender/fault"
	"probity/tender/party"
)

// logRoutes is the transparency log as https://c2sp.org/tlog-tiles wants it,
// and the clock of a sandbox.
func (s *Server) logRoutes() []Route {
	routes := []Route{
		{At: "GET /log/checkpoint", Name: "getCheckpoint", Right: Open, Status: ok, Do: do(s.getCheckpoint), Says: "Gives the newest signed checkpoint of the log."},
		{At: "GET /log/tile/{level}/{a}", Name: "getTile1", Right: Open, Status: ok, Do: do(s.getTile), Says: "Gives a tile of hashes, or a bundle of entries."},
		{At: "GET /log/tile/{level}/{a}/{b}", Name: "getTile2", Right: Open, Status: ok, Do: do(s.getTile2), Says: "Gives a tile whose number has two parts, or a partial tile."},
		{At: "GET /log/tile/{level}/{a}/{b}/{c}", Name: "getTile3", Right: Open, Status: ok, Do: do(s.getTile3), Says: "Gives a tile whose number has three parts."},
		{At: "GET /log/tile/{level}/{a}/{b}/{c}/{d}", Name: "getTile4", Right: Open, Status: ok, Do: do(s.getTile4), Says: "Gives a tile whose number has four parts."},
		{At: "GET /api/v1/log", Name: "getLog", Right: Open, Status: ok, Do: do(s.getLog), Says: "Tells the name and the keys of the log."},
		{At: "GET /api/v1/log/growth", Name: "proveGrowth", Right: Open, Status: ok, Do: do(s.proveGrowth), Says: "Proves that the log of one size begins with that of another."},
		{At: "GET /api/v1/clock", Name: "getClock", Right: Open, Status: ok, Do: do(s.getClock), Says: "Tells the legal time, which all deadlines follow."},
	}
	if s.Step != nil {
		routes = append(routes, Route{At: "POST /api/v1/clock", Name: "stepClock", Right: SignedIn, Status: ok, Do: do(s.stepClock), Says: "Moves the legal clock of this sandbox forward."})
	}
	return routes
}

func (s *Server) getCheckpoint(c *Call, _ Nothing) (*File, error) {
	b, err := s.Ledger.Checkpoint(c.Context())
	return blob("text/plain; charset=utf-8", b, false, err)
}

// blob answers with bytes of the log.
func blob(kind string, b []byte, forever bool, err error) (*File, error) {
	if err != nil {
		return nil, err
	}
	return &File{Type: kind, Body: io.NopCloser(bytes.NewReader(b)), Length: int64(len(b)), Forever: forever}, nil
}

type tileIn struct {
	Level string `path:"level" validate:"max=10"`
	A     string `path:"a" validate:"max=10"`
}

type tileIn2 struct {
	tileIn
	B string `path:"b" validate:"max=10"`
}

type tileIn3 struct {
	tileIn2
	C string `path:"c" validate:"max=10"`
}

type tileIn4 struct {
	tileIn3
	D string `path:"d" validate:"max=10"`
}

func (s *Server) tile(c *Call, path string) (*File, error) {
	b, err := s.Ledger.Tile(c.Context(), path)
	return blob("application/octet-stream", b, true, err)
}

func (s *Server) getTile(c *Call, in tileIn) (*File, error) {
	return s.tile(c, "tile/"+in.Level+"/"+in.A)
}

func (s *Server) getTile2(c *Call, in tileIn2) (*File, error) {
	return s.tile(c, "tile/"+in.Level+"/"+in.A+"/"+in.B)
}

func (s *Server) getTile3(c *Call, in tileIn3) (*File, error) {
	return s.tile(c, "tile/"+in.Level+"/"+in.A+"/"+in.B+"/"+in.C)
}

func (s *Server) getTile4(c *Call, in tileIn4) (*File, error) {
	return s.tile(c, "tile/"+in.Level+"/"+in.A+"/"+in.B+"/"+in.C+"/"+in.D)
}

func (s *Server) getLog(c *Call, _ Nothing) (ledger.Announcement, error) {
	return s.Ledger.Announcement(c.Context())
}

type growthIn struct {
	From int64 `query:"from" validate:"gte=0"`
	To   int64 `query:"to" validate:"gte=0"`
}

type growthOut struct {
	Proof []string `json:"proof" doc:"hashes in base64, RFC 6962 section 2.1.2"`
}

func (s *Server) proveGrowth(c *Call, in growthIn) (growthOut, error) {
	list, err := s.Ledger.Consistency(c.Context(), in.From, in.To)
	return growthOut{append([]string{}, list...)}, err
}

type clockOut struct {
	Now     time.Time `json:"now"`
	Sandbox bool      `json:"sandbox"`
}

func (s *Server) getClock(c *Call, _ Nothing) (clockOut, error) {
	now, err := c.Now()
	return clockOut{now, s.Sandbox}, err
}

type stepIn struct {
	To time.Time `json:"to"`
}

func (s *Server) stepClock(c *Call, in stepIn) (clockOut, error) {
	if c.By.Role == party.RolePublic {
		return clockOut{}, fault.New(fault.Unknown, "actor.unknown", "Please sign in.")
	}
	now, err := s.Step(c.Context(), c.By, in.To)
	return clockOut{now, s.Sandbox}, err
}
