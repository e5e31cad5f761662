package people

import (
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Codes as all authenticator programs make them: RFC 6238 with its defaults.
const (
	codePeriod = 30 * time.Second
	codeSkew   = 1 // steps before and after
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// stepOf is the number of the code at t.
func stepOf(t time.Time) int64 { return t.Unix() / int64(codePeriod/time.Second) }

// codeAt returns the step for which code is right at the time now; false if
// none is. All steps are compared, whichever matches.
func codeAt(secret []byte, code string, now time.Time) (int64, bool) {
	found := int64(-1)
	for d := int64(-codeSkew); d <= codeSkew; d++ {
		want, err := hotp.GenerateCodeCustom(base32Plain.EncodeToString(secret), uint64(stepOf(now)+d),
			hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = stepOf(now) + d
		}
	}
	return found, found >= 0
}

// codeURI is what an authenticator program scans.
func codeURI(issuer, account string, secret []byte) string {
	label := url.PathEscape(issuer + ":" + account)
	q := url.Values{"secret": {base32Plain.EncodeToString(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}
