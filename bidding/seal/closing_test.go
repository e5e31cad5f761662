package seal

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func entry(bidder string, seq, leaf int64, state string) Entry {
	f := hexSum(fmt.Append(nil, bidder, seq))
	return Entry{bidder, []EnvelopeRef{{f, "financial"}}, leaf, "1", seq, state}
}

// Amendment 4.
func TestClosingLists(t *testing.T) {
	previous := strings.Repeat("ab", 32)
	for sentence, x := range map[string]struct {
		kind, previous string
		entries        []Entry
		code           string
	}{
		"nobody came":                          {Closed, "", nil, ""},
		"one live bid":                         {Closed, "", []Entry{entry("b:1", 1, 5, Live)}, ""},
		"a replaced bid and its replacement":   {Closed, "", []Entry{entry("b:1", 2, 9, Live), entry("b:1", 1, 5, Replaced)}, ""},
		"withdrawn after a replacement":        {Closed, "", []Entry{entry("b:1", 1, 5, Replaced), entry("b:1", 2, 9, Withdrawn)}, ""},
		"a new bid after a withdrawal":         {Closed, "", []Entry{entry("b:1", 1, 5, Withdrawn), entry("b:1", 3, 9, Live)}, ""},
		"a bid for openers since replaced":     {Closed, "", []Entry{entry("b:1", 1, 5, Superseded)}, ""},
		"made anew for the new openers":        {Closed, "", []Entry{entry("b:1", 1, 5, Superseded), entry("b:1", 2, 9, Live)}, ""},
		"two live bids of one bidder":          {Closed, "", []Entry{entry("b:1", 1, 5, Live), entry("b:1", 2, 9, Live)}, "seal.closing_live"},
		"a bid that revives":                   {Closed, "", []Entry{entry("b:1", 1, 5, Live), entry("b:1", 2, 9, Withdrawn)}, "seal.closing_live"},
		"seq that does not rise":               {Closed, "", []Entry{entry("b:1", 2, 5, Replaced), entry("b:1", 1, 9, Live)}, "seal.closing_live"},
		"replaced by nothing":                  {Closed, "", []Entry{entry("b:1", 1, 5, Replaced)}, "seal.closing_form"},
		"two records at one leaf":              {Closed, "", []Entry{entry("b:1", 1, 5, Live), entry("b:2", 1, 5, Live)}, "seal.closing_form"},
		"stored before the window is over":     {Closed, "", []Entry{entry("b:1", 1, 5, Stored)}, "seal.closing_form"},
		"live after the window":                {WindowClosed, previous, []Entry{entry("b:1", 1, 5, Live)}, "seal.closing_form"},
		"stored and lapsed after the window":   {WindowClosed, previous, []Entry{entry("b:1", 1, 5, Stored), entry("b:2", 1, 6, Lapsed)}, ""},
		"a window without a closing before it": {WindowClosed, "", nil, "seal.closing_form"},
		"another kind":                         {"opened", "", nil, "seal.closing_form"},
		"one fingerprint for two bidders":      {Closed, "", []Entry{entry("b:1", 1, 5, Live), {"b:2", entry("b:1", 1, 5, Live).Envelopes, 6, "1", 1, Live}}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			c, err := NewClosing(x.kind, x.previous, "T-1", x.entries)
			wantCode(t, err, x.code)
			if err != nil {
				return
			}
			back, err := ParseClosing(c.Bytes())
			if err != nil || !bytes.Equal(back.Bytes(), c.Bytes()) || back.Head() != c.Head() {
				t.Errorf("%v does not come back: %v", c, err)
			}
		})
	}
}

// A fingerprint that several records name is that of the one that counts.
func TestFindTheOneThatCounts(t *testing.T) {
	same := entry("b:1", 1, 5, Stored).Envelopes
	f, err := ParseFingerprint(same[0].F)
	if err != nil {
		t.Fatal(err)
	}
	for says, list := range map[string][]Entry{
		"before a copy": {entry("b:1", 1, 5, Stored), {"b:2", same, 6, "1", 1, Lapsed}},
		"behind a copy": {{"b:2", same, 4, "1", 1, Lapsed}, entry("b:1", 1, 5, Stored)},
		"between two":   {{"b:2", same, 4, "1", 1, Withdrawn}, entry("b:1", 1, 5, Stored), {"b:3", same, 6, "1", 1, Replaced}},
	} {
		if e, ok := (Closing{Entries: list}).Find(f); !ok || e.Bidder != "b:1" {
			t.Errorf("%s: %v %v", says, e, ok)
		}
	}
}

