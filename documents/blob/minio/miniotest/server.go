// Package miniotest starts MinIO for tests: a program of its own, on folders of
// the test's own, which can be killed and started again. Start with [Shared],
// which most tests want.
package miniotest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// serverVersion is the MinIO that these tests were written against. CI builds
// it; anybody else may, with go install github.com/minio/minio@...
const serverVersion = "v0.0.0-20260212201848-7aac2a2c5b7c"

// User and Secret open every server of this package.
const (
	User   = "probity-test"
	Secret = "probity-test-secret"
)

// Binary finds the program, or skips.
func Binary(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("PROBITY_MINIO"); path != "" {
		return path
	}
	if path, err := exec.LookPath("minio"); err == nil {
		return path
	}
	out, err := exec.Command("go", "env", "GOPATH").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(out)), "bin", "minio")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if os.Getenv("PROBITY_CI") == "" {
		t.Skipf("there is no MinIO on this machine; go install github.com/minio/minio@%s makes one", serverVersion)
	}
	build := exec.Command("go", "install", "github.com/minio/minio@"+serverVersion)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build MinIO: %v\n%s", err, out)
	}
	return path
}

// Server is one MinIO.
type Server struct {
	Address string // host:port

	path, data string
	cmd        *exec.Cmd
	log        *os.File
}

// New starts a MinIO whose data are in dir. Whoever calls it kills it.
func New(t testing.TB, dir string) *Server {
	t.Helper()
	s := &Server{path: Binary(t), data: filepath.Join(dir, "data"), Address: Port(t)}
	var err error
	if s.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	return s
}

// Start starts a server that was killed, on what it has left.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command(s.path, "server", "--quiet", "--address", s.Address, s.data)
	s.cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+User, "MINIO_ROOT_PASSWORD="+Secret, "MINIO_BROWSER=off", "MINIO_UPDATE=off",
		"MINIO_KMS_SECRET_KEY=test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(3 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		_, err := s.Client(t).BucketExists(t.Context(), "ready")
		if err == nil {
			return
		}
		if time.Now().After(until) {
			b, _ := os.ReadFile(s.log.Name())
			t.Fatalf("MinIO does not start: %v\n%s", err, b)
		}
	}
}

// Kill is kill -9.
func (s *Server) Kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// Client talks to the server with all rights.
func (s *Server) Client(t testing.TB) *s3.Core {
	t.Helper()
	c, err := s3.NewCore(s.Address, &s3.Options{Creds: credentials.NewStaticV4(User, Secret, ""), Region: "us-east-1", MaxRetries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// URL is the address for programs.
func (s *Server) URL() string { return "http://" + s.Address }

// KeyFiles writes the keys into files of the test's own.
func KeyFiles(t testing.TB) (access, secret string) {
	t.Helper()
	access, secret = filepath.Join(t.TempDir(), "user"), filepath.Join(t.TempDir(), "secret")
	err := errors.Join(os.WriteFile(access, []byte(User+"\n"), 0o600), os.WriteFile(secret, []byte(Secret+"\n"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return access, secret
}

// shared is the server of all tests of a package but those that kill it.
var shared struct {
	sync.Mutex
	*Server
	dir   string
	ended bool // whether Main will end it
}

// SharedAddress is set in child processes of a test, which use the server of
// their parent.
const SharedAddress = "BLOB_MINIO_ADDRESS"

// Shared returns the server of this package's tests, started when it is first
// wanted. The package's TestMain calls [Main].
func Shared(t testing.TB) *Server {
	t.Helper()
	if address := os.Getenv(SharedAddress); address != "" {
		return &Server{Address: address}
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.Server != nil {
		return shared.Server
	}
	if !shared.ended {
		t.Fatal("nobody would end the MinIO of these tests: TestMain must call miniotest.Main")
	}
	Binary(t)
	dir, err := os.MkdirTemp("", "probity-minio")
	if err != nil {
		t.Fatal(err)
	}
	shared.dir = dir
	shared.Server = New(t, dir)
	return shared.Server
}

// Main runs the tests, ends the shared server, and returns the status to exit
// with.
func Main(m *testing.M) int {
	shared.ended = true
	code := m.Run()
	if shared.Server != nil {
		shared.Kill()
		if err := os.RemoveAll(shared.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}
