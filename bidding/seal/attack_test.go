package seal

import (
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
		wantOutcome(t, v.Outcome, Opened, "", BlameNone)
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
		wantOutcome(t, h.judge(r).Outcome, Void, CauseReseal, BlameBidder)
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
		wantOutcome(t, h.judge(r).Outcome, Void, CauseReseal, BlameBidder)
		for _, c := range r.Complaints {
			if c.Seat.Opener != 5 || c.Code != CauseCommitment || c.Blame != BlameBidder {
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
	wantOutcome(t, r.Outcome(), Void, CauseUnusable, BlameBidder)
	o.Revealed = []Proof{SeedProof(h.cases[0].Fingerprint(), h.seeds[h.cases[0].Fingerprint().String()])}
	r = h.combine(o, h.answers(o, seats(1, 2, 3, 4, 5)...))
	wantOutcome(t, r.Outcome(), Void, CauseUnusable, BlameBidder)
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
	wantOutcome(t, h.combine(o, answers).Outcome(), Void, CauseUnusable, BlameBidder)
	f := h.cases[0].Fingerprint()
	o.Revealed = []Proof{SeedProof(f, h.seeds[f.String()])}
	r := h.combine(o, answers)
	wantOutcome(t, h.judge(r).Outcome, Opened, "", BlameNone)
	if len(r.Complaints) != 3 {
		t.Fatalf("complaints %v", r.Complaints)
	}
	for _, c := range r.Complaints {
		if c.Code != CauseFalseComplaint || c.Blame != BlameOpener {
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
	wantOutcome(t, h.judge(r).Outcome, Opened, "", BlameNone)
	if len(r.Complaints) != 1 || r.Complaints[0] != (Complaint{h.cases[0].Fingerprint(), Seat{0, 2}, CauseFalseShare, BlameOpener}) {
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
	wantOutcome(t, h.judge(r).Outcome, Opened, "", BlameNone)
	if len(r.Complaints) != 1 || r.Complaints[0].Code != CauseFalseComplaint || r.Complaints[0].Blame != BlameOpener {
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
	wantOutcome(t, h.combine(o, answers).Outcome(), Void, CauseUnusable, BlameBidder)
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
	wantOutcome(t, h.judge(h.combine(o, h.answers(o, seats(1, 2, 4)...))).Outcome, Void, CauseReseal, BlameBidder)
}
