package client_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/server/client"
	"probity/server/people"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/store"
)

// real is the real server, reached over a line that can be cut and tampered
// with.
type real struct {
	*biddingtest.World
	house *apptest.House
	addr  string

	mu     sync.Mutex
	tamper func(path string, body []byte) []byte // of answers
	cuts   int                                   // connections to break while a part is on its way
}

func newReal(t testing.TB, terms biddingtest.Terms) *real {
	t.Helper()
	return newRealOn(t, apptest.Options{}, terms)
}

func newRealOn(t testing.TB, o apptest.Options, terms biddingtest.Terms) *real {
	t.Helper()
	h := apptest.Open(t, o)
	r := &real{house: h, World: biddingtest.New(t, h.Bidding(), terms)}
	srv := httptest.NewServer(h.Web.Handler())
	t.Cleanup(srv.Close)
	r.addr = srv.Listener.Addr().String()
	return r
}

// as is a client of somebody, who has a token. The server believes that it is
// reached under another address than it listens on; the line knows.
func (r *real) as(a party.Actor) *client.Client {
	r.Helper()
	users := store.Shelf[party.User, *party.User]{Engine: r.Engine, Kind: party.Users.Kind}
	u := &party.User{Root: store.Root{ID: a.User}, Name: a.Name, Email: a.User + "@example.org",
		Memberships: []party.Membership{{Org: a.Org, Kind: a.OrgKind, Roles: []party.Role{a.Role}}}}
	if _, err := users.Get(r.Ctx(), a.User); err != nil {
		r.Ok(users.Put(r.Ctx(), u))
	}
	_, token, err := r.house.People.IssueToken(r.Ctx(), people.Identity{Actor: a, Session: "test"},
		people.NewToken{Label: "test", Scopes: []string{"read", "bid.*", "opening.*"}, Days: 366})
	r.Ok(err)
	line := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, r.addr)
		return c, err
	}}
	r.Cleanup(line.CloseIdleConnections)
	return &client.Client{Base: r.house.Config.URL, Token: token, HTTP: &http.Client{Transport: &wire{r, line}},
		Log: must(client.NewLog(r.house.LogKey.Public)), Patience: 5 * time.Second}
}

