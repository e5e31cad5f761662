package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"
)

// shapes checks what a single setting must look like, and names settings as the
// file does.
var shapes = func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("json") })
	return v
}()

// wants is what a setting must be, by the check that it failed.
var wants = map[string]string{
	"required":      "must be set",
	"hostname_port": "must be an address to listen on, such as 127.0.0.1:8080",
	"url":           "must be an address such as https://tenders.example.org",
	"timezone":      "must be a time zone such as Asia/Shanghai",
	"dir":           "must be a folder that is there",
}

// checkShapes is the first setting that does not look as it must, in a sentence.
func (s *Server) checkShapes() error {
	err := shapes.Struct(s)
	wrong, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok || len(wrong) == 0 {
		return err
	}
	w := wrong[0]
	want, ok := wants[w.Tag()]
	switch {
	case ok:
	case w.Tag() == "oneof":
		want = "must be " + strings.ReplaceAll(w.Param(), " ", " or ")
	case w.Kind() == reflect.String:
		want = fmt.Sprintf("must have at most %s characters", w.Param())
	case w.Tag() == "gte":
		want = "must be " + w.Param() + " or more"
	default:
		want = "must be " + w.Param() + " or less"
	}
	return fmt.Errorf("config: %s %s, and is %q", w.Field(), want, fmt.Sprint(w.Value()))
}

// checkPublic refuses to tell strangers what is not theirs to know, or to talk
// with people over a line that others read.
func (s *Server) checkPublic() error {
	for _, x := range []struct{ name, address, why string }{
		{"listen", s.Listen, "can be reached from outside over plain HTTP; serve on 127.0.0.1 behind a TLS proxy"},
		{"metrics", s.Metrics, "can be reached from outside, and metrics tell how many bids come in; serve them on 127.0.0.1"},
	} {
		if x.address == "" {
			continue
		}
		host, _, err := net.SplitHostPort(x.address)
		if err != nil {
			return fmt.Errorf("config: %s %q: %w", x.name, x.address, err)
		}
		if !isLocal(host) && !s.Plain {
			return fmt.Errorf("config: %s %s %s, or set plain because something in front keeps strangers out", x.name, x.address, x.why)
		}
	}
	if s.Metrics != "" && s.Metrics == s.Listen {
		return fmt.Errorf("config: metrics and listen are the same address; metrics have one of their own, which the public does not reach")
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("config: url %q must be http or https, and a host and nothing more", s.URL)
	}
	if u.Scheme == "http" && !isLocal(u.Hostname()) && !s.Plain {
		return fmt.Errorf("config: people would reach %s without TLS, and what they send could be read on the way; use https", s.URL)
	}
	return nil
}

// DefaultOrigin is the name of a log that nobody has named yet.
const DefaultOrigin = "localhost/probity"

// checkOrigin refuses names that a log cannot have, or could not keep.
func (s *Server) checkOrigin() error {
	if strings.ContainsAny(s.Origin, " +\n") {
		return fmt.Errorf("config: origin %q may hold no space and no plus sign (C2SP signed-note)", s.Origin)
	}
	u, err := url.Parse(s.URL)
	if err == nil && s.Origin == DefaultOrigin && !isLocal(u.Hostname()) {
		return fmt.Errorf("config: origin is still %s; the log's name never changes once it has begun, so choose one that you will keep, such as %s/log", s.Origin, u.Hostname())
	}
	return nil
}

// Doubts are what is allowed and perhaps not meant, in sentences.
func (s *Server) Doubts() []string {
	var list []string
	doubt := func(is bool, format string, args ...any) {
		if is {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	doubt(s.Plain && s.Proxies == "", "plain is set and proxies is empty: every visitor looks like the proxy in front, and the limits on one count for all.")
	doubt(!s.Uptime, "uptime is off: nobody can see when bids could not be handed in, and the outage rules of rule sets move no deadline.")
	doubt(s.Name == "Probity" && !s.Sandbox, "name is still Probity: papers will name the platform so.")
	doubt(s.Metrics == "", "metrics is empty: nobody is told when the platform fails.")
	doubt(s.Mails() && s.MailSecurity == "none" && !isLocal(s.MailHost), "mail_security is none: mail goes to %s in the open, with the links in it.", s.MailHost)
	doubt(s.OutsideACR+s.OutsideAMR != "", "outside_acr or outside_amr is set: for whom the outside service marks so, our own second factor is not asked for.")
	doubt(s.Objects == MinIO && strings.HasPrefix(s.MinIO, "http://"), "minio is reached without TLS.")
	doubt(s.MinIOUnlocked, "minio_unlocked is set: whoever owns the object store can delete what the law says is to be kept.")
	doubt(s.Replay, "replay is set: the whole log is carried to its readers again at every start. Take it out when that is done.")
	doubt(s.NewKeys, "new_keys is set: other keys than before are accepted at every start. Take it out when that is done.")
	if s.KeyFolder() == s.Data && s.Shared() {
		doubt(true, "keys is empty: each server would look for the platform's keys in a data folder of its own.")
	}
	for _, name := range unknownVariables() {
		doubt(true, "The variable %s means nothing; it may be misspelt.", name)
	}
	return list
}

// Foreign are variables that begin with our name and are not settings of the
// server: those of the commands for people, and of tests.
var Foreign = []string{"PROBITY_SERVER", "PROBITY_TOKEN_FILE", "PROBITY_AS", "PROBITY_TRUST", "PROBITY_MINIO", "PROBITY_FERRET", "PROBITY_PICTURES", "PROBITY_CI"}

func unknownVariables() []string {
	known := slices.Clone(Foreign)
	for _, f := range Fields() {
		known = append(known, f.Variable)
	}
	var list []string
	for _, x := range os.Environ() {
		name, _, _ := strings.Cut(x, "=")
		if strings.HasPrefix(name, "PROBITY_") && !slices.Contains(known, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// Setting is one setting, as it is called in the file, on the command line and
// in the environment.
type Setting struct {
	Name, Flag, Variable, Default, Help string
	Switch                              bool // true or false
}

// Fields lists all settings in the order of the struct.
func Fields() []Setting { return fields(reflect.TypeFor[Server]()) }

func fields(t reflect.Type) []Setting {
	var list []Setting
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			list = append(list, fields(f.Type)...)
			continue
		}
		flag := f.Tag.Get("name")
		if flag == "" {
			flag = strings.ToLower(f.Name)
		}
		list = append(list, Setting{Name: f.Tag.Get("json"), Flag: "--" + flag, Variable: f.Tag.Get("env"), Default: f.Tag.Get("default"),
			Help: f.Tag.Get("help"), Switch: f.Type.Kind() == reflect.Bool})
	}
	return list
}
