package minio

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"

	s3 "github.com/minio/minio-go/v7"

	"probity/tender/fault"
)

// wrong is a setting of the bucket that this program refuses to work with.
func wrong(code, format string, args ...any) error {
	return fault.New(fault.Conflict, "blob.bucket_"+code, format, args...)
}

// bucketForm leaves out dots, which no certificate of a store covers.
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// checkBucket makes the bucket, or sees that it keeps what is promised.
func (s *Store) checkBucket(ctx context.Context, o Options) error {
	if !bucketForm.MatchString(s.bucket) {
		return wrong("name", "%q is not the name of a bucket.", s.bucket)
	}
	there, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return explain(ctx, "look for bucket", s.bucket, err)
	}
	if !there && !o.Make {
		return ErrBucket.Because(wrong("missing", "bucket %q", s.bucket))
	}
	if o.Make {
		if err := s.makeBucket(ctx, o, there); err != nil {
			return err
		}
	}
	for _, check := range []func(context.Context, Options) error{s.checkVersions, s.checkLock, s.checkPolicy, s.checkExpiry, s.checkEncryption} {
		if err := check(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// answers reports whether the store has given one of these codes. Those of
// settings that were never made differ for each, and a store that does not
// know a setting has not made it.
func answers(err error, codes ...string) bool {
	a, ok := errors.AsType[s3.ErrorResponse](err)
	return ok && slices.Contains(codes, a.Code)
}

func (s *Store) checkVersions(ctx context.Context, _ Options) error {
	v, err := s.core.GetBucketVersioning(ctx, s.bucket)
	if err != nil {
		return explain(ctx, "read versioning of", s.bucket, err)
	}
	if v.Status != s3.Enabled {
		return wrong("versions", "The bucket %s does not keep versions; switch versioning on.", s.bucket)
	}
	if len(v.ExcludedPrefixes) > 0 || v.ExcludeFolders {
		return wrong("versions", "The bucket %s leaves some files out of versioning; remove the exceptions.", s.bucket)
	}
	return nil
}

// checkLock also refuses a lock that every new object gets: what a bidder
// withdraws before the deadline must be deletable.
func (s *Store) checkLock(ctx context.Context, o Options) error {
	on, mode, _, _, err := s.core.GetObjectLockConfig(ctx, s.bucket)
	if err != nil && !answers(err, "ObjectLockConfigurationNotFoundError", "NotImplemented") {
		return explain(ctx, "read object lock of", s.bucket, err)
	}
	if o.Lock && on != s3.Enabled {
		return wrong("lock", "Files in the bucket %s cannot be locked; this can be chosen only when a bucket is made.", s.bucket)
	}
	if mode != nil {
		return wrong("retention", "The bucket %s locks every new file; withdrawn bids could not be deleted. Remove the default retention.", s.bucket)
	}
	return nil
}

// policy is the part of a bucket's policy that matters here. Principals are
// texts, lists, or either under "AWS".
type policy struct {
	Statement []struct {
		Effect       string
		Principal    any
		NotPrincipal any
	}
}

// checkPolicy refuses a bucket that allows anything to everybody. Bidders come
// with signed addresses; nobody else has business there.
func (s *Store) checkPolicy(ctx context.Context, _ Options) error {
	text, err := s.core.GetBucketPolicy(ctx, s.bucket)
	if answers(err, "NoSuchBucketPolicy", "NotImplemented") {
		return nil
	}
	if err != nil {
		return explain(ctx, "read policy of", s.bucket, err)
	}
	var p policy
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return wrong("policy", "The policy of the bucket %s cannot be read.", s.bucket)
	}
	for _, st := range p.Statement {
		if st.Effect != "Deny" && (st.NotPrincipal != nil || everybody(st.Principal)) {
			return wrong("public", "The bucket %s is open to everybody; remove its public policy.", s.bucket)
		}
	}
	return nil
}

// everybody reports whether a principal includes all.
func everybody(principal any) bool {
	switch p := principal.(type) {
	case string:
		return p == "*"
	case []any:
		return slices.ContainsFunc(p, everybody)
	case map[string]any:
		for _, x := range p {
			if everybody(x) {
				return true
			}
		}
	}
	return false
}

// checkExpiry refuses rules that delete or remove objects after a time.
func (s *Store) checkExpiry(ctx context.Context, _ Options) error {
	rules, err := s.core.GetBucketLifecycle(ctx, s.bucket)
	if answers(err, "NoSuchLifecycleConfiguration", "NotImplemented") {
		return nil
	}
	if err != nil {
		return explain(ctx, "read lifecycle of", s.bucket, err)
	}
	for _, r := range rules.Rules {
		if r.Status == s3.Enabled && (!r.Expiration.IsDaysNull() || !r.Expiration.IsDateNull() || !r.NoncurrentVersionExpiration.IsDaysNull()) {
			return wrong("expiry", "The bucket %s deletes files after a time (rule %q); remove the rule.", s.bucket, r.ID)
		}
	}
	return nil
}

func (s *Store) checkEncryption(ctx context.Context, o Options) error {
	if !o.Encrypted {
		return nil
	}
	c, err := s.core.GetBucketEncryption(ctx, s.bucket)
	none := answers(err, "ServerSideEncryptionConfigurationNotFoundError", "NotImplemented")
	if err != nil && !none {
		return explain(ctx, "read encryption of", s.bucket, err)
	}
	if none || len(c.Rules) == 0 {
		return wrong("encryption", "The bucket %s does not encrypt files; switch its encryption on.", s.bucket)
	}
	return nil
}
