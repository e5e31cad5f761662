package seal

import (
	"time"

	"probity/tender/canon"
	"probity/tender/sign"
)

// Extension is the logged record of a later deadline (amendment 7). It stands
// beside the manifest and leaves its bytes alone, so that bids already sealed
// stay valid. It cannot move anything to an earlier time, change a key or
// change k.
type Extension struct {
	Deadline time.Time
	Opens    time.Time
	Openers  string // hex hash of the manifest it extends
	Seq      int64  // 1, 2, ...
	Tender   string
}

type extensionJSON struct {
	Deadline string `json:"deadline"`
	Kind     string `json:"kind"`
	Openers  string `json:"openers"`
	Opens    string `json:"opens"`
	Seq      int64  `json:"seq"`
	Tender   string `json:"tender"`
	V        string `json:"v"`
}

// Bytes returns the canonical bytes.
func (e Extension) Bytes() []byte {
	return canon.Must(extensionJSON{formatTime(e.Deadline), "extend", e.Openers, formatTime(e.Opens), e.Seq, e.Tender, Version})
}

// ParseExtension reads an extension record strictly.
func ParseExtension(b []byte) (Extension, error) {
	var w extensionJSON
	bad := invalid("seal.extend", "This is not an extension record.")
	if err := read(b, &w); err != nil || w.V != Version || w.Kind != "extend" {
		return Extension{}, bad.Because(err)
	}
	deadline, ok1 := parseTime(w.Deadline)
	opens, ok2 := parseTime(w.Opens)
	if !ok1 || !ok2 || !isHash(w.Openers) || w.Seq < 1 || !plainText(w.Tender, maxName) {
		return Extension{}, bad
	}
	return Extension{deadline, opens, w.Openers, w.Seq, w.Tender}, nil
}

// Window returns deadline and opening time after the extensions, which must be
// all that the log has, in order. Each must move the deadline later, and may
// not shrink the time between deadline and opening.
func (m *Manifest) Window(extensions []Extension) (deadline, opens time.Time, err error) {
	deadline, opens = m.Deadline, m.Opens
	for n, e := range extensions {
		if e.Openers != m.Openers() || e.Tender != m.Tender || e.Seq != int64(n+1) {
			return deadline, opens, refused("seal.extend", "The extension belongs to another manifest or is out of order.")
		}
		if !e.Deadline.After(deadline) || e.Opens.Sub(e.Deadline) < opens.Sub(deadline) {
			return deadline, opens, refused("seal.extend_earlier", "A deadline moves later only, and the upload window does not shrink.")
		}
		deadline, opens = e.Deadline, e.Opens
	}
	return deadline, opens, nil
}

// Consent is what an opener signs (domain "manifest") to say: this is my key,
// and I agree to open under this manifest. Bidders' clients check that all
// openers have signed before they seal.
type Consent struct {
	Group   int    `json:"group"`
	Kind    string `json:"kind"`
	Opener  string `json:"opener"` // the opener's id in the manifest
	Openers string `json:"openers"`
	Tender  string `json:"tender"`
	V       string `json:"v"`
}

// NewConsent is for opener number i (from 1) of group j (from 0).
func (m *Manifest) NewConsent(j, i int) Consent {
	return Consent{j, "manifest", m.Groups[j].Openers[i-1].ID, m.Openers(), m.Tender, Version}
}

// Bytes returns the canonical bytes.
func (c Consent) Bytes() []byte { return canon.Must(c) }

// ParseConsent reads a consent strictly.
func ParseConsent(b []byte) (Consent, error) {
	var c Consent
	if err := read(b, &c); err != nil || c.V != Version || c.Kind != "manifest" || !isHash(c.Openers) ||
		c.Group < 0 || c.Group >= maxGroups || !plainText(c.Opener, maxName) || !plainText(c.Tender, maxName) {
		return Consent{}, invalid("seal.consent", "This is not an opener's consent.").Because(err)
	}
	return c, nil
}

// CheckConsents refuses unless every opener of m has signed for it. keyOf gives
// the registered device key of an opener id. The first opener without a valid
// signature is named.
func (m *Manifest) CheckConsents(signed []sign.Signed, keyOf func(opener string) (sign.Key, bool)) error {
	given := map[Consent]sign.Signed{}
	for _, s := range signed {
		if c, err := ParseConsent(s.Record); err == nil {
			given[c] = s
		}
	}
	for j, g := range m.Groups {
		for i, o := range g.Openers {
			s, ok := given[m.NewConsent(j, i+1)]
			key, known := keyOf(o.ID)
			if !ok || !known || s.Verify(key, sign.Manifest) != nil {
				return refused("seal.consent_missing", "Opener %q has not signed the opener manifest.", o.ID)
			}
		}
	}
	return nil
}
