package papers

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"probity/documents/paper"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
)

// sheetOf is what a paper of a procedure begins with; number, date and address
// come with the record.
func sheetOf(t *tender.Tender, lot string, im Imprint) paper.Sheet {
	s := paper.Sheet{
		Languages: languages(t.Notice.Languages), Platform: im.Platform, Sandbox: im.Sandbox,
		Procedure: paper.Procedure{ID: t.ID, Title: text(t.Notice.Title), Buyer: name(t.Buyer), Lot: lot},
	}
	if l := t.Notice.Lot(lot); l != nil {
		s.Procedure.LotTitle = text(l.Title)
	}
	return s
}

// seal draws a paper and seals it, as of the moment of its record. A
// certificate that is younger than the record, because the key was replaced,
// says when it began.
func (p *Papers) seal(x paper.Paper, langs []string, at time.Time) ([]byte, error) {
	at, err := p.sealTime(at)
	if err != nil {
		return nil, err
	}
	prepared, err := paper.Prepare(x, claim(p.imprint.Platform, sealRecord, langs, at))
	if err != nil {
		return nil, fmt.Errorf("papers: draw: %w", err)
	}
	return prepared.Seal(p.sealer)
}

func (p *Papers) sealTime(at time.Time) (time.Time, error) {
	c := p.sealer.Chain[0]
	if at.After(c.NotAfter) {
		return at, fault.New(fault.Internal, "paper.certificate_over", "The certificate of the platform's seal has run out.")
	}
	if at.Before(c.NotBefore) {
		return c.NotBefore, nil
	}
	return at, nil
}

// sealedOnce gives the sealed paper of public data: whoever asks again gets the same
// file, however much the log has grown. place is asked for the first time only.
func (p *Papers) sealedOnce(ctx context.Context, data paper.Paper, s paper.Sheet, place func() (paper.Paper, error)) ([]byte, error) {
	raw, err := canon.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("papers: data of a paper: %w", err)
	}
	key := fmt.Sprintf("papers/%x.pdf", sha256.Sum256(raw))
	if b, err := p.Get(ctx, key); err == nil || !isMissing(err) {
		return b, err
	}
	x, err := place()
	if err != nil {
		return nil, err
	}
	b, err := p.seal(x, s.Languages, s.At)
	if err != nil {
		return nil, err
	}
	if err := p.Put(ctx, key, b); err != nil {
		return nil, err
	}
	if p.Keep != nil {
		if err := p.Keep(ctx, s.Procedure.ID, key); err != nil {
			return nil, err
		}
	}
	return p.Get(ctx, key)
}
