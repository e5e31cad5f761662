package client_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/server/client"
	"probity/tender"
)

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
