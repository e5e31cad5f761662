package party_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"probity/tender/fault"
	"probity/tender/party"
)

// Public codes of real organisations, as their registers show them.
var (
	goodUSCC = []string{
		"914403001922038216", "9144030071526726XG", "91330100799655058B", "91110000802100433B",
		"91110108551385082Q", "12100000400000624D", "G1610000713522976L",
	}
	goodLEI = []string{"506700GE1G29325QX363", "HWUPKR0MPOU8FGXBT394", "7LTWFZYICNSX8D621K86", "549300ITS31QK8VRBQ14"}
)

func TestUSCC(t *testing.T) {
	for _, code := range goodUSCC {
		if err := party.CheckUSCC(code); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if !party.InnerUSCC(code) && code[0] != 'G' {
			t.Errorf("%s: its inner code is refused", code)
		}
	}
	for _, c := range []struct{ name, code, want string }{
		{"a much-copied example that is wrong", "91350211M000100Y43", "identifier.check"},
		{"another last character", "914403001922038217", "identifier.check"},
		{"a letter that is not used", "91440300192203821I", "identifier.form"},
		{"too short", "91440300192203821", "identifier.form"},
		{"too long", "9144030019220382166", "identifier.form"},
		{"an O for a zero", "91440300O922038216", "identifier.form"},
		{"small letters", "9144030071526726xg", "identifier.form"},
		{"nothing", "", "identifier.form"},
		{"a character of three bytes", "9144030019220382１", "identifier.form"},
	} {
		if err := party.CheckUSCC(c.code); !fault.Coded(err, c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	for _, last := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		code := "91440300192203822" + string(last) // 192203821 is the organisation's code
		if party.InnerUSCC(code) {
			t.Errorf("%s passes with a wrong code inside", code)
		}
	}
}

// Any one wrong character, and any two neighbours exchanged, must be found:
// that is what the check character is for.
func TestUSCCFindsSlips(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for _, code := range goodUSCC {
		for i := range code {
			for _, c := range alphabet {
				slip := code[:i] + string(c) + code[i+1:]
				if slip != code && party.CheckUSCC(slip) == nil {
					t.Errorf("%s passes for %s", slip, code)
				}
			}
			if i+1 < len(code) && code[i] != code[i+1] {
				slip := code[:i] + code[i+1:i+2] + code[i:i+1] + code[i+2:]
				if party.CheckUSCC(slip) == nil {
					t.Errorf("%s passes for %s", slip, code)
				}
			}
		}
	}
}

func TestLEI(t *testing.T) {
	for _, code := range goodLEI {
		if err := party.CheckLEI(code); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		for i := range code {
			slip := code[:i] + string('0'+(code[i]+1)%10) + code[i+1:]
			if slip != code && party.CheckLEI(slip) == nil {
				t.Errorf("%s passes for %s", slip, code)
			}
		}
	}
	for _, code := range []string{"", "506700GE1G29325QX36", "506700GE1G29325Qx363", "506700GE1G29325QX3636", "506700GE1G29325QX3AB"} {
		if err := party.CheckLEI(code); !fault.Coded(err, "identifier.form") {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestIdentifierClean(t *testing.T) {
	for _, c := range []struct{ name, scheme, id, want, code string }{
		{"as it is", "CN-USCI", "9144030071526726XG", "9144030071526726XG", ""},
		{"full-width, small, with spaces", "CN-USCI", " 　９１４４０３００７１５２６７２６ｘｇ ", "9144030071526726XG", ""},
		{"an LEI in small letters", "XI-LEI", "506700ge1g29325qx363", "506700GE1G29325QX363", ""},
		{"another register", "GB-COH", "SC123456", "SC123456", ""},
		{"another register keeps its case", "NL-KVK", "aB-1/2", "aB-1/2", ""},
		{"a register of a province", "CA_AB-ABT", "12345", "12345", ""},
		{"a register with a number", "CN-11-CR", "12345", "12345", ""},
		{"no scheme", "", "1", "", "identifier.scheme"},
		{"a scheme in small letters", "gb-coh", "1", "", "identifier.scheme"},
		{"a scheme with a space", "GB COH", "1", "", "identifier.scheme"},
		{"no id", "GB-COH", "", "", "identifier.form"},
		{"two spaces", "GB-COH", "a  b", "", "identifier.form"},
		{"a quote", "GB-COH", `a"b`, "", "identifier.form"},
		{"65 characters", "GB-COH", strings.Repeat("1", 65), "", "identifier.form"},
		{"a megabyte", "GB-COH", strings.Repeat("1", 1<<20), "", "identifier.form"},
		{"a wrong check", "CN-USCI", "91350211M000100Y43", "", "identifier.check"},
	} {
		got, err := party.Identifier{Scheme: c.scheme, ID: c.id, LegalName: "Acme"}.Clean("identifier")
		if c.code == "" && (err != nil || got.ID != c.want) {
			t.Errorf("%s: got %q, %v", c.name, got.ID, err)
		}
		if c.code != "" && (!fault.Coded(err, c.code) || len(fault.From(err).Field) != 1) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.code)
		}
	}
	for _, uri := range []string{"javascript:alert(1)", "//x", "http://", "https://a:b@c/", "x"} {
		if _, err := (party.Identifier{Scheme: "GB-COH", ID: "1", LegalName: "A", URI: uri}).Clean("i"); !fault.Coded(err, "identifier.uri") {
			t.Errorf("%s: %v", uri, err)
		}
	}
	if _, err := (party.Identifier{Scheme: "GB-COH", ID: "1"}).Clean("i"); !fault.Coded(err, "text.empty") {
		t.Errorf("no legal name: %v", err)
	}
}

func TestIdentifierVectors(t *testing.T) {
	const path = "../../../shared/data/identifiers/test-vectors.json"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("not run: needs published data that is not at %s", path)
	}
	type code struct{ Code string }
	var v struct {
		USCC struct{ Valid, Invalid []code }   `json:"uscc_gb32100_2015"`
		LEI  struct{ Valid, Invalid []string } `json:"lei_iso17442"`
	}
	if err := json.Unmarshal(raw, &v); err != nil || len(v.USCC.Valid) == 0 || len(v.LEI.Valid) == 0 {
		t.Fatalf("the vectors cannot be read: %v", err)
	}
	for _, c := range v.USCC.Valid {
		if err := party.CheckUSCC(c.Code); err != nil {
			t.Errorf("%s: %v", c.Code, err)
		}
	}
	for _, c := range v.USCC.Invalid {
		if party.CheckUSCC(c.Code) == nil {
			t.Errorf("%s passes", c.Code)
		}
	}
	for _, c := range v.LEI.Valid {
		if err := party.CheckLEI(c); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	for _, c := range v.LEI.Invalid {
		if party.CheckLEI(c) == nil {
			t.Errorf("%s passes", c)
		}
	}
}

func FuzzIdentifier(f *testing.F) {
	f.Add("CN-USCI", " ９144030071526726xg")
	f.Add("XI-LEI", "506700ge1g29325qx363")
	f.Add("GB-COH", "a b")
	f.Add("CN-USCI", "\u0131\xff")
	f.Fuzz(func(t *testing.T, scheme, id string) {
		once, err := party.Identifier{Scheme: scheme, ID: id, LegalName: "A"}.Clean("i")
		if err != nil {
			return
		}
		if len(once.ID) > 64 || once.ID == "" {
			t.Fatalf("%q became %q", id, once.ID)
		}
		twice, err := once.Clean("i")
		if err != nil || twice != once {
			t.Fatalf("%q became %q and then %q, %v", id, once.ID, twice.ID, err)
		}
	})
}
