package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/documents/blob/minio"
	"probity/server/config"
	"probity/server/store/bolt"
	"probity/server/store/mongo"
	"probity/tender/fault"
	"probity/tender/store"
)

// Engines are what a platform stands on. Whoever opens them gives them to the
// app, which closes them.
type Engines struct {
	Metadata store.Engine
	Objects  blob.Store
}

// Close ends the engines.
func (e Engines) Close() error {
	if e.Metadata == nil {
		return nil
	}
	return e.Metadata.Close()
}

// Opener opens the engines of a platform.
type Opener func(context.Context, config.Server) (Engines, error)

// Configured opens the engines that the configuration names, and begins what is
// not there.
func Configured(ctx context.Context, c config.Server) (Engines, error) {
	return openEngines(ctx, c, false)
}

// Existing opens the engines of a platform that is there; if there is none the
// result is a Missing fault with code "platform.none", and nothing was made.
func Existing(ctx context.Context, c config.Server) (Engines, error) {
	missing := false
	if !c.Shared() {
		_, err := os.Stat(c.Path(boltFile))
		missing = errors.Is(err, fs.ErrNotExist)
	}
	var e Engines
	var err error
	if !missing {
		e, err = openEngines(ctx, c, true)
	}
	if missing || errors.Is(err, store.ErrMissing) {
		return e, fault.New(fault.Missing, "platform.none", "There is no platform in %s.", c.Place()).Because(err)
	}
	return e, err
}

func openEngines(ctx context.Context, c config.Server, existing bool) (Engines, error) {
	engine, err := openMetadata(ctx, c, existing)
	if err != nil {
		return Engines{}, err
	}
	objects, err := openObjects(ctx, c, engine, existing)
	if err != nil {
		return Engines{}, errors.Join(err, engine.Close())
	}
	return Engines{engine, objects}, nil
}

// boltFile is where the embedded engine keeps everything.
const boltFile = "probity.db"

func openMetadata(ctx context.Context, c config.Server, existing bool) (store.Engine, error) {
	if !c.Shared() {
		return bolt.Open(c.Path(boltFile), Collections(), bolt.Options{})
	}
	uri, err := c.MongoURI()
	if err != nil {
		return nil, err
	}
	return mongo.Open(ctx, uri, c.Database, Collections(), mongo.Options{Existing: existing})
}

// openObjects opens the object store. A bucket is made only while the log has
// not begun: later, one that is not there has another name. A new log over a
// store that holds something is refused, for those are files of another
// platform, or this one has lost its database.
func openObjects(ctx context.Context, c config.Server, engine store.Engine, existing bool) (blob.Store, error) {
	head, err := engine.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("app: look for the log: %w", err)
	}
	var objects blob.Store
	if c.Objects == config.MinIO {
		objects, err = minio.Open(ctx, minio.Options{
			Endpoint: c.MinIO, PublicEndpoint: c.MinIOPublic, Region: c.MinIORegion, RootsFile: c.MinIORoots,
			Bucket: c.Bucket, Make: head.Size == 0 && !existing, Lock: !c.MinIOUnlocked, Encrypted: c.MinIOEncrypted,
			AccessKeyFile: c.AccessKey, SecretKeyFile: c.SecretKey, Sites: []string{strings.TrimSuffix(c.URL, "/")},
		})
	} else {
		objects, err = dir.Open(c.Path("objects"))
	}
	if err != nil || head.Size > 0 || existing {
		return objects, err
	}
	there, err := objects.List(ctx, "", "", 1)
	if err != nil {
		return nil, fmt.Errorf("app: look into the object store: %w", err)
	}
	if len(there) > 0 {
		return nil, errOldObjects
	}
	return objects, nil
}

func minioOptions(c config.Server, make bool) minio.Options {
	return minio.Options{
		Endpoint: c.MinIO, PublicEndpoint: c.MinIOPublic, Region: c.MinIORegion, RootsFile: c.MinIORoots,
		Bucket: c.Bucket, Make: make, Lock: !c.MinIOUnlocked, Encrypted: c.MinIOEncrypted,
		AccessKeyFile: c.AccessKey, SecretKeyFile: c.SecretKey, Sites: []string{strings.TrimSuffix(c.URL, "/")},
	}
}

var errOldObjects = fault.New(fault.Conflict, "store.objects",
	"There are files in the object store and no log in the database: one of them is not that of this platform, or the database was lost. Restore it, or name an empty store.")
