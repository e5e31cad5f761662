package minio

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
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

const (
	user   = "probity-test"
	secret = "probity-test-secret"
)

// binary finds the program, or skips.
func binary(t testing.TB) string {
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

// process is a MinIO of its own.
type process struct {
	path, data, address string
	cmd                 *exec.Cmd
	log                 *os.File
}

func (p *process) start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(p.path, "server", "--quiet", "--address", p.address, p.data)
	p.cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+user, "MINIO_ROOT_PASSWORD="+secret, "MINIO_BROWSER=off", "MINIO_UPDATE=off",
		"MINIO_KMS_SECRET_KEY=test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := p.client(t).BucketExists(t.Context(), "ready")
		if err == nil {
			return
		}
		if time.Now().After(until) {
			b, _ := os.ReadFile(p.log.Name())
			t.Fatalf("MinIO does not start: %v\n%s", err, b)
		}
	}
}

// kill is kill -9.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

func (p *process) client(t testing.TB) *s3.Core {
	t.Helper()
	c, err := s3.NewCore(p.address, &s3.Options{Creds: credentials.NewStaticV4(user, secret, ""), Region: "us-east-1", MaxRetries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newProcess starts a MinIO whose data are in dir.
func newProcess(t testing.TB, dir string) *process {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	p := &process{path: binary(t), data: filepath.Join(dir, "data"), address: l.Addr().String()}
	if p.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	p.start(t)
	return p
}

// shared is the MinIO of all tests but those that kill it. Tests of a child
// process use their parent's.
var shared struct {
	sync.Mutex
	*process
	dir string
}

const childAddress = "BLOB_MINIO_ADDRESS"

func running(t testing.TB) *process {
	t.Helper()
	if address := os.Getenv(childAddress); address != "" {
		return &process{address: address}
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.process != nil {
		return shared.process
	}
	binary(t)
	dir, err := os.MkdirTemp("", "probity-minio")
	if err != nil {
		t.Fatal(err)
	}
	shared.dir = dir
	shared.process = newProcess(t, dir)
	return shared.process
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.process != nil {
		shared.kill()
		if err := os.RemoveAll(shared.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

func newBucket() string {
	var b [8]byte
	rand.Read(b[:])
	return "test-" + hex.EncodeToString(b[:])
}

// options are for a new bucket of p, reachable by bidders.
func options(t testing.TB, p *process) Options {
	t.Helper()
	o := Options{Endpoint: "http://" + p.address, PublicEndpoint: "http://" + p.address, Bucket: newBucket(), Make: true, Lock: true, Patience: 20 * time.Second}
	o.AccessKeyFile, o.SecretKeyFile = filepath.Join(t.TempDir(), "user"), filepath.Join(t.TempDir(), "secret")
	err := errors.Join(os.WriteFile(o.AccessKeyFile, []byte(user+"\n"), 0o600), os.WriteFile(o.SecretKeyFile, []byte(secret+"\n"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}
