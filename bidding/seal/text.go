package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"probity/tender/canon"
)

// isHash reports whether s is 32 bytes in lower-case hex.
func isHash(s string) bool { return isHex(s, 32) }

func isHex(s string, size int) bool {
	if len(s) != 2*size {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func unhex(s string) ([32]byte, bool) {
	var b [32]byte
	if !isHash(s) {
		return b, false
	}
	_, err := hex.Decode(b[:], []byte(s))
	return b, err == nil
}

// plainText reports whether s is something a person can read back: 1 to limit
// characters, normalised (NFC), no control or invisible formatting characters,
// which could make two different texts look the same.
func plainText(s string, limit int) bool {
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > limit || !norm.NFC.IsNormalString(s) {
		return false
	}
	for _, r := range s {
		if unsafeRune(r) {
			return false
		}
	}
	return true
}

// unsafeRune knows controls, bidirectional overrides, zero-width and other
// format characters, line separators, surrogates, private use and unassigned
// code points. The two joiners stay: Persian and Indic words need them.
func unsafeRune(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs)
}

// read fills v from b, and refuses b unless writing v again gives the same
// bytes. That refuses what is not canonical, members that are missing, unknown
// or spelt otherwise (encoding/json alone takes "V" for "v"), and hex or
// base64 with loose ends.
func read(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return canon.ErrForm
	}
	again, err := canon.Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, b) {
		return canon.ErrForm
	}
	return nil
}
