package people

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"probity/tender/canon"
)

// Recovery codes stand in for a code of the second factor, each once, for people
// whose telephone is lost. They are made with the factor, shown once, and kept
// as hashes; a new factor voids them.

const (
	codeMany   = 10
	codeLength = 16 // letters and digits: 80 bits, which a fast hash may hide
)

// newCodes replaces the codes of c and returns them as they are shown.
func (c *credential) newCodes() []string {
	var shown []string
	c.Codes = nil
	for range codeMany {
		s := randomText(codeLength * 5 / 8)
		c.Codes = append(c.Codes, codeHash(c.ID, s))
		shown = append(shown, s[:4]+"-"+s[4:8]+"-"+s[8:12]+"-"+s[12:])
	}
	return shown
}

func codeHash(user, code string) string {
	h := canon.Hash("recovery code", canon.Must([]string{user, code}))
	return hex.EncodeToString(h[:])
}

// takeRecovery uses a recovery code up. Two requests with one code meet at the
// version of the credential, and one of them is refused.
func (s *Service) takeRecovery(ctx context.Context, c *credential, code string, now time.Time) error {
	code = strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
	if len(code) != codeLength {
		return errCode
	}
	want, found := codeHash(c.ID, code), -1
	for i, h := range c.Codes {
		if subtle.ConstantTimeCompare([]byte(h), []byte(want)) == 1 {
			found = i
		}
	}
	if found < 0 {
		return errCode
	}
	c.Codes = slices.Delete(slices.Clone(c.Codes), found, found+1)
	fact := s.ownFact("account.recovery-code", c.ID, now, map[string]any{"user": c.ID, "left": len(c.Codes)})
	if err := s.credentials().Put(ctx, c, fact); lost(err) {
		return errCode
	} else if err != nil {
		return err
	}
	return nil
}

// NewCodes makes fresh recovery codes, for whoever gives a code of the factor in
// use. Those from before are void.
func (s *Service) NewCodes(ctx context.Context, id Identity, code string) ([]string, error) {
	c, now, err := s.proven(ctx, id, code)
	if err != nil {
		return nil, err
	}
	shown := c.newCodes()
	return shown, s.credentials().Put(ctx, c, s.ownFact("account.recovery-codes", c.ID, now, map[string]any{"user": c.ID}))
}

// FactorState is what a person is told about their second factor.
type FactorState struct {
	InUse bool
	Codes int // recovery codes left
}

// Factor tells a person how their second factor stands.
func (s *Service) Factor(ctx context.Context, id Identity) (FactorState, error) {
	c, _, err := s.account(ctx, id)
	if err != nil {
		return FactorState{}, err
	}
	return FactorState{c.Factor != nil, len(c.Codes)}, nil
}
