package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/blob"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/contract"
	"probity/tender/store"
)

// want is what an object must be, so far as its owner knows.
type want struct {
	subject string
	sha256  string                   // hex, of the bytes
	size    int64                    // -1 if it is not known
	payload *seal.Payload            // of a sealed payload
	check   func(b []byte) (ok bool) // of a small object, over its bytes
}

// notice notes the documents of a notice.
func (f *fsck) notice(t *tender.Tender) {
	for _, n := range []*tender.Notice{&t.Notice, t.Amendment} {
		if n == nil {
			continue
		}
		for _, d := range n.Documents {
			for _, v := range d.Versions {
				f.wanted["notices/"+t.ID+"/"+v.SHA256] = want{subject: store.Subject(tender.Kind, t.ID), sha256: v.SHA256, size: v.Size}
			}
		}
	}
}

// sealed notes what must be there of a bid, and what must be gone.
func (f *fsck) sealed(b *bidding.Bid, dropped []string) error {
	for i := range b.Versions {
		v := &b.Versions[i]
		dir := "bids/" + strings.ReplaceAll(b.ID, "~", "/") + "/" + fmt.Sprintf("%04d", v.Seq) + "/"
		switch v.State {
		case bidding.Registered:
			f.living = append(f.living, dir) // parts are on their way
		case bidding.Stored:
			for _, e := range v.Envelopes {
				if slices.Contains(dropped, e.Name) {
					f.dead = append(f.dead, dir+e.Name+"/")
				} else if err := f.envelope(b, e, dir+e.Name+"/"); err != nil {
					return err
				}
			}
		default:
			f.dead = append(f.dead, dir)
		}
	}
	return nil
}

// envelope reads a header, and notes what payload it speaks of.
func (f *fsck) envelope(b *bidding.Bid, e bidding.Envelope, dir string) error {
	subject := store.Subject(bidding.Kind, b.ID)
	right := func(raw []byte) bool { return seal.FingerprintOf(raw).String() == e.Fingerprint }
	f.wanted[dir+"header"] = want{subject: subject, size: -1, check: right}
	payload := want{subject: subject, size: -1}
	raw, err := f.read(dir + "header")
	if err != nil && !errors.Is(err, blob.ErrMissing) {
		return err
	}
	if h, err := seal.ParseHeader(raw); err == nil && right(raw) {
		payload.payload, payload.size = &h.Payload, h.Payload.Size
	}
	f.wanted[dir+"payload"] = payload
	return nil
}

// openings notes the records of openings, and the files that came out.
func (f *fsck) openings(t *tender.Tender) error {
	openings := store.Shelf[bidding.Opening, *bidding.Opening]{Engine: f.Engine, Kind: "opening"}
	outcomes := store.Shelf[bidding.Outcome, *bidding.Outcome]{Engine: f.Engine, Kind: "outcome"}
	return openings.All(f.ctx, store.Query{Index: "tender", Eq: []any{t.ID}}, func(o *bidding.Opening) error {
		dir := fmt.Sprintf("opened/%s/%s/%s/", o.Tender, o.Lot, o.Envelope)
		if o.State != bidding.Recorded {
			f.living = append(f.living, dir)
			return nil
		}
		subject := store.Subject("opening", o.ID)
		f.wanted[dir+"record.json"] = want{subject: subject, size: -1, check: func(b []byte) bool { return hexOf(canon.Hash("opening", b)) == o.Record }}
		return outcomes.All(f.ctx, store.Query{Index: "opening", Eq: []any{o.ID}}, func(x *bidding.Outcome) error {
			for i, file := range x.Files {
				if file.Name != bidding.OfferFile || file.Size > maxOffer {
					f.wanted[fmt.Sprintf("%s%s/%04d", dir, x.Bidder.ID, i+1)] = want{subject: subject, sha256: file.SHA256, size: file.Size}
				}
			}
			return nil
		})
	})
}

