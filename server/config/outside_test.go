package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOutsideSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Outside{OutsideIssuer: "https://login.example.org/realm", OutsideClient: "probity", OutsideSecret: file, OutsideName: "The ministry", OutsideScopes: "openid  email"}
	for _, c := range []struct {
		what, says string
		change     func(*Outside)
	}{
		{"all there", "", func(*Outside) {}},
		{"none", "", func(o *Outside) { *o = Outside{OutsideScopes: "openid email"} }},
		{"on this machine", "", func(o *Outside) { o.OutsideIssuer = "http://127.0.0.1:9000" }},
		{"the issuer is forgotten", "outside_issuer is not", func(o *Outside) { o.OutsideIssuer = "" }},
		{"in the open", "in the open", func(o *Outside) { o.OutsideIssuer = "http://login.example.org" }},
		{"no address", "such as", func(o *Outside) { o.OutsideIssuer = "login.example.org" }},
		{"with a query", "such as", func(o *Outside) { o.OutsideIssuer += "?x=y" }},
		{"no client", "outside_client", func(o *Outside) { o.OutsideClient = "" }},
		{"no name", "outside_name", func(o *Outside) { o.OutsideName = "" }},
		{"no secret", "outside_secret", func(o *Outside) { o.OutsideSecret = "" }},
		{"a secret that is not there", "outside_secret", func(o *Outside) { o.OutsideSecret += "x" }},
	} {
		o := good
		c.change(&o)
		err := o.CheckOutside()
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if s, err := good.ClientSecret(); s != "s3cret" || err != nil || len(good.Scopes()) != 2 {
		t.Errorf("%q %v %v", s, err, good.Scopes())
	}
}
