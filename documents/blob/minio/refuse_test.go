package minio

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	s3 "github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"
	"github.com/minio/minio-go/v7/pkg/sse"

	"probity/documents/blob/minio/miniotest"
	"probity/tender/fault"
)

// TestBucketsAreRefused: each wrong setting by its own code, and none mended.
func TestBucketsAreRefused(t *testing.T) {
	p := running(t)
	c := p.Client(t)
	ctx := t.Context()
	mode, days, unit := s3.Governance, uint(1), s3.Days
	everybody := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::%s/*"]}]}`
	expiry := lifecycle.NewConfiguration()
	expiry.Rules = []lifecycle.Rule{{ID: "old", Status: "Enabled", Expiration: lifecycle.Expiration{Days: 30}}}
	versions := lifecycle.NewConfiguration()
	versions.Rules = []lifecycle.Rule{{ID: "old", Status: "Enabled", NoncurrentVersionExpiration: lifecycle.NoncurrentVersionExpiration{NoncurrentDays: 1}}}
	lock := func(name string) error {
		return c.MakeBucket(ctx, name, s3.MakeBucketOptions{ObjectLocking: true})
	}
	for _, r := range []struct {
		name string
		make func(name string) error
		set  func(*Options)
		code string // "" for none
	}{
		{"a good one", lock, func(*Options) {}, ""},
		{"none", nil, func(*Options) {}, "blob.bucket_missing"},
		{"no name", nil, func(o *Options) { o.Bucket = "Not.A_Name" }, "blob.bucket_name"},
		{"without versions", func(name string) error { return c.MakeBucket(ctx, name, s3.MakeBucketOptions{}) }, func(*Options) {}, "blob.bucket_versions"},
		{"versions suspended", func(name string) error {
			return errors.Join(c.MakeBucket(ctx, name, s3.MakeBucketOptions{}), c.EnableVersioning(ctx, name), c.SuspendVersioning(ctx, name))
		}, func(*Options) {}, "blob.bucket_versions"},
		{"versions with exceptions", func(name string) error {
			return errors.Join(c.MakeBucket(ctx, name, s3.MakeBucketOptions{}), c.SetBucketVersioning(ctx, name, s3.BucketVersioningConfiguration{
				Status: s3.Enabled, ExcludedPrefixes: []s3.ExcludedPrefix{{Prefix: "bids"}}}))
		}, func(*Options) {}, "blob.bucket_versions"},
		{"no lock", func(name string) error {
			return errors.Join(c.MakeBucket(ctx, name, s3.MakeBucketOptions{}), c.EnableVersioning(ctx, name))
		}, func(*Options) {}, "blob.bucket_lock"},
		{"no lock, none demanded", func(name string) error {
			return errors.Join(c.MakeBucket(ctx, name, s3.MakeBucketOptions{}), c.EnableVersioning(ctx, name))
		}, func(o *Options) { o.Lock = false }, ""},
		{"a lock on everything", func(name string) error {
			return errors.Join(lock(name), c.SetBucketObjectLockConfig(ctx, name, &mode, &days, &unit))
		}, func(*Options) {}, "blob.bucket_retention"},
		{"open to everybody", func(name string) error {
			return errors.Join(lock(name), c.SetBucketPolicy(ctx, name, fmt.Sprintf(everybody, name)))
		}, func(*Options) {}, "blob.bucket_public"},
		{"files expire", func(name string) error { return errors.Join(lock(name), c.SetBucketLifecycle(ctx, name, expiry)) }, func(*Options) {}, "blob.bucket_expiry"},
		{"versions expire", func(name string) error { return errors.Join(lock(name), c.SetBucketLifecycle(ctx, name, versions)) }, func(*Options) {}, "blob.bucket_expiry"},
		{"not encrypted", lock, func(o *Options) { o.Encrypted = true }, "blob.bucket_encryption"},
		{"encrypted", func(name string) error {
			return errors.Join(lock(name), c.SetBucketEncryption(ctx, name, sse.NewConfigurationSSES3()))
		}, func(o *Options) { o.Encrypted = true }, ""},
	} {
		o := options(t, p)
		o.Make = false
		r.set(&o)
		if r.make != nil {
			if err := r.make(o.Bucket); err != nil {
				t.Errorf("%s: make: %v", r.name, err)
				continue
			}
		}
		for range 2 { // not mended by the first
			_, err := Open(ctx, o)
			if r.code != "" {
				coded(t, r.name, err, r.code)
			} else if err != nil {
				t.Errorf("%s: %v", r.name, err)
			}
		}
	}
}

// TestEncryptedBucket: sums and ranges are those of the bytes that were sent.
func TestEncryptedBucket(t *testing.T) {
	p := running(t)
	o := options(t, p)
	open(t, o)
	if err := p.Client(t).SetBucketEncryption(t.Context(), o.Bucket, sse.NewConfigurationSSES3()); err != nil {
		t.Fatal(err)
	}
	o.Encrypted = true
	s := open(t, o)
	for _, inParts := range []bool{false, true} {
		key := fmt.Sprint("in-parts-", inParts)
		if err := store(t, s, key, inParts); err != nil {
			t.Fatal(err)
		}
		if want := filler(key, 20_000+len(key)*997); string(read(t, s, key)) != string(want) {
			t.Errorf("%s: other bytes came back", key)
		}
	}
	if info, err := s.Head(t.Context(), "in-parts-false"); err != nil || info.Sum != sha256.Sum256(read(t, s, "in-parts-false")) {
		t.Errorf("head: %+v, %v", info, err)
	}
}

func TestOptionsAreRefused(t *testing.T) {
	p := running(t)
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]struct {
		set  func(*Options)
		code string
	}{
		"no address":               {func(o *Options) { o.Endpoint = "" }, "blob.store_endpoint"},
		"an address without http":  {func(o *Options) { o.Endpoint = "store:9000" }, "blob.store_endpoint"},
		"an address with a folder": {func(o *Options) { o.Endpoint += "/s3" }, "blob.store_endpoint"},
		"an address with keys":     {func(o *Options) { o.Endpoint = "http://user:key@store" }, "blob.store_endpoint"},
		"no public address":        {func(o *Options) { o.PublicEndpoint = "http:" }, "blob.store_plain"},
		"a plain public address":   {func(o *Options) { o.PublicEndpoint = "http://files.example.org" }, "blob.store_plain"},
		"no key file":              {func(o *Options) { o.AccessKeyFile = empty + "x" }, "blob.store_key_file"},
		"an empty key file":        {func(o *Options) { o.SecretKeyFile = empty }, "blob.store_key_file"},
		"no authorities":           {func(o *Options) { o.Endpoint, o.RootsFile = "https://"+p.Address, empty }, "blob.store_roots"},
		"another user":             {func(o *Options) { o.AccessKeyFile = o.SecretKeyFile }, "blob.store_keys"},
		"another secret":           {func(o *Options) { o.SecretKeyFile = o.AccessKeyFile }, "blob.store_keys"},
	} {
		o := options(t, p)
		r.set(&o)
		_, err := Open(t.Context(), o)
		coded(t, name, err, r.code)
		if err != nil && strings.Contains(fault.From(err).Text, secret) {
			t.Errorf("%s: the sentence tells the secret", name)
		}
	}
	o := options(t, p)
	o.PublicEndpoint, o.PlainPublic = "http://files.example.org", true
	open(t, o)
}

// TestStoreInTheWay: what a store can answer, as Busy faults with a cause.
func TestStoreInTheWay(t *testing.T) {
	answer := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, code, _ := strings.Cut(answer, " ")
		n := 0
		fmt.Sscan(status, &n)
		w.WriteHeader(n)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>m</Message></Error>", code)
	}))
	defer srv.Close()
	o := options(t, &miniotest.Server{Address: strings.TrimPrefix(srv.URL, "http://")})
	s := bare(t, o)
	for given, want := range map[string]string{
		"507 XMinioStorageFull": "blob.store_full", "507 Whatever": "blob.store_full", "503 SlowDownWrite": "blob.store_busy", "500 InternalError": "blob.store_busy",
		"502 ": "blob.store_busy", "429 TooMany": "blob.store_busy", "403 InvalidAccessKeyId": "blob.store_keys", "403 SignatureDoesNotMatch": "blob.store_keys",
		"403 AccessDenied": "blob.store_denied", "403 RequestTimeTooSkewed": "blob.store_clock", "404 NoSuchBucket": "blob.bucket_missing",
		"408 RequestTimeout": "blob.store_slow", "409 ConditionalRequestConflict": "blob.store_busy", "503 XMinioServerNotInitialized": "blob.store_away",
	} {
		answer = given
		err := s.Put(t.Context(), "a", 3, sha256.Sum256([]byte("abc")), strings.NewReader("abc"))
		coded(t, given, err, want)
		if f := fault.From(err); f.Kind != fault.Busy || f.Err == nil {
			t.Errorf("%s: %+v, want a Busy fault with a cause", given, f)
		}
	}
	answer = "418 Teapot"
	if err := s.Put(t.Context(), "a", 3, sha256.Sum256([]byte("abc")), strings.NewReader("abc")); fault.From(err).Kind != fault.Internal {
		t.Errorf("an answer that nobody knows: %v", err)
	}
}
