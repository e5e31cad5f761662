package audit_test

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// standIn is a testing.TB for what is made once and lasts for all tests, so
// that no single test ends it.
type standIn struct {
	testing.TB
	folder string
}

func (*standIn) Helper() {}

func (s *standIn) TempDir() string {
	dir, err := os.MkdirTemp(s.folder, "audit-")
	if err != nil {
		panic(err)
	}
	return dir
}

func (*standIn) Context() context.Context { return context.Background() }

func (*standIn) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

func (*standIn) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// folder is where the shared world lies; TestMain removes it.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "audit-test-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}
