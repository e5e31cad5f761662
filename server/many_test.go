package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/app/enginetest"
	"probity/server/audit"
	"probity/server/client"
	"probity/tender/store"
)

// given is a receipt that somebody holds.
type given struct {
	fact string
	raw  []byte
}

// load is bidders who hand in one bid after the other, each for the one before,
// and keep their receipts.
type load struct {
	*fleet
	w *biddingtest.World

	stop context.CancelFunc
	all  sync.WaitGroup

	mu       sync.Mutex
	receipts []given
	refused  []string // what was answered that should not have been
}

// bidsEach is how often a bidder replaces a bid; 50 times is all that one may.
const bidsEach = 40

// begin lets n desks begin, each at another server. At each so many firms
// follow each other.
func (f *fleet) begin(w *biddingtest.World, n, firms int) *load {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	l := &load{fleet: f, w: w, stop: stop}
	site := f.At("")
	for i := range n {
		var desk []*biddingtest.Bidder
		var tokens []string
		for j := range firms {
			b := w.Bidder(fmt.Sprintf("firm-%d-%d", i, j))
			desk, tokens = append(desk, b), append(tokens, site.Token(b.Actor))
		}
		l.all.Go(func() {
			for j, b := range desk {
				for seq := int64(1); seq <= bidsEach; seq++ {
					if ctx.Err() != nil || !l.bid(ctx, b, tokens[j], i, seq) {
						return
					}
				}
			}
		})
	}
	return l
}

// bid hands in one bid, at one server after the other, until there is a
// receipt. It reports whether the bidder goes on.
func (l *load) bid(ctx context.Context, b *biddingtest.Bidder, token string, at int, seq int64) bool {
	in := map[string]any{"bid": b.Seal(seq, fmt.Sprint(seq)).Signed}
	for ; ctx.Err() == nil; at++ {
		within, cancel := context.WithTimeout(ctx, 30*time.Second)
		a, err := l.servers[at%len(l.servers)].ask(within, token, "POST", "/api/v1/tenders/"+l.w.ID+"/bids", in)
		cancel()
		switch {
		case err != nil, a.status == 503:
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		case a.status == 201 || a.status == 200:
			l.keep(a.body)
			return true
		case a.code == "bid.stale": // it is in already, and its receipt was lost
		default:
			l.mu.Lock()
			l.refused = append(l.refused, fmt.Sprintf("bid %d: %d %s", seq, a.status, a.body))
			l.mu.Unlock()
			return false
		}
	}
	return false
}

func (l *load) keep(body []byte) {
	var out struct {
		Receipt struct {
			Fact     string
			Accepted bool
			Receipt  string
		}
	}
	err := json.Unmarshal(body, &out)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || !out.Receipt.Accepted {
		l.refused = append(l.refused, string(body))
	}
	l.receipts = append(l.receipts, given{out.Receipt.Fact, []byte(out.Receipt.Receipt)})
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.receipts)
}

// more waits until so many more receipts have been given.
func (l *load) more(n int) {
	l.t.Helper()
	want := l.count() + n
	for until := time.Now().Add(2 * time.Minute); l.count() < want; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			for _, s := range l.servers {
				l.t.Logf("%s: %s", s.listen, s.said())
			}
			l.t.Fatalf("no receipt comes any more, after %d", l.count())
		}
	}
}

// end lets the bidders go home.
func (l *load) end() {
	l.t.Helper()
	l.stop()
	l.all.Wait()
	for _, x := range l.refused {
		l.t.Errorf("refused: %s", x)
	}
}

