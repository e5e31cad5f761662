package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"probity/tender/canon"
	"probity/tender/sign"
)

// The amendments of the specification, by number.

// remake parses the manifest again after change has been at its JSON.
func remake(t *testing.T, m *Manifest, change func(*manifestJSON)) error {
	t.Helper()
	var w manifestJSON
	if err := json.Unmarshal(m.Bytes(), &w); err != nil {
		t.Fatal(err)
	}
	change(&w)
	_, err := ParseManifest(canon.Must(w))
	return err
}

// 1.
func TestNothingOpensWhileAnythingCanBeUploaded(t *testing.T) {
	m := newHouse(t, shape{{2, 3}}).manifest
	wantCode(t, m.RequireGrace(grace), "")
	wantCode(t, m.RequireGrace(grace+time.Second), "seal.manifest_opens")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = w.Deadline }), "")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "2026-12-01T11:59:59Z" }), "seal.manifest")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "" }), "seal.manifest")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "2026-12-01T14:00:00+00:00" }), "seal.manifest")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "2026-12-01T14:00:00.5Z" }), "seal.manifest")
}

// 2.
func TestOneVerdictHoldsAllSixContextFieldsToTheRecord(t *testing.T) {
	for field, change := range map[string]func(*Context){
		"bidder":   func(c *Context) { c.Bidder = "b:2" },
		"envelope": func(c *Context) { c.Envelope = "technical" },
		"lot":      func(c *Context) { c.Lot = "2" },
		"openers":  func(c *Context) { c.Openers = strings.Repeat("0", 64) },
		"seq":      func(c *Context) { c.Seq = 2 },
		"tender":   func(c *Context) { c.Tender = "T-2026-0002" },
	} {
		t.Run(field, func(t *testing.T) {
			h := newHouse(t, shape{{2, 3}})
			c := h.forge("b:1", func(x *Header, s Seed) {
				change(&x.Context)
				again, err := SealHeader(h.manifest, x.Context, s, x.Payload)
				if err != nil {
					t.Fatal(err)
				}
				*x = *again
			})
			c.Bid.Bidder, h.cases[0].Bid.Bidder = "b:1", "b:1"
			_, cause := c.Device()
			if cause != CauseContext {
				t.Fatalf("cause %q", cause)
			}
			o := h.opening()
			a := h.answers(o, seats(1)...)[0]
			if a.Shares[0].E != CauseContext || a.Shares[0].S != "" {
				t.Fatalf("a share was released: %v", a.Shares[0])
			}
			wantOutcome(t, h.combine(o, nil).Outcome(), Void, CauseContext, Bidder)
		})
	}
}

// 2: the numbers in the header are computed, never believed.
func TestOneVerdictHoldsThePartRule(t *testing.T) {
	for sentence, c := range map[string]struct {
		change func(*Payload)
		cause  string
	}{
		"another part size":                    {func(p *Payload) { p.Part = 4 << 20 }, CausePayloadParts},
		"the large part size too early":        {func(p *Payload) { p.Part = partLarge }, CausePayloadParts},
		"one part too many":                    {func(p *Payload) { p.Parts++ }, CausePayloadParts},
		"no part":                              {func(p *Payload) { p.Parts = 0 }, CausePayloadParts},
		"a size below any age file":            {func(p *Payload) { p.Size = 100 }, CausePayloadForm},
		"a size above what stores take":        {func(p *Payload) { p.Size = maxPayload + 1 }, CausePayloadForm},
		"the small part size above 64 GiB":     {func(p *Payload) { p.Size, p.Parts = largeAbove+1, 8193 }, CausePayloadParts},
		"the large part size above 64 GiB":     {func(p *Payload) { p.Size, p.Part, p.Parts = largeAbove+1, partLarge, 1025 }, ""},
		"the small part size at 64 GiB":        {func(p *Payload) { p.Size, p.Parts = largeAbove, 8192 }, ""},
		"a hash in capitals is no seal header": {func(p *Payload) { p.SHA256 = strings.ToUpper(p.SHA256) }, CauseHeaderForm},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := newHouse(t, shape{{2, 3}})
			x := h.forge("b:1", func(x *Header, _ Seed) { c.change(&x.Payload) })
			if _, cause := x.Device(); cause != c.cause {
				t.Fatalf("cause %q, want %q", cause, c.cause)
			}
		})
	}
}

