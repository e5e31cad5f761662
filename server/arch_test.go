package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "probity/"

// leaves may be imported by everybody.
var leaves = []string{"tender/fault", "tender/canon", "tender/event", "tender/store", "tender/sign", "tender/text"}

// may says which folders may import which, beside the leaves and what lies in
// the same top folder. A folder ends in a slash to speak for all below it. A
// new arrow is a decision and deserves a line here.
var may = []struct {
	folder string
	list   []string
}{
	{"tender/fault", nil},
	{"tender/canon", nil},
	{"tender/event", nil},
	{"tender/text", nil},
	{"tender/sign", nil},
	{"tender/store/", nil},
	{"tender/party", nil},
	{"tender/rules", nil},
	{"tender/cycle", []string{"tender/party"}},
	{"tender", []string{"tender/cycle", "tender/party", "tender/rules"}},
	{"tender/complaint", []string{"tender", "tender/cycle", "tender/party", "tender/rules", "tender/award"}},
	{"tender/contract", []string{"tender", "tender/cycle", "tender/party", "tender/rules", "tender/award"}},
	{"tender/", []string{"tender", "tender/cycle", "tender/party", "tender/rules"}},
	{"bidding/", []string{"tender/", "bidding/"}},
	{"documents/", []string{"tender/", "documents/"}},
	{"server/", []string{"tender/", "bidding/", "documents/", "server/"}},
	{"deploy/", []string{"tender/", "bidding/", "documents/", "server/"}},
}

// homes says where each heavy package lives. Nobody else may import it.
var homes = map[string]string{
	"net/http":                        "server/",
	"github.com/labstack/echo/v4":     "server/web",
	"go.mongodb.org/mongo-driver/v2/": "server/store/mongo",
	"go.etcd.io/bbolt":                "server/store/bolt",
	"github.com/minio/minio-go/v7":    "documents/blob/minio",
	"github.com/jung-kurt/gofpdf":     "documents/pdf",
	"github.com/coreos/go-oidc/":      "server/outside",
	"github.com/alecthomas/kong":      "server",
	"golang.org/x/oauth2":             "server/outside",
	"github.com/prometheus/":          "server/telemetry",
	"go.opentelemetry.io/":            "server/telemetry",
}

// TestImports reads the tree itself, so that go test runs it again when any
// file changes.
func TestImports(t *testing.T) {
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := strings.TrimPrefix(path.Dir(filepath.ToSlash(name)), "../")
		if from == "." { // of this package itself
			from = "server"
		}
		if support(from) {
			return nil
		}
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			if support(imp) && strings.HasPrefix(imp, module) {
				t.Errorf("%s: %s is for tests", name, imp)
			}
			if to, ours := strings.CutPrefix(imp, module); ours && !allowed(from, to) {
				t.Errorf("%s: %s may not import %s", name, from, to)
			}
			for pkg, home := range homes {
				if in(imp, pkg) && !in(from, home) {
					t.Errorf("%s: %s belongs in %s", name, imp, home)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func allowed(from, to string) bool {
	if slices.Contains(leaves, to) {
		return true
	}
	for _, r := range may {
		if in(from, r.folder) {
			return slices.ContainsFunc(r.list, func(f string) bool { return in(to, f) }) || to == strings.TrimSuffix(r.folder, "/")
		}
	}
	return false
}

// support reports whether a package is there for tests: awardtest, storetest.
func support(name string) bool { return strings.HasSuffix(path.Base(name), "test") }

// in reports whether name is folder, or below it when folder ends in a slash.
func in(name, folder string) bool {
	return name == path.Clean(folder) || strings.HasSuffix(folder, "/") && strings.HasPrefix(name, folder)
}

// TestTop holds the top level of the tree to what it is.
func TestTop(t *testing.T) {
	want := []string{"LICENSE", "README.md", "bidding", "deploy", "documents", "go.mod", "go.sum", "server", "tender"}
	entries, err := filepath.Glob("../*")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := filepath.Base(e); !slices.Contains(want, name) && !strings.HasPrefix(name, ".") && !ignored(name) {
			t.Errorf("%s does not belong at the top", name)
		}
	}
}

// ignored are files that a run leaves behind and git does not track.
func ignored(name string) bool {
	return name == "probity" || name == "probity-data" || name == "demo-out" || strings.HasSuffix(name, ".test")
}
