package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/text"
)

// Draw fixes the paper: its hash is what the sides sign. The bytes are kept
// before the hash is recorded, so a recorded paper can always be read.
func (s *Service) Draw(ctx context.Context, id string, by party.Actor) (*Contract, error) {
	if err := s.settle(ctx, id); err != nil {
		return nil, err
	}
	return s.change(ctx, id, by, Draw, nil, func(c *Contract, sc scene) (map[string]any, error) {
		paper, err := s.Drawer.Draw(ctx, c)
		if err != nil {
			return nil, err
		}
		f := fileOf(c.folder(), "body-", paper)
		f.At = sc.now
		if err := s.Files.Put(ctx, f.Key, paper); err != nil {
			return nil, err
		}
		if _, err := s.fetch(ctx, f); err != nil {
			return nil, err
		}
		c.Body = f
		return map[string]any{"body": f.SHA256, "size": f.Size, "record": c.Record}, nil
	})
}

// Redraft takes a paper back that nobody has signed.
func (s *Service) Redraft(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Redraft, reason, func(c *Contract, sc scene) (map[string]any, error) {
		reason, err := sc.reason.CleanLines("reason", MaxText)
		if err != nil {
			return nil, err
		}
		data := map[string]any{"body": c.Body.SHA256, "reason": reason}
		c.Body = nil
		return data, nil
	})
}

// Secure records the performance security that the supplier has given.
// version is the one that the actor saw: what somebody else has recorded
// meanwhile is not replaced unseen.
func (s *Service) Secure(ctx context.Context, id string, version int64, by party.Actor, g Guarantee) (*Contract, error) {
	return s.changeSeen(ctx, id, version, by, Secure, nil, func(c *Contract, sc scene) (_ map[string]any, err error) {
		if g.Issuer, err = text.Require("issuer", g.Issuer, tender.MaxTitle); err != nil {
			return nil, err
		}
		if g.Reference, err = text.Require("reference", g.Reference, tender.MaxTitle); err != nil {
			return nil, err
		}
		if g.Until <= c.Record.Date {
			return nil, fault.Field("guarantee.until", "until", "The security must last beyond the date of the contract.")
		}
		if least, err := g.Amount.Cmp(*c.Record.Security); err != nil {
			return nil, err
		} else if least < 0 {
			return nil, fault.Field("guarantee.amount", "amount", "The security must be %s at least.", *c.Record.Security)
		}
		g.Recorded, g.Returned = award.Word{Person: award.PersonOf(by), At: sc.now}, time.Time{}
		c.Guarantee = &g
		return map[string]any{"issuer": g.Issuer, "reference": g.Reference, "amount": g.Amount, "until": g.Until}, nil
	})
}

// Sign takes one side's signature over the paper: made by by's device key in
// the domain "contract" over Signing(side).
func (s *Service) Sign(ctx context.Context, id string, by party.Actor, sig sign.Signature) (*Contract, error) {
	if err := s.settle(ctx, id); err != nil {
		return nil, err
	}
	return s.change(ctx, id, by, Sign, nil, func(c *Contract, sc scene) (map[string]any, error) {
		if _, err := s.fetch(ctx, c.Body); err != nil {
			return nil, err
		}
		side := side(by)
		if err := s.Devices.Verify(ctx, by.User, sign.Contract, c.Signing(side), sig); err != nil {
			return nil, err
		}
		c.Signatures = append(c.Signatures, Signature{side, award.Word{Person: award.PersonOf(by), At: sc.now}, sig})
		if len(c.Signatures) == 2 {
			c.Owed = OwesLot
		}
		return map[string]any{"body": c.Body.SHA256, "side": side, "signature": sig}, nil
	})
}

// Cancel gives up a contract that is not signed by both sides, for good: the
// award is then to be passed over, and the next winner has a contract of its own.
func (s *Service) Cancel(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Cancel, reason, ended)
}

// settle lets complaints take effect before a step that they could hold up.
func (s *Service) settle(ctx context.Context, id string) error {
	c, err := s.Contracts.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.Complaints.Settle(ctx, c.Record.Tender)
}

// fileOf names a paper after its content.
func fileOf(folder, prefix string, b []byte) *File {
	sum := sha256.Sum256(b)
	hash := hex.EncodeToString(sum[:])
	return &File{Key: folder + prefix + hash + ".pdf", SHA256: hash, Size: int64(len(b))}
}

// fetch returns a paper as it was recorded, or a fault: a file keeper that
// gives other bytes is broken or has been tampered with.
func (s *Service) fetch(ctx context.Context, f *File) ([]byte, error) {
	b, err := s.Files.Get(ctx, f.Key)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fault.New(fault.Internal, "contract.paper_changed", "The stored paper is not the one that was recorded.")
	}
	return b, nil
}

// redraw draws the body once more and refuses to go on if it is not the very
// paper that was signed.
func (s *Service) redraw(ctx context.Context, c *Contract) ([]byte, error) {
	kept, err := s.fetch(ctx, c.Body)
	if err != nil {
		return nil, err
	}
	again, err := s.Drawer.Draw(ctx, c)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(kept, again) {
		return nil, fault.New(fault.Internal, "contract.redrawn", "Drawn again, the contract is not the paper that was signed.")
	}
	return kept, nil
}
