package config

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write deploy/settings.md")

// plain is what a server has that was given nothing.
func unset() *Server {
	return &Server{Data: "probity-data", Listen: "127.0.0.1:8080", URL: "http://127.0.0.1:8080", Origin: DefaultOrigin, Prefix: "ocds-213czf", Uptime: true}
}

// TestSentences: what is wrong or dangerous is refused with a sentence that
// names the setting as the file does.
func TestSentences(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*Server)
		says string
	}{
		{"as it comes", func(*Server) {}, ""},
		{"behind a proxy", func(s *Server) { s.URL, s.Origin = "https://t.example", "t.example/log" }, ""},
		{"no data", func(s *Server) { s.Data = "" }, `data must be set`},
		{"no address", func(s *Server) { s.Listen = "everywhere" }, `listen must be an address to listen on`},
		{"no web address", func(s *Server) { s.URL = "t.example" }, `url must be an address such as https://`},
		{"a path in the address", func(s *Server) { s.URL = "http://127.0.0.1/x" }, `a host and nothing more`},
		{"a name in the address", func(s *Server) { s.URL = "https://u:p@127.0.0.1" }, `a host and nothing more`},
		{"no time zone", func(s *Server) { s.Zone = "Mars/Olympus" }, `zone must be a time zone`},
		{"no folder", func(s *Server) { s.Rules = "/nowhere/at/all" }, `rules must be a folder that is there`},
		{"a negative cover", func(s *Server) { s.Cover = -1 }, `cover must be 0 or more`},
		{"too much cover", func(s *Server) { s.Cover = 257 }, `cover must be 256 or less`},
		{"a long name", func(s *Server) { s.Name = strings.Repeat("x", 121) }, `name must have at most 120 characters`},
		{"no engine of ours", func(s *Server) { s.Metadata = "oracle" }, `metadata must be embedded or mongodb`},
		{"no prefix", func(s *Server) { s.Prefix = "ocds" }, `ocds-xxxxxx`},
		{"a log that cannot be", func(s *Server) { s.Origin = "a b" }, `may hold no space`},
		{"a log that nobody has named", func(s *Server) { s.URL = "https://t.example" }, `choose one that you will keep, such as t.example/log`},
		{"open to all", func(s *Server) { s.Listen = "0.0.0.0:80" }, `over plain HTTP`},
		{"open to all, knowingly", func(s *Server) { s.Listen, s.Plain = "0.0.0.0:80", true }, ``},
		{"metrics for all", func(s *Server) { s.Metrics = ":9100" }, `metrics tell how many bids come in`},
		{"metrics for us", func(s *Server) { s.Metrics = "127.0.0.1:9100" }, ``},
		{"metrics with the rest", func(s *Server) { s.Metrics = s.Listen }, `the same address`},
		{"people without TLS", func(s *Server) { s.URL, s.Origin = "http://t.example", "t.example/log" }, `without TLS`},
		{"no network", func(s *Server) { s.Proxies = "10.0.0.0/8, proxy" }, `proxies`},
		{"a wait without end", func(s *Server) { s.Drain = 301 }, `drain must be 300 or less`},
	} {
		s := unset()
		c.do(s)
		err := s.Check()
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "config: ")):
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

// TestDoubts: what is allowed and perhaps not meant is said.
func TestDoubts(t *testing.T) {
	t.Setenv("PROBITY_LISTN", "x")
	for _, c := range []struct {
		says string
		do   func(*Server)
	}{
		{"every visitor looks like the proxy", func(s *Server) { s.Plain = true }},
		{"nobody can see when", func(s *Server) { s.Uptime = false }},
		{"papers will name", func(s *Server) { s.Name = "Probity" }},
		{"nobody is told", func(*Server) {}},
		{"minio is reached without TLS", func(s *Server) { s.Objects, s.MinIO = MinIO, "http://store:9000" }},
		{"can delete", func(s *Server) { s.MinIOUnlocked = true }},
		{"at every start", func(s *Server) { s.Replay = true }},
		{"other keys than before", func(s *Server) { s.NewKeys = true }},
		{"a data folder of its own", func(s *Server) { s.Metadata = MongoDB }},
		{"PROBITY_LISTN means nothing", func(*Server) {}},
	} {
		s := unset()
		c.do(s)
		if got := strings.Join(s.Doubts(), "\n"); !strings.Contains(got, c.says) {
			t.Errorf("%q is not said; said is\n%s", c.says, got)
		}
	}
	calm := unset()
	calm.Metrics = "127.0.0.1:9100"
	if list := calm.Doubts(); len(list) != 1 {
		t.Errorf("a good configuration is doubted: %v", list)
	}
}