// check holds the log to every receipt, and everything to everything else.
func (l *load) check() {
	t, f := l.t, l.fleet
	t.Helper()
	v, err := note.NewVerifier(f.LogKey.Public)
	if err != nil {
		t.Fatal(err)
	}
	trust := ledger.Policy{Origin: f.Config.Origin, Log: []note.Verifier{v}}
	lost, forks := 0, 0
	for _, g := range l.receipts {
		e, err := f.Engine.EntryOf(t.Context(), g.fact)
		if errors.Is(err, store.ErrMissing) {
			lost++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := client.VerifyReceipt(g.raw, f.LogKey.Public)
		if err != nil || r.Index != e.Index || r.Fact.ID != g.fact {
			t.Fatalf("the receipt of %s does not fit the log: %v", g.fact, err)
		}
		if root, err := f.Ledger.Root(t.Context(), r.Checkpoint.Size); err != nil || root != r.Checkpoint.Root {
			forks++
		}
	}
	if lost > 0 || forks > 0 {
		t.Errorf("of %d receipted bids %d are not in the log, and %d receipts are of another log", len(l.receipts), lost, forks)
	}
	found, err := audit.Fsck(t.Context(), audit.Keeping{Engine: f.Engine, Objects: f.Objects, Kinds: app.Collections(), Trust: trust, Deep: true})
	if err != nil || len(found) > 0 {
		t.Errorf("fsck: %v, %v", found, err)
	}
}

// TestManyServers: the server that keeps the log is killed, many times, under
// load. No receipted bid is lost, the log has neither gap nor fork, and each
// closing has one entry.
func TestManyServers(t *testing.T) {
	t.Parallel()
	engines := enginetest.Fresh(t)
	handovers := 100
	if testing.Short() {
		handovers = 5
	}
	f := newFleet(t, engines, 3)
	w := biddingtest.New(t, f.Bidding(), biddingtest.Terms{})
	l := f.begin(w, 4, 1+handovers/20)
	began := time.Now()
	l.more(4)
	for i := range handovers {
		s := f.keeper(nil)
		s.kill()
		f.keeper(s)
		s.start()
		if i%5 == 0 {
			l.more(1)
		}
	}
	l.more(4)
	l.end()
	t.Logf("%d hand-overs in %v, %d receipts", handovers, time.Since(began).Round(time.Second), l.count())
	f.rest()
	w.Set(biddingtest.Deadline)
	f.rest()
	for _, name := range []string{bidding.FactClose, bidding.FactCloseWindow} {
		if got := w.Facts(name); len(got) != 1 {
			t.Errorf("there are %d entries %s", len(got), name)
		}
	}
	for _, s := range f.servers {
		s.kill()
	}
	l.check()
}

// TestServersShare: what one server has learnt about people, the others know:
// that a request was answered, that somebody guesses passwords, that a session
// has ended.
func TestServersShare(t *testing.T) {
	t.Parallel()
	f := newFleet(t, enginetest.Fresh(t), 2)
	w := biddingtest.New(t, f.Bidding(), biddingtest.Terms{})
	b := w.Bidder("firm")
	token := f.At("").Token(b.Actor)
	in := map[string]any{"bid": b.Seal(1, "1").Signed}
	for i, s := range f.servers {
		a, err := s.ask(t.Context(), token, "POST", "/api/v1/tenders/"+w.ID+"/bids", in, "Idempotency-Key", "the-same-key-twice")
		if err != nil || a.status != 201 || a.replayed != (i == 1) {
			t.Errorf("at server %d: %d %s, replayed: %t, %v", i, a.status, a.body, a.replayed, err)
		}
	}
	locked := 0
	for i := range 40 {
		a, err := f.servers[i%2].ask(t.Context(), "", "POST", "/api/v1/session", map[string]string{"email": "nobody@example.org", "password": "a guess that is long enough"})
		if err != nil {
			t.Fatal(err)
		}
		if a.code == "session.locked" {
			if locked++; locked == 1 && i > 12 {
				t.Errorf("guesses at two servers are counted apart: %d passed", i)
			}
			if a.after == "" {
				t.Errorf("nobody says how long: %s", a.body)
			}
		}
	}
	if locked == 0 {
		t.Error("nobody who guesses is locked out")
	}
	cookie := "session=" + f.Session(b.Actor)
	for i, want := range []int{200, 204, 401} { // at the first, ended at the second, at the first again
		s, method, path := f.servers[i%2], "GET", "/api/v1/me"
		if want == 204 {
			method, path = "DELETE", "/api/v1/session"
		}
		a, err := s.ask(t.Context(), "", method, path, struct{}{}, "Cookie", cookie)
		if err != nil || a.status != want {
			t.Errorf("%s %s: %d %s, %v; want %d", method, path, a.status, a.body, err, want)
		}
	}
}
