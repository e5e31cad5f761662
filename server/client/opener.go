package client

import (
	"context"
	"encoding/json"
	"net/http"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/sign"
)

func openingPath(id string, more string) string {
	path := "/api/v1/openings/" + segment(id)
	if more != "" {
		path += "/" + more
	}
	return path
}

func rawJSON(b []byte) json.RawMessage { return b }

// GiveKey registers the public part of the key that an opener has made for this
// tender alone.
func (c *Client) GiveKey(ctx context.Context, id string, key *seal.OpenerKey) (*Tender, error) {
	var t Tender
	in := map[string]string{"key": key.Public()}
	return &t, c.Call(ctx, Request{Method: http.MethodPost, Path: tenderPath(id, "openers", "key"), In: in, Again: true}, &t)
}

// Consent is what an opener is about to sign, after the checks that an opener's
// machine can make. Show it: who opens, how many of them, from when.
type Consent struct {
	Manifest *seal.Manifest
	Group    int // from 0
	Opener   int // from 1
	record   []byte
	tender   string
}

// Consent fetches the opener manifest of a tender and refuses it unless it
// holds this opener's own key in this person's seat.
func (c *Client) Consent(ctx context.Context, id string, key *seal.OpenerKey) (*Consent, error) {
	t, err := c.Tender(ctx, id)
	if err != nil {
		return nil, err
	}
	me, err := c.Me(ctx)
	if err != nil {
		return nil, err
	}
	o := t.Openers
	if t.Phase == tender.Published && t.Next != nil {
		o = *t.Next
	}
	if o.Manifest == "" {
		return nil, fault.New(fault.Conflict, "openers.no_manifest", "There is no opener manifest yet: it is drawn when the notice is approved and every opener has given a key.")
	}
	m, err := seal.ParseManifest([]byte(o.Manifest))
	if err != nil {
		return nil, err
	}
	if m.Tender != id || m.Openers() != o.Hash {
		return nil, fault.New(fault.Denied, "openers.hash", "The opener manifest is not the one whose hash the tender names.")
	}
	if err := m.RequireHybrid(); err != nil {
		return nil, err
	}
	group, opener, ok := m.Seat(key.Public())
	if !ok {
		return nil, fault.New(fault.Denied, "openers.key_swapped", "The opener manifest does not hold the key of this file. Do not sign it, and say so.")
	}
	if m.Groups[group].Openers[opener-1].ID != me.User {
		return nil, fault.New(fault.Denied, "openers.seat", "The opener manifest gives your key to somebody else. Do not sign it, and say so.")
	}
	return &Consent{m, group, opener, m.NewConsent(group, opener).Bytes(), id}, nil
}

// SignConsent signs and sends it.
func (c *Client) SignConsent(ctx context.Context, x *Consent, device sign.Signer) (*Tender, error) {
	s, err := device.Sign(sign.Manifest, x.record)
	if err != nil {
		return nil, err
	}
	var t Tender
	in := map[string]any{"signature": s}
	return &t, c.Call(ctx, Request{Method: http.MethodPost, Path: tenderPath(x.tender, "openers", "signature"), In: in, Again: true}, &t)
}
