package account

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"rsc.io/qr"

	"probity/server/site"
)

// factorView is the second factor: whether there is one, the new one that is
// being made, and the recovery codes when they were made just now.
type factorView struct {
	Wrong *site.Wrong
	InUse bool
	Left  int      // recovery codes
	Codes []string // shown once
	New   *newSecret
}

// newSecret is a second factor that waits for its first code.
type newSecret struct {
	URI    string
	Secret string // in groups, for typing
	QR     square
}

// square is a QR code as one path of an SVG.
type square struct {
	Size int
	Path string
}

var factorPage = site.PageOf[factorView](name, "factor")

func factorOf(v *site.Visit) (view factorView, err error) {
	var f struct {
		InUse bool `json:"inUse"`
		Codes int  `json:"codes"`
	}
	err = v.Get(&f, "/api/v1/me/factor")
	return factorView{InUse: f.InUse, Left: f.Codes}, err
}

func showFactor(v *site.Visit) error {
	view, err := factorOf(v)
	if err != nil {
		return err
	}
	return factorPage.Show(v, http.StatusOK, view)
}

// bare takes out the spaces that people put into codes.
func bare(code string) string { return strings.ReplaceAll(code, " ", "") }

type codeForm struct {
	Code string `form:"code" json:"code,omitempty"`
	URI  string `form:"secret" json:"-"` // shown once; comes back while its first code is wrong
}

// newFactor shows the secret of a new factor. The page answers the form, and
// cannot be had again: a reload makes another secret.
func newFactor(v *site.Visit) error {
	var in codeForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Code = bare(in.Code)
	view, err := factorOf(v)
	if err != nil {
		return err
	}
	var made struct {
		URI string `json:"uri"`
	}
	if err := v.Post(in, &made, "/api/v1/me/factor"); err != nil {
		if view.Wrong, err = v.Again(err); err != nil {
			return err
		}
		return factorPage.Show(v, view.Wrong.Status(), view)
	}
	if view.New, err = secretOf(made.URI); err != nil {
		return err
	}
	return factorPage.Show(v, http.StatusOK, view)
}

func confirmFactor(v *site.Visit) error {
	var in codeForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Code = bare(in.Code)
	var made struct {
		Codes []string `json:"codes"`
	}
	err := v.Post(in, &made, "/api/v1/me/factor/confirm")
	if err == nil {
		return factorPage.Show(v, http.StatusOK, factorView{InUse: true, Left: len(made.Codes), Codes: made.Codes})
	}
	w, err := v.Again(err)
	if err != nil {
		return err
	}
	view, err := factorOf(v)
	if err != nil {
		return err
	}
	view.Wrong = w
	if in.URI != "" {
		view.New, _ = secretOf(in.URI) // what the person has sent themselves; without it they begin again
	}
	return factorPage.Show(v, w.Status(), view)
}

func newCodes(v *site.Visit) error {
	var in codeForm
	if err := v.Form(&in); err != nil {
		return err
	}
	in.Code = bare(in.Code)
	view, err := factorOf(v)
	if err != nil {
		return err
	}
	var made struct {
		Codes []string `json:"codes"`
	}
	if err := v.Post(in, &made, "/api/v1/me/factor/codes"); err != nil {
		if view.Wrong, err = v.Again(err); err != nil {
			return err
		}
		return factorPage.Show(v, view.Wrong.Status(), view)
	}
	view.Left, view.Codes = len(made.Codes), made.Codes
	return factorPage.Show(v, http.StatusOK, view)
}

// secretOf draws what an authenticator program scans.
func secretOf(uri string) (*newSecret, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "otpauth" || u.Query().Get("secret") == "" || len(uri) > 600 {
		return nil, fmt.Errorf("account: not the address of a second factor")
	}
	code, err := qr.Encode(uri, qr.M)
	if err != nil {
		return nil, fmt.Errorf("account: draw: %w", err)
	}
	var path strings.Builder
	const edge = 4 // white around it, as the standard wants
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+edge, y+edge, x-from, x-from)
			}
		}
	}
	return &newSecret{uri, grouped(u.Query().Get("secret")), square{code.Size + 2*edge, path.String()}}, nil
}

// grouped puts a space after each four characters.
func grouped(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