// contracts notes the papers of contracts.
func (f *fsck) contracts() error {
	shelf := store.Shelf[contract.Contract, *contract.Contract]{Engine: f.Engine, Kind: contract.Kind}
	return shelf.All(f.ctx, store.Query{Index: "tender"}, func(c *contract.Contract) error {
		f.living = append(f.living, "contracts/"+strings.ReplaceAll(c.ID, "~", "/")+"/body-") // drafts that were drawn anew
		for _, p := range []*contract.File{c.Body, c.Sealed} {
			if p != nil {
				f.wanted[p.Key] = want{subject: store.Subject(contract.Kind, c.ID), sha256: p.SHA256, size: p.Size}
			}
		}
		return nil
	})
}

// objects compares what is there with what is wanted. Papers that are made on
// demand, and lists of codes, refer to themselves: they are named after what
// they say.
func (f *fsck) objects() error {
	f.living = append(f.living, "papers/", "classification/")
	slices.Sort(f.dead)
	n := int64(0)
	for after := ""; ; {
		page, err := f.Objects.List(f.ctx, "", after, 1000)
		if err != nil {
			return err
		}
		for _, x := range page {
			n++
			f.Progress("objects", n, 0)
			if err := f.object(x); err != nil {
				return err
			}
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].Key
	}
	for key, w := range f.wanted {
		if !f.seen[key] {
			f.find("object.missing", key, "%s refers to it, and it is not there.", w.subject)
		}
	}
	return nil
}

func (f *fsck) object(x blob.Item) error {
	w, ok := f.wanted[x.Key]
	under := func(prefix string) bool { return strings.HasPrefix(x.Key, prefix) }
	switch {
	case ok:
		f.seen[x.Key] = true
		return f.compare(x, w)
	case slices.ContainsFunc(f.dead, under):
		if k, err := f.Objects.Kept(f.ctx, x.Key); err != nil && !errors.Is(err, blob.ErrNoLock) {
			return err
		} else if k.At(time.Now()) {
			return nil // it was locked before the cancellation, and waits
		}
		f.find("object.undeleted", x.Key, "It belongs to a bid that nobody may ever open, and should be deleted.")
	case !slices.ContainsFunc(f.living, under):
		f.find("object.orphan", x.Key, "Nothing refers to it.")
	}
	return nil
}

// compare holds one object to what it must be.
func (f *fsck) compare(x blob.Item, w want) error {
	info, err := f.Objects.Head(f.ctx, x.Key)
	if err != nil {
		return err
	}
	sum := w.sha256
	if w.payload != nil {
		sum = w.payload.SHA256
	}
	right := (w.size < 0 || info.Size == w.size) && (sum == "" || hex.EncodeToString(info.Sum[:]) == sum)
	switch {
	case right && w.check != nil:
		raw, err := f.read(x.Key)
		if err != nil {
			return err
		}
		right = w.check(raw)
	case right && f.Deep:
		if right, err = f.whole(x.Key, w); err != nil {
			return err
		}
	}
	if !right {
		f.find("object.changed", x.Key, "It is not what %s has recorded.", w.subject)
	}
	return nil
}

// whole reads an object and hashes it.
func (f *fsck) whole(key string, w want) (bool, error) {
	r, err := f.Objects.Get(f.ctx, key, 0, -1)
	if err != nil {
		return false, err
	}
	defer r.Close()
	if w.payload != nil {
		parts := seal.NewPartHasher(w.payload.Part)
		if _, err := io.Copy(parts, r); err != nil {
			return false, err
		}
		return parts.Payload() == *w.payload, nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return false, err
	}
	return w.sha256 == "" || hex.EncodeToString(h.Sum(nil)) == w.sha256, nil
}

// read returns a small object.
func (f *fsck) read(key string) ([]byte, error) {
	r, err := f.Objects.Get(f.ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 64<<20))
}
