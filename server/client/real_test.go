package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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
	h := apptest.Open(t, apptest.Options{})
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

// TestOpenersRefuseWhatIsWrong: nothing leaves an opener's device for a batch
// that is early, partial, or not in the log.
func TestOpenersRefuseWhatIsWrong(t *testing.T) {
	r := newReal(t, biddingtest.Terms{})
	r.sent(r.Bidder("ann"), "12")
	r.sent(r.Bidder("bob"), "11")
	r.Close()
	r.Shut()
	id := r.Announce(tender.Whole)
	opener := r.Openers()[0]
	stranger := must(seal.GenerateOpenerKey())
	change := func(f func(p map[string]any)) func(string, []byte) []byte {
		return func(path string, b []byte) []byte {
			if !strings.HasSuffix(path, "/package") {
				return b
			}
			var p map[string]any
			json.Unmarshal(b, &p)
			f(p)
			return must(json.Marshal(p))
		}
	}
	list := func(p map[string]any, name string) seal.Closing {
		return must(seal.ParseClosing(must(canonOf(p[name]))))
	}
	put := func(p map[string]any, name string, c seal.Closing) { p[name] = json.RawMessage(c.Bytes()) }
	for name, x := range map[string]struct {
		lie  func(string, []byte) []byte
		key  *seal.OpenerKey
		code string
	}{
		"a bid left out of the batch": {change(func(p map[string]any) {
			b := must(seal.ParseBatch([]byte(p["batch"].(string))))
			b.Fingerprints = b.Fingerprints[:1]
			p["batch"] = string(b.Bytes())
		}), nil, "opening.batch"},
		"a bid left out of everything": {change(func(p map[string]any) {
			b := must(seal.ParseBatch([]byte(p["batch"].(string))))
			closed, window := list(p, "closed"), list(p, "window")
			closed.Entries, window.Entries = closed.Entries[:1], window.Entries[:1]
			window.Previous = closed.Head().Hash()
			print := window.Entries[0].Envelopes[0].F
			b.Fingerprints, b.Window = []string{print}, window.Head().Hash()
			p["batch"] = string(b.Bytes())
			put(p, "closed", closed)
			put(p, "window", window)
		}), nil, "opening.closing"},
		"a bid made to have lapsed": {change(func(p map[string]any) {
			window := list(p, "window")
			window.Entries[0].State = seal.Lapsed
			put(p, "window", window)
		}), nil, "opening.closing"},
		"another manifest": {change(func(p map[string]any) {
			m := must(seal.ParseManifest([]byte(p["manifest"].(string))))
			g := m.Groups
			g[0].Openers[0].Key = stranger.Public()
			p["manifest"] = string(must(seal.NewManifest(m.Tender, m.Deadline, m.Opens, g)).Bytes())
		}), stranger, "opening.manifest"},
		"a receipt of another entry": {change(func(p map[string]any) {
			r := p["receipts"].(map[string]any)
			r["batch"] = r["window"]
		}), nil, "receipt.other"},
		"no receipt": {change(func(p map[string]any) { delete(p["receipts"].(map[string]any), "closed") }), nil, "receipt.form"},
		"a header less": {func(path string, b []byte) []byte {
			if !strings.HasSuffix(path, "/cases") {
				return b
			}
			var l client.List[json.RawMessage]
			json.Unmarshal(b, &l)
			l.Items = l.Items[:1]
			return must(json.Marshal(l))
		}, nil, "seal.batch_case"},
		"a record of another bidder": {func(path string, b []byte) []byte {
			if !strings.HasSuffix(path, "/cases") {
				return b
			}
			return bytes.ReplaceAll(b, []byte(`"bidder":"org-ann"`), []byte(`"bidder":"org-eve"`))
		}, nil, "seal.batch_case"},
		"a key of nobody": {nil, stranger, "seal.not_opener"},
	} {
		t.Run(name, func(t *testing.T) {
			r.lies(x.lie)
			defer r.lies(nil)
			key := opener.Secret
			if x.key != nil {
				key = x.key
			}
			_, err := r.as(opener.Actor).Release(t.Context(), id, client.Opener{Key: key, Device: r.Key(opener.User)})
			wantFault(t, err, x.code)
			if err == nil {
				t.Error("released")
			}
			if o := must(r.Openings.Openings.Get(t.Context(), id)); len(o.Given) > 0 {
				t.Fatal("shares have left the device")
			}
		})
	}
	if _, err := r.as(opener.Actor).Release(t.Context(), id, client.Opener{Key: opener.Secret, Device: r.Key(opener.User)}); err != nil {
		t.Errorf("the honest package: %v", err)
	}
}

