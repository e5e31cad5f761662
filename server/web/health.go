package web

import (
	"context"
	"time"

	"probity/tender/fault"
)

// healthOut says that the process runs, and nothing about what it needs.
type healthOut struct {
	Status string `json:"status"`
}

func (s *Server) healthz(*Call, Nothing) (healthOut, error) { return healthOut{"ok"}, nil }

// readyz says whether the process can serve: it asks everything that it cannot
// do without, each for two seconds. What is missing is named in the log only.
func (s *Server) readyz(c *Call, _ Nothing) (healthOut, error) {
	if s.leaving.Load() {
		return healthOut{}, fault.New(fault.Busy, "platform.leaving", "This server ends. Another one serves.")
	}
	for _, p := range s.Probes {
		ctx, cancel := context.WithTimeout(c.Context(), 2*time.Second)
		err := p.Check(ctx)
		cancel()
		if err != nil {
			s.Log.WarnContext(c.Context(), "not ready", "probe", p.Name, "error", err)
			return healthOut{}, fault.New(fault.Busy, "platform.unready", "The platform is not ready.").Because(err)
		}
	}
	return healthOut{"ok"}, nil
}
