package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"probity/documents/ledger"
	"probity/server/audit"
	"probity/server/client"
)

// check goes through everything once more, with what outsiders have.
func (s *story) check(ctx context.Context) error {
	key, err := s.oneLog(ctx)
	if err != nil {
		return err
	}
	for _, r := range s.receipts {
		again, err := client.VerifyReceipt(r.Raw, key)
		if err != nil {
			return fmt.Errorf("receipt of %s for %s (%s): %w", r.who, r.lot, r.kind, err)
		}
		if err := must(again.Fact.ID == r.Fact.ID && again.Index == r.Index, "the receipt is for the record that it was for"); err != nil {
			return err
		}
	}
	s.tell.proved("All %d receipts, offline, by the key of the log alone: those of bids and of parts, of the withdrawal, and of the refusal.", len(s.receipts))
	if err := s.shut(ctx); err != nil {
		return err
	}
	if err := s.archive(ctx, key); err != nil {
		return err
	}
	return s.leave(ctx)
}

// oneLog checks that all people have been shown one and the same log, whose
// newest checkpoint continues everything that each of them has seen.
func (s *story) oneLog(ctx context.Context) (key string, err error) {
	var keys []string
	for _, r := range cast {
		p := s.who(r.key)
		c, err := p.Checkpoint(ctx)
		if err != nil {
			return "", fmt.Errorf("the log as %s sees it: %w", r.key, err)
		}
		s.summary.Log = LogSummary{c.Origin, c.Size, root(c)}
		keys = append(keys, p.Log.Keys()...)
	}
	keys = slices.Compact(keys)
	if err := must(len(keys) == 1, "everybody has been shown one log"); err != nil {
		return "", err
	}
	s.tell.proved("The machines of all %d people have seen one log, which has only ever grown: %d entries now, root %s.",
		len(cast), s.summary.Log.Size, quads(s.summary.Log.Root))
	return keys[0], nil
}

// shut checks what nobody was ever to read: bids that were replaced, withdrawn
// or late are not in the store, and one price is still there, sealed.
func (s *story) shut(ctx context.Context) error {
	for _, x := range []struct {
		who  string
		seq  int64
		want bool
	}{{"aurora", 1, false}, {"aurora", 2, true}, {"cobalt", 1, false}, {"cobalt", 3, false}, {"bamboo", 1, true}} {
		there, err := s.stored(ctx, x.who, lotComputers, x.seq)
		if err != nil {
			return err
		}
		if err := must(there == x.want, "bid %d of %s is in the store: %t", x.seq, x.who, x.want); err != nil {
			return err
		}
	}
	opened, err := s.app.Objects.List(ctx, fmt.Sprintf("opened/%s/%s/financial/%s/", s.id, lotComputers, s.org("bamboo")), "", 1)
	if err != nil {
		return err
	}
	still, err := s.app.Objects.List(ctx, fmt.Sprintf("bids/%s/%s/%s/0001/financial/payload", s.id, lotComputers, s.org("bamboo")), "", 1)
	if err != nil {
		return err
	}
	s.tell.proved("Nothing of the replaced, the withdrawn and the late bid is in the store. The price of %s for the computers is, sealed; no "+
		"key to it was ever put together.", s.name("bamboo"))
	return must(len(opened) == 0 && len(still) == 1, "the price that stays sealed is there, and was not opened")
}

// archive lets the auditor fetch the whole record, and checks it as she would on
// her own machine; then, that one changed bit is found.
func (s *story) archive(ctx context.Context, key string) error {
	auditor := s.who("auditor")
	get := client.Request{Path: s.path("/archive?scope=full"), Reason: "Audit of a finished procedure", Within: time.Minute}
	if err := auditor.Call(ctx, get, &s.zip); err != nil {
		return err
	}
	trust := audit.Trust{Log: []string{key}, Seals: s.app.Papers.Roots()}
	report, err := verify(ctx, s.zip, trust)
	if err != nil {
		return err
	}
	if wrong := report.Wrong(); len(wrong) > 0 {
		return fmt.Errorf("the archive does not prove itself: %s %s: %s (and %d more)", wrong[0].Name, wrong[0].Subject, wrong[0].Text, len(wrong)-1)
	}
	s.tell.proved("%s, an auditor, gives a reason, which is put on record, and gets the archive: one file of %d kB with the whole procedure. "+
		"It checks out offline, in %d kinds of checks, from the log's proofs over every signature and every sum to the seals on the papers.",
		auditor.name, len(s.zip)/1000, len(report.Checks))
	changed := bytes.Clone(s.zip)
	changed[len(changed)/2] ^= 1
	if report, err = verify(ctx, changed, trust); err != nil {
		return err
	}
	s.tell.proved("A copy of it in which a single bit is changed does not.")
	return must(!report.OK(), "a changed bit of the archive is found")
}

func verify(ctx context.Context, zip []byte, trust audit.Trust) (*audit.Report, error) {
	return audit.Verify(ctx, bytes.NewReader(zip), int64(len(zip)), trust)
}

// root is the root of the log in a checkpoint, in hex.
func root(c ledger.Checkpoint) string { return fmt.Sprintf("%x", c.Root[:]) }
