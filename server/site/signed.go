package site

import (
	"encoding/json"
	"net/http"

	"probity/server/web"
	"probity/tender/sign"
)

// Signed puts a record and the signature that the page's script has made into
// the form in which the API takes them. A form without them comes from a browser
// that runs no scripts, and is told what to do.
func (v *Visit) Signed(record, signature string) (sign.Signed, *Wrong) {
	var s sign.Signature
	if json.Unmarshal([]byte(signature), &s) != nil || !json.Valid([]byte(record)) {
		return sign.Signed{}, &Wrong{&Problem{web.Problem{Status: http.StatusUnprocessableEntity, Code: "sign.script", Detail: v.T("site.sign.script")}}}
	}
	return sign.Signed{Record: json.RawMessage(record), Signature: s}, nil
}

// Signature is Signed for acts whose record the API knows itself.
func (v *Visit) Signature(signature string) (sign.Signature, *Wrong) {
	s, wrong := v.Signed("{}", signature)
	return s.Signature, wrong
}
