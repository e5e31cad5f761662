package papers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"probity/documents/blob"
	"probity/tender/fault"
)

// maxPaper bounds what is read back from the store, which is not trusted.
const maxPaper = 256 << 20

// Put keeps a paper for good. What is there under the key already stays as it
// is, whatever b is, and that is no error: two runs that seal the same contract
// make two different files, and whichever came first counts. The caller gets
// the one that counts from Get.
func (p *Papers) Put(ctx context.Context, key string, b []byte) error {
	err := p.objects.Put(ctx, key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b))
	if err != nil && !errors.Is(err, blob.ErrExists) {
		return fmt.Errorf("papers: keep %q: %w", key, err)
	}
	return nil
}

// Get returns a paper, or a fault of kind Missing. The store is not trusted:
// the caller compares the bytes with the hash that is on record.
func (p *Papers) Get(ctx context.Context, key string) ([]byte, error) {
	r, err := p.objects.Get(ctx, key, 0, -1)
	if err != nil {
		return nil, fmt.Errorf("papers: get %q: %w", key, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxPaper+1))
	if err == nil && len(b) > maxPaper {
		err = errors.New("a paper of more than 256 MiB")
	}
	if err != nil {
		return nil, fmt.Errorf("papers: get %q: %w", key, err)
	}
	return b, nil
}

func isMissing(err error) bool { return fault.From(err).Kind == fault.Missing }
