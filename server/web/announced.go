package web

import (
	"context"
	"slices"
	"time"

	"probity/documents/ocds"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/plan"
)

// announcedRoutes are what a published tender was planned as, and its data.
func (s *Server) announcedRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/planned", Name: "getAnnounced", Right: Open, Status: ok, Do: do(s.getAnnounced), Says: "Shows the entry of a plan that a tender comes from, as it stood when the notice came out, and where the notice says otherwise."},
		{At: "GET /api/v1/tenders/{id}/release", Name: "getTenderRelease", Right: Open, Status: ok, Do: do(s.getTenderRelease), Says: "Gives a published tender as an OCDS release package, with the planning section if it comes from a plan."},
	}
}

func (s *Server) getAnnounced(c *Call, in oneTender) (plan.Announced, error) {
	t, err := s.publicTender(c.Context(), in.ID)
	if err != nil {
		return plan.Announced{Departures: []plan.Departure{}}, err
	}
	return s.Plans.Announced(c.Context(), t)
}

// publicTender is a tender as anybody sees it; Missing before it is published.
func (s *Server) publicTender(ctx context.Context, id string) (*tender.Tender, error) {
	return s.Tenders.Get(ctx, id, party.PublicActor)
}

type tenderReleaseIn struct {
	oneTender
	Lang string `query:"lang" validate:"omitempty,oneof=en zh zh-CN" doc:"of the texts; en if absent"`
}

func (s *Server) getTenderRelease(c *Call, in tenderReleaseIn) (ocds.Package, error) {
	t, err := s.publicTender(c.Context(), in.ID)
	if err != nil {
		return ocds.Package{}, err
	}
	at, err := s.lastRelease(c.Context(), t)
	if err != nil {
		return ocds.Package{}, err
	}
	a, err := s.Plans.Announced(c.Context(), t)
	if fault.From(err).Kind == fault.Missing {
		return ocds.Notice(s.releases(in.Lang), t, at, nil), nil
	}
	return ocds.Notice(s.releases(in.Lang), t, at, &a), err
}

// released names the facts that change what a release of a tender says.
var released = []string{"tender.publish", "tender.amend", "tender.extend", "tender.prolong", "tender.openers", "tender.close", "tender.window-close", "tender.finish", "tender.cancel"}

// lastRelease is when the last of them came about.
func (s *Server) lastRelease(ctx context.Context, t *tender.Tender) (time.Time, error) {
	at, from := t.Published, int64(0)
	for range flagScan {
		page, err := s.Engine.EntriesOn(ctx, t.ID, from, factPage)
		if err != nil || len(page) == 0 {
			return at, err
		}
		for _, e := range page {
			from = e.Index + 1
			if e.Record == nil || !slices.Contains(released, e.Name) {
				continue
			}
			f, err := event.Parse(e.Record)
			if err != nil {
				return at, err
			}
			at = f.At
		}
	}
	return at, nil
}
