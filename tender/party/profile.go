package party

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"probity/tender/fault"
	"probity/tender/text"
)

var (
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	phoneForm   = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{2,30}$`)
	localForm   = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	hostForm    = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// CleanEmail returns an e-mail address in the form in which it is stored and
// compared: trimmed and in small letters, since no two people are told apart by
// capitals. It takes the ordinary addresses of RFC 5321 with a domain name;
// international domain names in their ASCII form.
func CleanEmail(path, s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	local, host, _ := strings.Cut(s, "@")
	if len(s) > 254 || len(local) > 64 || !localForm.MatchString(local) || !hostForm.MatchString(host) {
		return "", fault.Field("email.form", path, "Write an e-mail address like name@example.org.")
	}
	return s, nil
}

// cleaner tidies fields until the first fault.
type cleaner struct{ err error }

// line tidies a field that may be empty.
func (c *cleaner) line(path string, s *string, limit int) {
	if c.err == nil {
		*s, c.err = text.Clean(path, *s, limit)
	}
}

// must tidies a field that may not be empty.
func (c *cleaner) must(path string, s *string, limit int) {
	if c.err == nil {
		*s, c.err = text.Require(path, *s, limit)
	}
}

// check refuses a field that is there and not ok.
func (c *cleaner) check(path, s string, ok bool, sentence string) {
	if c.err == nil && s != "" && !ok {
		c.err = fault.Field("organisation.form", path, "%s", sentence)
	}
}

func (a *Address) clean() error {
	var c cleaner
	c.line("address.streetAddress", &a.Street, 300)
	c.line("address.locality", &a.Locality, 200)
	c.line("address.region", &a.Region, 200)
	c.line("address.postalCode", &a.Postcode, 20)
	c.check("address.country", a.Country, countryForm.MatchString(a.Country), "A country is two capital letters of ISO 3166 such as CN.")
	return c.err
}

func (k *Contact) clean() error {
	var c cleaner
	c.line("contact.name", &k.Name, 200)
	c.line("contact.telephone", &k.Phone, 40)
	c.check("contact.telephone", k.Phone, phoneForm.MatchString(k.Phone), "This is not a telephone number.")
	c.line("contact.url", &k.URL, 500)
	c.check("contact.url", k.URL, webAddress(k.URL), "This is not a web address.")
	if c.err == nil && k.Email != "" {
		k.Email, c.err = CleanEmail("contact.email", k.Email)
	}
	return c.err
}

func (o *Owner) clean(path string) error {
	var c cleaner
	c.must(path+".name", &o.Name, 200)
	c.line(path+".control", &o.Control, 500)
	if c.err != nil {
		return c.err
	}
	if !countryForm.MatchString(o.Country) {
		return fault.Field("organisation.form", path+".country", "A country is two capital letters of ISO 3166 such as CN.")
	}
	if o.Share < 0 || o.Share > whole {
		return fault.Field("organisation.owners", path+".share", "A share is 0 to 10000 hundredths of a percent.")
	}
	if o.Share == 0 && o.Control == "" {
		return fault.Field("organisation.owners", path, "Say what share they own, or how they control it.")
	}
	return nil
}

// webAddress reports whether s is an absolute http or https address that names
// a host and no user.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(s) <= 500
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
