package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// The engines that can be chosen.
const (
	Embedded = "embedded"
	MongoDB  = "mongodb"
	Folder   = "folder"
	MinIO    = "minio"
)

// Engines says what the platform stands on. The choice is written out and never
// guessed from what else is set: a server that has lost half of its settings
// must not begin a new platform in an empty folder.
type Engines struct {
	Metadata string `json:"metadata" help:"What keeps metadata and the log: embedded (a file in the data folder, one server) or mongodb (any number)." default:"embedded" env:"PROBITY_METADATA" validate:"omitempty,oneof=embedded mongodb"`
	Objects  string `json:"objects" help:"What keeps sealed bids and papers: folder (in the data folder, one server) or minio (or any S3 store)." default:"folder" env:"PROBITY_OBJECTS" validate:"omitempty,oneof=folder minio"`

	MongoDB  string `json:"mongodb" name:"mongodb" help:"File that holds the address of the MongoDB deployment, mongodb://..., password and all." env:"PROBITY_MONGODB"`
	Database string `json:"database" help:"Name of the platform's database." env:"PROBITY_DATABASE" validate:"omitempty,max=38"`

	MinIO          string `json:"minio" name:"minio" help:"Address of the object store for this server, as https://store.internal:9000." env:"PROBITY_MINIO_URL"`
	MinIOPublic    string `json:"minio_public" name:"minio-public" help:"Address under which bidders reach the same store; if empty, their parts pass through this server." env:"PROBITY_MINIO_PUBLIC"`
	MinIORegion    string `json:"minio_region" name:"minio-region" help:"Region of the store; us-east-1 if empty." env:"PROBITY_MINIO_REGION"`
	MinIORoots     string `json:"minio_roots" name:"minio-roots" help:"File with the certificates of the authorities to trust for the store, as PEM; those of the system if empty." env:"PROBITY_MINIO_ROOTS"`
	MinIOEncrypted bool   `json:"minio_encrypted" name:"minio-encrypted" help:"Refuse a bucket that does not encrypt by itself (SSE)." env:"PROBITY_MINIO_ENCRYPTED"`
	MinIOUnlocked  bool   `json:"minio_unlocked" name:"minio-unlocked" help:"Accept a bucket that cannot lock files: then nothing keeps the store's owner from deleting." env:"PROBITY_MINIO_UNLOCKED"`
	Bucket         string `json:"bucket" help:"Bucket of the platform; it is made at the first start." env:"PROBITY_BUCKET"`
	AccessKey      string `json:"access_key" name:"access-key" help:"File with the access key of the object store." env:"PROBITY_ACCESS_KEY"`
	SecretKey      string `json:"secret_key" name:"secret-key" help:"File with the secret key of the object store." env:"PROBITY_SECRET_KEY"`
}

// Shared reports whether other servers may work on the same platform.
func (e *Engines) Shared() bool { return e.Metadata == MongoDB }

var databaseName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// CheckEngines refuses a choice of engines that cannot work or should not.
func (e *Engines) CheckEngines() error {
	for _, check := range []func() error{e.checkUnused, e.checkMongoDB, e.checkMinIO} {
		if err := check(); err != nil {
			return err
		}
	}
	if e.Shared() && e.Objects != MinIO {
		return fmt.Errorf("config: metadata in mongodb is for several servers, which do not see each other's folders; set objects to minio as well")
	}
	return nil
}

// checkUnused refuses settings of an engine that was not chosen: most likely
// the choice was forgotten.
func (e *Engines) checkUnused() error {
	if e.Metadata != MongoDB {
		for name, value := range map[string]string{"mongodb": e.MongoDB, "database": e.Database} {
			if value != "" {
				return fmt.Errorf("config: %s is set, but metadata is not mongodb; say metadata=mongodb, or leave it out", name)
			}
		}
	}
	if e.Objects != MinIO {
		for name, value := range map[string]string{
			"minio": e.MinIO, "minio_public": e.MinIOPublic, "minio_region": e.MinIORegion, "minio_roots": e.MinIORoots,
			"bucket": e.Bucket, "access_key": e.AccessKey, "secret_key": e.SecretKey,
		} {
			if value != "" {
				return fmt.Errorf("config: %s is set, but objects is not minio; say objects=minio, or leave it out", name)
			}
		}
		if e.MinIOEncrypted || e.MinIOUnlocked {
			return fmt.Errorf("config: minio_encrypted and minio_unlocked mean nothing while objects is not minio")
		}
	}
	return nil
}

func (e *Engines) checkMongoDB() error {
	if e.Metadata != MongoDB {
		return nil
	}
	if e.Database == "" || !databaseName.MatchString(e.Database) {
		return fmt.Errorf("config: database %q must be given, in letters, digits, - and _", e.Database)
	}
	_, err := e.MongoURI()
	return err
}

// MongoURI reads the address of the database.
func (e *Engines) MongoURI() (string, error) {
	uri, err := secret("mongodb", e.MongoDB, "the address of the database")
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(uri, "mongodb://") && !strings.HasPrefix(uri, "mongodb+srv://") {
		return "", fmt.Errorf("config: the file %s (mongodb) does not hold an address that begins with mongodb:// or mongodb+srv://", e.MongoDB)
	}
	return uri, nil
}

func (e *Engines) checkMinIO() error {
	if e.Objects != MinIO {
		return nil
	}
	if e.MinIO == "" || e.Bucket == "" {
		return fmt.Errorf("config: objects in minio need its address (minio) and a bucket")
	}
	if _, err := secret("access_key", e.AccessKey, "the access key of the object store"); err != nil {
		return err
	}
	if _, err := secret("secret_key", e.SecretKey, "the secret key of the object store"); err != nil {
		return err
	}
	u, err := url.Parse(e.MinIO)
	if err != nil || u.Host == "" {
		return fmt.Errorf("config: minio %q is not an address such as https://store.internal:9000", e.MinIO)
	}
	return nil
}

// secret reads a secret of one line from the file that the setting name names.
// No error holds the secret.
func secret(name, file, what string) (string, error) {
	if file == "" {
		return "", fmt.Errorf("config: %s must name the file that holds %s", name, what)
	}
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return "", fmt.Errorf("config: %s: %w", name, err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("config: %s: %s is not a file", name, file)
	case info.Mode().Perm()&0o007 != 0:
		return "", fmt.Errorf("config: %s: %s can be read by everybody on this machine (mode %o); set it to 600", name, file, info.Mode().Perm())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("config: %s: %w", name, err)
	}
	text := strings.TrimSpace(string(b))
	if text == "" {
		return "", fmt.Errorf("config: %s: %s is empty", name, file)
	}
	return text, nil
}

// isLocal reports whether a host is this very machine.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
