package seal

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
)

// The attacks of the specification's part 4, by number. Each sentence is a
// test.

func TestHonestBidsOpenWhoeverComes(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.bid("b:1")
	o := h.opening()
	for _, who := range choose(seats(1, 2, 3, 4, 5), 3) {
		r := h.combine(o, h.answers(o, who...))
		v := h.judge(r)
		wantOutcome(t, v.Outcome, Opened, "", None)
		if len(v.Files) != 1 || v.Files[0].Name != "price.txt" || len(r.Complaints) != 0 {
			t.Fatalf("%v opened %v, complaints %v", who, v.Files, r.Complaints)
		}
	}
}

// 1.
func TestInconsistentSharesAreVoidForEverySubset(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.forge("b:1", func(header *Header, _ Seed) {
		var other Seed
		rand.Read(other[:])
		groups, err := wrapShares(other, header.Context, h.manifest.Groups)
		if err != nil {
			t.Fatal(err)
		}
		copy(header.Groups[0][3:], groups[0][3:])
	})
	o := h.opening()
	for _, who := range choose(seats(1, 2, 3, 4, 5), 3) {
		r := h.combine(o, h.answers(o, who...))
		wantOutcome(t, h.judge(r).Outcome, Void, CauseReseal, Bidder)
		if len(r.Complaints) != 0 {
			t.Fatalf("%v accused %v", who, r.Complaints)
		}
	}
}

// spoil replaces the wrapped share of one opener by one for another seed, with
// the honest commitment left in place.
func (h *house) spoil(openers ...int) func(*Header, Seed) {
	return func(header *Header, _ Seed) {
		other, err := wrapShares(Seed{9}, header.Context, h.manifest.Groups)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, i := range openers {
			header.Groups[0][i-1].Cipher = other[0][i-1].Cipher
		}
	}
}

// 2.
func TestGarbageForOneOpenerIsVoidAndClearsTheOpener(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.forge("b:1", h.spoil(5))
	o := h.opening()
	for _, who := range choose(seats(1, 2, 3, 4, 5), 4) {
		r := h.combine(o, h.answers(o, who...))
		wantOutcome(t, h.judge(r).Outcome, Void, CauseReseal, Bidder)
		for _, c := range r.Complaints {
			if c.Seat.Opener != 5 || c.Code != CauseCommitment || c.Blame != Bidder {
				t.Errorf("complaint %v", c)
			}
		}
	}
}

// 2, with too few good shares left.
func TestGarbageForMostOpenersIsVoid(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.forge("b:1", h.spoil(3, 4, 5))
	o := h.opening()
	r := h.combine(o, h.answers(o, seats(1, 2, 3, 4, 5)...))
	wantOutcome(t, r.Outcome(), Void, CauseUnusable, Bidder)
	o.Revealed = []Proof{SeedProof(h.cases[0].Fingerprint(), h.seeds[h.cases[0].Fingerprint().String()])}
	r = h.combine(o, h.answers(o, seats(1, 2, 3, 4, 5)...))
	wantOutcome(t, r.Outcome(), Void, CauseUnusable, Bidder)
}

// 2 and 9: the bidder's own seed shows that complaining openers lied.
func TestAnHonestBidderRescuesItsBidAndNamesTheLiars(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.bid("b:1")
	o := h.opening()
	answers := h.answers(o, seats(1, 2, 3, 4, 5)...)
	for _, liar := range answers[:3] {
		liar.Shares[0] = ShareGiven{E: CauseDecrypt, F: liar.Shares[0].F}
	}
	wantOutcome(t, h.combine(o, answers).Outcome(), Void, CauseUnusable, Bidder)
	f := h.cases[0].Fingerprint()
	o.Revealed = []Proof{SeedProof(f, h.seeds[f.String()])}
	r := h.combine(o, answers)
	wantOutcome(t, h.judge(r).Outcome, Opened, "", None)
	if len(r.Complaints) != 3 {
		t.Fatalf("complaints %v", r.Complaints)
	}
	for _, c := range r.Complaints {
		if c.Code != CauseFalseComplaint || c.Blame != OpenerIs {
			t.Errorf("complaint %v", c)
		}
	}
}

// 3.
func TestAFalseShareNamesItsSenderAndTheBidOpens(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.bid("b:1")
	o := h.opening()
	answers := h.answers(o, seats(1, 2, 3, 4)...)
	answers[1].Shares[0].S = strings.Repeat("00", 32)
	r := h.combine(o, answers)
	wantOutcome(t, h.judge(r).Outcome, Opened, "", None)
	if len(r.Complaints) != 1 || r.Complaints[0] != (Complaint{h.cases[0].Fingerprint(), Seat{0, 2}, CauseFalseShare, OpenerIs}) {
		t.Errorf("complaints %v", r.Complaints)
	}
}

