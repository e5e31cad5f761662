package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes a file of the test's own.
func write(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEngines: each wrong choice is refused with a sentence that names it, and
// no sentence tells a secret.
func TestEngines(t *testing.T) {
	right := func() Engines {
		return Engines{
			Metadata: MongoDB, MongoDB: write(t, "mongodb://u:hush@db/\n", 0o600), Database: "probity",
			Objects: MinIO, MinIO: "https://store:9000", Bucket: "probity", AccessKey: write(t, "key", 0o600), SecretKey: write(t, "hush", 0o640),
		}
	}
	for _, c := range []struct {
		name string
		do   func(*Engines)
		says string
	}{
		{"as it should be", func(*Engines) {}, ""},
		{"nothing said", func(e *Engines) { *e = Engines{} }, ""},
		{"the embedded ones by name", func(e *Engines) { *e = Engines{Metadata: Embedded, Objects: Folder} }, ""},
		{"an address and no choice", func(e *Engines) { e.Metadata = "" }, "metadata is not mongodb"},
		{"a store and no choice", func(e *Engines) { e.Objects = "" }, "objects is not minio"},
		{"encryption of a folder", func(e *Engines) { *e = Engines{MinIOEncrypted: true} }, "mean nothing"},
		{"a folder for many", func(e *Engines) { *e = Engines{Metadata: MongoDB, MongoDB: e.MongoDB, Database: "p"} }, "do not see each other's folders"},
		{"no address", func(e *Engines) { e.MongoDB = "" }, "mongodb must name the file"},
		{"no such file", func(e *Engines) { e.MongoDB += "x" }, "no such file"},
		{"a folder as file", func(e *Engines) { e.MongoDB = t.TempDir() }, "is not a file"},
		{"a secret for all to read", func(e *Engines) { e.MongoDB = write(t, "mongodb://u:hush@db/", 0o604) }, "can be read by everybody"},
		{"an empty file", func(e *Engines) { e.SecretKey = write(t, "\n", 0o600) }, "is empty"},
		{"another kind of address", func(e *Engines) { e.MongoDB = write(t, "http://hush/", 0o600) }, "does not hold an address"},
		{"no database", func(e *Engines) { e.Database = "" }, "database"},
		{"a strange database", func(e *Engines) { e.Database = "a.b" }, "database"},
		{"no bucket", func(e *Engines) { e.Bucket = "" }, "bucket"},
		{"no access key", func(e *Engines) { e.AccessKey = "" }, "access_key"},
		{"no address of the store", func(e *Engines) { e.MinIO = "store" }, "is not an address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := right()
			c.do(&e)
			err := e.CheckEngines()
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("a secret is told: %v", err)
			}
		})
	}
}

// TestPlace: people are told where a platform is, never how to get in.
func TestPlace(t *testing.T) {
	s := Server{Data: "here"}
	if s.Place() != "here" || s.KeyFolder() != "here" || s.Key("x") != "here/x" || s.Shared() {
		t.Errorf("embedded: %q, %q", s.Place(), s.Key("x"))
	}
	s.Engines, s.Keys = Engines{Metadata: MongoDB, Database: "probity", MongoDB: "uri"}, "apart"
	if s.Place() != "the database probity" || s.Key("x") != "apart/x" || !s.Shared() {
		t.Errorf("shared: %q, %q", s.Place(), s.Key("x"))
	}
}
