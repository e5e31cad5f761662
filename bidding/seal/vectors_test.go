package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"

	"probity/tender/canon"
)

// vector is one case of testdata/vectors.json, which the browser's code passes
// too.
type vector struct {
	S      string  `json:"S"`
	Alg    string  `json:"alg"`
	Ctx    Context `json:"ctx"`
	Groups []struct {
		K          int      `json:"k"`
		Recipients []string `json:"recipients"`
	} `json:"groups"`
	Keys    [][]string `json:"keys"`
	Payload Payload    `json:"payload"`
	Want    struct {
		ContextHash     string `json:"context_hash"`
		Fingerprint     string `json:"fingerprint"`
		HeaderLen       int    `json:"header_len"`
		HeaderSHA256    string `json:"header_sha256"`
		PayloadIdentity string `json:"payload_identity"`
		PRK             string `json:"prk"`
		Shares          [][]struct {
			Commitment string `json:"commitment"`
			Len        int    `json:"wrapped_len"`
			SHA256     string `json:"wrapped_sha256"`
		} `json:"shares"`
	} `json:"want"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(b, &list); err != nil || len(list) != 2 {
		t.Fatalf("vectors: %d, %v", len(list), err)
	}
	return list
}

func (v vector) groups() []Group {
	var list []Group
	for _, g := range v.Groups {
		group := Group{K: g.K}
		for _, r := range g.Recipients {
			group.Openers = append(group.Openers, Opener{Key: r})
		}
		list = append(list, group)
	}
	return list
}

func hexSum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func TestVectors(t *testing.T) {
	same := func(t *testing.T, what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	for _, v := range vectors(t) {
		t.Run(v.Alg, func(t *testing.T) {
			seed, _ := unhex(v.S)
			d := newSchedule(seed, v.Ctx)
			same(t, "context hash", hex.EncodeToString(d.ctx[:]), v.Want.ContextHash)
			same(t, "prk", hex.EncodeToString(d.prk), v.Want.PRK)
			same(t, "payload identity", d.identity(), v.Want.PayloadIdentity)
			shares, err := wrapShares(seed, v.Ctx, v.groups())
			if err != nil {
				t.Fatal(err)
			}
			for j, g := range v.Want.Shares {
				for i, w := range g {
					same(t, "commitment", hex.EncodeToString(shares[j][i].Commitment[:]), w.Commitment)
					same(t, "wrapped share", hexSum(shares[j][i].Cipher), w.SHA256)
					if len(shares[j][i].Cipher) != w.Len {
						t.Errorf("wrapped share has %d bytes, want %d", len(shares[j][i].Cipher), w.Len)
					}
				}
			}
			h := Header{v.Ctx, shares, v.Payload}
			raw := h.Bytes()
			same(t, "header", hexSum(raw), v.Want.HeaderSHA256)
			same(t, "fingerprint", h.Fingerprint().String(), v.Want.Fingerprint)
			if err := canon.Check(raw); err != nil {
				t.Errorf("the hand-written header is not canonical: %v", err)
			}
			if len(raw) != v.Want.HeaderLen {
				t.Errorf("header has %d bytes, want %d", len(raw), v.Want.HeaderLen)
			}
			again, err := ParseHeader(raw)
			if err != nil || !bytes.Equal(again.Bytes(), raw) {
				t.Errorf("the header does not come back: %v", err)
			}
		})
	}
}

// Every opener of the vectors opens its share, and all ways to choose k of n
// give the same seed.
func TestVectorsOpen(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Alg, func(t *testing.T) {
			seed, _ := unhex(v.S)
			groups, err := wrapShares(seed, v.Ctx, v.groups())
			if err != nil {
				t.Fatal(err)
			}
			h := &Header{v.Ctx, groups, v.Payload}
			points := make([][]point, len(groups))
			for j, keys := range v.Keys {
				for i, secret := range keys {
					key, err := ParseOpenerKey(secret)
					if err != nil {
						t.Fatal(err)
					}
					share, cause := openShare(key, h, j, i+1)
					if cause != "" {
						t.Fatal(cause)
					}
					points[j] = append(points[j], point{byte(i + 1), share})
				}
			}
			for _, a := range choose(points[0], 3) {
				for _, b := range choose(points[1], 1) {
					if join([][]point{a, b}) != seed {
						t.Errorf("%v and %v give another seed", a, b)
					}
				}
			}
			if join([][]point{points[0][:2], points[1][:1]}) == seed {
				t.Error("two of five were enough")
			}
		})
	}
}

func choose[T any](list []T, k int) (all [][]T) {
	for mask := range 1 << len(list) {
		var some []T
		for i, x := range list {
			if mask>>i&1 == 1 {
				some = append(some, x)
			}
		}
		if len(some) == k {
			all = append(all, some)
		}
	}
	return all
}

// What we write with derived randomness, stock age reads; what stock age
// writes to the payload key, we read.
func TestStockAge(t *testing.T) {
	for _, v := range vectors(t) {
		var random [wrapRandom]byte
		for i := range random {
			random[i] = byte(i)
		}
		r, err := parseRecipient(v.Groups[0].Recipients[0])
		if err != nil {
			t.Fatal(err)
		}
		cipher, err := r.wrap([]byte("to one opener"), random[:])
		if err != nil {
			t.Fatal(err)
		}
		ids, err := age.ParseIdentities(strings.NewReader(v.Keys[0][0]))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := age.Decrypt(bytes.NewReader(cipher), ids...)
		if err != nil {
			t.Fatalf("%s: %v", v.Alg, err)
		}
		if b, err := io.ReadAll(plain); err != nil || string(b) != "to one opener" {
			t.Errorf("%s: read %q, %v", v.Alg, b, err)
		}
	}
}

func TestBech32IsAgesOwn(t *testing.T) {
	for range 50 {
		key, err := GenerateOpenerKey()
		if err != nil {
			t.Fatal(err)
		}
		human, data, ok := bechDecode(key.Public())
		if !ok || human != "age1pq" || bechEncode(human, data) != key.Public() {
			t.Fatalf("%q does not come back", key.Public())
		}
		if _, _, ok := bechDecode(strings.ToUpper(key.Public())); ok {
			t.Fatal("capitals were read")
		}
	}
}

func TestField(t *testing.T) {
	slow := func(a, b byte) byte {
		var r uint16
		for i := range 8 {
			if b>>i&1 == 1 {
				r ^= uint16(a) << i
			}
		}
		for i := 15; i >= 8; i-- {
			if r>>i&1 == 1 {
				r ^= 0x11b << (i - 8)
			}
		}
		return byte(r)
	}
	for a := range 256 {
		for b := range 256 {
			if got := times(byte(a), byte(b)); got != slow(byte(a), byte(b)) {
				t.Fatalf("%d times %d is %d", a, b, got)
			}
		}
		if a > 0 && times(byte(a), inverse(byte(a))) != 1 {
			t.Fatalf("%d has a wrong inverse", a)
		}
	}
}
