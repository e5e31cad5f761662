package seal

import (
	"bytes"
	"strings"
	"testing"
)

// The attacks that are about when, what and whether it is opened.

// 6.
func TestLateSwapsAreFound(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	c := h.bid("b:1")
	f := c.Fingerprint().String()
	proof := SeedProof(c.Fingerprint(), h.seeds[f])
	good := h.payloads[f]
	other := newHouse(t, shape{{3, 5}}).bid("b:1")
	for _, x := range []struct {
		sentence string
		header   []byte
		payload  []byte
		cause    string
	}{
		{"another header for the same bid", other.Header, good, CauseHeaderAltered},
		{"a header with a space before it", append([]byte(" "), c.Header...), good, CauseHeaderAltered},
		{"no header", nil, good, CauseHeaderMissing},
		{"one changed byte in the payload", c.Header, flip(good, len(good)-1), CausePayloadAltered},
		{"one changed byte in the payload's age header", c.Header, flip(good, 40), CausePayloadAltered},
		{"one byte less", c.Header, good[:len(good)-1], CausePayloadAltered},
		{"one byte more", c.Header, append(bytes.Clone(good), 0), CausePayloadAltered},
		{"nothing", c.Header, []byte{}, CausePayloadAltered},
	} {
		t.Run(x.sentence, func(t *testing.T) {
			swapped := c
			swapped.Header = x.header
			v, err := swapped.Judge(proof, bytes.NewReader(x.payload), nil)
			if err != nil {
				t.Fatal(err)
			}
			wantOutcome(t, v.Outcome, Missing, x.cause, BlameOperator)
		})
	}
	v, err := c.Judge(proof, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Missing, CausePayloadMissing, BlameOperator)
	v, err = c.Judge(proof, bytes.NewReader(good), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Opened, "", BlameNone)
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1
	return b
}

// 7: a replaced bid's envelope is not in the batch, and a batch with it is
// refused by every device.
func TestReplacedAndWithdrawnBidsAreNotOpened(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	for _, name := range []string{"b:1", "b:2", "b:3"} {
		h.bid(name)
	}
	o := h.opening()
	for i, state := range []string{Stored, Replaced, Withdrawn} {
		h.closed.Entries[i].State = map[string]string{Stored: Live}[state]
		if h.closed.Entries[i].State == "" {
			h.closed.Entries[i].State = state
		}
		h.window.Entries[i].State = state
	}
	again := h.closed.Entries[1] // what replaced the second bid, and lapsed
	again.Seq, again.Leaf, again.State = 2, 40, Live
	again.Envelopes = []EnvelopeRef{{strings.Repeat("ee", 32), "financial"}}
	h.closed.Entries = append(h.closed.Entries, again)
	again.State = Lapsed
	h.window.Entries = append(h.window.Entries, again)
	h.window.Previous = h.closed.Head().Hash()
	greedy := o
	greedy.Closed, greedy.Window = h.closed, h.window
	greedy.Batch.Window = h.window.Head().Hash()
	_, err := OpenShares(h.keys[0][0], greedy)
	wantCode(t, err, "seal.batch")

	fair := greedy
	if fair.Batch, err = NewBatch(h.manifest, h.window, "1", "financial"); err != nil {
		t.Fatal(err)
	}
	fair.Cases = h.cases[:1]
	if len(fair.Batch.Fingerprints) != 1 || fair.Batch.Fingerprints[0] != h.cases[0].Fingerprint().String() {
		t.Fatalf("the batch is %v", fair.Batch.Fingerprints)
	}
	if _, err := OpenShares(h.keys[0][0], fair); err != nil {
		t.Fatal(err)
	}
}

