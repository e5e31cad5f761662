package seal

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"slices"

	"probity/tender/canon"
)

// The two kinds of closing records.
const (
	Closed       = "closed"        // at the deadline: which records were in time
	WindowClosed = "window-closed" // at the end of the grace window: which bids are complete
)

// What became of a submission record.
const (
	Live      = "live"      // in a "closed" record: the bidder's last bid for the lot
	Stored    = "stored"    // in a "window-closed" record: live, and all its envelopes arrived
	Lapsed    = "lapsed"    // in a "window-closed" record: live, but never completely uploaded
	Replaced  = "replaced"  // a later bid took its place; it never revives
	Withdrawn = "withdrawn" // taken back before the deadline

	// Superseded: made for an opener manifest that was replaced, and not made
	// anew since. Nobody opens it.
	Superseded = "superseded"
)

// Entry is one submission record in a closing list.
type Entry struct {
	Bidder    string        `json:"bidder"`
	Envelopes []EnvelopeRef `json:"envelopes"`
	Leaf      int64         `json:"leaf"` // index in the log
	Lot       string        `json:"lot"`
	Seq       int64         `json:"seq"`
	State     string        `json:"state"`
}

// Closing is the full list of a tender's submission records at one of its two
// closings (amendment 4). The log gets only its [ClosingHead]; openers get the
// list, and each bidder its own entry with an [EntryProof]. So a bidder can
// check that it is in, and nobody learns how many others are, before anything
// opens: the tree under the head is filled with cover leaves, and sorted by
// hash, so that neither a path's length nor a position tells.
type Closing struct {
	Entries  []Entry `json:"entries"` // by leaf, ascending
	Kind     string  `json:"kind"`
	Previous string  `json:"previous"` // hex hash of the closing head before, "" if none
	Salt     string  `json:"salt"`     // hex, 32 random bytes
	Tender   string  `json:"tender"`
	V        string  `json:"v"`
}

// ClosingHead is the record that goes into the log.
type ClosingHead struct {
	Kind     string `json:"kind"`
	Previous string `json:"previous"`
	Root     string `json:"root"`
	Tender   string `json:"tender"`
	V        string `json:"v"`
}

// NewClosing makes a closing list with fresh salt. entries are sorted by leaf.
func NewClosing(kind, previous, tender string, entries []Entry) (Closing, error) {
	salt := make([]byte, 32)
	rand.Read(salt)
	list := append([]Entry{}, entries...)
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Leaf, b.Leaf) })
	c := Closing{list, kind, previous, hex.EncodeToString(salt), tender, Version}
	return c, c.check()
}

// Bytes returns the canonical bytes of the full list.
func (c Closing) Bytes() []byte {
	c.V = Version
	if c.Entries == nil {
		c.Entries = []Entry{}
	}
	return canon.Must(c)
}

// ParseClosing reads a closing list strictly.
func ParseClosing(b []byte) (Closing, error) {
	var c Closing
	if err := read(b, &c); err != nil {
		return Closing{}, invalid("seal.closing_form", "This is not a closing list.").Because(err)
	}
	return c, c.check()
}

func (c Closing) check() error {
	bad := invalid("seal.closing_form", "This is not a closing list.")
	if c.V != Version || !isHash(c.Salt) || !place(c.Tender) || !closingLink(c.Kind, c.Previous) {
		return bad
	}
	last := map[[2]string]Entry{}
	for i, e := range c.Entries {
		if !place(e.Bidder, e.Lot) || e.Seq < 1 || e.Leaf < 0 || !checkEnvelopes(e.Envelopes) || !c.knows(e.State) {
			return bad
		}
		if i > 0 && e.Leaf <= c.Entries[i-1].Leaf {
			return bad
		}
		who := [2]string{e.Lot, e.Bidder}
		before, seen := last[who]
		if seen && (before.Seq >= e.Seq || !over(before.State)) {
			return invalid("seal.closing_live", "A bidder has more than one live bid for a lot in the closing list.")
		}
		last[who] = e // a fingerprint may stand in several entries: nobody can keep a bidder from signing it twice
	}
	for _, e := range last {
		if e.State == Replaced {
			return bad // by what?
		}
	}
	return nil
}

func (c Closing) knows(state string) bool {
	switch state {
	case Live:
		return c.Kind == Closed
	case Stored, Lapsed:
		return c.Kind == WindowClosed
	}
	return over(state)
}

// over: a later bid of the same bidder may follow such a record.
func over(state string) bool {
	return state == Replaced || state == Withdrawn || state == Superseded
}

// closingLink: the window closes after the deadline, so its record has one
// before it.
func closingLink(kind, previous string) bool {
	if kind == WindowClosed {
		return isHash(previous)
	}
	return kind == Closed && (previous == "" || isHash(previous))
}

// Head returns what the log records of c.
func (c Closing) Head() ClosingHead {
	tree, _ := c.tree()
	return ClosingHead{c.Kind, c.Previous, hex.EncodeToString(tree[len(tree)-1][0][:]), c.Tender, Version}
}

// Bytes returns the canonical bytes.
func (h ClosingHead) Bytes() []byte { return canon.Must(h) }

// Hash is H("close", bytes): what the next closing head and batches refer to.
func (h ClosingHead) Hash() string {
	sum := canon.Hash("close", h.Bytes())
	return hex.EncodeToString(sum[:])
}

// ParseClosingHead reads a closing record strictly.
func ParseClosingHead(b []byte) (ClosingHead, error) {
	var h ClosingHead
	if err := read(b, &h); err != nil || h.V != Version || !isHash(h.Root) || !place(h.Tender) || !closingLink(h.Kind, h.Previous) {
		return ClosingHead{}, invalid("seal.closing_form", "This is not a closing record.").Because(err)
	}
	return h, nil
}

// Find returns the entry that holds fingerprint f; where several records name
// it, the one that counts. At most one can be stored, since the header behind a
// fingerprint names one bidder, lot and number.
func (c Closing) Find(f Fingerprint) (found Entry, ok bool) {
	for _, e := range c.Entries {
		for _, v := range e.Envelopes {
			if v.F == f.String() && (!ok || e.State == Stored || e.State == Live && found.State != Stored) {
				found, ok = e, true
			}
		}
	}
	return found, ok
}

// CheckWindow refuses a window-closed list that is not the closed list with
// every live bid turned into stored or lapsed: nothing may come or go after the
// deadline.
func CheckWindow(closed, window Closing) error {
	bad := refused("seal.closing_chain", "The two closing lists do not belong together.")
	if closed.Kind != Closed || window.Kind != WindowClosed || closed.Tender != window.Tender ||
		window.Previous != closed.Head().Hash() || len(closed.Entries) != len(window.Entries) {
		return bad
	}
	for i, before := range closed.Entries {
		after := window.Entries[i]
		live := before.State == Live && (after.State == Stored || after.State == Lapsed)
		if !live && before.State != after.State {
			return bad
		}
		after.State = before.State
		if string(canon.Must(before)) != string(canon.Must(after)) {
			return bad
		}
	}
	return nil
}
