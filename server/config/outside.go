package config

import (
	"fmt"
	"net/url"
	"strings"
)

// Outside says by which outside service people may sign in (OpenID Connect).
// Without an issuer there is none.
type Outside struct {
	OutsideIssuer string `json:"outside_issuer" name:"outside-issuer" help:"Issuer of the outside sign-in service (OpenID Connect), exactly as its tokens say; none if empty." env:"PROBITY_OUTSIDE_ISSUER"`
	OutsideClient string `json:"outside_client" name:"outside-client" help:"Client id that the service knows the platform by. Its redirect address is url with /sign-in/outside/back." env:"PROBITY_OUTSIDE_CLIENT"`
	OutsideSecret string `json:"outside_secret" name:"outside-secret" help:"File with the client secret." env:"PROBITY_OUTSIDE_SECRET"`
	OutsideName   string `json:"outside_name" name:"outside-name" help:"Name of the service in English, as the button says it." env:"PROBITY_OUTSIDE_NAME" validate:"max=80"`
	OutsideNameZh string `json:"outside_name_zh" name:"outside-name-zh" help:"Name of the service in Chinese; the English one if empty." env:"PROBITY_OUTSIDE_NAME_ZH" validate:"max=80"`
	OutsideScopes string `json:"outside_scopes" name:"outside-scopes" help:"Scopes to ask for, with spaces between." default:"openid email" env:"PROBITY_OUTSIDE_SCOPES" validate:"max=500"`
	OutsideACR    string `json:"outside_acr" name:"outside-acr" help:"Values of acr, with spaces between, by which a sign-in there counts as two factors. If empty, our own second factor is always asked for." env:"PROBITY_OUTSIDE_ACR" validate:"max=1000"`
	OutsideAMR    string `json:"outside_amr" name:"outside-amr" help:"Values of amr, with spaces between, one of which makes a sign-in there count as two factors." env:"PROBITY_OUTSIDE_AMR" validate:"max=1000"`
}

// HasOutside reports whether there is an outside sign-in service.
func (o *Outside) HasOutside() bool { return o.OutsideIssuer != "" }

// CheckOutside refuses settings that cannot work or should not.
func (o *Outside) CheckOutside() error {
	if !o.HasOutside() {
		for name, value := range map[string]string{"outside_client": o.OutsideClient, "outside_secret": o.OutsideSecret, "outside_name": o.OutsideName, "outside_acr": o.OutsideACR, "outside_amr": o.OutsideAMR} {
			if value != "" {
				return fmt.Errorf("config: %s is set, but outside_issuer is not; name the service, or leave it out", name)
			}
		}
		return nil
	}
	u, err := url.Parse(o.OutsideIssuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("config: outside_issuer %q is not an address such as https://login.example.org", o.OutsideIssuer)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLocal(u.Hostname())) {
		return fmt.Errorf("config: outside_issuer %s is reached in the open; use https", o.OutsideIssuer)
	}
	if o.OutsideClient == "" || o.OutsideName == "" {
		return fmt.Errorf("config: outside_client and outside_name must be set where outside_issuer is")
	}
	_, err = o.ClientSecret()
	return err
}

// ClientSecret reads the secret that the outside service knows us by.
func (o *Outside) ClientSecret() (string, error) {
	return secret("outside_secret", o.OutsideSecret, "the client secret of the outside sign-in service")
}

// Scopes lists what the service is asked for.
func (o *Outside) Scopes() []string { return strings.Fields(o.OutsideScopes) }
