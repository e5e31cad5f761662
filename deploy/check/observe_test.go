package check

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// TestAlerts are rules that Prometheus loads; each says what it is, how bad it
// is, and has a section in the runbook.
func TestAlerts(t *testing.T) {
	groups, errs := rulefmt.Parse(read(t, "../observe/alerts.yaml"), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, err := range errs {
		t.Error(err)
	}
	if groups == nil {
		t.FailNow()
	}
	runbook := string(read(t, "..", "watching.md"))
	n := 0
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			n++
			if r.Alert == "" || r.Annotations["summary"] == "" || r.Labels["severity"] != "page" && r.Labels["severity"] != "ticket" {
				t.Errorf("%s: %+v", g.Name, r)
			}
			if !strings.Contains(runbook, "`"+r.Alert+"`") {
				t.Errorf("the runbook does not say what to do about %s", r.Alert)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d alerts", n)
	}
}

// TestDashboard: JSON as Grafana has it, and every query is one.
func TestDashboard(t *testing.T) {
	var d struct {
		UID, Title string
		Panels     []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr, RefID string }
		}
	}
	b := json.NewDecoder(bytes.NewReader(read(t, "../observe/dashboard.json")))
	if err := b.Decode(&d); err != nil || b.More() {
		t.Fatal(err)
	}
	ids, queries := map[int]bool{}, 0
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.GridPos.W < 1 || p.GridPos.X+p.GridPos.W > 24 || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %d %q", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, x := range p.Targets {
			queries++
			if _, err := parser.NewParser(parser.Options{}).ParseExpr(x.Expr); err != nil {
				t.Errorf("%s: %v", p.Title, err)
			}
		}
	}
	if queries < 20 || d.UID == "" {
		t.Errorf("%d queries", queries)
	}
}

// TestScrape: Prometheus looks where the compose file has the servers.
func TestScrape(t *testing.T) {
	var c struct {
		Global        map[string]string `json:"global"`
		RuleFiles     []string          `json:"rule_files"`
		ScrapeConfigs []struct {
			JobName string `json:"job_name"`
			DNS     []struct {
				Names []string `json:"names"`
				Type  string   `json:"type"`
				Port  int      `json:"port"`
			} `json:"dns_sd_configs"`
		} `json:"scrape_configs"`
	}
	if err := yaml.UnmarshalStrict(read(t, "../observe/prometheus.yaml"), &c); err != nil {
		t.Fatal(err)
	}
	if x := c.ScrapeConfigs[0]; x.JobName != "probity" || x.DNS[0].Names[0] != "probity" || x.DNS[0].Port != 9100 {
		t.Errorf("%+v", x)
	}
}

// TestUnit: systemd reads the unit without a complaint, and finds it hardened.
func TestUnit(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil && os.Getenv("PROBITY_CI") != "" {
		t.Fatal("there is no systemd-analyze, and CI is to bring it")
	}
	if err != nil {
		t.Skip("there is no systemd-analyze on this machine")
	}
	out, err := exec.Command(tool, "verify", "--man=no", "../probity.service").CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "/usr/local/bin/probity is not executable") {
			t.Errorf("%s", line)
		}
	}
	if err != nil && !strings.Contains(string(out), "is not executable") {
		t.Error(err)
	}
	out, err = exec.Command(tool, "security", "--offline=true", "--threshold=15", "../probity.service").CombinedOutput()
	score := regexp.MustCompile(`Overall exposure level for probity.service: (\S+)`).FindSubmatch(out)
	if err != nil || score == nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("exposure %s of 10", score[1])
}
