package client

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/sign"
)

// Tender is a tender as the server shows it, with what proves it.
type Tender struct {
	tender.Tender
	Actions    []tender.Action            `json:"actions"`
	LotActions map[string][]tender.Action `json:"lotActions"`
	Now        time.Time                  `json:"now"` // the legal clock
	Sandbox    bool                       `json:"sandbox"`

	// Evidence is nil where the server offers none.
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Evidence is what lets a bidder check a tender without believing the server.
type Evidence struct {
	// Manifest is the receipt of the fact that put the opener manifest in force:
	// the publication, or the replacement of the openers.
	Manifest string `json:"manifest"`

	// Extensions are the receipts of later deadlines, in order.
	Extensions []string `json:"extensions"`

	// Devices are the openers' registered device keys, by person.
	Devices map[string][]sign.Key `json:"devices"`
}

func tenderPath(id string, more ...string) string {
	path := "/api/v1/tenders/" + segment(id)
	for _, m := range more {
		path += "/" + segment(m)
	}
	return path
}

// Tender fetches a tender, and the evidence for it if the server offers that.
func (c *Client) Tender(ctx context.Context, id string) (*Tender, error) {
	var t Tender
	if err := c.Get(ctx, tenderPath(id), &t); err != nil {
		return nil, err
	}
	if t.Published.IsZero() {
		return &t, nil
	}
	var e Evidence
	switch err := c.Get(ctx, tenderPath(id, "evidence"), &e); {
	case err == nil:
		t.Evidence = &e
	case fault.From(err).Kind != fault.Missing:
		return nil, err
	}
	return &t, nil
}

// maxTenderFile bounds a tender that comes as a file.
const maxTenderFile = 16 << 20

// ReadTender reads what [Client.Tender] fetched, or the plain answer of GET
// /api/v1/tenders/ID, from a file.
func ReadTender(file string) (*Tender, error) {
	b, err := slurp(file, maxTenderFile)
	if err != nil {
		return nil, err
	}
	var t Tender
	if err := json.Unmarshal(b, &t); err != nil || t.ID == "" {
		return nil, fault.New(fault.Invalid, "tender.file", "%s is not a tender as the server gives it.", file).Because(err)
	}
	return &t, nil
}

// Write keeps the tender in a file, so that a bid can be sealed where there is
// no line.
func (t *Tender) Write(file string) error {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return create(file, append(b, '\n'), 0o644)
}

// IsTenderFile tells a file from an id: an id has no separator and no such file
// exists.
func IsTenderFile(s string) bool {
	if strings.ContainsAny(s, `/\`) || strings.HasSuffix(s, ".json") {
		return true
	}
	info, err := os.Stat(s)
	return err == nil && info.Mode().IsRegular()
}

// Draft is a tender as an officer writes it.
type Draft struct {
	Notice  tender.Notice        `json:"notice"`
	RuleSet string               `json:"ruleSet"`
	Openers []tender.OpenerGroup `json:"openers,omitempty"`
	Panel   []tender.Member      `json:"panel,omitempty"`
}

// CreateTender starts a draft.
func (c *Client) CreateTender(ctx context.Context, d Draft) (*Tender, error) {
	var t Tender
	return &t, c.Create(ctx, "/api/v1/tenders", d, &t)
}

// EditTender replaces the version of a draft that the caller has seen.
func (c *Client) EditTender(ctx context.Context, seen *Tender, d Draft) (*Tender, error) {
	var t Tender
	return &t, c.Put(ctx, tenderPath(seen.ID), seen.Version, d, &t)
}

// AmendTender replaces the notice of a published tender.
func (c *Client) AmendTender(ctx context.Context, seen *Tender, n tender.Notice, reason string) (*Tender, error) {
	var t Tender
	return &t, c.Put(ctx, tenderPath(seen.ID, "notice"), seen.Version, struct {
		Notice tender.Notice `json:"notice"`
		Reason string        `json:"reason"`
	}{n, reason}, &t)
}

// Step takes a step of a tender's life that needs no more than a reason, or
// not even that: "submit", "return", "publish", "cancel", "openers/enforce".
func (c *Client) Step(ctx context.Context, id, step, reason string) (*Tender, error) {
	var in any
	if reason != "" {
		in = map[string]string{"reason": reason}
	}
	var t Tender
	return &t, c.Post(ctx, tenderPath(id)+"/"+step, in, &t)
}

// ExtendTender moves the deadline forward.
func (c *Client) ExtendTender(ctx context.Context, id string, deadline time.Time, reason string) (*Tender, error) {
	var t Tender
	return &t, c.Post(ctx, tenderPath(id, "extend"), struct {
		Deadline time.Time `json:"deadline"`
		Reason   string    `json:"reason"`
	}{deadline, reason}, &t)
}

// Approve signs the notice as seen says it stands, with the record made here
// from what was shown, and not with one that the server hands out.
func (c *Client) Approve(ctx context.Context, seen *Tender, device sign.Signer) (*Tender, error) {
	record := canon.Must(tender.ApprovalRecord{Kind: "approve", Notice: seen.Notice.Hash(), Tender: seen.ID})
	s, err := device.Sign(sign.Approve, record)
	if err != nil {
		return nil, err
	}
	return c.signed(ctx, tenderPath(seen.ID, "approve"), s)
}

// signed sends a signature. Giving the same one twice does no harm.
func (c *Client) signed(ctx context.Context, path string, s sign.Signature) (*Tender, error) {
	var t Tender
	in := map[string]any{"signature": s}
	return &t, c.Call(ctx, Request{Method: http.MethodPost, Path: path, In: in}, &t)
}
