package web

import (
	"context"
	"io"
	"time"

	"probity/server/audit"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// Archives makes the self-proving archive of a procedure.
type Archives interface {
	Archive(ctx context.Context, ocid, scope string) (io.ReadCloser, int64, error)

	// Verify checks such an archive, as its reader would.
	Verify(ctx context.Context, ocid, scope string) (*audit.Report, error)
}

// archiveRoutes is the whole record of a procedure in one file.
func (s *Server) archiveRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/archive", Name: "getArchive", Right: Open, Status: ok, Within: 20 * time.Minute, Do: do(s.getArchive), Says: "Gives the record of a procedure as one file that proves itself."},
	}
}

type archiveIn struct {
	oneTender
	because
	Scope string `query:"scope" validate:"omitempty,oneof=public full" doc:"full is for those who oversee; public if absent"`
}

func (s *Server) getArchive(c *Call, in archiveIn) (*File, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	if !t.Public() {
		return nil, fault.New(fault.Conflict, "archive.draft", "A draft has no archive.")
	}
	scope := "public"
	if in.Scope == "full" {
		scope = in.Scope
		if err := party.Allowed(c.By, party.ArchiveRead, t.Buyer.ID); err != nil {
			return nil, err
		}
		if err := s.noteRead(c, in.because, party.ArchiveRead, t, "archive"); err != nil {
			return nil, err
		}
	} else if err := s.archived(c, t); err != nil {
		return nil, err
	}
	body, size, err := s.Archives.Archive(c.Context(), t.ID, scope)
	if err != nil {
		return nil, err
	}
	return &File{Type: "application/zip", Name: t.ID + "-" + scope + ".zip", Body: body, Length: size}, nil
}

// archived refuses the public archive while it would show who has bid before
// the bids may be opened.
func (s *Server) archived(c *Call, t *tender.Tender) error {
	now, err := c.Now()
	if err != nil {
		return err
	}
	if t.Ended.IsZero() && (t.Sealed.IsZero() || now.Before(t.Notice.Timetable.Opens)) {
		return fault.New(fault.Conflict, "archive.open", "The public archive is there once the bids may be opened.")
	}
	return nil
}
