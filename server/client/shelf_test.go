package client_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
	"probity/tender/fault"
)

// shelf takes in the parts of one envelope as the real one does, and can be
// made to misbehave.
type shelf struct {
	*desk
	mu      sync.Mutex
	part    map[int][]byte // hash of each part that is there
	want    seal.Payload
	sums    []byte
	tickets int
	got     int64 // bytes that came in, of all tries
	done    bool

	// spoil looks at a part on its way: it may cut the line or refuse. It
	// returns true if it did.
	spoil func(w http.ResponseWriter, r *http.Request, n int) bool
	stand func() // called when an upload begins
	final func(i int64) any

	address string // instead of our own
}

func newStore(t testing.TB, d *desk, f *client.Folder) *shelf {
	s := &shelf{desk: d, part: map[int][]byte{}, want: f.Envelopes[0].Payload}
	path := fmt.Sprintf("/api/v1/tenders/%s/lots/%s/bid/%d/envelopes/%s", f.Record.Tender, f.Record.Lot, f.Record.Seq, f.Envelopes[0].Name)
	d.on("POST "+path, func(r *http.Request) (int, any) {
		if s.stand != nil {
			s.stand()
		}
		m := body(t, r)
		header := must(base64.StdEncoding.DecodeString(string(bytes.Trim(m["header"], `"`))))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sums = must(base64.StdEncoding.DecodeString(string(bytes.Trim(m["sums"], `"`))))
		print, _ := f.Record.Envelope(f.Envelopes[0].Name)
		if seal.FingerprintOf(header) != print || s.want.CheckPartHashes(s.sums) != nil || len(m) != 2 {
			return 422, fault.New(fault.Invalid, "seal.fingerprint", "No.")
		}
		present, targets := []int{}, []bidding.Target{}
		for n := 1; n <= int(s.want.Parts); n++ {
			if s.part[n] != nil {
				present = append(present, n)
			} else if len(targets) < 4 {
				s.tickets++
				to := s.address
				if to == "" {
					to = fmt.Sprintf("/upload/%d.%d", n, s.tickets)
				}
				targets = append(targets, bidding.Target{Part: n, URL: to, Header: map[string]string{"X-Part": fmt.Sprint(n)}})
			}
		}
		return 200, map[string]any{"payload": s.want, "done": s.done, "present": present, "targets": targets}
	})
	d.mux.HandleFunc("PUT /upload/{ticket}", s.put)
	d.on("POST "+path+"/complete", func(*http.Request) (int, any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.part) != int(s.want.Parts) {
			return 409, fault.New(fault.Conflict, "upload.incomplete", "Parts are missing.")
		}
		s.done = true
		i := d.log.put(bidding.FactStored, f.Record.Tender, noon, map[string]any{"bidder": f.Record.Bidder, "envelopes": f.Record.Envelopes, "lot": f.Record.Lot, "seq": f.Record.Seq})
		if s.final != nil {
			return 200, s.final(i)
		}
		return 200, map[string]any{"stored": true, "receipt": d.log.given(i)}
	})
	return s
}

func (s *shelf) put(w http.ResponseWriter, r *http.Request) {
	var n, ticket int
	fmt.Sscanf(r.PathValue("ticket"), "%d.%d", &n, &ticket)
	if r.Header.Get("X-Part") != fmt.Sprint(n) || r.Header.Get("Authorization") != "" || r.ContentLength != s.want.PartLen(int64(n)-1) {
		s.t.Errorf("part %d came with %v, %d bytes", n, r.Header, r.ContentLength)
	}
	if s.spoil != nil && s.spoil(w, r, n) {
		return
	}
	h := sha256.New()
	got, err := io.Copy(h, r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got += got
	if err != nil {
		return
	}
	if !bytes.Equal(h.Sum(nil), s.sums[32*(n-1):32*n]) {
		refuse(w, 422, "blob.sum", "These are not the bytes that were announced.")
		return
	}
	s.part[n] = h.Sum(nil)
}

// cut reads some of a part and breaks the line.
func cut(r *http.Request, bytes int64) bool {
	io.CopyN(io.Discard, r.Body, bytes)
	panic(http.ErrAbortHandler)
}

// uploading is a bid of so many bytes, on a desk with a store.
func uploading(t testing.TB, size int64) (*shelf, *client.Folder) {
	t.Helper()
	p, d := newPlace(t, tender.OneEnvelope), newDesk(t, newKeeper(t, "log.example/p"))
	f, err := p.making("org-1", map[string][]string{"bid": {big(t, size)}}).Seal()
	if err != nil {
		t.Fatal(err)
	}
	return newStore(t, d, f), f
}
