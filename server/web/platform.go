package web

import (
	"time"

	"probity/tender/fault"
)

// State is how the platform stands, for its administrators.
type State struct {
	Version  string       `json:"version"`
	Sandbox  bool         `json:"sandbox"`
	Metadata string       `json:"metadata" doc:"the engine of metadata and log"`
	Objects  string       `json:"objects" doc:"the store of files"`
	Now      time.Time    `json:"now" doc:"of the engine"`
	Legal    time.Time    `json:"legal" doc:"of the legal clock"`
	Took     int64        `json:"took" doc:"milliseconds that the engine took to tell the time"`
	Origin   string       `json:"origin" doc:"name of the log"`
	Entries  int64        `json:"entries" doc:"of the log"`
	Pending  int          `json:"pending" doc:"facts that wait for the log, up to a thousand"`
	Mails    bool         `json:"mails" doc:"there is a mail server"`
	MailDue  int          `json:"mailDue" doc:"letters that wait, up to a thousand"`
	MailDead int          `json:"mailDead" doc:"letters that were given up, up to a thousand"`
	Readers  []ReaderLag  `json:"readers"`
	Probes   []ProbeState `json:"probes"`
}

// ReaderLag is how far a reader of the log is behind.
type ReaderLag struct {
	Name   string `json:"name"`
	Behind int64  `json:"behind" doc:"entries"`
}

// ProbeState is whether something that the platform cannot do without is there.
type ProbeState struct {
	Name string `json:"name"`
	Good bool   `json:"good"`
}

func (s *Server) platformState(c *Call, _ Nothing) (State, error) {
	if s.State == nil {
		return State{}, fault.New(fault.Missing, "platform.state", "This server does not say how it stands.")
	}
	out, err := s.State(c.Context())
	if err != nil {
		return State{}, err
	}
	out.Probes = []ProbeState{}
	for _, p := range s.Probes {
		out.Probes = append(out.Probes, ProbeState{p.Name, p.Check(c.Context()) == nil})
	}
	return out, nil
}
