package web

import (
	"slices"
)

// routes is the site map. The order is that of the documentation.
func (s *Server) routes() []Route {
	return slices.Concat(s.platformRoutes())
}

func (s *Server) platformRoutes() []Route {
	return []Route{
		{At: "GET /healthz", Name: "healthz", Right: Open, Status: 200, Do: do(s.healthz), Says: "Says that the process runs."},
		{At: "GET /readyz", Name: "readyz", Right: Open, Status: 200, Do: do(s.readyz), Says: "Says whether the process can serve."},
		{At: "GET /api/openapi.json", Name: "openapi", Right: Open, Status: 200, Do: do(s.openAPIDocument), Says: "Describes this interface (OpenAPI 3.1)."},
	}
}
