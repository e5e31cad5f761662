package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/documents/blob"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/audit"
	"probity/server/keeping"
	"probity/tender/complaint"
	"probity/tender/event"
	"probity/tender/store"
)

// asked notes what a store is asked to keep. The clock of these tests is not
// that of the store, so what is over for the store is not over for them.
type asked struct {
	blob.Store
	mu    sync.Mutex
	until map[string]time.Time
	held  map[string]bool
	fail  error
}

func (a *asked) Lock(ctx context.Context, key string, until time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fail != nil {
		return a.fail
	}
	if until.After(a.until[key]) {
		a.until[key] = until
	}
	return a.Store.Lock(ctx, key, until)
}

func (a *asked) Hold(ctx context.Context, key string, on bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held[key] = on
	return a.Store.Hold(ctx, key, on)
}

// of returns until when what is below a prefix is kept: the least of all, zero
// if something is not kept at all, and how many objects there are.
func (a *asked) of(t *testing.T, prefix string) (least time.Time, n int) {
	t.Helper()
	list, err := a.List(t.Context(), prefix, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, x := range list {
		if u := a.until[x.Key]; i == 0 || u.Before(least) {
			least = u
		}
	}
	return least, len(list)
}

func keepingHouse(t *testing.T, terms Terms) (*World, *apptest.House, *asked) {
	t.Helper()
	a := &asked{until: map[string]time.Time{}, held: map[string]bool{}}
	h := apptest.Open(t, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		a.Store = e.Objects
		e.Objects = a
		return e
	}})
	return New(t, h.Bidding(), terms), h, a
}

func folder(w *World, b *Bidder, seq string) string {
	return "bids/" + w.ID + "/" + w.Lot + "/" + b.Org + "/" + seq + "/"
}

