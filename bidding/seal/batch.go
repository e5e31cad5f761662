package seal

import (
	"encoding/hex"
	"slices"

	"probity/tender/canon"
)

// Batch is what is opened together: one envelope of all live, stored bids for
// one lot (amendment 4). It is logged before any share is asked for, and there
// is one for each lot and envelope.
type Batch struct {
	// Decision is the hex hash of the decision that keeps bids of an earlier
	// stage sealed, "" where nothing is excluded.
	Decision string `json:"decision"`
	Envelope string `json:"envelope"`

	// Excluded are the stored fingerprints that stay sealed; together with
	// Fingerprints they are everything that is stored for the lot.
	Excluded     []string `json:"excluded"`
	Fingerprints []string `json:"fingerprints"`

	Kind    string `json:"kind"` // "batch"
	Lot     string `json:"lot"`
	Openers string `json:"openers"`
	Tender  string `json:"tender"`
	V       string `json:"v"`
	Window  string `json:"window"` // hex hash of the window-closed head
}

// NewBatch lists what is to be opened. excluded and decision are empty at a
// first stage.
func NewBatch(m *Manifest, window Closing, lot, envelope string) (Batch, error) {
	b := Batch{
		Envelope: envelope, Excluded: []string{}, Fingerprints: window.stored(lot, envelope), Kind: "batch", Lot: lot,
		Openers: m.Openers(), Tender: m.Tender, V: Version, Window: window.Head().Hash(),
	}
	return b, b.check()
}

// Exclude moves fingerprints out of what is opened, because of a decision whose
// record has the given hex hash.
func (b Batch) Exclude(decision string, prints []string) (Batch, error) {
	b.Decision = decision
	b.Excluded = slices.Sorted(slices.Values(prints))
	b.Fingerprints = slices.DeleteFunc(slices.Clone(b.Fingerprints), func(f string) bool { return slices.Contains(prints, f) })
	return b, b.check()
}

// stored lists the fingerprints of an envelope of all stored bids, sorted.
func (c Closing) stored(lot, envelope string) []string {
	list := []string{}
	for _, e := range c.Entries {
		for _, v := range e.Envelopes {
			if e.Lot == lot && e.State == Stored && v.Name == envelope {
				list = append(list, v.F)
			}
		}
	}
	slices.Sort(list)
	return list
}

// Bytes returns the canonical bytes.
func (b Batch) Bytes() []byte {
	b.Excluded = append([]string{}, b.Excluded...)
	b.Fingerprints = append([]string{}, b.Fingerprints...)
	return canon.Must(b)
}

// Hash is H("batch", bytes) in hex, which openers' answers name.
func (b Batch) Hash() string {
	h := canon.Hash("batch", b.Bytes())
	return hex.EncodeToString(h[:])
}

// ParseBatch reads a batch strictly.
func ParseBatch(raw []byte) (Batch, error) {
	var b Batch
	if err := read(raw, &b); err != nil {
		return Batch{}, invalid("seal.batch_form", "This is not an opening batch.").Because(err)
	}
	return b, b.check()
}

func (b Batch) check() error {
	ok := b.Kind == "batch" && b.V == Version && place(b.Tender, b.Lot, b.Envelope) && isHash(b.Openers) && isHash(b.Window)
	ok = ok && (b.Decision == "" && len(b.Excluded) == 0 || isHash(b.Decision))
	both := slices.Concat(b.Fingerprints, b.Excluded)
	for _, f := range both {
		ok = ok && isHash(f)
	}
	ok = ok && slices.IsSorted(b.Fingerprints) && slices.IsSorted(b.Excluded)
	slices.Sort(both)
	if !ok || len(slices.Compact(slices.Clone(both))) != len(both) {
		return invalid("seal.batch_form", "This is not an opening batch.")
	}
	return nil
}

// Check refuses a batch that is not everything stored for its lot and
// envelope: an operator could otherwise open some bids and not others.
func (b Batch) Check(m *Manifest, window Closing) error {
	all := slices.Sorted(slices.Values(slices.Concat(b.Fingerprints, b.Excluded)))
	if b.check() != nil || b.Openers != m.Openers() || b.Tender != m.Tender || window.Kind != WindowClosed ||
		window.Tender != b.Tender || b.Window != window.Head().Hash() || !slices.Equal(all, window.stored(b.Lot, b.Envelope)) {
		return refused("seal.batch", "The opening batch is not the full list of stored bids of its lot and envelope.")
	}
	return nil
}
