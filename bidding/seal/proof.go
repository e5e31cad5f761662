package seal

import (
	"encoding/hex"
	"slices"

	"probity/tender/canon"
)

// Proof is what lets anybody judge an envelope. A seed proves success only: it
// re-seals or it says nothing. That a bid is void is proved by shares, k for
// each group, each matching its commitment in the header that the bidder
// fingerprinted (amendment 3). A proof of either kind follows the same rules of
// confidentiality.
type Proof struct {
	F      string       `json:"f"`
	Kind   string       `json:"kind"` // "proof"
	Seed   string       `json:"seed,omitempty"`
	Shares []ProofShare `json:"shares,omitempty"` // by group, then opener
	V      string       `json:"v"`
}

// ProofShare is the share of opener (from 1) of group (from 0).
type ProofShare struct {
	Group  int    `json:"group"`
	Opener int    `json:"opener"`
	S      string `json:"s"`
}

// SeedProof is the proof of a good seal, as published with the opening record.
func SeedProof(f Fingerprint, s Seed) Proof {
	return Proof{F: f.String(), Kind: "proof", Seed: hex.EncodeToString(s[:]), V: Version}
}

// shareProof lists shares[group] in order.
func shareProof(f Fingerprint, shares [][]point) Proof {
	p := Proof{F: f.String(), Kind: "proof", V: Version}
	for j, group := range shares {
		for _, s := range group {
			p.Shares = append(p.Shares, ProofShare{j, int(s.x), hex.EncodeToString(s.share[:])})
		}
	}
	return p
}

// Bytes returns the canonical bytes.
func (p Proof) Bytes() []byte { return canon.Must(p) }

// ParseProof reads a proof strictly.
func ParseProof(b []byte) (Proof, error) {
	var p Proof
	bad := invalid("seal.proof_form", "This is not the proof of an opening.")
	if err := read(b, &p); err != nil || p.Kind != "proof" || p.V != Version || !isHash(p.F) || (p.Seed == "") == (len(p.Shares) == 0) {
		return Proof{}, bad.Because(err)
	}
	if p.Seed != "" && !isHash(p.Seed) {
		return Proof{}, bad
	}
	for i, s := range p.Shares {
		if !isHash(s.S) || s.Group < 0 || s.Group >= maxGroups || s.Opener < 1 || s.Opener > maxOpeners || i > 0 && !p.Shares[i-1].before(s) {
			return Proof{}, bad
		}
	}
	return p, nil
}

func (s ProofShare) before(t ProofShare) bool {
	return s.Group < t.Group || s.Group == t.Group && s.Opener < t.Opener
}

// prove returns the seed if the proof reproduces the seal, and the cause if
// not. The error is for proofs that prove nothing at all.
func (c Case) prove(h *Header, p Proof) (s Seed, cause string, err error) {
	if p.F != c.Fingerprint().String() {
		return s, "", refused("seal.proof", "The proof is for another envelope.")
	}
	if p.Seed != "" {
		seed, ok := unhex(p.Seed)
		if ok && c.reseals(h, seed) {
			return seed, "", nil
		}
		return s, CauseUnproven, nil
	}
	shares, err := p.points(c.Manifest, h)
	if err != nil {
		return s, "", err
	}
	s = join(shares)
	if !c.reseals(h, s) {
		return Seed{}, CauseReseal, nil
	}
	return s, "", nil
}

// points checks the shares against the header's commitments: exactly k for
// each group, no opener twice.
func (p Proof) points(m *Manifest, h *Header) ([][]point, error) {
	ctx := h.Context.Hash()
	out := make([][]point, len(m.Groups))
	for _, s := range p.Shares {
		share, ok := unhex(s.S)
		if !ok || s.Group < 0 || s.Group >= len(m.Groups) || s.Opener < 1 || s.Opener > len(m.Groups[s.Group].Openers) ||
			commitment(ctx, s.Group, s.Opener, share) != h.Groups[s.Group][s.Opener-1].Commitment ||
			slices.ContainsFunc(out[s.Group], func(q point) bool { return q.x == byte(s.Opener) }) {
			return nil, refused("seal.proof", "A share of the proof does not match its commitment.")
		}
		out[s.Group] = append(out[s.Group], point{byte(s.Opener), share})
	}
	for j, g := range m.Groups {
		if len(out[j]) != g.K {
			return nil, refused("seal.proof", "The proof does not hold k shares for each group.")
		}
	}
	return out, nil
}

// join interpolates every group and adds the groups up to S.
func join(shares [][]point) Seed {
	var s Seed
	for _, group := range shares {
		secret := interpolate(group)
		for i := range s {
			s[i] ^= secret[i]
		}
	}
	return s
}