const deploy = "../../deploy"

// table is settings.md.
func table() string {
	var b strings.Builder
	b.WriteString("# Settings\n\nMade from the program by `go test ./server/config -update`; do not edit.\n\n" +
		"Each setting can stand in the file (`--config FILE`, one JSON object), in the environment, or on the command line of `probity serve`.\n" +
		"The command line has the last word, then the environment, then the file. Names that mean nothing are refused in the file.\n" +
		"Secrets are named by file and are never values. `probity serve --check` says whether the settings are good, and what is doubtful.\n\n" +
		"| in the file | command line | environment | if it is not set | what it is |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range Fields() {
		value := f.Default
		if value == "" && f.Switch {
			value = "false"
		}
		if value != "" {
			value = "`" + value + "`"
		}
		variable := ""
		if f.Variable != "" {
			variable = "`" + f.Variable + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", f.Name, f.Flag, variable, value, strings.ReplaceAll(f.Help, "|", `\|`))
	}
	return b.String()
}

// TestSettingsAreExplained: every field has a sentence, and settings.md is made
// of them.
func TestSettingsAreExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if f.Name == "" || seen[f.Name] || len(f.Help) < 15 || !strings.HasSuffix(strings.TrimSpace(f.Help), ".") {
			t.Errorf("%+v is not explained", f)
		}
		seen[f.Name] = true
	}
	name := filepath.Join(deploy, "settings.md")
	if *update {
		if err := os.WriteFile(name, []byte(table()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != table() {
		t.Errorf("deploy/settings.md is not what the program says; run go test ./server/config -update (%v)", err)
	}
}

// examples are the settings files of deploy/, with what they stand for.
var examples = []string{"settings.example.json", "compose/settings.json", "kubernetes/settings.json"}

// TestExamples: every settings file of deploy/ loads and is accepted, once the
// secrets that it names are there; the example has every setting and nothing
// else.
func TestExamples(t *testing.T) {
	for _, name := range examples {
		path := filepath.Join(deploy, name)
		if err := CheckFile(path); err != nil {
			t.Error(err)
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s := unset()
		if err := json.Unmarshal(b, s); err != nil {
			t.Fatal(err)
		}
		secrets(t, s)
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, d := range s.Doubts() {
			if !strings.Contains(d, "minio is reached without TLS") && !strings.HasPrefix(d, "The variable") {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
	b, err := os.ReadFile(filepath.Join(deploy, "settings.example.json"))
	if err != nil {
		t.Fatal(err)
	}
	var has map[string]any
	if err := json.Unmarshal(b, &has); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range Fields() {
		want = append(want, f.Name)
		if _, ok := has[f.Name]; !ok {
			t.Errorf("settings.example.json does not name %s", f.Name)
		}
	}
	for name := range has {
		if !slices.Contains(want, name) {
			t.Errorf("settings.example.json names %s", name)
		}
	}
}

// secrets puts files in the place of those that a settings file names.
func secrets(t *testing.T, s *Server) {
	t.Helper()
	for _, x := range []struct {
		file    *string
		content string
	}{{&s.MongoDB, "mongodb://u:p@db/"}, {&s.AccessKey, "key"}, {&s.SecretKey, "secret"}, {&s.MailPassword, "secret"}, {&s.OutsideSecret, "secret"}} {
		if *x.file == "" {
			continue
		}
		if !filepath.IsAbs(*x.file) {
			t.Errorf("%s is not a whole path", *x.file)
		}
		*x.file = write(t, x.content, 0o600)
	}
	if s.Rules != "" {
		s.Rules = t.TempDir()
	}
}

// TestUnknownNames are refused.
func TestUnknownNames(t *testing.T) {
	for _, text := range []string{`{"lisen":"127.0.0.1:1"}`, `{"secret_key_value":"x"}`, `[]`, `{"cover":"many"}`, `{`} {
		if err := CheckFile(write(t, text, 0o600)); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}
