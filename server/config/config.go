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
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/go-playground/validator/v10"
)

// Server is the configuration of one serving process.
type Server struct {
	Data    string `json:"data" help:"Folder of the embedded engines, keys and papers." default:"probity-data" env:"PROBITY_DATA" validate:"required"`
	Listen  string `json:"listen" help:"Address to serve on." default:"127.0.0.1:8080" env:"PROBITY_LISTEN" validate:"required,hostname_port"`
	URL     string `json:"url" help:"Address that people use, such as https://tenders.example.org." default:"http://127.0.0.1:8080" env:"PROBITY_URL" validate:"required,url"`
	Name    string `json:"name" help:"Name of the platform, as papers print it." default:"Probity" env:"PROBITY_NAME" validate:"max=120"`
	Origin  string `json:"origin" help:"Name of the transparency log; never changes once the log has begun." default:"localhost/probity" env:"PROBITY_ORIGIN" validate:"required,max=200"`
	Prefix  string `json:"prefix" help:"Registered OCDS prefix of procedure ids." default:"ocds-213czf" env:"PROBITY_OCID_PREFIX" validate:"required"`
	Rules   string `json:"rules" help:"Folder with further rule sets and calendars." env:"PROBITY_RULES" validate:"omitempty,dir"`
	Proxies string `json:"proxies" help:"Comma-separated networks of trusted reverse proxies (CIDR)." env:"PROBITY_PROXIES"`
	Sandbox bool   `json:"sandbox" help:"Training mode: a legal clock that can be stepped, its own log, marked on every paper." env:"PROBITY_SANDBOX"`
	Cover   int    `json:"cover" help:"Pad every batch of the log to at least so many entries, so that its growth tells nothing." env:"PROBITY_COVER" validate:"gte=0,lte=256"`
	Replay  bool   `json:"replay" help:"Carry the whole log to its readers again, as after a restore: what was deleted is deleted again."`
	Plain   bool   `json:"plain" help:"Allow plain HTTP on a public address, because TLS ends in front of this server." env:"PROBITY_PLAIN_HTTP"`
}

var ocidPrefix = regexp.MustCompile(`^ocds-[a-z0-9]{6}$`)

// Check refuses a configuration that cannot work or should not.
func (s *Server) Check() error {
	v := validator.New(validator.WithRequiredStructEnabled())
	if err := v.Struct(s); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if !ocidPrefix.MatchString(s.Prefix) {
		return fmt.Errorf("config: prefix %q is not of the form ocds-xxxxxx", s.Prefix)
	}
	if strings.ContainsAny(s.Origin, " +\n") {
		return fmt.Errorf("config: origin %q may hold no space and no plus sign (C2SP signed-note)", s.Origin)
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" && u.Path != "/" {
		return fmt.Errorf("config: url %q must be http or https and have no path", s.URL)
	}
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return fmt.Errorf("config: listen %q: %w", s.Listen, err)
	}
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	if !local && !s.Plain {
		return fmt.Errorf("config: %s can be reached from outside over plain HTTP; serve on 127.0.0.1 behind a TLS proxy, or set plain", s.Listen)
	}
	return nil
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

// Path names a file in the data folder.
func (s *Server) Path(name string) string { return filepath.Join(s.Data, name) }

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
