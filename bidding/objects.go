package bidding

import (
	"context"
	"io"
	"time"

	"probity/bidding/seal"
)

// Objects keeps sealed parts, headers and what is opened from them. Keys are
// never overwritten. What it has acknowledged survives the loss of power.
type Objects interface {
	// Begin starts the upload of an object of known parts, and returns what
	// must be kept to go on with it.
	Begin(ctx context.Context, key string, p seal.Payload, sums [][]byte) (object string, err error)

	// Present lists the parts (from 1) that are there.
	Present(ctx context.Context, u *Upload) ([]int, error)

	// Targets says where the next missing parts are to be sent. They are good
	// for minutes, and each for one part with one hash only.
	Targets(ctx context.Context, u *Upload, present []int) ([]Target, error)

	// PutPart stores one part that came through the server itself.
	PutPart(ctx context.Context, u *Upload, part int, r io.Reader) error

	// Finish puts the parts together, and refuses unless the hash over their
	// hashes is u's. Finishing twice is no error.
	Finish(ctx context.Context, u *Upload) error

	// Abort gives an upload up; it is no error if it has ended.
	Abort(ctx context.Context, u *Upload) error

	// Put stores a small object whole; storing equal bytes again is no error.
	Put(ctx context.Context, key string, b []byte) error

	// Open reads an object from its start; Missing if there is none.
	Open(ctx context.Context, key string) (io.ReadCloser, error)

	// Create starts an object of known size and hash that is written in one go;
	// it is there once the last byte is. Writing equal bytes again is no error.
	Create(ctx context.Context, key string, size int64, sha256 [32]byte) (io.Writer, error)

	// DeleteAll removes every object, upload and version below prefix.
	DeleteAll(ctx context.Context, prefix string) error
}

// Target is where one part is to be sent by PUT, and with which headers.
type Target struct {
	Part   int               `json:"part"`
	URL    string            `json:"url"`
	Header map[string]string `json:"header"`
	Until  time.Time         `json:"until"`
}