// 3, the other way round.
func TestAFalseComplaintIsExposedByResealing(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.bid("b:1")
	o := h.opening()
	answers := h.answers(o, seats(1, 2, 3, 4)...)
	answers[0].Shares[0] = ShareGiven{E: CauseRecord, F: answers[0].Shares[0].F}
	r := h.combine(o, answers)
	wantOutcome(t, h.judge(r).Outcome, Opened, "", None)
	if len(r.Complaints) != 1 || r.Complaints[0].Code != CauseFalseComplaint || r.Complaints[0].Blame != OpenerIs {
		t.Errorf("complaints %v", r.Complaints)
	}
}

// 4, re-labelled.
func TestACopiedSealUnderAnotherNameGetsNoShare(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	h.forge("b:thief", func(header *Header, _ Seed) {
		victim := newHouse(t, shape{{3, 5}}).bid("b:1")
		stolen, err := ParseHeader(victim.Header)
		if err != nil {
			t.Fatal(err)
		}
		header.Groups, header.Payload = stolen.Groups, stolen.Payload
	})
	o := h.opening()
	answers := h.answers(o, seats(1, 2, 3, 4, 5)...)
	for _, a := range answers {
		if a.Shares[0].E != CauseRecord || a.Shares[0].S != "" {
			t.Fatalf("opener %d gave %v", a.Opener, a.Shares[0])
		}
	}
	wantOutcome(t, h.combine(o, answers).Outcome(), Void, CauseUnusable, Bidder)
}

// 4, byte for byte: the header says whose it is.
func TestACopyByteForByteIsRefusedBeforeAnyShareIsReleased(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	victim := h.bid("b:1")
	thief := victim
	thief.Bid.Bidder = "b:thief"
	_, err := thief.CheckSubmission()
	wantCode(t, err, CauseContext)
	h.cases = []Case{thief}
	o := h.opening()
	a := h.answers(o, seats(1)...)[0]
	if a.Shares[0].E != CauseContext {
		t.Fatalf("the device gave %v", a.Shares[0])
	}
}

// 5: a client that skips the check of the manifest is caught at submission,
// and by re-sealing at the latest.
func TestASwappedOpenerKeyIsFound(t *testing.T) {
	h := newHouse(t, shape{{3, 5}})
	swapped := newHouse(t, shape{{3, 5}})
	groups := swapped.manifest.Groups
	groups[0].Openers[2].Key = fixedKey(t, 77, Hybrid).Public()
	m, err := NewManifest(h.manifest.Tender, noon, later, groups)
	if err != nil {
		t.Fatal(err)
	}
	if m.Openers() == h.manifest.Openers() {
		t.Fatal("another key gave the same manifest hash")
	}
	other := &house{t: t, manifest: m, payloads: map[string][]byte{}, seeds: map[string]Seed{}}
	c := other.bid("b:1")
	c.Manifest = h.manifest
	_, err = c.CheckSubmission()
	wantCode(t, err, CauseOpeners)

	forged := h.forge("b:1", func(header *Header, s Seed) {
		header.Groups, err = wrapShares(s, header.Context, m.Groups)
		if err != nil {
			t.Fatal(err)
		}
	})
	if _, cause := forged.Device(); cause != "" {
		t.Fatalf("the header alone tells: %s", cause)
	}
	o := h.opening()
	wantOutcome(t, h.judge(h.combine(o, h.answers(o, seats(1, 2, 4)...))).Outcome, Void, CauseReseal, Bidder)
}

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
			wantOutcome(t, v.Outcome, Missing, x.cause, Operator)
		})
	}
	v, err := c.Judge(proof, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Missing, CausePayloadMissing, Operator)
	v, err = c.Judge(proof, bytes.NewReader(good), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Opened, "", None)
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
	wantOutcome(t, r.Outcome(), Unopened, CauseSharesMissing, OpenerIs)
	for guardian := 1; guardian <= 2; guardian++ {
		all := append(h.answers(o, Seat{1, guardian}), committee...)
		wantOutcome(t, h.judge(h.combine(o, all)).Outcome, Opened, "", None)
	}
}

// 11.
func TestAMalformedPayloadIsTheBiddersFault(t *testing.T) {
	for sentence, make := range map[string]func(*house, *Header, Seed) ([]byte, string){
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
				payload, cause = make(h, x, s)
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
			wantOutcome(t, h.judge(h.combine(o, h.answers(o, seats(1, 3)...))).Outcome, Void, cause, Bidder)
		})
	}
}
