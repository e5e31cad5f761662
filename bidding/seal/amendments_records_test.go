package seal

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"probity/tender/sign"
)

// 5.
func TestNoBidIsCombinedBeforeThereIsEnoughForEveryBid(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	h.bid("b:1")
	h.forge("b:2", h.spoil(1))
	o := h.opening()
	spoiled := 0
	if o.Batch.Fingerprints[1] == h.cases[1].Fingerprint().String() {
		spoiled = 1
	}
	two := h.answers(o, seats(1, 2)...)
	if two[0].Shares[spoiled].E != CauseCommitment {
		t.Fatalf("the spoiled share gave %v", two[0].Shares[spoiled])
	}
	_, err := Combine(o, two, nil)
	wantCode(t, err, "seal.not_ready")
	results, err := Combine(o, two, seats(3))
	wantCode(t, err, "")
	wantOutcome(t, results[spoiled].Outcome(), Unopened, CauseSharesMissing, BlameOpener)
	wantOutcome(t, results[1-spoiled].Outcome(), Opened, "", BlameNone)

	part := two[1]
	part.Shares = part.Shares[:1]
	for sentence, x := range map[string]struct {
		answer Answer
		code   string
	}{
		"an answer for some bids only": {part, "seal.answer_incomplete"},
		"the same opener twice":        {two[0], "seal.answer_twice"},
		"an answer to another batch":   {Answer{Batch: strings.Repeat("0", 64), Opener: 2, Shares: two[1].Shares}, "seal.answer_batch"},
		"nobody's answer":              {Answer{Batch: two[1].Batch, Opener: 4, Shares: two[1].Shares}, "seal.answer_opener"},
		"another group's answer":       {Answer{Batch: two[1].Batch, Group: 1, Opener: 1, Shares: two[1].Shares}, "seal.answer_opener"},
	} {
		_, err := Combine(o, []Answer{two[0], x.answer}, nil)
		t.Log(sentence)
		wantCode(t, err, x.code)
	}
}

// 7.
func TestABidRecordHoldsNoServerTime(t *testing.T) {
	c := newHouse(t, shape{{1, 1}}).bid("b:1")
	raw := c.Bid.Bytes()
	back, err := ParseBid(raw)
	if err != nil || !bytes.Equal(back.Bytes(), raw) {
		t.Fatalf("%v, %v", back, err)
	}
	if bytes.Contains(raw, []byte(`"at"`)) || !bytes.Contains(raw, []byte(`"openers":"`+c.Manifest.Openers())) || !bytes.Contains(raw, []byte(`"seq":1`)) {
		t.Fatalf("record %s", raw)
	}
	_, err = ParseBid(bytes.Replace(raw, []byte(`{"bidder"`), []byte(`{"at":"2026-12-01T11:00:00Z","bidder"`), 1))
	wantCode(t, err, "seal.bid_form")
}

// 7.
func TestAnExtensionOnlyMovesLater(t *testing.T) {
	m := newHouse(t, shape{{1, 1}}).manifest
	ext := func(seq int64, deadline, opens time.Time) Extension {
		return Extension{deadline, opens, m.Openers(), seq, m.Tender}
	}
	day := 24 * time.Hour
	first := ext(1, noon.Add(day), later.Add(day))
	foreign := first
	foreign.Openers = strings.Repeat("0", 64)
	for sentence, x := range map[string]struct {
		list []Extension
		code string
	}{
		"none":                            {nil, ""},
		"one day":                         {[]Extension{first}, ""},
		"two, in order":                   {[]Extension{first, ext(2, noon.Add(2*day), later.Add(2*day))}, ""},
		"the same deadline":               {[]Extension{ext(1, noon, later)}, "seal.extend_earlier"},
		"an earlier deadline":             {[]Extension{ext(1, noon.Add(-day), later)}, "seal.extend_earlier"},
		"a shorter window for uploads":    {[]Extension{ext(1, noon.Add(day), later.Add(day-time.Second))}, "seal.extend_earlier"},
		"back after forth":                {[]Extension{first, ext(2, noon.Add(time.Hour), later.Add(day))}, "seal.extend_earlier"},
		"one left out":                    {[]Extension{ext(2, noon.Add(day), later.Add(day))}, "seal.extend"},
		"one for another opener manifest": {[]Extension{foreign}, "seal.extend"},
	} {
		t.Run(sentence, func(t *testing.T) {
			_, _, err := m.Window(x.list)
			wantCode(t, err, x.code)
		})
	}
}

// 7: an extension leaves seals valid.
func TestAnExtensionDoesNotVoidBids(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	h.bid("b:1")
	o := h.opening()
	o.Extensions = []Extension{{noon.Add(time.Hour), later.Add(time.Hour), h.manifest.Openers(), 1, h.manifest.Tender}}
	o.Now = later.Add(time.Hour)
	wantOutcome(t, h.judge(h.combine(o, h.answers(o, seats(1, 3)...))).Outcome, Opened, "", BlameNone)
}

// 8.
func TestASignatureForOneActIsNoneForAnother(t *testing.T) {
	p := signer(1)
	acts := map[sign.Domain][]byte{
		sign.Bid: Bid{}.Bytes(), sign.Withdraw: Withdrawal{}.Bytes(), sign.Open: Answer{}.Bytes(), sign.Login: Login{}.Bytes(),
		sign.Approve: Approval{}.Bytes(), sign.Contract: ContractSignature{}.Bytes(), sign.Refusal: Refusal{}.Bytes(),
		sign.Manifest: Consent{}.Bytes(), sign.Close: ClosingHead{}.Bytes(),
	}
	for made := range acts {
		s, err := sign.Record(p, made, acts[made])
		if err != nil {
			t.Fatal(err)
		}
		for asked := range acts {
			if ok := s.Verify(p.Key(), asked) == nil; ok != (made == asked) {
				t.Errorf("signed as %q, accepted as %q: %v", made, asked, ok)
			}
		}
	}
}

// 11.
func TestAfterStoredMissingBytesAreNeverTheBiddersFault(t *testing.T) {
	for cause, m := range causes {
		if m.state == Missing && m.blame != BlameOperator {
			t.Errorf("%s blames the %s", cause, m.blame)
		}
		if m.state == Void && m.blame == BlameOpener {
			t.Errorf("%s voids a bid for what an opener did", cause)
		}
	}
}

// 12.
func TestTheRecoveryFileHoldsSeedsOnly(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	var out bytes.Buffer
	e, err := Seal(&out, h.manifest, Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := NewRecovery(e).File("")
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseRecovery(file, "")
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := back.Seed(e.Fingerprint); !ok || !s.Equal(e.Seed) {
		t.Error("the seed does not come back")
	}
	if _, ok := back.Seed(Fingerprint{}); ok {
		t.Error("a seed for nothing")
	}
	c := h.take(e.Header, out.Bytes())
	v, err := c.Judge(SeedProof(e.Fingerprint, e.Seed), bytes.NewReader(out.Bytes()), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Opened, "", BlameNone)
	secret, err := ParseRecovery(locked(t, file), "a passphrase")
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := secret.Seed(e.Fingerprint); !ok || s != e.Seed {
		t.Error("the locked seed does not come back")
	}
	_, err = ParseRecovery(locked(t, file), "another")
	wantCode(t, err, "sign.passphrase")
	_, err = NewRecovery().File("")
	wantCode(t, err, "seal.recovery")
}
