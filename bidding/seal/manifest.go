package seal

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	"probity/tender/canon"
)

// manifestForm labels opener manifests.
const manifestForm = "sealbid-openers/1"

// Opener is one person (or service) that holds a share.
type Opener struct {
	ID   string `json:"id"`
	Key  string `json:"key"` // age1... or age1pq1..., lower case
	Name string `json:"name"`

	recipient *recipient
}

func (o Opener) unpack() (*recipient, error) {
	if o.recipient != nil {
		return o.recipient, nil
	}
	return parseRecipient(o.Key)
}

// Group is a set of openers of whom any K must act. Every group must act: a
// committee of 3 of 5 and a guardian of 1 of 2 are two groups.
type Group struct {
	K       int      `json:"k"`
	Name    string   `json:"name"`
	Openers []Opener `json:"openers"`
}

// Manifest says who can open the bids of a tender, and from when (6.1 with
// amendment 1). It is a ledger record; every seal is bound to its hash. Its
// bytes never change: a later deadline is an [Extension] beside it, other keys
// or another k are a new manifest, for which bids are made anew.
type Manifest struct {
	// Deadline: bids are accepted strictly before it.
	Deadline time.Time

	// Opens is when openers may act at the earliest: not before the deadline
	// and the grace window for uploads are both over.
	Opens time.Time

	Groups []Group
	Tender string

	raw  []byte
	hash [32]byte
	kind Kind
}

type manifestJSON struct {
	Deadline string  `json:"deadline"`
	Groups   []Group `json:"groups"`
	Opens    string  `json:"opens"`
	Tender   string  `json:"tender"`
	V        string  `json:"v"`
}

// NewManifest makes a manifest. Times are whole seconds; the groups are taken
// in the order given, which numbers them.
func NewManifest(tender string, deadline, opens time.Time, groups []Group) (*Manifest, error) {
	if !wholeSecond(deadline) || !wholeSecond(opens) {
		return nil, invalid("seal.manifest", "Deadline and opening time are whole seconds.")
	}
	b, err := canon.Marshal(manifestJSON{formatTime(deadline), groups, formatTime(opens), tender, manifestForm})
	if err != nil {
		return nil, invalid("seal.manifest", "The opener manifest cannot be written.").Because(err)
	}
	return ParseManifest(b)
}

// ParseManifest reads a manifest and refuses every form but the canonical one,
// and every key that is weak, doubly spelt or used twice. b is copied.
func ParseManifest(b []byte) (*Manifest, error) {
	var w manifestJSON
	if err := read(b, &w); err != nil || w.V != manifestForm {
		return nil, invalid("seal.manifest", "This is not an opener manifest of form %s.", manifestForm).Because(err)
	}
	m := &Manifest{Groups: w.Groups, Tender: w.Tender, raw: bytes.Clone(b), hash: canon.Hash("openers", b)}
	var ok1, ok2 bool
	m.Deadline, ok1 = parseTime(w.Deadline)
	m.Opens, ok2 = parseTime(w.Opens)
	if !ok1 || !ok2 || m.Opens.Before(m.Deadline) {
		return nil, invalid("seal.manifest", "The opener manifest's opening time must be at or after its deadline.")
	}
	if !plainText(w.Tender, maxName) {
		return nil, invalid("seal.manifest", "The opener manifest names no tender.")
	}
	return m, m.checkGroups()
}

func (m *Manifest) checkGroups() error {
	if len(m.Groups) < 1 || len(m.Groups) > maxGroups {
		return invalid("seal.manifest", "A manifest has 1 to %d groups of openers.", maxGroups)
	}
	taken := map[string]bool{}
	for j := range m.Groups {
		g := &m.Groups[j]
		if n := len(g.Openers); n < 1 || n > maxOpeners || g.K < 1 || g.K > n {
			return invalid("seal.manifest", "A group needs 1 to %d openers, and k between 1 and their number.", maxOpeners)
		}
		if !plainText(g.Name, maxName) || taken["group "+g.Name] {
			return invalid("seal.manifest", "Every group of openers needs a name of its own.")
		}
		taken["group "+g.Name] = true
		for i := range g.Openers {
			if err := m.checkOpener(&g.Openers[i], taken); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkOpener wants ids and keys to be unique across all groups: one person in
// two groups could open alone what two should open together.
func (m *Manifest) checkOpener(o *Opener, taken map[string]bool) error {
	if !plainText(o.ID, maxName) || !plainText(o.Name, maxName) {
		return invalid("seal.manifest", "Every opener needs an id and a name.")
	}
	r, err := parseRecipient(o.Key)
	if err != nil {
		return err
	}
	o.recipient = r
	if m.kind == 0 {
		m.kind = r.kind
	}
	if m.kind != r.kind {
		return invalid("seal.manifest_mixed", "All keys of one manifest must be of one kind.")
	}
	half := "x25519 " + string(r.x25519.Bytes())
	for _, mark := range []string{"id " + o.ID, "key " + o.Key, half} {
		if taken[mark] {
			return invalid("seal.manifest_twice", "An opener's id or key appears twice in the manifest.")
		}
		taken[mark] = true
	}
	return nil
}

// Bytes returns the canonical bytes. The caller must not change them.
func (m *Manifest) Bytes() []byte { return m.raw }

// Hash is H("openers", bytes).
func (m *Manifest) Hash() [32]byte { return m.hash }

// Openers is the hash as records and contexts carry it: 64 hex digits.
func (m *Manifest) Openers() string { return hex.EncodeToString(m.hash[:]) }

// Kind is the kind of all its keys.
func (m *Manifest) Kind() Kind { return m.kind }

// Fingerprint is the hash as people compare it: the first twenty hex digits in
// groups of four.
func (m *Manifest) Fingerprint() string {
	h := m.Openers()
	return strings.Join([]string{h[0:4], h[4:8], h[8:12], h[12:16], h[16:20]}, " ")
}

// RequireHybrid refuses manifests whose keys a quantum computer could open one
// day. New tenders must pass it; old ones need not.
func (m *Manifest) RequireHybrid() error {
	if m.kind != Hybrid {
		return invalid("seal.manifest_kind", "New tenders need hybrid post-quantum opener keys (age1pq1...).")
	}
	return nil
}

// RequireGrace refuses a manifest under which openers could act while uploads
// may still come in.
func (m *Manifest) RequireGrace(grace time.Duration) error {
	if m.Opens.Before(m.Deadline.Add(grace)) {
		return invalid("seal.manifest_opens", "Openers may not act before the upload window is over.")
	}
	return nil
}

// Context returns the context of one envelope of bid b under m. Before sealing
// b needs no more than Bidder, Lot and Seq.
func (m *Manifest) Context(b Bid, envelope string) Context {
	return Context{Bidder: b.Bidder, Envelope: envelope, Lot: b.Lot, Openers: m.Openers(), Seq: b.Seq, Tender: m.Tender}
}

// Seat finds the opener who holds the given public key: group from 0, number
// from 1.
func (m *Manifest) Seat(key string) (group, opener int, ok bool) {
	for j, g := range m.Groups {
		for i, o := range g.Openers {
			if o.Key == key {
				return j, i + 1, true
			}
		}
	}
	return 0, 0, false
}

func wholeSecond(t time.Time) bool  { return t.Nanosecond() == 0 && t.Year() >= 1 && t.Year() <= 9999 }
func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
func parseTime(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return t.UTC(), err == nil && wholeSecond(t) && formatTime(t) == s
}
