package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"probity/documents/blob"
)

// documentKey is where a document of a notice is kept. Equal bytes are kept
// once per tender.
func documentKey(tender, sha256 string) string { return "notices/" + tender + "/" + sha256 }

// Has reports whether a document is stored, and is there to be named: what was
// there for long without a name may be on its way out.
func (o *objects) Has(ctx context.Context, tender, sha256 string, size int64) (bool, error) {
	if raw, err := hex.DecodeString(sha256); err != nil || len(raw) != 32 {
		return false, nil
	}
	info, err := o.store.Head(ctx, documentKey(tender, sha256))
	if missing(err) {
		return false, nil
	}
	if err != nil || info.Size != size {
		return false, err
	}
	return o.keeping.Spare(ctx, documentKey(tender, sha256))
}

// PutDocument stores a document of a notice under its hash.
func (o *objects) PutDocument(ctx context.Context, tender, sha256 string, size int64, r io.Reader) error {
	raw, err := hex.DecodeString(sha256)
	if err != nil || len(raw) != 32 {
		return blob.ErrSum.Because(fmt.Errorf("app: %q is no SHA-256", sha256))
	}
	key := documentKey(tender, sha256)
	if err := o.keeping.Claim(ctx, key); err != nil {
		return err
	}
	return o.put(ctx, key, size, blob.Sum(raw), r)
}

// Document opens a document of a notice.
func (o *objects) Document(ctx context.Context, tender, sha256 string) (io.ReadCloser, error) {
	return o.Open(ctx, documentKey(tender, sha256))
}
