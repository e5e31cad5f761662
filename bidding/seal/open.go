package seal

import (
	"bytes"
	"encoding/hex"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"probity/tender/canon"
)

// Opening is everything that an opener's device, or the server when it
// combines, knows about a batch. Apart from the headers it all comes from the
// log. The caller has checked that the manifest, its extensions, the heads of
// both closing lists, the batch and the bid records are under a checkpoint it
// trusts, and that the bidders' signatures are good.
type Opening struct {
	Manifest   *Manifest
	Extensions []Extension
	Closed     Closing // the list at the deadline
	Window     Closing // the list at the end of the grace window
	Batch      Batch
	Cases      []Case // one for each fingerprint of the batch, in any order

	// Revealed are seeds that bidders published themselves before anything was
	// combined: to rescue a bid, or because the rules say that bidders open
	// their own. Devices do not look at them.
	Revealed []Proof

	// Now is the time by witnesses or the log, not by the device's own clock.
	Now time.Time
}

// Check refuses to open too early, or anything but the full list (amendments 1
// and 4). It returns the cases in the batch's order.
func (o Opening) Check() ([]Case, error) {
	_, opens, err := o.Manifest.Window(o.Extensions)
	if err != nil {
		return nil, err
	}
	if o.Now.Before(opens) {
		return nil, refused("seal.too_early", "Nothing is opened before %s.", formatTime(opens))
	}
	if err := CheckWindow(o.Closed, o.Window); err != nil {
		return nil, err
	}
	if err := o.Batch.Check(o.Manifest, o.Window); err != nil {
		return nil, err
	}
	return o.inOrder()
}

// inOrder holds every case to its entry in the closing list.
func (o Opening) inOrder() ([]Case, error) {
	stored := map[string]Entry{}
	for _, e := range o.Window.Entries {
		for _, v := range e.Envelopes {
			if e.State == Stored && e.Lot == o.Batch.Lot {
				stored[v.F] = e // another's record may name it too; only this one could be uploaded
			}
		}
	}
	byPrint := map[string]Case{}
	for _, c := range o.Cases {
		f := c.Fingerprint().String()
		e, b := stored[f], c.Bid
		if c.Envelope != o.Batch.Envelope || b.Lot != o.Batch.Lot || b.Bidder != e.Bidder || b.Seq != e.Seq ||
			!slices.Equal(b.Envelopes, e.Envelopes) || c.Manifest == nil || c.Manifest.Openers() != o.Manifest.Openers() {
			return nil, refused("seal.batch_case", "A bid record does not belong to the batch.")
		}
		byPrint[f] = c
	}
	list := make([]Case, len(o.Batch.Fingerprints))
	for i, f := range o.Batch.Fingerprints {
		c, ok := byPrint[f]
		if !ok {
			return nil, refused("seal.batch_case", "The record of a bid in the batch is missing.")
		}
		list[i] = c
	}
	return list, nil
}

// OpenShares is what an opener's device does: after all checks it decrypts the
// opener's share of every bid in the batch, or says why it could not. The
// answer still has to be signed.
func OpenShares(key *OpenerKey, o Opening) (Answer, error) {
	cases, err := o.Check()
	if err != nil {
		return Answer{}, err
	}
	group, opener, ok := o.Manifest.Seat(key.Public())
	if !ok {
		return Answer{}, refused("seal.not_opener", "This key is not in the opener manifest.")
	}
	a := Answer{Batch: o.Batch.Hash(), Group: group, Opener: opener, Shares: make([]ShareGiven, len(cases)), V: answerForm}
	parallel(len(cases), func(i int) {
		given := ShareGiven{F: o.Batch.Fingerprints[i]}
		h, cause := cases[i].Device()
		if cause == "" {
			var share [32]byte
			share, cause = openShare(key, h, group, opener)
			given.S = hex.EncodeToString(share[:])
		}
		if cause != "" {
			given.S, given.E = "", cause
		}
		a.Shares[i] = given
	})
	return a, nil
}

// openShare decrypts one share and holds it to its place and commitment.
func openShare(key *OpenerKey, h *Header, j, i int) (share [32]byte, cause string) {
	w := h.Groups[j][i-1]
	if len(w.Cipher) != key.kind.wrapLen() {
		return share, CauseDecrypt
	}
	r, err := age.Decrypt(bytes.NewReader(w.Cipher), oneStanza{key.id, key.stanza()})
	if err != nil {
		return share, CauseDecrypt
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return share, CauseDecrypt
	}
	ctx := h.Context.Hash()
	share, ok := readShare(plain, ctx, j, i)
	if !ok {
		return [32]byte{}, CauseRecord
	}
	if commitment(ctx, j, i, share) != w.Commitment {
		return [32]byte{}, CauseCommitment
	}
	return share, ""
}

// parallel runs do(0) to do(n-1) on all processors.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// OfferedHash is the hash by which a refusal receipt names what was offered.
func OfferedHash(b []byte) string {
	h := canon.Hash("offered", b)
	return hex.EncodeToString(h[:])
}
