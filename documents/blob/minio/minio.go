// Package minio keeps objects in a bucket of MinIO, or of any S3 store: only
// calls that S3 documents are made. It keeps the contract of blob.Store, for
// any number of processes on one bucket.
//
// Start with object.go; upload.go is how a bid travels from the bidder to the
// store without passing through this program. The store is not trusted with
// more than keeping: every byte goes in under a SHA-256 that was known before,
// nothing is overwritten (If-None-Match), and readers check what they get.
//
// The bucket has versions, so that an overwriting or deletion that goes around
// this program keeps the bytes. [Store.Delete] removes all versions: what is
// withdrawn is to be unreadable, not hidden. [blob.Keeper] forbids deletion for a
// time, to everybody, the owner of the store included.
//
// Frozen:
//
//	KEY!                    the object. MinIO does not list a/b where a is an
//	                        object. The ! is in no key and sorts before all that
//	                        is, so no name lies below another, and the order of
//	                        names is that of keys.
//	=uploads/ID/KEY         empty; an upload that may be going on. Nor is the = in
//	                        a key. S3 could list uploads itself; MinIO forgets
//	                        that list when it is started again, and then answers
//	                        for one key only.
//
// What MinIO has acknowledged survives a loss of power only if its folders are
// mounted with dirsync (measured on ext4 and XFS: without it the newest object
// is mostly lost, with it never). No call of S3 shows this; the runbook says it.
//
// One attempt is made for each call. A second could find the object that the
// first has made and call it another's; after a Busy fault the caller looks.
package minio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	s3 "github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"probity/documents/blob"
	"probity/tender/fault"
)

// Options say where the bucket is and what is demanded of it.
type Options struct {
	// Endpoint is the address of the store for this program, as
	// "https://store.internal:9000".
	Endpoint string

	// PublicEndpoint is the address under which bidders reach the same store;
	// parts go there directly. If it is empty they go through this program.
	PublicEndpoint string

	// PlainPublic allows a PublicEndpoint of http on another machine.
	PlainPublic bool

	// Bucket must be there and set rightly, or is made, with all settings, if
	// Make says so. Making is for the first start: on a later one an empty
	// bucket is a wrong name.
	Bucket string
	Make   bool

	// Region is the store's; empty means us-east-1, MinIO's own.
	Region string

	// AccessKeyFile and SecretKeyFile hold the keys. A line end is not part.
	AccessKeyFile string
	SecretKeyFile string

	// RootsFile holds, as PEM, the certificates of the authorities to trust
	// for https; empty means those of the system.
	RootsFile string

	// Lock demands a bucket in which objects can be locked; see blob.Keeper.
	Lock bool

	// Encrypted demands a bucket whose objects the store encrypts by itself.
	Encrypted bool

	// Sites are the origins ("https://tenders.example.org") of pages from which
	// browsers send parts. A bucket that is made is told of them.
	Sites []string

	// Patience is how long the store may give no sign of life during a call,
	// one minute if zero. It does not limit a transfer that goes on.
	Patience time.Duration
}

// Store is a blob.Store in a bucket.
type Store struct {
	core   *s3.Core
	public *s3.Client // for signing only; nil if bidders cannot reach the store
	bucket string
	lock   bool
}

// PublicOrigin is the origin, scheme and host, of the addresses that bidders
// get; empty if they get none. Pages that send parts must be allowed to
// connect to it (connect-src of their Content-Security-Policy).
func (s *Store) PublicOrigin() string {
	if s.public == nil {
		return ""
	}
	u := s.public.EndpointURL()
	return u.Scheme + "://" + u.Host
}

var _ blob.Store = (*Store)(nil)

// Open connects to the store and makes or checks the bucket. A bucket whose
// settings do not keep what this program promises is refused with a Conflict,
// whose code is blob.bucket_ and what is wrong; nothing is mended silently. A
// store that does not answer gives a Busy fault, as all later calls do.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	keys, err := o.keys()
	if err != nil {
		return nil, err
	}
	s := &Store{bucket: o.Bucket, lock: o.Lock}
	if s.core, err = o.connect(o.Endpoint, keys); err != nil {
		return nil, err
	}
	if o.PublicEndpoint != "" {
		if err := o.checkPublic(); err != nil {
			return nil, err
		}
		public, err := o.connect(o.PublicEndpoint, keys)
		if err != nil {
			return nil, err
		}
		s.public = public.Client
	}
	if err := s.checkBucket(ctx, o); err != nil {
		return nil, err
	}
	return s, nil
}

func (o Options) keys() (*credentials.Credentials, error) {
	var k [2]string
	for i, file := range []string{o.AccessKeyFile, o.SecretKeyFile} {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fault.New(fault.Invalid, "blob.store_key_file", "The file with a key for the file store cannot be read: %s.", file).Because(err)
		}
		if k[i] = strings.TrimRight(string(b), "\r\n"); k[i] == "" {
			return nil, fault.New(fault.Invalid, "blob.store_key_file", "The file with a key for the file store is empty: %s.", file)
		}
	}
	return credentials.NewStaticV4(k[0], k[1], ""), nil
}

func badEndpoint(address string) *fault.Error {
	return fault.New(fault.Invalid, "blob.store_endpoint", "%q is not the address of a file store; it looks like https://store.example.org:9000.", address)
}

func (o Options) connect(address string, keys *credentials.Credentials) (*s3.Core, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, badEndpoint(address).Because(err)
	}
	secure := u.Scheme == "https"
	t, err := s3.DefaultTransport(secure)
	if err != nil {
		return nil, fmt.Errorf("minio: connect: %w", err)
	}
	t.DialContext = dialer(o.Patience)
	t.ResponseHeaderTimeout = o.Patience
	t.MaxIdleConnsPerHost = 64
	if secure && o.RootsFile != "" {
		roots, err := readRoots(o.RootsFile)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	core, err := s3.NewCore(u.Host, &s3.Options{Creds: keys, Secure: secure, Transport: t, Region: o.Region, MaxRetries: 1})
	if err != nil {
		return nil, badEndpoint(address).Because(err)
	}
	return core, nil
}

func readRoots(file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(b) {
		return nil, fault.New(fault.Invalid, "blob.store_roots", "The file holds no certificates: %s.", file).Because(err)
	}
	return roots, nil
}

// checkPublic refuses to send bidders over a line that others read, unless
// someone has said so. The address of this very machine is for trying out.
func (o Options) checkPublic() error {
	u, err := url.Parse(o.PublicEndpoint)
	if err != nil {
		return badEndpoint(o.PublicEndpoint).Because(err)
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme == "http" && !here && !o.PlainPublic {
		return fault.New(fault.Invalid, "blob.store_plain", "Bidders would reach the file store at %s without encryption.", o.PublicEndpoint)
	}
	return nil
}
