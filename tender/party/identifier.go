package party

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"probity/tender/fault"
	"probity/tender/text"
)

// The schemes whose identifiers carry a check and are verified here. The codes
// are those of org-id.guide.
const (
	SchemeUSCC = "CN-USCI" // China, unified social credit code, GB 32100-2015
	SchemeLEI  = "XI-LEI"  // legal entity identifier, ISO 17442
)

// Identifier is the entry of an organisation in a register, as in OCDS. Two
// organisations with one scheme and id are one organisation.
type Identifier struct {
	Scheme    string `json:"scheme"`
	ID        string `json:"id"`
	LegalName string `json:"legalName"`
	URI       string `json:"uri,omitempty"`
}

// Key is the identifier as OCDS writes party ids: scheme-id. It is unique.
func (i Identifier) Key() string { return i.Scheme + "-" + i.ID }

var (
	schemeForm = regexp.MustCompile(`^[A-Z]{2}(_[A-Z]{2,3})?(-[A-Z0-9_]{1,12}){1,2}$`)
	idForm     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9 ./_-]{0,62}[A-Za-z0-9])?$`)
)

// Clean returns i as it is stored: the id in the one form that its scheme has,
// checked as far as the scheme allows. Faults are Invalid and name the field
// under path: identifier.scheme, identifier.form, identifier.check, or one of
// package text.
func (i Identifier) Clean(path string) (Identifier, error) {
	if !schemeForm.MatchString(i.Scheme) {
		return i, fault.Field("identifier.scheme", path+".scheme", "A scheme is a code of org-id.guide such as CN-USCI or XI-LEI.")
	}
	var err error
	if i.LegalName, err = text.Require(path+".legalName", i.LegalName, 300); err != nil {
		return i, err
	}
	if i.URI != "" {
		if !webAddress(i.URI) {
			return i, fault.Field("identifier.uri", path+".uri", "This is not a web address.")
		}
	}
	i.ID, err = normalID(i.Scheme, i.ID)
	if err != nil {
		f := fault.From(err)
		return i, fault.Field(f.Code, path+".id", "%s", f.Sentence())
	}
	return i, nil
}

// normalID brings an id into its one form and checks it.
func normalID(scheme, id string) (string, error) {
	if len(id) > 256 || !utf8.ValidString(id) {
		return "", fault.New(fault.Invalid, "identifier.form", "An identifier has up to 64 letters, digits and the signs . / _ -")
	}
	id = halfWidth(strings.TrimSpace(id))
	switch scheme {
	case SchemeUSCC:
		id = strings.ToUpper(id)
		return id, CheckUSCC(id)
	case SchemeLEI:
		id = strings.ToUpper(id)
		return id, CheckLEI(id)
	}
	if !idForm.MatchString(id) || strings.Contains(id, "  ") {
		return "", fault.New(fault.Invalid, "identifier.form", "An identifier has up to 64 letters, digits and the signs . / _ -")
	}
	return id, nil
}

// halfWidth turns the full-width forms that Chinese keyboards type into ASCII.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}

// usccAlphabet leaves out I, O, S, V and Z, which are mistaken for digits.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CheckUSCC verifies a unified social credit code by its check character (GB
// 32100-2015): each character's place in the alphabet, times 3 to the power of
// its position modulo 31, summed, must be 0 modulo 31 together with the last.
// It is an Invalid fault, identifier.form or identifier.check, if it is not one.
func CheckUSCC(code string) error {
	if len(code) != 18 {
		return fault.New(fault.Invalid, "identifier.form", "A unified social credit code has 18 characters.")
	}
	sum, weight := 0, 1
	for i := range 18 {
		v := strings.IndexByte(usccAlphabet, code[i])
		if v < 0 {
			return fault.New(fault.Invalid, "identifier.form", "A unified social credit code has digits and capital letters except I, O, S, V and Z.")
		}
		if i == 17 {
			weight = 1 // the check character completes the sum to a multiple of 31
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	if sum%31 != 0 {
		return fault.New(fault.Invalid, "identifier.check", "This unified social credit code contains a mistake: its last character does not fit the others.")
	}
	return nil
}

// InnerUSCC reports whether the organisation code inside a unified social
// credit code (characters 9 to 17, GB 11714) passes the check of its own. Codes
// that do not are rare but real, so this is a hint for whoever confirms a
// claim, and no reason to refuse one.
func InnerUSCC(code string) bool {
	if CheckUSCC(code) != nil {
		return false
	}
	inner, sum := code[8:17], 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(inner[i] - '0')
		if inner[i] >= 'A' {
			v = int(inner[i]-'A') + 10
		}
		sum += v * w
	}
	return inner[8] == "0123456789X0"[11-sum%11]
}

var leiForm = regexp.MustCompile(`^[A-Z0-9]{18}[0-9]{2}$`)

// CheckLEI verifies a legal entity identifier (ISO 17442): read as one number
// with A=10 to Z=35, it leaves 1 when divided by 97 (ISO 7064 MOD 97-10).
func CheckLEI(code string) error {
	if !leiForm.MatchString(code) {
		return fault.New(fault.Invalid, "identifier.form", "A legal entity identifier has 18 capital letters or digits and two digits.")
	}
	rest := 0
	for _, c := range []byte(code) {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	if rest != 1 {
		return fault.New(fault.Invalid, "identifier.check", "This legal entity identifier contains a mistake: its last two digits do not fit the others.")
	}
	return nil
}

// String writes i for logs and errors.
func (i Identifier) String() string { return fmt.Sprintf("%s %q", i.Key(), i.LegalName) }
