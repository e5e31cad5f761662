package tender

import (
	"context"

	"probity/tender/fault"
)

// Files keeps the documents of notices, each under its hash.
type Files interface {
	// Has reports whether the bytes with this hash are stored for the tender.
	Has(ctx context.Context, tender, sha256 string, size int64) (bool, error)
}

// checkFiles refuses a notice that names a document whose bytes are not
// stored: bytes come first, then the reference.
func (s *Service) checkFiles(ctx context.Context, id string, n *Notice) error {
	for i, d := range n.Documents {
		for j, v := range d.Versions {
			at := "documents[" + itoa(i) + "].versions[" + itoa(j) + "]"
			if v.Number != j+1 {
				return fault.Field("document.number", at+".number", "Versions are numbered from 1 without gaps.")
			}
			has, err := s.Files.Has(ctx, id, v.SHA256, v.Size)
			if err != nil {
				return err
			}
			if !has {
				return fault.Field("document.missing", at, "Upload the file first.")
			}
		}
	}
	return nil
}