// wire is the line.
type wire struct {
	r    *real
	next http.RoundTripper
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.r.mu.Lock()
	tamper, cut := w.r.tamper, req.Method == "PUT" && w.r.cuts > 0
	if cut {
		w.r.cuts--
	}
	w.r.mu.Unlock()
	if cut {
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(io.MultiReader(io.LimitReader(req.Body, req.ContentLength/2), broken{}))
	}
	res, err := w.next.RoundTrip(req)
	if err != nil || tamper == nil {
		return res, err
	}
	b, err := io.ReadAll(res.Body)
	res.Body.Close()
	b = tamper(req.URL.Path, b)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	res.Header.Del("Content-Length")
	return res, err
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (r *real) lies(f func(path string, body []byte) []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tamper = f
}

// bids seals a bid for the first lot.
func (r *real) bids(c *client.Client, b *biddingtest.Bidder, price string, files ...string) (*client.Folder, string) {
	r.Helper()
	p, err := c.Prepare(r.Ctx(), r.ID)
	r.Ok(err)
	if len(p.Unchecked) > 0 {
		r.Errorf("not checked: %q", p.Unchecked)
	}
	seq, err := c.NextSeq(r.Ctx(), r.ID, r.Lot)
	r.Ok(err)
	dir := r.TempDir()
	m := client.Making{Prepared: p, Bidder: b.Org, Lot: r.Lot, Seq: seq, Prices: map[string]tender.Decimal{},
		Dir: filepath.Join(dir, "bid"), Recovery: filepath.Join(dir, "recovery")}
	for _, item := range p.Tender.Notice.Lot(r.Lot).Items {
		m.Prices[item.ID] = tender.MustDecimal(price)
	}
	for _, q := range p.Tender.Notice.RequirementsOf(r.Lot) {
		m.Responses = append(m.Responses, bidding.Response{Requirement: q.ID, Met: true})
	}
	if len(files) > 0 {
		m.Files = map[string][]string{p.Tender.Notice.Envelopes.Names()[0]: files}
	}
	f, err := m.Seal()
	r.Ok(err)
	return f, m.Recovery
}

// sent is a bid that is in: registered and uploaded.
func (r *real) sent(b *biddingtest.Bidder, price string, files ...string) (*client.Client, *client.Folder) {
	r.Helper()
	c := r.as(b.Actor)
	f, _ := r.bids(c, b, price, files...)
	_, err := c.Submit(r.Ctx(), f, r.Key(b.User))
	r.Ok(err)
	_, err = c.Upload(r.Ctx(), f, client.Uploading{})
	r.Ok(err)
	return c, f
}

// TestAProcedureOnTheRealServer is the whole way of bids and openers through
// the API.
func TestAProcedureOnTheRealServer(t *testing.T) {
	r := newReal(t, biddingtest.Terms{Grace: 60})
	ann, bob, cy, dan := r.Bidder("ann"), r.Bidder("bob"), r.Bidder("cy"), r.Bidder("dan")
	plan := big(t, 20<<20)
	r.cuts = 3
	annC, annF := r.sent(ann, "12.50", plan) // over a line that breaks
	bobC, first := r.sent(bob, "11")
	second, _ := r.bids(bobC, bob, "10.75")
	if second.Record.Seq != 2 {
		t.Fatalf("a replacement has number %d", second.Record.Seq)
	}
	_, err := bobC.Submit(t.Context(), second, r.Key(bob.User))
	r.Ok(err)
	cyC, _ := r.sent(cy, "9")
	_, err = cyC.Withdraw(t.Context(), client.Withdrawing{Tender: r.ID, Lot: r.Lot, Bidder: cy.Org}, r.Key(cy.User))
	r.Ok(err)
	danC := r.as(dan.Actor)
	danF, _ := r.bids(danC, dan, "8")
	_, err = annC.CheckClosing(t.Context(), annF)
	wantFault(t, err, "closing.not_yet")

	r.Close()
	_, err = danC.Submit(t.Context(), danF, r.Key(dan.User))
	wantFault(t, err, "bid.late")
	if raw, err := danF.Receipt(client.ReceiptRefused); err != nil {
		t.Errorf("no receipt of the refusal: %v", err)
	} else if got, err := client.VerifyReceipt(raw, r.house.LogKey.Public); err != nil || got.Fact.Name != bidding.FactRefuse {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = bobC.Upload(t.Context(), second, client.Uploading{}) // within the grace window
	r.Ok(err)
	n, err := bobC.CheckClosing(t.Context(), second)
	if err != nil || n.Closed.Entry.State != seal.Live || n.Window != nil {
		t.Fatalf("%+v, %v", n, err)
	}
	_, err = bobC.CheckClosing(t.Context(), first)
	wantFault(t, err, "closing.replaced")

	r.Shut()
	if n, err = annC.CheckClosing(t.Context(), annF); err != nil || n.Window == nil || n.Window.Entry.State != seal.Stored {
		t.Fatalf("%+v, %v", n, err)
	}
	_, err = bobC.Upload(t.Context(), danF, client.Uploading{})
	if err == nil {
		t.Error("uploaded behind the window")
	}
	id := r.Announce(tender.Whole)
	for i, o := range r.Openers()[:2] {
		c := r.as(o.Actor)
		with := client.Opener{Key: o.Secret, Device: r.Key(o.User)}
		got, err := c.Release(t.Context(), id, with)
		if err != nil || len(got.Given) != i+1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := c.Release(t.Context(), id, with); err != nil { // an answer that was lost on the way
			t.Errorf("the same again: %v", err)
		}
	}
	done, err := r.as(biddingtest.Officer).Combine(t.Context(), id)
	if err != nil || done.State != bidding.Recorded || done.Size != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	var record bidding.Record
	r.Ok((&client.Client{Base: r.house.Config.URL, HTTP: annC.HTTP}).Get(t.Context(), "/api/v1/openings/"+id+"/record", &record))
	prices := map[string]string{}
	for _, b := range record.Bids {
		prices[b.Bidder.ID] = string(b.State)
		if b.Price == nil {
			t.Errorf("%s: %+v", b.Bidder.ID, b)
		}
	}
	if len(prices) != 2 || prices[ann.Org] != "opened" || prices[bob.Org] != "opened" {
		t.Errorf("opened %v", prices)
	}
}