// TestKept follows the objects of a procedure from closing to the opening.
func TestKept(t *testing.T) {
	w, h, a := keepingHouse(t, Terms{Grace: 60})
	alpha, beta, gamma, delta := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma"), w.Bidder("delta")
	alpha.Bid(1, "9")
	beta.Bid(1, "8")
	beta.Bid(2, "7")
	gamma.Bid(1, "6")
	late := delta.Seal(1, "5")
	w.Ok(delta.Submit(late))
	for name := range late.Parts {
		w.Ok(delta.Send(late, name))
	}
	w.Settle()
	if until, n := a.of(t, "bids/"); !until.IsZero() || n == 0 {
		t.Fatalf("%d objects before closing, kept until %v", n, until)
	}
	w.Ok(gamma.Withdraw(2))
	w.Settle()
	w.Close()
	closed := Deadline.Add(keeping.SealedTerm)
	for _, f := range []string{folder(w, alpha, "0001"), folder(w, beta, "0002")} {
		if until, n := a.of(t, f); n < 2 || until.Before(closed) || until.After(closed.Add(time.Hour)) {
			t.Errorf("%s at closing: %d objects, kept until %v, want about %v", f, n, until, closed)
		}
	}
	if until, n := a.of(t, folder(w, delta, "0001")); n == 0 || !until.IsZero() {
		t.Errorf("a bid that may lapse: %d objects, kept until %v", n, until)
	}
	w.Ok(delta.Upload(late))
	w.Settle()
	if until, n := a.of(t, folder(w, delta, "0001")); n < 2 || until.Before(closed) {
		t.Errorf("a bid that was whole after closing: %d objects, kept until %v", n, until)
	}
	w.Shut()
	w.Open(w.Tender().Notice.Envelopes.Names()[0])
	w.Settle()
	full := w.Tender().Policy.RetainUntil(Deadline)
	for _, f := range []string{"opened/" + w.ID + "/", folder(w, alpha, "0001"), folder(w, beta, "0002"), folder(w, delta, "0001")} {
		if until, n := a.of(t, f); n == 0 || until.Before(full) {
			t.Errorf("%s after the opening: %d objects, kept until %v, want %v at least", f, n, until, full)
		}
	}
	o, err := w.Openings.Get(t.Context(), Officer, bidding.OpeningID(w.ID, w.Lot, w.Tender().Notice.Envelopes.Names()[0]))
	w.Ok(err)
	r, err := w.Openings.ReadRecord(t.Context(), o)
	w.Ok(err)
	_, err = h.Papers.OpeningRecord(t.Context(), w.Tender(), r)
	w.Ok(err)
	if until, n := a.of(t, "papers/"); n != 1 || until.Before(full) {
		t.Errorf("%d papers, kept until %v", n, until)
	}
	for _, key := range h.Keys(folder(w, alpha, "0001")) {
		if err := h.Objects.Delete(t.Context(), key); !errors.Is(err, blob.ErrLocked) {
			t.Errorf("delete %s: %v", key, err)
		}
	}
	for _, f := range []string{folder(w, beta, "0001"), folder(w, gamma, "0001")} {
		if left := h.Keys(f); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

// TestKeptAfterACrash: the store did not answer when the procedure closed.
func TestKeptAfterACrash(t *testing.T) {
	w, h, a := keepingHouse(t, Terms{})
	alpha := w.Bidder("alpha")
	alpha.Bid(1, "9")
	w.Settle()
	a.mu.Lock()
	a.fail = errors.New("the store is away")
	a.mu.Unlock()
	w.Set(Deadline)
	time.Sleep(300 * time.Millisecond)
	if until, _ := a.of(t, folder(w, alpha, "0001")); !until.IsZero() {
		t.Fatal("locked by a store that is away")
	}
	a.mu.Lock()
	a.fail = nil
	a.mu.Unlock()
	h.Reopen()
	h.Settle()
	if until, n := a.of(t, folder(w, alpha, "0001")); n < 2 || until.Before(Deadline.Add(keeping.SealedTerm)) {
		t.Errorf("%d objects, kept until %v", n, until)
	}
}

// TestHeldWhileDisputed: everything that is kept is held until the last
// complaint is decided.
func TestHeldWhileDisputed(t *testing.T) {
	w, h, a := keepingHouse(t, Terms{})
	alpha := w.Bidder("alpha")
	alpha.Bid(1, "9")
	w.Close()
	shelf := store.Shelf[complaint.Complaint, *complaint.Complaint]{Engine: h.Engine, Kind: complaint.Kind}
	c := &complaint.Complaint{Root: store.Root{ID: "c-1"}, Tender: w.ID, State: complaint.Pending}
	steps := []struct {
		state complaint.State
		held  bool
	}{{complaint.Pending, true}, {complaint.Accepted, true}, {complaint.Declined, false}}
	for _, x := range steps {
		c.State = x.state
		w.Ok(shelf.Put(t.Context(), c, event.New("complaint."+string(x.state), w.ID, "u", Deadline, nil)))
		w.Settle()
		for _, key := range h.Keys(folder(w, alpha, "0001")) {
			if a.held[key] != x.held {
				t.Errorf("%s while a complaint is %s: held %v", key, x.state, a.held[key])
			}
			if k, err := h.Objects.Kept(t.Context(), key); err != nil || k.Held != x.held {
				t.Errorf("%s while a complaint is %s: %+v, %v", key, x.state, k, err)
			}
		}
	}
}

// TestCancelledWhileLocked: a cancellation after closing ends in the deletion of
// the sealed bids, as soon as their lock allows it; until then nobody calls it
// damage.
func TestCancelledWhileLocked(t *testing.T) {
	w, h, _ := keepingHouse(t, Terms{})
	alpha := w.Bidder("alpha")
	alpha.Bid(1, "9")
	w.Shut()
	locked := h.Keys(folder(w, alpha, "0001"))
	for _, key := range locked {
		w.Ok(h.Objects.Lock(t.Context(), key, time.Now().Add(2*time.Second)))
	}
	_, err := w.Tenders.Cancel(w.Ctx(), w.ID, Officer, "the budget was withdrawn")
	w.Ok(err)
	w.Settle()
	if got := h.Keys(folder(w, alpha, "0001")); len(got) != len(locked) || len(got) == 0 {
		t.Fatalf("locked and gone: %v, %v", locked, got)
	}
	if found := look(t, h); len(found) > 0 {
		t.Errorf("what waits is called damage: %v", found)
	}
	later := time.Now().Add(48 * time.Hour)
	if done, err := h.Keeping.Sweep(t.Context(), later); err != nil || done.Leftovers != 0 {
		t.Errorf("swept while locked: %+v, %v", done, err)
	}
	time.Sleep(3 * time.Second)
	if found := look(t, h); len(found) != len(locked) || found[0].Name != "object.undeleted" {
		t.Errorf("after the lock: %v", found)
	}
	if done, err := h.Keeping.Sweep(t.Context(), later); err != nil || done.Leftovers != len(locked) {
		t.Errorf("swept after the lock: %+v, %v", done, err)
	}
	if found := look(t, h); len(found) > 0 {
		t.Errorf("after the sweep: %v", found)
	}
}

func look(t *testing.T, h *apptest.House) []audit.Finding {
	t.Helper()
	found, err := audit.Fsck(t.Context(), audit.Keeping{Engine: h.Engine, Objects: h.Objects, Kinds: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	var list []audit.Finding
	for _, x := range found {
		if !strings.HasPrefix(x.Name, "log.") { // its name was not given
			list = append(list, x)
		}
	}
	return list
}

// TestLeftovers: a part that came while its bid was being withdrawn goes with
// the sweep; what stands is left alone.
func TestLeftovers(t *testing.T) {
	w, h, _ := keepingHouse(t, Terms{})
	alpha, beta := w.Bidder("alpha"), w.Bidder("beta")
	alpha.Bid(1, "9")
	beta.Bid(1, "8")
	w.Settle()
	w.Ok(beta.Withdraw(2))
	w.Settle()
	before := h.Keys("bids/")
	w.Ok(h.Objects.Put(t.Context(), folder(w, beta, "0001")+"bid/header", 1, sha256.Sum256([]byte("x")), bytes.NewReader([]byte("x"))))
	if done, err := h.Keeping.Sweep(t.Context(), time.Now()); err != nil || done.Leftovers != 0 {
		t.Errorf("at once: %+v, %v", done, err)
	}
	if done, err := h.Keeping.Sweep(t.Context(), time.Now().Add(25*time.Hour)); err != nil || done.Leftovers != 1 {
		t.Errorf("a day later: %+v, %v", done, err)
	}
	if after := h.Keys("bids/"); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("there were %v and are %v", before, after)
	}
}

// TestAbandonedUpload: the store has given an upload up; its bidder begins
// again, and one who never does lapses by the rule of the window.
func TestAbandonedUpload(t *testing.T) {
	w, h, _ := keepingHouse(t, Terms{Grace: 60})
	alpha, beta := w.Bidder("alpha"), w.Bidder("beta")
	sealed := map[*Bidder]*Sealed{alpha: alpha.Seal(1, "9"), beta: beta.Seal(1, "8")}
	for b, s := range sealed {
		w.Ok(b.Submit(s))
		w.Settle()
		for name := range s.Parts {
			w.Ok(b.Send(s, name))
		}
	}
	done, err := h.Keeping.Sweep(t.Context(), time.Now().Add(keeping.Abandoned+time.Minute))
	if err != nil || done.Uploads != 2 {
		t.Fatalf("swept %+v, %v", done, err)
	}
	w.Ok(alpha.Upload(sealed[alpha]))
	w.Shut()
	if b := alpha.Stored(w.Lot); string(b.Versions[0].State) != "stored" {
		t.Errorf("who began again is %s", b.Versions[0].State)
	}
	if b := beta.Stored(w.Lot); string(b.Versions[0].State) != "lapsed" {
		t.Errorf("who did not is %s", b.Versions[0].State)
	}
}
