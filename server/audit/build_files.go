package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/sign"
	"probity/tender/store"
)

// notice adds the documents of the notice, all versions.
func (b *build) notice() error {
	seen := map[string]bool{}
	for _, d := range b.t.Notice.Documents {
		for _, v := range d.Versions {
			if !seen[v.SHA256] {
				seen[v.SHA256] = true
				b.keep(documentPath(v.SHA256), "notices/"+b.ocid+"/"+v.SHA256)
			}
		}
	}
	return nil
}

// openings adds what was opened: records, answers, sealed and opened bytes. An
// opening that has no record yet shows nothing.
func (b *build) openings() error {
	for _, f := range b.named("opening.record") {
		var d struct{ Opening, Lot, Envelope string }
		if err := json.Unmarshal(f.Data, &d); err != nil {
			return fmt.Errorf("fact %s: %w", f.ID, err)
		}
		key := fmt.Sprintf("opened/%s/%s/%s/record.json", b.ocid, d.Lot, d.Envelope)
		r, err := b.Objects.Open(b.ctx, key)
		if err != nil && fault.From(err).Kind == fault.Missing {
			continue // whoever verifies will say so
		}
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		b.add(recordPath(d.Lot, d.Envelope), raw)
		if b.scope.closedTo(d.Envelope) {
			continue
		}
		record, err := bidding.ParseRecord(raw)
		if err != nil {
			return err
		}
		if err := errors.Join(b.answers(d.Opening, record), b.bids(d.Opening, record)); err != nil {
			return err
		}
	}
	return nil
}

// answers adds what openers sent, and the keys that bidders have published.
func (b *build) answers(opening string, r bidding.Record) error {
	answers := store.Shelf[bidding.Answer, *bidding.Answer]{Engine: b.Engine, Kind: "answer"}
	err := answers.All(b.ctx, store.Query{Index: "opening", Eq: []any{opening}}, func(a *bidding.Answer) error {
		x, err := seal.ParseAnswer([]byte(a.Bytes))
		if err != nil {
			return err
		}
		signed := sign.Signed{Record: json.RawMessage(a.Bytes), Signature: a.Signature}
		b.keys[a.Signature.Key] = true
		b.add(answerPath(r.Lot, r.Envelope, x.Group, x.Opener), signed.Bytes())
		return nil
	})
	if err != nil {
		return err
	}
	reveals := store.Shelf[bidding.Reveal, *bidding.Reveal]{Engine: b.Engine, Kind: "reveal"}
	return reveals.All(b.ctx, store.Query{Index: "opening", Eq: []any{opening}}, func(x *bidding.Reveal) error {
		b.add(revealPath(r.Lot, r.Envelope, x.ID), []byte(x.Proof))
		return nil
	})
}

// bids adds the sealed bytes of every bid of an opening, and, of those that
// could be opened, what was in them.
func (b *build) bids(opening string, r bidding.Record) error {
	offers := map[string]*bidding.Offer{}
	outcomes := store.Shelf[bidding.Outcome, *bidding.Outcome]{Engine: b.Engine, Kind: "outcome"}
	err := outcomes.All(b.ctx, store.Query{Index: "opening", Eq: []any{opening}}, func(x *bidding.Outcome) error {
		offers[x.Fingerprint] = x.Offer
		return nil
	})
	if err != nil {
		return err
	}
	for _, x := range r.Bids {
		dir := envelopeDir(r.Lot, x.Bidder.ID, x.Seq, r.Envelope)
		from := fmt.Sprintf("bids/%s/%s/%s/%04d/%s/", b.ocid, r.Lot, x.Bidder.ID, x.Seq, r.Envelope)
		b.keep(dir+headerFile, from+"header")
		b.keep(dir+payloadFile, from+"payload")
		for i, f := range x.Files {
			switch offer := offers[x.Fingerprint]; {
			case f.Name != bidding.OfferFile || f.Size > maxOffer:
				b.keep(fmt.Sprintf("%s%s%04d", dir, filesDir, i+1), fmt.Sprintf("opened/%s/%s/%s/%s/%04d", b.ocid, r.Lot, r.Envelope, x.Bidder.ID, i+1))
			case offer != nil:
				b.add(dir+offerFile, offer.Bytes())
			}
		}
	}
	return nil
}

// contracts adds the paper that was signed of every contract, and the same
// sealed.
func (b *build) contracts() error {
	bodies, sealed := map[string]string{}, map[string]bool{}
	for _, f := range b.facts {
		_, id, _ := cutSubject(f.ID)
		switch f.Name {
		case "contract.draw":
			var d struct{ Body string }
			if err := json.Unmarshal(f.Data, &d); err != nil {
				return fmt.Errorf("fact %s: %w", f.ID, err)
			}
			bodies[id] = d.Body
		case "contract.seal":
			sealed[id] = true
		}
	}
	for id, body := range bodies {
		if b.scope == Public && !sealed[id] {
			continue
		}
		from := "contracts/" + strings.ReplaceAll(id, "~", "/") + "/"
		b.keep(contractDir(b.ocid, id)+"body.pdf", from+"body-"+body+".pdf")
		b.keep(contractDir(b.ocid, id)+"sealed.pdf", from+"sealed.pdf")
	}
	return nil
}

// notices adds what each bidder was told about each award, for auditors.
func (b *build) notices() error {
	if b.scope != Full {
		return nil
	}
	shelf := store.Shelf[award.Notice, *award.Notice]{Engine: b.Engine, Kind: award.NoticeKind}
	for _, f := range b.named("award.notice") {
		_, id, _ := cutSubject(f.ID)
		n, err := shelf.Get(b.ctx, id)
		if err != nil {
			return err
		}
		n.Root = store.Root{} // as it was hashed
		raw, err := canon.Marshal(n)
		if err != nil {
			return err
		}
		b.add(noticePath(b.ocid, id), raw)
	}
	return nil
}

// noticePath is where the notice of one bidder about one award is.
func noticePath(ocid, id string) string {
	return "notices/" + strings.ReplaceAll(strings.TrimPrefix(id, ocid+"~"), "~", "/") + ".json"
}

// papers adds what else belongs to the procedure.
func (b *build) papers() error {
	for _, p := range b.Papers {
		b.keep(papersDir+p.Name, p.Key)
	}
	return nil
}
