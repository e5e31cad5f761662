package web

import (
	"context"
	"io"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// Documents keeps the files of notices.
type Documents interface {
	PutDocument(ctx context.Context, tender, sha256 string, size int64, r io.Reader) error
	Document(ctx context.Context, tender, sha256 string) (io.ReadCloser, error)
}

// maxDocument is the largest file of a notice.
const maxDocument = 200 << 20

// documentRoutes is the files of notices.
func (s *Server) documentRoutes() []Route {
	return []Route{
		{At: "PUT /api/v1/tenders/{id}/files/{hash}", Name: "putDocument", Right: party.TenderEdit, Status: ok, Limit: maxDocument, Do: do(s.putDocument), Says: "Stores a file of a notice under its hash; name it in the notice afterwards."},
		{At: "GET /api/v1/tenders/{id}/files/{hash}", Name: "getDocument", Right: Open, Status: ok, Do: do(s.getDocument), Says: "Gives a file that the notice names, in any of its versions."},
	}
}

type documentPath struct {
	oneTender
	SHA256 string `path:"hash" validate:"len=64,hexadecimal,lowercase"`
}

type putDocumentIn struct {
	documentPath
	Body Stream
}

type putDocumentOut struct {
	SHA256 string    `json:"sha256"`
	Size   int64     `json:"size"`
	At     time.Time `json:"at"`
}

func (s *Server) putDocument(c *Call, in putDocumentIn) (putDocumentOut, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return putDocumentOut{}, err
	}
	if err := party.Allowed(c.By, party.TenderEdit, t.Buyer.ID); err != nil {
		return putDocumentOut{}, err
	}
	if in.Body.Length <= 0 {
		return putDocumentOut{}, fault.New(fault.Invalid, "document.size", "Say how large the file is; it may not be empty.")
	}
	if err := s.Documents.PutDocument(c.Context(), t.ID, in.SHA256, in.Body.Length, in.Body); err != nil {
		return putDocumentOut{}, err
	}
	now, err := c.Now()
	return putDocumentOut{in.SHA256, in.Body.Length, now}, err
}

func (s *Server) getDocument(c *Call, in documentPath) (*File, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	v := versionOf(t, in.SHA256)
	if v == nil {
		return nil, fault.New(fault.Missing, "document.missing", "The notice names no such file.")
	}
	r, err := s.Documents.Document(c.Context(), t.ID, in.SHA256)
	if err != nil {
		return nil, err
	}
	return &File{Type: "application/octet-stream", Name: v.Name, Body: r, Length: v.Size, Tag: v.SHA256}, nil
}

func versionOf(t *tender.Tender, sum string) *tender.Version {
	for _, d := range t.Notice.Documents {
		for i := range d.Versions {
			if d.Versions[i].SHA256 == sum {
				return &d.Versions[i]
			}
		}
	}
	return nil
}
