package minio

import (
	"context"

	s3 "github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/cors"
	"github.com/minio/minio-go/v7/pkg/lifecycle"
	"github.com/minio/minio-go/v7/pkg/sse"
)

// makeBucket makes a bucket and gives it its settings, which several servers
// may do at once. A start that was cut off between the two is finished by the
// next, as long as nothing is in the bucket; later its settings are only
// looked at.
func (s *Store) makeBucket(ctx context.Context, o Options, there bool) error {
	if there {
		if empty, err := s.empty(ctx); err != nil || !empty {
			return err
		}
	} else {
		err := s.core.MakeBucket(ctx, s.bucket, s3.MakeBucketOptions{Region: o.Region, ObjectLocking: o.Lock})
		if err != nil && !answers(err, "BucketAlreadyOwnedByYou") {
			return explain(ctx, "make bucket", s.bucket, err)
		}
	}
	for what, set := range map[string]func(context.Context, Options) error{
		"versions": s.setVersions, "encryption": s.setEncryption, "lifecycle": s.setLifecycle, "sites": s.setSites,
	} {
		if err := explain(ctx, "set "+what+" of", s.bucket, set(ctx, o)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) empty(ctx context.Context) (bool, error) {
	for x := range s.core.ListObjectsIter(ctx, s.bucket, s3.ListObjectsOptions{Recursive: true, WithVersions: true, MaxKeys: 1}) {
		return false, explain(ctx, "list", s.bucket, x.Err)
	}
	return true, ctx.Err()
}

func (s *Store) setVersions(ctx context.Context, o Options) error {
	if o.Lock { // a bucket that can lock has versions from the start
		return nil
	}
	return s.core.EnableVersioning(ctx, s.bucket)
}

func (s *Store) setEncryption(ctx context.Context, o Options) error {
	if !o.Encrypted {
		return nil
	}
	return s.core.SetBucketEncryption(ctx, s.bucket, sse.NewConfigurationSSES3())
}

// abandoned is after how many days the store itself drops the parts of an
// upload that nobody has ended. Sweep does the same sooner; this holds when no
// server runs.
const abandoned = 30

// setLifecycle has the store drop abandoned parts, if it knows how. MinIO does
// so without being told and takes no rule for it.
func (s *Store) setLifecycle(ctx context.Context, _ Options) error {
	c := lifecycle.NewConfiguration()
	c.Rules = []lifecycle.Rule{{ID: "abandoned-uploads", Status: s3.Enabled,
		AbortIncompleteMultipartUpload: lifecycle.AbortIncompleteMultipartUpload{DaysAfterInitiation: abandoned}}}
	err := s.core.SetBucketLifecycle(ctx, s.bucket, c)
	if answers(err, "NotImplemented", "MalformedXML", "InvalidArgument", "InvalidRequest") {
		return nil
	}
	return err
}

// setSites lets browsers send parts from the pages of these sites, where the
// store has such a setting for a bucket. MinIO has one for the whole server
// (MINIO_API_CORS_ALLOW_ORIGIN), which allows every site unless it is set.
func (s *Store) setSites(ctx context.Context, o Options) error {
	if len(o.Sites) == 0 {
		return nil
	}
	err := s.core.SetBucketCors(ctx, s.bucket, cors.NewConfig([]cors.Rule{{
		AllowedOrigin: o.Sites, AllowedMethod: []string{"PUT"}, AllowedHeader: []string{"content-type", sumHeader},
		ExposeHeader: []string{"ETag"}, MaxAgeSeconds: 3600,
	}}))
	if answers(err, "NotImplemented") {
		return nil
	}
	return err
}