// 2: seats.
func TestAHeaderHasOneShareForEachOpener(t *testing.T) {
	for sentence, change := range map[string]func(*Header){
		"one share less":   func(x *Header) { x.Groups[0] = x.Groups[0][:2] },
		"one share more":   func(x *Header) { x.Groups[0] = append(x.Groups[0], x.Groups[0][0]) },
		"a group too many": func(x *Header) { x.Groups = append(x.Groups, x.Groups[0]) },
		"classic key shares": func(x *Header) {
			for i := range x.Groups[0] {
				x.Groups[0][i].Cipher = make([]byte, wrapX25519)
			}
		},
	} {
		h := newHouse(t, shape{{2, 3}})
		c := h.forge("b:1", func(x *Header, _ Seed) { change(x) })
		if _, cause := c.Device(); cause != CauseHeaderSeats {
			t.Errorf("%s: cause %q", sentence, cause)
		}
	}
}

// 3.
func TestAVoidBidIsProvedBySharesNotByABareSeed(t *testing.T) {
	h := newHouse(t, shape{{3, 5}, {1, 2}})
	c := h.forge("b:1", h.spoil(5))
	o := h.opening()
	r := h.combine(o, append(h.answers(o, seats(1, 2, 3)...), h.answers(o, Seat{1, 2})...))
	wantOutcome(t, r.Outcome(), Void, CauseReseal, Bidder)
	if r.Proof.Seed != "" || len(r.Proof.Shares) != 4 || r.Seed != (Seed{}) {
		t.Fatalf("proof %+v", r.Proof)
	}
	proof, err := ParseProof(r.Proof.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Judge(proof, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Void, CauseReseal, Bidder)

	v, err = c.Judge(SeedProof(c.Fingerprint(), h.seeds[c.Fingerprint().String()]), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Unopened, CauseUnproven, None)
}

// 3: nobody can make a good bid look void.
func TestAGoodBidCannotBeProvedVoid(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	c := h.bid("b:1")
	o := h.opening()
	full := Proof{F: c.Fingerprint().String(), Kind: "proof", V: Version}
	for _, a := range h.answers(o, seats(1, 2, 3)...) {
		full.Shares = append(full.Shares, ProofShare{0, a.Opener, a.Shares[0].S})
	}
	with := func(shares ...ProofShare) Proof {
		p := full
		p.Shares = shares
		return p
	}
	s := full.Shares
	wrong := ProofShare{0, 2, strings.Repeat("11", 32)}
	for sentence, x := range map[string]struct {
		proof Proof
		code  string
	}{
		"with k shares it opens":                 {with(s[0], s[2]), ""},
		"a share that no opener gave is refused": {with(s[0], wrong), "seal.proof"},
		"a share moved to another opener":        {with(s[0], ProofShare{0, 3, s[1].S}), "seal.proof"},
		"one share twice":                        {with(s[0], s[0]), "seal.proof"},
		"too few":                                {with(s[0]), "seal.proof"},
		"too many":                               {with(s...), "seal.proof"},
		"a group that is not there":              {with(s[0], ProofShare{1, 1, s[1].S}), "seal.proof"},
	} {
		t.Run(sentence, func(t *testing.T) {
			v, err := c.Judge(x.proof, bytes.NewReader(h.payloads[x.proof.F]), nil)
			wantCode(t, err, x.code)
			if err == nil {
				wantOutcome(t, v.Outcome, Opened, "", None)
			}
		})
	}
	v, err := c.Judge(SeedProof(c.Fingerprint(), Seed{1}), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Unopened, CauseUnproven, None)
}

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
	wantOutcome(t, results[spoiled].Outcome(), Unopened, CauseSharesMissing, OpenerIs)
	wantOutcome(t, results[1-spoiled].Outcome(), Opened, "", None)

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
	wantOutcome(t, h.judge(h.combine(o, h.answers(o, seats(1, 3)...))).Outcome, Opened, "", None)
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

// 11.
func TestAfterStoredMissingBytesAreNeverTheBiddersFault(t *testing.T) {
	for cause, m := range causes {
		if m.state == Missing && m.blame != Operator {
			t.Errorf("%s blames the %s", cause, m.blame)
		}
		if m.state == Void && m.blame == OpenerIs {
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
	wantOutcome(t, v.Outcome, Opened, "", None)
	locked, err := NewRecovery(e).File("a passphrase")
	if err != nil || bytes.Contains(locked, []byte(hex.EncodeToString(e.Seed[:]))) {
		t.Fatalf("locked: %v", err)
	}
	if _, err := ParseRecovery(locked, "a passphrase"); err != nil {
		t.Error(err)
	}
	_, err = NewRecovery().File("")
	wantCode(t, err, "seal.recovery")
}