// Amendment 4: each bidder finds its own entry, and nothing about others.
func TestABidderFindsItsEntryWithoutSeeingAnyOther(t *testing.T) {
	for _, n := range []int{1, 2, 1000, 1024} {
		var list []Entry
		for i := range n {
			list = append(list, entry(fmt.Sprint("b:", i), 1, int64(i), Live))
		}
		c, err := NewClosing(Closed, "", "T-1", list)
		if err != nil {
			t.Fatal(err)
		}
		head := c.Head()
		p := c.Prove(n / 2)
		wantCode(t, p.Verify(head), "")
		if len(p.Path) != 10 {
			t.Errorf("with %d bids the path has %d steps, which tells", n, len(p.Path))
		}
		for sentence, change := range map[string]func(*EntryProof){
			"another state":    func(p *EntryProof) { p.Entry.State = Withdrawn },
			"another leaf":     func(p *EntryProof) { p.Entry.Leaf++ },
			"another bidder":   func(p *EntryProof) { p.Entry.Bidder = "b:x" },
			"another position": func(p *EntryProof) { p.Index ^= 1 },
			"a position above": func(p *EntryProof) { p.Index += 1024 },
			"another salt":     func(p *EntryProof) { p.Salt = strings.Repeat("0", 32) },
			"a shorter path":   func(p *EntryProof) { p.Path = p.Path[1:] },
			"a malformed path": func(p *EntryProof) { p.Path = slices.Clone(p.Path); p.Path[0] = "x" },
		} {
			q := p
			change(&q)
			if q.Verify(head) == nil {
				t.Errorf("%s is accepted", sentence)
			}
		}
		back, err := ParseEntryProof(p.Bytes())
		if err != nil || back.Verify(head) != nil {
			t.Errorf("the proof does not come back: %v", err)
		}
	}
}

// Two closings with the same records have nothing in common in the log.
func TestAClosingHeadCannotBeGuessed(t *testing.T) {
	list := []Entry{entry("b:1", 1, 5, Live)}
	a, _ := NewClosing(Closed, "", "T-1", list)
	b, _ := NewClosing(Closed, "", "T-1", list)
	if a.Head() == b.Head() {
		t.Error("the same root twice")
	}
}

// Amendment 4: nothing comes or goes after the deadline.
func TestTheWindowClosesOverTheSameBids(t *testing.T) {
	closed, err := NewClosing(Closed, "", "T-1", []Entry{
		entry("b:1", 1, 1, Live), entry("b:2", 1, 2, Replaced), entry("b:2", 2, 3, Live), entry("b:3", 1, 4, Withdrawn),
	})
	if err != nil {
		t.Fatal(err)
	}
	for sentence, x := range map[string]struct {
		change func(*Closing)
		code   string
	}{
		"live bids become stored or lapsed":   {func(c *Closing) {}, ""},
		"a withdrawn bid does not come back":  {func(c *Closing) { c.Entries[3].State = Stored }, "seal.closing_chain"},
		"a replaced bid does not come back":   {func(c *Closing) { c.Entries[1].State = Stored }, "seal.closing_chain"},
		"a withdrawn bid is not superseded":   {func(c *Closing) { c.Entries[3].State = Superseded }, "seal.closing_chain"},
		"a live bid is not called withdrawn":  {func(c *Closing) { c.Entries[0].State = Withdrawn }, "seal.closing_chain"},
		"no bid is left out":                  {func(c *Closing) { c.Entries = c.Entries[:3] }, "seal.closing_chain"},
		"no bid is added":                     {func(c *Closing) { c.Entries = append(c.Entries, entry("b:9", 1, 9, Stored)) }, "seal.closing_chain"},
		"no fingerprint changes":              {func(c *Closing) { c.Entries[0].Envelopes = []EnvelopeRef{{hexSum(nil), "financial"}} }, "seal.closing_chain"},
		"it follows this very closing record": {func(c *Closing) { c.Previous = hexSum(nil) }, "seal.closing_chain"},
		"it is about this tender":             {func(c *Closing) { c.Tender = "T-2" }, "seal.closing_chain"},
	} {
		t.Run(sentence, func(t *testing.T) {
			list := slices.Clone(closed.Entries)
			list[0].State, list[2].State = Stored, Lapsed
			window, err := NewClosing(WindowClosed, closed.Head().Hash(), "T-1", list)
			if err != nil {
				t.Fatal(err)
			}
			x.change(&window)
			wantCode(t, CheckWindow(closed, window), x.code)
		})
	}
}

// A second stage opens only what was admitted, and says what stays sealed.
func TestAPriceBatchNamesWhatStaysSealed(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	for _, b := range []string{"b:1", "b:2", "b:3"} {
		h.bid(b)
	}
	o := h.opening()
	out := h.cases[1].Fingerprint().String()
	decision := hexSum([]byte("technical decision"))
	b, err := o.Batch.Exclude(decision, []string{out})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.Check(h.manifest, h.window), "")
	if len(b.Fingerprints) != 2 || slices.Contains(b.Fingerprints, out) || b.Hash() == o.Batch.Hash() {
		t.Errorf("batch %+v", b)
	}
	back, err := ParseBatch(b.Bytes())
	if err != nil || back.Hash() != b.Hash() {
		t.Errorf("%v", err)
	}
	_, err = o.Batch.Exclude("", []string{out})
	wantCode(t, err, "seal.batch_form")
	silent := o.Batch
	silent.Fingerprints = b.Fingerprints
	wantCode(t, silent.Check(h.manifest, h.window), "seal.batch")
	o.Batch, o.Cases = b, []Case{h.cases[0], h.cases[2]}
	results, err := Combine(o, h.answers(o, seats(1, 2)...), nil)
	if err != nil || len(results) != 2 {
		t.Fatalf("%d results, %v", len(results), err)
	}
}
