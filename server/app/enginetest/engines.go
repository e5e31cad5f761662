// Package enginetest gives tests real engines: a database on a server that
// speaks MongoDB's protocol and a bucket of a MinIO, both fresh. Start with
// [Fresh].
//
// MONGODB_URI names the server; any will do. Tests that kill it start one of
// their own, the program that PROBITY_FERRET names. Without them the tests are
// skipped, with a sentence.
package enginetest

import (
	"bufio"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/documents/blob/minio/miniotest"
	"probity/server/config"
)

// Address is the MongoDB server that the tests run on.
func Address(t testing.TB) string {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		t.Skip("MONGODB_URI names no server. One is in server/store/mongo/ferret: go run . -dir FOLDER")
	}
	return uri
}

// Fresh returns the settings of a new platform on MongoDB and MinIO. The
// database goes with the test. Bidders reach the MinIO directly.
func Fresh(t testing.TB) config.Engines {
	t.Helper()
	uri := Address(t)
	e := On(t, uri, miniotest.Shared(t))
	t.Cleanup(func() { drop(t, uri, e.Database) })
	return e
}

// Database is the name of a fresh database at Address, which goes with the test.
func Database(t testing.TB) (uri, name string) {
	t.Helper()
	uri, name = Address(t), "probity-test-"+strings.ToLower(rand.Text()[:16])
	t.Cleanup(func() { drop(t, uri, name) })
	return uri, name
}

// On returns the settings of a new platform on these servers.
func On(t testing.TB, uri string, store *miniotest.Server) config.Engines {
	t.Helper()
	name := strings.ToLower(rand.Text()[:16])
	e := config.Engines{
		Metadata: config.MongoDB, MongoDB: filepath.Join(t.TempDir(), "mongodb"), Database: "probity-test-" + name,
		Objects: config.MinIO, MinIO: store.URL(), MinIOPublic: store.URL(), Bucket: "test-" + name,
	}
	e.AccessKey, e.SecretKey = miniotest.KeyFiles(t)
	if err := os.WriteFile(e.MongoDB, []byte(uri+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return e
}

func drop(t testing.TB, uri, database string) {
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Error(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	defer client.Disconnect(ctx)
	if err := client.Database(database).Drop(ctx); err != nil {
		t.Errorf("drop the database: %v", err)
	}
}

// Ferret is a MongoDB-protocol server of the test's own.
type Ferret struct {
	URI string

	path, dir, listen string
	cmd               *exec.Cmd
}

// NewFerret starts a server, which ends with the test.
func NewFerret(t testing.TB) *Ferret {
	t.Helper()
	path := os.Getenv("PROBITY_FERRET")
	if path == "" {
		t.Skip("PROBITY_FERRET names no program that can be killed. In server/store/mongo/ferret, go build makes one.")
	}
	f := &Ferret{path: path, dir: t.TempDir(), listen: miniotest.Port(t)}
	f.Start(t)
	t.Cleanup(f.Kill)
	return f
}

// Start starts a server that was killed, on what it has left.
func (f *Ferret) Start(t testing.TB) {
	t.Helper()
	f.cmd = exec.Command(f.path, "-listen", f.listen, "-dir", f.dir)
	f.cmd.Stderr = os.Stderr
	out, err := f.cmd.StdoutPipe()
	if err == nil {
		err = f.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	if !said.Scan() {
		t.Fatalf("the MongoDB-protocol server does not start: %v", said.Err())
	}
	f.URI = strings.TrimPrefix(said.Text(), "ready ")
}

// Kill is kill -9.
func (f *Ferret) Kill() {
	f.cmd.Process.Kill()
	f.cmd.Wait()
}

// Signal sends a signal to the server, to stop its clock, say.
func (f *Ferret) Signal(t testing.TB, s os.Signal) {
	if err := f.cmd.Process.Signal(s); err != nil {
		t.Error(err)
	}
}
