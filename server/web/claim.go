package web

import (
	"time"

	"probity/tender/party"
)

type claimIn struct {
	ID         string       `path:"id"`
	Match      IfMatch      `header:"If-Match"`
	Identifier identifierIn `json:"identifier" validate:"required"`
}

func (s *Server) claim(c *Call, in claimIn) (orgOut, error) {
	return shown(s.People.Claim(c.Context(), c.By, in.ID, int64(in.Match), in.Identifier.party()))
}

type settleIn struct {
	ID       string           `path:"id"`
	Match    IfMatch          `header:"If-Match"`
	Claim    string           `json:"claim" validate:"required,max=300" doc:"key of the claim"`
	Evidence []party.Evidence `json:"evidence,omitempty" validate:"max=20"`
	Reason   string           `json:"reason,omitempty" validate:"max=2000"`
}

// settle makes the handler of one step on a claim.
func (s *Server) settle(step party.ClaimStep) func(*Call, settleIn) (orgOut, error) {
	return func(c *Call, in settleIn) (orgOut, error) {
		f := party.Finding{Claim: in.Claim, Step: step, By: c.By, Evidence: in.Evidence, Reason: in.Reason}
		return shown(s.People.Settle(c.Context(), int64(in.Match), in.ID, f))
	}
}

type debarIn struct {
	ID     string    `path:"id"`
	Match  IfMatch   `header:"If-Match"`
	From   time.Time `json:"from,omitzero" doc:"now if absent"`
	Until  time.Time `json:"until,omitzero" doc:"strictly before it; for good if absent"`
	Reason string    `json:"reason" validate:"required,max=2000" doc:"published"`
	By     string    `json:"by" validate:"required,max=300" doc:"the authority that decided it"`
}

func (s *Server) debar(c *Call, in debarIn) (orgOut, error) {
	d := party.Debarment{From: in.From, Until: in.Until, Reason: in.Reason, By: in.By}
	return shown(s.People.Debar(c.Context(), c.By, in.ID, int64(in.Match), d))
}

type liftIn struct {
	ID     string  `path:"id"`
	Number int     `path:"number" doc:"place in the list of debarments, from 0"`
	Match  IfMatch `header:"If-Match"`
	Reason string  `json:"reason" validate:"required,max=2000"`
}

func (s *Server) liftDebarment(c *Call, in liftIn) (orgOut, error) {
	return shown(s.People.LiftDebarment(c.Context(), c.By, in.ID, int64(in.Match), in.Number, in.Reason))
}

type reasonIn struct {
	ID     string `path:"id"`
	Reason Reason `header:"Probity-Reason" doc:"why you read this; put on record"`
}

// evidenceOut is on what grounds claims were settled.
type evidenceOut struct {
	Claims []party.Claim `json:"claims"`
}

func (s *Server) readEvidence(c *Call, in reasonIn) (evidenceOut, error) {
	o, err := s.People.Evidence(c.Context(), c.By, in.ID, string(in.Reason))
	if err != nil {
		return evidenceOut{}, err
	}
	return evidenceOut{o.Claims}, nil
}
