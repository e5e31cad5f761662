package buy

import (
	"encoding/json"

	"probity/server/site"
	"probity/tender/sign"
)

// signature reads what the person's device has put into the form. A form that
// comes without it was sent by a browser in which no script ran.
func signature(v *site.Visit) (sign.Signature, *site.Wrong) {
	var s sign.Signature
	if err := json.Unmarshal([]byte(v.Value("signature")), &s); err != nil || len(s.Sig) == 0 {
		return s, wrongOf(unprocessable, "sign.missing", v.T("buy.sign.missing"), nil)
	}
	return s, nil
}