// 8.
func TestEarlyOpeningAndLeftOutBidsAreRefused(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	h.bid("b:1")
	h.bid("b:2")
	o := h.opening()
	for _, c := range []struct {
		sentence string
		change   func(*Opening)
		code     string
	}{
		{"at the opening time it opens", func(o *Opening) {}, ""},
		{"one second before it does not", func(o *Opening) { o.Now = later.Add(-1e9) }, "seal.too_early"},
		{"an extension moves the opening time", func(o *Opening) {
			o.Extensions = []Extension{{noon.Add(1e9), later.Add(1e9), h.manifest.Openers(), 1, h.manifest.Tender}}
		}, "seal.too_early"},
		{"a batch without one of the bids is refused", func(o *Opening) { o.Batch.Fingerprints = o.Batch.Fingerprints[:1] }, "seal.batch"},
		{"a batch of another window is refused", func(o *Opening) { o.Batch.Window = strings.Repeat("0", 64) }, "seal.batch"},
		{"a closing list without one of the bids is refused", func(o *Opening) { o.Closed.Entries = o.Closed.Entries[:1] }, "seal.closing_chain"},
		{"a batch for other openers is refused", func(o *Opening) { o.Batch.Openers = strings.Repeat("0", 64) }, "seal.batch"},
		{"a bid record that is not in the list is refused", func(o *Opening) {
			o.Cases = append([]Case{}, o.Cases...)
			o.Cases[0].Bid.Seq = 2
		}, "seal.batch_case"},
		{"a record that is kept back is missed", func(o *Opening) { o.Cases = o.Cases[:1] }, "seal.batch_case"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			changed := o
			c.change(&changed)
			_, err := OpenShares(h.keys[0][0], changed)
			wantCode(t, err, c.code)
		})
	}
	stranger, err := GenerateOpenerKey()
	if err != nil {
		t.Fatal(err)
	}
	_, err = OpenShares(stranger, o)
	wantCode(t, err, "seal.not_opener")
}

// 10: the guardian's group must act too.
func TestACommitteeWithoutItsGuardianReadsNothing(t *testing.T) {
	h := newHouse(t, shape{{3, 5}, {1, 2}})
	h.bid("b:1")
	o := h.opening()
	committee := h.answers(o, seats(1, 2, 3, 4, 5)...)
	_, err := Combine(o, committee, nil)
	wantCode(t, err, "seal.not_ready")
	r := h.combine(o, committee, Seat{1, 1}, Seat{1, 2})
	wantOutcome(t, r.Outcome(), Unopened, CauseSharesMissing, BlameOpener)
	for guardian := 1; guardian <= 2; guardian++ {
		all := append(h.answers(o, Seat{1, guardian}), committee...)
		wantOutcome(t, h.judge(h.combine(o, all)).Outcome, Opened, "", BlameNone)
	}
}

// 11.
func TestAMalformedPayloadIsTheBiddersFault(t *testing.T) {
	for sentence, forge := range map[string]func(*house, *Header, Seed) ([]byte, string){
		"bytes that are no age file": func(*house, *Header, Seed) ([]byte, string) {
			return bytes.Repeat([]byte("x"), 5000), CausePayloadAge
		},
		"an age file that holds no container": func(h *house, x *Header, s Seed) ([]byte, string) {
			return h.encryptTo(x.Context, s, bytes.Repeat([]byte{0}, 70<<10)), CauseContainer
		},
		"an age file with a second recipient": func(h *house, x *Header, s Seed) ([]byte, string) {
			return h.encryptTo(x.Context, s, []byte("x"), h.keys[0][0]), CausePayloadAge
		},
		"an age file to somebody else": func(h *house, x *Header, s Seed) ([]byte, string) {
			return h.encryptTo(x.Context, Seed{1}, bytes.Repeat([]byte{0}, 70<<10)), CausePayloadAge
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := newHouse(t, shape{{2, 3}})
			var payload []byte
			var cause string
			c := h.forge("b:1", func(x *Header, s Seed) {
				payload, cause = forge(h, x, s)
				p := NewPartHasher(PartSize(int64(len(payload))))
				p.Write(payload)
				again, err := SealHeader(h.manifest, x.Context, s, p.Payload())
				if err != nil {
					t.Fatal(err)
				}
				*x = *again
			})
			h.payloads[c.Fingerprint().String()] = payload
			o := h.opening()
			wantOutcome(t, h.judge(h.combine(o, h.answers(o, seats(1, 3)...))).Outcome, Void, cause, BlameBidder)
		})
	}
}
