package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/documents/blob/minio/miniotest"
	"probity/server/app/enginetest"
)

// balancer hands requests to servers that say that they are ready, as every
// load balancer does: it asks them now and then, and repeats nothing.
type balancer struct {
	servers []*server
	ready   []atomic.Bool
	next    atomic.Int64
	proxy   *httputil.ReverseProxy
	failed  atomic.Int64 // requests that found no server, or one that broke off
}

func newBalancer(ctx context.Context, servers []*server) *balancer {
	b := &balancer{servers: servers, ready: make([]atomic.Bool, len(servers))}
	for i := range servers {
		b.ready[i].Store(servers[i].is(http.StatusOK))
		go func() {
			for ctx.Err() == nil {
				b.ready[i].Store(servers[i].is(http.StatusOK))
				time.Sleep(100 * time.Millisecond)
			}
		}()
	}
	b.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			s := b.pick()
			r.SetURL(&url.URL{Scheme: "http", Host: s.listen})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			b.failed.Add(1)
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	return b
}

// pick is the next server that is ready. A request waits while a probe has found
// none, as it does in a load balancer's queue; after a while it goes to any.
func (b *balancer) pick() *server {
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		for range b.servers {
			i := int(b.next.Add(1)) % len(b.servers)
			if b.ready[i].Load() {
				return b.servers[i]
			}
		}
	}
	return b.servers[0]
}

// TestRollingUpgrade: servers are stopped and started again one after the
// other, behind a load balancer, while people read and hand in bids. No request
// fails, not even one that could be repeated.
func TestRollingUpgrade(t *testing.T) {
	t.Parallel()
	engines := enginetest.Fresh(t)
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	f := newFleet(t, engines, 2)
	lots := make([]string, 20) // a bid for one lot can be replaced only so often
	for i := range lots {
		lots[i] = fmt.Sprintf("lot-%d", i+1)
	}
	w := biddingtest.New(t, f.Bidding(), biddingtest.Terms{Lots: lots})
	ctx, cancel := context.WithCancel(t.Context())
	b := newBalancer(ctx, f.servers)
	front := &http.Server{Addr: miniotest.Port(t), Handler: b.proxy}
	go front.ListenAndServe()
	defer front.Close()
	balanced := &server{f: f, listen: front.Addr}
	site := f.At("")
	var all sync.WaitGroup
	var reads, bids, wrong atomic.Int64
	say := func(what string, a answered, err error) {
		if wrong.Add(1) < 10 {
			t.Errorf("%s: %d %s, %v", what, a.status, a.body, err)
		}
	}
	for i := range 3 {
		who := w.Bidder(fmt.Sprintf("firm-%d", i))
		token := site.Token(who.Actor)
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				x := who.SealFor(lots[n%len(lots)], int64(n/len(lots)+1), "1")
				a, err := balanced.ask(t.Context(), token, "POST", "/api/v1/tenders/"+w.ID+"/bids", map[string]any{"bid": x.Signed})
				if bids.Add(1); err != nil || a.status != http.StatusCreated {
					say("a bid", a, err)
					return
				}
			}
		})
		all.Go(func() {
			for ctx.Err() == nil {
				a, err := balanced.ask(t.Context(), token, "GET", "/api/v1/tenders/"+w.ID, struct{}{})
				if reads.Add(1); err != nil || a.status != http.StatusOK {
					say("a reading", a, err)
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for range rounds {
		for _, s := range f.servers {
			s.stop()
			s.start()
			s.ready()
			time.Sleep(300 * time.Millisecond) // the balancer sees it
		}
	}
	cancel()
	all.Wait()
	t.Logf("%d restarts, %d readings, %d bids, %d broke off", rounds*len(f.servers), reads.Load(), bids.Load(), b.failed.Load())
	if wrong.Load() > 0 || b.failed.Load() > 0 {
		t.Errorf("%d requests failed", wrong.Load())
	}
}
