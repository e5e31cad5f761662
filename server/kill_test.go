package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/documents/blob/minio/miniotest"
	"probity/server/app/enginetest"
)

// TestEverythingIsKilled: the database, the object store and the servers are
// killed (kill -9) at random moments, while bidders hand in bids and send their
// sealed parts to the store. Whatever a receipt was given for is there.
func TestEverythingIsKilled(t *testing.T) {
	t.Parallel()
	database := enginetest.NewFerret(t)
	store := miniotest.New(t, t.TempDir())
	t.Cleanup(store.Kill)
	f := newFleet(t, enginetest.On(t, database.URI, store), 3)
	w := biddingtest.New(t, f.Bidding(), biddingtest.Terms{})
	rounds := 15
	if testing.Short() {
		rounds = 4
	}
	l := f.storm(w, 4)
	l.more(4)
	for range rounds {
		time.Sleep(rand.N(700 * time.Millisecond))
		down := rand.N(500 * time.Millisecond)
		switch i := rand.N(5); i {
		case 0:
			database.Kill()
			time.Sleep(down)
			database.Start(t)
		case 1:
			store.Kill()
			time.Sleep(down)
			store.Start(t)
		default:
			s := f.servers[i-2]
			s.kill()
			time.Sleep(down)
			s.start()
		}
		l.more(1)
	}
	l.end()
	for _, s := range f.servers {
		s.revive() // one that was started while a store was down has said so, and ended
	}
	t.Logf("%d kills, %d receipts", rounds, l.count())
	f.rest()
	w.Set(biddingtest.Deadline)
	f.rest()
	for _, s := range f.servers {
		s.kill()
	}
	l.check()
}

// storm lets n bidders begin, who send the sealed parts of each bid as well.
// They have sealed their bids before.
func (f *fleet) storm(w *biddingtest.World, n int) *load {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	l := &load{fleet: f, w: w, stop: stop}
	site := f.At("")
	for i := range n {
		b := w.Bidder(fmt.Sprintf("firm-%d", i))
		token := site.Token(b.Actor)
		var sealed []*biddingtest.Sealed
		for seq := range int64(60) {
			sealed = append(sealed, b.Seal(seq+1, "1"))
		}
		l.all.Go(func() {
			for _, s := range sealed {
				if !l.submit(ctx, s, token, i) || !l.upload(ctx, s, token, i) {
					return
				}
			}
		})
	}
	return l
}

// until asks one server after the other until one has done it. It reports
// whether the bidder goes on.
func (l *load) until(ctx context.Context, token string, at int, path string, in any) (answered, bool) {
	for ; ctx.Err() == nil; at++ {
		within, cancel := context.WithTimeout(ctx, 30*time.Second)
		a, err := l.servers[at%len(l.servers)].ask(within, token, "POST", path, in)
		cancel()
		if err == nil && (a.status == 200 || a.status == 201 || a.code == "blob.incomplete") {
			return a, true
		}
		if err == nil && !again(a) {
			l.mu.Lock()
			l.refused = append(l.refused, fmt.Sprintf("%s: %d %s", path, a.status, a.body))
			l.mu.Unlock()
			return a, false
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	return answered{}, false
}

// again reports whether an answer asks for another try, and says when: only
// such a one may come while something is away.
func again(a answered) bool { return a.status == http.StatusServiceUnavailable && a.after != "" }

func (l *load) submit(ctx context.Context, s *biddingtest.Sealed, token string, at int) bool {
	a, ok := l.until(ctx, token, at, "/api/v1/tenders/"+l.w.ID+"/bids", map[string]any{"bid": s.Signed})
	if ok {
		l.keep(a.body)
	}
	return ok
}

// upload sends the parts of a bid to where the server says, until it is stored.
func (l *load) upload(ctx context.Context, s *biddingtest.Sealed, token string, at int) bool {
	for name, part := range s.Parts {
		vain := 0
		path := fmt.Sprintf("/api/v1/tenders/%s/lots/%s/bid/%d/envelopes/%s", l.w.ID, l.w.Lot, s.Record.Seq, name)
	again:
		for done := false; !done; {
			a, ok := l.until(ctx, token, at, path, map[string]any{"header": part.HeaderBytes, "sums": part.PartHashes})
			if !ok {
				return false
			}
			var out struct {
				Done    bool
				Targets []bidding.Target
			}
			if err := json.Unmarshal(a.body, &out); err != nil {
				l.t.Errorf("%s: %v", a.body, err)
				return false
			}
			if done = out.Done || sendAll(ctx, out.Targets, part.Payload); !done && ctx.Err() != nil {
				return false
			}
		}
		a, ok := l.until(ctx, token, at, path+"/complete", struct{}{})
		if !ok {
			return false
		}
		if a.code == "blob.incomplete" { // the store has died over it
			if vain++; vain > 20 {
				l.t.Errorf("%s does not become complete", path)
				return false
			}
			goto again
		}
		var out struct{ Receipt *json.RawMessage }
		if err := json.Unmarshal(a.body, &out); err == nil && out.Receipt != nil {
			l.keep(a.body)
		}
	}
	return true
}

// sendAll sends a payload of one part. It reports whether all of it arrived.
func sendAll(ctx context.Context, targets []bidding.Target, payload []byte) bool {
	for _, x := range targets {
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, x.URL, bytes.NewReader(payload))
		if err != nil {
			return false
		}
		for k, v := range x.Header {
			req.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return false
		}
	}
	return true
}
