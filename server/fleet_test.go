package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/documents/blob/minio/miniotest"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/config"
)

// program is what the tests of this package build, once.
var built struct {
	sync.Once
	dir string
	err error
}

func TestMain(m *testing.M) {
	code := miniotest.Main(m)
	os.RemoveAll(built.dir)
	os.Exit(code)
}

func binary(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "probity-built"); built.err != nil {
			return
		}
		if out, err := exec.Command("go", "build", "-o", built.dir, ".").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "server")
}

// fleet is a platform that several processes serve. House is the same platform
// as the test sees it; it does no work.
type fleet struct {
	*apptest.House
	t       testing.TB
	engines config.Engines
	keys    string
	servers []*server
}

// server is one process.
type server struct {
	f      *fleet
	listen string
	data   string

	mu    sync.Mutex
	cmd   *exec.Cmd
	errs  *told
	ended chan struct{}
}

var today sync.Once

// told is what a process has logged, which may be read while it goes on.
type told struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *told) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(b)
}

func (x *told) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// newFleet starts n servers of a new platform. The procedure's dates are of
// today, since the clock is the engine's.
func newFleet(t testing.TB, engines config.Engines, n int) *fleet {
	t.Helper()
	today.Do(func() {
		biddingtest.Published = time.Now().UTC().Truncate(time.Minute)
		due := biddingtest.Published.AddDate(0, 0, 49)
		for due.Weekday() != time.Wednesday {
			due = due.AddDate(0, 0, 1)
		}
		biddingtest.Deadline = due
	})
	f := &fleet{t: t, engines: engines, keys: t.TempDir()}
	f.House = apptest.Open(t, apptest.Options{Engines: engines, Keys: f.keys, Still: true})
	for range n {
		f.servers = append(f.servers, f.add())
	}
	for _, s := range f.servers {
		s.ready()
	}
	t.Cleanup(f.explain)
	return f
}

// rest waits until everything that has happened is in the log and has moved what
// it moves. After many bids that takes a while on a slow database.
func (f *fleet) rest() {
	f.t.Helper()
	for until := time.Now().Add(5 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		done, err := f.Moved(f.t.Context())
		if done {
			return
		}
		if time.Now().After(until) {
			f.t.Fatalf("the platform does not come to rest: %v", err)
		}
	}
}

// explain shows what the servers complained of, if the test failed.
func (f *fleet) explain() {
	if !f.t.Failed() {
		return
	}
	for _, s := range f.servers {
		for line := range strings.Lines(s.errs.String()) {
			if !strings.Contains(line, `"level":"INFO"`) {
				f.t.Logf("%s: %s", s.listen, line)
			}
		}
	}
}

func (f *fleet) add() *server {
	f.t.Helper()
	s := &server{f: f, listen: miniotest.Port(f.t), data: f.t.TempDir()}
	s.start()
	f.t.Cleanup(s.kill)
	return s
}

// start starts the process, as an operator does: with a file of settings.
func (s *server) start() {
	s.f.t.Helper()
	e := s.f.engines
	settings, err := json.Marshal(map[string]any{
		"data": s.data, "keys": s.f.keys, "listen": s.listen, "url": s.f.Config.URL, "origin": s.f.Config.Origin, "sandbox": true, "drain": 5,
		"metadata": e.Metadata, "mongodb": e.MongoDB, "database": e.Database,
		"objects": e.Objects, "minio": e.MinIO, "minio_public": e.MinIOPublic, "bucket": e.Bucket, "access_key": e.AccessKey, "secret_key": e.SecretKey,
	})
	file := filepath.Join(s.data, "settings.json")
	if err == nil {
		err = os.WriteFile(file, settings, 0o600)
	}
	if err != nil {
		s.f.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errs, s.ended = &told{}, make(chan struct{})
	s.cmd = exec.Command(binary(s.f.t), "serve", "--config", file)
	s.cmd.Stderr = s.errs
	if err := s.cmd.Start(); err != nil {
		s.f.t.Fatal(err)
	}
	cmd, ended := s.cmd, s.ended
	go func() { cmd.Wait(); close(ended) }()
}

// is reports whether the server answers so to readyz.
func (s *server) is(status int) bool {
	res, err := probing.Get("http://" + s.listen + "/readyz")
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == status
}

var probing = &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// ready waits until the server is.
func (s *server) ready() {
	s.f.t.Helper()
	for until := time.Now().Add(time.Minute); !s.is(http.StatusOK); time.Sleep(20 * time.Millisecond) {
		select {
		case <-s.ended:
			s.f.t.Fatalf("the server has ended: %s", s.said())
		default:
		}
		if time.Now().After(until) {
			s.f.t.Fatalf("the server does not become ready: %s", s.said())
		}
	}
}

// revive does what a supervisor does: it starts a process that has ended, until
// it is ready.
func (s *server) revive() {
	s.f.t.Helper()
	for until := time.Now().Add(time.Minute); !s.is(http.StatusOK); time.Sleep(50 * time.Millisecond) {
		select {
		case <-s.ended:
			s.start()
		default:
		}
		if time.Now().After(until) {
			s.f.t.Fatalf("the server does not become ready: %s", s.said())
		}
	}
}

// said is the end of what the process has logged.
func (s *server) said() string {
	b := s.errs.String()
	return b[max(0, len(b)-3000):]
}

func (s *server) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd.Process.Pid
}

// kill is kill -9.
func (s *server) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd.Process.Kill()
	<-s.ended
}

// stop asks the process to end, and waits until it has.
func (s *server) stop() {
	s.f.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.f.t.Fatal(err)
	}
	select {
	case <-s.ended:
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			s.f.t.Errorf("a server that was asked to end ended with status %d: %s", code, s.said())
		}
	case <-time.After(time.Minute):
		s.f.t.Fatal("a server does not end")
	}
}

// keeper waits until one of the servers has its turn to keep the log, and
// returns it.
func (f *fleet) keeper(not *server) *server {
	f.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		name, err := app.Holder(f.t.Context(), f.Engine)
		if err != nil {
			f.t.Fatal(err)
		}
		part := strings.Split(name, "/")
		if len(part) != 3 {
			continue
		}
		for _, s := range f.servers {
			if s != not && part[1] == strconv.Itoa(s.pid()) {
				return s
			}
		}
	}
	f.t.Fatal("no server takes its turn")
	return nil
}

// answered is what a server said.
type answered struct {
	status int
	code   string
	after  string // Retry-After
	body   []byte

	replayed bool
}

// ask sends one request to a server; headers come in pairs. An error means that it is not known what
// has become of it.
func (s *server) ask(ctx context.Context, token, method, path string, in any, headers ...string) (a answered, err error) {
	b, err := json.Marshal(in)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.listen+path, bytes.NewReader(b))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	a.replayed = res.Header.Get("Idempotency-Replayed") != ""
	a.status, a.after = res.StatusCode, res.Header.Get("Retry-After")
	if a.body, err = io.ReadAll(res.Body); err != nil {
		return a, err
	}
	var p struct{ Code string }
	if a.status >= 400 {
		err = json.Unmarshal(a.body, &p)
	}
	a.code = p.Code
	return a, err
}