// TestEarlyPackagesAreRefused: the server's word that it is time is not enough;
// the log must say so.
func TestEarlyPackagesAreRefused(t *testing.T) {
	p, k := newPlace(t, tender.OneEnvelope), newKeeper(t, "log.example/p")
	m := p.manifest()
	f := p.sealed("org-1")
	entry := seal.Entry{Bidder: "org-1", Envelopes: f.Record.Envelopes, Leaf: 0, Lot: "1", Seq: 1, State: seal.Live}
	closed := must(seal.NewClosing(seal.Closed, "", m.Tender, []seal.Entry{entry}))
	entry.State = seal.Stored
	window := must(seal.NewClosing(seal.WindowClosed, closed.Head().Hash(), m.Tender, []seal.Entry{entry}))
	batch := must(seal.NewBatch(m, window, "1", "bid"))
	for name, x := range map[string]struct {
		at    time.Time
		until [2]string
		code  string
	}{
		"a second too early":            {opens.Add(-time.Second), [2]string{"2031-03-03T12:00:00.000Z", "2031-03-03T14:00:00.000Z"}, "seal.too_early"},
		"at the time":                   {opens, [2]string{"2031-03-03T12:00:00.000Z", "2031-03-03T14:00:00.000Z"}, ""},
		"a later deadline is left out":  {opens, [2]string{"2031-03-04T12:00:00.000Z", "2031-03-04T14:00:00.000Z"}, "opening.extensions"},
		"the window ends after opening": {opens, [2]string{"2031-03-03T12:00:00.000Z", "2031-03-03T14:00:01.000Z"}, "opening.extensions"},
	} {
		t.Run(name, func(t *testing.T) {
			k := k.fork()
			d := newDesk(t, k)
			receipts := map[string]string{}
			c := k.put(bidding.FactClose, m.Tender, noon, bidding.Bound{Head: closed.Head(), Openers: m.Openers(), Until: x.until[0]})
			w := k.put(bidding.FactCloseWindow, m.Tender, opens, bidding.Bound{Head: window.Head(), Openers: m.Openers(), Until: x.until[1]})
			b := k.put("opening.announce", m.Tender, x.at, map[string]any{"lot": "1", "envelope": "bid", "batch": batch})
			receipts["closed"], receipts["window"], receipts["batch"] = k.receipt(c), k.receipt(w), k.receipt(b)
			id := bidding.OpeningID(m.Tender, "1", "bid")
			d.on("GET /api/v1/openings/"+id+"/package", func(*http.Request) (int, any) {
				return 200, map[string]any{"manifest": p.tender.Openers.Manifest, "extensions": []string{}, "closed": json.RawMessage(closed.Bytes()),
					"window": json.RawMessage(window.Bytes()), "batch": string(batch.Bytes()), "receipts": receipts, "now": opens.AddDate(1, 0, 0)}
			})
			d.on("GET /api/v1/openings/"+id+"/cases", func(*http.Request) (int, any) {
				header := must(os.ReadFile(filepath.Join(f.Dir, "bid.header.json")))
				return 200, map[string]any{"items": []any{map[string]any{"record": json.RawMessage(f.Record.Bytes()), "header": header}}}
			})
			var answer seal.Answer
			d.on("POST /api/v1/openings/"+id+"/answers", func(r *http.Request) (int, any) {
				answer = must(seal.ParseAnswer(body(t, r)["answer"]))
				return 200, bidding.Opening{}
			})
			_, err := d.client().Release(t.Context(), id, client.Opener{Key: p.openers[1], Device: p.devices[1]})
			wantFault(t, err, x.code)
			if (answer.Batch != "") != (x.code == "") {
				t.Errorf("answered: %+v", answer)
			}
			if x.code == "" && (answer.Opener != 2 || answer.Shares[0].S == "") {
				t.Errorf("answered %+v", answer)
			}
		})
	}
}

