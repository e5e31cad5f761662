package minio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
	"probity/tender/fault"
)

// What the store itself can be in the way with. All are Busy: nothing that the
// person did is wrong, and it may work later. The cause says what the store
// answered.
var (
	// ErrAway: no line to the store, or it broke.
	ErrAway = fault.New(fault.Busy, "blob.store_away", "The file store does not answer. Please try again later.")

	// ErrSlow: the store gave no sign of life for too long.
	ErrSlow = fault.New(fault.Busy, "blob.store_slow", "The file store takes too long to answer. Please try again later.")

	// ErrBusy: the store says that it cannot now.
	ErrBusy = fault.New(fault.Busy, "blob.store_busy", "The file store has too much to do. Please try again later.")

	// ErrKeys: the store does not know the keys, or not with this secret.
	ErrKeys = fault.New(fault.Busy, "blob.store_keys", "The file store does not accept this server. Please try again later.")

	// ErrDenied: the store knows the keys and forbids the call.
	ErrDenied = fault.New(fault.Busy, "blob.store_denied", "The file store does not allow this to this server. Please try again later.")

	// ErrClock: the clocks of the store and of this machine differ too much.
	ErrClock = fault.New(fault.Busy, "blob.store_clock", "The clocks of this server and of the file store differ. Please try again later.")

	// ErrBucket: the bucket has gone.
	ErrBucket = fault.New(fault.Busy, "blob.bucket_missing", "The file store has no such bucket.")
)

// meanings are the codes of S3, and of MinIO where it has its own, that mean
// something to callers.
var meanings = map[string]*fault.Error{
	"NoSuchKey":                         blob.ErrMissing,
	"NoSuchVersion":                     blob.ErrMissing,
	"NoSuchUpload":                      blob.ErrUpload,
	"InvalidPart":                       blob.ErrIncomplete,
	"InvalidPartOrder":                  blob.ErrIncomplete,
	"EntityTooSmall":                    blob.ErrIncomplete,
	"PreconditionFailed":                blob.ErrExists,
	"BadDigest":                         blob.ErrSum,
	"XAmzContentChecksumMismatch":       blob.ErrSum,
	"IncompleteBody":                    blob.ErrSize,
	"EntityTooLarge":                    blob.ErrSize,
	"InvalidRange":                      blob.ErrRange,
	"InvalidAccessKeyId":                ErrKeys,
	"SignatureDoesNotMatch":             ErrKeys,
	"AccessDenied":                      ErrDenied,
	"AllAccessDisabled":                 ErrDenied,
	"RequestTimeTooSkewed":              ErrClock,
	"NoSuchBucket":                      ErrBucket,
	"XMinioStorageFull":                 blob.ErrFull,
	"XMinioAdminBucketQuotaExceeded":    blob.ErrFull,
	"QuotaExceeded":                     blob.ErrFull,
	"SlowDown":                          ErrBusy,
	"SlowDownRead":                      ErrBusy,
	"SlowDownWrite":                     ErrBusy,
	"ServiceUnavailable":                ErrBusy,
	"ServerBusy":                        ErrBusy,
	"InternalError":                     ErrBusy,
	"OperationAborted":                  ErrBusy,
	"ConditionalRequestConflict":        ErrBusy,
	"XMinioServerNotInitialized":        ErrAway,
	"RequestTimeout":                    ErrSlow,
	"XMinioObjectExistsAsDirectory":     blob.ErrKey,
	"XMinioParentIsObject":              blob.ErrKey,
	"AuthorizationHeaderMalformed":      ErrKeys,
	"AuthorizationQueryParametersError": ErrKeys,
}

// explain turns what a call gave into the errors of the contract. op and key
// are for the log.
func explain(ctx context.Context, op, key string, err error) error {
	if err == nil {
		return nil
	}
	because := fmt.Errorf("minio: %s %q: %w", op, key, err)
	if ctx.Err() != nil {
		return fmt.Errorf("minio: %s %q: %w", op, key, ctx.Err())
	}
	if a, ok := errors.AsType[s3.ErrorResponse](err); ok {
		return answered(a, because)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return ErrSlow.Because(because)
	}
	_, unsent := errors.AsType[*url.Error](err) // also says that an answer did not come
	_, broken := errors.AsType[*net.OpError](err)
	if unsent || broken || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrAway.Because(because)
	}
	return because
}

func answered(a s3.ErrorResponse, because error) error {
	because = fmt.Errorf("%w (%s, status %d, request %s)", because, a.Code, a.StatusCode, a.RequestID)
	if f, ok := meanings[a.Code]; ok {
		return f.Because(because)
	}
	switch {
	case a.StatusCode == 507:
		return blob.ErrFull.Because(because)
	case a.StatusCode == 429 || a.StatusCode >= 500:
		return ErrBusy.Because(because)
	}
	return because
}

// ready refuses dead calls and what is not a key, before the store is asked.
func ready(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return blob.CheckKey(key)
}
