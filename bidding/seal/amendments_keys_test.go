package seal

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"probity/tender/sign"
)

// 10.
func TestWeakAndDoublySpeltKeysAreRefused(t *testing.T) {
	hybrid := fixedKey(t, 1, Hybrid).Public()
	_, public, _ := bechDecode(hybrid)
	change := func(at int, with ...byte) string {
		b := bytes.Clone(public)
		copy(b[at:], with)
		return bechEncode("age1pq", b)
	}
	zero := make([]byte, 32)
	order8, _ := hex.DecodeString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
	prime, _ := hex.DecodeString("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
	high := bytes.Clone(public[1184:])
	high[31] |= 0x80
	for sentence, x := range map[string]struct{ key, code string }{
		"a good hybrid key":                   {hybrid, ""},
		"a good X25519 key":                   {fixedKey(t, 1, X25519).Public(), ""},
		"the X25519 point 0":                  {bechEncode("age", zero), "seal.recipient"},
		"an X25519 point of order 8":          {bechEncode("age", order8), "seal.recipient"},
		"the point 0 in a hybrid key":         {change(1184, zero...), "seal.recipient"},
		"a point of order 8 in a hybrid key":  {change(1184, order8...), "seal.recipient"},
		"a coordinate that is not reduced":    {bechEncode("age", prime), "seal.recipient"},
		"a coordinate with the spare bit set": {change(1184, high...), "seal.recipient"},
		"an ML-KEM coefficient not reduced":   {change(0, 0xff, 0xff, 0xff), "seal.recipient"},
		"capitals":                            {strings.ToUpper(hybrid), "seal.recipient"},
		"one capital":                         {"A" + hybrid[1:], "seal.recipient"},
		"a wrong checksum":                    {hybrid[:len(hybrid)-1] + "q", "seal.recipient"},
		"a secret key":                        {strings.ToLower(fixedKey(t, 1, Hybrid).Secret()), "seal.recipient"},
		"a key cut short":                     {bechEncode("age1pq", public[:1215]), "seal.recipient"},
		"nothing":                             {"", "seal.recipient"},
	} {
		t.Run(sentence, func(t *testing.T) {
			_, err := parseRecipient(x.key)
			wantCode(t, err, x.code)
		})
	}
}

// 10.
func TestNobodySitsTwice(t *testing.T) {
	m := newHouse(t, shape{{2, 3}, {1, 2}}).manifest
	other := fixedKey(t, 60, Hybrid)
	classic := fixedKey(t, 61, X25519).Public()
	_, mixedHalf, _ := bechDecode(other.Public())
	_, first, _ := bechDecode(m.Groups[0].Openers[0].Key)
	copy(mixedHalf[1184:], first[1184:])
	for sentence, x := range map[string]struct {
		change func(*manifestJSON)
		code   string
	}{
		"as it is":                    {func(*manifestJSON) {}, ""},
		"one key twice in a group":    {func(w *manifestJSON) { w.Groups[0].Openers[1].Key = w.Groups[0].Openers[0].Key }, "seal.manifest_twice"},
		"one key in two groups":       {func(w *manifestJSON) { w.Groups[1].Openers[1].Key = w.Groups[0].Openers[0].Key }, "seal.manifest_twice"},
		"one id in two groups":        {func(w *manifestJSON) { w.Groups[1].Openers[1].ID = w.Groups[0].Openers[0].ID }, "seal.manifest_twice"},
		"one X25519 half in two keys": {func(w *manifestJSON) { w.Groups[1].Openers[0].Key = bechEncode("age1pq", mixedHalf) }, "seal.manifest_twice"},
		"two groups of one name":      {func(w *manifestJSON) { w.Groups[1].Name = w.Groups[0].Name }, "seal.manifest"},
		"keys of two kinds":           {func(w *manifestJSON) { w.Groups[1].Openers[0].Key = classic }, "seal.manifest_mixed"},
		"k of none":                   {func(w *manifestJSON) { w.Groups[0].K = 0 }, "seal.manifest"},
		"k above n":                   {func(w *manifestJSON) { w.Groups[0].K = 4 }, "seal.manifest"},
		"a group without openers":     {func(w *manifestJSON) { w.Groups[0].Openers = []Opener{} }, "seal.manifest"},
		"no groups":                   {func(w *manifestJSON) { w.Groups = []Group{} }, "seal.manifest"},
		"nine groups": {func(w *manifestJSON) {
			w.Groups = append(w.Groups, make([]Group, 7)...)
			for i := range w.Groups {
				if w.Groups[i].Openers == nil {
					w.Groups[i].Openers = []Opener{}
				}
			}
		}, "seal.manifest"},
		"an opener without a name":   {func(w *manifestJSON) { w.Groups[0].Openers[0].Name = "" }, "seal.manifest"},
		"a name that runs backwards": {func(w *manifestJSON) { w.Groups[0].Openers[0].Name = "A\u202eB" }, "seal.manifest"},
		"another version":            {func(w *manifestJSON) { w.V = "sealbid-openers/2" }, "seal.manifest"},
		"no tender":                  {func(w *manifestJSON) { w.Tender = "" }, "seal.manifest"},
	} {
		t.Run(sentence, func(t *testing.T) { wantCode(t, remake(t, m, x.change), x.code) })
	}
	wantCode(t, m.RequireHybrid(), "")
	old, err := NewManifest("T", noon, later, []Group{{1, "committee", []Opener{{ID: "o", Key: classic, Name: "O"}}}})
	wantCode(t, err, "")
	wantCode(t, old.RequireHybrid(), "seal.manifest_kind")
}

// 10.
func TestEveryOpenerSignsTheManifest(t *testing.T) {
	m := newHouse(t, shape{{2, 2}, {1, 1}}).manifest
	keys := map[string]sign.Key{}
	var signed []sign.Signed
	n := byte(0)
	for j, g := range m.Groups {
		for i, o := range g.Openers {
			n++
			s, err := sign.Record(signer(n), sign.Manifest, m.NewConsent(j, i+1).Bytes())
			if err != nil {
				t.Fatal(err)
			}
			signed, keys[o.ID] = append(signed, s), signer(n).Key()
		}
	}
	keyOf := func(id string) (sign.Key, bool) { k, ok := keys[id]; return k, ok }
	wantCode(t, m.CheckConsents(signed, keyOf), "")
	wantCode(t, m.CheckConsents(signed[:2], keyOf), "seal.consent_missing")
	forged := append([]sign.Signed{}, signed...)
	forged[1].Signature = signed[0].Signature
	wantCode(t, m.CheckConsents(forged, keyOf), "seal.consent_missing")
	delete(keys, m.Groups[1].Openers[0].ID)
	wantCode(t, m.CheckConsents(signed, keyOf), "seal.consent_missing")
	if f := m.Fingerprint(); len(f) != 24 || strings.ReplaceAll(f, " ", "") != m.Openers()[:20] {
		t.Errorf("fingerprint %q", f)
	}
}