// TestWrongClosingsAreObjectedTo: a bidder's receipt is stronger than what the
// server says about its bid.
func TestWrongClosingsAreObjectedTo(t *testing.T) {
	r := newReal(t, biddingtest.Terms{})
	c, f := r.sent(r.Bidder("ann"), "12")
	r.sent(r.Bidder("bob"), "11")
	r.Close()
	r.Shut()
	closing := func(change func(m map[string]any)) func(string, []byte) []byte {
		return func(path string, b []byte) []byte {
			if !strings.HasSuffix(path, "/closing") {
				return b
			}
			var m map[string]any
			json.Unmarshal(b, &m)
			change(m)
			return must(json.Marshal(m))
		}
	}
	entry := func(m map[string]any, which string) map[string]any {
		return m[which].(map[string]any)["proof"].(map[string]any)["entry"].(map[string]any)
	}
	for name, x := range map[string]struct {
		lie  func(string, []byte) []byte
		code string
	}{
		"as it should be":            {nil, ""},
		"the bid is not in the list": {closing(func(m map[string]any) { delete(m, "closed"); delete(m, "window") }), "closing.objection"},
		"the bid has lapsed":         {closing(func(m map[string]any) { entry(m, "window")["state"] = "lapsed" }), "closing.objection"},
		"another head": {closing(func(m map[string]any) {
			m["closed"].(map[string]any)["head"].(map[string]any)["root"] = strings.Repeat("0", 64)
		}), "closing.objection"},
		"another place in the log": {closing(func(m map[string]any) { entry(m, "closed")["leaf"] = 1 }), "closing.objection"},
		"no receipt":               {closing(func(m map[string]any) { m["closed"].(map[string]any)["receipt"] = "" }), "receipt.form"},
	} {
		t.Run(name, func(t *testing.T) {
			r.lies(x.lie)
			defer r.lies(nil)
			_, err := c.CheckClosing(t.Context(), f)
			wantFault(t, err, x.code)
			if o := errorsAs(err); x.code == "closing.objection" && (o == nil || !strings.Contains(o.Text(), f.Record.Bidder)) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestBiddersOpenTheirOwn: when openers fail, the recovery file opens a bid.
func TestBiddersOpenTheirOwn(t *testing.T) {
	r := newReal(t, biddingtest.Terms{})
	ann := r.Bidder("ann")
	c := r.as(ann.Actor)
	f, recovery := r.bids(c, ann, "12")
	_, err := c.Submit(t.Context(), f, r.Key(ann.User))
	r.Ok(err)
	_, err = c.Upload(t.Context(), f, client.Uploading{})
	r.Ok(err)
	r.Close()
	r.Shut()
	id := r.Announce(tender.Whole)
	keys := must(seal.ParseRecovery(must(os.ReadFile(recovery)), ""))
	wantFault(t, c.Rescue(t.Context(), id, keys), "opening.no_rescue")
	wantFault(t, c.Rescue(t.Context(), id+"x", keys), "recovery.other")
	now, err := r.house.Clock.Now(t.Context())
	r.Ok(err)
	_, err = r.Openings.Rescue(t.Context(), biddingtest.Officer, id, now.Add(time.Hour), "two openers are ill")
	r.Ok(err)
	wantFault(t, c.Rescue(t.Context(), id, keys), "")
	wantFault(t, c.Rescue(t.Context(), id, keys), "")
}

// TestOpenersConsent: an opener signs only a manifest that holds its own key.
func TestOpenersConsent(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	r := &real{house: h, World: biddingtest.Draft(t, h.Bidding(), biddingtest.Terms{})}
	srv := httptest.NewServer(h.Web.Handler())
	defer srv.Close()
	r.addr = srv.Listener.Addr().String()
	o := r.Openers()[0]
	c := r.as(o.Actor)
	_, err := c.Consent(t.Context(), r.ID, must(seal.GenerateOpenerKey()))
	wantFault(t, err, "openers.key_swapped")
	_, err = r.as(r.Openers()[1].Actor).Consent(t.Context(), r.ID, o.Secret)
	wantFault(t, err, "openers.seat")
	x, err := c.Consent(t.Context(), r.ID, o.Secret)
	if err != nil || x.Opener != 1 || x.Manifest.Groups[0].K != 2 {
		t.Fatalf("%+v, %v", x, err)
	}
	got, err := c.SignConsent(t.Context(), x, r.Key(o.User))
	if err != nil || got.Openers.Groups[0].Members[0].Signature == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	fresh := must(seal.GenerateOpenerKey())
	if got, err = c.GiveKey(t.Context(), r.ID, fresh); err != nil || got.Openers.Groups[0].Members[0].Key != fresh.Public() {
		t.Errorf("%+v, %v", got, err)
	}
}
