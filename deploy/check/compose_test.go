package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestCompose: the file is what compose reads, every secret is a file, only the
// proxy is reached from outside, and what is mounted is there.
func TestCompose(t *testing.T) {
	o, err := cli.NewProjectOptions([]string{"../compose/compose.yaml", "../compose/trial.yaml"}, cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Services) != 8 {
		t.Errorf("%d services", len(p.Services))
	}
	used := map[string]bool{}
	for name, s := range p.Services {
		for _, port := range s.Ports {
			if name != "proxy" && port.HostIP != "127.0.0.1" {
				t.Errorf("%s is reached from outside on %s", name, port.Published)
			}
		}
		if s.Image == "" || name != "probity" && !strings.Contains(s.Image, ":") || strings.HasSuffix(s.Image, ":latest") {
			t.Errorf("%s: nobody knows what %q is", name, s.Image)
		}
		for _, x := range s.Secrets {
			used[x.Source] = true
			if p.Secrets[x.Source].File == "" {
				t.Errorf("%s wants the secret %s, which is no file", name, x.Source)
			}
		}
		for key, value := range s.Environment {
			if value != nil && (strings.Contains(key, "PASSWORD") || strings.Contains(key, "SECRET")) && !strings.HasSuffix(key, "_FILE") {
				t.Errorf("%s has a secret in its environment: %s", name, key)
			}
		}
		mounts(t, name, s)
	}
	for name := range p.Secrets {
		if !used[name] {
			t.Errorf("nobody wants the secret %s", name)
		}
	}
	s := p.Services["probity"]
	if !s.ReadOnly || s.User != "65532:65532" || len(s.CapDrop) != 1 || len(s.Networks) != 5 || *s.Deploy.Replicas < 2 {
		t.Errorf("the server has more rights than it needs: %+v", s)
	}
	sink := p.Services[*s.Environment["PROBITY_MAIL_HOST"]]
	if _, there := sink.Networks["away"]; !there || *s.Environment["PROBITY_MAIL_SECURITY"] != "none" {
		t.Errorf("mail of a trial does not reach the box: %+v", sink)
	}
	for _, n := range []string{"front", "metadata", "documents", "observe"} {
		if !p.Networks[n].Internal {
			t.Errorf("the network %s is open", n)
		}
	}
}

// mounts wants the files that are mounted to be there, but for those that an
// operator makes.
func mounts(t *testing.T, name string, s types.ServiceConfig) {
	t.Helper()
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeBind || strings.Contains(v.Source, filepath.FromSlash("/compose/secrets")) {
			continue
		}
		if _, err := os.Stat(v.Source); err != nil || !v.ReadOnly {
			t.Errorf("%s mounts %s: %v, read only: %v", name, v.Source, err, v.ReadOnly)
		}
	}
}
