// Package config is what an operator can set. One struct, each field a
// sentence; the same field is a flag, an environment variable and a line of
// the file. Secrets are named by file, never given by value.
//
// What would be dangerous is refused with a sentence at start, not corrected
// silently: see [Server.Check].
package config

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Server is the configuration of one serving process.
type Server struct {
	Engines
	Mail
	Outside

	Data    string `json:"data" help:"Folder of the embedded engines, and of what this server alone needs." default:"probity-data" env:"PROBITY_DATA" validate:"required"`
	Keys    string `json:"keys" help:"Folder of the platform's keys, the same on all its servers; by default the data folder." env:"PROBITY_KEYS"`
	Listen  string `json:"listen" help:"Address to serve on." default:"127.0.0.1:8080" env:"PROBITY_LISTEN" validate:"required,hostname_port"`
	URL     string `json:"url" help:"Address that people use, such as https://tenders.example.org." default:"http://127.0.0.1:8080" env:"PROBITY_URL" validate:"required,url"`
	Name    string `json:"name" help:"Name of the platform, as papers print it." default:"Probity" env:"PROBITY_NAME" validate:"max=120"`
	Zone    string `json:"zone" help:"Time zone in which pages show times, such as Asia/Shanghai." default:"UTC" env:"PROBITY_ZONE" validate:"omitempty,timezone"`
	Origin  string `json:"origin" help:"Name of the transparency log; never changes once the log has begun." default:"localhost/probity" env:"PROBITY_ORIGIN" validate:"required,max=200"`
	Prefix  string `json:"prefix" help:"Registered OCDS prefix of procedure ids." default:"ocds-213czf" env:"PROBITY_OCID_PREFIX" validate:"required"`
	Rules   string `json:"rules" help:"Folder with further rule sets and calendars." env:"PROBITY_RULES" validate:"omitempty,dir"`
	Proxies string `json:"proxies" help:"Comma-separated networks of trusted reverse proxies (CIDR)." env:"PROBITY_PROXIES"`
	Sandbox bool   `json:"sandbox" help:"Training mode: a legal clock that can be stepped, its own log, marked on every paper." env:"PROBITY_SANDBOX"`
	Cover   int    `json:"cover" help:"Pad every batch of the log to at least so many entries, so that its growth tells nothing." env:"PROBITY_COVER" validate:"gte=0,lte=256"`
	Metrics string `json:"metrics" help:"Address to serve Prometheus metrics on, such as 127.0.0.1:9100; none if it is empty. They tell how much happens: no stranger may reach it." env:"PROBITY_METRICS" validate:"omitempty,hostname_port"`
	Uptime  bool   `json:"uptime" help:"Keep a public record of when bids could be handed in; outages move deadlines by the rule set." default:"true" negatable:"" env:"PROBITY_UPTIME"`
	Replay  bool   `json:"replay" help:"Carry the whole log to its readers again, as after a restore: what was deleted is deleted again."`
	Drain   int    `json:"drain" help:"Seconds to go on serving at the end, after readyz has said no; longer than the load balancer takes to notice. 0 means 5 where there may be many servers." env:"PROBITY_DRAIN" validate:"gte=0,lte=300"`
	NewKeys bool   `json:"new_keys" name:"new-keys" help:"Go on with other keys than the platform had so far (vault, upload tickets, seal)." `
	Plain   bool   `json:"plain" help:"Allow plain HTTP on a public address, because TLS ends in front of this server." env:"PROBITY_PLAIN_HTTP"`
}

var ocidPrefix = regexp.MustCompile(`^ocds-[a-z0-9]{6}$`)

// Check refuses a configuration that cannot work or should not.
func (s *Server) Check() error {
	if err := s.checkShapes(); err != nil {
		return err
	}
	if !ocidPrefix.MatchString(s.Prefix) {
		return fmt.Errorf("config: prefix %q is not of the form ocds-xxxxxx", s.Prefix)
	}
	for _, check := range []func() error{s.checkOrigin, s.checkPublic, s.checkProxies} {
		if err := check(); err != nil {
			return err
		}
	}
	if err := s.CheckMail(); err != nil {
		return err
	}
	if err := s.CheckOutside(); err != nil {
		return err
	}
	return s.CheckEngines()
}

// Trusted lists the networks of the reverse proxies.
func (s *Server) Trusted() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for part := range strings.SplitSeq(s.Proxies, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		n, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("config: proxies: %w", err)
		}
		list = append(list, n)
	}
	return list, nil
}

func (s *Server) checkProxies() error {
	_, err := s.Trusted()
	return err
}

// Path names a file in the data folder.
func (s *Server) Path(name string) string { return filepath.Join(s.Data, name) }

// DrainTime is how long to go on serving after readyz has said no.
func (s *Server) DrainTime() time.Duration {
	if s.Drain == 0 && s.Shared() {
		return 5 * time.Second
	}
	return time.Duration(s.Drain) * time.Second
}

// Place says where the platform is kept, for people.
func (s *Server) Place() string {
	if s.Shared() {
		return "the database " + s.Database
	}
	return s.Data
}

// KeyFolder is where the platform's keys are.
func (s *Server) KeyFolder() string {
	if s.Keys == "" {
		return s.Data
	}
	return s.Keys
}

// Key names a file among the platform's keys.
func (s *Server) Key(name string) string { return filepath.Join(s.KeyFolder(), name) }

// CheckFile refuses a configuration file with unknown names, before the
// command line takes its values over.
func CheckFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(new(Server)); err != nil {
		return fmt.Errorf("config: %s: %w", name, err)
	}
	return nil
}
